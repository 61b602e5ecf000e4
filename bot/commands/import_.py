"""`danvan import`: the workbook, checked whole, then written in one transaction."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from sqlalchemy import Engine, create_engine, inspect, make_url
from sqlalchemy.exc import OperationalError

from bot import prepare
from bot.config import Settings
from bot.workbook import plan as plans
from bot.workbook import snapshot
from bot.workbook.apply import apply
from bot.workbook.check import check
from bot.workbook.plan import Change
from bot.workbook.problems import Found, Problem, UnreadableError, lines
from bot.workbook.read import Book, read
from bot.workbook.snapshot import Snapshot
from handlers.clock import today
from handlers.words import DEFAULT, Words, words_for
from storage import keys, migrate
from storage.engine import ENGINE_OPTIONS

SHOWN: Final = 200  # problems, and changes of a rehearsal; more than that is read by nobody
ATTEMPTS: Final = 3


def run(settings: Settings, path: Path, *, dry_run: bool) -> None:
    """Exit code 1 where the workbook has mistakes (nothing is written then) or cannot be read."""
    words, now = words_for(DEFAULT), datetime.now(UTC)
    found = Found(words)
    with _progress() as bar, _engine(settings, words) as engine:
        book = _book(bar, path, found)
        if not found.problems and not any(page.rows for page in book.pages.values()):
            bar.stop()
            typer.echo(words("The workbook has no rows yet. Nothing was imported."))
            return
        _prepare(settings, engine, words, dry_run=dry_run)
        for _attempt in range(ATTEMPTS):
            run_found = Found(words, list(found.problems), list(found.notes))
            known, wanted, changes = _plan(bar, engine, book, run_found, now)
            if run_found.problems:
                bar.stop()
                _say_problems(run_found, book, words)
                raise typer.Exit(1)
            if dry_run or not changes or _write(bar, engine, changes, known, now, words):
                bar.stop()
                _say(run_found, changes, wanted, known, words, dry_run=dry_run)
                return
    typer.echo(words("The registry is being changed by others. Please try again in a minute."), err=True)
    raise typer.Exit(1)


def _progress() -> Progress:
    """On a terminal a bar; elsewhere nothing."""
    parts = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    return Progress(*parts, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty())


@contextmanager
def _engine(settings: Settings, words: Words) -> Iterator[Engine]:
    engine = create_engine(migrate.synchronous(settings.database_url), **ENGINE_OPTIONS)
    try:
        yield engine
    except (keys.KeyTrouble, prepare.NewerDatabase) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    except OperationalError as error:
        reason = str(error.orig).splitlines()[0]
        typer.echo(words("The database cannot be used: {reason}. Nothing was changed.").format(reason=reason), err=True)
        raise typer.Exit(1) from None
    finally:
        engine.dispose()


def _book(bar: Progress, path: Path, found: Found) -> Book:
    task = bar.add_task(found.words("Reading the workbook"), total=None)
    try:
        return read(path, found)
    except UnreadableError as error:
        bar.stop()
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    finally:
        bar.update(task, total=1, completed=1)


def _prepare(settings: Settings, engine: Engine, words: Words, *, dry_run: bool) -> None:
    """An empty database is made ready, except in a rehearsal; an older one is left to `danvan migrate` and its backup."""
    if _is_empty(settings, engine):
        if not dry_run:
            prepare.in_subprocess(settings.database_url, settings.key_file)
            with engine.connect() as conn:
                keys.take(conn, settings.key_file)
        return
    with engine.connect() as conn:
        prepare.refuse_newer(conn)
        if not migrate.is_current(conn):
            typer.echo(words("The database is of another version. Run first: danvan migrate"), err=True)
            raise typer.Exit(1)
        keys.take(conn, settings.key_file)


def _is_empty(settings: Settings, engine: Engine) -> bool:
    """No file, or no tables. SQLite would make a file of a mere look."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return True
    with engine.connect() as conn:
        return not inspect(conn).has_table("alembic_version")


def _plan(
    bar: Progress, engine: Engine, book: Book, found: Found, now: datetime
) -> tuple[Snapshot, Snapshot, list[Change]]:
    task = bar.add_task(found.words("Checking"), total=None)
    known = _known(engine)
    wanted = check(book, known, found, today(now))
    changes = plans.plan(wanted, known)
    bar.update(task, total=1, completed=1)
    return known, wanted, changes


def _known(engine: Engine) -> Snapshot:
    """Nothing where the database does not exist yet (a rehearsal)."""
    url = engine.url
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return Snapshot()
    with engine.connect() as conn:
        return snapshot.read(conn) if inspect(conn).has_table("registry_version") else Snapshot()


def _write(bar: Progress, engine: Engine, changes: list[Change], known: Snapshot, now: datetime, words: Words) -> bool:
    task = bar.add_task(words("Writing"), total=len(changes))
    with engine.begin() as conn:
        return apply(conn, changes, known, now, lambda done: bar.update(task, advance=done))


def _say_problems(found: Found, book: Book, words: Words) -> None:
    """In the order of the workbook's sheets and rows."""
    order = {page.title: place for place, page in enumerate(book.pages.values())}
    said = lines(sorted(found.problems, key=lambda problem: (order.get(problem.sheet, 99), problem.row)), words)
    for line in said[:SHOWN]:
        typer.echo(line)
    if len(said) > SHOWN:
        typer.echo(words.n("… and one more", "… and {n} more", len(said) - SHOWN))
    typer.echo(
        words.n("One mistake. Nothing was imported.", "{n} mistakes. Nothing was imported.", len(found.problems))
    )


def _say(
    found: Found, changes: list[Change], wanted: Snapshot, known: Snapshot, words: Words, *, dry_run: bool
) -> None:
    for note in lines(_sorted(found.notes), words):
        typer.echo(f"{words('Note')}: {note}")
    if dry_run:
        for change in changes[:SHOWN]:
            typer.echo(plans.line(change, wanted, known, words))
        if len(changes) > SHOWN:
            typer.echo(words.n("… and one more", "… and {n} more", len(changes) - SHOWN))
    for line in plans.counts(changes, words):
        typer.echo(line)
    if not changes:
        typer.echo(words("Nothing to change: everything is known already."))
    elif dry_run:
        typer.echo(words("A rehearsal: nothing was written."))
    else:
        typer.echo(words("Imported. A running server takes it over within seconds."))


def _sorted(notes: list[Problem]) -> list[Problem]:
    return sorted(notes, key=lambda note: (note.sheet, note.row))
