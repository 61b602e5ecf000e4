"""Every update's unique key and its answer, until it is said (rule 2); and what an update is about, in one look."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, delete, insert, select, update

from storage.models import cases as case_tables
from storage.models import letters, people

KEPT = timedelta(days=8)

_account, _draft, _update = people.account, case_tables.draft, letters.update

# One statement finds the account, the interview it is in, and whether this update was here before.
_FIND = (
    select(
        _account.c.id,
        _account.c.person_id,
        _account.c.consent,
        _account.c.draft_id,
        _account.c.offered,
        _account.c.stopped,
        _account.c.used_at,
        _draft.c.form_hash,
        _draft.c.form_name,
        _draft.c.case_id,
        _draft.c.body,
        _update.c.key.label("seen"),
        _update.c.answer,
    )
    .select_from(
        _account.outerjoin(
            _draft, and_(_draft.c.id == _account.c.draft_id, _draft.c.person_id == _account.c.person_id)
        ).outerjoin(
            _update,
            and_(
                _update.c.channel == bindparam("channel"),
                _update.c.bot == bindparam("bot"),
                _update.c.key == bindparam("key"),
            ),
        )
    )
    .where(
        _account.c.channel == bindparam("channel"),
        _account.c.bot == bindparam("bot"),
        _account.c.user == bindparam("user"),
    )
    .with_for_update(
        of=_account
    )  # PostgreSQL: updates of one account one after the other; SQLite has one writer anyway
)
_SEEN = select(_update.c.key, _update.c.answer).where(
    _update.c.channel == bindparam("channel"), _update.c.bot == bindparam("bot"), _update.c.key == bindparam("key")
)
_PUT = insert(_update)
_SAID = (
    update(_update)
    .where(
        _update.c.channel == bindparam("c"),
        _update.c.bot == bindparam("b"),
        _update.c.key == bindparam("k"),
    )
    .values(answer=None, next_at=None)
)


def find(conn: Connection, channel: str, bot: str, user: str, key: str) -> Any:
    """The account with its open interview; `.seen` is set when the update was here before. None for a stranger."""
    return conn.execute(_FIND, {"channel": channel, "bot": bot, "user": user, "key": key}).first()


def seen(conn: Connection, channel: str, bot: str, key: str) -> Any:
    """The update's row if it was here before."""
    return conn.execute(_SEEN, {"channel": channel, "bot": bot, "key": key}).first()


def put(
    conn: Connection,
    channel: str,
    bot: str,
    key: str,
    now: datetime,
    answer: Any,
    next_at: datetime | None,
    failed: str | None = None,
) -> None:
    """Remember the update and what is to be said. Raises IntegrityError when it was here before (two at once)."""
    row = {
        "channel": channel,
        "bot": bot,
        "key": key,
        "at": now,
        "answer": answer,
        "next_at": next_at,
        "failed": failed,
    }
    conn.execute(_PUT, row)


def said(conn: Connection, keys: list[tuple[str, str, str]]) -> None:
    """These updates' answers have been said: forget the words."""
    conn.execute(_SAID, [{"c": channel, "b": bot, "k": key} for channel, bot, key in keys])


def unsaid(conn: Connection, now: datetime, limit: int = 50) -> list[Row[Any]]:
    """Answers whose time to be said (again) has come."""
    query = select(_update).where(_update.c.next_at <= now).order_by(_update.c.next_at).limit(limit)
    return list(conn.execute(query).all())


def postpone(
    conn: Connection, channel: str, bot: str, key: str, attempts: int, next_at: datetime | None, answer: Any
) -> None:
    """Not said: try again at `next_at`, or (none) never, and then the words are dropped."""
    conn.execute(
        update(_update)
        .where(_update.c.channel == channel, _update.c.bot == bot, _update.c.key == key)
        .values(attempts=attempts, next_at=next_at, answer=answer if next_at else None)
    )


def purge(conn: Connection, now: datetime) -> int:
    """Forget the keys no messenger repeats any more. Returns how many."""
    return conn.execute(delete(_update).where(_update.c.at < now - KEPT, _update.c.next_at.is_(None))).rowcount
