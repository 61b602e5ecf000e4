"""The HTTP side of the web chat: pages, entering, messages up, events down, files and pictures."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from aiohttp import web
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.channels import NotStored
from bot.channels.web_files import NotWanted, TooBig
from bot.channels.web_guard import (
    HEADERS,
    STATIC,
    Refusal,
    client,
    language,
    read_json,
    refusal,
    reply,
    same_origin,
    token_hash,
)
from bot.channels.web_messages import CLIENT_ID, BadMessage, incoming_of, is_group, text_of
from bot.channels.web_stream import event_of, events
from handlers.messages import Incoming
from storage import files
from storage import web as rows

if TYPE_CHECKING:
    from bot.channels.web import WebChannel

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
CODE = re.compile(r"[0-9A-Za-z_-]{4,64}")
TYPES = {
    ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".json": "application/json",
    ".svg": "image/svg+xml", ".webmanifest": "application/manifest+json",
}  # fmt: skip
FILES = {path.name: path for path in STATIC.iterdir() if path.suffix in TYPES}


class Routes:
    """Bound to one channel. Every `/web/` call but the files of the page itself is guarded."""

    def __init__(self, channel: WebChannel) -> None:
        self._channel = channel

    def table(self) -> list[web.RouteDef]:
        """All routes; those that change something are POST, PUT or DELETE."""
        guarded = self._guarded
        return [
            web.get("/", self._front),
            web.get("/chat", self._page),
            web.get("/i/{code}", self._page),
            web.get("/sw.js", self._worker),
            web.get("/web/static/{name}", self._static),
            web.post("/web/enter", guarded(self._enter)),
            web.post("/web/demo", guarded(self._enter_demo)),
            web.post("/web/demo/summary", guarded(self._demo_summary)),
            web.post("/web/leave", guarded(self._leave)),
            web.get("/web/hello", guarded(self._hello)),
            web.get("/web/history", guarded(self._history)),
            web.post("/web/send", guarded(self._send)),
            web.post("/web/got", guarded(self._got)),
            web.get("/web/events", guarded(self._events)),
            web.put("/web/file/{user}/{name}", guarded(self._put_file)),
            web.delete("/web/file/{user}/{name}", guarded(self._no_file)),
            web.get("/web/photo/{sha}", guarded(self._photo)),
        ]

    def _guarded(self, handler: Handler) -> Handler:
        async def call(request: web.Request) -> web.StreamResponse:
            channel = self._channel
            try:
                same_origin(request, channel.settings.host, demo=channel.demo is not None)
                return await handler(request)
            except Refusal as error:
                return refusal(request, error)
            except BadMessage as error:
                return refusal(request, Refusal(413 if error.code == "big" else 400, error.code))
            except (NotStored, SQLAlchemyError):
                # Nothing was kept: the page repeats it with the same id.
                return refusal(request, Refusal(503, "later"))

        return call

    async def _user(self, request: web.Request) -> str:
        token = token_hash(request)
        user = await self._channel.db.read(lambda conn: rows.session_user(conn, token, self._channel.now()))
        if not user:
            raise Refusal(401, "session")
        return user

    def _sees(self, conn: Connection, user: str, chat: str) -> bool:
        """One's own private chat, and groups by the program's word (in the demo: those of one's phones)."""
        if chat == user:
            return True
        phones = (self._channel.demo or {}).values()
        shown = any(owner == user and chat in chats for owner, chats in phones)
        return is_group(chat) and (shown or self._channel.hooks.may_see(conn, user, chat))

    # pages

    async def _front(self, request: web.Request) -> web.StreamResponse:
        return _file("index.html" if self._channel.demo is None else "demo.html")

    async def _page(self, request: web.Request) -> web.StreamResponse:
        return _file("index.html")

    async def _worker(self, request: web.Request) -> web.StreamResponse:
        return _file("sw.js")

    async def _static(self, request: web.Request) -> web.StreamResponse:
        return _file(request.match_info["name"])

    # entering

    async def _enter(self, request: web.Request) -> web.StreamResponse:
        channel, token, body = self._channel, token_hash(request), await _object(request)
        now, remote = channel.now(), client(request)
        user = await channel.db.read(lambda conn: rows.session_user(conn, token, now))
        code = text_of(body, "code", 64)
        if not user:
            channel.tries.check(remote)
            known = channel.hooks.knows_invite
            if not CODE.fullmatch(code) or not await channel.db.read(lambda conn: known(conn, code, now)):
                channel.tries.wrong(remote)
                raise Refusal(404, "invite")
            fresh = f"p{token_hex(10)}"
            user = await channel.db.write(lambda conn: rows.open_session(conn, token, fresh, now))
        # The same token asking again (its first answer was lost) gives the same key: nothing happens twice.
        await self._receive(_start(user, language(request), code))
        return reply({"user": user})

    async def _enter_demo(self, request: web.Request) -> web.StreamResponse:
        channel, token, body = self._channel, token_hash(request), await _object(request)
        phone = (channel.demo or {}).get(text_of(body, "phone", 40))
        if phone is None:
            raise Refusal(404, "bad")
        user, chats = phone
        now = channel.now()
        await channel.db.write(lambda conn: rows.open_session(conn, token, user, now))
        if user in chats:
            await self._receive(_start(user, language(request), ""))
        return reply({"user": user, "chats": list(chats)})

    async def _demo_summary(self, request: web.Request) -> web.StreamResponse:
        summary = self._channel.hooks.demo_summary
        if self._channel.demo is None or summary is None:
            raise Refusal(404, "bad")
        await summary()
        return reply({"ok": True})

    async def _leave(self, request: web.Request) -> web.StreamResponse:
        token = token_hash(request)
        await self._channel.db.write(lambda conn: rows.close_session(conn, token))
        return reply({"ok": True})

    async def _hello(self, request: web.Request) -> web.StreamResponse:
        channel, user, token = self._channel, await self._user(request), token_hash(request)
        now = channel.now()
        await channel.db.write(lambda conn: rows.prolong_session(conn, token, now))
        titles = await channel.db.read(lambda conn: dict(channel.hooks.chats(conn, user)))
        owner, phone = (channel.demo or {}).get(request.query.get("phone", ""), ("", ()))
        chats = phone if owner == user else (user, *titles)
        listed = [{"id": chat, "title": titles.get(chat, "")} for chat in chats]
        return reply({"user": user, "chats": listed, "demo": channel.demo is not None, "limit": channel.limits.file_in})

    # messages

    async def _send(self, request: web.Request) -> web.StreamResponse:
        channel, user = self._channel, await self._user(request)
        incoming = incoming_of(await read_json(request), user, channel.name, channel.bot, language(request))
        if not await channel.db.read(lambda conn: self._sees(conn, user, incoming.chat)):
            raise Refusal(403, "chat")
        await self._receive(incoming)
        # The program kept the words if they were judged harmless; others of the group see them from the table.
        kept = await channel.db.read(lambda conn: rows.own(conn, incoming.key))
        if kept is not None:
            channel.hub.say(kept.chat, event_of(kept))
        return reply({"ok": True})

    async def _receive(self, incoming: Incoming) -> None:
        if self._channel.app is None:
            raise NotStored
        await self._channel.app.receive(incoming)

    async def _history(self, request: web.Request) -> web.StreamResponse:
        user, chat = await self._user(request), request.query.get("chat", "")

        def work(conn: Connection) -> tuple[list[rows.Bubble], int] | None:
            return rows.last(conn, chat) if self._sees(conn, user, chat) else None

        found = await self._channel.db.read(work)
        if found is None:
            raise Refusal(403, "chat")
        return reply({"events": [event_of(bubble) for bubble in found[0]], "newest": found[1]})

    async def _got(self, request: web.Request) -> web.StreamResponse:
        channel, user, body = self._channel, await self._user(request), await _object(request)
        ids = body.get("ids")
        if not isinstance(ids, list) or len(ids) > 500 or not all(type(i) is int and 0 < i < 2**53 for i in ids):
            raise BadMessage
        chats = body.get("chats", [user])
        if not isinstance(chats, list) or len(chats) > 50 or not all(isinstance(chat, str) for chat in chats):
            raise BadMessage
        now = channel.now()

        def work(conn: Connection) -> None:
            seen = [chat for chat in chats if self._sees(conn, user, chat)]
            letters = rows.fetched(conn, ids, seen, now)
            if letters:
                channel.hooks.arrived(conn, letters)

        await channel.db.write(work)
        return reply({"ok": True})

    async def _events(self, request: web.Request) -> web.StreamResponse:
        channel, user = self._channel, await self._user(request)
        asked = request.query.getall("chat", [user])[:50]
        chats = await channel.db.read(lambda conn: frozenset(chat for chat in asked if self._sees(conn, user, chat)))
        if not chats:
            raise Refusal(403, "chat")
        return await events(request, channel, user, chats)

    # files

    def _ref(self, request: web.Request, user: str) -> str:
        owner, name = request.match_info["user"], request.match_info["name"]
        if owner != user or not CLIENT_ID.fullmatch(name):
            raise Refusal(403, "chat")
        return f"{owner}/{name}"

    async def _put_file(self, request: web.Request) -> web.StreamResponse:
        ref = self._ref(request, await self._user(request))
        # It may have been asked for by a program that died meanwhile; refused, the page would drop its only copy.
        if await self._channel.db.read(lambda conn: files.is_wanted(conn, self._channel.name, ref)):
            self._channel.uploads.want(ref)
        try:
            await self._channel.uploads.put(ref, request.content, request.content_length)
        except NotWanted:
            raise Refusal(409, "unwanted") from None
        except TooBig:
            raise Refusal(413, "file") from None
        except OSError:
            raise Refusal(503, "later") from None
        return reply({"ok": True})

    async def _no_file(self, request: web.Request) -> web.StreamResponse:
        self._channel.uploads.missing(self._ref(request, await self._user(request)))
        return reply({"ok": True})

    async def _photo(self, request: web.Request) -> web.StreamResponse:
        channel, user, sha = self._channel, await self._user(request), request.match_info["sha"]
        if not re.fullmatch(r"[0-9a-f]{64}", sha):
            raise Refusal(404, "photo")
        allowed = await channel.db.read(lambda conn: channel.hooks.may_see_photo(conn, user, sha))
        path = channel.media(sha)
        if not allowed or not path.is_file():
            raise Refusal(404, "photo")
        kept = {"Cache-Control": "no-store", "Content-Type": _picture_kind(path), "Content-Disposition": "inline"}
        return web.FileResponse(path, headers=HEADERS | kept)


def _picture_kind(path: Path) -> str:
    """Photos are kept as JPEG, the pictures of summaries as PNG."""
    with path.open("rb") as file:
        return "image/png" if file.read(4) == b"\x89PNG" else "image/jpeg"


async def _object(request: web.Request) -> dict[str, Any]:
    body = await read_json(request)
    if not isinstance(body, dict):
        raise BadMessage
    return body


def _start(user: str, lang: str, code: str) -> Incoming:
    text = f"/start {code}".rstrip()
    return Incoming("web", "web", f"{user}:start", user, user, text=text, message="start", language=lang)


def _file(name: str) -> web.StreamResponse:
    path = FILES.get(name)
    if path is None:
        raise web.HTTPNotFound(headers=HEADERS)
    kept = {"Cache-Control": "no-cache", "Content-Type": f"{TYPES[path.suffix]}; charset=utf-8"}
    return web.FileResponse(path, headers=HEADERS | kept)
