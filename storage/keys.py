"""The key file: made once beside a new database, kept apart from its backups, checked whenever a database is opened."""

from __future__ import annotations

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from pathlib import Path

from sqlalchemy import Connection, insert, select

from storage import sealing
from storage.models.letters import key_check

_PROOF = "danvan"


class KeyTrouble(RuntimeError):
    """The text says in one sentence what is wrong with the key and what to do."""


def use(path: Path) -> bool:
    """The key of that file is this process's from now on; False when there is no such file. Raises `KeyTrouble`."""
    try:
        text = path.read_text(encoding="ascii").strip()
        sealing.use(urlsafe_b64decode(text))
    except FileNotFoundError:
        return False
    except (NotBase64, ValueError):
        raise KeyTrouble(
            f"DANVAN_KEY_FILE: {path} is damaged: it does not hold a key. Put your copy of it back."
        ) from None
    except OSError as error:
        raise KeyTrouble(f"DANVAN_KEY_FILE: {path} cannot be read: {error.strerror}.") from None
    return True


def make(path: Path) -> None:
    """A new key, for the owner's eyes only. Raises `KeyTrouble` when the file cannot be written."""
    key = os.urandom(sealing.KEY_BYTES)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(urlsafe_b64encode(key).decode() + "\n")
    except OSError as error:
        raise KeyTrouble(f"DANVAN_KEY_FILE: {path} cannot be written: {error.strerror}.") from None
    sealing.use(key)


def check(conn: Connection, path: Path | None = None) -> None:
    """Is the process's key the one this database was sealed with? Raises `KeyTrouble`."""
    known = conn.execute(select(key_check.c.mark)).scalar()
    if known is not None and known != sealing.mark(_PROOF):
        where = f"DANVAN_KEY_FILE: {path}" if path is not None else "The key"
        raise KeyTrouble(f"{where} is not the key this database was sealed with. Put the right one back.")


def take(conn: Connection, path: Path | None) -> None:
    """For whoever opens a database that is prepared: use its key file, if one is named. Raises `KeyTrouble`."""
    if path is not None and not use(path):
        raise KeyTrouble(f"DANVAN_KEY_FILE: {path} is missing. Put your copy of it back.")
    check(conn, path)


def settle(conn: Connection, path: Path | None) -> None:
    """For whoever prepares a database: use its key file, or make one where the database has none yet.

    Without a path the key already in use is taken. Raises `KeyTrouble`, above all when a database has a key and the file
    is gone: a new one could read nothing.
    """
    known = conn.execute(select(key_check.c.mark)).scalar()
    if path is not None and not use(path):
        if known is not None:
            raise KeyTrouble(
                f"DANVAN_KEY_FILE: {path} is missing. Without it telephone numbers and reports cannot be read. "
                "Put your copy of it back."
            )
        make(path)
    if known is None:
        conn.execute(insert(key_check).values(id=1, mark=sealing.mark(_PROOF)))
    check(conn, path)
