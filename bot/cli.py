"""The command line a commune's clerk and its engineer use; every command says what it does, with an example."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.commands import data
from bot.config import Settings

app = typer.Typer(
    help="danvan: good practices and citizens' petitions, by chat.", no_args_is_help=True, add_completion=False
)
app.add_typer(data.app, name="data")
Group = Annotated[str, typer.Option("--group", help="Number, name or chat id of the group")]
Week = Annotated[str, typer.Option("--week", help="ISO week, such as 2026-W47; the last finished one by default")]


def settings() -> Settings:
    """The settings, or plain sentences about what is wrong with them."""
    from bot.load_settings import Wrong, load

    try:
        return load()
    except Wrong as wrong:
        typer.echo(str(wrong), err=True)
        raise typer.Exit(2) from None


@app.command()
def demo(
    host: Annotated[str, typer.Option(help="Address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on")] = 8765,
    folder: Annotated[
        Path | None, typer.Option(help="Where to keep the demo's data (a fresh temporary folder by default)")
    ] = None,
) -> None:
    """Try it in one minute: a sample commune and three phones side by side in the browser.

    Example: danvan demo
    """
    from bot.commands import demo as command

    command.run(host, port, folder)


@app.command()
def run() -> None:
    """Serve: take reports, carry letters, post summaries. Settings come from DANVAN_… or danvan.toml.

    Example: DANVAN_MODE=trial DANVAN_TRIAL_TO=0912345678 danvan run
    """
    from bot import serve

    serve.main()


@app.command()
def migrate() -> None:
    """Bring the database to this version's tables and forms.

    Example: danvan migrate
    """
    from bot import prepare
    from storage.keys import KeyTrouble

    given = settings()
    try:
        added = prepare.prepare(given.database_url, given.key_file)
    except KeyTrouble as trouble:
        typer.echo(str(trouble), err=True)
        raise typer.Exit(1) from None
    typer.echo("Database ready." + (f" Forms compiled: {', '.join(sorted(added))}." if added else ""))


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="Where to write danvan.toml and danvan.xlsx")] = Path(),
) -> None:
    """Write a commented danvan.toml and a blank workbook for the commune's people and offices.

    Example: danvan init
    """
    from bot.commands import init as command

    command.run(folder)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="The workbook (.xlsx)")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change")] = False,
) -> None:
    """Take over the commune's workbook: all of it, or nothing and every mistake named.

    Example: danvan import danvan.xlsx --dry-run
    """
    from bot.commands import import_ as command

    command.run(settings(), file, dry_run=dry_run)


@app.command()
def sample(
    out: Annotated[Path, typer.Argument(help="The workbook to write (.xlsx)")],
    communes: Annotated[int, typer.Option(help="How many communes", min=1, max=9999)] = 1,
    people: Annotated[int, typer.Option(help="How many people", min=1, max=999999)] = 40,
) -> None:
    """Write a workbook of made-up people and hamlets, of any size, for training and load tests.

    Example: danvan sample --communes 92 --people 20000 sample.xlsx
    """
    from bot.commands import sample as command

    command.run(out, communes, people)


@app.command()
def invite(
    person: Annotated[
        str, typer.Argument(help="Code or phone of a person; with --group: code of a unit or UNIT/DEPARTMENT")
    ],
    group: Annotated[bool, typer.Option("--group", help="A code to be typed in a group instead")] = False,
    full: Annotated[
        bool, typer.Option("--full", help="With --group: the group sees whole cases (a department's closed group)")
    ] = False,
) -> None:
    """Make a one-time code, with link and QR, that ties a person's chat account (or a group) to the roster.

    Example: danvan invite 0912345678
    """
    from bot.commands import invite as command

    command.run(settings(), person, group=group, full=full)


@app.command()
def summary(
    group: Group,
    week: Week = "",
    send: Annotated[
        bool, typer.Option("--send", help="Send it (once per group and week) instead of printing it")
    ] = False,
) -> None:
    """Print or send a group's weekly summary.

    Example: danvan summary --group 1 --week 2026-W47
    """
    from bot.commands import summary as command

    command.run(settings(), group, week, send=send)


@app.command()
def stuck() -> None:
    """List letters that could not be sent, with the reason.

    Example: danvan stuck
    """
    from bot.commands import letters as command

    command.stuck(settings())


@app.command()
def resend(
    letter: Annotated[int, typer.Argument(min=1, max=2**63 - 1, help="Number of the letter, from `danvan stuck`")],
) -> None:
    """Send a stuck letter again.

    Example: danvan resend 42
    """
    from bot.commands import letters as command

    command.resend(settings(), letter)


def main() -> None:
    """Entry point; a closed pipe and Ctrl-C end quietly."""
    try:
        app()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(130)
