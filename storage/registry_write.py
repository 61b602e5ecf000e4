"""Writes the registry's tables in bulk: rows with ids go out, nothing is ever deleted. The import's one way in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Table, bindparam, insert, select, update

from storage.models import registry as tables
from storage.models.people import group
from storage.sealing import mark
from storage.upsert import insert_into

Rows = Sequence[Mapping[str, Any]]


class More(NamedTuple):
    """What `storage.registry.read` leaves out because no server needs it in memory."""

    groups: list[Row[Any]]
    changes: list[Row[Any]]


def read(conn: Connection) -> More:
    """The groups a commune wants, and the units' history."""
    return More(
        list(conn.execute(select(tables.group_plan)).all()),
        list(
            conn.execute(select(tables.unit_change).order_by(tables.unit_change.c.day, tables.unit_change.c.id)).all()
        ),
    )


def claim(conn: Connection, version: int, *, sample: bool, now: datetime) -> bool:
    """Raises the registry's version from the one the plan was made of; False when somebody else changed it meanwhile.

    It is the transaction's first statement, so that on both databases it also takes the lock until the commit.
    """
    table = tables.registry_version
    values = {"version": version + 1, "sample": sample, "changed_at": now}
    if version == 0:
        statement = insert_into(conn, table).values(id=1, **values).on_conflict_do_nothing(index_elements=["id"])
        return conn.execute(statement.returning(table.c.id)).first() is not None  # psycopg counts no such row
    return bool(conn.execute(update(table).where(table.c.version == version).values(values)).rowcount)


def add(conn: Connection, name: str, rows: Rows) -> None:
    """Insert; the rows' keys are columns, rows may name different ones. The workbook's days win over the package's."""
    if name == "calendar_day":
        statement = insert_into(conn, tables.calendar_day)
        fresh = {"works": statement.excluded.works, "source": statement.excluded.source}
        conn.execute(statement.on_conflict_do_update(index_elements=["day"], set_=fresh), list(rows))
        return
    for some in _alike(_marked(name, rows)):
        conn.execute(insert(_table(name)), some)


def change(conn: Connection, name: str, keys: Sequence[str], rows: Rows) -> None:
    """Update by key columns, none of them NULL. A row names its keys and what changes; rows may change different things."""
    table = _table(name)
    for some in _alike(_marked(name, rows)):
        where = [table.c[key] == bindparam(f"b_{key}") for key in keys]
        values: dict[str, Any] = {column: bindparam(f"b_{column}") for column in some[0] if column not in keys}
        bound = [{f"b_{column}": value for column, value in row.items()} for row in some]
        conn.execute(update(table).where(*where).values(values), bound)


def _marked(name: str, rows: Rows) -> Rows:
    """A person's phone goes with its mark, which is what the database keeps unique."""
    if name != "person":
        return rows
    return [
        {**row, "phone_mark": mark(row["phone"]) if row["phone"] else None} if "phone" in row else row for row in rows
    ]


def _alike(rows: Rows) -> list[list[Mapping[str, Any]]]:
    """Rows that name the same columns go out together."""
    found: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(tuple(row), []).append(row)
    return list(found.values())


def _table(name: str) -> Table:
    found: Table = getattr(tables, "unit_change" if name == "change" else name)
    return found


def free_phones(conn: Connection, ids: Sequence[int]) -> None:
    """Numbers that go from one person to another are let go first: at no moment may two have one."""
    if ids:
        conn.execute(
            update(tables.person).where(tables.person.c.id == bindparam("b_id")).values(phone=None, phone_mark=None),
            [{"b_id": key} for key in ids],
        )


def regroup(conn: Connection, unit_id: int, name: str) -> None:
    """Chats that are already the group of a plan's unit or department show as much as the plan now says."""
    table = tables.group_plan
    plan = conn.execute(select(table).where(table.c.unit_id == unit_id, table.c.name == name)).one()
    same = group.c.department_id.is_not_distinct_from(plan.department_id)
    conn.execute(
        update(group).where(group.c.unit_id == unit_id, same, group.c.gone_at.is_(None)).values(mode=plan.mode)
    )


def ids(conn: Connection, name: str) -> dict[Any, int]:
    """Natural key -> id: unit and person by code, department by (unit, code), role by (person, code, unit, department)."""
    table = _table(name)
    if name == "department":
        return {(r.unit_id, r.code): r.id for r in conn.execute(select(table.c.id, table.c.unit_id, table.c.code))}
    if name == "role":
        return {(r.person_id, r.code, r.unit_id, r.department_id): r.id for r in conn.execute(select(table))}
    return {r.code: r.id for r in conn.execute(select(table.c.id, table.c.code))}
