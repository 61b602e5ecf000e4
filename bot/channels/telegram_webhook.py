"""The webhook: one HTTP request is one update, and its answer carries what we say. The program's quickest path."""

from __future__ import annotations

import asyncio
import hmac
from typing import Any, Protocol

import orjson
import structlog
from aiohttp import web

from bot.channels import NotStored, Receiver
from bot.channels.telegram_polling import where
from bot.channels.telegram_updates import parse
from handlers.messages import Incoming, Outgoing

Json = dict[str, Any]
BODY = 2**20  # bytes
SECRET = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
RETRY = {"Retry-After": "2"}  # seconds; Telegram obeys it

_log = structlog.get_logger(__name__)


class Speaker(Protocol):
    """What the webhook needs of its channel."""

    bot: str
    username: str

    def inline(self, message: Outgoing, pressed: Json | None) -> Json | None:
        """The method to answer the update with, or None when its result must be seen. `pressed`: a tap's message."""

    async def prepare(self, message: Outgoing) -> None:
        """What has to be done before `inline` can say it."""

    def answer_later(self, query: str, toast: str = "", *, alert: bool = False) -> None:
        """Stops the spinner of a pressed button, some time soon."""

    async def say(self, message: Outgoing) -> bool:
        """Says it by calls of its own; False when that failed."""


class Webhook:
    """Checks the secret, hands the update on, and answers only after the commit."""

    def __init__(self, speaker: Speaker, secret: str) -> None:
        self._speaker = speaker
        self._secret = secret.encode()
        self._app: Receiver | None = None
        self._running = 0
        self._idle = asyncio.Event()
        self._idle.set()

    def open(self, app: Receiver) -> None:
        """From now on updates are taken."""
        self._app = app

    async def close(self) -> None:
        """Takes no more and waits for those that run. Telegram delivers the refused ones again."""
        self._app = None
        await self._idle.wait()

    async def take(self, request: web.Request) -> web.StreamResponse:
        """One update. 401 wrong secret, 413 too long, 400 no JSON, 503 not kept; Telegram repeats all but 2xx."""
        given = request.headers.get(SECRET, "")
        if not hmac.compare_digest(given.encode(errors="surrogateescape"), self._secret):
            return web.Response(status=401)
        app = self._app
        if app is None:
            return web.Response(status=503, headers=RETRY)
        if (request.content_length or 0) > BODY:
            return web.Response(status=413)
        self._running += 1
        self._idle.clear()
        try:
            body = await request.read()
            if len(body) > BODY:
                return web.Response(status=413)
            return await self._read(app, request, body)
        finally:
            self._running -= 1
            if not self._running:
                self._idle.set()

    async def _read(self, app: Receiver, request: web.Request, body: bytes) -> web.StreamResponse:
        update = _object(body)
        if update is None:
            return web.Response(status=400)
        incoming = understood(update, self._speaker)
        if incoming is None:
            return web.Response()
        try:
            answer = await app.receive(incoming, inline=True)
        except NotStored:
            return web.Response(status=503, headers=RETRY)
        except Exception as error:  # noqa: BLE001 - whatever it is, Telegram is to bring the update again
            _log.error("telegram.update_failed", bot=self._speaker.bot, update=incoming.key, error=where(error))
            return web.Response(status=500)
        pressed = update["callback_query"].get("message") if incoming.query else None
        return await self._answer(app, request, incoming, answer, pressed) if answer else web.Response()

    async def _answer(
        self, app: Receiver, request: web.Request, incoming: Incoming, answer: Outgoing, pressed: Json | None
    ) -> web.StreamResponse:
        await self._speaker.prepare(answer)
        method = self._speaker.inline(answer, pressed)
        if method is None:
            if incoming.query and not answer.query:
                self._speaker.answer_later(incoming.query)
            if await self._speaker.say(answer):
                app.said(incoming, surely=True)
            return web.Response()
        if incoming.query and method["method"] != "answerCallbackQuery":
            self._speaker.answer_later(incoming.query, answer.toast, alert=answer.alert)
        response = web.Response(body=orjson.dumps(method), content_type="application/json")
        await response.prepare(request)
        await response.write_eof()
        app.said(incoming)
        return response


def _object(body: bytes) -> Json | None:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


def understood(update: Json, speaker: Speaker) -> Incoming | None:
    """The update read, or None. One that cannot be read never will be, so it is passed over, with its kind logged."""
    try:
        return parse(update, speaker.bot, speaker.username)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        kinds = sorted(str(kind) for kind in update if kind != "update_id")[:3]
        _log.warning("telegram.update_unreadable", bot=speaker.bot, kinds=kinds, error=type(error).__name__)
        return None
