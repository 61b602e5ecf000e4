"""A Telegram channel of ours between the emulator and a receiver that only notes what it is given."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.channels import NotStored
from bot.channels.telegram import TelegramChannel, Waits
from handlers.messages import Address, Button, Incoming, Outgoing
from tests.emulator import BotApi, Person

TOKEN = "700001:AAtest-secret"
WAITS = Waits(silence=0.5, poll=1, pause=0.02)
Answer = Callable[[Incoming], Outgoing | None]


SEND, CANCEL = Button("Gửi", "q:1:a:~send", style="success"), Button("Hủy", "q:1:a:~cancel", control=True)


@dataclass
class Receiver:
    """Notes what comes. `refuse` counts how often it cannot store, `broken` how often it breaks."""

    answer: Answer = lambda _: None
    seen: list[Incoming] = field(default_factory=list)
    inline: list[bool] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    refuse: int = 0
    broken: int = 0
    before: Callable[[Incoming], Any] | None = None

    async def receive(self, incoming: Incoming, *, inline: bool = False) -> Outgoing | None:
        if self.refuse:
            self.refuse -= 1
            raise NotStored
        if self.broken:
            self.broken -= 1
            raise KeyError("mật khẩu của tôi")
        if self.before:
            await self.before(incoming)
        self.seen.append(incoming)
        self.inline.append(inline)
        return self.answer(incoming)

    def said(self, incoming: Incoming, *, surely: bool = False) -> None:
        self.told.append(incoming.key)

    @property
    def texts(self) -> list[str]:
        return [incoming.text for incoming in self.seen]


def to(chat: int, text: str = "", **more: Any) -> Outgoing:
    """Something to say in a chat."""
    return Outgoing(Address("telegram", "700001", str(chat)), text, **more)


async def eventually(true: Callable[[], Any]) -> None:
    """Waits for what the emulator gives no notice of."""
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


@dataclass
class Setting:
    """Everything a test needs in hand."""

    api: BotApi
    channel: TelegramChannel
    receiver: Receiver
    an: Person
    media: Path

    def picture(self, name: str, content: bytes) -> str:
        (self.media / name).write_bytes(content)
        return name


@asynccontextmanager
async def world(tmp_path: Path, *, started: bool = True, **given: Any) -> AsyncIterator[Setting]:
    """Emulator, channel, receiver, and a person who has spoken to the bot before."""
    async with BotApi() as api:
        api.bot(TOKEN, "danvan_bot")
        an = api.user("An")
        an.chat()
        options = {"api_base": api.base, "waits": WAITS, "media": tmp_path.joinpath} | given
        channel = TelegramChannel(TOKEN, **options)
        receiver = Receiver()
        if started:
            await channel.start(receiver)
        try:
            yield Setting(api, channel, receiver, an, tmp_path)
        finally:
            await channel.stop()


@asynccontextmanager
async def webhook_world(tmp_path: Path, **given: Any) -> AsyncIterator[Setting]:
    """The same by webhook, on a server of the test's own."""
    app = web.Application()
    runner: web.AppRunner | None = None
    async with world(tmp_path, started=False, webhook_secret="dung-ai-biet", **given) as setting:
        app.add_routes(setting.channel.routes())
        runner = web.AppRunner(app, shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        public = f"http://127.0.0.1:{runner.addresses[0][1]}"
        setting.channel._public_url = public
        await setting.channel.start(setting.receiver)
        try:
            await setting.api.until(lambda: setting.api.first.webhook)
            yield setting
        finally:
            await runner.cleanup()


def reply(text: str, **more: Any) -> Answer:
    """A receiver's answer to everything: said where it came from, pressed buttons answered."""

    def answer(incoming: Incoming) -> Outgoing:
        made = Outgoing(incoming.address, text, query=incoming.query)
        return replace(made, **more)

    return answer
