"""python-telegram-bot's HTTP layer on aiohttp, the program's one HTTP library.

It tells apart what python-telegram-bot does not: whether a request that failed may have been carried out. No message of
an exception raised here holds an address, because the bot's token is part of it.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

import aiohttp
import orjson
from telegram.error import TelegramError
from telegram.request import BaseRequest, RequestData

from bot.channels import errors
from bot.channels.telegram_errors import named

Json = dict[str, Any]
JSON = {"Content-Type": "application/json"}
CONNECT = 10.0  # seconds
NOT_SENT = (
    aiohttp.ClientConnectorError,  # name not found, refused, no TLS
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,
    aiohttp.InvalidURL,
)


class Failed(TelegramError):
    """A call that did not succeed: Telegram's answer, or no answer (`code` 0, and whether it was `sent`)."""

    def __init__(self, code: int, description: str, *, parameters: Json | None = None, sent: bool = True) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters or {}
        self.sent = sent

    def named(self, *, group: bool = False) -> errors.SendError:
        """The same as one of the program's own errors. `group`: the chat is a group."""
        if not self.code:
            return errors.OutcomeUnknown(self.description) if self.sent else errors.Unreachable(self.description)
        moved_to = self.parameters.get("migrate_to_chat_id", "")
        retry_after = float(self.parameters.get("retry_after", 0))
        return named(self.code, self.description, retry_after=retry_after, moved_to=str(moved_to), group=group)


class AiohttpRequest(BaseRequest):
    """One HTTP session for all calls of a bot; made when first used, because it needs a running loop.

    `timeout` is how long (seconds) Telegram may stay silent before the outcome counts as unknown.
    """

    def __init__(self, session: Callable[[], aiohttp.ClientSession], *, proxy: str = "", timeout: float = 30.0) -> None:
        self._make = session
        self._session: aiohttp.ClientSession | None = None
        self._proxy = proxy or None
        self._timeout = timeout

    @property
    def read_timeout(self) -> float | None:
        """Seconds to wait for an answer unless the call says otherwise."""
        return self._timeout

    @property
    def session(self) -> aiohttp.ClientSession:
        """The open session."""
        if self._session is None or self._session.closed:
            self._session = self._make()
        return self._session

    async def initialize(self) -> None:
        """Nothing to do: the session opens when it is needed."""

    async def shutdown(self) -> None:
        """Closes the session; a later call would open a new one."""
        if self._session is not None:
            await self._session.close()

    @staticmethod
    def parse_json_payload(payload: bytes) -> Json:
        """The answer as a dict. An answer that is no JSON comes from something in between, so nothing is known."""
        try:
            answer = orjson.loads(payload)
        except orjson.JSONDecodeError:
            answer = None
        if not isinstance(answer, dict):
            raise Failed(0, "the answer is not JSON")
        return answer

    async def call(self, url: str, parameters: Json, *, read_timeout: float | None = None) -> Any:
        """The bare result of a method, for calls on the quick path. Raises `Failed`."""
        _, payload = await self._exchange("POST", url, read_timeout or self._timeout, json=parameters)
        return self.parse_json_payload(payload).get("result")

    async def download(self, url: str, into: Path, most: int) -> None:
        """The body of `url` written to `into`, which exists only when complete. Raises `Failed` or `FileTooBig`."""
        part = into.with_name(into.name + ".part")
        limit = aiohttp.ClientTimeout(total=None, connect=CONNECT, sock_read=self._timeout)
        try:
            async with self.session.get(url, proxy=self._proxy, timeout=limit, allow_redirects=False) as response:
                if response.status != HTTPStatus.OK:
                    raise _refusal(response.status, await response.content.read(4096), "")
                await _write(response, part, most)
            part.replace(into)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Failed(0, type(error).__name__, sent=False) from None
        finally:
            part.unlink(missing_ok=True)

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """What `telegram.Bot` calls. Returns only answers with a 2xx status, everything else is raised as `Failed`."""
        silence = read_timeout if isinstance(read_timeout, (int, float)) else self._timeout
        if request_data is not None and request_data.contains_files:
            return await self._exchange(method, url, silence, form=_form(request_data))
        return await self._exchange(method, url, silence, json=request_data.parameters if request_data else {})

    async def _exchange(
        self, method: str, url: str, silence: float, *, json: Json | None = None, form: aiohttp.FormData | None = None
    ) -> tuple[int, bytes]:
        body = orjson.dumps(json) if form is None else form
        headers = JSON if form is None else None
        try:
            async with self.session.request(
                method,
                url,
                data=body,
                headers=headers,
                proxy=self._proxy,
                timeout=_limit(silence, upload=form is not None),
                allow_redirects=False,
            ) as response:
                code, payload = response.status, await response.read()
        except NOT_SENT as error:
            raise Failed(0, type(error).__name__, sent=False) from None
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise Failed(0, type(error).__name__) from None
        if HTTPStatus.OK <= code < HTTPStatus.MULTIPLE_CHOICES:
            return code, payload
        raise _refusal(code, payload, response.headers.get("Retry-After", ""))


@cache
def _limit(silence: float, *, upload: bool) -> aiohttp.ClientTimeout:
    """One object per length of silence: making one for each press would be felt."""
    total = 2 * CONNECT + silence + (60 if upload else 0)
    return aiohttp.ClientTimeout(total=total, connect=CONNECT, sock_read=silence if upload else None)


async def _write(response: aiohttp.ClientResponse, part: Path, most: int) -> None:
    """In pieces, off the loop, so that neither a slow disk nor a large file holds anybody up."""
    size = 0
    with await asyncio.to_thread(part.open, "wb") as file:
        async for chunk in response.content.iter_chunked(2**18):
            size += len(chunk)
            if size > most:
                raise errors.FileTooBig(f"over {most} bytes")
            await asyncio.to_thread(file.write, chunk)


def _refusal(code: int, payload: bytes, retry_after: str) -> Failed:
    try:
        answer = orjson.loads(payload)
    except orjson.JSONDecodeError:
        answer = {}
    answer = answer if isinstance(answer, dict) else {}
    parameters = dict(answer.get("parameters") or {})
    if code == HTTPStatus.TOO_MANY_REQUESTS and retry_after.isdigit():
        parameters.setdefault("retry_after", int(retry_after))
    return Failed(code, str(answer.get("description", "")), parameters=parameters)


def _form(request_data: RequestData) -> aiohttp.FormData:
    form = aiohttp.FormData()
    for name, value in request_data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, mime) in request_data.multipart_data.items():
        stream = io.BytesIO(content) if isinstance(content, bytes) else content
        form.add_field(name, stream, filename=filename, content_type=mime)
    return form
