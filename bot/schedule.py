"""What happens at its time: the weekly summary, the daily look at stuck letters, the nightly purge."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row

from bot import delivery, metrics
from handlers import data_requests, leave, succession, summary
from handlers.clock import VN, today
from handlers.registry import Registry
from storage import accounts, drafts, groups, outbox, updates, web

if TYPE_CHECKING:
    from bot.app import App
    from bot.retention import Retention

MONTH = timedelta(days=31)
_MORNING = 7  # o'clock: nobody is woken to read that they stand in today


class Schedule:
    """`tick` does whatever is due; what it did is remembered in the database, so downtime only delays it."""

    def __init__(self, app: App, retention: Retention | None = None) -> None:
        self._app = app
        self._retention = retention

    async def tick(self) -> int:
        """Returns how many letters were queued."""
        queued = await self._summaries(self._app.clock())
        queued += await self._app.db.write(self._people, slow=True)
        queued += await self._app.db.write(self._daily, slow=True)
        counts = await self._app.db.read(outbox.counts)
        for state in ("waiting", "claimed"):
            metrics.WAITING.labels(state).set(counts.get(state, 0))
        if queued:
            self._app.letters_due.set()
        if self._retention is not None:
            await self._retention.tick()
        return queued

    async def _summaries(self, now: datetime) -> int:
        """One letter per group and ISO week, once its Friday 16:00 has come; the unique key refuses a second (rule 5).

        A transaction each, for a province has hundreds of groups and people write meanwhile.
        """
        year, week = summary.week_of(now)
        name, registry = f"summary:{year}-W{week:02d}", self._app.state.registry
        rows = await self._app.db.read(lambda conn: _waiting(conn, name, summary.due_at(year, week)))
        queued = 0
        for row in rows:
            post = partial(post_summary, registry=registry, group=row, year=year, week=week, now=now)
            queued += await self._app.db.write(post, slow=True)
        if rows:
            await self._app.db.write(lambda conn: outbox.ran(conn, name, now, {"queued": queued}))
        return queued

    def _people(self, conn: Connection) -> int:
        """Handovers whose day has come, from midnight on; the letters of a leave's first and last day, in the morning."""
        now = self._app.clock()
        done = succession.due(conn, self._app.state.registry, now)
        return done + (leave.mornings(conn, now) if now.astimezone(VN).hour >= _MORNING else 0)

    def _daily(self, conn: Connection) -> int:
        """The look at stuck letters and the purge, once a day."""
        now, registry = self._app.clock(), self._app.state.registry
        if not _due(conn, "daily", now, hour=8):
            return 0
        queued = delivery.report(conn, now, _admins(registry, now)) + data_requests.remind(conn, registry, now)
        _purge(conn, registry, now)
        outbox.ran(conn, "daily", now, {"queued": queued})
        return queued


def _waiting(conn: Connection, name: str, due: datetime) -> list[Row[Any]]:
    """The groups of a summary that was not posted yet; one tied after the due time has to wait for the next."""
    if outbox.last_run(conn, name) is not None:
        return []
    return [row for row in groups.all_live(conn) if row.tied_at <= due]


def post_summary(
    conn: Connection, registry: Registry, group: Any, year: int, week: int, now: datetime, *, again: str = ""
) -> int:
    """A group's summary of a week as a letter; 0 when it has had it. `again` tells one more from those before (demo)."""
    data = summary.build(conn, registry, group, year, week, now)
    dedupe = f"summary:{group.id}:{year}-W{week:02d}{again}"
    return outbox.put(conn, now, [{"dedupe": dedupe, "template": "summary", "group_id": group.id, "params": data}])


def _due(conn: Connection, name: str, now: datetime, hour: int) -> bool:
    """Once a day, from `hour` o'clock in Viet Nam."""
    local = now.astimezone(VN)
    last = outbox.last_run(conn, name)
    return local.hour >= hour and (last is None or last.astimezone(VN).date() < local.date())


def _admins(registry: Registry, now: datetime) -> list[int]:
    return sorted({role.person_id for role in registry.roles if role.code == "quan_tri" and role.on(today(now))})


def _purge(conn: Connection, registry: Registry, now: datetime) -> None:
    province = registry.province()
    months = registry.setting(province.id, "retention_months", "24") if province else "24"
    updates.purge(conn, now)
    drafts.purge(conn, now - MONTH * (int(months) if months.isdecimal() else 24))
    accounts.purge_invites(conn, now - MONTH)
    web.purge(conn, now)
