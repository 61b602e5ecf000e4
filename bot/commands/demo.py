"""`danvan demo`."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import typer
from sqlalchemy import create_engine

from bot import demo, logs, prepare, sample
from bot.config import Settings
from bot.server import Server, serve, start_loop
from storage.engine import ENGINE_OPTIONS
from storage.migrate import synchronous


def run(host: str, port: int, folder: Path | None) -> None:
    """A database of its own, the sample commune, the page."""
    place = folder or Path(tempfile.mkdtemp(prefix="danvan-demo-"))
    place.mkdir(parents=True, exist_ok=True)
    url = f"sqlite+aiosqlite:///{place / 'danvan.db'}"
    logs.setup(level=30, human=True)
    typer.echo("Preparing the demo / Đang chuẩn bị bản dùng thử …")
    prepare.in_subprocess(url)
    engine = create_engine(synchronous(url), **ENGINE_OPTIONS)
    with engine.begin() as conn:
        demo.fill(conn, datetime.now(UTC))
    engine.dispose()
    settings = Settings(
        database_url=url,
        media_dir=place / "media",
        mode="live",
        http_host=host,
        http_port=port,
    )
    typer.echo(f"danvan demo: http://{host}:{port}  (Ctrl-C to stop; data in {place})")
    start_loop(serve(Server(settings, demo=sample.DEMO_PHONES)))
