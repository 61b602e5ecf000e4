"""One-time links to pages that show more than a chat can, and the browsers that opened them. Only hashes are kept."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, or_, select, update

from storage.accounts import code_hash
from storage.models.people import page_link, page_session
from storage.upsert import insert_into

LINK = timedelta(minutes=30)
SESSION = timedelta(hours=12)


def make_link(conn: Connection, code: str, person_id: int, page: str, now: datetime) -> None:
    """A code that opens a page once."""
    row = {"code_hash": code_hash(code), "person_id": person_id, "page": page, "made_at": now, "expires_at": now + LINK}
    conn.execute(insert(page_link).values(**row))


def enter(conn: Connection, code: str, token_hash: str, page: str, now: datetime) -> int | None:
    """Spend a code for a session of this browser; its person, or none. The same browser asking again is let in again."""
    known = person(conn, token_hash, page, now)
    if known is not None:
        return known
    fits = (page_link.c.code_hash == code_hash(code), page_link.c.page == page)
    fresh = (page_link.c.used_at.is_(None), page_link.c.expires_at > now)
    spent = update(page_link).where(*fits, *fresh).values(used_at=now).returning(page_link.c.person_id)
    row = conn.execute(spent).first()
    if row is None:
        return None
    session = {"token_hash": token_hash, "person_id": row.person_id, "page": page, "made_at": now}
    opened = insert_into(conn, page_session).values(**session, expires_at=now + SESSION)
    conn.execute(opened.on_conflict_do_nothing(index_elements=["token_hash"]))
    return int(row.person_id)


def person(conn: Connection, token_hash: str, page: str, now: datetime) -> int | None:
    """Whose browser this is, while its session lasts."""
    found = select(page_session.c.person_id).where(
        page_session.c.token_hash == token_hash, page_session.c.page == page, page_session.c.expires_at > now
    )
    return conn.execute(found).scalar()


def purge(conn: Connection, now: datetime) -> None:
    """Forget what can open nothing any more."""
    conn.execute(delete(page_link).where(or_(page_link.c.expires_at < now, page_link.c.used_at.is_not(None))))
    conn.execute(delete(page_session).where(page_session.c.expires_at < now))
