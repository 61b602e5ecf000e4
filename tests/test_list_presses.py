"""Buttons of lists, numbers and ready answers from another time, of another person, or of nobody: a sentence and a way on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select

from storage.models.cases import reply_template
from storage.models.registry import department
from tests.conversation import reports
from tests.conversation.fake import BUTTONS, FakeChannel
from tests.conversation.stage import Stage, on_stage
from tests.conversation.world import MORNING, Seen

CADRE, OTHER, OFFICIAL, ELSEWHERE, LEADER = "Binh", "Khac", "Hoa", "Lan", "Chu"
CAST = {
    CADRE: "mau-truong-xom-1",
    OTHER: "mau-truong-xom-2",
    OFFICIAL: "mau-pkt-1",
    ELSEWHERE: "mau-pvhxh-1",
    LEADER: "mau-chu-tich",
}
JUNK = (
    "l:", "l::", "l:mine", "l:mine:", "l:mine:x", "l:mine:-1", "l:mine:99999", "l:mine:9999", "l:nothing:0", "l:?:0",
    "l:?cau:9999", "l:?cau", "l:?%:0", "l:search", "l:??:0", "l:?kn1:0", "t:", "t:use", "t:use:1", "t:use:1:1:1",
    "t:use:x:y", "t:see:", "t:see:999", "t:edit:1", "t:drop:1", "t:gone:1", "t:new", "n:", "n::m", "n:1", "n:1:z", "n:x:m",
    "n:999:m", "n:1:m", "m:find", "m:more", "m:numbers", "m:templates", "m:work_7", "m:work_x", "f:1", "f:999",
)  # fmt: skip
FAULT = "trục trặc"


@pytest.fixture
async def stage(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Stage]:
    """A commune with two reports to PKT and one ready answer of PKT's."""
    async with on_stage(sqlite_url, tmp_path / "media", FakeChannel("fake", BUTTONS)) as opened:
        for name, code in CAST.items():
            await opened.join(name, code)
        await reports.put(opened, 2, CAST[CADRE], "PKT")
        await opened.running.db.write(_ready_answer)
        opened.news()
        yield opened


def _ready_answer(conn: Connection) -> None:
    owner = conn.execute(select(department.c.id).where(department.c.code == "PKT")).scalar_one()
    row = {"department_id": owner, "title": "Sẽ sửa", "words": "Sẽ sửa {code}", "changed_at": MORNING}
    conn.execute(insert(reply_template).values(row))


async def pressed(stage: Stage, who: str, tap: str) -> list[Seen]:
    await stage.receive(who, tap=tap, message="m1", query="q1")
    await stage.quiet()
    return [seen for seen in stage.news() if seen.chat == who]


@pytest.mark.parametrize("who", list(CAST))
async def test_no_press_is_left_without_an_answer(stage: Stage, who: str) -> None:
    for tap in JUNK:
        await stage.say(who, "", "/menu")  # out of a form the press before may have begun
        await stage.quiet()
        stage.news()
        seen = await pressed(stage, who, tap)
        assert seen, tap
        assert not any(FAULT in one.text for one in seen), tap
        assert any(one.rows or one.mark == "!" for one in seen), tap


@pytest.mark.parametrize("who", [CADRE, OTHER, ELSEWHERE])
@pytest.mark.parametrize("tap", ["t:see:1", "t:edit:1", "t:drop:1", "t:gone:1", "t:use:1:1"])
async def test_a_ready_answer_is_its_own_department_s_alone(stage: Stage, who: str, tap: str) -> None:
    seen = await pressed(stage, who, tap)
    assert not any("Sẽ sửa" in one.text for one in seen)
    mine = await pressed(stage, OFFICIAL, "t:see:1")
    assert any("Sẽ sửa {code}" in one.text for one in mine)


@pytest.mark.parametrize(("who", "sees"), [(OFFICIAL, True), (LEADER, True), (ELSEWHERE, False), (OTHER, False)])
async def test_lists_and_searches_open_nothing_that_is_not_one_s_own(stage: Stage, who: str, *, sees: bool) -> None:
    for tap in ("l:open:0", "l:new:0", "l:?duong:0", "l:?kn1:0", "l:?duong hong:0"):
        seen = await pressed(stage, who, tap)
        shown = any("KN-0001 ·" in button.label for one in seen for row in one.rows for button in row)
        assert shown == sees, tap


async def test_the_reporter_s_neighbour_sees_that_it_is_there_and_no_word_of_it(stage: Stage) -> None:
    await stage.join("Mat", "mau-mat-tran-1")
    found = await pressed(stage, "Mat", "l:?dong may:0")
    labels = [button.label for one in found for row in one.rows for button in row]
    assert any(label.startswith("KN-0001 · Đường sá") for label in labels)
    opened = await pressed(stage, "Mat", "f:1")
    assert any("KN-0001" in one.text for one in opened)
    assert not any("hỏng" in one.text or "09000" in one.text for one in [*found, *opened])
    assert not any(word in label for label in labels for word in ("hỏng", "đoạn"))


async def test_an_answer_that_was_kept_ready_for_a_case_that_moved_on_is_not_sent(stage: Stage) -> None:
    await stage.say(OFFICIAL, "", "trả lời KN1")
    await stage.say(LEADER, "", "trả lời KN1 Ủy ban đã trả lời rồi nhé")
    await stage.quiet()
    stage.news()
    seen = await pressed(stage, OFFICIAL, "t:use:1:1")
    assert not any("Sẽ sửa KN-0001" in one.text for one in seen)
    assert seen
    await stage.say(OFFICIAL, "", "mẫu 1")
    await stage.quiet()
    assert not any(FAULT in one.text for one in stage.news())
