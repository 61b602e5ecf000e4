"""Attachments of settled reports: fetched by a worker, made safe in a short subprocess, kept under their content's hash."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import shutil
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import Connection

from bot.channels import errors
from storage import files, outbox

if TYPE_CHECKING:
    from bot.app import App

log = structlog.get_logger(__name__)
WAIT = timedelta(seconds=4)  # for a device that has not handed it over yet
GIVE_UP = timedelta(days=7)
BACKOFF = (10, 60, 300, 1800, 3600)


class NotPicture(Exception):
    """It says it is a photo, but no picture can be read from it."""


class Media:
    """The store below one folder: `ab/abcdef…`, named by SHA-256."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "coming").mkdir(parents=True, exist_ok=True)

    def path(self, sha256: str) -> Path:
        """Where a content's bytes are."""
        return self.root / sha256[:2] / sha256

    def keep(self, found: Path) -> tuple[str, int]:
        """Move a file in, on the disk for good; returns its SHA-256 and size. The same content twice is one file."""
        with found.open("rb+") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
            os.fsync(stream.fileno())
        size = found.stat().st_size
        target = self.path(sha256)
        target.parent.mkdir(exist_ok=True)
        found.replace(target)
        _to_disk(target.parent)
        return sha256, size


def _to_disk(folder: Path) -> None:
    """The entry of a file just moved in; Windows has no such call and needs none."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


class Worker:
    """Fetches what settled reports want."""

    def __init__(self, app: App, media: Media) -> None:
        self._app = app
        self._media = media

    async def run(self) -> int:
        """Fetch what is due; returns how many were taken."""
        taken = 0
        while rows := await self._app.db.write(lambda conn: files.claim(conn, self._app.clock())):
            taken += len(rows)
            await asyncio.gather(*(self._one(row) for row in rows))
        return taken

    async def _one(self, row: Any) -> None:
        """`raw` stays until the row says what became of it: it may be the only copy there is (web), and we may die here."""
        folder = self._media.root / "coming" / f"f{row.id}"
        folder.mkdir(exist_ok=True)
        try:
            sha256, size = await self._kept(row, folder / "raw")
        except (errors.SendError, NotPicture) as error:
            await self._failed(row, error)
        else:
            values = {"state": "kept", "sha256": sha256, "size": size, "next_at": None, "error": None}
            await self._app.db.write(lambda conn: files.settle(conn, row.id, **values))
        shutil.rmtree(folder, ignore_errors=True)

    async def _kept(self, row: Any, raw: Path) -> tuple[str, int]:
        channel = self._app.channels.get((row.channel, row.bot))
        if not await asyncio.to_thread(raw.exists):  # else fetched by one that died before it could say so
            if channel is None:
                raise errors.Unreachable
            await channel.fetch(row.ref, raw)
        safe = await made_safe(raw) if row.kind == "photo" else await asyncio.to_thread(copied, raw)
        return await asyncio.to_thread(self._media.keep, safe)

    async def _failed(self, row: Any, error: Exception) -> None:
        now = self._app.clock()
        code = error.code if isinstance(error, errors.SendError) else "not_picture"
        final = isinstance(error, NotPicture) or (isinstance(error, errors.SendError) and not error.retry)
        if isinstance(error, errors.NotYet):
            values = {"state": "wanted", "next_at": now + WAIT, "attempts": row.attempts + 1}
            final = row.attempts * WAIT > GIVE_UP
        else:
            wait = BACKOFF[min(row.attempts, len(BACKOFF) - 1)]
            values = {
                "state": "wanted",
                "next_at": now + timedelta(seconds=wait),
                "attempts": row.attempts + 1,
                "error": code,
            }
            final = final or row.attempts >= 100
        if final:
            values = {"state": "bad", "next_at": None, "error": code}
        log.info("file_failed", file=row.id, error=code, final=final)
        await self._app.db.write(lambda conn: self._settle(conn, row, values, code if final else ""))
        if final:
            self._app.letters_due.set()

    def _settle(self, conn: Connection, row: Any, values: dict[str, Any], why: str) -> None:
        files.settle(conn, row.id, **values)
        if why:
            letter = {
                "dedupe": f"file:{row.id}",
                "template": "file_bad",
                "case_id": row.case_id,
                "person_id": row.person_id,
            }
            outbox.put(conn, self._app.clock(), [letter | {"params": {"why": why}}])


def copied(raw: Path) -> Path:
    """The same content under a second name, without its bytes twice where the disk can do that."""
    second = raw.with_name("copy")
    second.unlink(missing_ok=True)
    try:
        second.hardlink_to(raw)
    except OSError:
        shutil.copyfile(raw, second)
    return second


async def made_safe(raw: Path) -> Path:
    """Turned upright, without EXIF, as JPEG of at most 2,560 pixels a side. Raises `NotPicture`."""
    out = raw.with_name("safe.jpg")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.picture",
        str(raw),
        str(out),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        code = await asyncio.wait_for(process.wait(), 60)
    except TimeoutError:
        process.kill()
        await process.wait()
        code = 1
    if code != 0 or not out.exists():
        raise NotPicture
    return out
