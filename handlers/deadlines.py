"""When an answer is due: working days of Viet Nam, with an override table for what the ministry announces late."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING

from handlers import facts
from handlers.clock import VN

if TYPE_CHECKING:
    from holidays import HolidayBase

# Luật Tiếp công dân 42/2013/QH13, Điều 28.1: whoever petitions is answered within ten working days.
LEGAL_DAYS = 10
CLOSING = time(17, 0)
SATURDAY = 5
NO_OVERRIDES: Mapping[date, bool] = {}


@cache
def _calendar() -> HolidayBase:
    # Imported here because it takes a third of a second: paid once, on the first deadline.
    import holidays

    return holidays.country_holidays("VN")


@cache
def _works(day: date) -> bool:
    return bool(_calendar().is_working_day(day))


def works(day: date, overrides: Mapping[date, bool] = NO_OVERRIDES) -> bool:
    """Is it a working day? `overrides` (day -> works or not) wins.

    A year whose January 1st is in `overrides` is wholly known from them (see `exceptions`): every other day is what its
    weekday says. Only for other years is the package asked, which costs a process thirty megabytes for good.
    """
    fixed = overrides.get(day)
    if fixed is not None:
        return fixed
    return day.weekday() < SATURDAY if date(day.year, 1, 1) in overrides else _works(day)


def exceptions(year: int) -> dict[date, bool]:
    """The days of a year that are not what their weekday says, from the package: day -> is it worked."""
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
    return {day: _works(day) for day in days if day.year == year and _works(day) != (day.weekday() < SATURDAY)} | {
        date(year, 1, 1): False
    }


def working_day(start: date, count: int, overrides: Mapping[date, bool] = NO_OVERRIDES) -> date:
    """The `count`-th working day after `start`; `start` itself is not counted. `count` is at least 1."""
    if count < 1:
        raise ValueError("count at least one working day")
    day = start
    while count:
        day += timedelta(days=1)
        count -= works(day, overrides)
    return day


def target(kind: str, urgency: str) -> int:
    """Working days to a result: the urgency's target, never beyond the kind's legal limit."""
    known = facts.kinds().get(kind)
    stop = known.stop_days if known else LEGAL_DAYS
    return min(facts.urgencies()[urgency].days, stop, LEGAL_DAYS)


def due(kind: str, urgency: str, start: datetime, overrides: Mapping[date, bool] = NO_OVERRIDES) -> datetime:
    """The moment a result is due, aware UTC: the end (17:00 in Viet Nam) of the last working day.

    `start` is aware; what arrives in the evening or on a holiday starts counting on the next working day all the same.
    A good practice has no legal limit: give it any kind, it gets its urgency's target.
    """
    day = working_day(start.astimezone(VN).date(), target(kind, urgency), overrides)
    return datetime.combine(day, CLOSING, VN).astimezone(UTC)
