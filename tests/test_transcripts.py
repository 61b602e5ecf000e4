"""Every transcript, on both databases, with buttons and where there are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conversation.fake import BUTTONS, PLAIN, FakeChannel
from tests.conversation.play import play
from tests.conversation.script import read
from tests.conversation.stage import on_stage

FOLDER = Path(__file__).parent / "transcripts"
SCRIPTS = sorted(path for path in FOLDER.glob("*.txt") if not path.name.endswith(".plain.txt"))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
async def test_with_buttons(path: Path, database_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """As on Telegram and the web."""
    await check(path, path, FakeChannel("fake", BUTTONS), database_url, tmp_path, request)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
async def test_without_buttons(path: Path, database_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """As on Zalo's bot platform: numbers and words, nothing edited, 2,000 characters."""
    recorded = path.with_suffix(".plain.txt")
    await check(path, recorded, FakeChannel("plain", PLAIN), database_url, tmp_path, request)


async def check(
    script: Path, recorded: Path, channel: FakeChannel, url: str, tmp: Path, request: pytest.FixtureRequest
) -> None:
    """Played now, it reads as recorded."""
    async with on_stage(url, tmp / "media", channel) as stage:
        happened = await play(stage, read(script))
    if request.config.getoption("--record"):
        recorded.write_text(happened, encoding="utf-8")
    assert happened == recorded.read_text(encoding="utf-8")
