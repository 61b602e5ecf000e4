"""Every transcript, on both databases, with buttons and where there are none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conversation.fake import BUTTONS, PLAIN, FakeChannel
from tests.conversation.play import play
from tests.conversation.script import read
from tests.conversation.stage import on_stage

FOLDER = Path(__file__).parent / "transcripts"
SCRIPTS = sorted(path for path in FOLDER.glob("*.txt") if not path.name.endswith(".plain.txt"))


def scripts(where: str) -> list[Path]:
    """Those that can be played there: a line "# Not on: web" names what lacks the means (a browser shares no number)."""
    return [path for path in SCRIPTS if where not in _not_on(path)]


def _not_on(path: Path) -> list[str]:
    found = re.search(r"^# Not on: (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return found[1].split(", ") if found else []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
async def test_with_buttons(path: Path, database_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """As on Telegram and the web."""
    await check(path, path, FakeChannel("fake", BUTTONS), database_url, tmp_path, request)


@pytest.mark.parametrize("path", scripts("plain"), ids=lambda path: path.stem)
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
