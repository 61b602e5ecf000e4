"""Letters to others: written with the change that causes them, claimed, sent, recorded; one row per recipient (rule 3)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, or_, select, update

from storage.models import people
from storage.models.letters import job, letter
from storage.upsert import insert_into, new_id

CLAIM = timedelta(minutes=2)
_NEW = insert(letter)
_DUE = (
    select(letter.c.id)
    .where(letter.c.next_at <= bindparam("now"))
    .order_by(letter.c.next_at, letter.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_CLAIM = (
    update(letter)
    .where(letter.c.id.in_(_DUE))
    .values(state="claimed", next_at=bindparam("until"), attempts=letter.c.attempts + 1)
    .returning(*letter.c)
)
_SETTLE = update(letter).where(letter.c.id == bindparam("which"))


def put(conn: Connection, now: datetime, letters: list[dict[str, Any]]) -> int:
    """Queue letters; one whose `dedupe` is known already changes nothing. Returns how many are new."""
    statement = insert_into(conn, letter).on_conflict_do_nothing(index_elements=["dedupe"])
    common = {"state": "waiting", "made_at": now, "next_at": now}
    return sum(conn.execute(statement, common | row).rowcount for row in letters)


def claim(conn: Connection, now: datetime, limit: int = 20) -> list[Row[Any]]:
    """Take letters to send; a crash frees them when the claim runs out (SQLite drops the lock clause: one writer)."""
    found = conn.execute(_CLAIM, {"now": now, "most": limit, "until": now + CLAIM}).all()
    return sorted(found, key=lambda row: row.id)


def settle(conn: Connection, letter_id: int, **values: Any) -> None:
    """Record what became of it. `state` sent, handed, failed, unknown, skipped: `next_at` none; waiting: a time."""
    conn.execute(_SETTLE, {"which": letter_id, "next_at": None, **values})


def arrived(conn: Connection, letter_ids: list[int], now: datetime) -> None:
    """The person's device has fetched these: now they are sent."""
    if letter_ids:
        conn.execute(
            update(letter)
            .where(letter.c.id.in_(letter_ids), letter.c.state == "handed")
            .values(state="sent", sent_at=now)
        )


def by_message(conn: Connection, channel: str, bot: str, chat: str, external: str) -> Row[Any] | None:
    """The letter shown as this message: what a reply to it is about."""
    where = (letter.c.channel == channel, letter.c.bot == bot, letter.c.chat == chat, letter.c.external == external)
    return conn.execute(select(letter).where(*where).order_by(letter.c.id).limit(1)).first()


def cards(conn: Connection, case_id: int) -> list[Row[Any]]:
    """The live cards of a case that were shown somewhere."""
    where = (
        letter.c.case_id == case_id,
        letter.c.template == "card",
        letter.c.edits.is_(None),
        letter.c.external.isnot(None),
    )
    return list(conn.execute(select(letter).where(*where).order_by(letter.c.id)).all())


def get(conn: Connection, letter_id: int) -> Row[Any] | None:
    """One letter."""
    return conn.execute(select(letter).where(letter.c.id == letter_id)).first()


def stuck(conn: Connection, before: datetime) -> list[Row[Any]]:
    """Letters that failed, whose outcome is unknown, or that have waited since before a moment."""
    old = letter.c.next_at.isnot(None) & (letter.c.made_at < before)
    query = select(letter).where(or_(letter.c.state.in_(("failed", "unknown")), old)).order_by(letter.c.id).limit(200)
    return list(conn.execute(query).all())


def again(conn: Connection, letter_id: int, now: datetime) -> bool:
    """Send a failed or unknown letter again; false when there is none."""
    where = (letter.c.id == letter_id, letter.c.state.in_(("failed", "unknown", "waiting")))
    return (
        conn.execute(update(letter).where(*where).values(state="waiting", attempts=0, next_at=now, error=None)).rowcount
        == 1
    )


def counts(conn: Connection) -> dict[str, int]:
    """How many letters wait or failed, by state (the sent ones are not counted: there are too many)."""
    query = select(letter.c.state, func.count()).where(letter.c.next_at.isnot(None)).group_by(letter.c.state)
    return {row[0]: row[1] for row in conn.execute(query).all()}


def unreached(conn: Connection, person_id: int) -> list[Row[Any]]:
    """Web letters handed over but not fetched yet."""
    return list(conn.execute(select(letter).where(letter.c.person_id == person_id, letter.c.state == "handed")).all())


def last_run(conn: Connection, name: str) -> datetime | None:
    """When a timed job last ran."""
    row = conn.execute(select(job.c.last_at).where(job.c.name == name)).first()
    return row.last_at if row else None


def ran(conn: Connection, name: str, now: datetime, counts: dict[str, int]) -> None:
    """Remember a job's run."""
    statement = insert_into(conn, job).values(name=name, last_at=now, counts=counts)
    conn.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"last_at": now, "counts": counts}))


def members_with_account(conn: Connection, person_ids: list[int]) -> set[int]:
    """Of these people, those who have a chat account that can be reached."""
    account = people.account
    query = select(account.c.person_id).where(account.c.person_id.in_(person_ids), account.c.stopped.is_(None))
    return {row.person_id for row in conn.execute(query).all()}


def add_letter(conn: Connection, **row: Any) -> int:
    """One letter without a look at its key (tests and imports)."""
    return new_id(conn, _NEW, row)
