"""The whole machine on a page: what comes in, its unit of work, what goes out; and the work that waits for its time."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy.exc import DBAPIError

from bot import metrics, unit
from bot import state as states
from bot.channels import Channel, NotStored
from bot.channels.render import fit
from bot.guard import Guard
from bot.speaker import Speaker
from handlers.messages import Attachment, Incoming, Outgoing
from handlers.vietnamese import is_storable, nfc_clean, storable
from handlers.words import N_
from storage.engine import Database

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bot.state import State
    from bot.unit import Done

log = structlog.get_logger(__name__)
Clock = Callable[[], datetime]
LOST = N_("I no longer have those words. Please type them once more.")
_IDS = ("key", "user", "chat", "tap", "message", "query", "reply_to", "album", "moved_to", "nickname")
LONGEST = 8_000  # characters of one message that are looked at; a report's answer may have half of it


def utc_now() -> datetime:
    """The system's clock."""
    return datetime.now(UTC)


class App:
    """Receives updates from channels (`bot.channels.Receiver`), keeps the registry and the forms fresh."""

    def __init__(self, db: Database, clock: Clock = utc_now) -> None:
        self.db = db
        self.clock = clock
        self.channels: dict[tuple[str, str], Channel] = {}
        self.guard = Guard()
        self.speaker = Speaker(self)
        self.letters_due = asyncio.Event()
        self.files_due = asyncio.Event()
        self._state: State | None = None
        self.purge_due = asyncio.Event()
        self._purge_due = True  # one that died may have deleted words and not yet made them unreadable

    @property
    def state(self) -> State:
        """The registry and forms in force."""
        assert self._state is not None, "load() first"
        return self._state

    def reached_at(self, web: str) -> None:
        """The web channel's address, for links that handlers give out."""
        self._state = replace(self.state, web=web)

    async def load(self) -> None:
        """Read the registry and the forms; later calls only when they changed."""
        if self._state is None:
            self._state = await self.db.read(states.read)
        else:
            self._state = await states.newer(self.db, self._state)

    def add(self, channel: Channel) -> None:
        """A channel to speak through."""
        self.channels[channel.name, channel.bot] = channel

    async def receive(self, incoming: Incoming, *, inline: bool = False) -> Outgoing | None:
        """See `bot.channels.Receiver`."""
        again = self.speaker.handed_before(incoming) if inline else None
        if again is not None:
            return again
        now = self.clock()
        incoming = _clean(incoming)
        with metrics.RECEIVED.labels(incoming.channel).time():
            done, about = await self._run(incoming, now)
        if done.reload:
            await self.load()  # before the letters: what they show depends on who is what now
        if done.letters:
            self.letters_due.set()
            self.files_due.set()
        if done.purge:
            self.speaker.forget(about.address)
            self._purge_due = True
            self.purge_due.set()  # at once, but the person is not kept waiting for it
        return await self.speaker.answer(about, done, inline=inline and about is incoming)

    async def purge(self) -> None:
        """Make unreadable what was deleted, if anything was since the last time (rule 14)."""
        self.guard.forget(self.clock())
        if not self._purge_due:
            return
        self._purge_due = False
        try:
            await self.db.purge()
        except Exception as error:
            self._purge_due = True
            log.error("purge_failed", error=type(error).__name__)
            raise

    def deleted(self) -> None:
        """Something was deleted outside an update: it becomes unreadable soon."""
        self._purge_due = True
        self.purge_due.set()

    def said(self, incoming: Incoming, *, surely: bool = False) -> None:
        """See `bot.channels.Receiver`."""
        self.speaker.said(incoming, surely=surely)

    async def _run(self, incoming: Incoming, now: datetime) -> tuple[Done, Incoming]:
        """The unit of work, and the update its answer belongs to (not this one where it released words that waited)."""
        verdict = self.guard.judge(incoming, now)
        state, numbered = self.state, not self._has_buttons(incoming)
        if verdict == "ask":
            self.guard.hold(incoming, now)
            return await self._write(lambda conn: unit.hold(conn, state, incoming, now)), incoming
        if verdict == "denunciation":
            with self._taken(incoming, now) as held:
                return await self._write(lambda conn: unit.denounced(conn, state, incoming, held, now)), incoming
        if verdict in ("identity", "identity_more"):
            said = verdict == "identity"  # once an album
            return await self._write(lambda conn: unit.refused(conn, state, incoming, now, said=said)), incoming
        if verdict == "gone":
            return await self._write(lambda conn: unit.note(conn, state, incoming, now, LOST)), incoming
        if verdict == "not":
            with self._taken(incoming, now) as held:
                released = replace(held or incoming, query=incoming.query)
                return await self._handle(released, now, numbered=numbered, press=incoming), released
        return await self._handle(incoming, now, numbered=numbered), incoming

    @contextlib.contextmanager
    def _taken(self, incoming: Incoming, now: datetime) -> Iterator[Incoming | None]:
        """The words that waited for this answer; they go on waiting when the answer could not be kept."""
        held = self.guard.take(incoming)
        try:
            yield held
        except NotStored:
            if held is not None:
                self.guard.hold(held, now)
            raise

    async def _handle(
        self, incoming: Incoming, now: datetime, *, numbered: bool, press: Incoming | None = None
    ) -> Done:
        """In one transaction with it `press`, the answer that released these words: both are kept, or neither."""
        state = self.state

        def noted(conn: Connection) -> Connection:
            if press is not None:
                unit.note(conn, state, press, now, "")
            return conn

        try:
            return await self._write(lambda conn: unit.run(noted(conn), state, incoming, now, numbered=numbered))
        except NotStored:
            raise
        except Exception as error:
            metrics.FAILED.labels(incoming.channel).inc()
            log.exception("update_failed", channel=incoming.channel, error=type(error).__name__)
            problem = error
        return await self._write(lambda conn: unit.failed(noted(conn), state, incoming, now, problem))

    async def _write(self, work: Callable[[Connection], Done]) -> Done:
        try:
            return await self.db.write(work)
        except DBAPIError as error:
            if error.connection_invalidated or type(error).__name__ == "OperationalError":
                raise NotStored from None
            raise
        except (OSError, TimeoutError, sqlite3.OperationalError):  # the writer and hot statements use the driver itself
            raise NotStored from None

    def _has_buttons(self, incoming: Incoming) -> bool:
        channel = self.channels.get((incoming.channel, incoming.bot))
        return channel is None or channel.limits.has_buttons

    def fitted(self, message: Outgoing, done: Done) -> tuple[Outgoing, ...]:
        """The message as its channel can say it; nothing when the channel is not there (any more)."""
        channel = self.channels.get((message.to.channel, message.to.bot))
        return fit(message, channel.limits, done.words) if channel is not None else ()


