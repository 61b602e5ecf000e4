"""Letters to others: written with the change that causes them, claimed, sent, recorded; one row per recipient (rule 3)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, or_, select, update

from storage.models import people
from storage.models.letters import job, letter
from storage.upsert import insert_into

CLAIM = timedelta(minutes=2)
EVER = datetime(2000, 1, 1, tzinfo=UTC)  # for "is set" in a way that SQLite finds along the index
UNREAD = timedelta(days=3)  # a page that has not been opened for so long: a human should call
_NEW = insert(letter)
_DUE = (
    select(letter.c.id)
    .where(
        letter.c.next_at <= bindparam("now"),
        letter.c.person_id.is_(None) | letter.c.person_id.not_in(bindparam("busy_people", expanding=True)),
        letter.c.group_id.is_(None) | letter.c.group_id.not_in(bindparam("busy_groups", expanding=True)),
    )
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
    # The rows that come back are counted: psycopg's own count is -1 for an insert that changed nothing.
    statement = insert_into(conn, letter).on_conflict_do_nothing(index_elements=["dedupe"]).returning(letter.c.id)
    common = {"state": "waiting", "made_at": now, "next_at": now}
    return sum(conn.execute(statement, common | row).first() is not None for row in letters)


def claim(
    conn: Connection, now: datetime, limit: int = 20, people: Collection[int] = (), groups: Collection[int] = ()
) -> list[Row[Any]]:
    """Take letters to send, but none to these people and groups, who are being sent some already.

    A crash frees them when the claim runs out (SQLite drops the lock clause: one writer).
    """
    values = {"now": now, "most": limit, "until": now + CLAIM}
    found = conn.execute(_CLAIM, values | {"busy_people": list(people), "busy_groups": list(groups)}).all()
    return sorted(found, key=lambda row: row.id)


def free(conn: Connection, now: datetime) -> int:
    """At a start: whoever held these claims is dead, so nobody waits for them to run out. Returns how many.

    Those marked by `sending` are not claimed and stay; see there.
    """
    held = update(letter).where(letter.c.next_at.isnot(None), letter.c.state == "claimed")
    return conn.execute(held.values(next_at=now)).rowcount


def sending(conn: Connection, letter_id: int) -> None:
    """From here until it is settled its outcome is unknown: for letters that must not go out twice."""
    conn.execute(_SETTLE, {"which": letter_id, "state": "sending", "next_at": None})


def interrupted(conn: Connection) -> list[Row[Any]]:
    """At a start: letters in the middle of whose sending the program died."""
    return list(conn.execute(select(letter).where(letter.c.state == "sending").order_by(letter.c.id)).all())


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
    """Letters that failed, whose outcome is unknown, that have waited since before a moment, or that no page has fetched."""
    unread = (letter.c.state == "handed") & (letter.c.made_at < before - UNREAD)
    old = or_(letter.c.next_at.isnot(None), letter.c.state == "sending") & (letter.c.made_at < before)
    query = (
        select(letter)
        .where(or_(letter.c.state.in_(("failed", "unknown")), old, unread))
        .order_by(letter.c.id)
        .limit(200)
    )
    return list(conn.execute(query).all())


def again(conn: Connection, letter_id: int, now: datetime) -> bool:
    """Send a failed or unknown letter again; false when there is none."""
    where = (letter.c.id == letter_id, letter.c.state.in_(("failed", "unknown", "waiting", "sending")))
    return (
        conn.execute(update(letter).where(*where).values(state="waiting", attempts=0, next_at=now, error=None)).rowcount
        == 1
    )


def counts(conn: Connection) -> dict[str, int]:
    """How many letters wait or failed, by state (the sent ones are not counted: there are too many)."""
    query = select(letter.c.state, func.count()).where(letter.c.next_at > EVER).group_by(letter.c.state)
    return {row[0]: row[1] for row in conn.execute(query).all()}


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
    agreed = account.c.consent.is_not(None)  # who has not agreed reads nothing of others either
    query = select(account.c.person_id).where(account.c.person_id.in_(person_ids), account.c.stopped.is_(None), agreed)
    return {row.person_id for row in conn.execute(query).all()}
