"""The end of what was kept long enough: a closed case loses its words, its people and its pictures, and stays countable.

Nothing else changes a row of `history`. What is deleted is made unreadable by the app's purge (DESIGN rule 14).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, exists, null, select, update

from storage.models import cases, letters, people
from storage.upsert import insert_into

_case, _file, _letter = cases.case, cases.file, letters.letter
KEPT_ANSWERS = ("category", "field", "kind", "hamlet", "urgency", "households", "since", "source", "money", "land")
"""Answers that name nobody and are counted."""
SETTLED = ("sent", "skipped")


def closed(conn: Connection, unit_id: int, before: datetime, limit: int) -> list[Row[Any]]:
    """Cases of a commune closed before a moment and still readable, oldest first."""
    query = select(_case).where(_case.c.unit_id == unit_id, _case.c.closed_at < before, ~_done())
    return list(conn.execute(query.order_by(_case.c.closed_at).limit(limit)).all())


def of_reporter(conn: Connection, person_id: int) -> list[Row[Any]]:
    """A person's closed cases that are still readable."""
    query = select(_case).where(_case.c.reporter_id == person_id, _case.c.closed_at.is_not(None), ~_done())
    return list(conn.execute(query.order_by(_case.c.id)).all())


def _done() -> Any:
    """Anonymised, and not answered once more since: those words have their own time."""
    found = cases.anonymised.c
    return exists(select(found.case_id).where(found.case_id == _case.c.id, found.at >= _case.c.closed_at))


def anonymise(conn: Connection, case: Any, title: str, story: str, now: datetime, months: int | None) -> None:
    """`title` and `story` stand where the words stood; `months` is the rule (none: the person asked)."""
    proof = insert_into(conn, cases.anonymised).values(case_id=case.id, at=now, months=months)
    again = {"at": now, "months": months}
    conn.execute(proof.on_conflict_do_update(index_elements=["case_id"], set_=again))
    answers = {name: case.answers[name] for name in KEPT_ANSWERS if name in (case.answers or {})}
    values: dict[str, Any] = {"title": title, "place": None, "lat": None, "lon": None, "contact": None, "folded": ""}
    values |= {"answers": answers | {"story": story}, "version": case.version + 1}
    conn.execute(update(_case).where(_case.c.id == case.id).values(**values))
    moves = cases.history
    conn.execute(update(moves).where(moves.c.case_id == case.id).values(words=None))
    gone = {"state": "gone", "shown": False, "name": None, "ref": "", "next_at": None}
    conn.execute(update(_file).where(_file.c.case_id == case.id).values(**gone))
    told = select(_letter.c.id).where(_letter.c.case_id == case.id)
    conn.execute(delete(people.web_message).where(people.web_message.c.letter_id.in_(told)))
    conn.execute(update(_letter).where(_letter.c.case_id == case.id).values(params=null()))
    conn.execute(delete(cases.draft).where(cases.draft.c.case_id == case.id))


def gone_files(conn: Connection, limit: int = 500) -> list[tuple[int, str | None]]:
    """(id, content hash) of files to be removed from the media folder; a hash is none where another case shows the content."""
    other = _file.alias()
    used = select(other.c.id).where(other.c.sha256 == _file.c.sha256, other.c.state != "gone")
    query = select(_file.c.id, _file.c.sha256, exists(used)).where(_file.c.state == "gone").limit(limit)
    return [(row[0], None if row[2] else row[1]) for row in conn.execute(query).all()]


def is_fetching(conn: Connection) -> bool:
    """Is a file on its way into the media folder at this moment?"""
    return conn.execute(select(_file.c.id).where(_file.c.state == "claimed").limit(1)).first() is not None


def forget_files(conn: Connection, ids: Sequence[int]) -> None:
    """Their contents are removed (or belong to another case): so go the rows."""
    conn.execute(delete(_file).where(_file.c.id.in_(ids)))


def letters_before(conn: Connection, before: datetime, limit: int) -> int:
    """Settled letters about no open case go. Returns how many.

    A summary's row stays, for its key keeps a group's week from being posted twice; its figures go.
    """
    still = select(_case.c.id).where(_case.c.id == _letter.c.case_id, _case.c.closed_at.is_(None))
    old = [_letter.c.made_at < before, _letter.c.state.in_(SETTLED)]
    summaries = [*old, _letter.c.template == "summary", _letter.c.params.is_not(None)]
    conn.execute(update(_letter).where(*summaries).values(params=null()))
    some = select(_letter.c.id).where(*old, _letter.c.template != "summary", ~exists(still)).limit(limit)
    return conn.execute(delete(_letter).where(_letter.c.id.in_(some))).rowcount


def logs_before(conn: Connection, before: datetime) -> int:
    """The access log's old rows go. Returns how many."""
    return conn.execute(delete(people.access_log).where(people.access_log.c.at < before)).rowcount


def requests_before(conn: Connection, before: datetime) -> int:
    """What people wrote in requests answered long ago goes; that they asked and were answered stays. Returns how many."""
    request = people.data_request
    old = (request.c.answered_at < before) & (request.c.words.is_not(None) | request.c.answer.is_not(None))
    return conn.execute(update(request).where(old).values(words=None, answer=None)).rowcount


def pages_before(conn: Connection, now: datetime, unread: datetime) -> int:
    """Links and sessions that have run out, and bubbles no page has fetched for so long that none can. Returns how many."""
    ended = [delete(table).where(table.c.expires_at < now) for table in (people.page_link, people.page_session)]
    old = delete(people.web_message).where(people.web_message.c.made_at < unread)
    return sum(conn.execute(statement).rowcount for statement in (*ended, old))
