"""The stage without conversations: cases and letters are put straight into the tables, and looked at there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Literal, TypeVar

from sqlalchemy import Connection, Row, insert, select

from bot.config import Settings
from handlers import facts
from storage import accounts, cases, forms, history, outbox
from storage.models.letters import letter
from storage.models.people import account, group
from storage.models.registry import department, person, unit
from tests.conversation.stage import Stage

T = TypeVar("T")
COMMUNE, HAMLET = "05716", "05716-01"
CADRE, OFFICIAL, SECOND, ADMIN = "mau-truong-xom-1", "mau-pkt-1", "mau-pkt-2", "mau-quan-tri"


@dataclass
class Office(Stage):
    """See the module. Accounts are `u-<word>` on the fake channel, and agreed to the consent text."""

    mode: Literal["trial", "live"] = "live"
    trial_to: str = ""
    made: int = 0

    def settings(self) -> Settings:
        return replace(super().settings(), mode=self.mode, trial_to=self.trial_to)

    async def write(self, work: Callable[[Connection], T]) -> T:
        return await self.running.db.write(work)

    async def read(self, work: Callable[[Connection], T]) -> T:
        return await self.running.db.read(work)

    async def account_of(self, code: str, user: str, *, channel: str = "fake", used: int = 0) -> None:
        """A chat account of a person of the roster, last used so many minutes ago."""

        def work(conn: Connection) -> None:
            when = self.now - timedelta(minutes=used)
            accounts.tie(conn, channel, "1" if channel == "fake" else channel, user, id_of(conn, code), when)
            conn.execute(account.update().where(account.c.user == user).values(consent=facts.consent().version))

        await self.write(work)

    async def group_of(self, chat: str, *, department_code: str = "", tied: timedelta = timedelta(days=60)) -> int:
        """A tied group of the commune, or of one of its departments."""

        def work(conn: Connection) -> int:
            row = {"unit_id": unit_of(conn), "department_id": None, "name": chat, "tied_at": self.now - tied}
            if department_code:
                row["department_id"] = department_of(conn, department_code)
            values = {"channel": "fake", "bot": "1", "chat": chat, "mode": "brief", **row}
            return int(conn.execute(insert(group).values(**values).returning(group.c.id)).scalar_one())

        return await self.write(work)

    async def case(self, *, holder: str = "", state: str = "new", **values: Any) -> tuple[int, int]:
        """A petition of the first hamlet's head with the roads' department; returns its id and its first move's."""
        self.made += 1
        number = self.made

        def work(conn: Connection) -> tuple[int, int]:
            row = petition(conn, number, self.now) | {"state": state} | values
            row["holder_id"] = id_of(conn, holder) if holder else None
            case_id = cases.make(conn, **row)
            move = {"actor_id": row["reporter_id"], "action": "send", "from_state": "", "to_state": "new"}
            made = history.add(
                conn, case_id=case_id, at=self.now, channel="fake", department_id=row["department_id"], **move
            )
            return case_id, made

        return await self.write(work)

    async def move(self, case_id: int, action: str, words: str = "", reason: str | None = None) -> int:
        """A row of the case's story, made by the official."""

        def work(conn: Connection) -> int:
            case = cases.get(conn, case_id)
            assert case is not None
            move = {"action": action, "from_state": "new", "to_state": "accepted", "words": words, "reason": reason}
            where = {"department_id": case.department_id, "actor_id": id_of(conn, OFFICIAL)}
            return history.add(conn, case_id=case_id, at=self.now, channel="fake", **move, **where)

        return await self.write(work)

    async def letter(self, template: str, to: str | int, case: tuple[int, int] | None = None, **values: Any) -> int:
        """Queues one: `to` is a person's code or a group's id. Returns its id."""
        self.made += 1
        key = f"test:{self.made}"

        def work(conn: Connection) -> int:
            row: dict[str, Any] = {"dedupe": key, "template": template, **values}
            row |= {"group_id": to} if isinstance(to, int) else {"person_id": id_of(conn, to)}
            if case is not None:
                row |= {"case_id": case[0], "history_id": case[1]}
            assert outbox.put(conn, self.now, [row]) == 1
            return int(conn.execute(select(letter.c.id).where(letter.c.dedupe == key)).scalar_one())

        return await self.write(work)

    async def told(self, *, holder: str = OFFICIAL) -> int:
        """The usual letter: the reporter learns that the case was accepted."""
        case = await self.case(holder=holder, state="accepted")
        return await self.letter("told", CADRE, (case[0], await self.move(case[0], "accept")))

    async def row(self, letter_id: int) -> Row[Any]:
        found = await self.read(lambda conn: outbox.get(conn, letter_id))
        assert found is not None
        return found

    async def letters(self, template: str = "") -> list[Row[Any]]:
        query = select(letter).order_by(letter.c.id)
        query = query.where(letter.c.template == template) if template else query
        return await self.read(lambda conn: list(conn.execute(query).all()))

    async def person(self, code: str) -> int:
        return await self.read(lambda conn: id_of(conn, code))

    def texts(self, chat: str) -> list[str]:
        """What stands in a chat now."""
        return [seen.message.text for seen in self.channel.chats.get(chat, ())]

    async def later(self, **time: float) -> None:
        """The clock moves, and what is due then happens."""
        self.now += timedelta(**time)
        await self.quiet()


def id_of(conn: Connection, code: str) -> int:
    return int(conn.execute(select(person.c.id).where(person.c.code == code)).scalar_one())


def unit_of(conn: Connection, code: str = COMMUNE) -> int:
    return int(conn.execute(select(unit.c.id).where(unit.c.code == code)).scalar_one())


def department_of(conn: Connection, code: str) -> int:
    return int(conn.execute(select(department.c.id).where(department.c.code == code)).scalar_one())


def petition(conn: Connection, number: int, now: Any) -> dict[str, Any]:
    """A row of `report`."""
    return {
        "subject": "petition",
        "code": f"KN-{number:04d}",
        "unit_id": unit_of(conn),
        "hamlet_id": unit_of(conn, HAMLET),
        "department_id": department_of(conn, "PKT"),
        "reporter_id": id_of(conn, CADRE),
        "draft_id": 1000 + number,
        "form_hash": forms.all_forms(conn)[0].hash,
        "category": "giao_thong",
        "kind": "feedback",
        "urgency": "cao",
        "state": "new",
        "version": 1,
        "title": "Cầu xóm hỏng",
        "answers": {},
        "folded": "cau xom hong",
        "made_at": now,
        "due_at": now + timedelta(days=14),
    }
