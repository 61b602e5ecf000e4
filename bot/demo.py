"""`danvan demo`: the sample commune and three phones, live towards itself only."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from bot import sample
from handlers.clock import today
from handlers.week_letters import post
from storage import groups
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
    """The button: this week's summary now, to every group; it may be looked at as often as one likes."""
    now, registry = app.clock(), app.state.registry
    year, week, _day = today(now).isocalendar()
    again = f"-{now:%Y%m%d%H%M%S}"

    def work(conn: Connection) -> int:
        return sum(post(conn, registry, row, year, week, now, again=again) for row in groups.all_live(conn))

    await app.db.write(work)
    app.letters_due.set()
