"""Reads the registry's tables whole: units, departments, people, roles, routing, settings. Held in memory by whoever asks."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, select, update

from storage.models import registry as tables


class Tables(NamedTuple):
    """All rows, as the database gives them, and the version they were read at."""

    version: int
    sample: bool
    units: list[Row[Any]]
    departments: list[Row[Any]]
    people: list[Row[Any]]
    roles: list[Row[Any]]
    routing: list[Row[Any]]
    settings: list[Row[Any]]
    calendar: list[Row[Any]]
    absences: list[Row[Any]] = []  # noqa: RUF012 - never changed
    changes: list[Row[Any]] = []  # noqa: RUF012


def version(conn: Connection) -> tuple[int, bool]:
    """(version, is it the sample?); 0 while nothing has been imported."""
    row = conn.execute(select(tables.registry_version.c.version, tables.registry_version.c.sample)).first()
    return (row.version, bool(row.sample)) if row else (0, False)


def read(conn: Connection) -> Tables:
    """Everything, in one go."""
    number, sample = version(conn)

    def rows(table: Any) -> list[Row[Any]]:
        # In order: PostgreSQL gives a changed row last, and lists that people see must not depend on that.
        return list(conn.execute(select(table).order_by(*table.primary_key)).all())

    return Tables(
        number,
        sample,
        rows(tables.unit),
        rows(tables.department),
        rows(tables.person),
        rows(tables.role),
        rows(tables.routing),
        rows(tables.setting),
        rows(tables.calendar_day),
        rows(tables.absence),
        list(
            conn.execute(select(tables.unit_change).order_by(tables.unit_change.c.day, tables.unit_change.c.id)).all()
        ),
    )


def set_language(conn: Connection, person_id: int, lang: str) -> None:
    """What the person reads from now on."""
    conn.execute(update(tables.person).where(tables.person.c.id == person_id).values(language=lang))
    changed(conn)


def changed(conn: Connection) -> None:
    """Every server reloads the registry within seconds."""
    table = tables.registry_version
    conn.execute(update(table).values(version=table.c.version + 1))
