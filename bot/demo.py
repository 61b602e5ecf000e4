"""`danvan demo`: the sample commune and three phones, live towards itself only."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from bot import sample
from bot.schedule import post_summary
from handlers.clock import today
from handlers.registry import Registry
from storage import groups, outbox
from storage import registry as registry_rows

if TYPE_CHECKING:
    from bot.app import App


def fill(conn: Connection, now: datetime) -> bool:
    """The sample registry and the demo's accounts, unless the database has a registry already."""
    if registry_rows.version(conn)[0]:
        return False
    sample.write(conn, sample.registry())
    sample.demo(conn, now)
    return True


async def post_summaries(app: App) -> None:
    """The button: this week's summary now, once a press, to every group."""
    now = app.clock()
    year, week, _day = today(now).isocalendar()

    def work(conn: Connection) -> int:
        return sum(_again(conn, app.state.registry, row, year, week, now) for row in groups.all_live(conn))

    await app.db.write(work)
    app.letters_due.set()


def _again(conn: Connection, registry: Registry, row: object, year: int, week: int, now: datetime) -> int:
    """In the demo a summary may be looked at as often as one likes, so its key carries the moment too."""
    queued = post_summary(conn, registry, row, year, week, now)
    if queued:
        return queued
    from handlers import summary

    group_id = row.id  # type: ignore[attr-defined]
    data = summary.build(conn, registry, row, year, week, now)
    letter = {
        "dedupe": f"summary:{group_id}:{now:%Y%m%d%H%M%S}",
        "template": "summary",
        "group_id": group_id,
        "params": data,
    }
    return outbox.put(conn, now, [letter])
