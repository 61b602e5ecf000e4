"""Announcements: one row each; every recipient's copy is a letter, whose `dedupe` names the announcement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from storage import outbox
from storage.models.letters import letter
from storage.models.people import announcement as table
from storage.models.people import group
from storage.upsert import new_id

TEMPLATE = "announcement"
_PIECE = 1000  # people in one question: databases take only so many values
_NEW = insert(table)


def reachable(conn: Connection, person_ids: Sequence[int]) -> set[int]:
    """Of these people, however many, those whom a letter reaches."""
    pieces = (list(person_ids[at : at + _PIECE]) for at in range(0, len(person_ids), _PIECE))
    return {person for piece in pieces for person in outbox.members_with_account(conn, piece)}


def groups_of(conn: Connection, unit_ids: set[int]) -> list[int]:
    """Ids of the live groups of these units and of their departments."""
    rows = conn.execute(select(group.c.id, group.c.unit_id).where(group.c.gone_at.is_(None)).order_by(group.c.id))
    return [row.id for row in rows if row.unit_id in unit_ids]


def put(conn: Connection, now: datetime, at: datetime, to: list[dict[str, int]], **values: Any) -> int:
    """The announcement and its letters, due `at`; returns its id. `to`: {"person_id": …} or {"group_id": …} each.

    `values`: author_id, unit_id, words, target.
    """
    made = new_id(conn, _NEW, {"recipients": len(to), "made_at": now, **values})
    common = {"template": TEMPLATE, "params": {"id": made}, "state": "waiting", "made_at": now, "next_at": at}
    common |= {"person_id": None, "group_id": None}
    letters = [common | whom | {"dedupe": f"{_key(made)}{_whom(whom)}"} for whom in to]
    if letters:
        conn.execute(insert(letter), letters)  # a new id: no other letter can have these keys
    return made


def _key(announcement_id: int) -> str:
    return f"announce:{announcement_id}:"


def _whom(to: dict[str, int]) -> str:
    return f"p{to['person_id']}" if "person_id" in to else f"g{to['group_id']}"


def get(conn: Connection, announcement_id: int) -> Row[Any] | None:
    """One announcement."""
    return conn.execute(select(table).where(table.c.id == announcement_id)).first()


def latest(conn: Connection, author_id: int, since: datetime, limit: int = 3) -> list[Row[Any]]:
    """What somebody announced since then, the latest first."""
    query = select(table).where(table.c.author_id == author_id, table.c.made_at >= since)
    return list(conn.execute(query.order_by(table.c.id.desc()).limit(limit)).all())


def states(conn: Connection, announcement_id: int) -> dict[str, int]:
    """How many of its letters are in each state."""
    theirs = (letter.c.template == TEMPLATE, letter.c.dedupe.like(f"{_key(announcement_id)}%"))
    query = select(letter.c.state, func.count()).where(*theirs).group_by(letter.c.state)
    return {row[0]: row[1] for row in conn.execute(query).all()}


def stop(conn: Connection, announcement_id: int, now: datetime) -> int:
    """Letters that wait are never sent; returns how many. One being sent at this moment still arrives."""
    conn.execute(
        update(table).where(table.c.id == announcement_id, table.c.stopped_at.is_(None)).values(stopped_at=now)
    )
    waiting = (letter.c.next_at > outbox.EVER, letter.c.state == "waiting", letter.c.template == TEMPLATE)
    theirs = letter.c.dedupe.like(f"{_key(announcement_id)}%")
    stopped = update(letter).where(*waiting, theirs).values(state="skipped", next_at=None, error="stopped")
    return conn.execute(stopped).rowcount


def purge(conn: Connection, before: datetime) -> int:
    """Past retention: gone; their letters have gone long before. Returns how many."""
    return conn.execute(delete(table).where(table.c.made_at < before)).rowcount
