"""What happens at its time: the weekly summary, the daily look at stuck letters, the nightly purge."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from bot import delivery, metrics
from handlers import data_requests, leave, succession, summary_time, week_letters
from handlers.clock import VN, today
from handlers.registry import Registry
from storage import accounts, announce, drafts, groups, outbox, pages, updates, web
from storage import week as weeks

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
        self._shown: set[tuple[int, str, datetime]] = (
            set()
        )  # spares looking; a preview's key keeps it from being shown twice

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
        """A letter per group and week once the group's time has come; the unique key refuses a second (rule 5).

        Two hours before, the official on duty sees it. A transaction each, for a province has hundreds of groups and
        people write meanwhile.
        """
        registry, queued = self._app.state.registry, 0
        due, soon = await self._app.db.read(lambda conn: (_due_groups(conn, now), _due_previews(conn, now)))
        for group, year, week in due:
            post = partial(week_letters.post, registry=registry, group=group, year=year, week=week, now=now)
            queued += await self._app.db.write(post, slow=True)
        for unit_id, name, moment in soon - self._shown:
            show = partial(week_letters.show, registry=registry, unit_id=unit_id, name=name, due=moment, now=now)
            queued += await self._app.db.write(show, slow=True)
        self._shown = soon
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


def _due_groups(conn: Connection, now: datetime) -> list[tuple[Any, int, int]]:
    """(group, year, week) of summaries whose time has come and that are neither posted nor skipped.

    One tied after the due time has to wait for the next.
    """
    found = []
    for group in groups.all_live(conn):
        latest = summary_time.latest(group, now)
        moment = summary_time.due(group, *latest) if latest is not None else None
        if latest is not None and moment is not None and group.tied_at <= moment:
            found.append((group, *latest))
    keys = {week_letters.dedupe(group.id, summary_time.name(year, week)) for group, year, week in found}
    posted = weeks.known(conn, keys)
    skipped = weeks.skipped(conn, {summary_time.name(year, week) for _group, year, week in found})
    return [
        (group, year, week)
        for group, year, week in found
        if week_letters.dedupe(group.id, summary_time.name(year, week)) not in posted
        and (group.unit_id, summary_time.name(year, week)) not in skipped
    ]


def _due_previews(conn: Connection, now: datetime) -> set[tuple[int, str, datetime]]:
    """(unit, week, when) of summaries due within two hours."""
    found = set()
    for group in groups.all_live(conn):
        coming = summary_time.latest(group, now, summary_time.PREVIEW)
        moment = summary_time.due(group, *coming) if coming is not None else None
        if coming is not None and moment is not None and moment > now:
            found.add((group.unit_id, summary_time.name(*coming), moment))
    return found


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
    before = now - MONTH * (int(months) if months.isdecimal() else 24)
    drafts.purge(conn, before)
    announce.purge(conn, before)
    accounts.purge_invites(conn, now - MONTH)
    web.purge(conn, now)
    pages.purge(conn, now)
