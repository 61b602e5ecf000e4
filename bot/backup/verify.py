"""Reads a backup to its end: whole, unaltered, and every file what its name says."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.backup.archive import Unpacking
from bot.backup.envelope import Damaged


@dataclass(slots=True)
class Contents:
    """The head (program, revision, made_at, database) and how much is in it: rows, files, bytes of the backup."""

    head: dict[str, Any]
    counts: dict[str, int]
    tables: dict[str, int]


def verify(path: Path) -> Contents:
    """Raises `envelope.NotOurs`, `OtherKey`, `Damaged`, `archive.NewerFormat`, `OSError`."""
    tables, files = dict[str, int](), 0
    with path.open("rb") as file:
        unpacking = Unpacking(file)
        for member, parts in unpacking.members():
            kind, _, name = member.name.partition("/")
            if kind == "tables":
                tables[name] = sum(part.count(b"\n") for part in parts)
                continue
            files += 1
            found = hashlib.sha256()
            for part in parts:
                found.update(part)
            if kind == "media" and found.hexdigest() != name:
                raise Damaged
        size = file.tell()
    return Contents(unpacking.head, {"rows": sum(tables.values()), "files": files, "bytes": size}, tables)
