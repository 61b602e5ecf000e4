"""`danvan migrate`."""

from __future__ import annotations

import typer

from bot import prepare
from bot.commands import backup
from bot.config import Settings
from handlers.words import DEFAULT, words_for


def run(settings: Settings) -> None:
    """Exit code 1 when the database was left as it is."""
    backup.before_update(settings)
    with backup.sentences(settings, words_for(DEFAULT), settings.backup_dir):
        added = prepare.prepare(settings.database_url, settings.key_file)
    typer.echo("Database ready." + (f" Forms compiled: {', '.join(sorted(added))}." if added else ""))
