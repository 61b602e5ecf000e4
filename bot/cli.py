"""The command line a commune's clerk and its engineer use; every command says what it does, with an example."""

from __future__ import annotations

import io
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
    """Bring the database to this version's tables and forms; one with work in it is backed up first.

    Example: danvan migrate
    """
    from bot.commands import migrate as command

    command.run(settings())


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
def invite(  # noqa: PLR0913, PLR0917 - Typer takes a command's options as arguments
    person: Annotated[
        str | None, typer.Argument(help="Code or phone of a person; with --group: code of a unit or UNIT/DEPARTMENT")
    ] = None,
    group: Annotated[bool, typer.Option("--group", help="A code to be typed in a group instead")] = False,
    full: Annotated[
        bool, typer.Option("--full", help="With --group: the group sees whole cases (a department's closed group)")
    ] = False,
    sheet: Annotated[
        Path | None,
        typer.Option("--all", help="Codes for everybody without an account, as a page to be printed (.html)"),
    ] = None,
    unit: Annotated[str, typer.Option(help="With --all: only this unit and what lies in it, by code")] = "",
    everybody: Annotated[bool, typer.Option("--everybody", help="With --all: also who has an account already")] = False,
    listed: Annotated[bool, typer.Option("--list", help="Who is here already, and who is not")] = False,
    revoke: Annotated[bool, typer.Option("--revoke", help="The person's unused codes are void")] = False,
    untie: Annotated[
        bool, typer.Option("--untie", help="A lost phone: the person's accounts are untied, sessions end; a new code")
    ] = False,
) -> None:
    """Make a one-time code, with link and QR, that ties a person's chat account (or a group) to the roster.

    Example: danvan invite 0912345678 · danvan invite --all invitations.html
    """
    from bot.commands import invite as command
    from bot.commands import invite_sheet

    if sheet is not None:
        invite_sheet.run(settings(), sheet, unit, everybody=everybody)
    elif listed:
        command.listed(settings())
    elif person is None:
        typer.echo("Name a person (code or phone), or use --all FILE.html or --list.", err=True)
        raise typer.Exit(2)
    elif revoke:
        command.revoke(settings(), person)
    elif untie:
        command.untie(settings(), person)
    else:
        command.run(settings(), person, group=group, full=full)


@app.command()
def check(
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Long lists whole")] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Ask no messenger")] = False,
) -> None:
    """Say in plain sentences what would not work live, each with its cure. Exit code 1 when there is such a thing.

    Example: danvan check
    """
    from bot.commands import check as command

    command.run(settings(), as_json=as_json, everything=everything, offline=offline)


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


@app.command()
def backup(
    folder: Annotated[
        Path | None, typer.Argument(help="Where to write it (DANVAN_BACKUP_DIR by default)", show_default=False)
    ] = None,
    keep: Annotated[int, typer.Option("--keep", min=1, help="How many backups to keep there; older ones go")] = 14,
) -> None:
    """Write one encrypted file with the database, photos and files, and read it back whole. The server may run meanwhile.

    Example: danvan backup /mnt/usb --keep 14
    """
    from bot.commands import backup as command

    command.backup(settings(), folder, keep)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="The backup (.dvb)")],
    check: Annotated[bool, typer.Option("--check", help="Only read it and say whether it is whole")] = False,
) -> None:
    """Put a backup into a new, empty database, photos and files included: all of it, or nothing.

    Example: danvan restore danvan-backups/danvan-20261125-013000.dvb
    """
    from bot.commands import backup as command

    command.restore(settings(), file, check=check)


def _speak_vietnamese() -> None:
    """Into a file or a pipe Windows writes a code page without our letters, and would end in the middle of a command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # none at all where there is no console
            if stream.isatty():
                stream.reconfigure(errors="replace")
            else:
                stream.reconfigure(encoding="utf-8")


def main() -> None:
    """Entry point; a closed pipe and Ctrl-C end quietly."""
    _speak_vietnamese()
    try:
        app()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(130)
