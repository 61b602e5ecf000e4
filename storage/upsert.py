"""INSERT … ON CONFLICT for whichever database this is: the statement exists per dialect only."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Insert, Table
from sqlalchemy.dialects import sqlite


def insert_into(conn: Connection, table: Table) -> Any:
    """An insert that knows `on_conflict_do_update` and `on_conflict_do_nothing`, with the same words on both."""
    if conn.dialect.name == "sqlite":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # three megabytes that SQLite need not pay

    return postgresql.insert(table)


def new_id(conn: Connection, statement: Insert, row: dict[str, Any]) -> int:
    """Inserts one row; returns the id it got. A statement made once and a row beside it spare building one each time."""
    key = conn.execute(statement, row).inserted_primary_key
    assert key is not None
    return int(key[0])
