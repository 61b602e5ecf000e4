"""The server: `/bot<token>/<method>`, `/file/bot<token>/<path>` and, for other processes, `/control/…`."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable
from typing import Any, Self

from aiohttp import web

from tests.emulator import control
from tests.emulator.methods import call
from tests.emulator.spec import CANONICAL, METHODS, check
from tests.emulator.state import BotAccount, Fault, Refusal, bad
from tests.emulator.world import World

Json = dict[str, Any]
TOKEN = re.compile(r"\d+:[\w-]+")
NOT_INLINE = re.compile(r"get|setWebhook|deleteWebhook|close|logOut", re.IGNORECASE)
UPLOAD = 50 * 2**20


class BotApi(World):
    """The emulator. `violations` lists every call that broke the specification, `calls` every call that was made.

    `refused` lists what was refused, also of methods in a webhook's answer, whose result nobody sees.
    """

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        super().__init__(clock)
        self.faults: list[Fault] = []
        self.violations: list[str] = []
        self.refused: list[tuple[str, str]] = []
        self.calls: list[tuple[str, Json]] = []
        self.base = ""
        self._hanging = asyncio.Event()
        self._runner: web.AppRunner | None = None

    # Life.

    async def start(self, port: int = 0) -> str:
        """Listens on loopback and returns the base address."""
        app = web.Application(client_max_size=UPLOAD + 2**20)
        for path in ("/bot{token}/{method}", "/bot{token}/test/{method}"):
            app.router.add_route("*", path, self._method)
        app.router.add_get("/file/bot{token}/{path:.+}", self._file)
        app.add_routes(control.routes(self))
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self.base

    async def stop(self) -> None:
        """Hangs up on everybody."""
        self._hanging.set()
        await self.feed.close()
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def fail(self, kind: str, method: str = "", **more: Any) -> Fault:
        """Something to go wrong; see `Fault`."""
        self.faults.append(Fault(kind, method, **more))
        return self.faults[-1]

    def slow_down(self, seconds: int, method: str = "", **more: Any) -> Fault:
        """A 429 with its `retry_after`."""
        words = f"Too Many Requests: retry after {seconds}"
        return self.fail("refuse", method, code=429, description=words, parameters={"retry_after": seconds}, **more)

    # HTTP.

    async def _method(self, request: web.Request) -> web.StreamResponse:
        token, named = request.match_info["token"], request.match_info["method"]
        if not TOKEN.fullmatch(token):
            return _answer(Refusal(404, "Not Found"))
        bot = self.bots.get(token)
        if bot is None:
            return _answer(Refusal(401, "Unauthorized"))
        method = CANONICAL.get(named.lower())
        if method is None:
            self.violations.append(f"unknown method {named}")
            return _answer(Refusal(404, "Not Found: method not found"))
        try:
            given, files = await _parameters(request)
        except (ValueError, web.HTTPRequestEntityTooLarge):
            return _answer(Refusal(413, "Request Entity Too Large"))
        fault = self._fault(method, given)
        if fault:
            early = await self._misbehave(request, fault)
            if early is not None:
                return early
        result = await self._run(bot, method, given, files)
        if fault and fault.kind == "drop":
            _hang_up(request)
        return _answer(result)

    async def _run(self, bot: BotAccount, method: str, given: Json, files: Json) -> Any:
        """The result, or the `Refusal`, not raised."""
        self.calls.append((method, given))
        checked = check(method, given, {name: body for name, body in files.items() if name in METHODS[method]})
        if checked.wrong:
            self.violations += [what for what, _ in checked.wrong]
            refusal = bad(checked.wrong[0][1])
        else:
            try:
                result = await call(self, bot, method, {**checked.parameters, "_files": files})
            except Refusal as error:
                refusal = error
            else:
                self.notice()
                return result
        if method != "getUpdates":
            self.refused.append((method, refusal.description))
        self.notice()
        return refusal

    async def inline(self, bot: BotAccount, answer: Json) -> None:
        """The method in a webhook's answer; its result is seen by nobody."""
        named = str(answer.pop("method", ""))
        method = CANONICAL.get(named.lower())
        if method is None or NOT_INLINE.match(method):
            self.violations.append(f"{named!r} in a webhook's answer")
            return
        await self._run(bot, method, answer, {})

    def _fault(self, method: str, given: Json) -> Fault | None:
        for fault in self.faults:
            here = not fault.chat or str(given.get("chat_id", "")) == str(fault.chat)
            if fault.times and fault.method.lower() in ("", method.lower()) and here:
                fault.times -= 1
                return fault
        return None

    async def _misbehave(self, request: web.Request, fault: Fault) -> web.StreamResponse | None:
        if fault.kind == "refuse":
            return _answer(Refusal(fault.code, fault.description, **fault.parameters))
        if fault.kind == "garbage":
            return web.Response(text="<html>Bad Gateway</html>", status=200)
        if fault.kind == "hang":
            await self._hanging.wait()
        if fault.kind in ("hang", "cut"):
            _hang_up(request)
            return web.Response()
        return None

    async def _file(self, request: web.Request) -> web.StreamResponse:
        fault = self._fault("/file", {})
        if fault and (early := await self._misbehave(request, fault)) is not None:
            return early
        path = request.match_info["path"]
        file = next((file for file in self.files.values() if file.path == path and not file.lost), None)
        if request.match_info["token"] not in self.bots or file is None:
            return _answer(Refusal(404, "Not Found"))
        return web.Response(body=file.content, content_type="application/octet-stream")


async def _parameters(request: web.Request) -> tuple[Json, Json]:
    """(parameters, uploaded files) out of the address and whatever kind of body there is."""
    given: Json = dict(request.query)
    files: Json = {}
    if request.content_type == "application/json":
        given |= json.loads(await request.read() or b"{}")
    elif request.content_type == "application/x-www-form-urlencoded":
        given |= dict(await request.post())
    elif request.content_type == "multipart/form-data":
        async for part in await request.multipart():
            if part.filename is None:
                given[part.name] = (await part.read()).decode()
            else:
                files[part.name] = bytes(await part.read())
                if len(files[part.name]) > UPLOAD:
                    raise ValueError("too large")
    return given, files


def _answer(result: Any) -> web.Response:
    """HTTP status and `error_code` are one number."""
    if not isinstance(result, Refusal):
        return web.json_response({"ok": True, "result": result})
    body: Json = {"ok": False, "error_code": result.code, "description": result.description}
    headers = {}
    if result.parameters:
        body["parameters"] = result.parameters
        if "retry_after" in result.parameters:
            headers["Retry-After"] = str(result.parameters["retry_after"])
    return web.json_response(body, status=result.code, headers=headers)


def _hang_up(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()
