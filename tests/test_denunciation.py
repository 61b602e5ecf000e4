"""Rule 14, from outside: someone types a denunciation, and then its words are searched for wherever the program writes."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, inspect, select, text

from bot import logs
from bot.channels import errors
from handlers.messages import Attachment
from handlers.vietnamese import fold
from storage.engine import ENGINE_OPTIONS
from storage.migrate import synchronous
from storage.models.people import counter
from tests.conversation.fake import BUTTONS, FakeChannel
from tests.conversation.stage import Stage, on_stage

pytestmark = pytest.mark.usefixtures("readable")

CADRE = "mau-truong-xom-1"
WORDS = "Tôi tố cáo ông Triệu Quang Zyxwvu, kế toán xã, ăn chặn tiền hỗ trợ của bà con"
TRACES = ("Zyxwvu", "zyxwvu", "ăn chặn", "an chan")
EARLIER = "Chuyện tiền hỗ trợ Qwertyzz"


async def say(stage: Stage, **what: object) -> None:
    """A cadre's message, and all it causes."""
    assert stage.server is not None
    await stage.server.app.receive(stage.incoming("Binh", **what))
    await stage.quiet()


def last(stage: Stage) -> str:
    """What the cadre saw last."""
    return stage.channel.chats[stage.users["Binh"]][-1].message.text


def everything(stage: Stage, capture: str) -> bytes:
    """Database (as rows, as files, with their log), media and logs."""
    engine = create_engine(synchronous(stage.url), **ENGINE_OPTIONS)
    rows = []
    with engine.connect() as conn:
        for table in inspect(conn).get_table_names():
            rows += [repr(tuple(row)) for row in conn.execute(text(f'SELECT * FROM "{table}"')).all()]
    engine.dispose()
    folder = stage.media.parent
    files = b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
    return "\n".join(rows).encode() + files + capture.encode()


