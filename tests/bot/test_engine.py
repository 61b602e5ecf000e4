"""The writing side: together in one commit, each for itself when one fails, nobody told of what is not on the disk."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.util import await_only

from storage.engine import PURGED, Database
from storage.sqlite_writer import BATCH, SqliteWriter

TABLE = "CREATE TABLE thing (name VARCHAR(40) PRIMARY KEY, n INTEGER)"


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    async for opened in table_in(database_url):
        yield opened


@pytest.fixture
async def lite(sqlite_url: str) -> AsyncIterator[Database]:
    async for opened in table_in(sqlite_url):
        yield opened


@pytest.fixture
async def postgres(postgres_url: str) -> AsyncIterator[Database]:
    async for opened in table_in(postgres_url):
        yield opened


async def table_in(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    await database.open()
    try:
        await database.write(lambda conn: conn.execute(text(TABLE)) and None)
        yield database
    finally:
        await database.close()


def put(conn: Connection, name: str, n: int = 0) -> str:
    conn.execute(text("INSERT INTO thing VALUES (:name, :n)"), {"name": name, "n": n})
    return name.upper()


async def names(database: Database) -> list[str]:
    return await database.read(lambda conn: list(conn.scalars(text("SELECT name FROM thing ORDER BY name"))))


def statements(database: Database) -> list[str]:
    """What SQLite is told from now on."""
    heard: list[str] = []
    writer = database._writer
    assert isinstance(writer, SqliteWriter)
    writer._raw.set_trace_callback(heard.append)
    return heard


async def test_a_result_comes_back_after_the_commit(db: Database) -> None:
    assert await db.write(lambda conn: put(conn, "a")) == "A"
    assert await names(db) == ["a"]


async def test_an_exception_comes_back_and_nothing_is_kept(db: Database) -> None:
    def work(conn: Connection) -> None:
        put(conn, "a")
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        await db.write(work)
    assert await names(db) == []


async def test_many_at_once_each_get_their_own_result(db: Database) -> None:
    wanted = [f"n{number:03}" for number in range(3 * BATCH)]
    got = await asyncio.gather(*(db.write(lambda conn, name=name: put(conn, name)) for name in wanted))
    assert got == [name.upper() for name in wanted]
    assert await names(db) == wanted


async def test_what_waits_is_committed_together(lite: Database) -> None:
    heard = statements(lite)
    await asyncio.gather(*(lite.write(lambda conn, n=n: put(conn, str(n))) for n in range(2 * BATCH + 6)))
    assert heard.count("COMMIT") == 3


@pytest.mark.parametrize("wrong", ["python", "sql"])
async def test_one_that_fails_does_not_hurt_the_others(db: Database, wrong: str) -> None:
    runs: list[int] = []

    def work(conn: Connection, n: int) -> str:
        runs.append(n)
        result = put(conn, f"n{n}")
        if n == 4 and wrong == "python":
            raise LookupError("only four")
        return put(conn, "n4") if n == 4 else result

    done = await asyncio.gather(*(db.write(lambda conn, n=n: work(conn, n)) for n in range(10)), return_exceptions=True)
    assert isinstance(done[4], LookupError if wrong == "python" else IntegrityError)
    assert [result for n, result in enumerate(done) if n != 4] == [f"N{n}" for n in range(10) if n != 4]
    assert await names(db) == [f"n{n}" for n in range(10) if n != 4]
    if db.sqlite:
        assert runs.count(0) == 2, "rolled back with the batch and run again alone"


async def test_slow_work_goes_by_itself(lite: Database) -> None:
    loop_runs = asyncio.Event()
    here = threading.get_ident()
    where: list[int] = []
    go = threading.Event()

    def work(conn: Connection) -> None:
        where.append(threading.get_ident())
        assert go.wait(20)
        put(conn, "slow")

    slow = asyncio.create_task(lite.write(work, slow=True))
    quick = asyncio.create_task(lite.write(lambda conn: put(conn, "quick")))
    asyncio.get_running_loop().call_soon(loop_runs.set)
    await loop_runs.wait()
    go.set()
    await asyncio.gather(slow, quick)
    assert where != [here], "the loop served people meanwhile"
    assert await names(lite) == ["quick", "slow"]


async def test_another_process_that_writes_is_waited_for(lite: Database) -> None:
    other = sqlite3.connect(str(lite.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = asyncio.create_task(lite.write(lambda conn: put(conn, "late")))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    other.execute("COMMIT")
    other.close()
    assert await waiting == "LATE"


async def test_a_database_that_stays_busy_is_an_error_and_not_the_end(
    lite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.sqlite_writer.PATIENCE", 1)
    other = sqlite3.connect(str(lite.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Exception, match="locked"):
        await lite.write(lambda conn: put(conn, "never"))
    other.execute("COMMIT")
    other.close()
    assert await lite.write(lambda conn: put(conn, "later")) == "LATER"


async def test_close_lets_what_waits_finish(database_url: str) -> None:
    database = Database(database_url)
    await database.open()
    await database.write(lambda conn: conn.execute(text(TABLE)) and None)
    waiting = [asyncio.create_task(database.write(lambda conn, n=n: put(conn, f"n{n}"))) for n in range(50)]
    await asyncio.sleep(0)
    if database.sqlite:
        await database.close()  # on PostgreSQL each has its own connection, which is the pool's to end
    assert len(await asyncio.gather(*waiting)) == 50
    await database.close()
    again = Database(database_url)
    assert len(await names(again)) == 50
    await again.close()


async def test_nobody_is_told_of_a_commit_that_did_not_happen(lite: Database) -> None:
    begun, go = threading.Event(), threading.Event()

    def work(conn: Connection) -> None:
        begun.set()
        assert go.wait(20)

    writing = asyncio.create_task(lite.write(work, slow=True))
    await asyncio.to_thread(begun.wait, 20)
    writer = lite._writer
    assert isinstance(writer, SqliteWriter)
    assert writer._task is not None
    writer._task.cancel()
    go.set()
    with pytest.raises(ConnectionError):
        await writing


async def test_a_purge_takes_its_turn_among_the_writes(db: Database) -> None:
    if not db.sqlite:
        for table in PURGED.split(", "):
            await db.write(lambda conn, name=table: conn.execute(text(f"CREATE TABLE {name} (id INTEGER)")) and None)
    work = [db.write(lambda conn, n=n: put(conn, f"n{n:03}")) for n in range(40)]
    await asyncio.gather(*work[:20], db.purge(), *work[20:], db.purge())
    assert len(await names(db)) == 40


async def test_what_was_deleted_cannot_be_read_after_a_purge(lite: Database) -> None:
    secret = "điều không ai được đọc".encode()
    await lite.write(lambda conn: put(conn, secret.decode()))
    await lite.write(lambda conn: conn.execute(text("DELETE FROM thing")) and None)
    folder = Path(str(lite.url.database)).parent
    assert secret in b"".join(path.read_bytes() for path in folder.iterdir()), "else this test proves nothing"
    await lite.purge()
    assert secret not in b"".join(path.read_bytes() for path in folder.iterdir())
    assert await lite.write(lambda conn: put(conn, "on")) == "ON"


async def test_a_race_lost_between_look_and_insert_is_run_again(postgres: Database) -> None:
    """Two connections look at once, both see nothing, both insert."""
    both_looked = asyncio.Barrier(2)
    runs: list[str] = []

    def once(conn: Connection, who: str) -> str:
        runs.append(who)
        found = conn.scalar(text("SELECT n FROM thing WHERE name = 'one'"))
        if runs.count(who) == 1:
            await_only(both_looked.wait())
        return "seen" if found is not None else put(conn, "one", ord(who))

    done = await asyncio.gather(*(postgres.write(lambda conn, who=who: once(conn, who)) for who in "AB"))
    assert sorted(done) == ["ONE", "seen"]
    assert len(runs) == 3
    assert await names(postgres) == ["one"]


async def test_of_a_deadlock_both_come_through(postgres: Database) -> None:
    await postgres.write(lambda conn: put(conn, "a") and put(conn, "b"))
    both_hold = asyncio.Barrier(2)
    runs: list[str] = []

    def count(conn: Connection, first: str, second: str) -> None:
        runs.append(first)
        raise_by_one(conn, first)
        if runs.count(first) == 1:
            await_only(both_hold.wait())
        raise_by_one(conn, second)

    await asyncio.gather(
        postgres.write(lambda conn: count(conn, "a", "b")), postgres.write(lambda conn: count(conn, "b", "a"))
    )
    assert len(runs) == 3
    assert await postgres.read(lambda conn: list(conn.scalars(text("SELECT n FROM thing")))) == [2, 2]


def raise_by_one(conn: Connection, name: str) -> None:
    conn.execute(text("UPDATE thing SET n = n + 1 WHERE name = :name"), {"name": name})


async def test_who_always_loses_is_told_in_the_end(postgres: Database) -> None:
    await postgres.write(lambda conn: put(conn, "a"))
    runs: list[int] = []

    def work(conn: Connection) -> str:
        runs.append(1)
        return put(conn, "a")

    with pytest.raises(IntegrityError):
        await postgres.write(work)
    assert len(runs) == 4


async def test_other_mistakes_are_not_run_again(postgres: Database) -> None:
    runs: list[int] = []

    def work(conn: Connection) -> Any:
        runs.append(1)
        return conn.execute(text("SELECT nothing FROM nowhere"))

    with pytest.raises(Exception, match="nowhere"):
        await postgres.write(work)
    assert len(runs) == 1
