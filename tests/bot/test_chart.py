"""The picture beside a weekly summary: its figures, how it is drawn, who sees it, and that a summary never waits for it."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import Connection, update

from bot import charts
from bot.channels import web_routes
from bot.hooks import Hooks
from handlers import chart_data, facts
from storage import groups
from storage.models.people import group
from tests.bot.conftest import Open
from tests.bot.office import CADRE, OFFICIAL, Office
from tests.bot.test_schedule import FRIDAY, MONDAY, seeded, tick

ROOT = Path(__file__).parent.parent.parent
WEEKS = [[f"{day:02d}/10", day, day // 2] for day in range(1, 9)]
WORDS = {
    "title": "Phản ánh, kiến nghị · tuần 48", "scope": "Xã Võ Nhai", "received": "đã nhận", "answered": "đã trả lời",
    "by_week": "Theo tuần", "by_category": "Theo lĩnh vực", "nothing": "Không có phiếu nào.",
}  # fmt: skip
PALETTE = {(0x00, 0x72, 0xB2), (0xE6, 0x9F, 0x00)}


def drawn(*jobs: dict[str, Any]) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "bot.chart"]
    return subprocess.run(command, input=json.dumps(jobs).encode(), cwd=ROOT, capture_output=True, check=False)


def job(out: Path, **more: Any) -> dict[str, Any]:
    return (
        WORDS | {"weeks": WEEKS, "categories": [["Đường sá, cầu cống", 6, 4], ["Khác", 1, 0]], "out": str(out)} | more
    )


@pytest.mark.parametrize("count", [0, 2, 7])
def test_it_is_as_wide_as_a_phone_wants_it_and_upright(tmp_path: Path, count: int) -> None:
    lines = [
        [f"Lĩnh vực rất dài thứ {n}, công trình nông thôn mới và chương trình mục tiêu", n, 1] for n in range(count)
    ]
    run = drawn(job(tmp_path / "a.png", categories=lines, scope="Xã " * 60))
    assert (run.returncode, run.stderr) == (0, b""), "no letter is missing from the font"
    with Image.open(tmp_path / "a.png") as image:
        assert (image.format, image.width) == ("PNG", 1080)
        assert image.height > 800
        found = {colour for _count, colour in image.convert("RGB").getcolors(1 << 20) or ()}
    assert found >= PALETTE


def test_the_web_page_is_told_what_kind_it_is(tmp_path: Path) -> None:
    assert drawn(job(tmp_path / "a.png")).returncode == 0
    Image.new("RGB", (9, 9)).save(tmp_path / "a.jpg")
    assert [web_routes._picture_kind(tmp_path / f"a.{end}") for end in ("png", "jpg")] == ["image/png", "image/jpeg"]


def test_one_that_cannot_be_drawn_does_not_keep_the_others_from_it(tmp_path: Path) -> None:
    run = drawn(job(tmp_path / "a.png", weeks="?"), job(tmp_path / "b.png"))
    assert run.returncode == 1
    assert not (tmp_path / "a.png").exists()
    assert (tmp_path / "b.png").exists()


def test_big_figures_fit(tmp_path: Path) -> None:
    assert drawn(job(tmp_path / "a.png", weeks=[["05/10", 1234, 1200]] * 8)).returncode == 0


@pytest.mark.parametrize(
    ("received", "answered", "least", "lines"),
    [
        ({}, {}, 1, []),
        ({"giao_thong": 2}, {"moi_truong": 1}, 1, [["giao_thong", 2, 0], ["moi_truong", 0, 1]]),
        ({"giao_thong": 1, "ma_tuy": 5}, {"ma_tuy": 2}, 1, [["giao_thong", 1, 0], ["", 5, 2]]),
        ({"giao_thong": 1, "khac": 3, "no_longer_known": 1}, {}, 1, [["giao_thong", 1, 0], ["", 4, 0]]),
        ({"giao_thong": 2, "moi_truong": 3}, {}, 3, [["moi_truong", 3, 0], ["", 2, 0]]),
    ],
)
def test_categories(received: dict[str, int], answered: dict[str, int], least: int, lines: list[list[Any]]) -> None:
    assert chart_data.top(received, answered, least) == lines


def test_the_busiest_are_named_and_nothing_sensitive_ever_is() -> None:
    every = {code: number for number, code in enumerate(facts.categories(), 1)}
    lines = chart_data.top(every, {})
    named = [code for code, _got, _gone in lines if code]
    assert len(named) == chart_data.TOP
    assert not any(facts.categories()[code].sensitive for code in named)
    assert sum(got for _code, got, _gone in lines) == sum(every.values()), "nothing is lost"


async def test_the_figures_agree_with_the_text(office: Open) -> None:
    async with office(now=MONDAY) as it:
        await seeded(it)
        number = await it.group_of("g-xa")
        registry = it.running.app.state.registry

        def build(conn: Connection) -> Any:
            return chart_data.build(conn, registry, groups.get(conn, number), 2026, 47, FRIDAY)

        figures = await it.read(build)
        assert len(figures["weeks"]) == chart_data.WEEKS
        assert figures["weeks"][-2:] == [["2026-11-09", 4, 1], ["2026-11-16", 6, 3]]
        assert sum(got for _code, got, _gone in figures["categories"]) == 6
        assert ["", 1, 0] in figures["categories"], "drugs are only part of the rest"
        drawn_words = charts.job({"figures": figures, "scope": ["Xã Võ Nhai", ""], "week": 47})
        assert drawn_words["weeks"][-1][0] == "16/11"
        assert "Khác" in [name for name, _got, _gone in drawn_words["categories"]]
        assert "Ma túy" not in str(drawn_words)


async def chart_of(it: Office) -> str:
    (row,) = await it.letters("summary")
    return str(row.params.get("chart", ""))


async def test_it_goes_with_the_summary(office: Open) -> None:
    async with office(now=MONDAY) as it:
        await seeded(it)
        await it.group_of("g-xa")
        await tick(it, FRIDAY)
        sha = await chart_of(it)
        (seen,) = it.channel.chats["g-xa"]
        assert seen.message.photos == (sha,)
        assert "theo lĩnh vực" in seen.message.alt
        with Image.open(it.running.media.path(sha)) as image:
            assert image.width == 1080
        (row,) = await it.letters("summary")
        assert "figures" not in row.params, "they have done their work"


@pytest.mark.parametrize("wants", ["all", "practice"])
async def test_where_there_is_nothing_to_draw_nothing_is_drawn(office_sqlite: Open, wants: str) -> None:
    async with office_sqlite(now=MONDAY) as it:
        if wants == "practice":
            await seeded(it)
        await it.group_of("g-xa")
        await it.write(lambda conn: conn.execute(update(group).values(wants=wants)))
        await tick(it, FRIDAY)
        (seen,) = it.channel.chats["g-xa"]
        assert seen.message.photos == ()


async def nothing_drawn(_jobs: list[dict[str, Any]]) -> int:
    return 1


async def test_a_picture_that_fails_does_not_keep_the_text_back(
    office_sqlite: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(charts, "drawn", nothing_drawn)
    async with office_sqlite(now=MONDAY) as it:
        await seeded(it)
        await it.group_of("g-xa")
        await tick(it, FRIDAY)
        (seen,) = it.channel.chats["g-xa"]
        assert seen.message.photos == ()
        assert "Tổng hợp tuần 47" in seen.message.text


async def test_where_nobody_draws_the_text_goes_alone_after_five_minutes(office_sqlite: Open) -> None:
    async with office_sqlite(now=MONDAY) as it:
        await seeded(it)
        await it.group_of("g-xa")
        it.now = FRIDAY
        await it.running.schedule.tick()
        for minutes, count in ((4, 0), (5, 1)):
            it.now = FRIDAY + timedelta(minutes=minutes)
            await it.running.delivery.run()
            assert len(it.texts("g-xa")) == count


async def test_a_drawing_program_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charts, "TIME", 0)
    assert await charts.drawn([]) == -1


async def test_who_reads_the_group_sees_the_picture(office: Open) -> None:
    async with office(now=MONDAY) as it:
        await seeded(it)
        await it.group_of("g-pkt", department_code="PKT")
        await tick(it, FRIDAY)
        sha = await chart_of(it)
        for code in (OFFICIAL, CADRE):
            await it.account_of(code, code, channel="web")
        await it.write(lambda conn: conn.execute(update(group).values(channel="web", bot="web")))
        hooks = Hooks(it.running.app)
        assert await it.read(lambda conn: hooks.may_see_photo(conn, OFFICIAL, sha))
        assert not await it.read(lambda conn: hooks.may_see_photo(conn, OFFICIAL, "0" * 64))
        assert not await it.read(lambda conn: hooks.may_see_photo(conn, CADRE, sha))
        assert not await it.read(lambda conn: hooks.may_see_photo(conn, "nobody", sha))


async def test_old_pictures_are_removed(office: Open) -> None:
    async with office(now=MONDAY) as it:
        await seeded(it)
        await it.group_of("g-xa")
        await tick(it, FRIDAY)
        sha = await chart_of(it)
        it.now = FRIDAY + charts.KEPT
        assert await it.running.charts.tidy() == 0
        it.now += timedelta(seconds=1)
        assert await it.running.charts.tidy() == 1
        assert not it.running.media.path(sha).exists()
        assert await chart_of(it) == ""
        assert await it.running.charts.tidy() == 0
