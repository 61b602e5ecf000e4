"""What a department's numbers need beside `storage.summary`: in time or late, how long it took, what was done, what about."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from storage.cases import OPEN
from storage.models.cases import case, history
from storage.summary import Scope

PASSED_ON = ("forward", "refuse")
Closing = tuple[datetime, datetime, datetime | None]


def closings(conn: Connection, scope: Scope, start: datetime, end: datetime) -> list[Closing]:
    """(sent, first answered, due) of the petitions `storage.summary.answered` counts in [start, end).

    A supplement to an answer is a move from answered to answered: the answer was given before it.
    """
    first = func.coalesce(func.max(history.c.at), case.c.closed_at)
    closing = and_(
        history.c.case_id == case.c.id,
        history.c.to_state == case.c.state,
        history.c.from_state != history.c.to_state,
    )
    query = select(case.c.made_at, first.label("first"), case.c.due_at).outerjoin(history, closing)
    query = query.where(*scope.where("petition"), case.c.closed_at >= start, case.c.closed_at < end)
    return [(row.made_at, row.first, row.due_at) for row in conn.execute(query.group_by(case.c.id))]


def refused(conn: Connection, scope: Scope, start: datetime, end: datetime) -> int:
    """Petitions closed in [start, end) by a refusal, for whatever reason."""
    where = (*scope.where("petition"), case.c.closed_at >= start, case.c.closed_at < end, case.c.state == "refused")
    return int(conn.execute(select(func.count()).where(*where)).scalar_one())


def done(conn: Connection, scope: Scope, start: datetime, end: datetime) -> tuple[int, int]:
    """Petitions the department (accepted, passed on to another department) in [start, end), wherever they lie now."""
    before = func.lag(history.c.department_id).over(partition_by=history.c.case_id, order_by=history.c.id)
    # What was moved since `start` is either still open or was closed since: that bounds how much is looked at.
    moves = (
        select(history.c.case_id, history.c.action, history.c.at, history.c.department_id, before.label("before"))
        .join(case, case.c.id == history.c.case_id)
        .where(case.c.unit_id.in_(scope.unit_ids), case.c.subject == "petition")
        .where(or_(case.c.closed_at.is_(None), case.c.closed_at >= start))
        .subquery()
    )
    own = scope.department_id
    accepted = and_(moves.c.action == "accept", moves.c.department_id == own)
    passed = and_(moves.c.action.in_(PASSED_ON), moves.c.before == own, moves.c.department_id != own)

    def cases(which: ColumnElement[bool]) -> int:
        query = select(func.count(moves.c.case_id.distinct())).where(which, moves.c.at >= start, moves.c.at < end)
        return int(conn.execute(query).scalar_one())

    return cases(accepted), cases(passed)


def open_now(conn: Connection, scope: Scope) -> int:
    """Petitions still to be answered."""
    where = (*scope.where("petition"), case.c.state.in_(OPEN))
    return int(conn.execute(select(func.count()).where(*where)).scalar_one())


def closed_categories(conn: Connection, scope: Scope, start: datetime, end: datetime) -> list[tuple[str, int]]:
    """(category, petitions closed in [start, end))."""
    where = (*scope.where("petition"), case.c.closed_at >= start, case.c.closed_at < end)
    query = select(case.c.category, func.count()).where(*where).group_by(case.c.category)
    return [(row[0], int(row[1])) for row in conn.execute(query)]


def categories(conn: Connection, scope: Scope, start: datetime, end: datetime) -> list[tuple[str, int]]:
    """(category, petitions sent in [start, end)), the most first."""
    count = func.count()
    query = select(case.c.category, count).where(
        *scope.where("petition"), case.c.made_at >= start, case.c.made_at < end
    )
    query = query.group_by(case.c.category).order_by(count.desc(), case.c.category)
    return [(row[0], int(row[1])) for row in conn.execute(query)]
