"""The contract every messenger fulfils, and the limits it declares. `render.py` is the one place that fits to them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from aiohttp import web

from handlers.messages import Incoming, Outgoing


@dataclass(frozen=True, slots=True)
class Limits:
    """What a channel can do. `text` counts characters, `payload` bytes, `file_in` bytes of a file it lets us fetch."""

    text: int = 4096
    caption: int = 1024
    buttons: int = 100
    per_row: int = 8
    label: int = 64
    payload: int = 64
    edit: bool = True
    files: bool = True
    location: bool = True
    contact: bool = True
    groups: bool = True
    replies: bool = True
    file_in: int = 20 * 2**20
    pace: float = 1.0  # seconds between two letters to one person
    group_pace: float = 3.0  # and to one group

    @property
    def has_buttons(self) -> bool:
        """Without buttons choices become numbers and controls become words."""
        return self.buttons > 0


@dataclass(frozen=True, slots=True)
class Sent:
    """`external` is the message's id on the channel; `pending` until the person's device has fetched it (web)."""

    external: str
    pending: bool = False


class NotStored(Exception):
    """The update could not be kept (the database is away): do not acknowledge it."""


class Receiver(Protocol):
    """What a channel needs of the program; `bot.app.App` is the only one."""

    async def receive(self, incoming: Incoming, *, inline: bool = False) -> Outgoing | None:
        """Return after the commit; raise `NotStored` when nothing was kept, so that the messenger delivers it again.

        With `inline` one answer may be handed back (already fitted) for the channel to say in its reply to the update;
        the channel then calls `said`. Everything else is said by the program itself through `Channel.send`.
        """

    def said(self, incoming: Incoming, *, surely: bool = False) -> None:
        """The answer handed back by `receive(incoming, inline=True)` has been written to the messenger.

        Written into the reply to the update it may be lost with its connection, and is then asked for again; `surely`
        when a call of its own has said it.
        """


class Channel(Protocol):
    """One bot on one messenger."""

    name: str
    bot: str
    limits: Limits

    def routes(self) -> list[web.RouteDef]:
        """HTTP routes to mount on the program's own server."""

    async def start(self, app: Receiver) -> None:
        """Begin to take updates. Must not raise when the messenger cannot be reached."""

    async def stop(self) -> None:
        """Stop taking updates, then close."""

    async def send(self, message: Outgoing, *, letter: int = 0) -> Sent:
        """Say it (already fitted to the limits). Raises `errors.SendError`. `letter` is the outbox row it belongs to."""

    async def fetch(self, ref: str, into: Path) -> None:
        """Write an attachment's bytes to `into`. Raises `errors.SendError`."""
