"""Fixtures of the channels' tests. aiogram takes seconds to import, so only who asks for it pays."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import pytest

from tests.channels.telegram_world import Setting, webhook_world, world
from tests.emulator import BotApi, Person

if TYPE_CHECKING:
    import aiogram
    import telegram


@pytest.fixture
async def idle(tmp_path: Path) -> AsyncIterator[Setting]:
    """A Telegram channel that takes no updates: it only sends. No call may break the specification."""
    async with world(tmp_path, started=False) as setting:
        yield setting
        assert setting.api.violations == []


@pytest.fixture
async def polling(tmp_path: Path) -> AsyncIterator[Setting]:
    """One that asks for updates."""
    async with world(tmp_path) as setting:
        yield setting
        assert setting.api.violations == []


@pytest.fixture
async def hooked(tmp_path: Path) -> AsyncIterator[Setting]:
    """One that is brought updates."""
    async with webhook_world(tmp_path) as setting:
        yield setting
        assert setting.api.violations == []


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    """The emulator with one bot."""
    async with BotApi() as running:
        running.bot("700001:AAtest", "danvan_bot")
        yield running


@pytest.fixture
def an(api: BotApi) -> Person:
    """Somebody who has spoken to the bot before."""
    person = api.user("An")
    person.chat()
    return person


@pytest.fixture
async def gram(api: BotApi) -> AsyncIterator[aiogram.Bot]:
    """aiogram as a client."""
    import aiogram
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer

    async with AiohttpSession(api=TelegramAPIServer.from_base(api.base)) as session:
        yield aiogram.Bot(api.first.token, session=session)


@pytest.fixture
async def ptb(api: BotApi) -> AsyncIterator[telegram.Bot]:
    """python-telegram-bot as a client, on its own HTTP library."""
    import telegram

    async with telegram.Bot(api.first.token, f"{api.base}/bot", f"{api.base}/file/bot") as bot:
        yield bot


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """A bare HTTP client."""
    async with aiohttp.ClientSession() as session:
        yield session
