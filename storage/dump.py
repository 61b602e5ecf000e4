"""Every row of a database as plain values, the same for SQLite and PostgreSQL, and the way back.

The tables are looked up in the database itself, not in the models: a backup is also made by a newer program of an older
database, just before it migrates. Values stay as they are stored, so what is sealed stays sealed: whole numbers, floats,
booleans, texts; JSON as its text; days as `2026-11-25`; times in UTC as `2026-11-25 02:00:00.000000`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, MetaData, Table, create_engine, inspect, text, types

from storage.engine import ENGINE_OPTIONS
from storage.migrate import synchronous

Value = str | int | float | bool | None
Row = Sequence[Value]
Kinds = dict[str, str]  # column -> int, float, bool, text, json, day, time
BATCH = 500
# The program fills these by itself: a database that has rows in no other table holds nobody's work.
_OF_THE_PROGRAM = {"alembic_version", "form", "calendar_day", "key_check", "registry_version", "job"}
# In this order: SQLAlchemy's booleans are no integers, but its times are no days either.
_KINDS = (
    (types.JSON, "json"),
    (types.Boolean, "bool"),
    (types.Integer, "int"),
    (types.Float, "float"),
    (types.DateTime, "time"),
    (types.Date, "day"),
    (types.String, "text"),
)


class NotTaken(ValueError):
    """The database refuses rows; the text is its own sentence, without what they say."""


@contextmanager
def snapshot(url: str) -> Iterator[Connection]:
    """One moment of the database, however long it is read and whoever writes meanwhile; nothing can be written."""
    engine = create_engine(synchronous(url), **ENGINE_OPTIONS)
    try:
        with engine.connect() as conn:
            if conn.dialect.name == "sqlite":
                conn.exec_driver_sql("PRAGMA query_only=ON")
                conn.exec_driver_sql("BEGIN")  # Python's driver opens no transaction for a SELECT
            else:
                conn.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            yield conn
            conn.rollback()
    finally:
        engine.dispose()


def tables(conn: Connection) -> list[Table]:
    """Those the database has, each after the ones its rows point to."""
    found = MetaData()
    found.reflect(conn)
    return [table for table in found.sorted_tables if table.name != "alembic_version"]


def has_data(conn: Connection) -> bool:
    """Whether anything is in it that the program did not put there by itself."""
    names = set(inspect(conn).get_table_names()) - _OF_THE_PROGRAM
    return any(conn.execute(text(f'SELECT 1 FROM "{name}" LIMIT 1')).first() for name in sorted(names))  # noqa: S608


def kinds(table: Table) -> Kinds:
    """What each column holds. Raises `TypeError` for a type that no migration of ours makes."""
    return {str(column.name): _kind(column.type) for column in table.columns}  # SQLAlchemy has its own kind of str


def _kind(kind: types.TypeEngine[Any]) -> str:
    for known, name in _KINDS:
        if isinstance(kind, known):
            return name
    raise TypeError(f"a column of type {kind!r}")


def rows(conn: Connection, table: Table) -> Iterator[list[list[Value]]]:
    """All rows in the order of the primary key, some hundred at a time."""
    wanted = kinds(table)
    postgres = conn.dialect.name == "postgresql"
    columns = ", ".join(
        f'"{name}"::text' if postgres and kind == "json" else f'"{name}"' for name, kind in wanted.items()
    )
    order = ", ".join(f'"{column.name}"' for column in table.primary_key)
    query = f'SELECT {columns} FROM "{table.name}" ORDER BY {order}'  # noqa: S608 - names of our own tables
    turn = [_TAKE.get(kind, _as_it_is) for kind in wanted.values()]
    with conn.exec_driver_sql(query, execution_options={"stream_results": True}) as result:
        for batch in result.partitions(BATCH):
            yield [[take(value) for take, value in zip(turn, row, strict=True)] for row in batch]


def _as_it_is(value: Any) -> Any:
    return value


def _json(value: Any) -> Any:
    """SQLite makes a number of a JSON text that is one."""
    return value if value is None or isinstance(value, str) else orjson.dumps(value).decode()


def _time(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    return value


def _day(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _bool(value: Any) -> Any:
    return None if value is None else bool(value)


_TAKE = {"json": _json, "time": _time, "day": _day, "bool": _bool}


def load(conn: Connection, table: Table, columns: Sequence[str], batch: list[list[Value]]) -> None:
    """Put rows into a table of a database at the revision they were taken from. Raises `NotTaken`, SQLAlchemy's errors."""
    if not batch:
        return
    names = ", ".join(f'"{name}"' for name in columns)
    if conn.dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        statement = f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})'  # noqa: S608
        conn.exec_driver_sql(statement, [tuple(row) for row in batch])
        return
    try:
        _copy(conn, table, names, columns, batch)
    except conn.dialect.loaded_dbapi.Error as error:
        raise NotTaken(str(error).splitlines()[0]) from None


