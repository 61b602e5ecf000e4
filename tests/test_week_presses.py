"""Buttons of a summary's preview from another time, of somebody else, or of nobody."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, update

from handlers.clock import VN
from storage.models.letters import letter
from storage.models.people import week_note
from storage.models.registry import person, registry_version, role
from tests.conversation.fake import BUTTONS, FakeChannel
from tests.conversation.stage import Stage, on_stage
from tests.test_announce_presses import after, data, pressed, said

CLERK, CHAIRMAN, OFFICIAL = "Truc", "Chu", "Hoa"
CAST = {CLERK: "mau-van-phong-1", CHAIRMAN: "mau-chu-tich", OFFICIAL: "mau-pkt-1"}
JUNK = (
    "s:", "s", "s::", "s:send", "s:send:", "s:send:2", "s:send:2:", "s:send:x:2026-W48", "s:send:999:2026-W48",
    "s:send:2:2026-W99", "s:send:2:2030-W01", "s:send:2:2026-W47:x", "s:nothing:2:2026-W48", "s:note:2:2026-W49",
    "s:skipyes:2:2026-W49", "s:undo:2:2026-W46", "s:skip:2:-W", "s:skip:" + "9" * 30 + ":2026-W48",
)  # fmt: skip
FRIDAY = datetime(2026, 11, 27, 14, 0, tzinfo=VN)


@pytest.fixture
async def stage(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Stage]:
    """Friday, two o'clock: the preview has come."""
    async with on_stage(sqlite_url, tmp_path / "media", FakeChannel("fake", BUTTONS)) as opened:
        for name, code in CAST.items():
            await opened.join(name, code)
        await opened.make_group("Xa", "05716")
        await at(opened, FRIDAY - timedelta(minutes=1))
        yield opened


async def at(stage: Stage, when: datetime) -> None:
    stage.now = when
    await stage.tick()
    await after(stage)


async def stored(stage: Stage) -> tuple[list[str], list[str]]:
    """(decisions, keys of summaries)."""

    def work(conn: Connection) -> tuple[list[str], list[str]]:
        keys = conn.execute(select(letter.c.dedupe).where(letter.c.template == "summary").order_by(letter.c.id))
        return list(conn.execute(select(week_note.c.decision)).scalars()), list(keys.scalars())

    return await stage.running.db.read(work)


async def preview(stage: Stage) -> str:
    """`<unit>:<week>` as it stands in the preview's buttons."""
    stage.now = FRIDAY
    await stage.tick()
    return data(await after(stage, CLERK), "s:send:").removeprefix("s:send:")


async def test_what_no_button_ever_said_decides_nothing(stage: Stage) -> None:
    await preview(stage)
    before = await stored(stage)
    for tap in JUNK:
        seen = await pressed(stage, CLERK, tap)
        assert seen, f"{tap}: silence"
        assert "trục trặc" not in seen[-1].text, tap
        assert seen[-1].rows, f"{tap}: no way on"
    assert await stored(stage) == before


@pytest.mark.parametrize("what", ["send", "note", "skip", "skipyes", "undo"])
async def test_only_who_may(stage: Stage, what: str) -> None:
    key = await preview(stage)
    before = await stored(stage)
    seen = await pressed(stage, OFFICIAL, f"s:{what}:{key}")
    assert seen[-1].text.startswith("Chỉ cán bộ trực")
    assert await stored(stage) == before


async def end_office(stage: Stage, code: str) -> None:
    def work(conn: Connection) -> None:
        who = conn.execute(select(person.c.id).where(person.c.code == code)).scalar_one()
        conn.execute(update(role).where(role.c.person_id == who).values(valid_to=date(2026, 11, 26)))
        conn.execute(update(registry_version).values(version=registry_version.c.version + 1))

    await stage.running.db.write(work)
    await stage.running.app.load()


async def test_an_office_that_ended_in_the_middle_of_a_note(stage: Stage) -> None:
    key = await preview(stage)
    await pressed(stage, CLERK, f"s:note:{key}")
    await end_office(stage, CAST[CLERK])
    seen = await said(stage, CLERK, "Tuần tới họp sớm.")
    assert seen[-1].text.startswith("Chỉ cán bộ trực")
    assert (await stored(stage))[0] == []


async def test_a_note_that_comes_too_late_is_handed_back(stage: Stage) -> None:
    key = await preview(stage)
    await pressed(stage, CLERK, f"s:note:{key}")
    await at(stage, FRIDAY + timedelta(hours=2))
    seen = await said(stage, CLERK, "Tuần tới họp sớm.")
    assert "đã gửi rồi" in seen[-1].text
    assert "“Tuần tới họp sớm.”" in seen[-1].text


async def test_a_note_written_while_a_colleague_skips_does_not_send(stage: Stage) -> None:
    key = await preview(stage)
    await pressed(stage, CLERK, f"s:note:{key}")
    await pressed(stage, CHAIRMAN, f"s:skipyes:{key}")
    seen = await said(stage, CLERK, "Tuần tới họp sớm.")
    assert "bỏ qua tuần này" in seen[-1].text
    await at(stage, FRIDAY + timedelta(hours=2))
    decisions, keys = await stored(stage)
    assert decisions == ["skip"]
    assert not [one for one in keys if one.endswith("W48")]


async def test_pressed_twice_it_goes_once(stage: Stage) -> None:
    key = await preview(stage)
    for who in (CLERK, CLERK, CHAIRMAN):
        await pressed(stage, who, f"s:send:{key}")
    await at(stage, FRIDAY + timedelta(hours=2))
    assert [one[-3:] for one in (await stored(stage))[1]].count("W48") == 1


async def test_an_old_send_now_after_a_skip_sends_and_says_so(stage: Stage) -> None:
    key = await preview(stage)
    await pressed(stage, CHAIRMAN, f"s:skipyes:{key}")
    await pressed(stage, CLERK, f"s:send:{key}")
    decisions, keys = await stored(stage)
    assert decisions == ["send"]
    assert [one[-3:] for one in keys].count("W48") == 1


async def test_an_undo_of_last_week_is_over(stage: Stage) -> None:
    key = await preview(stage)
    await pressed(stage, CLERK, f"s:skipyes:{key}")
    await at(stage, FRIDAY + timedelta(days=7))
    seen = await pressed(stage, CLERK, f"s:undo:{key}")
    assert "đã qua" in seen[-1].text
    assert (await stored(stage))[0] == ["skip"]
