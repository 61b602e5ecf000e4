"""The weekly summary: once per group and week, at its time or as soon after it as the program is there; and daily work."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, update

from bot.config import Settings
from bot.schedule import Schedule
from bot.server import Server, running
from handlers import summary
from handlers.clock import VN
from handlers.words import words_for
from storage import groups, outbox, updates
from storage.models.letters import job
from storage.models.letters import update as incoming
from storage.models.registry import calendar_day
from tests.bot.conftest import Open
from tests.bot.office import Office, department_of, unit_of

GOLDEN = Path(__file__).parent / "golden"
FRIDAY = datetime(2026, 11, 20, 16, 0, tzinfo=VN).astimezone(UTC)  # of 2026-W47
MONDAY = datetime(2026, 11, 16, 0, 0, tzinfo=VN).astimezone(UTC)


def vn(*when: int) -> datetime:
    return datetime(*when, tzinfo=VN).astimezone(UTC)


async def weeks_of(it: Office) -> list[str]:
    """What was posted: `<group>:<week>`."""
    return [row.dedupe.removeprefix("summary:") for row in await it.letters("summary")]


async def tick(it: Office, now: datetime) -> None:
    it.now = now
    await it.tick()
    await it.quiet()


async def test_it_comes_on_friday_at_four_and_not_before(office: Open) -> None:
    async with office(now=MONDAY) as it:
        first, second = await it.group_of("g-xa"), await it.group_of("g-pkt", department_code="PKT")
        await forget_last_week(it)
        for minutes in range(5, 0, -1):
            await tick(it, FRIDAY - timedelta(minutes=minutes))
        await tick(it, FRIDAY - timedelta(seconds=1))
        assert await weeks_of(it) == []
        await tick(it, FRIDAY)
        assert await weeks_of(it) == [f"{first}:2026-W47", f"{second}:2026-W47"]
        assert len(it.texts("g-xa")) == len(it.texts("g-pkt")) == 1
        assert "tuần 47 (16/11 – 22/11/2026)" in it.texts("g-xa")[0].splitlines()[0]


async def forget_last_week(it: Office) -> None:
    """As if the week before had been posted in its time."""

    def work(conn: Connection) -> int:
        old = {"template": "card", "state": "sent", "next_at": None}
        rows = [{"dedupe": f"summary:{row.id}:2026-W46", **old} for row in groups.all_live(conn)]
        return outbox.put(conn, FRIDAY - timedelta(days=7), rows)

    await it.write(work)


async def test_however_often_one_looks_it_comes_once(office: Open) -> None:
    async with office(now=MONDAY) as it:
        await it.group_of("g-xa")
        for hours in (0, 1, 2, 30, 62, 100, 167):
            await tick(it, FRIDAY + timedelta(hours=hours))
        assert len(await weeks_of(it)) == 1
        await it.stop()
        await it.start()
        await tick(it, FRIDAY + timedelta(hours=167, minutes=59))
        assert len(await weeks_of(it)) == 1
        await tick(it, FRIDAY + timedelta(days=7))
        assert [week[-3:] for week in await weeks_of(it)] == ["W47", "W48"]


async def test_even_if_it_is_forgotten_that_it_ran_the_database_refuses_a_second(office: Open) -> None:
    async with office(now=MONDAY) as it:
        await it.group_of("g-xa")
        await tick(it, FRIDAY)
        await it.write(lambda conn: conn.execute(delete(job)))
        await tick(it, FRIDAY + timedelta(hours=3))
        assert len(await weeks_of(it)) == 1
        assert len(it.texts("g-xa")) == 1


@pytest.mark.parametrize(
    ("back", "week"),
    [
        (vn(2026, 11, 20, 18, 0), "2026-W47"),
        (vn(2026, 11, 21, 7, 30), "2026-W47"),  # on Saturday
        (vn(2026, 11, 23, 8, 0), "2026-W47"),  # on Monday
        (vn(2026, 11, 27, 15, 59), "2026-W47"),
        (vn(2026, 12, 9, 10, 0), "2026-W49"),  # three weeks later: only the latest week
        (vn(2027, 1, 4, 9, 0), "2026-W53"),
    ],
)
async def test_after_downtime_at_the_due_time(office: Open, back: datetime, week: str) -> None:
    async with office(now=MONDAY) as it:
        group = await it.group_of("g-xa")
        await forget_last_week(it)
        await it.stop()
        it.now = back
        await it.start()
        await tick(it, back)
        await tick(it, back + timedelta(seconds=30))
        assert await weeks_of(it) == [f"{group}:{week}"]
        assert len(it.texts("g-xa")) == 1


async def test_a_summary_after_downtime_counts_the_whole_week(office: Open) -> None:
    async with office(now=MONDAY) as it:
        await it.group_of("g-xa")
        await it.case(made_at=FRIDAY + timedelta(hours=20))  # on Saturday
        await it.case(made_at=FRIDAY + timedelta(days=3))  # on Monday after
        await tick(it, FRIDAY + timedelta(days=3, hours=1))
        (row,) = await it.letters("summary")
        assert row.params["petitions"]["received"] == 1
        assert row.params["at"] == ""


async def test_two_servers_at_once(prepared_url: str, tmp_path: Path) -> None:
    """As in the minute in which one is replaced by another."""
    settings = Settings(database_url=prepared_url, media_dir=tmp_path / "media", mode="live", http_port=0)
    async with (
        running(Server(settings, clock=lambda: FRIDAY, timed=False)) as one,
        running(Server(settings, clock=lambda: FRIDAY, timed=False)) as two,
    ):

        def tie(conn: Any) -> None:
            for chat in ("g-1", "g-2", "g-3"):
                scope = {"name": chat, "unit_id": unit_of(conn), "department_id": None, "mode": "brief"}
                groups.tie(conn, "fake", "1", chat, **scope, tied_at=MONDAY)

        await one.db.write(tie)
        queued = await asyncio.gather(*(server.schedule.tick() for server in (one, two, one, two)))
        assert sum(queued) == 3
        keys = await one.db.read(lambda conn: [row.dedupe for row in conn.execute(outbox.letter.select())])
        assert len(keys) == len(set(keys)) == 3


async def test_a_group_tied_after_the_due_time_gets_none_for_that_week(office: Open) -> None:
    async with office(now=FRIDAY + timedelta(minutes=1)) as it:
        late = await it.group_of("g-late", tied=timedelta(0))
        await tick(it, FRIDAY + timedelta(minutes=2))
        assert await weeks_of(it) == []
        early = await it.group_of("g-early", tied=timedelta(days=1))
        await tick(it, FRIDAY + timedelta(minutes=3))
        assert await weeks_of(it) == [f"{early}:2026-W47"]
        await tick(it, FRIDAY + timedelta(days=7))
        assert await weeks_of(it) == [f"{early}:2026-W47", f"{late}:2026-W48", f"{early}:2026-W48"]


async def test_a_group_that_is_gone_gets_none(office: Open) -> None:
    async with office(now=MONDAY) as it:
        await it.group_of("g-xa")
        await it.write(lambda conn: groups.gone(conn, "fake", "1", "g-xa", it.now))
        await tick(it, FRIDAY)
        assert await weeks_of(it) == []


async def test_over_a_tet_week(office: Open) -> None:
    """8 to 10 February 2027 are holidays, the 11th is made one by the workbook; the summary comes all the same, kindly."""
    async with office(now=vn(2027, 2, 5, 16, 1)) as it:
        group = await it.group_of("g-xa")
        await it.write(
            lambda conn: conn.execute(
                insert(calendar_day).values(day=datetime(2027, 2, 11, tzinfo=VN).date(), works=False, source="workbook")
            )
        )
        await it.stop()
        await it.start()
        await tick(it, vn(2027, 2, 5, 16, 1))
        await tick(it, vn(2027, 2, 12, 15, 59))
        await tick(it, vn(2027, 2, 12, 16, 0))
        assert await weeks_of(it) == [f"{group}:2027-W05", f"{group}:2027-W06"]
        row = (await it.letters("summary"))[-1]
        assert row.params["days_off"] == 4
        assert it.texts("g-xa")[-1].startswith(
            "📋 Tổng hợp tuần 6 (08/02 – 14/02/2027)\nXã Võ Nhai\nTuần này có 4 ngày"
        )


# Its figures and words.


async def seeded(it: Office) -> None:
    """2026-W47 of the commune: six petitions came, three were answered, two are late; four good practices."""

    def ids(conn: Any) -> dict[str, int]:
        found = {code: department_of(conn, code) for code in ("PKT", "CA", "PVHXH", "BXDD")}
        return found | {f"h{n}": unit_of(conn, f"05716-{n:02d}") for n in range(1, 9)}

    at = await it.read(ids)
    hour = timedelta(hours=9)
    ca, health = {"department_id": at["CA"]}, {"department_id": at["PVHXH"], "category": "y_te"}
    await it.case(made_at=MONDAY + hour, hamlet_id=at["h1"])
    await it.case(made_at=MONDAY + 2 * hour, closed_at=MONDAY + 50 * timedelta(hours=1), state="answered")
    await it.case(made_at=MONDAY + 3 * hour, hamlet_id=at["h2"], **ca)
    await it.case(made_at=MONDAY + 4 * hour, hamlet_id=at["h3"], closed_at=FRIDAY - hour, state="refused", **health)
    await it.case(made_at=MONDAY + 5 * hour, hamlet_id=at["h4"], category="ma_tuy", title="Ma túy ở xóm", **ca)
    await it.case(made_at=FRIDAY - hour, hamlet_id=at["h5"])
    # Of earlier weeks: one answered now, two late, one answered last week, one of a hamlet long silent.
    await it.case(made_at=MONDAY - timedelta(days=3), closed_at=MONDAY + hour, state="answered")
    await it.case(made_at=MONDAY - timedelta(days=20), due_at=MONDAY - hour, hamlet_id=at["h6"])
    await it.case(made_at=MONDAY - timedelta(days=5), due_at=FRIDAY - hour, **ca)
    await it.case(made_at=MONDAY - timedelta(days=6), closed_at=MONDAY - hour, state="answered")
    await it.case(made_at=MONDAY - timedelta(days=29), closed_at=MONDAY - timedelta(days=27), hamlet_id=at["h8"])
    await it.case(made_at=MONDAY - timedelta(days=5), due_at=FRIDAY + hour)  # not late yet
    practice = {"subject": "practice", "department_id": at["BXDD"], "kind": "practice", "due_at": None, "state": "sent"}
    for day, (title, field) in enumerate(
        [
            ("Hiến 320 m2 đất mở rộng đường liên xóm", "kinh_te"),
            ("Gia đình ông Nông Văn Tú nuôi ong", "kinh_te"),
            ("Tổ liên gia an toàn phòng cháy chữa cháy", "quoc_phong_an_ninh"),
            ("Đường hoa của chi hội phụ nữ", "van_hoa_xa_hoi"),
        ]
    ):
        row = practice | {"title": title, "category": field, "hamlet_id": at[f"h{day + 1}"]}
        await it.case(made_at=MONDAY + hour + timedelta(days=day), **row)
    row = practice | {"title": "Vườn mẫu", "category": "kinh_te"}
    await it.case(made_at=MONDAY - timedelta(days=2), **row)


async def test_the_figures_of_a_seeded_week(office: Open) -> None:
    async with office(now=MONDAY) as it:
        await seeded(it)
        await it.group_of("g-xa")
        await tick(it, FRIDAY)
        (row,) = await it.letters("summary")
        assert row.params["petitions"] == {
            "received": 6,
            "before": 4,
            "answered": 3,
            "answered_before": 1,
            "overdue": 2,
            "rows": [["Phòng Kinh tế", 3, 2, 1], ["Công an xã", 2, 0, 1], ["Phòng Văn hóa - Xã hội", 1, 1, 0]],
        }
        assert (row.params["practices"]["count"], row.params["practices"]["before"]) == (4, 1)
        assert row.params["silent"] == ["Xóm Làng Giữa", "Xóm Đồi Chè"]


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("which", ["commune", "department", "quiet", "tet"])
async def test_its_words(office_sqlite: Open, which: str, lang: str, record: bool) -> None:
    """Read them as the people of a group would."""
    async with office_sqlite(now=MONDAY) as it:
        if which in ("commune", "department"):
            await seeded(it)
        group = await it.group_of("g", department_code="PKT" if which == "department" else "")
        year, week, now = (2027, 6, None) if which == "tet" else (2026, 47, FRIDAY)
        registry = it.running.app.state.registry

        def build(conn: Any) -> Any:
            return summary.build(conn, registry, groups.get(conn, group), year, week, now)

        said = summary.text(await it.read(build), words_for(lang)) + "\n"
    path = GOLDEN / f"summary_{which}.{lang}.txt"
    if record:
        path.parent.mkdir(exist_ok=True)
        path.write_text(said, encoding="utf-8")
    assert said == path.read_text(encoding="utf-8")


# By hand.


def danvan(url: str, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"DANVAN_DATABASE_URL": url, "DANVAN_MEDIA_DIR": str(folder / "media"), "DANVAN_MODE": "live"}
    command = [sys.executable, "-m", "bot", *words]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=120)


async def by_hand(it: Office, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return await asyncio.to_thread(danvan, it.url, folder, "summary", *words)


async def test_printed_and_sent_by_hand(office: Open, tmp_path: Path) -> None:
    async with office(now=MONDAY) as it:
        await seeded(it)
        group = await it.group_of("g-xa")
        shown = await by_hand(it, tmp_path, "--group", "g-xa", "--week", "2026-W47")
        assert (shown.returncode, shown.stderr) == (0, "")
        assert "Tổng hợp tuần 47 (16/11 – 22/11/2026)" in shown.stdout
        assert await weeks_of(it) == [], "printing sends nothing"
        for answer in ("Queued", "Already sent"):
            sent = await by_hand(it, tmp_path, "--group", str(group), "--week", "2026-W47", "--send")
            assert (sent.returncode, sent.stdout, sent.stderr) == (0, f"{answer}: g-xa, 2026-W47\n", "")
        it.now = datetime.now(UTC)  # the command's own clock
        await it.quiet()
        assert len(it.texts("g-xa")) == 1
        await tick(it, FRIDAY)
        assert await weeks_of(it) == [f"{group}:2026-W47"]
        assert len(it.texts("g-xa")) == 1


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("--group", "nope"), 1, "No group is called nope. Known groups: none yet\n"),
        (("--group", "9" * 30), 1, f"No group is called {'9' * 30}. Known groups: none yet\n"),
        (("--group", "1", "--week", "last"), 2, "last is no week. Example: 2026-W47\n"),
        (("--group", "1", "--week", "2026-W54"), 2, "2026-W54 is no week. Example: 2026-W47\n"),
    ],
)
def test_what_cannot_be_summed_up(
    prepared_sqlite: str, tmp_path: Path, words: tuple[str, ...], code: int, sentence: str
) -> None:
    run = danvan(prepared_sqlite, tmp_path, "summary", *words)
    assert (run.returncode, run.stdout, run.stderr) == (code, "", sentence)


# The rest of the day's work.


async def test_daily_work_is_done_once_a_day_from_eight(office: Open) -> None:
    async with office(now=MONDAY) as it:
        ran = []
        for when in (vn(2026, 11, 17, 7, 59), vn(2026, 11, 17, 8, 0), vn(2026, 11, 17, 23, 0), vn(2026, 11, 19, 9, 0)):
            await tick(it, when)
            ran.append(await it.read(lambda conn: outbox.last_run(conn, "daily")))
        assert ran == [None, vn(2026, 11, 17, 8, 0), vn(2026, 11, 17, 8, 0), vn(2026, 11, 19, 9, 0)]


async def test_the_nights_purge_forgets_old_keys_but_not_what_is_unsaid(office: Open) -> None:
    async with office(now=MONDAY) as it:

        def put(conn: Any) -> None:
            old = it.now - updates.KEPT
            for key, at, next_at in (
                ("old", old, None),
                ("unsaid", old, it.now + timedelta(days=99)),
                ("new", it.now, None),
            ):
                updates.put(conn, "fake", "1", key, at, None, next_at)

        await it.write(put)
        await tick(it, MONDAY + timedelta(hours=9))
        kept = await it.read(lambda conn: {row.key for row in conn.execute(incoming.select())})
        assert kept == {"unsaid", "new"}


async def test_what_a_tick_queues_is_sent_at_once(office_sqlite: Open) -> None:
    async with office_sqlite(now=FRIDAY) as it:
        await it.group_of("g-xa")
        app = it.running.app
        app.letters_due.clear()
        assert await Schedule(app).tick() == 1
        assert app.letters_due.is_set()


async def test_a_mistake_in_one_tick_does_not_stop_the_next(
    office_sqlite: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with office_sqlite(now=FRIDAY) as it:
        await it.group_of("g-xa")
        with monkeypatch.context() as broken:
            broken.setattr(summary, "build", lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                await it.running.schedule.tick()
        assert await weeks_of(it) == [], "nothing is half done"
        await tick(it, FRIDAY + timedelta(seconds=30))
        assert len(await weeks_of(it)) == 1


async def test_the_registrys_people_change_who_is_an_administrator(office_sqlite: Open) -> None:
    """A role that has ended gets no reports."""
    async with office_sqlite(now=vn(2026, 11, 17, 8, 0)) as it:
        from bot.schedule import _admins
        from storage.models.registry import role

        before = _admins(it.running.app.state.registry, it.now)
        assert len(before) == 1
        gone = update(role).where(role.c.code == "quan_tri").values(valid_to=vn(2026, 11, 16, 12, 0).date())
        await it.write(lambda conn: conn.execute(gone))
        await it.stop()
        await it.start()
        assert _admins(it.running.app.state.registry, it.now) == []
