"""What the web chat asks of the program: whose code, which chat, which picture. Rights come from `handlers/access.py`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from bot.channels.web import WebHooks
from handlers import access, facts, people, rights
from handlers.clock import today
from storage import accounts, cases, files, groups, outbox, week

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from bot.app import App


class Hooks:
    """Bound to the app, because rights are decided by the registry in memory."""

    def __init__(self, app: App) -> None:
        self._app = app

    def all(self, demo_summary: Callable[[], Awaitable[None]] | None = None) -> WebHooks:
        """For `WebChannel`."""
        return WebHooks(self.knows_invite, self.arrived, self.may_see, self.may_see_photo, self.chats, demo_summary)

    def knows_invite(self, conn: Connection, code: str, now: datetime) -> bool:
        """A person's unused code (a group's is typed in the group, never entered here)."""
        found = accounts.invite(conn, people.normal_code(code), now)
        return found is not None and found.person_id is not None

    def arrived(self, conn: Connection, letter_ids: Sequence[int]) -> None:
        """The person's page has fetched these letters."""
        outbox.arrived(conn, list(letter_ids), self._app.clock())

    def may_see(self, conn: Connection, user: str, chat: str) -> bool:
        """One's own chat, and the groups of one's own department or unit."""
        return chat == user or any(chat == known for known, _title in self.chats(conn, user))

    def chats(self, conn: Connection, user: str) -> Sequence[tuple[str, str]]:
        """The web groups a person may read."""
        person_id = self._person(conn, user)
        if person_id is None:
            return ()
        sees = access.groups_seen(self._app.state.registry, person_id, today(self._app.clock()))
        return [(group.chat, group.name) for group in groups.all_live(conn) if group.channel == "web" and sees(group)]

    def may_see_photo(self, conn: Connection, user: str, sha256: str) -> bool:
        """A picture of a case one may see, or of a summary in a group one reads."""
        person_id = self._person(conn, user)
        if person_id is None:
            return False
        registry, day = self._app.state.registry, today(self._app.clock())
        found = (cases.get(conn, case_id) for case_id in files.cases_of(conn, sha256))
        if any(case is not None and rights.may(registry, person_id, "words", case, day) for case in found):
            return True
        return week.shows(conn, self._groups(conn, person_id), sha256)

    def _groups(self, conn: Connection, person_id: int) -> list[int]:
        sees = access.groups_seen(self._app.state.registry, person_id, today(self._app.clock()))
        return [group.id for group in groups.all_live(conn) if group.channel == "web" and sees(group)]

    @staticmethod
    def _person(conn: Connection, user: str) -> int | None:
        """The person of a web account that has agreed to the consent text."""
        row: Any = accounts.find(conn, "web", "web", user)
        return row.person_id if row is not None and row.consent == facts.consent().version else None
