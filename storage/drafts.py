"""Unfinished interviews; they survive a restart and wait until sent, thrown away or past the retention months."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from storage.hot import Hot
from storage.models import people
from storage.models.cases import draft
from storage.upsert import new_id

_NEW = insert(draft)
# By the draft's person first: that column is indexed, `draft_id` is not, and a province has thousands of accounts.
_LEAVE = (
    update(people.account)
    .where(
        people.account.c.person_id
        == select(draft.c.person_id).where(draft.c.id == bindparam("which")).scalar_subquery(),
        people.account.c.draft_id == bindparam("which"),
    )
    .values(draft_id=None)
)
_DROP = delete(draft).where(draft.c.id == bindparam("which"))
_SAVE = Hot(
    update(draft)
    .where(draft.c.id == bindparam("which"))
    .values(
        body=bindparam("new_body", type_=draft.c.body.type),
        changed_at=bindparam("now", type_=draft.c.changed_at.type),
    )
)


def make(
    conn: Connection, person_id: int, form_hash: str, form_name: str, case_id: int | None, body: Any, now: datetime
) -> int:
    """A new draft; returns its id."""
    row = {"person_id": person_id, "form_hash": form_hash, "form_name": form_name, "case_id": case_id, "body": body}
    return new_id(conn, _NEW, row | {"made_at": now, "changed_at": now})


def save(conn: Connection, draft_id: int, body: Any, now: datetime) -> None:
    """What it says now."""
    _SAVE.run(conn, {"which": draft_id, "new_body": body, "now": now})


def drop(conn: Connection, draft_id: int) -> bool:
    """Gone, also from every account that was in it; whether it was there."""
    conn.execute(_LEAVE, {"which": draft_id})
    return conn.execute(_DROP, {"which": draft_id}).rowcount == 1


def get(conn: Connection, draft_id: int, person_id: int) -> Row[Any] | None:
    """The person's own draft."""
    return conn.execute(select(draft).where(draft.c.id == draft_id, draft.c.person_id == person_id)).first()


def of_person(conn: Connection, person_id: int, limit: int = 10) -> list[Row[Any]]:
    """The person's drafts, the latest first."""
    query = select(draft).where(draft.c.person_id == person_id).order_by(draft.c.changed_at.desc()).limit(limit)
    return list(conn.execute(query).all())


def purge(conn: Connection, before: datetime) -> int:
    """Past retention: gone. Returns how many."""
    old = select(draft.c.id).where(draft.c.changed_at < before)
    conn.execute(update(people.account).where(people.account.c.draft_id.in_(old)).values(draft_id=None))
    return conn.execute(delete(draft).where(draft.c.changed_at < before)).rowcount
