"""What the duty official decided about a unit's weekly summary, and the pictures that go with summaries."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from storage import outbox
from storage.models.cases import file
from storage.models.letters import letter
from storage.models.people import group, week_note
from storage.upsert import insert_into

_chart = letter.c.params["chart"].as_string()


def get(conn: Connection, unit_id: int, week: str) -> Row[Any] | None:
    """The decision; none: silence, which sends."""
    return conn.execute(select(week_note).where(week_note.c.unit_id == unit_id, week_note.c.week == week)).first()


def decide(conn: Connection, unit_id: int, week: str, person_id: int, now: datetime, decision: str) -> None:
    """`decision` send or skip; the latest counts, a note stays."""
    _put(conn, unit_id, week, {"decision": decision, "person_id": person_id, "at": now})


def write(conn: Connection, unit_id: int, week: str, person_id: int, now: datetime, words: str) -> None:
    """The note, in place of an earlier one; what was decided stays."""
    fresh: dict[str, Any] = {"words": words, "words_by": person_id}
    if get(conn, unit_id, week) is None:
        fresh |= {"decision": "send", "person_id": person_id, "at": now}
    _put(conn, unit_id, week, fresh)


def _put(conn: Connection, unit_id: int, week: str, fresh: dict[str, Any]) -> None:
    where = (week_note.c.unit_id == unit_id, week_note.c.week == week)
    if conn.execute(update(week_note).where(*where).values(**fresh)).rowcount == 0:
        statement = insert_into(conn, week_note).values(unit_id=unit_id, week=week, **fresh)
        conn.execute(statement.on_conflict_do_update(index_elements=["unit_id", "week"], set_=fresh))


def skipped(conn: Connection, weeks: Collection[str]) -> set[tuple[int, str]]:
    """(unit, week) of those among these weeks that are not to go out."""
    if not weeks:
        return set()
    query = select(week_note.c.unit_id, week_note.c.week).where(
        week_note.c.week.in_(weeks), week_note.c.decision == "skip"
    )
    return {(row[0], row[1]) for row in conn.execute(query)}


def known(conn: Connection, dedupes: Collection[str]) -> set[str]:
    """Which of these letters exist already."""
    if not dedupes:
        return set()
    return set(conn.execute(select(letter.c.dedupe).where(letter.c.dedupe.in_(dedupes))).scalars())


def groups_of(conn: Connection, unit_id: int) -> list[Row[Any]]:
    """A unit's live groups, its own before its departments'."""
    query = select(group).where(group.c.unit_id == unit_id, group.c.gone_at.is_(None))
    return list(conn.execute(query.order_by(group.c.department_id.is_not(None), group.c.id)).all())


def without_picture(conn: Connection, limit: int) -> list[Row[Any]]:
    """Summaries that wait for their picture."""
    query = select(letter).where(
        letter.c.next_at > outbox.EVER, letter.c.template == "summary", letter.c.state == "waiting", _chart == ""
    )
    return list(conn.execute(query.order_by(letter.c.id).limit(limit)).all())


def shows(conn: Connection, group_ids: Collection[int], sha256: str) -> bool:
    """Was any of these groups shown this picture?"""
    query = select(letter.c.id).where(
        letter.c.group_id.in_(group_ids), letter.c.template == "summary", _chart == sha256
    )
    return bool(group_ids) and conn.execute(query.limit(1)).first() is not None


def pictured(conn: Connection, letter_id: int, params: dict[str, Any], now: datetime) -> None:
    """The picture is made (or cannot be): the summary may go."""
    still = (letter.c.id == letter_id, letter.c.state == "waiting")
    conn.execute(update(letter).where(*still).values(params=params, next_at=now))


def forget_pictures(conn: Connection, before: datetime) -> list[str]:
    """Summaries made before then lose their pictures; returns those that nothing else shows any more."""
    theirs = (letter.c.template == "summary", _chart != "")
    old = conn.execute(select(letter.c.id, letter.c.params).where(*theirs, letter.c.made_at < before)).all()
    for row in old:
        params = {key: value for key, value in row.params.items() if key != "chart"}
        conn.execute(update(letter).where(letter.c.id == row.id).values(params=params))
    gone = {str(row.params["chart"]) for row in old}
    still = set(conn.execute(select(_chart).where(*theirs, _chart.in_(gone))).scalars())
    still |= set(conn.execute(select(file.c.sha256).where(file.c.sha256.in_(gone))).scalars())
    return sorted(gone - still)
