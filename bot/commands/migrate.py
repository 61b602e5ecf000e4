"""`danvan migrate`."""

from __future__ import annotations

import typer

from bot import prepare
from bot.commands import backup
from bot.config import Settings
from handlers.words import DEFAULT, words_for
from storage import keys


def run(settings: Settings) -> None:
    """Exit code 1 when the database was left as it is."""
    was_saved = backup.before_update(settings)
    with backup.sentences(settings, words_for(DEFAULT), settings.backup_dir):
        try:
            added = prepare.prepare(settings.database_url, settings.key_file)
        except (keys.KeyTrouble, prepare.NewerDatabase):
            raise
        except Exception as error:  # whatever a migration stumbles over
            if not was_saved:
                raise
            typer.echo(prepare.not_updated(error), err=True)
            raise typer.Exit(1) from None
    typer.echo("Database ready." + (f" Forms compiled: {', '.join(sorted(added))}." if added else ""))
