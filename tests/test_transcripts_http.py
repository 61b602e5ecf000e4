"""The same transcripts over real HTTP: on Telegram (by long polling, by webhook) and on the web, word for word."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conversation.play import play
from tests.conversation.script import read
from tests.conversation.telegram_stage import TelegramStage
from tests.conversation.world import opened
from tests.test_transcripts import SCRIPTS


@pytest.mark.parametrize("secret", ["", "dung-ai-biet"], ids=["polling", "webhook"])
@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
async def test_on_telegram(path: Path, secret: str, database_url: str, tmp_path: Path) -> None:
    """What stands in the chats of the emulator is what was recorded without a messenger."""
    async with opened(TelegramStage(database_url, tmp_path / "media", secret=secret)) as stage:
        happened = await play(stage, read(path))
    assert happened == path.read_text(encoding="utf-8")
