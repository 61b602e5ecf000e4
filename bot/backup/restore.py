"""Puts a backup into a database that does not exist yet: all of it, or nothing."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from sqlalchemy import Connection, make_url

from bot import prepare
from bot.backup.archive import Member, Unpacking, lines
from bot.backup.make import place
from bot.backup.verify import Contents, verify
from bot.config import Settings
from storage import dump, keys, migrate

_SQLITE_FILES: Final = ("", "-wal", "-shm", "-journal")


class ServerRuns(Exception):
    """A danvan server answers at the address of the settings."""


class NewerProgram(Exception):
    """The backup's database is of a program newer than this one."""


def look(settings: Settings, path: Path) -> Contents:
    """Only read it, whole. Raises `KeyTrouble`, `NewerProgram`, and what `verify` raises."""
    if settings.key_file is not None and not keys.use(settings.key_file):
        raise keys.KeyTrouble(f"DANVAN_KEY_FILE: {settings.key_file} is missing. Put your copy of it back.")
    found = verify(path)
    if found.head["revision"] not in migrate.shipped():
        raise NewerProgram
    return found


def restore(settings: Settings, path: Path) -> Contents:
    """Raises as `look`, and `storage.migrate.NotEmpty`, `ServerRuns`, `OSError`, SQLAlchemy's errors; nothing is changed in all these."""
    _refuse_a_server(settings)
    with _new_database(settings.database_url) as url:
        found = look(settings, path)
        _fill(url, path, found, settings.media_dir)
    prepare.prepare(settings.database_url, settings.key_file)
    return found


def _refuse_a_server(settings: Settings) -> None:
    """Also one whose database file somebody has taken away: it would go on writing where nobody will ever look."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.http_host, settings.http_host)  # noqa: S104
    direct = build_opener(ProxyHandler({}))  # whatever proxy the machine uses for the world outside
    try:
        with direct.open(f"http://{host}:{settings.http_port}/healthz", timeout=3) as answer:
            runs = "mode" in json.load(answer)
    except (URLError, OSError, ValueError):
        return
    if runs:
        raise ServerRuns


@contextmanager
def _new_database(url: str) -> Iterator[str]:
    """SQLite: a file beside the place, moved there when all went well. PostgreSQL: its transaction does the same."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        yield url
        return
    target = Path(parsed.database or "")
    for suffix in _SQLITE_FILES:
        if (found := target.with_name(target.name + suffix)).exists():
            raise migrate.NotEmpty(found)
    beside = target.with_name(f".{target.name}.{os.getpid()}.restoring")
    try:
        yield parsed.set(database=str(beside)).render_as_string(hide_password=False)
        _settle(beside, target)
    finally:
        for suffix in _SQLITE_FILES:
            beside.with_name(beside.name + suffix).unlink(missing_ok=True)


def _settle(beside: Path, target: Path) -> None:
    """Never over a file that appeared meanwhile."""
    try:
        target.hardlink_to(beside)
    except FileExistsError:
        raise migrate.NotEmpty(target) from None
    except OSError:  # a disk without hard links
        if target.exists():
            raise migrate.NotEmpty(target) from None
        beside.rename(target)


def _fill(url: str, path: Path, found: Contents, media: Path) -> None:
    put: list[Path] = []
    try:
        migrate.fill(url, found.head["revision"], lambda conn: _load(conn, path, media, put.append))
    except BaseException:
        for file in put:
            file.unlink(missing_ok=True)
        raise


def _load(conn: Connection, path: Path, media: Path, put: Callable[[Path], None]) -> None:
    """In the transaction that makes the tables; `put` is told of each new file."""
    tables = dump.tables(conn)
    named = {f"tables/{table.name}": table for table in tables}
    dump.empty(conn, tables)
    with path.open("rb") as file:
        unpacking = Unpacking(file)
        for member, parts in unpacking.members():
            if member.name.startswith("tables/"):
                columns = [name for name, _kind in member.columns]
                for part in parts:
                    dump.load(conn, named[member.name], columns, lines(part))
            else:
                _put_back(media, member, parts, put)
    dump.go_on_after(conn, tables, unpacking.end["numbers"])
    if broken := dump.broken_links(conn):
        raise dump.NotTaken(f"rows that point to nothing: {', '.join(broken)}")


def _put_back(media: Path, member: Member, parts: Iterator[bytes], put: Callable[[Path], None]) -> None:
    """Under its name in the media folder; one that is there and is what its name says stays."""
    target = place(media, member.name)
    if there := target.exists():
        with target.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() == target.name:
                return
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.restoring")
    try:
        with beside.open("wb") as out:
            for part in parts:
                out.write(part)
            out.flush()
            os.fsync(out.fileno())
        if not there:
            put(target)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
