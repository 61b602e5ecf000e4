"""`danvan data list | answer | extend`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import NoReturn

import typer
from sqlalchemy import Connection, create_engine

from bot.commands.opened import connection
from bot.config import Settings
from handlers import data_requests
from handlers import registry as registries
from handlers.clock import day
from storage import privacy
from storage import registry as registry_rows
from storage.engine import ENGINE_OPTIONS
from storage.migrate import synchronous


def listed(settings: Settings, *, everything: bool) -> None:
    """One line a request: number, kind, person, dates; what they wrote below it. Exit code 1 when one is overdue."""
    now = datetime.now(UTC)
    with connection(settings) as conn:
        registry = registries.build(registry_rows.read(conn))
        rows = privacy.requests(conn, still_open=not everything)
        late = [row for row in rows if row.state == "open" and min(row.reply_by, row.due_at) < now]
        for row in rows:
            person, unit = registry.people.get(row.person_id), registry.units[row.unit_id]
            who = f"{person.name} ({person.code})" if person is not None else "?"
            dates = f"asked {day(row.made_at)}, answer by {day(row.reply_by)}, done by {day(row.due_at)}"
            state = "OVERDUE" if row in late else row.state
            number = data_requests.number(row.id)
            typer.echo(f"{number}\t{state}\t{data_requests.KINDS[row.kind]}\t{who}, {unit.name}\t{dates}")
            if row.words:
                typer.echo(f"\t“{row.words}”")
    if not rows:
        typer.echo("No request waits for an answer.")
    if late:
        raise typer.Exit(1)


def answer(settings: Settings, number: str, *, done: str | None, refuse: str | None) -> None:
    """Done or refused; the running server carries the letter."""
    if (done is None) == (refuse is None):
        typer.echo('Say either --done "…" or --refuse "…".', err=True)
        raise typer.Exit(2)
    request_id, words, now = _number(number), (done if done is not None else refuse) or "", datetime.now(UTC)
    with _deleting(settings) as conn:
        registry = registries.build(registry_rows.read(conn))
        try:
            data_requests.answer(conn, registry, now, request_id, done=done is not None, words=words.strip(), by=None)
        except data_requests.NotAnswered as no:
            _end(no)
    said = "done" if done is not None else "refused"
    typer.echo(f"{data_requests.number(request_id)} is {said}, and the person is told.")


def extend(settings: Settings, number: str, days: int) -> None:
    """Once; the running server carries the letter."""
    request_id, now = _number(number), datetime.now(UTC)
    with connection(settings) as conn:
        registry = registries.build(registry_rows.read(conn))
        try:
            request = data_requests.extend(conn, registry, now, request_id, days)
        except data_requests.NotAnswered as no:
            _end(no)
    typer.echo(f"{data_requests.number(request_id)} is to be done by {day(request.due_at)}, and the person is told.")


def _number(typed: str) -> int:
    found = re.fullmatch(r"(?:dl)?[ -]?0*(\d{1,15})", typed.strip(), re.IGNORECASE)
    if found is None:
        typer.echo(f"{typed} is no number of a request. Example: 12", err=True)
        raise typer.Exit(2)
    return int(found[1])


def _end(no: data_requests.NotAnswered) -> NoReturn:
    typer.echo(str(no), err=True)
    raise typer.Exit(1) from None


@contextmanager
def _deleting(settings: Settings) -> Iterator[Connection]:
    """As `connection`; what is deleted is also made unreadable in SQLite's files, as the server does."""
    with connection(settings) as conn:
        if conn.dialect.name == "sqlite":
            conn.exec_driver_sql("PRAGMA secure_delete=ON")
        yield conn
    engine = create_engine(synchronous(settings.database_url), **ENGINE_OPTIONS)
    try:
        with engine.connect() as conn:
            if conn.dialect.name == "sqlite":  # where a server reads it at this moment, its next purge does it
                conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        engine.dispose()
