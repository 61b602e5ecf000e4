"""The table of cases over HTTP: a page that spends its one-time link, and its rows. What is shown is `handlers.table`'s."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from aiohttp import web
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.web_guard import (
    HEADERS,
    STATIC,
    Refusal,
    Tries,
    client,
    read_json,
    refusal,
    reply,
    same_origin,
    token_hash,
)
from handlers import table
from handlers.cards import View
from handlers.registry import Person
from handlers.words import Words, words_for
from storage import pages

if TYPE_CHECKING:
    from bot.app import App

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_CODE = re.compile(r"[A-Za-z0-9_-]{32}")
_SHA = re.compile(r"[0-9a-f]{64}")
_ASKED = ("list", "words", "hamlet", "category", "person", "page")


class Table:
    """`media` gives a kept picture's path by its content hash."""

    def __init__(self, app: App, media: Callable[[str], Path], public_url: str, clock: Callable[[], float]) -> None:
        self._app = app
        self._media = media
        self._host = urlsplit(public_url).netloc.lower()
        self._tries = Tries(clock)

    def routes(self) -> list[web.RouteDef]:
        """The page at `/t/<code>`; a messenger that looks at the link for a preview does not spend it."""
        guarded = self._guarded
        return [
            web.get("/t/{code}", self._page),
            web.post("/web/table/enter", guarded(self._enter)),
            web.get("/web/table/rows", guarded(self._rows)),
            web.get("/web/table/case/{id}", guarded(self._case)),
            web.get("/web/table/photo/{sha}", guarded(self._photo)),
        ]

    def _guarded(self, handler: Handler) -> Handler:
        async def call(request: web.Request) -> web.StreamResponse:
            try:
                same_origin(request, self._host, demo=False)
                return await handler(request)
            except Refusal as error:
                return refusal(request, error)
            except (SQLAlchemyError, OSError, TimeoutError):
                return refusal(request, Refusal(503, "later"))

        return call

    async def _page(self, _request: web.Request) -> web.StreamResponse:
        kept = {"Cache-Control": "no-cache", "Content-Type": "text/html; charset=utf-8"}
        return web.FileResponse(STATIC / "table.html", headers=HEADERS | kept)

    async def _enter(self, request: web.Request) -> web.StreamResponse:
        token, body, now, remote = (
            token_hash(request),
            await read_json(request),
            self._app.clock(),
            client(request),
        )
        code = body.get("code") if isinstance(body, dict) else None
        self._tries.check(remote)
        known = isinstance(code, str) and _CODE.fullmatch(code)
        work: Callable[[Connection], int | None] = lambda conn: pages.enter(conn, str(code), token, table.PAGE, now)  # noqa: E731
        person_id = await self._app.db.write(work) if known else None
        person = self._app.state.registry.people.get(person_id or -1)
        if person is None or not table.may_open(self._app.state.registry, person.id, now):
            self._tries.wrong(remote)
            raise Refusal(404, "link")
        registry, words = self._app.state.registry, words_for(person.language)
        return reply(await self._app.db.read(lambda conn: table.opened(conn, registry, person, words, now)))

    async def _person(self, request: web.Request) -> tuple[Person, Words]:
        token, now = token_hash(request), self._app.clock()
        person_id = await self._app.db.read(lambda conn: pages.person(conn, token, table.PAGE, now))
        person = self._app.state.registry.people.get(person_id or -1)
        if person is None or not table.may_open(self._app.state.registry, person.id, now):
            raise Refusal(401, "session")
        return person, words_for(person.language)

    def _view(self, conn: Connection, words: Words) -> View:
        return View(conn, self._app.state.registry, words, self._app.clock())

    async def _rows(self, request: web.Request) -> web.StreamResponse:
        person, words = await self._person(request)
        asked = {name: request.query.get(name, "") for name in _ASKED}
        found = await self._app.db.read(lambda conn: table.listed(self._view(conn, words), person.id, asked))
        return reply(found)

    async def _case(self, request: web.Request) -> web.StreamResponse:
        person, words = await self._person(request)
        word = request.match_info["id"]
        number = int(word) if word.isdecimal() and len(word) < 16 else 0

        def work(conn: Connection) -> dict[str, Any] | None:
            return table.case(self._view(conn, words), person.id, number)

        found = await self._app.db.write(work)
        if found is None:
            raise Refusal(404, "case")
        return reply(found)

    async def _photo(self, request: web.Request) -> web.StreamResponse:
        person, _words = await self._person(request)
        sha, registry, now = request.match_info["sha"], self._app.state.registry, self._app.clock()
        if not _SHA.fullmatch(sha):
            raise Refusal(404, "photo")
        allowed = await self._app.db.read(lambda conn: table.may_see_photo(conn, registry, person.id, sha, now))
        if not allowed or not self._media(sha).is_file():
            raise Refusal(404, "photo")
        kept = {"Cache-Control": "no-store", "Content-Type": "image/jpeg", "Content-Disposition": "inline"}
        return web.FileResponse(self._media(sha), headers=HEADERS | kept)
