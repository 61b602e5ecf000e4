"""`danvan demo`."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import typer
from sqlalchemy import create_engine

from bot import demo, logs, prepare, sample
from bot.config import Settings
from bot.server import CannotServe, Server, serve, start_loop
from storage import keys
from storage.engine import ENGINE_OPTIONS
from storage.migrate import synchronous


def run(host: str, port: int, folder: Path | None) -> None:
    """A database of its own, the sample commune, the page."""
    try:
        _run(host, port, folder or Path(tempfile.mkdtemp(prefix="danvan-demo-")))
    except (CannotServe, RuntimeError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    except OSError as error:
        typer.echo(f"{error.filename or folder}: {error.strerror}", err=True)
        raise typer.Exit(1) from None


def _run(host: str, port: int, place: Path) -> None:
    place.mkdir(parents=True, exist_ok=True)
    url = f"sqlite+aiosqlite:///{place / 'danvan.db'}"
    logs.setup(level=30, human=True)
    typer.echo("Preparing the demo / Đang chuẩn bị bản dùng thử …")
    key = place / "danvan.key"
    prepare.in_subprocess(url, key)
    keys.use(key)
    engine = create_engine(synchronous(url), **ENGINE_OPTIONS)
    with engine.begin() as conn:
        demo.fill(conn, datetime.now(UTC))
    engine.dispose()
    settings = Settings(
        database_url=url,
        media_dir=place / "media",
        key_file=key,
        mode="live",
        http_host=host,
        http_port=port,
    )

    def ready(server: Server) -> None:
        typer.echo(f"danvan demo: http://{host}:{server.port}  (Ctrl-C to stop; data in {place})")

    start_loop(serve(Server(settings, demo=sample.DEMO_PHONES), ready))
