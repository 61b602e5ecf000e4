"""SQLite's one writer: one connection, whatever waits is run together and committed together.

Units of work run in the event loop's own thread and only what may wait for the disk or for a lock (COMMIT, a BEGIN that
finds the database busy, slow work) goes to a helper thread. Measured: in a thread of their own every statement hands the
interpreter's lock back and forth with the loop, which tripled the time of an update under load (docs/decisions/0004).
If one of a batch fails the whole batch is rolled back and each runs again alone, so nobody pays for another's mistake.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, create_engine, event
from sqlalchemy.pool import StaticPool

T = TypeVar("T")
Work = Callable[[Connection], Any]
BATCH = 32  # at a third of a millisecond each, the loop is never held longer than some ten
PATIENCE = 5000  # milliseconds to wait for another process that writes (an import, a backup)


class _Job:
    """A unit of work and what came of it. `slow`: it may take long, so it runs in the helper thread.

    `bare`: by itself and outside any transaction. Until it is done its outcome is an error: nobody is told of a commit
    that did not happen, whatever ended the writer.
    """

    __slots__ = ("bare", "error", "future", "result", "slow", "work")

    def __init__(self, work: Work, *, slow: bool, bare: bool = False) -> None:
        self.work = work
        self.slow = slow or bare
        self.bare = bare
        self.future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.result: Any = None
        self.error: BaseException | None = ConnectionError("the writer ended before the commit")

    def settle(self) -> None:
        """Wake who waits."""
        if self.future.done():
            return
        if self.error is None:
            self.future.set_result(self.result)
        else:
            self.future.set_exception(self.error)


class SqliteWriter:
    """See the module. `close` lets everything queued finish first."""

    def __init__(self, url: URL, pragmas: Sequence[str], options: dict[str, Any]) -> None:
        self._engine = create_engine(url, poolclass=StaticPool, connect_args={"check_same_thread": False}, **options)
        event.listen(self._engine, "connect", lambda connection, _record: _apply(connection, pragmas))
        # Autocommit towards SQLAlchemy: the writer says BEGIN and COMMIT itself, once for a whole batch.
        self._conn = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        raw: Any = self._conn.connection.dbapi_connection
        self._raw = raw
        self._raw.execute("PRAGMA busy_timeout=0")  # waiting is the thread's business, see `_begin`
        self._queue: deque[_Job] = deque()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite-writer")
        self._task: asyncio.Task[None] | None = None

    async def write(self, work: Callable[[Connection], T], *, slow: bool = False) -> T:
        """See `storage.engine.Writer`."""
        result: T = await self._enqueue(_Job(work, slow=slow))
        return result

    async def purge(self) -> None:
        """`secure_delete` has zeroed the pages; the log still holds the old ones until it is truncated.

        Takes its turn among the writes: the connection is one, and a log cannot be truncated in a transaction.
        """
        await self._enqueue(_Job(self._truncate, slow=True, bare=True))

    async def close(self) -> None:
        """Stop after all that is queued."""
        if self._task is not None:
            await asyncio.wait([self._task])
        self._thread.shutdown()
        self._conn.close()
        self._engine.dispose()

    async def _enqueue(self, job: _Job) -> Any:
        self._queue.append(job)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        return await job.future

    async def _run(self) -> None:
        while self._queue:
            batch = self._take()
            try:
                if batch[0].bare:
                    await self._outside(batch[0])
                elif not await self._together(batch):
                    for job in batch:
                        await self._alone(job)
            finally:
                for job in batch:
                    job.settle()

    def _take(self) -> list[_Job]:
        """What waits, up to a batch; slow work goes by itself."""
        batch = [self._queue.popleft()]
        while self._queue and len(batch) < BATCH and not batch[0].slow and not self._queue[0].slow:
            batch.append(self._queue.popleft())
        return batch

    async def _together(self, batch: list[_Job]) -> bool:
        """One transaction for all; false (and nothing kept) when one failed."""
        try:
            await self._begin()
            for job in batch:
                job.result = await self._in_thread(job.work, self._conn) if job.slow else job.work(self._conn)
            await self._in_thread(self._raw.execute, "COMMIT")
            for job in batch:
                job.error = None
        except Exception as error:  # noqa: BLE001 - whatever it is belongs to who asked, never to the writer
            with contextlib.suppress(Exception):
                self._raw.execute("ROLLBACK")
            if len(batch) > 1:
                return False
            batch[0].error = error
        return True

    async def _outside(self, job: _Job) -> None:
        try:
            job.result = await self._in_thread(job.work, self._conn)
        except Exception as error:  # noqa: BLE001 - it belongs to who asked
            job.error = error
        else:
            job.error = None

    async def _alone(self, job: _Job) -> None:
        await self._together([job])

    async def _begin(self) -> None:
        """At once, or, when another process is writing, as soon as it has done so (waited for in the thread)."""
        try:
            self._raw.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            await self._in_thread(self._begin_patiently)

    def _begin_patiently(self) -> None:
        self._raw.execute(f"PRAGMA busy_timeout={PATIENCE}")
        try:
            self._conn.exec_driver_sql("BEGIN IMMEDIATE")
        finally:
            self._raw.execute("PRAGMA busy_timeout=0")

    def _truncate(self, _conn: Connection) -> None:
        """The log cannot be emptied while a reader still looks at it: people wait meanwhile, so it is tried again later."""
        self._raw.execute("PRAGMA busy_timeout=200")
        try:
            busy, _pages, _done = self._raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if not busy:
                return
        finally:
            self._raw.execute("PRAGMA busy_timeout=0")
        raise TimeoutError("the database's log could not be emptied")

    async def _in_thread(self, work: Callable[..., T], *arguments: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *arguments)


def _apply(connection: Any, pragmas: Sequence[str]) -> None:
    cursor = connection.cursor()
    for pragma in pragmas:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
