"""The stage without a messenger: updates go straight into the program, what it sends is kept by `FakeChannel`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot.channels import NotStored
from handlers.messages import Attachment, Button, Contact, Incoming, Outgoing
from tests.conversation.fake import FakeChannel
from tests.conversation.world import Seen as News
from tests.conversation.world import World, opened, picture


@dataclass
class Stage(World):
    """See `World`. Its people are tied directly, and it can be told anything through `incoming`."""

    channel: FakeChannel = field(default_factory=FakeChannel)
    keys: int = 0

    by_invite = False

    @property
    def numbered(self) -> bool:
        """As the channel's limits say."""
        return not self.channel.limits.has_buttons

    @property
    def place(self) -> tuple[str, str]:
        """The channel's."""
        return self.channel.name, self.channel.bot

    async def start(self) -> None:
        """The channel survives a restart: it is the messenger."""
        await super().start()
        self.running.app.add(self.channel)

    async def account(self, name: str, invite: str) -> str:
        """A user id of the name."""
        return f"u-{name}"

    async def group_chat(self, name: str) -> str:
        """As on the web."""
        return f"g:{name}"

    def key(self) -> str:
        """Of the next update."""
        self.keys += 1
        return f"k{self.keys}"

    def incoming(self, name: str, where: str = "", **what: object) -> Incoming:
        """An update of this person."""
        user, chat = self.users[name], self.chat_of(name, where)
        return Incoming(*self.place, self.key(), user, chat, group=bool(where), **what)  # type: ignore[arg-type]

    async def receive(self, name: str, where: str = "", **what: object) -> str:
        """Hands it over; the id of the message is the update's key unless given."""
        incoming = self.incoming(name, where, **what)
        incoming = incoming if incoming.message else replace(incoming, message=incoming.key)
        for _ in range(self.times):
            await self._deliver(incoming)
        return incoming.message

    async def _deliver(self, incoming: Incoming) -> None:
        """What is not kept is delivered again."""
        try:
            await self.running.app.receive(incoming)
        except NotStored:
            await self._deliver(incoming)

    async def say(self, who: str, where: str, text: str, reply_to: str = "") -> str:
        """A text."""
        return await self.receive(who, where, text=text, reply_to=reply_to)

    async def edit(self, who: str, where: str, message: str, text: str) -> None:
        """An edited text."""
        await self.receive(who, where, text=text, message=message, edited=True)

    async def press(self, who: str, where: str, seen: News, button: Button) -> None:
        """A tap."""
        await self.receive(who, where, tap=button.data, message=seen.id, query=f"q{self.keys}")

    async def files(self, who: str, where: str, kind: str, count: int, text: str) -> None:
        """An album is as many updates as it has photos."""
        album = f"a{self.keys}" if count > 1 else ""
        for number in range(count):
            found = self.attachment(kind)
            await self.receive(who, where, attachments=(found,), album=album, text="" if number else text)

    async def pin(self, who: str, where: str, at: tuple[float, float]) -> None:
        """A place."""
        await self.receive(who, where, location=at)

    async def contact(self, who: str, phone: str, *, own: bool) -> None:
        """A number."""
        await self.receive(who, contact=Contact(phone, own))

    async def sticker(self, who: str, where: str) -> None:
        """Of no kind we know."""
        await self.receive(who, where, unsupported=True)

    async def event(self, what: str, whom: str) -> None:
        """To a group, or to somebody's private chat."""
        by, where = (next(iter(self.users)), whom) if whom in self.groups else (whom, "")
        moved = f"g:{whom} (new)" if what == "migrated" else ""
        await self.receive(by, where, event=what, moved_to=moved)
        if moved:
            self.groups[whom] = moved

    def news(self) -> list[News]:
        """What the channel was told to show."""
        news, self.channel.unread = self.channel.unread, []
        return [self._news(chat, seen.id, seen.message, seen.news) for chat, seen in news]

    def _news(self, chat: str, number: str, message: Outgoing, mark: str) -> News:
        rows = [list(row) for row in message.buttons]
        return News(self.name_of(chat), number, message.text, rows, bool(message.photos), message.ask, mark)

    def attachment(self, kind: str, name: str = "") -> Attachment:
        """A file the messenger holds."""
        ref = f"{kind}-{self.keys}-{len(self.channel.files)}"
        self.channel.files[ref] = picture(len(self.channel.files)) if kind == "photo" else ref.encode()
        return Attachment(kind, ref, unique=ref, name=name, size=len(self.channel.files[ref]))  # type: ignore[arg-type]


@asynccontextmanager
async def on_stage(url: str, media: Path, channel: FakeChannel) -> AsyncIterator[Stage]:
    """Prepared, started, stopped."""
    async with opened(Stage(url, media, channel=channel)) as stage:
        yield stage
