"""What every stage shares: the real program on a real database, a clock that stands still, people of the roster.

A stage is a messenger seen from the people's side: they do things there, and `news` says what they then saw.
"""

from __future__ import annotations

import io
import socket
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import ClassVar, TypeVar

from PIL import Image
from sqlalchemy import Connection, create_engine, delete, insert, select, update

from bot import prepare, sample
from bot.config import Settings
from bot.server import Server
from handlers import facts
from handlers.messages import Button
from handlers.people import ALPHABET
from storage import accounts
from storage.engine import ENGINE_OPTIONS
from storage.migrate import synchronous
from storage.models.people import account, group
from storage.models.registry import department, person, registry_version, routing, unit, unit_change

MORNING = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)  # a Wednesday, nine in the morning in Viet Nam


@dataclass(slots=True)
class Seen:
    """What appeared in a chat: `mark` is ← new, ✎ changed (`id` says which), ! a note over a pressed button."""

    chat: str
    id: str
    text: str
    rows: list[list[Button]] = field(default_factory=list)
    photos: bool = False
    ask: str = ""
    mark: str = "←"


def fresh(url: str) -> None:
    """Tables, forms and the sample commune."""
    prepare.prepare(url)
    engine = create_engine(synchronous(url), **ENGINE_OPTIONS)
    with engine.begin() as conn:
        sample.write(conn, sample.registry())
    engine.dispose()


