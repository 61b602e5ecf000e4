"""The few statements on every message's way, compiled once and given to SQLite's driver directly.

Core's own way from a statement to a cursor costs some 45 µs each time, this some 10 (`python -m bench.run` shows the
difference); everything else goes through Core. On PostgreSQL the network dwarfs it, so there Core runs them as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Dialect, Executable

from storage.models.base import UtcTime


class Hot:
    """A Core statement with named parameters. Driver errors on SQLite come unwrapped (`sqlite3.Error`)."""

    __slots__ = ("_binds", "_columns", "_sql", "_statement")

    def __init__(self, statement: Executable, columns: Sequence[str] = ()) -> None:
        """`columns` names those of an INSERT."""
        self._statement = statement
        self._columns = list(columns) or None
        self._sql = ""
        self._binds: list[tuple[str, Callable[[Any], Any] | None]] = []

    def run(self, conn: Connection, params: Mapping[str, Any]) -> Any:
        """The cursor (or Core's result): `fetchone()` gives plain values, JSON as the driver gives it."""
        if conn.dialect.name != "sqlite":
            return conn.execute(self._statement, params)
        return self._raw(conn).execute(self._sql, self._values(params))

    def run_many(self, conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Once per row."""
        if conn.dialect.name != "sqlite":
            conn.execute(self._statement, rows)
        else:
            self._raw(conn).executemany(self._sql, [self._values(row) for row in rows])

    def _raw(self, conn: Connection) -> Any:
        if not self._sql:
            self._compile(conn.dialect)
        return conn.connection.dbapi_connection

    def _values(self, params: Mapping[str, Any]) -> list[Any]:
        return [process(params[name]) if process else params[name] for name, process in self._binds]

    def _compile(self, dialect: Dialect) -> None:
        compiled: Any = self._statement.compile(dialect=dialect, column_keys=self._columns)  # type: ignore[attr-defined]
        processors = {
            name: _time if isinstance(bind.type, UtcTime) else bind.type.dialect_impl(dialect).bind_processor(dialect)
            for name, bind in compiled.binds.items()
        }
        self._binds = [(name, processors[name]) for name in compiled.positiontup]
        self._sql = compiled.string


def _time(value: datetime | None) -> str | None:
    """As SQLAlchemy stores a time on SQLite (UTC, no offset, microseconds), in a fifth of its time."""
    return None if value is None else value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
