"""The made-up commune with its accounts on both channels, prepared in the database before the program starts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random

from aiohttp import ClientSession
from sqlalchemy import Connection, create_engine, insert, select

from handlers import facts
from storage import accounts, web
from storage.engine import ENGINE_OPTIONS
from storage.migrate import synchronous
from storage.models import people as tables
from storage.models.registry import department, person
from tests.conversation.world import fresh
from tests.crash.people import Ledger, TelegramPhone, WebPhone
from tests.crash.processes import TOKEN, Program, Telegram

BOT = TOKEN.partition(":")[0]
WEB_GROUP = "g:pkt"
TELEGRAM_CADRES = ("mau-truong-xom-1", "mau-truong-xom-2", "mau-truong-xom-3")
WEB_CADRES = ("mau-truong-xom-4", "mau-truong-xom-5", "mau-truong-xom-6")
TELEGRAM_OFFICIALS = ("mau-pkt-1",)  # roads and power
WEB_OFFICIALS = ("mau-pvhxh-1", "mau-dan-van")  # schools and health; good practices
READER = "mau-pkt-2"  # has the web page open, and the group, and only reads


@dataclass
class Town:
    """Everybody with their phones; `telegram` and `web` by the roster's code."""

    url: str
    program: Program
    emulator: Telegram
    http: ClientSession
    ledger: Ledger = field(default_factory=Ledger)
    telegram: dict[str, TelegramPhone] = field(default_factory=dict)
    web: dict[str, WebPhone] = field(default_factory=dict)

    async def settle_in(self, seed: int) -> None:
        """Tables, forms, the roster, accounts that have agreed, pages that were let in."""
        fresh(self.url)
        for code in (*TELEGRAM_CADRES, *TELEGRAM_OFFICIALS):
            user = await self.emulator.control("user", name=code)
            self.telegram[code] = TelegramPhone(self.emulator, self.ledger, user["id"])
        for place, code in enumerate((*WEB_CADRES, *WEB_OFFICIALS, READER)):
            chats = (WEB_GROUP,) if code == READER else ()
            random = Random(seed * 100 + place)
            self.web[code] = WebPhone(self.program, self.http, self.ledger, f"p-{code}", random, chats)
        self.work(self._tie)

    def work(self, what: object) -> object:
        """Runs in a transaction of the test's own, beside the program."""
        engine = create_engine(synchronous(self.url), **ENGINE_OPTIONS)
        try:
            with engine.begin() as conn:
                return what(conn)  # type: ignore[operator]
        finally:
            engine.dispose()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Somebody else has the database's write lock (an import, a backup): the program cannot commit."""
        engine = create_engine(synchronous(self.url), **ENGINE_OPTIONS)
        lock = "BEGIN IMMEDIATE" if engine.name == "sqlite" else "LOCK TABLE incoming IN EXCLUSIVE MODE"
        try:
            with engine.connect() as conn:
                conn.exec_driver_sql(lock)
                yield
        finally:
            engine.dispose()

    def _tie(self, conn: Connection) -> None:
        now = datetime.now(UTC)
        ids = {row.code: row.id for row in conn.execute(select(person.c.code, person.c.id))}
        places = [("telegram", BOT, phone.user, code) for code, phone in self.telegram.items()]
        places += [("web", "web", phone.user, code) for code, phone in self.web.items()]
        for channel, bot, user, code in places:
            accounts.tie(conn, channel, bot, user, ids[code], now)
        conn.execute(tables.account.update().values(consent=facts.consent().version))
        for phone in self.web.values():
            web.open_session(conn, phone.digest, phone.user, now)
        owner = conn.execute(select(department).where(department.c.code == "PKT")).one()
        group = {"channel": "web", "bot": "web", "chat": WEB_GROUP, "name": "PKT", "mode": "brief", "tied_at": now}
        conn.execute(insert(tables.group).values(unit_id=owner.unit_id, department_id=owner.id, **group))
