"""The open pages of this process: who listens to which chats; and what reaches them without being written down."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any

Event = dict[str, Any]
QUEUE = 256  # a page that falls this far behind is closed; it comes back and reads from the table
PER_USER = 8
FLEETING_LIFE = 600.0  # seconds: as long as the words themselves wait in memory (rule 14)
TOAST_LIFE = 60.0
HELD = 2000


@dataclass(eq=False, slots=True)
class Stream:
    """One open page. None in the queue means: close."""

    user: str
    page: str
    chats: frozenset[str]
    queue: asyncio.Queue[Event | None] = field(default_factory=lambda: asyncio.Queue(QUEUE))

    def put(self, event: Event | None) -> None:
        """Never waits: a full queue is emptied and the stream closed."""
        if self.queue.full():
            while not self.queue.empty():
                self.queue.get_nowait()
            event = None
        self.queue.put_nowait(event)


@dataclass(frozen=True, slots=True)
class _Held:
    until: float
    chat: str
    user: str
    page: str
    event: Event


class Hub:
    """In-memory and of one process. `clock` is monotonic seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._streams: list[Stream] = []
        self._held: list[_Held] = []
        self.closed = False

    def join(self, stream: Stream) -> None:
        """From now on the stream hears; the oldest of a user's too many pages is closed."""
        mine = [s for s in self._streams if s.user == stream.user]
        for surplus in mine[: len(mine) - PER_USER + 1]:
            self.leave(surplus)
            surplus.put(None)
        self._streams.append(stream)
        for held in self._alive():
            if _hears(stream, held):
                stream.put(held.event)

    def leave(self, stream: Stream) -> None:
        """The page has gone."""
        if stream in self._streams:
            self._streams.remove(stream)

    def say(self, chat: str, event: Event) -> None:
        """To every page that shows the chat."""
        for stream in self._streams:
            if chat in stream.chats:
                stream.put(event)

    def fleeting(self, chat: str, body: Event) -> str:
        """Words that may never be stored: shown to who listens or connects within ten minutes. Returns their id."""
        name = f"f{token_hex(8)}"
        event = {"kind": "message", "id": name, "chat": chat, "body": body}
        self._hold(_Held(self._clock() + FLEETING_LIFE, chat, "", "", event))
        return name

    def gone(self, chat: str, name: str) -> None:
        """Fleeting words were answered: no page shows them any longer."""
        self._held = [held for held in self._alive() if held.event["id"] != name]
        self.say(chat, {"kind": "gone", "id": name, "chat": chat})

    def toast(self, chat: str, query: str, text: str, *, alert: bool) -> None:
        """To the page where the button was pressed (`query` is user/page), for it may be private within a group."""
        user, _, page = query.partition("/")
        event = {"kind": "toast", "id": f"t{token_hex(8)}", "chat": chat, "text": text, "alert": alert}
        self._hold(_Held(self._clock() + TOAST_LIFE, chat, user or chat, page, event))

    def want(self, user: str, refs: Iterable[str]) -> None:
        """Ask a user's pages for files."""
        for stream in self._streams:
            if stream.user == user:
                for ref in refs:
                    stream.put({"kind": "want", "id": f"w{ref}", "ref": ref})

    def close(self) -> None:
        """Every page is sent away; it will come back to whoever serves next."""
        self.closed = True
        for stream in self._streams:
            stream.put(None)

    def _hold(self, held: _Held) -> None:
        self._held = [*self._alive()[-HELD:], held]
        for stream in self._streams:
            if _hears(stream, held):
                stream.put(held.event)

    def _alive(self) -> list[_Held]:
        now = self._clock()
        return [held for held in self._held if held.until > now]


def _hears(stream: Stream, held: _Held) -> bool:
    if held.user:
        return stream.user == held.user and (not held.page or stream.page == held.page)
    return held.chat in stream.chats
