"""The stage that is Telegram: the real channel, over real HTTP, against the project's emulator of the Bot API."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

from bot.channels.telegram import TelegramChannel
from bot.config import Settings
from handlers.messages import Button
from tests.conversation.world import Seen, World, free_port, picture
from tests.emulator import BotAccount, BotApi, Chat, Person, Shown
from tests.emulator.state import Refusal

Json = dict[str, Any]
TOKEN = "700001:AAtest-secret"
ASKS = {"request_location": "location", "request_contact": "contact"}


class Watched(BotApi):
    """The emulator, noting in order what appears on the phones, as it looks at that moment."""

    def __init__(self) -> None:
        super().__init__()
        self.appeared: list[tuple[str, Shown]] = []  # mark, the message; of a note only its chat and text count
        self.deaf = False

    async def inline(self, bot: BotAccount, answer: Json) -> None:
        """While `deaf` the webhook's answers are lost on the way, which is why Telegram delivers again."""
        if not self.deaf:
            await super().inline(bot, answer)

    async def _run(self, bot: BotAccount, method: str, given: Json, files: Json) -> Any:
        result = await super()._run(bot, method, given, files)
        if not isinstance(result, Refusal):
            self._note(bot, method, given, result)
        return result

    def _note(self, bot: BotAccount, method: str, given: Json, result: Any) -> None:
        if method == "answerCallbackQuery":
            if given.get("text"):
                pressed = self.presses[str(given["callback_query_id"])].message
                self.appeared.append(("!", Shown(0, pressed.chat, bot.user(), 0, {"text": given["text"]})))
        elif method.startswith(("send", "edit")) and method != "sendChatAction":
            first = result[0] if isinstance(result, list) else result  # an album is shown as one thing
            chat = self.groups.get(first["chat"]["id"]) or self.chats[bot.id, first["chat"]["id"]]
            shown = chat.find(first["message_id"])
            assert shown is not None
            mark = "←" if method.startswith("send") else "✎"
            self.appeared.append((mark, replace(shown, content=dict(shown.content), markup=deepcopy(shown.markup))))


