"""Answers: in order per chat, remembered until said, said after a restart, given up in the end."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, insert, select

from bot.answers import pack
from bot.app import App
from bot.channels import Sent, errors
from bot.speaker import AT_ONCE, BACKOFF
from bot.unit import SAY_AGAIN, Done
from handlers.messages import Address, Incoming, Outgoing
from handlers.words import words_for
from storage import accounts, updates
from storage.engine import Database
from storage.models import metadata
from storage.models.letters import update
from storage.models.registry import person
from tests.conversation.fake import FakeChannel

NOON = datetime(2026, 11, 25, 5, 0, tzinfo=UTC)
Failure = Exception | type[Exception]


@dataclass
class Mouth(FakeChannel):
    """Says nothing in a chat whose gate is shut; the next sends to a chat fail as `wrong` says."""

    said: list[tuple[str, str]] = field(default_factory=list)
    gates: dict[str, asyncio.Event] = field(default_factory=dict)
    wrong: dict[str, list[Failure]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        FakeChannel.__init__(self)

    async def send(self, message: Outgoing, *, letter: int = 0) -> Sent:
        chat = message.to.chat
        if chat in self.gates:
            await self.gates[chat].wait()
        if self.wrong[chat]:
            raise self.wrong[chat].pop(0)
        self.said.append((chat, f"{message.text}{' (edits)' if message.edit else ''}"))
        return Sent(str(len(self.said)))


@dataclass
class Place:
    """A program that only speaks. `restart` forgets everything but the database and the messenger."""

    db: Database
    mouth: Mouth = field(default_factory=Mouth)
    now: datetime = NOON
    app: App = field(init=False)
    count: int = 0

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        self.app = App(self.db, lambda: self.now)
        self.app.add(self.mouth)

    def to(self, chat: str) -> Address:
        return Address(self.mouth.name, self.mouth.bot, chat)

    async def committed(self, chat: str, *texts: str, **more: object) -> tuple[Incoming, Done]:
        """An update handled, its answer (one message a text) not yet said."""
        self.count += 1
        out = [replace(Outgoing(self.to(chat), words), **more) for words in texts]  # type: ignore[arg-type]
        incoming = Incoming(self.mouth.name, self.mouth.bot, f"k{self.count}", chat, chat, text="?")
        answer = pack(out)
        key = (incoming.channel, incoming.bot, incoming.key)
        await self.db.write(
            lambda conn: updates.put(conn, *key, self.now, answer, self.now + SAY_AGAIN if answer else None)
        )
        self.now += timedelta(milliseconds=1)
        return incoming, Done(out, words_for("vi"))

    async def answer(self, chat: str, *texts: str, inline: bool = False, **more: object) -> Outgoing | None:
        incoming, done = await self.committed(chat, *texts, **more)
        return await self.app.speaker.answer(incoming, done, inline=inline)

    async def again(self, incoming: Incoming) -> Done:
        """What a repeat of the update finds."""
        row = await self.row(incoming.key)
        return Done([Outgoing(self.to(incoming.chat), "?")] if row.answer else [], words_for("vi"), repeat=True)

    async def row(self, key: str) -> object:
        return await self.db.read(lambda conn: conn.execute(select(update).where(update.c.key == key)).one())

    async def unsaid(self) -> dict[str, int]:
        """Key -> attempts of what is still to be said."""
        query = select(update).where(update.c.next_at.is_not(None))
        return {row.key: row.attempts for row in await self.db.read(lambda conn: conn.execute(query).all())}

    async def settled(self) -> None:
        await self.app.speaker.finish()

    async def later(self, **span: float) -> None:
        """Time passes, and what is due is said."""
        self.now += timedelta(**span)
        await self.app.speaker.say_unsaid()


@asynccontextmanager
async def database_in(folder: Path) -> AsyncIterator[Database]:
    engine = create_engine(f"sqlite:///{folder}/said.sqlite3")
    metadata.create_all(engine)
    engine.dispose()
    database = Database(f"sqlite+aiosqlite:///{folder}/said.sqlite3")
    await database.open()
    yield database
    await database.close()


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with database_in(tmp_path) as database:
        yield Place(database)


async def test_one_chat_in_order_others_meanwhile(place: Place) -> None:
    place.mouth.gates["a"] = asyncio.Event()
    await place.answer("a", "1", "2")
    await place.answer("a", "3")
    await place.answer("b", "other")
    for _ in range(20):
        await asyncio.sleep(0)
    assert place.mouth.said == [("b", "other")]
    place.mouth.gates["a"].set()
    await place.settled()
    assert place.mouth.said == [("b", "other"), ("a", "1"), ("a", "2"), ("a", "3")]
    assert await place.unsaid() == {}


async def test_a_failure_does_not_hold_up_what_comes_after_it(place: Place) -> None:
    place.mouth.wrong["a"] = [errors.Unreachable()]
    await place.answer("a", "1")
    await place.answer("a", "2")
    await place.settled()
    assert place.mouth.said == [("a", "2")]
    assert await place.unsaid() == {"k1": 1}


async def test_one_plain_answer_is_handed_back(place: Place) -> None:
    incoming, done = await place.committed("a", "1")
    handed = await place.app.speaker.answer(incoming, done, inline=True)
    assert handed is not None
    assert handed.text == "1"
    assert await place.unsaid() == {"k1": 0}, "not said before it is written"
    place.app.said(incoming)
    await place.settled()
    assert place.mouth.said == []
    assert await place.unsaid() == {}


@pytest.mark.parametrize(
    "answer",
    [
        {"texts": ("1", "2")},
        {"texts": ("1",), "photos": ("a" * 64,)},
        {"texts": ("1",), "to": Address("fake", "1", "elsewhere")},
        {"texts": ("1",), "fleeting": True},
    ],
    ids=["two", "photo", "elsewhere", "fleeting"],
)
async def test_anything_else_is_said_by_the_program(place: Place, answer: dict[str, object]) -> None:
    texts = answer.pop("texts")
    assert await place.answer("a", *texts, inline=True, **answer) is None  # type: ignore[misc]
    await place.settled()
    assert [text for _, text in place.mouth.said] == list(texts)  # type: ignore[call-overload]


async def test_nothing_is_handed_back_past_what_is_being_said(place: Place) -> None:
    place.mouth.gates["a"] = asyncio.Event()
    await place.answer("a", "1", "2")
    assert await place.answer("a", "3", inline=True) is None
    place.mouth.gates["a"].set()
    await place.settled()
    assert [text for _, text in place.mouth.said] == ["1", "2", "3"]


async def test_a_repeat_is_handed_the_same_until_it_surely_arrived(place: Place) -> None:
    incoming, done = await place.committed("a", "1")
    handed = await place.app.speaker.answer(incoming, done, inline=True)
    place.app.said(incoming)
    assert place.app.speaker.handed_before(incoming) == handed
    place.app.said(incoming, surely=True)
    assert place.app.speaker.handed_before(incoming) is None


async def test_a_repeat_of_what_is_being_said_says_nothing(place: Place) -> None:
    place.mouth.gates["a"] = asyncio.Event()
    incoming, done = await place.committed("a", "1", "2")
    await place.app.speaker.answer(incoming, done, inline=True)
    repeat = await place.again(incoming)
    assert repeat.out
    for inline in (True, False):
        assert await place.app.speaker.answer(incoming, repeat, inline=inline) is None
    place.now += timedelta(minutes=1)
    await place.app.speaker.say_unsaid()  # due by the clock, but on its way
    place.mouth.gates["a"].set()
    await place.settled()
    assert place.mouth.said == [("a", "1"), ("a", "2")]


async def test_what_a_dead_program_left_is_said_in_order_and_once(place: Place) -> None:
    for words in ("1", "2", "3"):
        await place.committed("a", words)
    await place.committed("b", "other")
    place.restart()
    await place.app.speaker.say_unsaid()
    assert place.mouth.said == [], "by the clock a living program may be saying them"
    await place.db.write(updates.free)
    await place.app.speaker.say_unsaid()
    assert [text for chat, text in place.mouth.said if chat == "a"] == ["1", "2", "3"]
    assert ("b", "other") in place.mouth.said
    await place.later(days=1)
    assert len(place.mouth.said) == 4
    assert await place.unsaid() == {}


async def test_a_restart_does_not_hurry_what_waits_for_its_turn(place: Place) -> None:
    place.mouth.wrong["a"] = [errors.Throttled(retry_after=600)]
    await place.answer("a", "1")
    await place.settled()
    place.restart()
    await place.db.write(updates.free)
    await place.later(seconds=599)
    assert place.mouth.said == []
    await place.later(seconds=2)
    assert place.mouth.said == [("a", "1")]


async def test_more_than_one_handful_is_said_at_once(place: Place) -> None:
    for number in range(2 * AT_ONCE + 3):
        await place.committed(f"c{number}", "1")
    await place.later(minutes=1)
    assert len(place.mouth.said) == 2 * AT_ONCE + 3


async def test_one_unreachable_chat_does_not_hold_up_the_rest(place: Place) -> None:
    place.mouth.gates["a"] = asyncio.Event()
    await place.committed("a", "1")
    await place.committed("b", "2")
    place.now += timedelta(minutes=1)
    saying = asyncio.create_task(place.app.speaker.say_unsaid())
    while ("b", "2") not in place.mouth.said:  # noqa: ASYNC110 - it happens in tasks of the program's
        await asyncio.sleep(0.001)
    place.mouth.gates["a"].set()
    await saying
    assert await place.unsaid() == {}


async def test_only_what_was_not_said_is_said_again(place: Place) -> None:
    incoming, done = await place.committed("a", "1", "2", "3")

    async def second_fails(message: Outgoing) -> None:
        if message.text == "2":
            place.mouth.wrong["a"] = [errors.Unreachable()]
        await say(message)

    say = place.app.speaker._send
    place.app.speaker._send = second_fails  # type: ignore[method-assign]
    await place.app.speaker.answer(incoming, done, inline=False)
    await place.settled()
    place.restart()
    await place.later(seconds=BACKOFF[0])
    assert [text for _, text in place.mouth.said] == ["1", "2", "3"]


async def test_it_is_tried_ever_more_seldom_and_then_given_up(place: Place) -> None:
    place.mouth.wrong["a"] = [errors.Unreachable() for _ in range(100)]
    await place.answer("a", "1")
    await place.settled()
    for number, wait in enumerate(BACKOFF, 1):
        assert await place.unsaid() == {"k1": number}
        await place.later(seconds=wait - 1)
        assert await place.unsaid() == {"k1": number}, "not before its time"
        await place.later(seconds=1)
    row = await place.row("k1")
    assert (row.next_at, row.answer) == (None, None)  # type: ignore[attr-defined]
    place.mouth.wrong.clear()
    await place.later(days=1)
    assert place.mouth.said == []


async def test_who_has_stopped_is_marked_and_nothing_more_is_tried(place: Place) -> None:
    def known(conn: object) -> None:
        conn.execute(insert(person).values(id=1, code="x", name="X", language="vi"))  # type: ignore[attr-defined]
        accounts.tie(conn, "fake", "1", "a", 1, NOON)  # type: ignore[arg-type]

    await place.db.write(known)
    place.mouth.wrong["a"] = [errors.PersonStopped()]
    await place.answer("a", "1")
    await place.settled()
    found = await place.db.read(lambda conn: accounts.find(conn, "fake", "1", "a"))
    assert found is not None
    assert found.stopped == errors.PersonStopped.code
    assert await place.unsaid() == {}


async def test_an_edit_that_changes_nothing_is_said(place: Place) -> None:
    place.mouth.wrong["a"] = [errors.NotChanged()]
    await place.answer("a", "1", edit="7")
    await place.settled()
    assert await place.unsaid() == {}


async def test_where_the_message_is_gone_it_is_said_anew(place: Place) -> None:
    place.mouth.wrong["a"] = [errors.MessageGone()]
    await place.answer("a", "1", edit="7")
    await place.settled()
    assert place.mouth.said == [("a", "1")]


async def test_a_mistake_of_ours_ends_like_any_failure(place: Place) -> None:
    place.mouth.wrong["a"] = [TypeError("ours") for _ in range(100)]
    await place.answer("a", "1")
    await place.settled()
    assert await place.unsaid() == {"k1": 1}
    for wait in BACKOFF:
        await place.later(seconds=wait)
    assert await place.unsaid() == {}


async def test_what_could_not_be_remembered_as_said_is_remembered_later(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    incoming, done = await place.committed("a", "1")
    await place.app.speaker.answer(incoming, done, inline=True)
    place.app.said(incoming)

    async def away(work: object) -> None:
        raise OSError("the database is away")

    with monkeypatch.context() as broken:
        broken.setattr(place.db, "write", away)
        with pytest.raises(OSError, match="away"):
            await place.app.speaker.flush()
    await place.app.speaker.flush()
    assert await place.unsaid() == {}
