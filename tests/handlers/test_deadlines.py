"""Working days in Viet Nam, targets by urgency, the law's ten days as the end."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.clock import VN
from handlers.deadlines import due, target, working_day, works


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2026, 11, 23), 7, date(2026, 12, 3)),  # 24/11 is Vietnam Cultural Day
        (date(2026, 11, 23), 10, date(2026, 12, 8)),
        (date(2027, 2, 1), 5, date(2027, 2, 15)),  # over Tết
        (date(2026, 8, 21), 1, date(2026, 8, 22)),  # a Saturday worked for a day off later
        (date(2026, 11, 27), 1, date(2026, 11, 30)),
    ],
)
def test_counting_working_days(start: date, count: int, end: date) -> None:
    assert working_day(start, count) == end


def test_the_override_wins_both_ways() -> None:
    overrides = {date(2026, 12, 1): False, date(2026, 12, 5): True}
    assert not works(date(2026, 12, 1), overrides)
    assert works(date(2026, 12, 5), overrides)
    assert working_day(date(2026, 11, 30), 4, overrides) == date(2026, 12, 5)


def test_nothing_is_due_in_no_days() -> None:
    with pytest.raises(ValueError, match="at least one"):
        working_day(date(2026, 11, 23), 0)


@pytest.mark.parametrize(("urgency", "days"), [("khan_cap", 1), ("cao", 3), ("binh_thuong", 10), ("thap", 10)])
def test_targets(urgency: str, days: int) -> None:
    assert target("feedback", urgency) == days


def test_the_kind_can_shorten_the_target() -> None:
    assert target("complaint", "binh_thuong") == 7
    assert target("practice", "thap") == 10  # no kind of petition: never beyond the law's ten


def test_due_is_five_in_the_afternoon_in_viet_nam() -> None:
    moment = due("feedback", "binh_thuong", datetime(2026, 11, 23, 2, 0, tzinfo=UTC))
    assert moment == datetime(2026, 12, 8, 10, 0, tzinfo=UTC)
    assert moment.astimezone(VN).hour == 17


def test_the_day_is_viet_nams() -> None:
    """23:30 UTC on Sunday is already Monday in Viet Nam."""
    moment = due("feedback", "khan_cap", datetime(2026, 11, 29, 23, 30, tzinfo=UTC))
    assert moment.astimezone(VN).date() == date(2026, 12, 1)


@given(st.integers(0, 3 * 365 * 24 * 60), st.sampled_from(["khan_cap", "cao", "thap"]))
def test_due_is_always_later_and_on_a_working_day(minutes: int, urgency: str) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    moment = due("proposal", urgency, start)
    assert moment > start
    assert works(moment.astimezone(VN).date())
