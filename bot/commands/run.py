"""`danvan run`."""

from __future__ import annotations

import typer

from bot import logs
from bot.config import Settings
from bot.server import Server, serve, start_loop


def run(settings: Settings) -> None:
    """Serve until stopped. A trial without a tester is refused: every letter would have nowhere to go."""
    if settings.mode == "trial" and not settings.trial_to:
        typer.echo(
            "DANVAN_TRIAL_TO: in trial mode name the person (code or phone) who gets every letter; or set DANVAN_MODE=live.",
            err=True,
        )
        raise typer.Exit(2)
    logs.setup()
    try:
        start_loop(serve(Server(settings)))
    except OSError as error:
        typer.echo(f"Cannot serve on {settings.http_host}:{settings.http_port}: {error.strerror or error}", err=True)
        raise typer.Exit(1) from None
