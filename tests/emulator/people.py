"""The people's side: what somebody with a phone can do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.emulator.state import BotAccount, Chat, Press, Shown

if TYPE_CHECKING:
    from tests.emulator.world import World

Json = dict[str, Any]
JPEG = b"\xff\xd8\xff\xe0" + b"picture" * 20 + b"\xff\xd9"


class Person:
    """Somebody with an account. Without `to` things go to the private chat with the first bot."""

    def __init__(self, api: World, user: Json, phone: str) -> None:
        self.api = api
        self.user = user
        self.phone = phone

    @property
    def id(self) -> int:
        return int(self.user["id"])

    def chat(self, bot: BotAccount | None = None) -> Chat:
        """The private chat with a bot, opened if there is none yet."""
        bot = bot or self.api.first
        key = (bot.id, self.id)
        if key not in self.api.chats:
            self.api.chats[key] = Chat(self.id, "private", person=self.user, bot=bot)
        return self.api.chats[key]

    def say(self, text: str, to: Chat | None = None, *, reply: Shown | None = None) -> Shown:
        """Types a text."""
        return self.send({"text": text}, to, reply=reply)

    def send(self, content: Json, to: Chat | None = None, *, reply: Shown | None = None) -> Shown:
        """Any content, in the Bot API's own fields."""
        chat = to or self.chat()
        shown = chat.add(self.user, content, self.api.now(), reply_to=reply)
        self.api.tell(chat, "message", shown)
        return shown

    def tap(self, message: Shown, label: str = "", *, data: str = "") -> Press:
        """Presses a button; with `data` a forged one."""
        press = Press(str(self.api.number()), self.api.owner(message), message)
        self.api.presses[press.id] = press
        body: Json = {"message_id": message.id, "chat": message.chat.json(), "date": 0}
        self.api.feed.add(
            press.bot,
            "callback_query",
            {
                "id": press.id,
                "from": self.user,
                "chat_instance": str(message.chat.id),
                "message": body if message.out_of_reach or message.deleted else message.json(),
                "data": data or message.data(label),
            },
        )
        return press

    def key(self, label: str, to: Chat | None = None, *, at: tuple[float, float] = (21.594, 105.848)) -> Shown:
        """Presses a key of the reply keyboard: it types its label, or shares one's own number or place."""
        chat = to or self.chat()
        for row in chat.keyboard or []:
            for key in row:
                if key["text"] == label:
                    if key.get("request_contact"):
                        return self.contact(to=chat)
                    return self.location(*at, to=chat) if key.get("request_location") else self.say(label, chat)
        raise LookupError(f"no key {label!r}")

    def contact(self, phone: str = "", to: Chat | None = None, *, own: bool = True) -> Shown:
        """Shares a number, one's own unless said otherwise."""
        card: Json = {"phone_number": phone or self.phone, "first_name": self.user["first_name"]}
        return self.send({"contact": {**card, "user_id": self.id} if own else card}, to)

    def location(self, latitude: float, longitude: float, to: Chat | None = None) -> Shown:
        """Sends a pin."""
        return self.send({"location": {"latitude": latitude, "longitude": longitude}}, to)

    def photo(
        self, content: bytes = JPEG, caption: str = "", to: Chat | None = None, *, album: str = "", size: int = 0
    ) -> Shown:
        """Sends a photo; `size` pretends a bigger one."""
        made: Json = {"photo": self.api.picture(self.api.store(content, "photos", "jpg", size), "photo")}
        if caption:
            made["caption"] = caption
        if album:
            made["media_group_id"] = album
        return self.send(made, to)

    def album(self, pictures: list[bytes], caption: str = "", to: Chat | None = None) -> list[Shown]:
        """Several photos at once: as many updates, the caption on the first."""
        group = str(self.api.number())
        return [self.photo(p, caption if not n else "", to, album=group) for n, p in enumerate(pictures)]

    def voice(self, content: bytes = b"OggS" * 30, to: Chat | None = None) -> Shown:
        """Says something."""
        file = self.api.store(content, "voice", "oga")
        return self.send({"voice": {**self.api.described(file), "duration": 3, "mime_type": "audio/ogg"}}, to)

    def document(self, content: bytes, name: str, to: Chat | None = None, *, size: int = 0) -> Shown:
        """Sends a file."""
        file = self.api.store(content, "documents", name.rpartition(".")[2], size)
        return self.send({"document": {**self.api.described(file), "file_name": name}}, to)

    def sticker(self, to: Chat | None = None) -> Shown:
        """Something the bot does not understand."""
        file = self.api.store(b"webp", "stickers", "webp")
        look = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
        return self.send({"sticker": {**self.api.described(file), **look}}, to)

    def edit(self, message: Shown, text: str) -> None:
        """Changes a text already sent."""
        message.content, message.edited = {**message.content, "text": text}, self.api.now()
        self.api.tell(message.chat, "edited_message", message)

    def block(self, bot: BotAccount | None = None, *, blocked: bool = True) -> None:
        """Blocks the bot (or, with `blocked=False`, lets it write again)."""
        chat = self.chat(bot)
        if chat.blocked != blocked:
            chat.blocked = blocked
            self.api.membership(
                chat, self.user, chat.bot or self.api.first, *(("member", "kicked")[:: 1 if blocked else -1])
            )

    def leave_telegram(self) -> None:
        """Closes the account. Nobody is told."""
        for (_, person), chat in self.api.chats.items():
            if person == self.id:
                chat.deactivated = True
