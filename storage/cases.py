"""Petitions and good practices: one table (see `storage/models/cases.py`), their numbers and their files."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from storage.models.cases import case, number
from storage.upsert import insert_into, new_id

OPEN = ("new", "accepted", "asked", "sent")  # someone still has to answer
_NEW = insert(case)
_GET = select(case).where(case.c.id == bindparam("which"))


def next_number(conn: Connection, unit_id: int, prefix: str) -> int:
    """The next number of a commune and prefix; the row is locked until the commit, so none is given twice."""
    statement = insert_into(conn, number).values(unit_id=unit_id, prefix=prefix, last=1)
    statement = statement.on_conflict_do_update(index_elements=["unit_id", "prefix"], set_={"last": number.c.last + 1})
    return int(conn.execute(statement.returning(number.c.last)).scalar_one())


def make(conn: Connection, **row: Any) -> int:
    """A new case; returns its id. Raises IntegrityError when its draft became a case before."""
    return new_id(conn, _NEW, row)


def get(conn: Connection, case_id: int) -> Row[Any] | None:
    """The case."""
    return conn.execute(_GET, {"which": case_id}).first()


def locked(conn: Connection, case_id: int) -> Row[Any] | None:
    """The case, held until the commit: two presses at once are decided one after the other."""
    return conn.execute(select(case).where(case.c.id == case_id).with_for_update()).first()


def by_code(conn: Connection, code: str, unit_ids: Collection[int]) -> list[Row[Any]]:
    """The cases a person may mean by a code: one in each commune they belong to."""
    query = select(case).where(case.c.unit_id.in_(unit_ids), case.c.code == code).order_by(case.c.id.desc())
    return list(conn.execute(query).all())


def change(conn: Connection, case_id: int, version: int, **values: Any) -> bool:
    """Set columns and raise the version; false when it is no longer at `version`."""
    statement = (
        update(case).where(case.c.id == case_id, case.c.version == version).values(version=version + 1, **values)
    )
    return conn.execute(statement).rowcount == 1


def by_reporter(conn: Connection, person_id: int, limit: int, offset: int = 0) -> list[Row[Any]]:
    """A person's own reports, latest first."""
    query = select(case).where(case.c.reporter_id == person_id).order_by(case.c.id.desc()).limit(limit).offset(offset)
    return list(conn.execute(query).all())


def asked_back(conn: Connection, person_id: int, limit: int = 2) -> list[Row[Any]]:
    """The person's reports that wait for their own answer."""
    query = (
        select(case)
        .where(case.c.reporter_id == person_id, case.c.state == "asked")
        .order_by(case.c.id.desc())
        .limit(limit)
    )
    return list(conn.execute(query).all())
