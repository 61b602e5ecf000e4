"""Brings a database to this program's tables and forms, in a process of its own: Alembic, pyxform and holidays never serve.

`python -m bot.prepare URL`; `ready(...)` asks cheaply whether that is needed.
"""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, datetime
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from sqlalchemy import Connection, create_engine

from storage import calendar, forms, keys, migrate
from storage.engine import ENGINE_OPTIONS


def sources() -> dict[str, str]:
    """The shipped forms: name -> Markdown."""
    folder = files("handlers").joinpath("forms")
    return {path.name[:-3]: path.read_text(encoding="utf-8") for path in folder.iterdir() if path.name.endswith(".md")}


def source_hash(text: str) -> str:
    """What tells whether a form was compiled from exactly this text."""
    return sha256(text.encode()).hexdigest()


def ready(conn: Connection) -> bool:
    """Tables current, the calendar known, every shipped form compiled."""
    if not migrate.is_current(conn):
        return False
    if not calendar.knows(conn, _years()):
        return False
    latest = {row.name: row.source_hash for row in forms.all_forms(conn)}
    return all(latest.get(name) == source_hash(text) for name, text in sources().items())


def prepare(url: str, key_file: Path | None = None) -> list[str]:
    """Migrate, make or check the key, seal, compile what is new. Returns the names of the forms that were compiled.

    Without `key_file` the key already in use is taken. Raises `storage.keys.KeyTrouble`.
    """
    from handlers import compile_form, deadlines
    from handlers.form import content_hash
    from storage.reseal import reseal

    migrate.upgrade(url)
    engine = create_engine(migrate.synchronous(url), **ENGINE_OPTIONS)
    now, added = datetime.now(UTC), []
    with engine.begin() as conn:
        keys.settle(conn, key_file)
        reseal(conn)
        known = {row.name: row.source_hash for row in forms.all_forms(conn)}
        for name, text in sources().items():
            if known.get(name) != source_hash(text):
                compiled = compile_form.compile_source(text, name)
                forms.put(conn, name, content_hash(compiled), source_hash(text), compiled, now)
                added.append(name)
        for year in _years():
            calendar.fill(conn, deadlines.exceptions(year))
    engine.dispose()
    return added


def _years() -> range:
    """The years whose working days are kept: no deadline set now lies beyond them."""
    year = datetime.now(UTC).year
    return range(year - 1, year + 3)


def reason(error: Exception) -> str:
    """What a driver or the system says is wrong, on one line."""
    said = error.strerror if isinstance(error, OSError) else None
    said = said or str(getattr(error, "orig", None) or error).strip() or type(error).__name__
    return re.sub(r"^<class '[^']+'>: ", "", said.splitlines()[0])


def in_subprocess(url: str, key_file: Path | None = None) -> None:
    """The same in a process of its own; raises RuntimeError with its last words."""
    command = [sys.executable, "-m", "bot.prepare", *([str(key_file)] if key_file else [])]
    done = subprocess.run(  # noqa: S603 - this program itself
        command, input=url, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "prepare failed")


if __name__ == "__main__":
    # The address may hold a password, so it comes by standard input, not where every process list shows it.
    try:
        prepare(sys.stdin.read().strip(), Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    except Exception as error:  # noqa: BLE001 - its parent shows one line to a person
        sys.exit(reason(error))
