"""Two hours before a summary goes out: who is shown it, once, and what becomes of it; and groups with times of their own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, update

from handlers import week_letters
from storage import week as weeks
from storage.models.people import group
from tests.bot.conftest import Open
from tests.bot.office import Office, unit_of
from tests.bot.test_schedule import FRIDAY, MONDAY, forget_last_week, seeded, tick, vn, weeks_of

CLERK, CHAIRMAN, HAMLET = "mau-van-phong-1", "mau-chu-tich", "05716-01"
TWO = timedelta(hours=2)


async def opened(it: Office, *codes: str) -> int:
    """The commune's group, last week's summary behind it; these people have accounts. Returns the group's id."""
    number = await it.group_of("g-xa")
    for code in codes:
        await it.account_of(code, code)
    await forget_last_week(it)
    return number


async def set_group(it: Office, number: int, **values: Any) -> None:
    await it.write(lambda conn: conn.execute(update(group).where(group.c.id == number).values(**values)))


async def decide(it: Office, what: str, name: str = "2026-W47") -> None:
    who = await it.person(CLERK)
    await it.write(lambda conn: weeks.decide(conn, unit_of(conn), name, who, it.now, what))


async def test_it_is_shown_two_hours_before_and_once(office: Open) -> None:
    async with office(now=MONDAY) as it:
        await opened(it, CLERK, CHAIRMAN)
        await tick(it, FRIDAY - TWO - timedelta(seconds=1))
        assert it.texts(CLERK) == []
        for minutes in (120, 119, 60, 1):
            await tick(it, FRIDAY - timedelta(minutes=minutes))
        await it.stop()
        await it.start()
        await tick(it, FRIDAY - timedelta(seconds=1))
        assert len(it.texts(CLERK)) == 1
        assert "Tổng hợp tuần 47" in it.texts(CLERK)[0]
        assert it.texts(CHAIRMAN) == [], "leaders are spared where somebody is on duty"
        await tick(it, FRIDAY)
        assert len(it.texts("g-xa")) == 1
        assert len(it.texts(CLERK)) == 1


@pytest.mark.parametrize(("codes", "shown"), [((CHAIRMAN,), {CHAIRMAN}), ((), set())])
async def test_where_nobody_is_on_duty_a_leader_is_shown_it_else_nobody(
    office_sqlite: Open, codes: tuple[str, ...], shown: set[str]
) -> None:
    async with office_sqlite(now=MONDAY) as it:
        await opened(it, *codes)
        await tick(it, FRIDAY - TWO)
        assert set(it.channel.chats) == shown
        await tick(it, FRIDAY)
        assert len(it.texts("g-xa")) == 1, "silence sends"


async def test_after_downtime_it_is_shown_late_or_not_at_all(office_sqlite: Open) -> None:
    async with office_sqlite(now=MONDAY) as it:
        await opened(it, CLERK)
        await tick(it, FRIDAY - timedelta(minutes=3))
        assert len(it.texts(CLERK)) == 1
        await tick(it, FRIDAY + timedelta(days=7, hours=5))
        assert len(it.texts(CLERK)) == 1, "what has gone out is not shown before it goes out"
        assert len(await weeks_of(it)) == 1


async def test_what_is_sent_is_counted_when_it_is_sent(office_sqlite: Open) -> None:
    async with office_sqlite(now=MONDAY) as it:
        await opened(it, CLERK)
        await tick(it, FRIDAY - TWO)
        await it.case(made_at=FRIDAY - timedelta(hours=1))
        await tick(it, FRIDAY)
        assert "đã nhận: 1" not in it.texts(CLERK)[0]
        assert "đã nhận: 1" in it.texts("g-xa")[0]


async def test_skipped_it_does_not_go_out_and_the_next_week_does(office: Open) -> None:
    async with office(now=MONDAY) as it:
        number = await opened(it, CLERK)
        await tick(it, FRIDAY - TWO)
        await decide(it, "skip")
        for hours in (0, 24, 7 * 24 - 1):
            await tick(it, FRIDAY + timedelta(hours=hours))
        assert await weeks_of(it) == []
        await tick(it, FRIDAY + timedelta(days=7))
        assert await weeks_of(it) == [f"{number}:2026-W48"]


async def test_a_note_stays_whose_it_is(office: Open) -> None:
    async with office(now=MONDAY) as it:
        await opened(it, CLERK)
        clerk, chairman = await it.person(CLERK), await it.person(CHAIRMAN)
        name = "2026-W47"

        def work(conn: Connection) -> Any:
            weeks.write(conn, unit_of(conn), name, clerk, it.now, "Lời cũ")
            weeks.decide(conn, unit_of(conn), name, chairman, it.now, "skip")
            weeks.write(conn, unit_of(conn), name, clerk, it.now, "Lời mới")
            found = weeks.get(conn, unit_of(conn), name)
            assert found is not None
            return found.decision, found.person_id, found.words, found.words_by

        assert await it.write(work) == ("skip", chairman, "Lời mới", clerk)


