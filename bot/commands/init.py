"""`danvan init`: a commented `danvan.toml` and a blank workbook; files that are there are left alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import typer
from pydantic import SecretStr

from bot.load_settings import FILE, Given
from bot.workbook.write import write
from handlers.words import DEFAULT, N_, Words, words_for

WORKBOOK: Final = "danvan.xlsx"
# What each setting means, in the clerk's words; a setting that is not here is explained by its own description.
MEANINGS: Final = {
    "database_url": N_("Where everything is kept. A file is enough for a commune."),
    "media_dir": N_("The folder for photos and files."),
    "key_file": N_(
        "The key that seals telephone numbers and reports. Keep a copy of this file elsewhere: without it they cannot be read."
    ),
    "backup_dir": N_("The folder for backups. Keep copies of them on another machine as well."),
    "mode": N_("trial: a rehearsal, every letter goes to one person only. live: letters go to the real offices."),
    "trial_to": N_("In a rehearsal: the phone or code of the person who gets every letter."),
    "http_host": N_("The address the server listens on; 127.0.0.1: this machine only."),
    "http_port": N_("The port the server listens on."),
    "public_url": N_("The address people reach the web chat by, such as https://danvan.example.vn"),
    "metrics_public": N_("Whether other machines may read the figures at /metrics."),
    "telegram_token": N_("The token that Telegram's @BotFather gave; several separated by commas. Keep it secret."),
    "telegram_api": N_("The address of Telegram's Bot API; rarely another one."),
    "telegram_proxy": N_("The proxy through which Telegram is reached where it is blocked."),
    "telegram_webhook_secret": N_(
        "Only for a server with a public address: a word of one's own, letters and digits; Telegram then calls /telegram/webhook. Empty: the program asks Telegram itself."
    ),
}
CHANGED: Final = ("mode", "trial_to", "public_url", "telegram_token")  # written with a value to be filled in


def run(folder: Path) -> None:
    """Exit code 1 when nothing was written because both files are there already."""
    words = words_for(DEFAULT)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    if _free(folder / FILE, words):
        (folder / FILE).write_text(settings_text(words), encoding="utf-8")
        written.append(folder / FILE)
    if _free(folder / WORKBOOK, words):
        write(folder / WORKBOOK, words)
        written.append(folder / WORKBOOK)
    for path in written:
        typer.echo(words("Written: {path}").format(path=path))
    if not written:
        raise typer.Exit(1)
    typer.echo(words("Fill in the workbook, then run: danvan import {path} --dry-run").format(path=folder / WORKBOOK))


def _free(path: Path, words: Words) -> bool:
    if path.exists():
        typer.echo(words("{path} is there already and stays as it is.").format(path=path), err=True)
    return not path.exists()


def settings_text(words: Words) -> str:
    """Every setting with its meaning; those one rarely changes are commented out at their defaults."""
    lines = [
        f"# {words('The settings of danvan. A line that begins with # is not in force.')}",
        f"# {words('Each may also come from the environment, as DANVAN_ and its name in capitals.')}",
    ]
    for name, field in Given.model_fields.items():
        meaning = words(MEANINGS[name]) if name in MEANINGS else str(field.description)
        mark = "" if name in CHANGED else "# "
        lines += ["", f"# {meaning}", f"{mark}{name} = {_toml(field.default)}"]
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else f'"{Path(value).as_posix() if isinstance(value, Path) else value}"'
