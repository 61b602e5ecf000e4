"""The project's own messenger, a web page and its server: it decides nothing and carries words both ways, once each."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.channels import Limits, Receiver, Sent, errors
from bot.channels.web_files import Uploads
from bot.channels.web_guard import Tries
from bot.channels.web_hub import Hub
from bot.channels.web_messages import body_of, is_group
from bot.channels.web_routes import Routes
from bot.channels.web_stream import event_of
from handlers.messages import Outgoing
from storage import web as rows
from storage.engine import Database

LIMITS = Limits(contact=False, pace=0.0, group_pace=0.0)
DemoPhones = dict[str, tuple[str, tuple[str, ...]]]  # phone -> (user id, the chats it shows)


def _no_chats(conn: Connection, user: str) -> Sequence[tuple[str, str]]:
    return ()


@dataclass(frozen=True, slots=True)
class WebHooks:
    """What the channel asks of the program; all but the last run inside a database call and must be quick.

    `chats` lists a user's groups as (chat, title); it only offers, `may_see` decides.
    """

    knows_invite: Callable[[Connection, str, datetime], bool]
    arrived: Callable[[Connection, Sequence[int]], None]
    may_see: Callable[[Connection, str, str], bool]
    may_see_photo: Callable[[Connection, str, str], bool]
    chats: Callable[[Connection, str], Sequence[tuple[str, str]]] = _no_chats
    demo_summary: Callable[[], Awaitable[None]] | None = None


@dataclass(frozen=True, slots=True)
class WebSettings:
    """`uploads` is a folder for files on their way in; `public_url` the address people use, if a proxy hides it."""

    uploads: Path
    public_url: str = ""

    @property
    def host(self) -> str:
        """Host and port of the public address, lower case; empty if there is none."""
        return urlsplit(self.public_url).netloc.lower()


@dataclass(slots=True)
class WebChannel:
    """`media` gives a kept picture's path by its content hash; `demo` (else None) the three phones of the trial."""

    db: Database
    media: Callable[[str], Path]
    hooks: WebHooks
    settings: WebSettings
    demo: DemoPhones | None = None
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    clock: Callable[[], float] = time.monotonic
    name: str = "web"
    bot: str = "web"
    limits: Limits = LIMITS
    app: Receiver | None = field(default=None, init=False)
    hub: Hub = field(init=False)
    uploads: Uploads = field(init=False)
    tries: Tries = field(init=False)

    def __post_init__(self) -> None:
        """The parts that live as long as the channel."""
        self.hub = Hub(self.clock)
        self.uploads = Uploads(self.settings.uploads, self.limits.file_in, self.clock)
        self.tries = Tries(self.clock)

    def routes(self) -> list[web.RouteDef]:
        """The page at `/`, invites at `/i/<code>`, everything else under `/web/`."""
        return Routes(self).table()

    async def start(self, app: Receiver) -> None:
        """Until now every message is answered 503 and the page repeats it."""
        self.app = app

    async def stop(self) -> None:
        """Sends every open page away; what it has not confirmed it fetches again."""
        self.app = None
        self.hub.close()

    async def send(self, message: Outgoing, *, letter: int = 0) -> Sent:
        """Stores the bubble and wakes the pages that show its chat.

        The id is that of the bubble; it is pending until a page has fetched it. Fleeting words go to open pages only.
        Raises `PersonStopped` (no device left that could fetch it), `MessageGone`, `NotChanged`, `Unreachable`.
        """
        chat = message.to.chat
        if message.toast:
            self.hub.toast(chat, message.query, message.toast, alert=message.alert)
        if message.edit.startswith("f"):
            self.hub.gone(chat, message.edit)
        if not (message.text or message.photos or message.buttons or message.edit):
            return Sent("")
        if message.fleeting:
            return Sent(self.hub.fleeting(chat, body_of(message)))
        try:
            return await self._store(message, letter)
        except SQLAlchemyError as error:
            raise errors.Unreachable(type(error).__name__) from error

    async def _store(self, message: Outgoing, letter: int) -> Sent:
        chat, body, now = message.to.chat, body_of(message), self.now()
        if message.edit and not message.edit.startswith("f"):
            return await self._change(message, letter)

        def work(conn: Connection) -> tuple[rows.Bubble, bool] | None:
            # The demo's phones are opened by whoever looks at them, perhaps later than the first letter.
            if self.demo is None and not is_group(chat) and not rows.has_session(conn, chat, now):
                return None
            return rows.add(conn, chat, body, now, letter)

        stored = await self.db.write(work)
        if stored is None:
            raise errors.PersonStopped("no session")
        bubble, new = stored
        if new:
            self.hub.say(chat, event_of(bubble))
        return Sent(str(bubble.id), pending=True)

    async def _change(self, message: Outgoing, letter: int) -> Sent:
        chat, body, now = message.to.chat, body_of(message), self.now()
        if not message.edit.isdecimal() or len(message.edit) > 18:
            raise errors.MessageGone
        try:
            bubble = await self.db.write(lambda conn: rows.change(conn, chat, int(message.edit), body, now, letter))
        except LookupError:
            raise errors.MessageGone from None
        if bubble is None:
            raise errors.NotChanged
        self.hub.say(chat, event_of(bubble))
        return Sent(message.edit, pending=True)

    async def fetch(self, ref: str, into: Path) -> None:
        """Takes the file the page has handed over, or asks the page for it.

        Raises `NotYet` until it has come, `FileMissing` when the page no longer has it, `FileTooBig`.
        """
        try:
            self.uploads.take(ref, into)
        except errors.NotYet:
            self.hub.want(ref.partition("/")[0], [ref])
            raise
