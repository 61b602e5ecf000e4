"""The pictures of weekly summaries: drawn by `python -m bot.chart` in a process of its own, kept like any other picture."""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import orjson
import structlog

from handlers import facts
from handlers.words import DEFAULT, words_for
from storage import week

if TYPE_CHECKING:
    from bot.app import App
    from bot.media import Media

log = structlog.get_logger(__name__)
AT_ONCE = 20  # one start of the drawing program for so many
TIME = 120  # seconds
KEPT = timedelta(days=60)


class Charts:
    """Gives summaries that wait their picture; where it cannot be drawn they go without."""

    def __init__(self, app: App, media: Media) -> None:
        self._app = app
        self._media = media

    async def run(self) -> int:
        """Returns how many summaries were made ready."""
        done = 0
        while rows := await self._app.db.read(lambda conn: week.without_picture(conn, AT_ONCE)):
            with TemporaryDirectory(dir=self._media.root / "coming") as name:
                await self._draw(rows, Path(name))
            done += len(rows)
        if done:
            self._app.letters_due.set()
        return done

    async def tidy(self) -> int:
        """Pictures older than two months are removed; returns how many."""
        before = self._app.clock() - KEPT
        gone = await self._app.db.write(lambda conn: week.forget_pictures(conn, before))
        for sha256 in gone:
            self._media.path(sha256).unlink(missing_ok=True)
        return len(gone)

    async def _draw(self, rows: list[Any], folder: Path) -> None:
        jobs = [job(row.params) | {"out": str(folder / f"{row.id}.png")} for row in rows]
        code = await drawn(jobs)
        if code != 0:
            log.error("charts_failed", code=code)
        for row, made in zip(rows, jobs, strict=True):
            await self._ready(row, await asyncio.to_thread(self._keep, Path(made["out"])))

    def _keep(self, path: Path) -> str:
        """The picture's name in the store; empty when it was not drawn."""
        try:
            return self._media.keep(path)[0] if path.is_file() else ""
        except OSError as error:
            log.error("chart_not_kept", error=type(error).__name__)
            return ""

    async def _ready(self, row: Any, sha256: str) -> None:
        params = {key: value for key, value in row.params.items() if key not in ("chart", "figures")}
        if sha256:
            params["chart"] = sha256
        else:
            log.warning("chart_missing", letter=row.id)
        now = self._app.clock()
        await self._app.db.write(lambda conn: week.pictured(conn, row.id, params, now))


async def drawn(jobs: list[dict[str, Any]]) -> int:
    """Has them drawn; returns the exit code of the drawing program, -1 where it could not start or took too long."""
    command = (sys.executable, "-m", "bot.chart")
    pipe, quiet = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    try:
        process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=quiet, stderr=quiet)
    except OSError:
        return -1
    try:
        await asyncio.wait_for(process.communicate(orjson.dumps(jobs)), TIME)
    except (OSError, TimeoutError, asyncio.CancelledError) as error:
        if process.returncode is None:
            process.kill()
        await process.wait()
        if isinstance(error, asyncio.CancelledError):
            raise
        return -1
    return process.returncode if process.returncode is not None else -1


def job(params: dict[str, Any]) -> dict[str, Any]:
    """What the drawing program needs, its words included."""
    _, figures, names = words_for(DEFAULT), params["figures"], facts.categories()
    return {
        "title": _("Petitions and proposals, week {n}").format(n=params["week"]),
        "scope": " · ".join(name for name in params["scope"] if name),
        "received": _("received"),
        "answered": _("answered"),
        "by_week": _("By week (from Monday)"),
        "by_category": _("This week by category"),
        "nothing": _("Nothing this week."),
        "weeks": [[f"{day[8:10]}/{day[5:7]}", got, gone] for day, got, gone in figures["weeks"]],
        "categories": [
            [names[c].name(_.lang) if c else _("Other"), got, gone] for c, got, gone in figures["categories"]
        ],
    }