def _copy(conn: Connection, table: Table, names: str, columns: Sequence[str], batch: list[list[Value]]) -> None:
    """PostgreSQL's fast way in."""
    wanted = kinds(table)
    times = [place for place, name in enumerate(columns) if wanted[name] == "time"]
    driver: Any = conn.connection.driver_connection
    with driver.cursor().copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
        for row in batch:
            for place in times:
                row[place] = None if row[place] is None else f"{row[place]}+00"
            copy.write_row(row)


def empty(conn: Connection, found: Sequence[Table]) -> None:
    """Rows that a migration put into a new database make room for those of the backup."""
    for table in reversed(found):
        conn.exec_driver_sql(f'DELETE FROM "{table.name}"')  # noqa: S608


def last_numbers(conn: Connection) -> dict[str, int]:
    """Table -> the last number given to a row, also where that row is gone: a number is never given twice."""
    if conn.dialect.name == "sqlite":
        if not inspect(conn).has_table("sqlite_sequence"):
            return {}
        return {name: int(seq) for name, seq in conn.exec_driver_sql("SELECT name, seq FROM sqlite_sequence")}
    return {
        str(table.name): int(last or 0)
        for table in tables(conn)
        for sequence in _sequences(conn, table)
        for last in conn.exec_driver_sql(f"SELECT CASE WHEN is_called THEN last_value END FROM {sequence}").scalars()  # noqa: S608
    }


def go_on_after(conn: Connection, found: Sequence[Table], numbers: dict[str, int]) -> None:
    """The next row gets the number it would have got in the database that was backed up."""
    for table in found:
        last = numbers.get(table.name, 0)
        if conn.dialect.name == "sqlite":
            _sqlite_number(conn, table.name, last)
            continue
        for sequence in _sequences(conn, table):
            highest = f'SELECT greatest({last}, coalesce(max(id), 0)) FROM "{table.name}"'  # noqa: S608
            number = conn.exec_driver_sql(highest).scalar_one()
            if number:
                conn.exec_driver_sql(f"SELECT setval('{sequence}', {number})")


def _sqlite_number(conn: Connection, name: str, last: int) -> None:
    """Only tables with AUTOINCREMENT keep one; the rows just put in have raised it already."""
    source = conn.execute(text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": name}).scalar() or ""
    if last and "AUTOINCREMENT" in source:
        conn.execute(
            text("DELETE FROM sqlite_sequence WHERE name = :name AND seq < :last"), {"name": name, "last": last}
        )
        known = conn.execute(text("SELECT 1 FROM sqlite_sequence WHERE name = :name"), {"name": name}).first()
        if known is None:
            conn.execute(text("INSERT INTO sqlite_sequence VALUES (:name, :last)"), {"name": name, "last": last})


def _sequences(conn: Connection, table: Table) -> list[str]:
    """PostgreSQL: the counter of a table's `id`, if it has one."""
    if "id" not in table.columns:
        return []
    query = text("SELECT pg_get_serial_sequence(:table, 'id')")
    found = conn.execute(query, {"table": f'"{table.name}"'}).scalar()
    return [found] if found else []


def broken_links(conn: Connection) -> list[str]:
    """SQLite: tables with rows that point to nothing (PostgreSQL refuses such rows itself)."""
    if conn.dialect.name != "sqlite":
        return []
    return sorted({row[0] for row in conn.exec_driver_sql("PRAGMA foreign_key_check")})
