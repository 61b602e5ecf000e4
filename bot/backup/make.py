"""Makes a backup while the server goes on: written beside its place, read back whole, then renamed."""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, BinaryIO, Final

from sqlalchemy import Connection, create_engine, inspect, make_url, text
from sqlalchemy.exc import OperationalError

from bot import prepare
from bot.backup import verify
from bot.backup.archive import Member, Packing
from bot.config import Settings
from handlers.clock import VN
from storage import dump, keys, migrate, outbox
from storage.engine import ENGINE_OPTIONS

NAME: Final = re.compile(r"danvan-(\d{8}-\d{6})(?:-(\d+))?\.dvb", re.ASCII)
JOB: Final = "backup"
_READ: Final = 2**20
_STALE: Final = 86_400  # seconds after which an unfinished file is the leftover of a backup that was killed


class NothingThere(Exception):
    """There is no database yet, so there is nothing to back up."""


@dataclass(slots=True)
class Made:
    """What became of it: counts are of rows, files, bytes; `missing` files of the database are not on the disk."""

    path: Path
    counts: dict[str, int]
    missing: list[str] = field(default_factory=list)
    removed: list[Path] = field(default_factory=list)
    is_noted: bool = True


def backup(settings: Settings, folder: Path, keep: int | None = None) -> Made:
    """One file in `folder`, then at most `keep` of them (None: older ones stay); the job's row tells `danvan check` of it.

    Raises `NothingThere`, `storage.keys.KeyTrouble`, `prepare.NewerDatabase`, `OSError`, SQLAlchemy's errors, and `verify`'s where the disk does
    not give back what was written. In all these cases earlier backups are untouched.
    """
    if _no_file(settings.database_url):
        raise NothingThere
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    now = datetime.now(UTC)
    part = folder / f".danvan-{os.getpid()}-{now:%H%M%S%f}.part"
    try:
        with dump.snapshot(settings.database_url) as conn, _private(part) as out:
            missing = _write(conn, settings, out, now)
            out.flush()
            os.fsync(out.fileno())
        counts = verify.verify(part).counts
        target = _free_name(folder, now)
        part.rename(target)
        _to_disk(folder)
    finally:
        part.unlink(missing_ok=True)
    made = Made(target, counts, missing)
    made.is_noted = _note(settings.database_url, now, counts | {"missing": len(missing)})
    made.removed = _older(folder, keep) if keep is not None else []
    return made


def before_update(settings: Settings) -> Made | None:
    """A backup when the database is older than this program and somebody's work is in it; raises as `backup`."""
    if _no_file(settings.database_url):
        return None
    with dump.snapshot(settings.database_url) as conn:
        is_older = migrate.current(conn) in migrate.shipped() - {migrate.head()}
        if not is_older or not dump.has_data(conn):
            return None
    return backup(settings, settings.backup_dir)


def _no_file(url: str) -> bool:
    """SQLite would make a file of a mere look."""
    parsed = make_url(url)
    return parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").exists()


def _private(path: Path) -> BinaryIO:
    """A new file for its owner's eyes only."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600), "wb")


def _write(conn: Connection, settings: Settings, out: BinaryIO, now: datetime) -> list[str]:
    """Returns the names of files that the database knows and the disk does not have."""
    revision = migrate.current(conn)
    if not revision:
        raise NothingThere
    prepare.refuse_newer(conn)
    _take_key(conn, settings.key_file)
    head = {"program": _program(), "revision": revision, "made_at": now, "database": conn.dialect.name}
    pack = Packing(out, head)
    for table in dump.tables(conn):
        pack.member(Member(f"tables/{table.name}", list(dump.kinds(table).items())))
        for batch in dump.rows(conn, table):
            pack.rows(batch)
    numbers, files = dump.last_numbers(conn), list(_files(conn))
    conn.rollback()  # the database's moment is written down: its log may be emptied again while files are read
    missing = [name for name, needed in files if not _file(pack, settings.media_dir, name) and needed]
    pack.finish(numbers=numbers, missing=len(missing))
    return missing


def _take_key(conn: Connection, path: Path | None) -> None:
    """The database's own key; a database from before there were keys gets one now, as its update would make it."""
    if inspect(conn).has_table("key_check"):
        keys.take(conn, path)
    elif path is not None and not keys.use(path):
        keys.make(path)


