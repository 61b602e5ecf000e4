"""Seals what an older program had stored in the clear. Part of preparing a database; nothing to do the next time."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Connection, Table, cast, func, select, type_coerce, update
from sqlalchemy.types import Text

from storage import sealing
from storage.models import cases, letters, people, registry

_PLACES: tuple[tuple[Table, str], ...] = (
    (registry.person, "phone"),
    (cases.draft, "body"),
    (cases.case, "contact"),
    (cases.case, "answers"),
    (people.account, "offered"),
    (people.web_message, "body"),
    (letters.update, "answer"),
)


def reseal(conn: Connection) -> int:
    """Returns how many values were sealed."""
    return sum(_column(conn, table, table.c[name]) for table, name in _PLACES) + _marks(conn)


def _column(conn: Connection, table: Table, column: Column[Any]) -> int:
    keys = list(table.primary_key)
    raw = type_coerce(cast(column, Text), Text)
    plain = select(*keys, column.label("value")).where(column.is_not(None), ~_looks_sealed(raw))
    rows = conn.execute(plain).all()
    for row in rows:
        where = [key == getattr(row, key.name) for key in keys]
        conn.execute(update(table).where(*where).values({column: row.value}))
    return len(rows)


def _looks_sealed(raw: Any) -> Any:
    """Begins as a sealed text does; JSON columns have it in quotes."""
    return func.substr(raw, 1, 3).in_((f'"{sealing.PREFIX}',)) | (func.substr(raw, 1, 2) == sealing.PREFIX)


def _marks(conn: Connection) -> int:
    table = registry.person
    rows = conn.execute(
        select(table.c.id, table.c.phone).where(table.c.phone.is_not(None), table.c.phone_mark.is_(None))
    ).all()
    for row in rows:
        conn.execute(update(table).where(table.c.id == row.id).values(phone_mark=sealing.mark(row.phone)))
    return len(rows)
