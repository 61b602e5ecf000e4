"""The migrations make exactly the tables of the models, on both databases, and can be undone."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.pool import NullPool

from storage import migrate
from storage.migrations import __main__ as drafting
from storage.models import metadata

ROOT = Path(__file__).parent.parent


def engine_of(url: str) -> Engine:
    return create_engine(migrate.synchronous(url), poolclass=NullPool)


def tables(url: str) -> set[str]:
    return set(inspect(engine_of(url)).get_table_names()) - {"alembic_version", "sqlite_sequence"}


def prepare(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "storage.prepare", *arguments]
    settings = {**os.environ, **environment}
    return subprocess.run(words, cwd=ROOT, env=settings, capture_output=True, text=True, check=False)


def test_up_down_up(database_url: str) -> None:
    migrate.upgrade(database_url)
    assert tables(database_url) == set(metadata.tables)
    migrate.downgrade(database_url, "base")
    assert tables(database_url) == set()
    migrate.upgrade(database_url)
    assert tables(database_url) == set(metadata.tables)
    with engine_of(database_url).connect() as connection:
        assert migrate.is_current(connection)


def test_each_revision_can_be_undone_alone(database_url: str) -> None:
    script = ScriptDirectory(str(migrate.MIGRATIONS))
    before = set[str]()
    for revision in reversed(list(script.walk_revisions())):
        migrate.upgrade(database_url, revision.revision)
        after = tables(database_url)
        migrate.downgrade(database_url, "-1")
        assert tables(database_url) == before
        migrate.upgrade(database_url, revision.revision)
        assert tables(database_url) == after
        before = after


def test_the_migrated_database_is_the_models(database_url: str) -> None:
    migrate.upgrade(database_url)
    with engine_of(database_url).connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_table_by_table_as_create_all_makes_it(database_url: str) -> None:
    """What `compare_metadata` does not look at: keys, their names, AUTOINCREMENT, partial indexes."""
    migrate.upgrade(database_url)
    migrated = {table: shape(engine_of(database_url), table) for table in metadata.tables}
    migrate.downgrade(database_url, "base")
    metadata.create_all(engine_of(database_url))
    for table in metadata.tables:
        assert migrated[table] == shape(engine_of(database_url), table), table


def shape(engine: Engine, table: str) -> dict[str, object]:
    """Everything the database itself says of a table."""
    looked = inspect(engine)
    with engine.connect() as connection:
        source = ""
        if engine.dialect.name == "sqlite":
            source = str(connection.scalar(text("SELECT sql FROM sqlite_master WHERE name = :table"), {"table": table}))
    return {
        "columns": [{**column, "type": repr(column["type"])} for column in looked.get_columns(table)],
        "primary key": looked.get_pk_constraint(table),
        "foreign keys": sorted(looked.get_foreign_keys(table), key=str),
        "unique": sorted(looked.get_unique_constraints(table), key=str),
        "indexes": sorted(looked.get_indexes(table), key=str),
        "checks": sorted(looked.get_check_constraints(table), key=str),
        "autoincrement": "AUTOINCREMENT" in source,
    }


def test_the_head_is_read_from_file_names(database_url: str) -> None:
    assert migrate.head() == ScriptDirectory(str(migrate.MIGRATIONS)).get_current_head()
    with engine_of(database_url).connect() as connection:
        assert migrate.current(connection) == ""
        assert not migrate.is_current(connection)
    migrate.upgrade(database_url, "0001")
    with engine_of(database_url).connect() as connection:
        assert migrate.current(connection) == "0001"
        assert not migrate.is_current(connection)


def test_two_that_start_at_once_both_find_it_done(database_url: str) -> None:
    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(prepare, [database_url] * 3))
    assert [(run.returncode, run.stderr) for run in done] == [(0, "")] * 3
    assert tables(database_url) == set(metadata.tables)


def test_a_migration_that_fails_leaves_nothing_behind(database_url: str) -> None:
    """A table of the last revision is already there: the ones before it must not stay either."""
    with engine_of(database_url).begin() as connection:
        connection.execute(text("CREATE TABLE job (name VARCHAR(40))"))
    with pytest.raises(Exception, match="already exists"):
        migrate.upgrade(database_url)
    assert tables(database_url) == {"job"}


def test_prepare_takes_the_address_from_the_environment(sqlite_url: str) -> None:
    assert prepare(DANVAN_DATABASE_URL=sqlite_url).returncode == 0
    assert tables(sqlite_url) == set(metadata.tables)


def test_prepare_without_an_address_says_so() -> None:
    run = prepare()
    assert run.returncode == 2
    assert "DANVAN_DATABASE_URL" in run.stderr


def test_other_databases_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match="mysql"):
        migrate.upgrade("mysql://root@localhost/danvan")


def test_the_synchronous_address_keeps_what_was_asked_of_the_connection() -> None:
    url = migrate.synchronous("postgresql+asyncpg://u:p%25@host:5433/db?ssl=require")
    assert url.render_as_string(hide_password=False) == "postgresql+psycopg://u:p%25@host:5433/db?sslmode=require"


def test_the_next_revision_is_drafted_from_the_models(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_url: str
) -> None:
    """A model more than the migrations: here by leaving the last migration out."""
    folder = tmp_path / "migrations"
    shutil.copytree(migrate.MIGRATIONS, folder)
    (last,) = (folder / "versions").glob(f"{migrate.head()}_*.py")
    wanted = re.findall(r'create_table\(\s*"(\w+)"', last.read_text(encoding="utf-8"))
    number = migrate.head()
    last.unlink()
    monkeypatch.setattr(migrate, "MIGRATIONS", folder)
    assert drafting.main(["Adds what was left out"]) == 0
    (made,) = (folder / "versions").glob(f"{number}_adds_what_was_left_out.py")
    assert sorted(re.findall(r"create_table\('(\w+)'", made.read_text(encoding="utf-8"))) == sorted(wanted)
    migrate.upgrade(sqlite_url)
    assert tables(sqlite_url) == set(metadata.tables)


def test_a_draft_wants_a_message(capsys: pytest.CaptureFixture[str]) -> None:
    assert drafting.main([]) == 2
    assert "python -m storage.migrations" in capsys.readouterr().err


def test_a_config_file_is_not_needed() -> None:
    assert not (ROOT / "alembic.ini").exists()
    assert Config().config_file_name is None
