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

from bot.config import Settings
from handlers.words import DEFAULT, words_for
from storage import calendar, forms, keys, migrate
from storage.engine import ENGINE_OPTIONS


def sources() -> dict[str, str]:
    """The shipped forms: name -> Markdown."""
    folder = files("handlers").joinpath("forms")
    return {path.name[:-3]: path.read_text(encoding="utf-8") for path in folder.iterdir() if path.name.endswith(".md")}


def source_hash(text: str) -> str:
    """What tells whether a form was compiled from exactly this text."""
    return sha256(text.encode()).hexdigest()


NOT_UPDATED = 3  # exit code: the database is older, and could not be backed up or not be migrated


class NotUpdated(RuntimeError):
    """An older database was left as it is: no backup could be made, or the migration failed; the text says why, a line each.

    Trying again would not help, and would make a backup each time.
    """


class NewerDatabase(RuntimeError):
    """The database was made by a newer program; the text is a sentence for a person."""


def refuse_newer(conn: Connection) -> None:
    """Raises `NewerDatabase`: this program would not know what it reads there."""
    found = migrate.current(conn)
    if found and found not in migrate.shipped():
        words = words_for(DEFAULT)
        sentence = words(
            "The database was made by a newer danvan (its version is {found}, this program's is {own}). Install that danvan or a newer one. Nothing was changed."
        )
        raise NewerDatabase(sentence.format(found=found, own=migrate.head()))


def ready(conn: Connection) -> bool:
    """Tables current, the calendar known, every shipped form compiled. Raises `NewerDatabase`."""
    refuse_newer(conn)
    if not migrate.is_current(conn):
        return False
    if not calendar.knows(conn, _years()):
        return False
    latest = {row.name: row.source_hash for row in forms.all_forms(conn)}
    return all(latest.get(name) == source_hash(text) for name, text in sources().items())


def prepare(url: str, key_file: Path | None = None) -> list[str]:
    """Migrate, make or check the key, seal, compile what is new. Returns the names of the forms that were compiled.

    Without `key_file` the key already in use is taken. Raises `storage.keys.KeyTrouble`, `NewerDatabase`.
    """
    from handlers import compile_form, deadlines
    from handlers.form import content_hash
    from storage.reseal import reseal

    engine = create_engine(migrate.synchronous(url), **ENGINE_OPTIONS)
    with engine.connect() as conn:
        refuse_newer(conn)
    migrate.upgrade(url)
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


def not_updated(error: Exception) -> str:
    """The sentence for a person when a migration failed after its backup."""
    words = words_for(DEFAULT)
    sentence = words(
        "The database could not be brought to this version: {reason}. Keep the backup, install the earlier danvan again, and tell whoever looks after danvan."
    )
    return sentence.format(reason=reason(error))


def in_subprocess(url: str, key_file: Path | None = None, saved: tuple[Path, Path] | None = None) -> str:
    """The same in a process of its own. With `saved`, the folders of media and of backups, an older database is backed up first.

    Returns what the backup said. Raises `NotUpdated`, RuntimeError with the process's last words for everything else.
    """
    # UTF-8 also where Windows would use a code page that has no Vietnamese.
    command = [
        sys.executable,
        "-X",
        "utf8",
        "-m",
        "bot.prepare",
        *map(str, (key_file, *(saved or ())) if key_file else ()),
    ]
    done = subprocess.run(  # noqa: S603 - this program itself
        command, input=url, capture_output=True, encoding="utf-8", check=False
    )
    if done.returncode == NOT_UPDATED:
        raise NotUpdated((done.stdout + done.stderr).strip())
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "prepare failed")
    return done.stdout.strip()


def main(arguments: list[str]) -> int:
    """`KEY_FILE MEDIA BACKUPS`, or less of it; the exit code."""
    # The address may hold a password, so it comes by standard input, not where every process list shows it.
    url, paths = sys.stdin.read().strip(), [Path(argument) for argument in arguments]
    was_saved = False
    if len(paths) == 3:
        import typer

        from bot.commands import backup

        try:
            given = Settings(database_url=url, key_file=paths[0], media_dir=paths[1], backup_dir=paths[2])
            was_saved = backup.before_update(given)
        except typer.Exit:
            return NOT_UPDATED
    try:
        prepare(url, paths[0] if paths else None)
    except Exception as error:  # noqa: BLE001 - its parent shows one line to a person
        sys.stderr.write(f"{not_updated(error) if was_saved else reason(error)}\n")
        return NOT_UPDATED if was_saved else 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
