"""Both databases with tables and the sample commune, seen through the program's own `Database`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, create_engine, insert

from bot import sample
from storage.engine import ENGINE_OPTIONS, Database
from storage.migrate import synchronous
from storage.models.base import metadata
from storage.models.cases import form

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)


@pytest.fixture
def filled_url(database_url: str) -> str:
    engine = create_engine(synchronous(database_url), **ENGINE_OPTIONS)
    metadata.create_all(engine)
    with engine.begin() as conn:
        sample.write(conn, sample.registry())
        row = {"hash": "h", "name": "petition", "source_hash": "s", "compiled": {}, "added_at": NOW}
        conn.execute(insert(form).values(row))
    engine.dispose()
    return database_url


@pytest.fixture
async def db(filled_url: str) -> AsyncIterator[Database]:
    """As the server has it: asyncpg, or the one writer of SQLite."""
    database = Database(filled_url)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
def conn(filled_url: str) -> Iterator[Connection]:
    """As the command line has it: psycopg, or sqlite3; one transaction."""
    engine = create_engine(synchronous(filled_url), **ENGINE_OPTIONS)
    with engine.begin() as connection:
        yield connection
    engine.dispose()
