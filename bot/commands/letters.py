"""`danvan stuck` and `danvan resend`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import typer

from bot.channels import errors
from bot.commands.opened import connection
from bot.config import Settings
from handlers.clock import stamp
from handlers.words import N_
from storage import outbox

SENTENCES = {
    error.code: error.sentence
    for error in vars(errors).values()
    if isinstance(error, type) and issubclass(error, errors.SendError)
} | {
    "no_account": N_("The person has no chat account that can be reached."),
    "no_channel": N_("The bot it would go through is no longer among the settings."),
    "": N_("It has been waiting for a long time."),
}


def stuck(settings: Settings) -> None:
    """Exit code 1 when there are any, so that a watchdog can ask."""
    now = datetime.now(UTC)
    with connection(settings) as conn:
        rows = outbox.stuck(conn, now - timedelta(hours=1))
    for row in rows:
        whom = f"person {row.person_id}" if row.person_id else f"group {row.group_id}"
        typer.echo(
            f"{row.id}\t{row.template}\t{whom}\tsince {stamp(row.made_at)}\t{SENTENCES.get(row.error or '', row.error)}"
        )
    if rows:
        raise typer.Exit(1)
    typer.echo("Nothing is stuck.")


def resend(settings: Settings, letter: int) -> None:
    """Queue it for the running server."""
    with connection(settings) as conn:
        again = outbox.again(conn, letter, datetime.now(UTC))
    if not again:
        typer.echo(f"Letter {letter} is not stuck.", err=True)
        raise typer.Exit(1)
    typer.echo(f"Letter {letter} will be sent again.")
