"""The database: one writing side for units of work, one reading side for pages, lists and exports.

`write` runs a plain function over a synchronous Core `Connection` inside one transaction and returns when it is on disk.
On SQLite a single writer takes all that waits and commits it together; on PostgreSQL each gets its own transaction.
The function may run more than once (a batch rolled back, a serialization failure), so it must have no other effect.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import orjson
from sqlalchemy import Connection, event, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from storage.sqlite_writer import SqliteWriter

T = TypeVar("T")
Work = Callable[[Connection], T]
PRAGMAS = (
    "foreign_keys=ON",
    "journal_mode=WAL",
    "synchronous=FULL",
    "busy_timeout=5000",
    "secure_delete=ON",
    "cache_size=-1000",
    "wal_autocheckpoint=4000",
)
PURGED = "draft, incoming, web_message, report, history, file, letter, person, data_request"  # PostgreSQL: tables that words are deleted from
_AGAIN = ("40001", "40P01", "23505")  # serialization failure, deadlock, a unique key taken meanwhile


def _dumps(value: Any) -> str:
    return orjson.dumps(value).decode()


ENGINE_OPTIONS: dict[str, Any] = {"hide_parameters": True, "json_serializer": _dumps, "json_deserializer": orjson.loads}


class Writer(Protocol):
    """Runs a unit of work; returns after its commit."""

    async def write(self, work: Work[T], *, slow: bool = False) -> T:
        """The result of `work`; its exception if it failed (nothing of it is kept). `slow`: it may take long."""

    async def purge(self) -> None:
        """Make what was deleted unreadable in the files (rule 14)."""

    async def close(self) -> None:
        """Finish what waits, then let go."""


class PostgresWriter:
    """One transaction per unit of work; a lost race is run again."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def write(self, work: Work[T], *, slow: bool = False) -> T:
        """See `Writer.write`."""
        for attempt in range(4):
            try:
                return await self._once(work)
            except (IntegrityError, OperationalError, DBAPIError) as error:
                # The look before the insert (see `storage/updates.py`) can lose a race; run again, it sees the winner.
                if attempt == 3 or getattr(error.orig, "sqlstate", "") not in _AGAIN:
                    raise
                await asyncio.sleep(0.01 * 2**attempt)
        raise AssertionError("unreachable")

    async def _once(self, work: Work[T]) -> T:
        conn = await self._connected()
        try:
            async with conn.begin():
                return await conn.run_sync(work)
        finally:
            await conn.close()

    async def _connected(self) -> AsyncConnection:
        """Whatever keeps us from the database is the same to who asks: it is away (ConnectionError), nothing was done."""
        try:
            return await self._engine.connect().start()
        except (SQLAlchemyError, OSError, TimeoutError):
            raise ConnectionError("the database is away") from None

    async def purge(self) -> None:
        """Dead rows keep their words until vacuumed; the server's own log archive is the operator's (docs/decisions)."""
        async with self._engine.connect() as conn:
            auto = await conn.execution_options(isolation_level="AUTOCOMMIT")
            await auto.exec_driver_sql(f"VACUUM {PURGED}")

    async def close(self) -> None:
        """Nothing of its own."""


class Database:
    """Opened once per process from `DANVAN_DATABASE_URL` (sqlite+aiosqlite:///… or postgresql+asyncpg://…)."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        self._reader = create_async_engine(url, pool_size=2, max_overflow=8, **ENGINE_OPTIONS)
        self._writer: Writer | None = None
        if self.sqlite:
            event.listen(self._reader.sync_engine, "connect", _reader_pragmas)

    def probe(self) -> None:
        """SQLite: raises `sqlite3.Error` where the file cannot be opened.

        Found out here because a thread of aiosqlite that fails to open it may outlive the loop and end with a traceback.
        """
        if self.sqlite and self.url.database:
            sqlite3.connect(self.url.database).close()

    async def open(self) -> None:
        """Ready to write. Raises the driver's error when the database cannot be opened."""
        if self.sqlite:
            self._writer = SqliteWriter(self.url.set(drivername="sqlite"), PRAGMAS, ENGINE_OPTIONS)
        else:
            self._writer = PostgresWriter(self._reader)

    async def close(self) -> None:
        """Waits for the writer, closes all connections."""
        if self._writer is not None:
            await self._writer.close()
        await self._reader.dispose()

    async def write(self, work: Work[T], *, slow: bool = False) -> T:
        """Run `work` in one transaction; returns its result after the commit is on disk. `slow`: it may take long."""
        assert self._writer is not None, "open() first"
        return await self._writer.write(work, slow=slow)

    async def read(self, work: Work[T]) -> T:
        """Run `work` over the reading side (SQLite: a snapshot that never waits for the writer)."""
        async with self._reader.connect() as conn:
            return await conn.run_sync(work)

    async def purge(self) -> None:
        """Make deleted words unreadable in the database's files."""
        assert self._writer is not None, "open() first"
        await self._writer.purge()


def _reader_pragmas(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("foreign_keys=ON", "busy_timeout=5000", "query_only=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
