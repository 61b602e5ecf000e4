"""What is kept of a person, who looked at it, what they ask about it, and its end (Law 91/2025/QH15)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, String, cast, delete, func, insert, null, select, update

from storage.models import cases, people, registry
from storage.models.letters import letter
from storage.upsert import insert_into, new_id

_log, _request = people.access_log, people.data_request
_LOGGED = insert(_log)
_REQUESTED = insert(_request)
FAREWELL = "data:"  # and the request's number: the key of the letter that answers it
ON_ITS_WAY = ("waiting", "claimed", "sending", "handed")
OPENINGS = ("open", "files", "table")


def log(conn: Connection, now: datetime, person_id: int | None, channel: str, action: str, **about: int | None) -> None:
    """A row of the access log: who did what. `about`: `case_id` (which case), `about_id` (whom it concerns)."""
    conn.execute(_LOGGED, {"at": now, "person_id": person_id, "channel": channel, "action": action, **about})


def opened(conn: Connection, case_id: int) -> list[Row[Any]]:
    """Who opened a case, first first: at, person_id, channel, action."""
    return list(conn.execute(select(_log).where(_log.c.case_id == case_id).order_by(_log.c.id)).all())


def looks(conn: Connection, person_id: int, since: datetime) -> tuple[int, int]:
    """How often a person's reports were opened by others since then, and by how many people."""
    mine = select(cases.case.c.id).where(cases.case.c.reporter_id == person_id)
    query = select(func.count(), func.count(_log.c.person_id.distinct())).where(
        _log.c.case_id.in_(mine), _log.c.at >= since, _log.c.action.in_(OPENINGS), _log.c.person_id != person_id
    )
    row = conn.execute(query).one()
    return int(row[0]), int(row[1])


def counts(conn: Connection, person_id: int) -> dict[str, int]:
    """Of a person: `reports` sent, `drafts` not sent, `files` given with reports and answers."""
    tables = {
        "reports": (cases.case, cases.case.c.reporter_id),
        "drafts": (cases.draft, cases.draft.c.person_id),
        "files": (cases.file, cases.file.c.person_id),
    }
    return {
        name: int(conn.execute(select(func.count()).select_from(table).where(column == person_id)).scalar_one())
        for name, (table, column) in tables.items()
    }


def proofs(conn: Connection, person_id: int) -> list[Row[Any]]:
    """A person's answers to the consent question, first first, each with the `text` it was given to (none: not kept)."""
    texts = people.consent_text
    query = (
        select(people.consent, texts.c.text)
        .select_from(people.consent.outerjoin(texts, texts.c.hash == people.consent.c.text_hash))
        .where(people.consent.c.person_id == person_id)
        .order_by(people.consent.c.id)
    )
    return list(conn.execute(query).all())


def keep_text(conn: Connection, text_hash: str, text: str) -> None:
    """The text a consent was given to, once: a hash alone would prove nothing after a setting has changed."""
    row = {"hash": text_hash, "text": text}
    conn.execute(insert_into(conn, people.consent_text).values(row).on_conflict_do_nothing(index_elements=["hash"]))


# What a person asks about their own data.


def ask(conn: Connection, **row: Any) -> int:
    """A request (see `storage.models.people.data_request`); returns its number."""
    return new_id(conn, _REQUESTED, {"state": "open", **row})


def get(conn: Connection, request_id: int) -> Row[Any] | None:
    """One request, held until the commit: it is answered once."""
    return conn.execute(select(_request).where(_request.c.id == request_id).with_for_update()).first()


def requests(conn: Connection, *, still_open: bool = True) -> list[Row[Any]]:
    """Requests, those due first; with `still_open` only those nobody has answered."""
    query = select(_request).order_by(_request.c.due_at, _request.c.id)
    return list(conn.execute(query.where(_request.c.state == "open") if still_open else query).all())


def waiting(conn: Connection, person_id: int, kind: str) -> Row[Any] | None:
    """The person's unanswered request of that kind: asked twice it is still one."""
    query = select(_request).where(_request.c.person_id == person_id, _request.c.kind == kind)
    return conn.execute(query.where(_request.c.state == "open").order_by(_request.c.id)).first()


