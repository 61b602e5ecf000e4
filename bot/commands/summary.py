"""`danvan summary`."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import typer

from bot.commands.opened import connection
from bot.config import Settings
from handlers import registry as registries
from handlers import summary as summaries
from handlers.week_letters import post
from handlers.words import DEFAULT, words_for
from storage import groups
from storage import registry as registry_rows


def run(settings: Settings, group: str, week: str, *, send: bool) -> None:
    """Print it, or queue it for the running server (once per group and week)."""
    now = datetime.now(UTC)
    year, number = _week(week, now)
    with connection(settings) as conn:
        registry = registries.build(registry_rows.read(conn))
        row = groups.named(conn, group)
        if row is None:
            known = ", ".join(f"{g.id} ({g.name})" for g in groups.all_live(conn)) or "none yet"
            typer.echo(f"No group is called {group}. Known groups: {known}", err=True)
            raise typer.Exit(1)
        if send:
            queued = post(conn, registry, row, year, number, now)
            typer.echo(f"{'Queued' if queued else 'Already sent'}: {row.name}, {year}-W{number:02d}")
            return
        typer.echo(summaries.text(summaries.build(conn, registry, row, year, number), words_for(DEFAULT)))


def _week(word: str, now: datetime) -> tuple[int, int]:
    if not word:
        return summaries.week_of(now)
    found = re.fullmatch(r"(\d{4})-?W(\d{1,2})", word.strip(), re.IGNORECASE)
    try:
        year, number = int(found[1]), int(found[2])  # type: ignore[index]
        datetime.fromisocalendar(year, number, 1)
    except (TypeError, ValueError):
        typer.echo(f"{word} is no week. Example: 2026-W47", err=True)
        raise typer.Exit(2) from None
    return year, number