def _program() -> str:
    try:
        return version("danvan")
    except PackageNotFoundError:  # run from a checkout that was never installed
        return ""


def _files(conn: Connection) -> Iterator[tuple[str, bool]]:
    """Member names of what rows refer to, and whether its absence is a loss.

    An upload from a web page lies in `coming` between the page and the media folder, and may be the only copy there is.
    """
    if not inspect(conn).has_table("file"):
        return
    kept = conn.execute(text("SELECT DISTINCT sha256 FROM file WHERE state = 'kept' AND sha256 IS NOT NULL"))
    yield from ((f"media/{row.sha256}", True) for row in kept)
    for row in conn.execute(text("SELECT id, ref FROM file WHERE state IN ('wanted', 'claimed')")):
        yield f"coming/f{row.id}/raw", False
        yield f"coming/{hashlib.sha256(row.ref.encode()).hexdigest()[:40]}.file", False


def place(media: Path, name: str) -> Path:
    """Where a member lies below the media folder; the names are checked by `archive.NAMES`."""
    kind, _, rest = name.partition("/")
    return media / rest[:2] / rest if kind == "media" else media / name


def _file(pack: Packing, media: Path, name: str) -> bool:
    """False when it is not there, or is not what its name says."""
    try:
        with place(media, name).open("rb") as file:
            if name.startswith("media/"):
                if hashlib.file_digest(file, "sha256").hexdigest() != name.removeprefix("media/"):
                    return False
                file.seek(0)
            pack.member(Member(name))
            while data := file.read(_READ):
                pack.part(data)
    except FileNotFoundError:
        return False
    return True


def _free_name(folder: Path, now: datetime) -> Path:
    name = f"danvan-{now.astimezone(VN):%Y%m%d-%H%M%S}"
    path, number = folder / f"{name}.dvb", 1
    while path.exists():
        number += 1
        path = folder / f"{name}-{number}.dvb"
    return path


def _to_disk(folder: Path) -> None:
    """The entry of a file just renamed; Windows has no such call and needs none."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _note(url: str, now: datetime, counts: dict[str, int]) -> bool:
    """In the database itself, unless it is an older one that is about to be migrated; False when it takes nothing now."""
    engine = create_engine(migrate.synchronous(url), **ENGINE_OPTIONS)
    try:
        with engine.begin() as conn:
            if migrate.is_current(conn):
                outbox.ran(conn, JOB, now, counts)
    except OperationalError:  # somebody imports just now: the backup is whole all the same
        return False
    else:
        return True
    finally:
        engine.dispose()


def _older(folder: Path, keep: int) -> list[Path]:
    """Removes all but the newest; and what killed backups left behind."""
    for part in folder.glob(".danvan-*.part"):
        if part.stat().st_mtime < time.time() - _STALE:
            part.unlink(missing_ok=True)
    named = [(found[1], int(found[2] or 1), path) for path in folder.iterdir() if (found := NAME.fullmatch(path.name))]
    gone = [path for _moment, _number, path in sorted(named)[:-keep]]
    for path in gone:
        path.unlink(missing_ok=True)
    return gone


def described(counts: dict[str, int]) -> dict[str, Any]:
    """Numbers as people read them in Vietnam: 1.234 and 12,3 MB."""
    size = f"{counts['bytes'] / 1e6:,.1f}".replace(",", " ").replace(".", ",").replace(" ", ".")
    return {
        "rows": f"{counts['rows']:,}".replace(",", "."),
        "files": f"{counts['files']:,}".replace(",", "."),
        "size": f"{size} MB",
    }
