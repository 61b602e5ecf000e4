"""A web chat over real HTTP with a scripted program behind it: what the tests of the channel and of its page share."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any

from aiohttp import ClientSession, ClientTimeout, web
from sqlalchemy import create_engine

from bot.channels import NotStored
from bot.channels.web import WebChannel, WebHooks, WebSettings
from bot.channels.web_own import keep
from handlers.messages import Button, Incoming, Outgoing
from storage.engine import Database
from storage.models import metadata

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

CODE = "ABCD234567"
GROUP = "g:van-hoa"
YES = Button("Đúng", "k:yes", style="primary")
NO = Button("Không", "k:no")


@dataclass
class Program:
    """Stands where `bot.app.App` does: remembers keys, keeps words, answers. `down` is a database that is away."""

    world: World
    down: bool = False
    got: list[Incoming] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    answers: bool = True

    async def receive(self, incoming: Incoming, *, inline: bool = False) -> Outgoing | None:
        if self.down:
            raise NotStored
        if incoming.key in self.keys:
            return None
        self.keys.add(incoming.key)
        self.got.append(incoming)
        await self.world.db.write(lambda conn: keep(conn, incoming, f"Tên {incoming.user}", self.world.now))
        if self.answers:
            await self.answer(incoming)
        return None

    async def answer(self, incoming: Incoming) -> None:
        words = incoming.text or incoming.tap or "tệp"
        buttons = () if incoming.group else ((YES, NO), (Button("Quay lại", "q:1:~back", control=True),))
        await self.world.channel.send(Outgoing(incoming.address, f"Đã nhận: {words[:200]}", buttons))

    def said(self, incoming: Incoming) -> None:
        raise AssertionError("the web chat never answers inline")


@dataclass
class World:
    """One running web chat."""

    db: Database
    folder: Path
    codes: set[str] = field(default_factory=lambda: {CODE})
    seers: set[tuple[str, str]] = field(default_factory=set)  # (user, chat or picture)
    arrived: list[int] = field(default_factory=list)
    summaries: int = 0
    now: datetime = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
    seconds: float = 1000.0
    base: str = ""
    channel: WebChannel = field(init=False)
    program: Program = field(init=False)
    http: ClientSession = field(init=False)

    def __post_init__(self) -> None:
        self.program = Program(self)

    def hooks(self) -> WebHooks:
        async def summary() -> None:
            self.summaries += 1

        return WebHooks(
            knows_invite=lambda _conn, code, _now: code in self.codes,
            arrived=lambda _conn, letters: self.arrived.extend(letters),
            may_see=lambda _conn, user, chat: (user, chat) in self.seers,
            may_see_photo=lambda _conn, user, sha: (user, sha) in self.seers,
            chats=lambda _conn, user: [
                (chat, "Tổ Văn hoá") for who, chat in sorted(self.seers) if who == user and chat[:2] == "g:"
            ],
            demo_summary=summary,
        )

    def to(self, chat: str) -> Any:
        return Incoming("web", "web", "", chat, chat).address

    async def call(
        self, method: str, path: str, token: str = "", headers: dict[str, str] | None = None, **more: Any
    ) -> tuple[int, Any]:
        sent = {"Authorization": f"Bearer {token}"} if token else {}
        async with self.http.request(method, self.base + path, headers=sent | (headers or {}), **more) as response:
            return response.status, await response.json(content_type=None)

    async def person(self) -> tuple[str, str]:
        """Enters by the invite: (token, user)."""
        token = token_urlsafe(32)
        status, answer = await self.call("POST", "/web/enter", token, json={"code": CODE})
        assert status == 200, answer
        return token, answer["user"]

    async def news(self, token: str, after: int = 0, **query: str) -> list[dict[str, Any]]:
        """One long poll."""
        more = "".join(f"&{name}={value}" for name, value in query.items())
        status, answer = await self.call("GET", f"/web/events?poll=1&after={after}{more}", token)
        assert status == 200, answer
        return answer["events"]


def database(folder: Path) -> Database:
    url = f"sqlite:///{folder}/web.sqlite3"
    engine = create_engine(url)
    metadata.create_all(engine)
    engine.dispose()
    return Database(url.replace("sqlite:", "sqlite+aiosqlite:"))


@asynccontextmanager
async def running(folder: Path, demo: dict[str, tuple[str, tuple[str, ...]]] | None = None) -> AsyncIterator[World]:
    """The channel on a free port of 127.0.0.1."""
    db = database(folder)
    await db.open()
    world = World(db, folder)
    settings = WebSettings(folder / "coming")
    world.channel = WebChannel(
        db,
        lambda sha: folder / f"{sha}.jpg",
        world.hooks(),
        settings,
        demo,
        now=lambda: world.now,
        clock=lambda: world.seconds,
    )
    site = web.Application()
    site.add_routes(world.channel.routes())
    runner = web.AppRunner(site, shutdown_timeout=1)
    await runner.setup()
    listener = web.TCPSite(runner, "127.0.0.1", 0)
    await listener.start()
    world.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    await world.channel.start(world.program)
    try:
        async with ClientSession(timeout=ClientTimeout(20)) as world.http:
            yield world
    finally:
        await world.channel.stop()
        await runner.cleanup()
        await db.close()


async def until(check: Any) -> None:
    """Waits for something that happens by itself; the test's own timeout is the end."""
    for _ in range(2000):
        if check():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never happened")


def later(world: World, **span: int) -> None:
    world.now += timedelta(**span)
