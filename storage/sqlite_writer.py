"""SQLite's one writer: a thread with one connection that commits all waiting units of work together.

Measured: a commit costs a full fsync, a unit of work a third of a millisecond; so the more wait, the cheaper each gets.
If one of a batch fails the whole batch is rolled back and each runs again alone, so nobody pays for another's mistake.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, create_engine, event
from sqlalchemy.pool import StaticPool

T = TypeVar("T")
BATCH = 64


class _Job:
    """A unit of work, the loop that waits for it, and what came of it."""

    __slots__ = ("error", "future", "loop", "result", "work")

    def __init__(self, work: Callable[[Connection], Any]) -> None:
        self.work = work
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[Any] = self.loop.create_future()
        self.result: Any = None
        self.error: BaseException | None = None

    def settle(self) -> None:
        """In the loop's own thread."""
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
        # Autocommit towards SQLAlchemy: the thread says BEGIN and COMMIT itself, once for a whole batch.
        self._conn = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="sqlite-writer", daemon=True)
        self._thread.start()

    async def write(self, work: Callable[[Connection], T]) -> T:
        """See `storage.engine.Writer`."""
        job = _Job(work)
        self._queue.put(job)
        result: T = await job.future
        return result

    async def purge(self) -> None:
        """`secure_delete` has zeroed the pages; the log still holds the old ones until it is truncated."""
        job = _Job(lambda conn: None)
        job.work = _truncate
        self._queue.put(job)
        await job.future

    async def close(self) -> None:
        """Stop after all that is queued."""
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)
        self._conn.close()
        self._engine.dispose()

    def _run(self) -> None:
        while True:
            first = self._queue.get()
            if first is None:
                return
            batch, more = self._take(first)
            if batch[0].work is _truncate:
                self._alone_outside(batch[0])
            elif not self._together(batch):
                for job in batch:
                    self._together([job], last=True)
            _settle(batch)
            if not more:
                return

    def _take(self, first: _Job) -> tuple[list[_Job], bool]:
        """What waits, up to a batch. A truncation runs by itself (it cannot run inside a transaction)."""
        batch = [first]
        while len(batch) < BATCH and first.work is not _truncate:
            try:
                job = self._queue.get_nowait()
            except Empty:
                break
            if job is None:
                return batch, False
            if job.work is _truncate:
                self._queue.put(job)
                break
            batch.append(job)
        return batch, True

    def _together(self, batch: list[_Job], *, last: bool = False) -> bool:
        """One transaction for all; false (and nothing kept) when one failed. With `last` the failure is its answer."""
        conn = self._conn
        try:
            conn.exec_driver_sql("BEGIN IMMEDIATE")
            for job in batch:
                job.result = job.work(conn)
            conn.exec_driver_sql("COMMIT")
        except BaseException as error:  # noqa: BLE001 - whatever it is belongs to who asked, never to the thread
            with contextlib.suppress(Exception):
                conn.exec_driver_sql("ROLLBACK")
            if last:
                batch[0].error = error
            return False
        return True

    def _alone_outside(self, job: _Job) -> None:
        try:
            job.work(self._conn)
        except Exception as error:  # noqa: BLE001 - see `_together`
            job.error = error


def _truncate(conn: Connection) -> None:
    conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").all()


def _settle(batch: list[_Job]) -> None:
    """One wake-up per loop and batch, not one per job."""
    loops = {job.loop for job in batch}
    for loop in loops:
        mine = [job for job in batch if job.loop is loop]
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_settle_all, mine)


def _settle_all(jobs: list[_Job]) -> None:
    for job in jobs:
        job.settle()


def _apply(connection: Any, pragmas: Sequence[str]) -> None:
    cursor = connection.cursor()
    for pragma in pragmas:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
