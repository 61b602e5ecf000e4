"""The figures of a summary's picture: received and answered by week, and by category. Plain data; `bot/chart.py` draws."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from handlers import facts, summary
from handlers.clock import VN
from handlers.registry import Registry
from storage import numbers
from storage import summary as counts

WEEKS: Final = 8
TOP: Final = 6
OTHER: Final = "khac"  # the category of what fits nowhere is part of the rest as well
FEW: Final = 3  # petitions of a category in one hamlet: fewer point at somebody

Data = dict[str, Any]


def build(conn: Connection, registry: Registry, group: Any, year: int, week: int, now: datetime) -> Data:
    """{"weeks": [[Monday, received, answered], …], "categories": [[code or "", received, answered], …]}.

    The same counts as the summary's text (`storage.summary`); sensitive categories are only part of the rest ("").
    Empty where nothing happened in all these weeks: there is nothing to draw.
    """
    monday = date.fromisocalendar(year, week, 1)
    end = min(_moment(monday + timedelta(days=7)), now)
    scope = summary.scope_of(registry, group, (end - timedelta(seconds=1)).astimezone(VN).date())
    found = []
    for back in reversed(range(WEEKS)):
        first = monday - timedelta(weeks=back)
        days = (_moment(first), min(_moment(first + timedelta(days=7)), end))
        received = sum(counts.received(conn, scope, *days).values())
        found.append([first.isoformat(), received, sum(counts.answered(conn, scope, *days).values())])
    if not any(received or answered for _, received, answered in found):
        return {}
    of_week = (scope, _moment(monday), end)
    least = FEW if registry.units[group.unit_id].kind == "hamlet" else 1
    came, went = dict(numbers.categories(conn, *of_week)), dict(numbers.closed_categories(conn, *of_week))
    return {"weeks": found, "categories": top(came, went, least)}


def top(received: Mapping[str, int], answered: Mapping[str, int], least: int = 1) -> list[list[Any]]:
    """The busiest categories with `least` petitions or more, the busiest first; the rest together under "".

    What is sensitive, or not known any more, is only part of the rest.
    """
    known, both = facts.categories(), {*received, *answered}
    busy = {code: received.get(code, 0) + answered.get(code, 0) for code in both}
    plain = [c for c in both if c in known and not known[c].sensitive and c != OTHER and busy[c] >= least]
    shown = sorted(plain, key=lambda code: (-busy[code], code))[:TOP]
    lines: list[list[Any]] = [[code, received.get(code, 0), answered.get(code, 0)] for code in shown]
    rest = both - set(shown)
    if rest:
        lines.append(["", sum(received.get(code, 0) for code in rest), sum(answered.get(code, 0) for code in rest)])
    return lines


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(0), VN).astimezone(UTC)
