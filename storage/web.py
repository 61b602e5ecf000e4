"""Web sessions and the bubbles of the web chat: what its page has still to fetch and what it shows after a reload."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, exists, func, or_, select, update

from storage.models.people import web_message, web_session
from storage.upsert import insert_into

SESSION_LIFE = timedelta(days=90)
KEEP_BUBBLES = timedelta(days=30)
Body = dict[str, Any]
_m = web_message.c


@dataclass(frozen=True, slots=True)
class Bubble:
    """One row for the page. `edits` is the bubble it changes (0: none), `own` the key of a person's own update."""

    id: int
    chat: str
    body: Body
    edits: int
    own: str
    at: datetime


def _bubble(row: Row[Any]) -> Bubble:
    return Bubble(row.id, row.chat, row.body, row.edits or 0, row.own_key or "", row.made_at)


def open_session(conn: Connection, token_hash: str, user: str, now: datetime) -> str:
    """Starts a session and returns its user; a session that this token opened before keeps the user it has."""
    fresh = {"token_hash": token_hash, "user": user, "made_at": now, "expires_at": now + SESSION_LIFE}
    conn.execute(insert_into(conn, web_session).values(fresh).on_conflict_do_nothing(index_elements=["token_hash"]))
    return str(conn.scalar(select(web_session.c.user).where(web_session.c.token_hash == token_hash)))


def session_user(conn: Connection, token_hash: str, now: datetime) -> str:
    """The user a token stands for; empty when it is unknown or has run out."""
    alive = select(web_session.c.user).where(web_session.c.token_hash == token_hash, web_session.c.expires_at > now)
    return conn.scalar(alive) or ""


def prolong_session(conn: Connection, token_hash: str, now: datetime) -> None:
    """Ninety more days for someone who uses the page; written at most once a day."""
    stale = web_session.c.expires_at < now + SESSION_LIFE - timedelta(days=1)
    conn.execute(
        update(web_session)
        .where(web_session.c.token_hash == token_hash, web_session.c.expires_at > now, stale)
        .values(expires_at=now + SESSION_LIFE)
    )


def close_session(conn: Connection, token_hash: str) -> None:
    """The person leaves on this device; the account stays tied."""
    conn.execute(delete(web_session).where(web_session.c.token_hash == token_hash))


def has_session(conn: Connection, user: str, now: datetime) -> bool:
    """Whether any device of this user can still fetch a letter."""
    alive = (web_session.c.user == user) & (web_session.c.expires_at > now)
    return bool(conn.scalar(select(exists().where(alive))))


def add(conn: Connection, chat: str, body: Body, now: datetime, letter: int = 0) -> tuple[Bubble, bool]:
    """Stores something to show: the bubble, and whether it is new.

    A letter may be sent again when its first sending was not recorded; the same words of the same letter are then the
    bubble that is already there. One letter may be several bubbles, so its id alone does not tell.
    """
    if letter:
        earlier = select(web_message).where(_m.letter_id == letter, _m.chat == chat, _m.edits.is_(None))
        for row in conn.execute(earlier):
            if row.body == body:
                return _bubble(row), False
    values = {"chat": chat, "body": body, "letter_id": letter or None, "made_at": now}
    return _insert(conn, values), True


def change(conn: Connection, chat: str, message: int, body: Body, now: datetime, letter: int = 0) -> Bubble | None:
    """Rewrites a bubble and stores the change as a row of its own, so that a page that was away learns of it.

    Raises `LookupError` when the chat has no such bubble; returns none when it already reads like this. A body without
    text and photos changes the buttons only.
    """
    mine = (_m.id == message) & (_m.chat == chat) & _m.edits.is_(None) & _m.own_key.is_(None)
    before = conn.scalar(select(_m.body).where(mine))
    if before is None:
        raise LookupError("no such bubble")
    if not body.get("text") and not body.get("photos"):
        body = {**before, "buttons": body.get("buttons", [])}
    if before == body:
        return None
    conn.execute(update(web_message).where(mine).values(body=body))
    return _insert(conn, {"chat": chat, "body": body, "edits": message, "letter_id": letter or None, "made_at": now})


