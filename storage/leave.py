"""Leave: who is away from which day to which, and who stands in."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, or_, select, update

from storage.cases import OPEN
from storage.models.cases import case
from storage.models.registry import absence
from storage.upsert import new_id

_NEW = insert(absence)
_REAL = absence.c.first <= absence.c.last  # one that was called off ends before it begins


def add(conn: Connection, now: datetime, **row: Any) -> int:
    """A leave (see `storage.models.registry.absence`); returns its id."""
    return new_id(conn, _NEW, {"made_at": now, **row})


def get(conn: Connection, absence_id: int) -> Row[Any] | None:
    """One leave, held until the commit."""
    return conn.execute(select(absence).where(absence.c.id == absence_id).with_for_update()).first()


def touching(conn: Connection, person_id: int, first: date, last: date) -> list[Row[Any]]:
    """Leaves of these days in which a person is away or stands in, the earliest first."""
    who = or_(absence.c.person_id == person_id, absence.c.substitute_id == person_id)
    query = select(absence).where(who, absence.c.first <= last, absence.c.last >= first, _REAL)
    return list(conn.execute(query.order_by(absence.c.first, absence.c.id)).all())


def coming(conn: Connection, day: date) -> list[Row[Any]]:
    """Leaves that run on this day or are still to come, the earliest first."""
    query = select(absence).where(absence.c.last >= day, _REAL).order_by(absence.c.first, absence.c.id)
    return list(conn.execute(query).all())


def starting_or_ending(conn: Connection, day: date) -> list[Row[Any]]:
    """Leaves whose first or last day this is."""
    query = select(absence).where(or_(absence.c.first == day, absence.c.last == day), _REAL)
    return list(conn.execute(query.order_by(absence.c.id)).all())


def end(conn: Connection, absence_id: int, last: date) -> None:
    """It ends with this day; before its first one: it never is, and its row stays."""
    conn.execute(update(absence).where(absence.c.id == absence_id).values(last=last))


def held(conn: Connection, person_id: int) -> int:
    """How many open cases a person holds."""
    query = select(func.count()).where(case.c.holder_id == person_id, case.c.state.in_(OPEN))
    return int(conn.execute(query).scalar_one())
