"""When each group's summary is due, and which week it is about."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import summary_time
from handlers.clock import VN


def group(weekday: int | None = None, hour: int | None = None, wants: str = "all") -> SimpleNamespace:
    return SimpleNamespace(weekday=weekday, hour=hour, wants=wants)


def vn(*when: int) -> datetime:
    return datetime(*when, tzinfo=VN)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("weekday", "hour", "wants", "due"),
    [
        (None, None, "all", vn(2026, 11, 27, 16)),  # week 48 of 2026 is 23 to 29 November
        (5, 8, "all", vn(2026, 11, 27, 8)),
        (6, 7, "petition", vn(2026, 11, 28, 7)),
        (7, 20, "practice", vn(2026, 11, 29, 20)),
        (1, 8, "all", vn(2026, 11, 30, 8)),  # on Monday the week before is told of
        (4, None, "all", vn(2026, 12, 3, 16)),
        (0, 8, "all", None),
        (None, None, "none", None),
    ],
)
def test_due(weekday: int | None, hour: int | None, wants: str, due: datetime | None) -> None:
    found = summary_time.due(group(weekday, hour, wants), 2026, 48)
    assert found == due
    assert found is None or found.tzinfo is UTC


GROUPS = st.builds(group, st.none() | st.integers(1, 7), st.none() | st.integers(0, 23))
MOMENTS = st.integers(0, 1_500_000).map(lambda minutes: vn(2026, 1, 1) + timedelta(minutes=minutes))


@given(GROUPS, MOMENTS)
def test_the_latest_is_due_and_the_next_is_not(which: SimpleNamespace, now: datetime) -> None:
    found = summary_time.latest(which, now)
    assert found is not None
    due = summary_time.due(which, *found)
    assert due is not None
    assert due <= now < due + timedelta(days=7)
    monday = date.fromisocalendar(*found, 1)
    assert timedelta(days=4) <= due.astimezone(VN).date() - monday <= timedelta(days=10), "not before its Friday"


@given(GROUPS, MOMENTS)
def test_a_preview_is_for_the_one_that_comes_next(which: SimpleNamespace, now: datetime) -> None:
    found = summary_time.latest(which, now, summary_time.PREVIEW)
    assert found is not None
    due = summary_time.due(which, *found)
    assert due is not None
    assert due <= now + timedelta(hours=2)


@given(st.integers(2000, 2100), st.integers(1, 52))
def test_a_week_has_a_name(year: int, week: int) -> None:
    assert summary_time.parse(summary_time.name(year, week)) == (year, week)


@pytest.mark.parametrize("word", ["", "2026", "2026-W", "2026-W99", "x-W1", "-W1", "2026-W00"])
def test_what_is_no_week(word: str) -> None:
    assert summary_time.parse(word) is None
