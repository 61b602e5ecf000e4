"""Says answers after their commit, in order per chat, and remembers which are said."""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import Connection

from bot.answers import is_silence, pack, unpack
from bot.channels import errors
from bot.unit import Done
from handlers.messages import Address, Incoming, Outgoing
from handlers.words import DEFAULT, words_for
from storage import accounts, groups, updates

if TYPE_CHECKING:
    from bot.app import App

log = structlog.get_logger(__name__)
Key = tuple[str, str, str]
BACKOFF = (5, 15, 60, 300, 900)  # seconds; then the answer is given up, for the person has moved on
REMEMBER = 500
FLEETING, FLEETING_WAIT = 3, 5.0  # tries, and seconds between them
AT_ONCE = 50  # unsaid answers taken up together


class Speaker:
    """One per process. An answer counts as said when the channel took it; unsaid ones are found again in their rows."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._last: dict[Address, asyncio.Task[None]] = {}
        self._saying: set[Key] = set()
        self._said: list[Key] = []
        self._flushing = asyncio.Lock()
        # An inline answer may be lost with its connection after we wrote it; the messenger then delivers the update again.
        self._handed: OrderedDict[Key, Outgoing] = OrderedDict()

    async def answer(self, incoming: Incoming, done: Done, *, inline: bool) -> Outgoing | None:
        """Say what a unit of work answered; with `inline` a single message is handed back instead."""
        out = self._with_query(done.out, incoming) if done.out else self._acknowledge(incoming)
        key = (incoming.channel, incoming.bot, incoming.key)
        busy = incoming.address in self._last
        if done.repeat and (busy or not inline or key in self._said) and not (out and out[0].fleeting):
            return None  # being said, or said: the row knows, `say_unsaid` sees to it
        messages = [piece for message in out for piece in self._app.fitted(message, done)]
        messages = [message for message in messages if not is_silence(message)]
        if inline and not busy and _one_plain(messages, incoming.address):
            self._remember(key, messages[0])
            return messages[0]
        if messages:
            self._start(incoming.address, key, messages)
        elif done.out:
            self._said.append(key)
        return None

    def handed_before(self, incoming: Incoming) -> Outgoing | None:
        """The inline answer of an update delivered again."""
        return self._handed.get((incoming.channel, incoming.bot, incoming.key))

    def said(self, incoming: Incoming, *, surely: bool) -> None:
        """An inline answer has been written; `surely` has arrived, so that a repeat of its update need not get it again."""
        key = (incoming.channel, incoming.bot, incoming.key)
        self._said.append(key)
        if surely:
            self._handed.pop(key, None)

    def forget(self, to: Address) -> None:
        """What was answered there repeats what was said (rule 14)."""
        for key in [key for key, message in self._handed.items() if message.to == to]:
            del self._handed[key]

    def _remember(self, key: Key, message: Outgoing) -> None:
        self._handed[key] = message
        if len(self._handed) > REMEMBER:
            self._handed.popitem(last=False)

    @staticmethod
    def _with_query(messages: list[Outgoing], incoming: Incoming) -> list[Outgoing]:
        """Whatever is said first also stops the pressed button's spinner, unless a note over the button does: it is answered once."""
        if not incoming.query or any(message.query for message in messages):
            return messages
        return [replace(messages[0], query=incoming.query), *messages[1:]]

    @staticmethod
    def _acknowledge(incoming: Incoming) -> list[Outgoing]:
        return [Outgoing(to=incoming.address, query=incoming.query)] if incoming.query else []

    def _start(self, to: Address, key: Key, messages: list[Outgoing], attempts: int = 0) -> asyncio.Task[None]:
        """In a task of its own, after what is being said in this chat."""
        task = asyncio.create_task(self._say_after(self._last.get(to), key, messages, attempts))
        self._last[to] = task
        self._saying.add(key)
        task.add_done_callback(lambda done: self._ended(done, to, key))
        return task

    def _ended(self, done: asyncio.Task[None], to: Address, key: Key) -> None:
        self._saying.discard(key)
        if self._last.get(to) is done:
            del self._last[to]

    async def _say_after(
        self, before: asyncio.Task[None] | None, key: Key, messages: list[Outgoing], attempts: int
    ) -> None:
        if before is not None:
            await asyncio.wait([before])
        await self._say(key, messages, attempts)

    async def _say(self, key: Key, messages: list[Outgoing], attempts: int) -> None:
        left = list(messages)
        try:
            while left:
                await self._send(left[0])
                left.pop(0)
        except errors.SendError as error:
            log.info("answer_unsaid", channel=key[0], error=error.code)
            await self._later(key, left, attempts, error)
        except Exception as error:  # noqa: BLE001 - our mistake: it ends like every other failure, by giving up
            log.error("answer_unsaid", channel=key[0], error=type(error).__name__)
            await self._later(key, left, attempts, errors.SendError())
        else:
            self._said.append(key)

    async def _send(self, message: Outgoing) -> None:
        channel = self._app.channels.get((message.to.channel, message.to.bot))
        if channel is None:
            return
        try:
            await channel.send(message)
        except errors.NotChanged:
            return
        except errors.MessageGone:
            await channel.send(replace(message, edit="", query=""))

    async def _later(self, key: Key, left: list[Outgoing], attempts: int, error: errors.SendError) -> None:
        """The row keeps what is unsaid and when to try again; a person who stopped is marked."""
        if left[0].fleeting and error.retry and attempts < FLEETING:
            # Never written down (rule 14), so it is tried again from memory or not at all.
            await asyncio.sleep(max(FLEETING_WAIT, error.retry_after))
            await self._say(key, left, attempts + 1)
            return
        end = not error.retry or attempts >= len(BACKOFF)
        wait = max(BACKOFF[min(attempts, len(BACKOFF) - 1)], error.retry_after)
        next_at = None if end else self._app.clock() + timedelta(seconds=wait)
        to = left[0].to

        def work(conn: Connection) -> None:
            updates.postpone(conn, *key, attempts + 1, next_at, pack(left))
            if isinstance(error, errors.PersonStopped):
                accounts.stop(conn, to.channel, to.bot, to.chat, error.code)
            if isinstance(error, errors.GroupMoved):
                groups.moved(conn, to.channel, to.bot, to.chat, error.moved_to, self._app.clock())

        await self._app.db.write(work)

    async def flush(self) -> None:
        """Forget the words of what has been said since the last call."""
        async with self._flushing:
            keys, self._said = self._said, []
            if not keys:
                return
            try:
                await self._app.db.write(lambda conn: updates.said(conn, keys))
            except Exception:
                self._said[:0] = keys
                raise

    async def say_unsaid(self) -> None:
        """Answers that a crash or an unreachable messenger left unsaid: chats side by side, each in order."""
        more = True
        while more:
            await self.flush()
            before = set(self._saying)  # one that ends while we read is said, whatever its row still tells
            rows = await self._app.db.read(lambda conn: updates.unsaid(conn, self._app.clock(), AT_ONCE))
            saying = [task for row in rows if (task := self._say_row(row, before)) is not None]
            await asyncio.gather(*saying)
            more = bool(saying) and len(rows) == AT_ONCE
        await self.flush()

    def _say_row(self, row: Any, before: set[Key]) -> asyncio.Task[None] | None:
        """None where that is being done, or has just been done, already."""
        key = (row.channel, row.bot, row.key)
        if key in before or key in self._saying or key in self._said:
            return None
        done = Done([], words_for(DEFAULT))
        pieces = [p for message in unpack(row.answer) for p in self._app.fitted(replace(message, query=""), done)]
        pieces = [piece for piece in pieces if not is_silence(piece)]
        if not pieces:
            self._said.append(key)
            return None
        return self._start(pieces[0].to, key, pieces, row.attempts)

    async def finish(self) -> None:
        """Wait (a little) for what is being said, then remember it."""
        tasks = list(self._last.values())
        if tasks:
            await asyncio.wait(tasks, timeout=5)
        with contextlib.suppress(Exception):
            await self.flush()


def _one_plain(messages: list[Outgoing], to: Address) -> bool:
    """Can it be said in the reply to the update? One message, to the same chat, of words, and none that must not be kept."""
    if len(messages) != 1 or messages[0].to != to:
        return False
    return bool(messages[0].text) and not messages[0].photos and not messages[0].fleeting