@dataclass
class TelegramStage(World):
    """With `secret` updates come by webhook, without by long polling."""

    secret: str = ""
    api: Watched = field(default_factory=Watched)
    people: dict[str, Person] = field(default_factory=dict)
    chats: dict[str, Chat] = field(default_factory=dict)
    repeated: int = 0

    @property
    def place(self) -> tuple[str, str]:
        """The bot's."""
        return "telegram", TOKEN.partition(":")[0]

    def settings(self) -> Settings:
        """As a commune would set them, but for the address of Telegram."""
        public = f"http://127.0.0.1:{self.port}" if self.secret else ""
        telegram = {"telegram_tokens": (TOKEN,), "telegram_api": self.api.base}
        return replace(super().settings(), **telegram, telegram_webhook_secret=self.secret, public_url=public)  # type: ignore[arg-type]

    async def start(self) -> None:
        """Serving, and introduced to Telegram."""
        if not self.api.base:
            await self.api.start()
            self.api.bot(TOKEN, "danvan_bot")
            self.api.deaf = self.times > 1
            self.port = free_port()
        self.api.first.commands.clear()
        await super().start()
        channel = self.running.app.channels[self.place]
        assert isinstance(channel, TelegramChannel)
        channel.limits = replace(channel.limits, pace=0.0, group_pace=0.0)  # the emulator does not mind a hurry
        await self.api.until(lambda: len(self.api.first.commands) == 3 and len(self.api.first.described) >= 3)
        await self.api.until(lambda: bool(self.api.first.webhook) == bool(self.secret))

    async def close(self) -> None:
        """No call may have broken the Bot API's specification."""
        await super().close()
        await self.api.stop()
        assert self.api.violations == []

    async def quiet(self) -> None:
        """Every update is taken, everything is said, and no pressed button is left with its spinner."""
        await self.api.settled()
        await self._again()
        await super().quiet()
        await self.api.until(lambda: all(press.answered for press in self.api.presses.values()))

    async def _again(self) -> None:
        """What came since the last time is delivered `times` times in all; only the last answer is heard."""
        numbers = [number for number in self.api.first.log if number > self.repeated]
        for left in range(self.times - 2, -1, -1):
            self.api.deaf = left > 0
            for number in numbers:
                self.api.feed.again(self.api.first, number)
            await self.api.settled()
        self.api.deaf = self.times > 1
        self.repeated = max(numbers, default=self.repeated)

    # What people do.

    async def account(self, name: str, invite: str) -> str:
        """Somebody with a phone, who opens the invite's link if there is one."""
        person = self.people[name] = self.api.user(name)
        self.chats[name] = person.chat()
        if invite:
            person.say(f"/start {invite}")
        return str(person.id)

    async def group_chat(self, name: str) -> str:
        """Everybody and the bot are in it; the bot's privacy mode is on, as BotFather leaves it."""
        self.chats[name] = self.api.group(name, list(self.people.values()))
        return str(self.chats[name].id)

    async def say(self, who: str, where: str, text: str, reply_to: str = "") -> str:
        """Types it."""
        chat = self.chats[where or who]
        return str(self.people[who].say(text, chat, reply=chat.find(int(reply_to)) if reply_to else None).id)

    async def edit(self, who: str, where: str, message: str, text: str) -> None:
        """Changes it."""
        self.people[who].edit(self._shown(where or who, message), text)

    async def press(self, who: str, where: str, seen: Seen, button: Button) -> None:
        """An inline button, or a key of the keyboard below, which types its label."""
        if button.data:
            self.people[who].tap(self._shown(where or who, seen.id), data=button.data)
        else:
            self.people[who].key(button.label, self.chats[where or who])

    async def files(self, who: str, where: str, kind: str, count: int, text: str) -> None:
        """From the gallery."""
        person, chat = self.people[who], self.chats[where or who]
        pictures = [picture(len(self.api.files) + number) for number in range(count)]
        if count > 1:
            person.album(pictures, text, chat)
        elif kind == "photo":
            person.photo(pictures[0], text, chat)
        elif kind == "voice":
            person.voice(to=chat)
        elif kind == "video":
            video = self.api.picture(self.api.store(b"video", "videos", "mp4"), "video")
            person.send({"video": video, **({"caption": text} if text else {})}, chat)
        else:
            person.document(b"document", "document.pdf", chat)

    async def pin(self, who: str, where: str, at: tuple[float, float]) -> None:
        """From the map."""
        self.people[who].location(*at, to=self.chats[where or who])

    async def contact(self, who: str, phone: str, *, own: bool) -> None:
        """From the address book, or with the sharing key."""
        self.people[who].contact(phone, own=own)

    async def sticker(self, who: str, where: str) -> None:
        """From a set."""
        self.people[who].sticker(self.chats[where or who])

    async def event(self, what: str, whom: str) -> None:
        """In the settings of a chat; the first of the cast looks after the groups."""
        first = next(iter(self.people.values()))
        if what in ("blocked", "unblocked"):
            self.people[whom].block(blocked=what == "blocked")
        elif what == "migrated":
            self.chats[whom] = self.api.upgrade(self.chats[whom], first)
            self.groups[whom] = str(self.chats[whom].id)
        elif what == "removed":
            self.api.remove_bot(self.chats[whom], first)
        else:
            self.api.add_bot(self.chats[whom], first)

    # What they see.

    def news(self) -> list[Seen]:
        """But for the small "✓" with which the channel takes a keyboard away: Telegram has no other way."""
        appeared, self.api.appeared = self.api.appeared, []
        return [self._news(mark, shown) for mark, shown in appeared if not _takes_keyboard_away(shown)]

    def _news(self, mark: str, shown: Shown) -> Seen:
        markup = shown.markup or {}
        keys = markup.get("inline_keyboard") or markup.get("keyboard") or []
        ask = next((what for field, what in ASKS.items() if any(key.get(field) for row in keys for key in row)), "")
        rows = [
            [Button(key["text"], key.get("callback_data", "")) for key in row if not ASKS.keys() & key.keys()]
            for row in keys
        ]
        photos = "photo" in shown.content
        return Seen(
            self.name_of(str(shown.chat.id)), str(shown.id), shown.text, [row for row in rows if row], photos, ask, mark
        )

    def _shown(self, chat: str, message: str) -> Shown:
        found = self.chats[chat].find(int(message))
        assert found is not None, f"{chat} has no message {message}"
        return found


def _takes_keyboard_away(shown: Shown) -> bool:
    return shown.text == "✓" and (shown.markup or {}).get("remove_keyboard") is True
