"""`danvan data …`: what people ask about their own data, and the proofs the law wants."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.config import Settings

app = typer.Typer(
    help="Requests about personal data (Law 91/2025/QH15), consent proofs, who opened which case.\n\n"
    "Example: danvan data list",
    no_args_is_help=True,
)
Number = Annotated[str, typer.Argument(help="Number of the request, such as 12 or DL12")]


def _settings() -> Settings:
    from bot.cli import settings

    return settings()


@app.command("list")
def list_(
    everything: Annotated[bool, typer.Option("--all", help="Also those that have been answered")] = False,
) -> None:
    """List requests that wait for an answer, the most pressing first; exit code 1 when one is overdue.

    Example: danvan data list
    """
    from bot.commands import data_requests as command

    command.listed(_settings(), everything=everything)


@app.command()
def answer(
    number: Number,
    done: Annotated[str | None, typer.Option("--done", help="It is done; words for the person, or “”")] = None,
    refuse: Annotated[str | None, typer.Option("--refuse", help="It cannot be met; the reason, for the person")] = None,
) -> None:
    """Answer a request; the person is told by letter. “Done” for a deletion deletes.

    Example: danvan data answer 12 --done "Đã sửa số điện thoại."
    """
    from bot.commands import data_requests as command

    command.answer(_settings(), number, done=done, refuse=refuse)


@app.command()
def extend(
    number: Number,
    days: Annotated[int, typer.Option("--days", min=1, max=15, help="How many days more")] = 15,
) -> None:
    """Take more time for a request, once, at most 15 days; the person is told by letter.

    Example: danvan data extend 12 --days 10
    """
    from bot.commands import data_requests as command

    command.extend(_settings(), number, days)


@app.command()
def access(
    code: Annotated[str, typer.Argument(help="Code of the case, such as KN12")],
    unit: Annotated[str, typer.Option("--unit", help="Code of its commune")],
) -> None:
    """Print who opened a case, and when.

    Example: danvan data access KN12 --unit 05716
    """
    from bot.commands import data_proofs as command

    command.access(_settings(), code, unit)


@app.command()
def consent(
    who: Annotated[str, typer.Argument(help="Code or phone of a person")],
) -> None:
    """Print a person's answers to the consent question, with the very text each was given to.

    Example: danvan data consent 0912345678
    """
    from bot.commands import data_proofs as command

    command.consent(_settings(), who)