@pytest.mark.parametrize("confirm", ["tap", "typed", "silence"])
async def test_nothing_of_it_is_kept(
    confirm: str, database_url: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Neither the words nor what led to them, however the question is answered; a counter moves when it was one."""
    logs.setup(level=logging.DEBUG)
    async with on_stage(database_url, tmp_path / "media", FakeChannel("fake", BUTTONS)) as stage:
        await stage.join("Binh", CADRE)
        await say(stage, tap="m:petition", query="q", message="1")
        await say(stage, text=EARLIER)
        await say(stage, text=WORDS, attachments=(Attachment("document", "r1", name="an chan Zyxwvu.pdf"),))
        assert "TỐ CÁO" in last(stage)
        if confirm == "tap":
            await say(stage, tap="d:yes", query="q2", message="9")
        elif confirm == "typed":
            await say(stage, text="đúng là tố cáo")
        await stage.quiet()
        assert stage.server is not None
        count = await stage.server.db.read(_count)
        kept = everything(stage, "".join(capfd.readouterr()))
        folded = fold(kept.decode("utf-8", "replace")).encode()
        for trace in TRACES:
            assert trace.encode() not in kept
            assert fold(trace).encode() not in folded
        if confirm == "silence":
            assert count == 0
        else:
            assert count == 1
            assert b"Qwertyzz" not in kept
    after = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"Zyxwvu" not in after


async def test_no_goes_on_with_the_words(database_url: str, tmp_path: Path) -> None:
    """It only sounded like one: the words are used, nothing has to be typed again."""
    async with on_stage(database_url, tmp_path / "media", FakeChannel("fake", BUTTONS)) as stage:
        await stage.join("Binh", CADRE)
        await say(stage, tap="m:petition", query="q", message="1")
        await say(stage, text=WORDS)
        await say(stage, tap="d:no", query="q2", message="9")
        assert "2/" in last(stage)


async def test_words_are_forgotten_after_ten_minutes(sqlite_url: str, tmp_path: Path) -> None:
    """They wait in memory only; later they have to be typed again, and the person is told so."""
    async with on_stage(sqlite_url, tmp_path / "media", FakeChannel("fake", BUTTONS)) as stage:
        await stage.join("Binh", CADRE)
        await say(stage, text=WORDS)
        stage.now = stage.now.replace(hour=stage.now.hour + 1)
        await say(stage, tap="d:no", query="q2", message="9")
        assert last(stage) != WORDS
        assert "gõ lại" in last(stage)


def _count(conn: Connection) -> int:
    row = conn.execute(select(counter.c.count).where(counter.c.kind == "denunciation")).first()
    return row.count_1 if row is not None and hasattr(row, "count_1") else (row[0] if row is not None else 0)


async def test_an_old_button_wipes_nothing(database_url: str, tmp_path: Path) -> None:
    """The button stays in the chat for ever; pressed another day it must not cost the report that is open then."""
    async with on_stage(database_url, tmp_path / "media", FakeChannel("fake", BUTTONS)) as stage:
        await stage.join("Binh", CADRE)
        await say(stage, text=WORDS)
        old = stage.channel.chats[stage.users["Binh"]][-1]
        await say(stage, tap="m:petition", query="q", message="1")
        await say(stage, text="Cầu treo gãy hai thanh ván")
        stage.now = stage.now.replace(hour=stage.now.hour + 1)
        await say(stage, tap=old.message.buttons[0][0].data, query="q2", message=old.id)
        await say(stage, tap="m:mine", query="q3", message="1")
        assert any(
            "Cầu treo" in button.label
            for seen in stage.channel.chats[stage.users["Binh"]][-2:]
            for row in seen.message.buttons
            for button in row
        )


async def test_two_at_once_wait_side_by_side(sqlite_url: str, tmp_path: Path) -> None:
    """Each has its own question; answering one does not lose the other."""
    async with on_stage(sqlite_url, tmp_path / "media", FakeChannel("fake", BUTTONS)) as stage:
        await stage.join("Binh", CADRE)
        await say(stage, tap="m:petition", query="q", message="1")
        await say(stage, text=WORDS)
        await say(stage, text=WORDS + " lần hai")
        await say(stage, tap="d:no", query="q2", message="9")
        assert "2/" in last(stage)
        await say(stage, tap="d:no", query="q3", message="9")
        assert "gõ lại" not in last(stage)


async def test_in_a_group_nobody_is_asked_and_nothing_waits(sqlite_url: str, tmp_path: Path) -> None:
    """Neither there, also not when it is delivered twice, nor in private afterwards."""
    async with on_stage(sqlite_url, tmp_path / "media", FakeChannel("fake", BUTTONS)) as stage:
        await stage.join("Binh", CADRE)
        await stage.make_group("PKT", "05716/PKT")
        heard = stage.incoming("Binh", "PKT", text=WORDS)
        assert stage.server is not None
        for _ in range(2):
            await stage.server.app.receive(heard)
            await stage.quiet()
        assert stage.groups["PKT"] not in stage.channel.chats
        await say(stage, tap="m:petition", query="q", message="1")
        await say(stage, text="co")
        assert await stage.server.db.read(_count) == 0
        assert "TỐ CÁO" not in last(stage)


async def test_what_still_waits_to_be_said_is_dropped_too(database_url: str, tmp_path: Path) -> None:
    """An answer repeats what was said before; unsaid because the messenger is away, it would outlive the report."""
    channel = FakeChannel("fake", BUTTONS)
    async with on_stage(database_url, tmp_path / "media", channel) as stage:
        await stage.join("Binh", CADRE)
        await say(stage, tap="m:petition", query="q", message="1")
        channel.trouble[stage.users["Binh"]] = errors.Unreachable()
        await say(stage, text=EARLIER)
        assert b"Qwertyzz" in everything(stage, "")
        channel.trouble.clear()
        await say(stage, text=WORDS)
        await say(stage, tap="d:yes", query="q2", message="9")
        assert b"Qwertyzz" not in everything(stage, "")
