"""`danvan backup` and `danvan restore`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import NoReturn

import typer
from sqlalchemy.exc import SQLAlchemyError

from bot import prepare
from bot.backup import archive, envelope, make, verify
from bot.backup import restore as restoring
from bot.config import Settings
from handlers.clock import VN
from handlers.words import DEFAULT, N_, Words, words_for
from storage import dump, keys, migrate

_NO = {  # what keeps a backup from being read
    envelope.NotOurs: N_("{file} is no backup of danvan."),
    envelope.OtherKey: N_(
        "{file} was made with another key than {key}. Put the key file of that time back in its place, then try again."
    ),
    envelope.Damaged: N_("{file} is damaged: it was altered, or part of it is missing. Take another backup."),
    archive.NewerFormat: N_("{file} was made by a newer danvan. Install that version or a newer one, then try again."),
    restoring.NewerProgram: N_(
        "{file} was made by a newer danvan. Install that version or a newer one, then try again."
    ),
}

_SHOWN = {
    "person": N_("people of the roster"),
    "report": N_("cases"),
    "history": N_("steps of their stories"),
    "letter": N_("letters"),
}


def backup(settings: Settings, folder: Path | None, keep: int) -> None:
    """Exit code 1 when no whole backup was made."""
    words = words_for(DEFAULT)
    folder = folder or settings.backup_dir
    with sentences(settings, words, folder):
        made = make.backup(settings, folder, keep)
    said(made, words)
    for path in made.removed:
        typer.echo(words("An older backup was removed: {file}").format(file=path))


def said(made: make.Made, words: Words) -> None:
    """What was backed up; files that are missing from the disk on standard error."""
    sentence = words("Backed up and read back whole: {file} ({rows} rows, {files} photos and files, {size}).")
    typer.echo(sentence.format(file=made.path, **make.described(made.counts)))
    if not made.is_noted:
        typer.echo(
            words("The database was busy, so it does not know of this backup; danvan check will still miss it."),
            err=True,
        )
    if made.missing:
        missing = words.n(
            "One photo or file that the database knows is not in the media folder (or is damaged), so it is not in the backup:",
            "{n} photos or files that the database knows are not in the media folder (or are damaged), so they are not in the backup:",
            len(made.missing),
        )
        typer.echo("\n  ".join([missing, *made.missing[:10]]), err=True)


def before_update(settings: Settings) -> bool:
    """Whether an older database with work in it was backed up; `typer.Exit` when that failed, and then it must not be migrated."""
    words = words_for(DEFAULT)
    try:
        with sentences(settings, words, settings.backup_dir):
            made = make.before_update(settings)
    except typer.Exit:
        typer.echo(words("No backup could be made, so the database was not brought to this version."), err=True)
        raise
    if made is not None:
        typer.echo(words("The database is of an older version: it is backed up before it is changed."))
        said(made, words)
    return made is not None


def restore(settings: Settings, file: Path, *, check: bool) -> None:
    """Exit code 1 when nothing was restored."""
    words = words_for(DEFAULT)
    with sentences(settings, words, file):
        found = restoring.look(settings, file) if check else restoring.restore(settings, file)
    _say(found, file, words, check=check)


def _say(found: verify.Contents, file: Path, words: Words, *, check: bool) -> None:
    when = datetime.fromisoformat(found.head["made_at"]).astimezone(VN)
    values = {"file": file, "when": f"{when:%H:%M %d/%m/%Y}", **make.described(found.counts)}
    if check:
        sentence = words("{file} is whole: made at {when}, {rows} rows, {files} photos and files, {size}.")
    else:
        sentence = words("Restored from {file}, made at {when}: {rows} rows, {files} photos and files.")
    typer.echo(sentence.format(**values))
    for table, name in _SHOWN.items():
        typer.echo(f"  {words(name)}: {found.tables.get(table, 0)}")
    if not check:
        typer.echo(words("Now start the server again: danvan run"))


@contextmanager
def sentences(settings: Settings, words: Words, file: Path) -> Iterator[None]:
    """Whatever can go wrong is one sentence on standard error and exit code 1."""
    try:
        yield
    except tuple(_NO) as no:
        _end(words(_NO[type(no)]).format(file=file, key=settings.key_file))
    except make.NothingThere:
        _end(words("There is no database yet, so there is nothing to back up."))
    except migrate.NotEmpty as no:
        there = str(no) or words("the database named by DANVAN_DATABASE_URL")
        _end(
            words(
                "A backup is only restored into an empty place, and there is something already: {there}. Nothing was changed."
            ).format(there=there)
        )
    except restoring.ServerRuns:
        where = f"{settings.http_host}:{settings.http_port}"
        _end(words("A danvan server is running at {where}. Stop it first. Nothing was changed.").format(where=where))
    except (keys.KeyTrouble, prepare.NewerDatabase) as trouble:
        _end(str(trouble))
    except OSError as error:
        _end(f"{error.filename or file}: {prepare.reason(error)}")
    except (SQLAlchemyError, dump.NotTaken) as error:
        reason = prepare.reason(error)
        _end(words("The database cannot be used: {reason}. Nothing was changed.").format(reason=reason))


def _end(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(1) from None
