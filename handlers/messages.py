"""The language handlers speak: what came in, what goes out. `bot/channels/` translates each messenger into it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FileKind = Literal["photo", "voice", "video", "audio", "document"]
Style = Literal["", "primary", "danger", "success"]
Event = Literal["", "added", "removed", "migrated", "blocked", "unblocked"]


@dataclass(frozen=True, slots=True)
class Address:
    """Where something can be said: a private chat or a group of one bot on one channel."""

    channel: str
    bot: str
    chat: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file as the messenger names it; it is fetched only when its report is settled."""

    kind: FileKind
    ref: str
    unique: str = ""
    name: str = ""
    mime: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class Contact:
    """A shared phone number; `own` is true only where the messenger vouches that it is the sender's."""

    phone: str
    own: bool


@dataclass(frozen=True, slots=True)
class Incoming:
    """One update. `key` is unique per channel and bot: the same key again changes nothing.

    `message` is the id of this message (of a tap: the message whose button was pressed), `query` what the messenger wants
    answered when a button was pressed, `reply_to` the message this one answers, `moved_to` a group's new id.
    """

    channel: str
    bot: str
    key: str
    user: str
    chat: str
    group: bool = False
    text: str = ""
    tap: str = ""
    message: str = ""
    query: str = ""
    reply_to: str = ""
    attachments: tuple[Attachment, ...] = ()
    album: str = ""
    location: tuple[float, float] | None = None
    contact: Contact | None = None
    event: Event = ""
    moved_to: str = ""
    edited: bool = False
    unsupported: bool = False
    nickname: str = ""
    language: str = ""

    @property
    def address(self) -> Address:
        """Where an answer to this goes."""
        return Address(self.channel, self.bot, self.chat)


@dataclass(frozen=True, slots=True)
class Button:
    """A choice (numbered where there are no buttons) or a control (there: its label is the word to type, "quay lại").

    `word` is what does the same when typed at any time on any channel ("nhận KN12"); a card's buttons have one, because
    numbers belong to the person's one open question alone.
    """

    label: str
    data: str
    control: bool = False
    word: str = ""
    style: Style = ""


Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Something to say. Plain text: no messenger's markup, so nothing typed by a person can break it.

    `edit` names the message to change in its place, `toast` is shown to the presser of a button only, `ask` opens the
    messenger's own way to share a phone number or a place, `fleeting` must never be written down (rule 14), `silent`
    arrives without a sound, `photos` are content hashes, `alt` describes them, `reply_to` quotes a message.
    """

    to: Address
    text: str = ""
    buttons: Rows = ()
    photos: tuple[str, ...] = ()
    edit: str = ""
    query: str = ""
    toast: str = ""
    alert: bool = False
    ask: Literal["", "contact", "location"] = ""
    fleeting: bool = False
    silent: bool = False
    reply_to: str = ""
    alt: str = ""


def rows(buttons: list[Button], per_row: int = 1) -> Rows:
    """Lays buttons out `per_row` to a line."""
    return tuple(tuple(buttons[i : i + per_row]) for i in range(0, len(buttons), per_row))
