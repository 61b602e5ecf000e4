"""Every update's unique key and its answer, until it is said (rule 2); and what an update is about, in one look."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Row, and_, bindparam, delete, insert, null, select, update

from storage.hot import Hot
from storage.models import cases as case_tables
from storage.models import letters, people
from storage.models.base import opened

KEPT = timedelta(days=8)

_account, _draft, _update = people.account, case_tables.draft, letters.update
_THIS = and_(
    # Not the columns' own names: in an UPDATE Core takes those for values to set.
    _update.c.channel == bindparam("its_channel"),
    _update.c.bot == bindparam("its_bot"),
    _update.c.key == bindparam("its_key"),
)

# One statement finds the account, the interview it is in, and whether this update was here before.
_FIND = Hot(
    select(
        _account.c.id,
        _account.c.person_id,
        _account.c.consent,
        _account.c.draft_id,
        _account.c.offered,
        _account.c.stopped,
        _account.c.used_at,
        _draft.c.form_hash,
        _draft.c.case_id,
        _draft.c.body,
        _update.c.key,
        _update.c.answer,
    )
    .select_from(
        _account.outerjoin(
            _draft, and_(_draft.c.id == _account.c.draft_id, _draft.c.person_id == _account.c.person_id)
        ).outerjoin(_update, _THIS)
    )
    .where(
        _account.c.channel == bindparam("its_channel"),
        _account.c.bot == bindparam("its_bot"),
        _account.c.user == bindparam("its_user"),
    )
)
# PostgreSQL: updates of one account one after the other. In a statement of its own, for one that waits for the lock goes
# on with what it had read before: the second photo of an album would overwrite the first. SQLite has one writer anyway.
_LOCK = (
    select(_account.c.id)
    .where(
        _account.c.channel == bindparam("its_channel"),
        _account.c.bot == bindparam("its_bot"),
        _account.c.user == bindparam("its_user"),
    )
    .with_for_update()
)
_SEEN = Hot(select(_update.c.key, _update.c.answer).where(_THIS))
_COLUMNS = ("channel", "bot", "key", "at", "answer", "next_at", "failed", "attempts")
_PUT = Hot(insert(_update), _COLUMNS)
_SAID = Hot(update(_update).where(_THIS).values(answer=null(), next_at=null()))


class Found(NamedTuple):
    """An account with its open interview (`form_hash`, `case_id`, `body`); `seen` when the update was here before."""

    id: int
    person_id: int
    consent: str | None
    draft_id: int | None
    offered: Any
    stopped: str | None
    used_at: datetime
    form_hash: str | None
    case_id: int | None
    body: Any
    seen: str | None
    answer: Any


class Seen(NamedTuple):
    """An update that was here before, with what of its answer is unsaid."""

    seen: str
    answer: Any


def find(conn: Connection, channel: str, bot: str, user: str, key: str) -> Found | None:
    """The account an update comes from; none for a stranger."""
    if conn.dialect.name != "sqlite":
        conn.execute(_LOCK, {"its_channel": channel, "its_bot": bot, "its_user": user})
    row = _FIND.run(conn, {"its_channel": channel, "its_bot": bot, "its_user": user, "its_key": key}).fetchone()
    if row is None:
        return None
    id_, person, consent, draft, offered, stopped, used, form, case, body, seen_, answer = row
    return Found(
        id_, person, consent, draft, _json(offered), stopped, _aware(used), form, case, _json(body), seen_, _json(answer)
    )  # fmt: skip


def seen(conn: Connection, channel: str, bot: str, key: str) -> Seen | None:
    """The update's row if it was here before."""
    row = _SEEN.run(conn, {"its_channel": channel, "its_bot": bot, "its_key": key}).fetchone()
    return Seen(row[0], _json(row[1])) if row is not None else None


def _aware(value: Any) -> datetime:
    """SQLite's driver gives a time as text without its zone, which is UTC."""
    return datetime.fromisoformat(value).replace(tzinfo=UTC) if isinstance(value, str) else value


def _json(value: Any) -> Any:
    """SQLite's driver gives JSON as text and sealed as it lies there, Core as what it means."""
    return opened(orjson.loads(value)) if isinstance(value, str) else value


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
    """Remember the update and what is to be said. Raises when it was here before (two at once)."""
    row = (channel, bot, key, now, answer, next_at, failed, 0)
    _PUT.run(conn, dict(zip(_COLUMNS, row, strict=True)))


def said(conn: Connection, keys: list[tuple[str, str, str]]) -> None:
    """These updates' answers have been said: forget the words."""
    _SAID.run_many(conn, [{"its_channel": channel, "its_bot": bot, "its_key": key} for channel, bot, key in keys])


def free(conn: Connection) -> int:
    """At a start: whoever was saying these is dead, so nobody waits; said in the order they came. Returns how many."""
    saying = update(_update).where(_update.c.next_at.isnot(None), _update.c.attempts == 0)
    return conn.execute(saying.values(next_at=_update.c.at)).rowcount


def unsaid(conn: Connection, now: datetime, limit: int = 50) -> list[Row[Any]]:
    """Answers whose time to be said (again) has come, first first."""
    query = select(_update).where(_update.c.next_at <= now).order_by(_update.c.next_at, _update.c.at).limit(limit)
    return list(conn.execute(query).all())


def forget_answers(conn: Connection, channel: str, bot: str, chat: str) -> None:
    """Drop what a chat has still to be told: answers repeat what was said (rule 14). Few answers wait at any time."""
    waiting = select(_update).where(_update.c.next_at.is_not(None), _update.c.channel == channel, _update.c.bot == bot)
    for row in conn.execute(waiting).all():
        if any(message["to"][2] == chat for message in row.answer or ()):
            postpone(conn, channel, bot, row.key, row.attempts, None, None)


def postpone(
    conn: Connection, channel: str, bot: str, key: str, attempts: int, next_at: datetime | None, answer: Any
) -> None:
    """Not said: try again at `next_at`, or (none) never, and then the words are dropped."""
    conn.execute(
        update(_update)
        .where(_update.c.channel == channel, _update.c.bot == bot, _update.c.key == key)
        .values(attempts=attempts, next_at=next_at, answer=answer if next_at else null())
    )


def purge(conn: Connection, now: datetime) -> int:
    """Forget the keys no messenger repeats any more. Returns how many."""
    return conn.execute(delete(_update).where(_update.c.at < now - KEPT, _update.c.next_at.is_(None))).rowcount
