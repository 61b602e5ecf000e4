"""The world the emulator serves: bots, people, groups, files, and who is told of what."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import count
from typing import Any

from tests.emulator.feed import Feed
from tests.emulator.people import Person
from tests.emulator.state import BotAccount, Chat, Press, Shown, Stored, bad

Json = dict[str, Any]


class World:
    """Everything but HTTP. `clock` gives seconds since 1970."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.bots: dict[str, BotAccount] = {}
        self.people: dict[int, Person] = {}
        self.chats: dict[tuple[int, int], Chat] = {}  # (bot, person)
        self.groups: dict[int, Chat] = {}
        self.files: dict[str, Stored] = {}
        self.presses: dict[str, Press] = {}
        self.feed = Feed(self)
        self._clock = clock
        self._numbers = count(10**15 + 7)
        self._group_ids = count(4001)
        self.change = asyncio.Event()  # set at the next change; then there is a new one

    async def inline(self, bot: BotAccount, answer: Json) -> None:
        """A method in a webhook's answer; the server carries it out."""
        raise TypeError(f"no server to carry out {answer.get('method')} of {bot.id}")

    def now(self) -> int:
        """Seconds since 1970, as in every `date`."""
        return int(self._clock())

    def number(self) -> int:
        """A number never given before."""
        return next(self._numbers)

    def notice(self) -> None:
        """Something changed: whoever waits looks again."""
        self.change.set()
        self.change = asyncio.Event()

    async def until(self, true: Callable[[], Any], seconds: float = 10) -> None:
        """Waits until something holds; TimeoutError names what did not."""
        async with asyncio.timeout(seconds):
            while not true():
                await self.change.wait()

    async def settled(self, seconds: float = 10) -> None:
        """Waits until every update has been delivered."""
        await self.until(lambda: not any(bot.updates for bot in self.bots.values()), seconds)

    # Making a world.

    @property
    def first(self) -> BotAccount:
        """The first bot made."""
        return next(iter(self.bots.values()))

    def bot(self, token: str = "", username: str = "", *, privacy: bool = True) -> BotAccount:
        """A bot; BotFather would hand out the token."""
        number = len(self.bots) + 1
        made = BotAccount(token or f"70000{number}:AAtest-{number}", username or f"danvan{number}_bot", privacy=privacy)
        self.bots[made.token] = made
        return made

    def user(self, name: str, *, phone: str = "", language: str = "vi", number: int = 0) -> Person:
        """Somebody with an account."""
        number = number or 500_000_001 + len(self.people)
        user = {"id": number, "is_bot": False, "first_name": name, "language_code": language}
        made = Person(self, user, phone or f"8490{number % 10**7:07}")
        self.people[number] = made
        return made

    def group(
        self, title: str, members: list[Person], bots: list[BotAccount] | None = None, kind: str = "group"
    ) -> Chat:
        """A group in which everybody already is; nobody is told of it."""
        number = next(self._group_ids)
        made = Chat(-number if kind == "group" else -(10**12) - number, kind, title)
        made.members = {one.id: "member" for one in [*members, *(list(self.bots.values()) if bots is None else bots)]}
        self.groups[made.id] = made
        return made

    def supergroup(self, title: str, members: list[Person], bots: list[BotAccount] | None = None) -> Chat:
        """A group with the other kind of id."""
        return self.group(title, members, bots, "supergroup")

    # Telling bots.

    def tell(self, chat: Chat, kind: str, shown: Shown) -> None:
        """An update about a message for every bot that may see it."""
        for bot in [chat.bot] if chat.bot else self.bots.values():
            if chat.private or (chat.members.get(bot.id) == "member" and self._visible(bot, shown)):
                self.feed.add(bot, kind, shown.json())
        self.notice()

    def membership(self, chat: Chat, by: Json, bot: BotAccount, before: str, after: str) -> None:
        """A bot's own standing in a chat changed."""
        old, new = ({"user": bot.user(), "status": status} for status in (before, after))
        if after == "kicked":
            new["until_date"] = 0
        body = {"chat": chat.json(), "from": by, "date": self.now(), "old_chat_member": old, "new_chat_member": new}
        self.feed.add(bot, "my_chat_member", body)

    def owner(self, message: Shown) -> BotAccount:
        """The bot that said a message."""
        return next(bot for bot in self.bots.values() if bot.id == message.sender["id"])

    @staticmethod
    def _visible(bot: BotAccount, shown: Shown) -> bool:
        """Privacy mode: commands, replies to the bot, mentions, service messages."""
        text, reply = shown.text, shown.reply_to
        service = any(name.startswith(("migrate_", "new_chat", "left_chat")) for name in shown.content)
        called = text.startswith("/") and ("@" not in text.split()[0] or text.split()[0].endswith(f"@{bot.username}"))
        to_bot = reply is not None and reply.sender["id"] == bot.id
        return not bot.privacy or service or called or to_bot or f"@{bot.username}" in text

    # Files.

    def store(self, content: bytes, folder: str, ending: str, size: int = 0) -> Stored:
        """A file with an id of its own."""
        number = self.number()
        file = Stored(f"F{number}", content, f"{folder}/file_{number}.{ending}", size or len(content))
        self.files[file.id] = file
        return file

    @staticmethod
    def described(file: Stored) -> Json:
        """The fields every kind of file has."""
        return {"file_id": file.id, "file_unique_id": f"u{file.id}", "file_size": file.size}

    def picture(self, file: Stored, kind: str) -> Any:
        """What a message holds: of a photo two sizes, the small one first."""
        if kind != "photo":
            extra = {
                "voice": {"duration": 1},
                "audio": {"duration": 1},
                "video": {"duration": 1, "width": 9, "height": 9},
            }
            return {**self.described(file), **extra.get(kind, {})}
        small = self.store(file.content[:64], "photos", "jpg")
        return [
            {**self.described(small), "width": 90, "height": 67},
            {**self.described(file), "width": 1280, "height": 960},
        ]

    def given_file(self, value: Any, parameters: Json) -> Stored:
        """An upload (the bytes, or `attach://name`) or a file Telegram already has."""
        if isinstance(value, str) and value.startswith("attach://"):
            value = parameters["_files"].get(value.removeprefix("attach://"))
        if isinstance(value, bytes):
            return self.store(value, "photos", "jpg")
        file = self.files.get(value)
        if file is None or file.lost:
            raise bad("wrong file identifier/HTTP URL specified")
        return file

    # What happens to groups.

    def add_bot(self, chat: Chat, by: Person, bot: BotAccount | None = None) -> None:
        """Somebody adds a bot to a group."""
        bot = bot or self.first
        before, chat.members[bot.id] = chat.members.get(bot.id, "left"), "member"
        self.membership(chat, by.user, bot, before, "member")

    def remove_bot(self, chat: Chat, by: Person, bot: BotAccount | None = None, *, kick: bool = True) -> None:
        """Somebody throws a bot out (or it is made to leave)."""
        bot = bot or self.first
        chat.members[bot.id] = after = "kicked" if kick else "left"
        self.membership(chat, by.user, bot, "member", after)

    def upgrade(self, chat: Chat, by: Person) -> Chat:
        """The group becomes a supergroup with a new id; both chats get a service message."""
        new = self.supergroup(chat.title, [], [])
        new.members = dict(chat.members)
        chat.moved_to = new.id
        self.tell(chat, "message", chat.add(by.user, {"migrate_to_chat_id": new.id}, self.now()))
        self.tell(new, "message", new.add(by.user, {"migrate_from_chat_id": chat.id}, self.now()))
        return new
