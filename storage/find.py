"""Lists and search over cases: the one query that chat and table page share, held to what a person may see."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, and_, case, false, func, or_, select, true

from storage.cases import OPEN
from storage.models.cases import case as report

Scope = Sequence[tuple[str, Sequence[tuple[str, int]]]]
"""(subject, [(column, value), …]): a case of the subject fits where any pair does; ("", 0) is every case."""

LISTS: Final = ("mine", "new", "overdue", "asked", "open", "closed")
_NEW: Final = ("new", "sent")
_PRESSING: Final = (func.coalesce(report.c.due_at, report.c.made_at), report.c.id)
ORDERS: Final[Mapping[str, tuple[Any, ...]]] = {
    "pressing": _PRESSING,  # the deadline first, without one the day it came
    "latest": (report.c.id.desc(),),
    "oldest": (report.c.id,),
    "code": (report.c.code, report.c.id),
    "state": (report.c.state, *_PRESSING),
    "hamlet": (report.c.hamlet_id, *_PRESSING),
    "category": (report.c.category, *_PRESSING),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What is looked for; what is empty does not narrow.

    `which` is one of `LISTS` (`mine`: held by any of `me`, a person and whom they stand in for, and open); `words` are
    folded, and each must begin a word of the report; `people` reported or hold it; it was made in [`since`, `until`).
    """

    which: str = ""
    me: tuple[int, ...] = ()
    words: tuple[str, ...] = ()
    code: str = ""
    subject: str = ""
    hamlet_ids: tuple[int, ...] = ()
    category: str = ""
    kind: str = ""
    state: str = ""
    people: tuple[int, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


def find(
    conn: Connection,
    scope: Scope,
    wanted: Filter,
    now: datetime,
    limit: int,
    offset: int = 0,
    sensitive: Collection[str] = (),
    order: str = "",
) -> list[Row[Any]]:
    """Cases a person may see, in one of `ORDERS`; without one lists of open cases by what presses, else the latest first.

    `sensitive` are categories that one's being of the same hamlet does not open.
    """
    order = order or ("latest" if wanted.which in ("", "closed") else "pressing")
    query = select(report).where(*_where(scope, wanted, now, sensitive)).order_by(*ORDERS[order])
    return list(conn.execute(query.limit(limit).offset(offset)).all())


def count(conn: Connection, scope: Scope, wanted: Filter, now: datetime, sensitive: Collection[str] = ()) -> int:
    """How many `find` would give without a limit."""
    query = select(func.count()).select_from(report).where(*_where(scope, wanted, now, sensitive))
    return int(conn.execute(query).scalar_one())


def counts(
    conn: Connection, scope: Scope, me: Collection[int], now: datetime, sensitive: Collection[str] = ()
) -> dict[str, int]:
    """How many each list has, but for `closed`, in one look at what is open."""
    sums = [
        func.coalesce(func.sum(case((and_(*_of_list(name, me, now)), 1), else_=0)), 0).label(name)
        for name in LISTS
        if name != "closed"
    ]
    open_ = _where(scope, Filter(which="open"), now, sensitive)
    row = conn.execute(select(*sums).where(*open_)).one()
    return {name: int(value) for name, value in row._asdict().items()}


def _where(scope: Scope, wanted: Filter, now: datetime, sensitive: Collection[str]) -> list[ColumnElement[bool]]:
    found = [_allowed(scope, sensitive), *_of_list(wanted.which, wanted.me, now)]
    # From the start of a word: "an" is not looked for in "lan", yet half a word typed finds the whole one.
    found += [(" " + report.c.folded).contains(f" {word}", autoescape=True) for word in wanted.words]
    for column in ("code", "subject", "category", "kind", "state"):
        if getattr(wanted, column):
            found.append(report.c[column] == getattr(wanted, column))
    if wanted.hamlet_ids:
        found.append(report.c.hamlet_id.in_(wanted.hamlet_ids))
    if wanted.people:
        found.append(or_(report.c.reporter_id.in_(wanted.people), report.c.holder_id.in_(wanted.people)))
    if wanted.since is not None:
        found.append(report.c.made_at >= wanted.since)
    if wanted.until is not None:
        found.append(report.c.made_at < wanted.until)
    return found


def _allowed(scope: Scope, sensitive: Collection[str]) -> ColumnElement[bool]:
    return or_(
        false(),
        *(
            and_(
                report.c.subject == subject, or_(false(), *(_pair(column, value, sensitive) for column, value in pairs))
            )
            for subject, pairs in scope
        ),
    )


def _pair(column: str, value: int, sensitive: Collection[str]) -> ColumnElement[bool]:
    if not column:
        return true()
    fits: ColumnElement[bool] = report.c[column] == value
    if column != "hamlet_id" or not sensitive:
        return fits
    return and_(fits, or_(report.c.subject != "petition", report.c.category.not_in(sensitive)))


def _of_list(which: str, me: Collection[int], now: datetime) -> list[ColumnElement[bool]]:
    open_ = report.c.state.in_(OPEN)
    lists: dict[str, list[ColumnElement[bool]]] = {
        "": [],
        "mine": [open_, report.c.holder_id.in_(me)],
        "new": [report.c.state.in_(_NEW)],
        "overdue": [open_, report.c.due_at < now],
        "asked": [report.c.state == "asked"],
        "open": [open_],
        "closed": [report.c.closed_at.is_not(None)],
    }
    return lists[which]
