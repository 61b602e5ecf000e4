"""Answers a department keeps ready."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, or_, select, update

from storage.models.cases import reply_template as table

_LIVE = table.c.gone_at.is_(None)


def of_departments(conn: Connection, department_ids: Collection[int], category: str | None = None) -> list[Row[Any]]:
    """Those in use, by name; with a category its own first, then those for all."""
    query = select(table).where(table.c.department_id.in_(department_ids), _LIVE)
    if category is not None:
        query = query.where(or_(table.c.category == category, table.c.category.is_(None)))
        query = query.order_by(table.c.category.is_(None))
    return list(conn.execute(query.order_by(table.c.title, table.c.id)).all())


def get(conn: Connection, template_id: int) -> Row[Any] | None:
    """One that is in use."""
    return conn.execute(select(table).where(table.c.id == template_id, _LIVE)).first()


def put(conn: Connection, department_id: int, title: str, now: datetime, **values: Any) -> None:
    """Keep it; one of the same name in the department is replaced. `values`: category, words, made_by."""
    same = (table.c.department_id == department_id, table.c.title == title, _LIVE)
    conn.execute(update(table).where(*same).values(gone_at=now))
    conn.execute(insert(table).values(department_id=department_id, title=title, changed_at=now, **values))


def drop(conn: Connection, template_id: int, now: datetime) -> None:
    """Out of use."""
    conn.execute(update(table).where(table.c.id == template_id).values(gone_at=now))
