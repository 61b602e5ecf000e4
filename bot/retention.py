"""The nightly end of what was kept long enough (`handlers.retention`), and of what erased people leave behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from sqlalchemy import Connection

from handlers import retention
from handlers.clock import VN
from storage import outbox
from storage import retention as rows

if TYPE_CHECKING:
    from bot.app import App
    from bot.media import Media

log = structlog.get_logger(__name__)
NIGHT = 2  # o'clock in Viet Nam; a long night's work goes on until it is done
JOB = "retention"


class Retention:
    """`tick` does a bounded piece of what is due. Killed at any moment it goes on where it was."""

    def __init__(self, app: App, media: Media) -> None:
        self._app = app
        self._media = media

    async def tick(self) -> None:
        """Cases, letters, logs, accounts, then the contents of files in the media folder."""
        database = self._app.db
        done = await database.write(self._rows, slow=True)
        done["files"] = await database.write(self._contents, slow=True)
        found = {kind: count for kind, count in done.items() if count}
        if found:
            log.info("retention", **found)
            self._app.deleted()

    def _rows(self, conn: Connection) -> dict[str, int]:
        now, registry = self._app.clock(), self._app.state.registry
        done = {"untied": retention.untie(conn, now)}
        local, last = now.astimezone(VN), outbox.last_run(conn, JOB)
        if local.hour < NIGHT or (last is not None and last.astimezone(VN).date() >= local.date()):
            return done
        done |= retention.run(conn, registry, now)
        if done["cases"] < retention.EACH_RUN:
            outbox.ran(conn, JOB, now, done)
        return done

    def _contents(self, conn: Connection) -> int:
        """In one transaction with the look whether anybody else shows them.

        Not while the worker fetches anything: it may be about to keep the same content under the same name.
        """
        found = [] if rows.is_fetching(conn) else rows.gone_files(conn)
        for _id, sha256 in found:
            if sha256:
                self._media.path(sha256).unlink(missing_ok=True)
        if found:
            rows.forget_files(conn, [row[0] for row in found])
        return len(found)
