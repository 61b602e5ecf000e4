"""What may be counted but not kept (rule 14): a number per month, province and kind."""

from __future__ import annotations

from sqlalchemy import Connection

from storage.models.people import counter
from storage.upsert import insert_into


def add(conn: Connection, month: str, unit_id: int, kind: str) -> None:
    """One more."""
    statement = insert_into(conn, counter).values(month=month, unit_id=unit_id, kind=kind, count=1)
    keys = ["month", "unit_id", "kind"]
    conn.execute(statement.on_conflict_do_update(index_elements=keys, set_={"count": counter.c.count + 1}))
