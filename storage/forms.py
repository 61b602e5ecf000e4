"""Compiled forms under their content hash; a running interview finishes under the version it began with."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from storage.models.cases import form


def put(conn: Connection, name: str, form_hash: str, source_hash: str, compiled: Any, now: datetime) -> None:
    """Add a form, or make one that is there the latest of its name again."""
    if conn.execute(select(form.c.hash).where(form.c.hash == form_hash)).first():
        conn.execute(update(form).where(form.c.hash == form_hash).values(source_hash=source_hash, added_at=now))
        return
    row = {"hash": form_hash, "name": name, "source_hash": source_hash, "compiled": compiled, "added_at": now}
    conn.execute(insert(form).values(**row))


def all_forms(conn: Connection) -> list[Row[Any]]:
    """Every version, oldest first: the last of a name is in force."""
    return list(conn.execute(select(form).order_by(form.c.added_at, form.c.hash)).all())


def get(conn: Connection, form_hash: str) -> Row[Any] | None:
    """One version."""
    return conn.execute(select(form).where(form.c.hash == form_hash)).first()
