"""Buttons of announcements from another time, of another person, or of nobody; and what an announcement must never do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select, update

from handlers.clock import VN
from storage.models.letters import letter
from storage.models.people import announcement
from storage.models.registry import person, registry_version, role
from tests.conversation.fake import BUTTONS, FakeChannel
from tests.conversation.stage import Stage, on_stage
from tests.conversation.world import Seen

CADRE, NEIGHBOUR, OFFICIAL, CLERK, LEADER = "Binh", "Khac", "Hoa", "Truc", "Chu"
CAST = {
    CADRE: "mau-truong-xom-1",
    NEIGHBOUR: "mau-truong-xom-2",
    OFFICIAL: "mau-pkt-1",
    CLERK: "mau-van-phong-1",
    LEADER: "mau-chu-tich",
}
JUNK = (
    "o:", "o::", "o:a", "o:a:", "o:a:x", "o:a:999", "o:a:1", "o:a:2:1:1", "o:t:2", "o:t:99", "o:u:2", "o:u:2:x:0:0",
    "o:u:2:x:y:z", "o:ud:2:x:0:0", "o:r:2:::", "o:rd:2:abc:0:zz", "o:d:2", "o:d:2:99999", "o:d:2:x", "o:dd:2:1", "o:dd:2:999",
    "o:dd:2", "o:g:2", "o:g:999", "o:send", "o:send:1", "o:send:999", "o:edit:1", "o:whom:1", "o:drop:1", "o:new:1", "o:see:1",
    "o:how:1", "o:how:999", "o:how:", "o:stop:1", "o:stop:999", "o:nothing:2", "m:announce", "o:u:2:" + "9" * 40,
)  # fmt: skip
FAULT = "trục trặc"
WORDS = "Mời các đồng chí họp lúc 8 giờ sáng thứ Năm."


@pytest.fixture
async def stage(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Stage]:
    async with on_stage(sqlite_url, tmp_path / "media", FakeChannel("fake", BUTTONS)) as opened:
        for name, code in CAST.items():
            await opened.join(name, code)
        yield opened


async def after(stage: Stage, who: str = "") -> list[Seen]:
    await stage.quiet()
    return [seen for seen in stage.news() if not who or seen.chat == who]


async def pressed(stage: Stage, who: str, tap: str) -> list[Seen]:
    await stage.receive(who, tap=tap, message="m1", query="q1")
    return await after(stage, who)


async def said(stage: Stage, who: str, text: str) -> list[Seen]:
    await stage.say(who, "", text)
    return await after(stage, who)


def data(seen: list[Seen], front: str) -> str:
    """The last button on the screen that begins so."""
    return next(b.data for one in reversed(seen) for row in one.rows for b in row if b.data.startswith(front))


async def written(stage: Stage, who: str = CLERK, words: str = WORDS) -> list[Seen]:
    """Ready to be sent to everybody of the commune."""
    asked = await said(stage, who, "thông báo")
    await pressed(stage, who, data(asked, "o:a:"))
    return await said(stage, who, words)


async def count(stage: Stage) -> tuple[int, int]:
    """How many announcements and how many letters of them there are."""

    def work(conn: Connection) -> tuple[int, int]:
        letters = select(func.count()).select_from(letter).where(letter.c.template == "announcement")
        made = select(func.count()).select_from(announcement)
        return conn.execute(made).scalar_one(), conn.execute(letters).scalar_one()

    return await stage.running.db.write(work)


@pytest.mark.parametrize("who", list(CAST))
async def test_no_press_is_left_without_an_answer(stage: Stage, who: str) -> None:
    shown = await written(stage)
    await pressed(stage, CLERK, data(shown, "o:send:"))
    await written(stage)
    before = await count(stage)
    for tap in JUNK:
        if who == CLERK and tap.partition(":1")[0] in ("o:send", "o:drop", "o:new"):
            continue  # these are theirs and mean it
        await said(stage, who, "/menu")
        seen = await pressed(stage, who, tap)
        assert seen, tap
        assert not any(FAULT in one.text for one in seen), tap
        assert any(one.rows or one.mark == "!" for one in seen), tap
    assert await count(stage) == before


@pytest.mark.parametrize("who", [CADRE, OFFICIAL, LEADER])
async def test_nobody_else_sends_or_reads_what_is_half_written(stage: Stage, who: str) -> None:
    shown = await written(stage)
    for what in ("send", "see", "edit", "whom", "drop", "new"):
        seen = await pressed(stage, who, data(shown, "o:send:").replace("send", what))
        assert not any(WORDS in one.text for one in seen), what
    assert await count(stage) == (0, 0)
    await pressed(stage, CLERK, data(shown, "o:send:"))
    assert await count(stage) == (1, 4)


@pytest.mark.parametrize(("who", "may"), [(CADRE, False), (OFFICIAL, False), (LEADER, True)])
async def test_who_may_announce_there_may_stop_it_and_others_may_not(stage: Stage, who: str, *, may: bool) -> None:
    stage.now = datetime(2026, 11, 25, 22, 0, tzinfo=VN).astimezone(UTC)
    sent = await pressed(stage, CLERK, data(await written(stage), "o:send:"))
    seen = await pressed(stage, who, data(sent, "o:stop:"))
    assert any("Đã dừng: 4" in one.text for one in seen) == may
    stage.now = datetime(2026, 11, 26, 7, 0, tzinfo=VN).astimezone(UTC)
    await stage.tick()
    assert any(WORDS in one.text for one in await after(stage, NEIGHBOUR)) != may


async def test_two_presses_at_once_send_once(stage: Stage) -> None:
    send = data(await written(stage), "o:send:")
    await asyncio.gather(*(stage.receive(CLERK, tap=send, message="m1", query=f"q{i}") for i in range(4)))
    seen = await after(stage)
    assert sum(WORDS in one.text for one in seen if one.chat == NEIGHBOUR) == 1
    assert await count(stage) == (1, 4)


async def test_whose_office_has_ended_sends_nothing(stage: Stage) -> None:
    shown = await written(stage)

    def end(conn: Connection) -> None:
        who = select(person.c.id).where(person.c.code == CAST[CLERK]).scalar_subquery()
        conn.execute(update(role).where(role.c.person_id == who).values(valid_to=date(2026, 11, 24)))
        conn.execute(update(registry_version).values(version=registry_version.c.version + 1))

    await stage.running.db.write(end)
    await stage.running.app.load()
    for what in ("send", "see", "edit"):
        assert await pressed(stage, CLERK, data(shown, "o:send:").replace("send", what))
    assert await count(stage) == (0, 0)


async def test_everybody_reads_the_frame_in_their_own_language(stage: Stage) -> None:
    await said(stage, NEIGHBOUR, "english")
    await stage.receive(CLERK, tap=data(await written(stage), "o:send:"), message="m1", query="q1")
    seen = {one.chat: one.text for one in await after(stage) if WORDS in one.text}
    assert seen[NEIGHBOUR].startswith("📣 Announcement of Xã Võ Nhai")
    assert seen[CADRE].startswith("📣 Thông báo của Xã Võ Nhai")


async def test_what_was_looked_at_is_what_arrives(stage: Stage) -> None:
    shown = await written(stage)
    await stage.receive(CLERK, tap=data(shown, "o:send:"), message="m1", query="q1")
    arrived = {one.text for one in await after(stage) if one.chat in (CADRE, NEIGHBOUR, OFFICIAL, LEADER)}
    assert arrived == {shown[0].text}


@pytest.mark.parametrize("length", [5, 1500])
async def test_the_longest_arrives_whole(stage: Stage, length: int) -> None:
    words = ("Họp xóm " * 200)[:length].strip().ljust(length, "!")
    shown = await written(stage, words=words)
    await stage.receive(CLERK, tap=data(shown, "o:send:"), message="m1", query="q1")
    assert any(words in one.text for one in await after(stage, CADRE))


async def test_too_long_is_said_and_nothing_is_lost(stage: Stage) -> None:
    asked = await written(stage, words="a" * 1501)
    assert "1500" in asked[-1].text
    assert not any(b.data.startswith("o:send:") for one in asked for row in one.rows for b in row)
    assert any(WORDS in one.text for one in await said(stage, CLERK, WORDS))
