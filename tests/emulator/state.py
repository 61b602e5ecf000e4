"""What the emulator remembers: bots, people, chats, messages, files, presses."""

from __future__ import annotations

import secrets
from collections import deque
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


class Refusal(Exception):
    """A call Telegram refuses: HTTP status (equal to error_code), description, parameters."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


def bad(wording: str) -> Refusal:
    """A 400 in Telegram's form. Only words get a small first letter, constants like BUTTON_DATA_INVALID stay."""
    return Refusal(400, f"Bad Request: {wording}")


def forbidden(wording: str) -> Refusal:
    """A 403 in Telegram's form."""
    return Refusal(403, f"Forbidden: {wording}")


@dataclass
class BotAccount:
    """A bot. `updates` wait until confirmed (polling) or delivered (webhook); `log` has every update ever made."""

    token: str
    username: str
    name: str = "Danvan"
    privacy: bool = True  # in groups only commands, replies and mentions are seen
    updates: deque[Json] = field(default_factory=deque)
    log: dict[int, Json] = field(default_factory=dict)
    webhook: Json = field(default_factory=dict)
    allowed: list[str] | None = None
    next_update: int = field(default_factory=lambda: secrets.randbelow(10**8) + 1000)
    commands: dict[str, list[Json]] = field(default_factory=dict)
    described: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> int:
        return int(self.token.split(":")[0])

    def user(self) -> Json:
        return {"id": self.id, "is_bot": True, "first_name": self.name, "username": self.username}


@dataclass
class Shown:
    """One message as it stands in a chat. `content` holds the Bot API's content fields (text, photo, caption …)."""

    id: int
    chat: Chat
    sender: Json
    date: int
    content: Json
    markup: Json | None = None
    reply_to: Shown | None = None
    silent: bool = False
    edited: int = 0
    deleted: bool = False
    out_of_reach: bool = False

    @property
    def from_bot(self) -> bool:
        return bool(self.sender.get("is_bot"))

    @property
    def text(self) -> str:
        """Text or caption."""
        return str(self.content.get("text", self.content.get("caption", "")))

    @property
    def buttons(self) -> list[list[str]]:
        """Labels of the inline keyboard, row by row."""
        return [[b["text"] for b in row] for row in (self.markup or {}).get("inline_keyboard", [])]

    def data(self, label: str) -> str:
        """The payload under a label."""
        for row in (self.markup or {}).get("inline_keyboard", []):
            for button in row:
                if button["text"] == label:
                    return str(button["callback_data"])
        raise LookupError(f"no button {label!r} among {self.buttons}")

    def json(self, *, deep: bool = True) -> Json:
        """As a `Message`; a reply is shown one level deep."""
        made: Json = {"message_id": self.id, "date": self.date, "chat": self.chat.json(), "from": self.sender}
        made |= self.content
        if self.edited:
            made["edit_date"] = self.edited
        if self.markup and "inline_keyboard" in self.markup:
            made["reply_markup"] = self.markup
        if self.reply_to and deep:
            made["reply_to_message"] = self.reply_to.json(deep=False)
        return made

    def plain(self) -> Json:
        """For the control API: what a person sees, and what they can press."""
        return {
            "id": self.id,
            "from_bot": self.from_bot,
            "text": self.text,
            "buttons": [
                [[b["text"], b.get("callback_data", "")] for b in row]
                for row in (self.markup or {}).get("inline_keyboard", [])
            ],
            "kinds": sorted(set(self.content) - {"text", "caption"}),
            "reply_to": self.reply_to.id if self.reply_to else 0,
            "edited": bool(self.edited),
        }


@dataclass
class Chat:
    """A private chat of one bot with one person (`id` is the person's), or a group with a negative id."""

    id: int
    kind: str
    title: str = ""
    person: Json = field(default_factory=dict)
    bot: BotAccount | None = None
    members: dict[int, str] = field(default_factory=dict)  # id of a person or bot -> status
    shown: list[Shown] = field(default_factory=list)
    last_id: int = 0
    keyboard: list[list[Json]] | None = None  # the reply keyboard now under the input field
    blocked: bool = False
    deactivated: bool = False
    deleted: bool = False
    moved_to: int = 0

    @property
    def private(self) -> bool:
        return self.kind == "private"

    @property
    def messages(self) -> list[Shown]:
        """What is to be seen now, oldest first."""
        return [message for message in self.shown if not message.deleted]

    @property
    def last(self) -> Shown:
        """The newest message."""
        return self.messages[-1]

    @property
    def answers(self) -> list[Shown]:
        """What bots said here."""
        return [message for message in self.messages if message.from_bot]

    def find(self, message_id: int) -> Shown | None:
        return next((m for m in self.shown if m.id == message_id and not m.deleted), None)

    def add(self, sender: Json, content: Json, date: int, **more: Any) -> Shown:
        self.last_id += 1
        made = Shown(self.last_id, self, sender, date, content, **more)
        self.shown.append(made)
        return made

    def json(self) -> Json:
        if self.private:
            names = {k: v for k, v in self.person.items() if k in ("first_name", "last_name", "username")}
            return {"id": self.id, "type": "private", **names}
        return {"id": self.id, "type": self.kind, "title": self.title}


@dataclass
class Stored:
    """A file. `size` may be more than `content` holds, for files too big to be made in a test."""

    id: str
    content: bytes
    path: str
    size: int
    lost: bool = False


@dataclass
class Press:
    """A pressed button whose spinner turns until it is answered."""

    id: str
    bot: BotAccount
    message: Shown
    answered: Json | None = None
    expired: bool = False


@dataclass
class Fault:
    """Something to go wrong with the next `times` calls of a method ("" any, "/file" a download), in one chat or all.

    kind: "refuse" (code, description, parameters), "hang" (no answer), "drop" (carried out, then the connection dies),
    "cut" (the connection dies before anything is done), "garbage" (an answer that is no JSON).
    """

    kind: str
    method: str = ""
    times: int = 1
    chat: int = 0
    code: int = 500
    description: str = "Internal Server Error"
    parameters: Json = field(default_factory=dict)
