"""A messenger in memory with any limits: what it was told to send is what people see."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from aiohttp import web

from bot.channels import Limits, Receiver, Sent, errors
from handlers.messages import Outgoing

PLAIN = Limits(
    text=2000,
    caption=0,
    buttons=0,
    edit=False,
    files=False,
    location=False,
    contact=False,
    replies=False,
    pace=0.0,
    group_pace=0.0,
)
BUTTONS = Limits(pace=0.0, group_pace=0.0)


@dataclass(slots=True)
class Seen:
    """One message in a chat."""

    id: str
    message: Outgoing
    news: str = "←"  # ✎ changed, ! a note over a button


class FakeChannel:
    """See the module. `trouble` maps a chat to the error its next sends raise."""

    def __init__(self, name: str = "fake", limits: Limits = BUTTONS) -> None:
        self.name, self.bot, self.limits = name, "1", limits
        self.chats: dict[str, list[Seen]] = {}
        self.unread: list[tuple[str, Seen]] = []
        self.trouble: dict[str, errors.SendError] = {}
        self.files: dict[str, bytes] = {}
        self._count = 0

    def routes(self) -> list[web.RouteDef]:
        """None."""
        return []

    async def start(self, app: Receiver) -> None:
        """Nothing to take."""

    async def stop(self) -> None:
        """Nothing to stop."""

    async def send(self, message: Outgoing, *, letter: int = 0) -> Sent:
        """Into the chat, or changed in place."""
        chat = message.to.chat
        if chat in self.trouble:
            raise self.trouble[chat]
        if message.toast:
            self.unread.append((chat, Seen("", replace(message, text=message.toast, buttons=()), "!")))
        if not (message.text or message.photos or message.buttons):
            return Sent("")
        if message.edit:
            return self._edit(chat, message)
        self._count += 1
        seen = Seen(str(self._count), message)
        self.chats.setdefault(chat, []).append(seen)
        self.unread.append((chat, seen))
        return Sent(seen.id)

    def _edit(self, chat: str, message: Outgoing) -> Sent:
        seen = next((seen for seen in self.chats.get(chat, ()) if seen.id == message.edit), None)
        if seen is None:
            raise errors.MessageGone
        if (seen.message.text, seen.message.buttons) == (message.text, message.buttons):
            raise errors.NotChanged
        seen.message = message
        self.unread.append((chat, Seen(seen.id, message, "✎")))
        return Sent(seen.id)

    async def fetch(self, ref: str, into: Path) -> None:
        """The bytes put under `files`."""
        if ref not in self.files:
            raise errors.FileMissing
        into.write_bytes(self.files[ref])
