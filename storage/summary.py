"""What a weekly summary counts. Every query is bounded by a week (or four) or by what is open, and uses an index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select

from storage.models.cases import case

Counts = dict[int, int]


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose cases: of these communes; if set, only one hamlet's (and of those merged into it) and one department's."""

    unit_ids: tuple[int, ...]
    hamlet_id: int | None = None
    department_id: int | None = None
    merged: tuple[int, ...] = ()

    def where(self, subject: str) -> list[ColumnElement[bool]]:
        """The conditions on `report`."""
        found: list[ColumnElement[bool]] = [case.c.unit_id.in_(self.unit_ids), case.c.subject == subject]
        if self.hamlet_id is not None:
            found.append(case.c.hamlet_id.in_((self.hamlet_id, *self.merged)))
        if self.department_id is not None:
            found.append(case.c.department_id == self.department_id)
        return found


def _by_department(conn: Connection, *where: ColumnElement[bool]) -> Counts:
    query = select(case.c.department_id, func.count()).where(*where).group_by(case.c.department_id)
    return {int(department): int(count) for department, count in conn.execute(query)}


def received(conn: Connection, scope: Scope, start: datetime, end: datetime) -> Counts:
    """Petitions sent in [start, end), by the department they lie with now."""
    return _by_department(conn, *scope.where("petition"), case.c.made_at >= start, case.c.made_at < end)


def answered(conn: Connection, scope: Scope, start: datetime, end: datetime) -> Counts:
    """Petitions answered (or closed as outside the competence, which the law counts as an answer) in [start, end)."""
    return _by_department(conn, *scope.where("petition"), case.c.closed_at >= start, case.c.closed_at < end)


def overdue(conn: Connection, scope: Scope, at: datetime) -> Counts:
    """Petitions open at that moment whose time was up, by department."""
    late = [*scope.where("petition"), case.c.due_at < at]
    # Two queries, each along the index of closed_at: one with OR would read all petitions there ever were.
    still = _by_department(conn, *late, case.c.closed_at.is_(None))
    since = _by_department(conn, *late, case.c.closed_at >= at)
    return {department: still.get(department, 0) + since.get(department, 0) for department in {*still, *since}}


def practices(conn: Connection, scope: Scope, start: datetime, end: datetime) -> dict[str, int]:
    """Good practices told of in [start, end), by field."""
    where = [*scope.where("practice"), case.c.made_at >= start, case.c.made_at < end]
    query = select(case.c.category, func.count()).where(*where).group_by(case.c.category)
    return {str(field): int(count) for field, count in conn.execute(query)}


def titles(conn: Connection, scope: Scope, start: datetime, end: datetime, most: int) -> Sequence[str]:
    """Titles of the newest good practices of [start, end)."""
    where = [*scope.where("practice"), case.c.made_at >= start, case.c.made_at < end]
    query = select(case.c.title).where(*where).order_by(case.c.made_at.desc(), case.c.id.desc()).limit(most)
    return list(conn.execute(query).scalars())


def heard_from(conn: Connection, scope: Scope, start: datetime, end: datetime) -> set[int]:
    """Hamlets of which anything was told in [start, end)."""
    query = (
        select(case.c.hamlet_id)
        .where(case.c.unit_id.in_(scope.unit_ids), case.c.made_at >= start, case.c.made_at < end)
        .where(case.c.hamlet_id.is_not(None))
        .distinct()
    )
    return set(conn.execute(query).scalars())