def of_person(conn: Connection, person_id: int) -> list[Row[Any]]:
    """The person's own requests that nobody has answered."""
    query = select(_request).where(_request.c.person_id == person_id, _request.c.state == "open")
    return list(conn.execute(query.order_by(_request.c.id)).all())


def late(conn: Connection, now: datetime) -> list[Row[Any]]:
    """Requests without an answer whose time for the first one is up."""
    query = select(_request).where(_request.c.state == "open", _request.c.reply_by < now)
    return list(conn.execute(query.order_by(_request.c.id)).all())


def settle(conn: Connection, request_id: int, **values: Any) -> None:
    """Answered (`state` done or refused), or its time is longer now (`due_at`)."""
    conn.execute(update(_request).where(_request.c.id == request_id).values(**values))


def untell(conn: Connection, person_id: int) -> None:
    """What the person wrote in their requests goes; that they asked stays."""
    conn.execute(update(_request).where(_request.c.person_id == person_id).values(words=None))


# The end.


def withdraw(conn: Connection, person_id: int) -> int:
    """No account of theirs has agreed any more; what they have not sent is gone. Returns how many drafts that was."""
    accounts = update(people.account).where(people.account.c.person_id == person_id)
    conn.execute(accounts.values(consent=None, draft_id=None, offered=null()))
    return conn.execute(delete(cases.draft).where(cases.draft.c.person_id == person_id)).rowcount


def open_cases(conn: Connection, person_id: int, states: Sequence[str]) -> list[str]:
    """Codes of cases in these states that the person reported or holds."""
    case = cases.case
    theirs = (case.c.reporter_id == person_id) | (case.c.holder_id == person_id)
    query = select(case.c.code).where(theirs, case.c.state.in_(states)).order_by(case.c.id)
    return list(conn.execute(query).scalars())


def erase(conn: Connection, person_id: int, name: str, now: datetime) -> None:
    """The person is nobody any more: no name, phone or office. Their accounts stay until they have been told (`untie`).

    The code goes too, so that a workbook that still names them makes a new person and brings nothing of this one back.
    """
    table = registry.person
    values = {"name": name, "phone": None, "phone_mark": None, "code": f"xoa-{person_id}"}
    conn.execute(update(table).where(table.c.id == person_id).values(**values))
    role = registry.role
    conn.execute(delete(role).where(role.c.person_id == person_id))
    for column in (role.c.superior_id, role.c.substitute_id):
        conn.execute(update(role).where(column == person_id).values({column: None}))
    leave = registry.absence
    conn.execute(delete(leave).where((leave.c.person_id == person_id) | (leave.c.substitute_id == person_id)))
    changed = registry.registry_version
    conn.execute(update(changed).values(version=changed.c.version + 1, changed_at=now))


def untie(conn: Connection, person_id: int) -> int:
    """Their accounts are nobody's, their browsers are signed out, their bubbles are gone. Returns how many accounts."""
    account = people.account
    users = list(
        conn.execute(
            select(account.c.user).where(account.c.person_id == person_id, account.c.channel == "web")
        ).scalars()
    )
    conn.execute(delete(people.web_session).where(people.web_session.c.user.in_(users)))
    conn.execute(delete(people.web_message).where(people.web_message.c.chat.in_(users)))
    for table in (people.page_session, people.page_link, people.invite):
        conn.execute(delete(table).where(table.c.person_id == person_id))
    return conn.execute(delete(account).where(account.c.person_id == person_id)).rowcount


def to_untie(conn: Connection) -> list[Row[Any]]:
    """Answered requests to delete whose person still has an account: person_id, answered_at, `waits` (the letter that says so)."""
    has_account = select(people.account.c.id).where(people.account.c.person_id == _request.c.person_id).exists()
    key = FAREWELL + cast(_request.c.id, String)
    waits = select(letter.c.id).where(letter.c.dedupe == key, letter.c.state.in_(ON_ITS_WAY)).exists()
    query = select(_request.c.person_id, _request.c.answered_at, waits.label("waits"))
    return list(conn.execute(query.where(_request.c.kind == "delete", _request.c.state == "done", has_account)).all())
