"""The same transcripts over real HTTP: on Telegram (by long polling, by webhook) and on the web, word for word."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conversation.play import play
from tests.conversation.script import read
from tests.conversation.telegram_stage import TelegramStage
from tests.conversation.web_stage import WebStage
from tests.conversation.world import opened
from tests.test_transcripts import scripts


@pytest.mark.parametrize("secret", ["", "dung-ai-biet"], ids=["polling", "webhook"])
@pytest.mark.parametrize("path", scripts("telegram"), ids=lambda path: path.stem)
async def test_on_telegram(path: Path, secret: str, database_url: str, tmp_path: Path) -> None:
    """What stands in the chats of the emulator is what was recorded without a messenger."""
    async with opened(TelegramStage(database_url, tmp_path / "media", secret=secret)) as stage:
        happened = await play(stage, read(path))
    assert happened == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("polls", [False, True], ids=["stream", "poll"])
@pytest.mark.parametrize("path", scripts("web"), ids=lambda path: path.stem)
async def test_on_the_web(path: Path, polls: bool, database_url: str, tmp_path: Path) -> None:
    """And so is what the pages are given, by the open stream or by asking again and again."""
    async with opened(WebStage(database_url, tmp_path / "media", polls=polls)) as stage:
        happened = await play(stage, read(path))
    assert happened == path.read_text(encoding="utf-8")
