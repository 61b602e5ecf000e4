"""The real program on a real database, a clock that stands still, and people with chat accounts."""

from __future__ import annotations

import io
from contextlib import asynccontextmanager
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PIL import Image
from sqlalchemy import Connection, create_engine, insert, select, update

from bot import prepare, sample
from bot.config import Settings
from bot.server import Server
from handlers import facts
from handlers.messages import Attachment, Incoming
from storage import accounts
from storage.engine import ENGINE_OPTIONS
from storage.migrate import synchronous
from storage.models.people import account, group
from storage.models.registry import department, person, unit
from tests.conversation.fake import FakeChannel

MORNING = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)  # a Wednesday, nine in the morning in Viet Nam


def fresh(url: str) -> None:
    """Tables, forms and the sample commune."""
    prepare.prepare(url)
    engine = create_engine(synchronous(url), **ENGINE_OPTIONS)
    with engine.begin() as conn:
        sample.write(conn, sample.registry())
    engine.dispose()


@dataclass
class Stage:
    """`chats` maps the transcript's names to chat ids; time only moves when a transcript says so."""

    url: str
    media: Path
    channel: FakeChannel
    now: datetime = MORNING
    server: Server | None = None
    users: dict[str, str] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    keys: int = 0

    async def start(self) -> None:
        """Begin to serve (again)."""
        settings = Settings(database_url=self.url, media_dir=self.media, mode="live", http_port=0)
        self.server = Server(settings, clock=lambda: self.now, timed=False)
        await self.server.start()
        self.server.app.add(self.channel)

    async def stop(self) -> None:
        """Let go of everything, as a restart does."""
        assert self.server is not None
        await self.server.stop()

    async def quiet(self) -> None:
        """All that this caused has happened."""
        assert self.server is not None
        await self.server.quiet()
        await self.server.app.load()

    async def join(self, name: str, code: str, *, agreed: bool = True) -> None:
        """A person of the roster with an account on this channel."""
        assert self.server is not None
        self.users[name] = f"u-{code}"

        def work(conn: Connection) -> None:
            found = conn.execute(select(person.c.id).where(person.c.code == code)).scalar_one()
            accounts.tie(conn, self.channel.name, self.channel.bot, self.users[name], found, self.now)
            if agreed:
                conn.execute(
                    update(account).where(account.c.user == self.users[name]).values(consent=facts.consent().version)
                )

        if code != "stranger":
            await self.server.db.write(work)

    async def make_group(self, name: str, code: str) -> None:
        """A tied group: `<unit>` or `<unit>/<department>`, with ` full` where it sees whole cases."""
        assert self.server is not None
        where, _, mode = code.partition(" ")
        unit_code, _, department_code = where.partition("/")
        self.groups[name] = f"g:{name}"

        def work(conn: Connection) -> None:
            unit_id = conn.execute(select(unit.c.id).where(unit.c.code == unit_code)).scalar_one()
            query = select(department.c.id).where(department.c.unit_id == unit_id, department.c.code == department_code)
            row = {
                "unit_id": unit_id,
                "department_id": conn.execute(query).scalar(),
                "name": name,
                "mode": mode or "brief",
            }
            place = {"channel": self.channel.name, "bot": self.channel.bot, "chat": self.groups[name]}
            conn.execute(insert(group).values(**row, **place, tied_at=self.now - timedelta(days=60)))

        await self.server.db.write(work)

    def key(self) -> str:
        """Of the next update."""
        self.keys += 1
        return f"k{self.keys}"

    def incoming(self, name: str, where: str = "", **what: object) -> Incoming:
        """An update of this person."""
        chat = self.groups[where] if where else self.users[name]
        return Incoming(
            self.channel.name, self.channel.bot, self.key(), self.users[name], chat, group=bool(where), **what
        )  # type: ignore[arg-type]

    def attachment(self, kind: str, name: str = "") -> Attachment:
        """A file the messenger holds."""
        ref = f"{kind}-{self.keys}-{len(self.channel.files)}"
        self.channel.files[ref] = picture(len(self.channel.files)) if kind == "photo" else ref.encode()
        return Attachment(kind, ref, unique=ref, name=name, size=len(self.channel.files[ref]))  # type: ignore[arg-type]

    def name_of(self, chat: str) -> str:
        """The transcript's name of a chat."""
        return next((name for name, known in {**self.users, **self.groups}.items() if known == chat), chat)


def picture(shade: int = 0) -> bytes:
    """A small real photo."""
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (shade * 7 % 255, 120, 90)).save(out, "JPEG")
    return out.getvalue()


@asynccontextmanager
async def on_stage(url: str, media: Path, channel: FakeChannel) -> AsyncIterator[Stage]:
    """Prepared, started, stopped."""
    fresh(url)
    stage = Stage(url, media, channel)
    await stage.start()
    try:
        yield stage
    finally:
        await stage.stop()