def _clean(incoming: Incoming) -> Incoming:
    """NFC, no control characters, of bounded length; the same object when there was nothing to do.

    Ids and names keep what they say, but for what PostgreSQL refuses: NUL and lone surrogates.
    """
    text = nfc_clean(incoming.text[: LONGEST + 1]) if incoming.text else ""
    incoming = incoming if text == incoming.text else replace(incoming, text=text)
    dirty: dict[str, Any] = {
        name: storable(value) for name in _IDS if not is_storable(value := getattr(incoming, name))
    }
    files = tuple(_clean_file(file) for file in incoming.attachments)
    contact = incoming.contact and replace(incoming.contact, phone=storable(incoming.contact.phone))
    if not dirty and files == incoming.attachments and contact == incoming.contact:
        return incoming
    return replace(incoming, **dirty, attachments=files, contact=contact)


def _clean_file(file: Attachment) -> Attachment:
    ref, unique, name, mime = map(storable, (file.ref, file.unique, file.name, file.mime))
    return replace(file, ref=ref, unique=unique, name=name, mime=mime)


async def forever(
    name: str, seconds: float, work: Callable[[], Awaitable[object]], kick: asyncio.Event | None = None
) -> None:
    """Do `work` every so often, and at once when kicked; a failure is logged and the next round tries again."""
    while True:
        try:
            await work()
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - a timed job must outlive any mistake
            log.error("job_failed", job=name, error=type(error).__name__)
        if kick is None:
            await asyncio.sleep(seconds)
            continue
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(kick.wait(), seconds)
        kick.clear()
