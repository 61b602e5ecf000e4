"""One-time codes that tie a chat account to a person of the roster; taken back, and accounts untied with all they opened."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from handlers.people import ALPHABET, CODE_LENGTH
from storage import accounts, privacy

VALID: Final = timedelta(days=14)


def new_code() -> str:
    """About 48 bits from an alphabet that can be read aloud."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def shown(code: str) -> str:
    """As it is printed: two halves."""
    return f"{code[:5]}-{code[5:]}"


def make(conn: Connection, person_id: int, now: datetime) -> str:
    """A code for a person; those they did not use are void from now on."""
    code = new_code()
    accounts.renew(conn, person_id, now)
    accounts.put_invite(conn, code, now, now + VALID, person_id=person_id)
    return code


def untie(conn: Connection, person_id: int, now: datetime, *, by: int | None, channel: str) -> int:
    """A lost phone: every account of the person is a stranger's again, its web sessions and pages end, codes are void.

    Drafts stay for whoever comes in as this person next. Returns how many accounts there were; `by` none is the command
    line.
    """
    accounts.renew(conn, person_id, now)
    privacy.log(conn, now, by, channel, "untie", about_id=person_id)
    return privacy.untie(conn, person_id)
