"""Append-only: one row a move. Nothing here changes or deletes one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from storage.models.cases import history
from storage.upsert import new_id

_NEW = insert(history)


def add(conn: Connection, **row: Any) -> int:
    """A move (see `storage.models.cases.history`); returns its id."""
    return new_id(conn, _NEW, row)


def of_case(conn: Connection, case_id: int) -> list[Row[Any]]:
    """The case's story, first move first."""
    return list(conn.execute(select(history).where(history.c.case_id == case_id).order_by(history.c.id)).all())


def get(conn: Connection, history_id: int) -> Row[Any] | None:
    """One move."""
    return conn.execute(select(history).where(history.c.id == history_id)).first()


def last(conn: Connection, case_id: int, action: str) -> Row[Any] | None:
    """The latest move of this kind."""
    query = (
        select(history)
        .where(history.c.case_id == case_id, history.c.action == action)
        .order_by(history.c.id.desc())
        .limit(1)
    )
    return conn.execute(query).first()


def since(conn: Connection, case_id: int, moment: datetime) -> list[Row[Any]]:
    """Moves after a moment."""
    query = select(history).where(history.c.case_id == case_id, history.c.at > moment).order_by(history.c.id)
    return list(conn.execute(query).all())