@dataclass
class World(ABC):
    """`users` and `groups` map the transcript's names to the messenger's ids; time moves only when a transcript says so."""

    url: str
    media: Path
    now: datetime = MORNING
    server: Server | None = None
    users: dict[str, str] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    port: int = 0
    times: int = 1  # how often the messenger delivers each update

    by_invite: ClassVar[bool] = True  # people of the cast come in by a code and press "I agree", as in life

    @property
    def numbered(self) -> bool:
        """Nothing can be pressed: choices are typed."""
        return False

    # What a messenger is.

    @property
    @abstractmethod
    def place(self) -> tuple[str, str]:
        """Channel and bot."""

    @abstractmethod
    async def account(self, name: str, invite: str) -> str:
        """Opens an account for somebody, who shows the invite's code if there is one. Returns its user id."""

    @abstractmethod
    async def group_chat(self, name: str) -> str:
        """Makes a group chat of everybody here. Returns its id."""

    @abstractmethod
    async def say(self, who: str, where: str, text: str, reply_to: str = "") -> str:
        """Types a text (`where` a group's name, else in private). Returns the message's id."""

    @abstractmethod
    async def edit(self, who: str, where: str, message: str, text: str) -> None:
        """Changes a text."""

    @abstractmethod
    async def press(self, who: str, where: str, seen: Seen, button: Button) -> None:
        """Presses a button, perhaps one that has meanwhile changed."""

    @abstractmethod
    async def files(self, who: str, where: str, kind: str, count: int, text: str) -> None:
        """Sends files of a kind, several photos as one album."""

    @abstractmethod
    async def pin(self, who: str, where: str, at: tuple[float, float]) -> None:
        """Sends a place."""

    @abstractmethod
    async def contact(self, who: str, phone: str, *, own: bool) -> None:
        """Shares a phone number."""

    @abstractmethod
    async def sticker(self, who: str, where: str) -> None:
        """Sends something that is neither words nor a file."""

    async def event(self, what: str, whom: str) -> None:
        """Something happens to a chat: a person has blocked the program, a group has removed it. Not everywhere can it."""
        raise AssertionError(f"{what} cannot happen here to {whom}")

    @abstractmethod
    def news(self) -> list[Seen]:
        """What everybody saw since the last call."""

    # What is the same everywhere.

    def settings(self) -> Settings:
        """Live, on this database."""
        return Settings(database_url=self.url, media_dir=self.media, mode="live", http_port=self.port)

    async def start(self) -> None:
        """Begin to serve (again)."""
        self.server = Server(self.settings(), clock=lambda: self.now, timed=False)
        await self.server.start()

    async def stop(self) -> None:
        """Let go of everything, as a restart does."""
        await self.running.stop()

    async def close(self) -> None:
        """The end of the play."""
        await self.stop()

    @property
    def running(self) -> Server:
        """The program."""
        assert self.server is not None, "not started"
        return self.server

    async def quiet(self) -> None:
        """All that this caused has happened."""
        await self.running.quiet()
        await self.running.app.load()

    async def tick(self) -> None:
        """The timed work that is due."""
        await self.running.app.speaker.say_unsaid()
        await self.running.schedule.tick()

    async def join(self, name: str, code: str, *, agreed: bool = True) -> None:
        """A person of the roster gets an account: known and agreed, or (`agreed` false) known but not asked yet."""
        invite = await self._invite(code) if agreed and self.by_invite and code != "stranger" else ""
        self.users[name] = await self.account(name, invite)
        if invite:
            await self._agree(name)
        elif code != "stranger":
            await self.running.db.write(self._tie(self.users[name], code, agreed=agreed))

    async def _invite(self, person_code: str) -> str:
        number = len(self.users)
        code = "ABCDEFGH" + ALPHABET[number // len(ALPHABET)] + ALPHABET[number % len(ALPHABET)]

        def work(conn: Connection) -> None:
            found = conn.execute(select(person.c.id).where(person.c.code == person_code)).scalar_one()
            accounts.put_invite(conn, code, self.now, self.now + timedelta(days=7), person_id=found)

        await self.running.db.write(work)
        return code

    async def _agree(self, name: str) -> None:
        """The consent question is on the screen; what follows is the same for everybody and not written down."""
        await self.quiet()
        asked = next(seen for seen in self.news() if seen.chat == name and seen.rows)
        await self.press(name, "", asked, asked.rows[0][0])
        await self.quiet()
        assert [seen.mark for seen in self.news()] == ["✎"], "agreeing changes the question into the menu"

    def _tie(self, user: str, code: str, *, agreed: bool) -> Callable[[Connection], None]:
        def work(conn: Connection) -> None:
            found = conn.execute(select(person.c.id).where(person.c.code == code)).scalar_one()
            accounts.tie(conn, *self.place, user, found, self.now)
            if agreed:
                conn.execute(update(account).where(account.c.user == user).values(consent=facts.consent().version))

        return work

    async def make_group(self, name: str, code: str) -> None:
        """A tied group: `<unit>` or `<unit>/<department>`, with ` full` where it sees whole cases; or an `untied` one."""
        self.groups[name] = await self.group_chat(name)
        if code == "untied":
            return
        channel, bot = self.place

        def work(conn: Connection) -> None:
            place = {"channel": channel, "bot": bot, "chat": self.groups[name]}
            since = self.now - timedelta(days=60)
            conn.execute(insert(group).values(name=name, **_scope(conn, code), **place, tied_at=since))

        await self.running.db.write(work)
        await self.group_known()

    async def make_code(self, code: str, whose: str) -> None:
        """A one-time code for a person of the roster, or for a group (see `make_group`)."""

        def work(conn: Connection) -> None:
            found = conn.execute(select(person.c.id).where(person.c.code == whose)).scalar()
            scope = {"person_id": found} if found else _scope(conn, whose)
            accounts.put_invite(conn, code, self.now, self.now + timedelta(days=7), **scope)

        await self.running.db.write(work)

    async def unroute(self, category: str) -> None:
        """Nobody is named for this category any more."""

        def work(conn: Connection) -> None:
            conn.execute(delete(routing).where(routing.c.category == category))
            conn.execute(update(registry_version).values(version=registry_version.c.version + 1))

        await self.running.db.write(work)
        await self.running.app.load()

    async def change_unit(self, kind: str, code: str, to: str, day: date) -> None:
        """A hamlet is merged into another (its code) or gets another name, as an import writes it."""

        def work(conn: Connection) -> None:
            old = conn.execute(select(unit).where(unit.c.code == code)).one()
            new = conn.execute(select(unit).where(unit.c.code == to)).one() if kind == "merge" else old
            names = {"old_name": old.name, "new_name": new.name if kind == "merge" else to}
            conn.execute(
                insert(unit_change).values(day=day, kind=kind, old_unit_id=old.id, new_unit_id=new.id, **names)
            )
            values = {"valid_to": day - timedelta(days=1)} if kind == "merge" else {"name": to}
            conn.execute(update(unit).where(unit.c.id == old.id).values(values))
            conn.execute(update(registry_version).values(version=registry_version.c.version + 1))

        await self.running.db.write(work)
        await self.running.app.load()

    async def group_known(self) -> None:
        """The program knows a new group now."""
        await self.running.app.load()

    def chat_of(self, who: str, where: str = "") -> str:
        """The messenger's id of a group, or of somebody's private chat."""
        return self.groups[where] if where else self.users[who]

    def name_of(self, chat: str) -> str:
        """The transcript's name of a chat."""
        return next((name for name, known in {**self.users, **self.groups}.items() if known == chat), chat)


def _scope(conn: Connection, code: str) -> dict[str, object]:
    """What a group is of, and how much it sees."""
    where, _, mode = code.partition(" ")
    unit_code, _, department_code = where.partition("/")
    unit_id = conn.execute(select(unit.c.id).where(unit.c.code == unit_code)).scalar_one()
    query = select(department.c.id).where(department.c.unit_id == unit_id, department.c.code == department_code)
    return {"unit_id": unit_id, "department_id": conn.execute(query).scalar(), "mode": mode or "brief"}


SomeWorld = TypeVar("SomeWorld", bound=World)


@asynccontextmanager
async def opened(world: SomeWorld) -> AsyncIterator[SomeWorld]:
    """Prepared, started, stopped."""
    fresh(world.url)
    await world.start()
    try:
        yield world
    finally:
        await world.close()


def picture(shade: int = 0) -> bytes:
    """A small real photo."""
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (shade * 7 % 255, 120, 90)).save(out, "JPEG")
    return out.getvalue()


def free_port() -> int:
    """A port of loopback that nobody has."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