def keep_own(conn: Connection, key: str, chat: str, body: Body, now: datetime) -> None:
    """Keeps a person's own bubble under its update's key; a repeat changes nothing."""
    values = {"chat": chat, "body": body, "own_key": key, "made_at": now, "fetched_at": now}
    conn.execute(insert_into(conn, web_message).values(values).on_conflict_do_nothing(index_elements=["own_key"]))


def change_own(conn: Connection, before: str, key: str, text: str, now: datetime) -> None:
    """A person corrected their own words (update `key` corrects update `before`); nothing when those were not kept."""
    old = conn.execute(select(web_message).where(_m.own_key == before)).first()
    if old is None:
        return
    body = {**old.body, "text": text, "edited": True}
    conn.execute(update(web_message).where(_m.id == old.id).values(body=body))
    values = {"chat": old.chat, "body": body, "edits": old.id, "own_key": key, "made_at": now, "fetched_at": now}
    conn.execute(insert_into(conn, web_message).values(values).on_conflict_do_nothing(index_elements=["own_key"]))


def own(conn: Connection, key: str) -> Bubble | None:
    """The kept bubble of an update, if its words were kept."""
    row = conn.execute(select(web_message).where(_m.own_key == key)).first()
    return _bubble(row) if row else None


def _insert(conn: Connection, values: dict[str, Any]) -> Bubble:
    row = conn.execute(web_message.insert().values(values).returning(web_message)).one()
    return _bubble(row)


def last(conn: Connection, chat: str, count: int = 50) -> tuple[list[Bubble], int]:
    """The chat's last bubbles as they read now, oldest first, and the id after which news begins."""
    shown = select(web_message).where(_m.chat == chat, _m.edits.is_(None)).order_by(_m.id.desc()).limit(count)
    bubbles = [_bubble(row) for row in conn.execute(shown)][::-1]
    newest = conn.scalar(select(func.max(_m.id)).where(_m.chat == chat)) or 0
    return bubbles, newest


def news(conn: Connection, chats: Collection[str], after: int, count: int = 200) -> list[Bubble]:
    """What came after `after`, and before it whatever no page has confirmed, oldest first, at most `count` rows.

    PostgreSQL may commit number 8 before number 7, so a position alone could skip a row for good.
    """
    wanted = select(web_message).where(_m.chat.in_(chats), or_(_m.id > after, _m.fetched_at.is_(None)))
    return [_bubble(row) for row in conn.execute(wanted.order_by(_m.id).limit(count))]


def fetched(conn: Connection, ids: Iterable[int], chats: Collection[str], now: datetime) -> list[int]:
    """Marks rows of these chats as fetched; returns the letters of which by this no part is outstanding any more."""
    due = (_m.id.in_(list(ids))) & _m.chat.in_(chats) & _m.fetched_at.is_(None)
    done = conn.execute(update(web_message).where(due).values(fetched_at=now).returning(_m.letter_id))
    letters = {row.letter_id for row in done if row.letter_id}
    if not letters:
        return []
    open_parts = select(_m.letter_id).where(_m.letter_id.in_(letters), _m.fetched_at.is_(None))
    return sorted(letters - set(conn.scalars(open_parts)))


def has_all_of(conn: Connection, letter: int) -> bool:
    """Whether a page has fetched every bubble of a letter; until the commit no page can confirm one."""
    parts = conn.execute(select(_m.fetched_at).where(_m.letter_id == letter).with_for_update()).all()
    return bool(parts) and all(part.fetched_at is not None for part in parts)


def forget_since(conn: Connection, chat: str, since: datetime) -> None:
    """Deletes a private chat's bubbles from a moment on: they echo the fragments of what turned out a denunciation."""
    conn.execute(delete(web_message).where(_m.chat == chat, _m.made_at >= since, _m.letter_id.is_(None)))


def purge(conn: Connection, now: datetime) -> None:
    """Drops fetched bubbles after thirty days, and sessions that have run out."""
    old = (_m.made_at < now - KEEP_BUBBLES) & _m.fetched_at.is_not(None)
    conn.execute(delete(web_message).where(old))
    conn.execute(delete(web_session).where(web_session.c.expires_at < now))
