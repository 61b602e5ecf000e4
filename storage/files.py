"""Attachments of settled reports: recorded by the update, fetched by a worker, kept under their content's hash."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from storage.models.cases import file

CLAIM = timedelta(minutes=5)

_OF_CASE = select(file).where(file.c.case_id == bindparam("which"), file.c.shown).order_by(file.c.id)


def add(conn: Connection, rows: list[dict[str, Any]]) -> None:
    """Wanted from now on."""
    if rows:
        conn.execute(insert(file), rows)


def claim(conn: Connection, now: datetime, limit: int = 4) -> list[Row[Any]]:
    """Take some to fetch; a crash frees them when the claim runs out."""
    due = (
        select(file.c.id)
        .where(file.c.state.in_(("wanted", "claimed")), file.c.next_at <= now)
        .order_by(file.c.next_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    statement = update(file).where(file.c.id.in_(due)).values(state="claimed", next_at=now + CLAIM).returning(*file.c)
    return list(conn.execute(statement).all())


def free(conn: Connection, now: datetime) -> int:
    """At a start: whoever held these claims is dead. Returns how many."""
    return conn.execute(update(file).where(file.c.state == "claimed").values(next_at=now)).rowcount


def settle(conn: Connection, file_id: int, **values: Any) -> None:
    """Kept, bad, or wanted again later."""
    conn.execute(update(file).where(file.c.id == file_id).values(**values))


def is_wanted(conn: Connection, channel: str, ref: str) -> bool:
    """Whether a settled report still waits for it."""
    waits = (file.c.channel == channel, file.c.ref == ref, file.c.state.in_(("wanted", "claimed")))
    return conn.execute(select(file.c.id).where(*waits).limit(1)).first() is not None


def of_case(conn: Connection, case_id: int) -> list[Row[Any]]:
    """All of a case's files, first first."""
    return list(conn.execute(_OF_CASE, {"which": case_id}).all())


def cases_of(conn: Connection, sha256: str) -> list[int]:
    """The cases a kept file belongs to."""
    return [row.case_id for row in conn.execute(select(file.c.case_id).where(file.c.sha256 == sha256)).all()]
