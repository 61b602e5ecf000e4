"""What is inside a backup, one after the other: a head, members with their bytes in parts, a manifest.

Each part is a tag of one byte, its length in four, then that many bytes. The manifest at the end holds size, SHA-256 and
rows of every member; reading checks each against it, so that a reader who came to the end has read all of it, unaltered.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final

import orjson

from bot.backup.envelope import Damaged, Opening, Sealing

FORMAT: Final = 1
_HEAD, _MEMBER, _PART, _END = b"H", b"M", b"P", b"E"
_LONGEST: Final = 2**28
# `tables/person`, `media/<SHA-256>`, uploads on their way to the media folder. No other name is taken.
NAMES: Final = re.compile(
    r"tables/[a-z_]{1,60}|media/[0-9a-f]{64}|coming/(?:f[0-9]{1,19}/raw|[0-9a-f]{40}\.file)", re.ASCII
)


class NewerFormat(Exception):
    """Made by a program newer than this one."""


@dataclass(slots=True)
class Member:
    """One table or file; `columns` of a table are (name, kind) in the order of its rows' values."""

    name: str
    columns: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class _Sum:
    """What has gone by of a member."""

    name: str
    size: int = 0
    rows: int = 0
    hash: Any = field(default_factory=hashlib.sha256)

    def add(self, part: bytes, rows: int) -> None:
        self.hash.update(part)
        self.size += len(part)
        self.rows += rows

    def said(self) -> dict[str, Any]:
        return {"name": self.name, "size": self.size, "rows": self.rows, "sha256": self.hash.hexdigest()}


class Packing:
    """Writes one. `member`, then its `rows` or `part`s, then the next; `finish` closes it."""

    def __init__(self, out: BinaryIO, head: dict[str, Any]) -> None:
        self._box = Sealing(out)
        self._members: list[dict[str, Any]] = []
        self._sum: _Sum | None = None
        self._put(_HEAD, orjson.dumps({"format": FORMAT, **head}))

    def member(self, member: Member) -> None:
        """What follows belongs to it."""
        self._settle()
        self._sum = _Sum(member.name)
        self._put(_MEMBER, orjson.dumps({"name": member.name, "columns": member.columns}))

    def rows(self, batch: list[list[Any]]) -> None:
        """Rows of a table, one JSON array a line."""
        self._add(b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in batch), len(batch))

    def part(self, data: bytes) -> None:
        """Bytes of a file."""
        self._add(data, 0)

    def finish(self, **more: Any) -> None:
        """The manifest, and `more` that was only known at the end."""
        self._settle()
        self._put(_END, orjson.dumps({"members": self._members, **more}))
        self._box.finish()

    def _add(self, data: bytes, rows: int) -> None:
        assert self._sum is not None, "member() first"
        self._sum.add(data, rows)
        self._put(_PART, data)

    def _settle(self) -> None:
        if self._sum is not None:
            self._members.append(self._sum.said())

    def _put(self, tag: bytes, data: bytes) -> None:
        self._box.write(tag + len(data).to_bytes(4, "big") + data)


class Unpacking:
    """Reads one. Raises what `envelope.Opening` does, `Damaged` wherever it is not what was written, `NewerFormat`."""

    def __init__(self, file: BinaryIO) -> None:
        self._box = Opening(file)
        self._members: list[dict[str, Any]] = []
        tag, data = self._next()
        if tag != _HEAD:
            raise Damaged
        self.head: dict[str, Any] = orjson.loads(data)
        self.end: dict[str, Any] = {}  # the manifest, once everything was read
        if self.head.get("format") != FORMAT:
            raise NewerFormat

    def members(self) -> Iterator[tuple[Member, Iterator[bytes]]]:
        """Each with its parts, which must be read before the next."""
        tag, data = self._next()
        while tag == _MEMBER:
            said = orjson.loads(data)
            member = Member(said["name"], [(name, kind) for name, kind in said["columns"]])
            if not NAMES.fullmatch(member.name):
                raise Damaged
            done = _Sum(member.name)
            yield member, (parts := self._parts(done, table=bool(member.columns)))
            for _part in parts:
                pass
            self._members.append(done.said())
            tag, data = self._after
        if tag != _END or self._box.read(1):
            raise Damaged
        self.end = orjson.loads(data)
        if self.end["members"] != self._members:
            raise Damaged

    def _parts(self, done: _Sum, *, table: bool) -> Iterator[bytes]:
        tag, data = self._next()
        while tag == _PART:
            done.add(data, data.count(b"\n") if table else 0)
            yield data
            tag, data = self._next()
        self._after = (tag, data)

    def _next(self) -> tuple[bytes, bytes]:
        head = self._box.read(5)
        if len(head) < 5 or int.from_bytes(head[1:], "big") > _LONGEST:
            raise Damaged
        size = int.from_bytes(head[1:], "big")
        data = self._box.read(size)
        if len(data) < size:
            raise Damaged
        return head[:1], data


def lines(part: bytes) -> list[list[Any]]:
    """The rows of one part of a table."""
    return [orjson.loads(line) for line in part.splitlines()]
