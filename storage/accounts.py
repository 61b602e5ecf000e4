"""Accounts, invites, consents: which chat account is which person of the roster."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, or_, select, update

from storage.models import people
from storage.upsert import insert_into

_account, _invite = people.account, people.invite

_CHANGE = update(_account).where(_account.c.id == bindparam("which"))
_OF_PERSON = (
    select(_account)
    .where(_account.c.person_id == bindparam("person"))
    .order_by(_account.c.used_at.desc(), _account.c.id.desc())
)


def code_hash(code: str) -> str:
    """What is stored of a one-time code: never the code itself."""
    return hashlib.sha256(code.encode()).hexdigest()


def tie(conn: Connection, channel: str, bot: str, user: str, person_id: int, now: datetime) -> None:
    """This account is this person from now on (consent is asked anew when it was another's)."""
    row = {"channel": channel, "bot": bot, "user": user, "person_id": person_id, "tied_at": now, "used_at": now}
    statement = insert_into(conn, _account).values(**row)
    fresh = {
        "person_id": person_id,
        "tied_at": now,
        "used_at": now,
        "consent": None,
        "draft_id": None,
        "offered": None,
        "stopped": None,
    }
    conn.execute(statement.on_conflict_do_update(index_elements=["channel", "bot", "user"], set_=fresh))


def find(conn: Connection, channel: str, bot: str, user: str) -> Row[Any] | None:
    """The account."""
    where = (_account.c.channel == channel, _account.c.bot == bot, _account.c.user == user)
    return conn.execute(select(_account).where(*where)).first()


def change(conn: Connection, account_id: int, **values: Any) -> None:
    """Set columns of an account."""
    conn.execute(_CHANGE, {"which": account_id, **values})


def of_person(conn: Connection, person_id: int) -> list[Row[Any]]:
    """The person's accounts, the one last used first."""
    return list(conn.execute(_OF_PERSON, {"person": person_id}).all())


def everybody(conn: Connection) -> list[Row[Any]]:
    """All accounts, by person."""
    return list(conn.execute(select(_account).order_by(_account.c.person_id, _account.c.id)).all())


def stop(conn: Connection, channel: str, bot: str, user: str, why: str | None) -> int | None:
    """The account cannot be reached (`why`) or can again (none). Returns its person."""
    where = (_account.c.channel == channel, _account.c.bot == bot, _account.c.user == user)
    conn.execute(update(_account).where(*where).values(stopped=why))
    row = conn.execute(select(_account.c.person_id).where(*where)).first()
    return row.person_id if row else None


def consented(conn: Connection, values: dict[str, Any]) -> None:
    """The proof of an answer to the consent question."""
    conn.execute(insert(people.consent).values(**values))


def put_invite(conn: Connection, code: str, now: datetime, expires: datetime, **whom: Any) -> None:
    """A one-time code for a person (`person_id`) or a group (`unit_id`, `department_id`, `mode`)."""
    conn.execute(insert(_invite).values(code_hash=code_hash(code), made_at=now, expires_at=expires, **whom))


def invite(conn: Connection, code: str, now: datetime) -> Row[Any] | None:
    """The invite of a code that can still be used."""
    query = select(_invite).where(
        _invite.c.code_hash == code_hash(code),
        _invite.c.used_at.is_(None),
        _invite.c.revoked_at.is_(None),
        _invite.c.expires_at > now,
    )
    return conn.execute(query).first()


def use_invite(conn: Connection, invite_id: int, now: datetime) -> bool:
    """Take it; false when someone was faster."""
    statement = update(_invite).where(_invite.c.id == invite_id, _invite.c.used_at.is_(None)).values(used_at=now)
    return conn.execute(statement).rowcount == 1


def renew(conn: Connection, person_id: int, now: datetime) -> None:
    """Unused codes of a person are void once a new one is made."""
    conn.execute(
        update(_invite)
        .where(_invite.c.person_id == person_id, _invite.c.used_at.is_(None), _invite.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def purge_invites(conn: Connection, before: datetime) -> int:
    """Forget codes spent or expired long ago."""
    return conn.execute(delete(_invite).where(or_(_invite.c.expires_at < before, _invite.c.used_at < before))).rowcount
