"""Files of the web chat: the bytes stay on the device until the worker that keeps a settled report asks for them."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from secrets import token_hex

from aiohttp import StreamReader

from bot.channels import errors

MISSING_LIFE = 8 * 86400.0  # seconds the word of a page is remembered that it no longer has a file
WANTED_LIFE = 3600.0  # the worker asks again long before


class TooBig(Exception):
    """More bytes than the channel takes."""


class NotWanted(Exception):
    """Nobody asked for this file (or no longer)."""


class Uploads:
    """`folder` holds uploads on their way from a page to the worker; `limit` is in bytes, `clock` monotonic seconds."""

    def __init__(self, folder: Path, limit: int, clock: Callable[[], float]) -> None:
        self._folder, self._limit, self._clock = folder, limit, clock
        self._wanted: dict[str, float] = {}
        self._failed: dict[str, tuple[float, type[errors.SendError]]] = {}

    def wanted(self, user: str) -> list[str]:
        """What this user's page is asked for."""
        self._forget()
        return [ref for ref in self._wanted if ref.startswith(f"{user}/")]

    def want(self, ref: str) -> None:
        """From now on, for an hour, it is taken when it comes."""
        self._wanted[ref] = self._clock() + WANTED_LIFE

    def take(self, ref: str, into: Path) -> None:
        """Move an arrived upload to `into`.

        Raises `FileMissing` or `FileTooBig` if the page said so, else `NotYet`; from then on the file is wanted.
        Both paths may lie on different disks, hence the copy as a second way.
        """
        self._forget()
        failed = self._failed.pop(ref, None)
        if failed:
            raise failed[1]
        try:
            _move(self._path(ref), into)
        except FileNotFoundError:
            self.want(ref)
            raise errors.NotYet from None
        self._wanted.pop(ref, None)

    async def put(self, ref: str, content: StreamReader, length: int | None) -> None:
        """Stream an upload to the disk. Raises `NotWanted`, `TooBig`, or `OSError` (the disk is full)."""
        self._forget()
        if ref not in self._wanted:
            raise NotWanted
        if (length or 0) > self._limit:
            self._fail(ref, errors.FileTooBig)
            raise TooBig
        part = self._folder / f"{token_hex(8)}.part"
        try:
            await self._write(part, ref, content)
            await asyncio.to_thread(part.replace, self._path(ref))
        finally:
            part.unlink(missing_ok=True)

    def missing(self, ref: str) -> None:
        """The page no longer has the file: the worker learns it at its next `take`."""
        if ref in self._wanted:
            self._fail(ref, errors.FileMissing)

    async def _write(self, part: Path, ref: str, content: StreamReader) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        size = 0
        with part.open("wb") as out:
            async for chunk in content.iter_chunked(2**16):
                size += len(chunk)
                if size > self._limit:
                    self._fail(ref, errors.FileTooBig)
                    raise TooBig
                out.write(chunk)
            out.flush()
            # On disk before the page deletes its copy.
            await asyncio.to_thread(os.fsync, out.fileno())

    def _fail(self, ref: str, error: type[errors.SendError]) -> None:
        self._wanted.pop(ref, None)
        self._failed[ref] = (self._clock() + MISSING_LIFE, error)

    def _path(self, ref: str) -> Path:
        return self._folder / f"{hashlib.sha256(ref.encode()).hexdigest()[:40]}.file"

    def _forget(self) -> None:
        now = self._clock()
        self._wanted = {ref: until for ref, until in self._wanted.items() if until > now}
        self._failed = {ref: kept for ref, kept in self._failed.items() if kept[0] > now}


def _move(source: Path, into: Path) -> None:
    try:
        source.replace(into)
    except OSError as error:
        if isinstance(error, FileNotFoundError) and not source.exists():
            raise
        into.parent.mkdir(parents=True, exist_ok=True)
        into.write_bytes(source.read_bytes())
        source.unlink()
