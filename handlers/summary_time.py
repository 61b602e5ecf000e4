"""When a group's weekly summary is due, and which week it is then about. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from handlers.clock import VN

FRIDAY, HOUR = 5, 16
NEVER: Final = 0
PREVIEW: Final = timedelta(hours=2)
WANTS: Final = ("all", "petition", "practice", "none")


def due(group: Any, year: int, week: int) -> datetime | None:
    """When the summary of an ISO week goes to a group; aware UTC. None: it wants none.

    `group` is a row with weekday (1 Monday … 7 Sunday, 0 never, none Friday), hour (none: 16) and wants. From Friday on
    it is the week's own day; from Monday to Thursday the week is over, so it is that day of the week after.
    """
    weekday = FRIDAY if group.weekday is None else group.weekday
    if weekday == NEVER or group.wants == "none":
        return None
    day = date.fromisocalendar(year, week, weekday)
    if weekday < FRIDAY:
        day += timedelta(days=7)
    return datetime.combine(day, time(HOUR if group.hour is None else group.hour), VN).astimezone(UTC)


def latest(group: Any, now: datetime, ahead: timedelta = timedelta(0)) -> tuple[int, int] | None:
    """(ISO year, ISO week) of the latest summary that is due by `now + ahead`; none where none ever is."""
    today = (now + ahead).astimezone(VN).date()
    for back in (0, 7, 14):
        year, week, _ = (today - timedelta(days=back)).isocalendar()
        moment = due(group, year, week)
        if moment is None:
            return None
        if moment <= now + ahead:
            return year, week
    return None


def name(year: int, week: int) -> str:
    """`2026-W48`."""
    return f"{year}-W{week:02d}"


def parse(text: str) -> tuple[int, int] | None:
    """The other way round; none for anything else."""
    year, _, week = text.partition("-W")
    if not (year.isdecimal() and week.isdecimal()):
        return None
    try:
        date.fromisocalendar(int(year), int(week), 1)
    except ValueError:
        return None
    return int(year), int(week)
