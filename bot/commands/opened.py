"""A short synchronous look at the database, for commands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import OperationalError

from bot import prepare
from bot.config import Settings
from storage import keys
from storage.engine import ENGINE_OPTIONS
from storage.migrate import synchronous


@contextmanager
def connection(settings: Settings) -> Iterator[Connection]:
    """One transaction; a database that cannot be opened or is not prepared is named in one sentence."""
    engine = create_engine(synchronous(settings.database_url), **ENGINE_OPTIONS)
    try:
        with engine.begin() as conn:
            if not prepare.ready(conn):
                typer.echo("The database is not prepared for this version. Run: danvan migrate", err=True)
                raise typer.Exit(1)
            keys.take(conn, settings.key_file)
            yield conn
    except (keys.KeyTrouble, prepare.NewerDatabase) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    except OperationalError as error:
        typer.echo(f"The database cannot be opened: {str(error.orig).splitlines()[0]}", err=True)
        raise typer.Exit(1) from None
    finally:
        engine.dispose()
