"""INSERT … ON CONFLICT for whichever database this is: the statement exists per dialect only."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_into(conn: Connection, table: Table) -> Any:
    """An insert that knows `on_conflict_do_update` and `on_conflict_do_nothing`, with the same words on both."""
    return postgresql.insert(table) if conn.dialect.name == "postgresql" else sqlite.insert(table)


def new_id(conn: Connection, statement: Insert, row: dict[str, Any]) -> int:
    """Inserts one row; returns the id it got. A statement made once and a row beside it spare building one each time."""
    key = conn.execute(statement, row).inserted_primary_key
    assert key is not None
    return int(key[0])
