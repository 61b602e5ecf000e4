"""Days that are not what their weekday says. What the workbook says of a day wins over the package."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import Connection, select

from storage.models.registry import calendar_day
from storage.upsert import insert_into


def knows(conn: Connection, years: Iterable[int]) -> bool:
    """Is January 1st, the mark of a known year, there for each?"""
    wanted = {date(year, 1, 1) for year in years}
    found = conn.execute(select(calendar_day.c.day).where(calendar_day.c.day.in_(wanted))).all()
    return len(found) == len(wanted)


def fill(conn: Connection, days: Mapping[date, bool]) -> None:
    """Add a year's days from the package; days that are there stay as they are."""
    rows = [{"day": day, "works": works, "source": "package"} for day, works in days.items()]
    conn.execute(insert_into(conn, calendar_day).values(rows).on_conflict_do_nothing(index_elements=["day"]))
