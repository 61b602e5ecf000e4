"""Brings a database to the program's own schema, and tells which schema that is.

Alembic is imported only inside the functions that migrate: the serving process asks `head()` and `is_current()` alone
and must not pay for more. Whoever serves starts `python -m storage.prepare` in a process of its own.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.pool import NullPool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from alembic.config import Config
    from sqlalchemy import URL

MIGRATIONS = Path(__file__).parent / "migrations"
DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg"}
LOCK = 7_021_943_105  # any fixed number: all programs that migrate one PostgreSQL database must use the same


class NotEmpty(RuntimeError):
    """The database has tables already, or its file is there: the argument is that file."""


def shipped() -> frozenset[str]:
    """The revisions this program knows, read from the file names (`0003_words.py` is revision "0003")."""
    return frozenset(path.name.split("_", 1)[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def head() -> str:
    """The newest of them."""
    return max(shipped())


def current(connection: Connection) -> str:
    """The revision a database is at; "" when it was never migrated."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or ""


def is_current(connection: Connection) -> bool:
    """Whether the database has exactly the schema that this program expects."""
    return current(connection) == head()


def upgrade(url: str, revision: str = "head") -> None:
    """Migrates to `revision`; in one transaction, so a failure changes nothing. Raises SQLAlchemy's errors."""
    from alembic import command

    with _config(url) as config:
        command.upgrade(config, revision)


def fill(url: str, revision: str, load: Callable[[Connection], None]) -> None:
    """An empty database: made at `revision`, filled by `load`, brought to the head; all of it or nothing.

    Raises `NotEmpty` when it has any table, and whatever `load` raises.
    """
    from alembic import command

    with _config(url) as config:
        connection = config.attributes["connection"]
        if inspect(connection).get_table_names():
            raise NotEmpty
        command.upgrade(config, revision)
        load(connection)
        command.upgrade(config, "head")


def downgrade(url: str, revision: str) -> None:
    """Undoes migrations down to `revision` ("base": everything, data included)."""
    from alembic import command

    with _config(url) as config:
        command.downgrade(config, revision)


def draft(url: str, message: str) -> None:
    """Writes the next revision: what the models have more than the database at `url`. See `migrations/__main__`."""
    from alembic import command

    with _config(url) as config:
        command.revision(config, message, autogenerate=True, rev_id=f"{int(head()) + 1:04}")


def synchronous(url: str) -> URL:
    """The same database through its synchronous driver. Raises `ValueError` for a database we do not know."""
    parsed = make_url(url)
    backend = parsed.get_backend_name()
    if backend not in DRIVERS:
        raise ValueError(f"neither SQLite nor PostgreSQL: {backend}")
    query = dict(parsed.query)
    if backend == "postgresql" and "ssl" in query:  # asyncpg's name for what libpq calls sslmode
        query["sslmode"] = query.pop("ssl")
    return parsed.set(drivername=DRIVERS[backend], query=query)


@contextmanager
def _config(url: str) -> Iterator[Config]:
    """Alembic's settings with an open connection in them, which `migrations/env.py` takes."""
    from alembic.config import Config

    config = Config(attributes={})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    engine = _engine(synchronous(url))
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":  # two servers that start at once migrate one after the other
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            config.attributes["connection"] = connection
            yield config
    finally:
        engine.dispose()


def _engine(url: URL) -> Engine:
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _manual_transactions)
        event.listen(engine, "begin", _begin_immediate)
    return engine


def _manual_transactions(driver: Any, _record: object) -> None:
    """Python's sqlite3 opens no transaction for CREATE TABLE: without this a failed migration would stay half done."""
    driver.isolation_level = None
    driver.execute("PRAGMA busy_timeout = 30000")


def _begin_immediate(connection: Connection) -> None:
    """Take the write lock at once: a second process that migrates waits here, then finds nothing to do."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")