async def test_groups_have_times_of_their_own(office: Open) -> None:
    async with office(now=MONDAY) as it:
        first = await opened(it, CLERK)
        second = await it.group_of("g-pkt", department_code="PKT")
        third = await it.group_of("g-ca", department_code="CA")
        await forget_last_week(it)
        await set_group(it, second, weekday=1, hour=8)
        await set_group(it, third, weekday=0)
        await tick(it, FRIDAY - TWO)
        assert "sẽ gửi tới 2 nhóm" in it.texts(CLERK)[0]
        await tick(it, FRIDAY)
        assert await weeks_of(it) == [f"{first}:2026-W47"]
        await tick(it, vn(2026, 11, 23, 6))
        assert len(it.texts(CLERK)) == 2
        assert "sẽ gửi tới 1 nhóm. Từ 08:00 23/11" in it.texts(CLERK)[1]
        await tick(it, vn(2026, 11, 23, 7, 59))
        assert len(await weeks_of(it)) == 1
        await tick(it, vn(2026, 11, 23, 8))
        assert await weeks_of(it) == [f"{first}:2026-W47", f"{second}:2026-W47"]
        assert it.texts("g-ca") == []


@pytest.mark.parametrize(
    ("then", "back"),
    [
        ({"weekday": 1, "hour": 8}, {"weekday": 5, "hour": 16}),
        ({"weekday": 7, "hour": 20}, {"weekday": 5, "hour": 8}),
        ({"wants": "none"}, {"wants": "practice"}),
    ],
)
async def test_a_changed_time_sends_no_week_twice(
    office_sqlite: Open, then: dict[str, Any], back: dict[str, Any]
) -> None:
    async with office_sqlite(now=MONDAY) as it:
        number = await opened(it)
        await tick(it, FRIDAY)
        await set_group(it, number, **then)
        for hours in (1, 20, 50, 64, 100):
            await tick(it, FRIDAY + timedelta(hours=hours))
        await set_group(it, number, **back)
        await tick(it, FRIDAY + timedelta(hours=101))
        assert await weeks_of(it) == [f"{number}:2026-W47"]


@pytest.mark.parametrize(
    ("wants", "there", "missing"),
    [
        ("all", ("📨 Phản ánh", "🌱 Mô hình"), ()),
        ("petition", ("📨 Phản ánh",), ("🌱 Mô hình",)),
        ("practice", ("🌱 Mô hình",), ("📨 Phản ánh", "⏰")),
    ],
)
async def test_a_group_reads_what_it_wants(
    office_sqlite: Open, wants: str, there: tuple[str, ...], missing: tuple[str, ...]
) -> None:
    async with office_sqlite(now=MONDAY) as it:
        await seeded(it)
        await set_group(it, await opened(it, CLERK), wants=wants)
        await tick(it, FRIDAY - TWO)
        await tick(it, FRIDAY)
        for chat in (CLERK, "g-xa"):
            (text,) = it.texts(chat)
            assert all(word in text for word in there)
            assert not any(word in text for word in missing)


async def test_of_a_long_summary_the_note_is_never_cut(office_sqlite: Open) -> None:
    from handlers import summary
    from handlers.words import words_for

    async with office_sqlite(now=MONDAY) as it:
        number = await opened(it, CLERK)
        registry = it.running.app.state.registry

        def build(conn: Connection) -> Any:
            row = next(row for row in weeks.groups_of(conn, unit_of(conn)) if row.id == number)
            return summary.build(conn, registry, row, 2026, 47, FRIDAY)

        data = await it.read(build)
        note = "Lời nhắn dài. " * 35
        data |= {"note": ["Lường Văn Hạnh", note], "scope": ["\n".join(["Xã rất dài"] * 400), ""]}
        text = summary.text(data, words_for("vi"))
        assert len(text) <= summary.LIMIT
        assert text.endswith(note)


async def test_a_hamlets_group_asks_nobody(office_sqlite: Open) -> None:
    async with office_sqlite(now=MONDAY) as it:
        number = await opened(it, CLERK)
        hamlet = await it.read(lambda conn: unit_of(conn, HAMLET))
        await set_group(it, number, unit_id=hamlet)
        await tick(it, FRIDAY - TWO)
        assert it.texts(CLERK) == []
        await tick(it, FRIDAY)
        assert len(it.texts("g-xa")) == 1


async def test_who_is_no_longer_reached_is_not_asked(office_sqlite: Open) -> None:
    """Else a letter nobody gets would alarm the administrators every week."""
    async with office_sqlite(now=MONDAY) as it:
        await opened(it, CHAIRMAN)
        registry = it.running.app.state.registry
        found = await it.read(lambda conn: week_letters.duty(conn, registry, unit_of(conn), it.now))
        assert found == [await it.person(CHAIRMAN)]
