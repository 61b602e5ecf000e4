"""Times, plans and forgetting, on both databases."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert, select, text
from sqlalchemy.exc import StatementError

from storage import accounts, drafts, outbox, updates, web
from storage.engine import Database
from storage.models.base import UtcTime, metadata
from storage.models.letters import job, letter
from storage.models.letters import update as incoming
from storage.models.people import invite, web_message, web_session
from tests.storage.conftest import NOW

HANOI = timezone(timedelta(hours=7))
SECRET = "Lời không được giữ lại XYZZY"


# Times.


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 25, 22, 59, 1, 123456, tzinfo=HANOI),
        datetime(2026, 11, 25, 22, 59, tzinfo=UTC),
        datetime(2026, 12, 31, 23, 30, tzinfo=timezone(timedelta(hours=-9, minutes=-30))),
    ],
)
def test_a_time_comes_back_as_the_same_moment_in_utc(conn: Connection, moment: datetime) -> None:
    outbox.ran(conn, "j", moment, {})
    found = outbox.last_run(conn, "j")
    assert found == moment
    assert found is not None
    assert found.utcoffset() == timedelta(0)


def test_a_time_without_its_zone_is_refused(conn: Connection) -> None:
    naive = datetime(2026, 11, 25, 22, 59)  # noqa: DTZ001 - that is the point
    with pytest.raises((StatementError, ValueError), match="a time without its zone"), conn.begin_nested():
        outbox.ran(conn, "j", naive, {})


def test_times_are_compared_as_moments(conn: Connection) -> None:
    for name, at in (("early", datetime(2026, 11, 25, 8, 0, tzinfo=HANOI)), ("late", NOW)):
        outbox.ran(conn, name, at, {})
    before = select(job.c.name).where(job.c.last_at < datetime(2026, 11, 25, 8, 30, tzinfo=HANOI))
    assert conn.execute(before).scalars().all() == ["early"]


def test_no_column_keeps_a_time_in_any_other_way() -> None:
    kinds = {
        f"{table.name}.{column.name}": type(column.type).__name__
        for table in metadata.tables.values()
        for column in table.columns
        if "time" in type(column.type).__name__.lower() or column.name.endswith("_at")
    }
    assert len(kinds) > 20
    assert {name for name, kind in kinds.items() if kind != UtcTime.__name__} == set()


async def test_the_hot_statements_keep_times_in_the_same_way(db: Database) -> None:
    """Those go to SQLite's driver directly (`storage/hot.py`)."""
    moment = datetime(2026, 11, 25, 22, 59, tzinfo=HANOI)
    await db.write(lambda conn: updates.put(conn, "c", "1", "k", moment, [{"text": "Đã nhận"}], moment))
    row = await db.read(lambda conn: conn.execute(select(incoming)).one())
    assert (row.at, row.next_at, row.answer) == (moment, moment, [{"text": "Đã nhận"}])
    assert row.at.utcoffset() == timedelta(0)


# Plans: what is on every message's way must not read whole tables.


class Heard:
    """The statements a piece of work sends, with their values."""

    def __init__(self, conn: Connection) -> None:
        self.said: list[tuple[str, Any]] = []
        event.listen(conn, "before_cursor_execute", self._hear)

    def _hear(self, conn: Any, cursor: Any, sql: str, params: Any, context: Any, many: bool) -> None:
        self.said.append((sql, params))


def plan_of(conn: Connection, sql: str, params: Any) -> str:
    """How it would be done, were the tables large."""
    if conn.dialect.name == "sqlite":
        return "\n".join(str(row[-1]) for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", params))
    conn.exec_driver_sql("SET LOCAL enable_seqscan = off")  # tables of a few rows are read whole otherwise
    return "\n".join(str(row[0]) for row in conn.exec_driver_sql(f"EXPLAIN {sql}", params))


def reads_all(plan: str) -> list[str]:
    tables = "|".join(metadata.tables)
    return [line for line in plan.splitlines() if re.search(rf"\bSCAN ({tables})\b(?!.* USING)|Seq Scan", line)]


def test_finding_who_speaks_reads_no_table_whole(conn: Connection) -> None:
    statement = updates._FIND._statement
    compiled = statement.compile(dialect=conn.dialect)  # type: ignore[attr-defined]
    values = {"its_channel": "c", "its_bot": "1", "its_user": "u", "its_key": "k"}
    sql = str(compiled)
    params: Any = [values[name] for name in compiled.positiontup] if compiled.positiontup else values
    plan = plan_of(conn, sql, tuple(params) if isinstance(params, list) else params)
    assert reads_all(plan) == []
    assert plan.count("SEARCH") == 3 if conn.dialect.name == "sqlite" else plan.count("Index") >= 3


WORK = {
    "claiming letters": lambda conn: outbox.claim(conn, NOW),
    "unsaid answers": lambda conn: updates.unsaid(conn, NOW),
    "a person's accounts": lambda conn: accounts.of_person(conn, 1),
    "the letter of a message": lambda conn: outbox.by_message(conn, "c", "1", "x", "7"),
    "the cards of a case": lambda conn: outbox.cards(conn, 1),
    "an invite": lambda conn: accounts.invite(conn, "CODE", NOW),
    "a person's drafts": lambda conn: drafts.of_person(conn, 1),
    "dropping a draft": lambda conn: drafts.drop(conn, 1),
    "news of a chat": lambda conn: web.news(conn, ["g"], 0),
    "letters that wait": outbox.counts,
}


@pytest.mark.parametrize("what", WORK)
def test_no_statement_on_a_messages_way_reads_a_table_whole(conn: Connection, what: str) -> None:
    heard = Heard(conn)
    WORK[what](conn)
    said = heard.said.copy()
    assert said
    plans = [plan_of(conn, sql, params) for sql, params in said]
    assert [line for plan in plans for line in reads_all(plan)] == []


# Forgetting.


def test_keys_are_forgotten_after_eight_days_unless_something_is_unsaid(conn: Connection) -> None:
    old = NOW - updates.KEPT - timedelta(seconds=1)
    for key, at, next_at in (("old", old, None), ("unsaid", old, NOW), ("young", NOW - updates.KEPT, None)):
        updates.put(conn, "c", "1", key, at, None, next_at)
    assert updates.purge(conn, NOW) == 1
    assert set(conn.execute(select(incoming.c.key)).scalars()) == {"unsaid", "young"}


def test_drafts_past_retention_go_also_from_who_was_in_them(conn: Connection) -> None:
    accounts.tie(conn, "c", "1", "u", 1, NOW)
    old = drafts.make(conn, 1, "h", "petition", None, {}, NOW - timedelta(days=800))
    young = drafts.make(conn, 1, "h", "petition", None, {}, NOW)
    found = accounts.find(conn, "c", "1", "u")
    assert found is not None
    accounts.change(conn, found.id, draft_id=old)
    assert drafts.purge(conn, NOW - timedelta(days=730)) == 1
    after = accounts.find(conn, "c", "1", "u")
    assert after is not None
    assert after.draft_id is None
    assert [row.id for row in drafts.of_person(conn, 1)] == [young]


def test_spent_and_expired_codes_are_forgotten(conn: Connection) -> None:
    long_ago = NOW - timedelta(days=60)
    for code, expires in (("EXPIRED", long_ago), ("SPENT", NOW + timedelta(days=9)), ("GOOD", NOW + timedelta(days=9))):
        accounts.put_invite(conn, code, long_ago, expires, person_id=1)
    spent = accounts.invite(conn, "SPENT", NOW)
    assert spent is not None
    accounts.use_invite(conn, spent.id, long_ago)
    assert accounts.purge_invites(conn, NOW - timedelta(days=31)) == 2
    assert conn.execute(select(invite.c.code_hash)).scalars().all() == [accounts.code_hash("GOOD")]


def test_the_webs_old_bubbles_and_sessions_go(conn: Connection) -> None:
    web.open_session(conn, "old", "u1", NOW - web.SESSION_LIFE - timedelta(days=1))
    web.open_session(conn, "new", "u2", NOW)
    for days, fetched in ((40, True), (40, False), (1, True)):
        bubble, _ = web.add(conn, "u2", {"text": f"{days} {fetched}"}, NOW - timedelta(days=days))
        if fetched:
            web.fetched(conn, [bubble.id], ["u2"], NOW)
    web.purge(conn, NOW)
    assert conn.execute(select(web_session.c.token_hash)).scalars().all() == ["new"]
    assert len(conn.execute(select(web_message)).all()) == 2


@pytest.mark.usefixtures("readable")
async def test_what_was_deleted_is_unreadable_after_a_purge(db: Database, tmp_path: Path) -> None:
    made = await db.write(lambda conn: drafts.make(conn, 1, "h", "petition", None, {"story": SECRET}, NOW))
    await db.write(lambda conn: drafts.save(conn, made, {"story": SECRET + " và nữa"}, NOW))
    if db.sqlite:
        assert any(b"XYZZY" in path.read_bytes() for path in tmp_path.iterdir())
    await db.write(lambda conn: drafts.drop(conn, made))
    await db.purge()
    if db.sqlite:
        assert not [path.name for path in tmp_path.iterdir() if b"XYZZY" in path.read_bytes()]
    else:

        def dead(conn: Connection) -> int:
            return int(conn.execute(text("SELECT pg_relation_size('draft')")).scalar_one())

        assert await db.read(dead) == 0, "the pages with the dead rows are given back"


async def test_a_purge_takes_its_turn_among_writes(db: Database) -> None:
    def put(number: int) -> Any:
        return lambda conn: conn.execute(insert(job).values(name=f"j{number}", last_at=NOW)).rowcount

    done = await asyncio.gather(
        *(db.write(put(number)) for number in range(5)), db.purge(), *(db.write(put(number)) for number in range(5, 9))
    )
    assert [count for count in done if count is not None] == [1] * 9


def test_errors_of_the_database_show_no_values(conn: Connection) -> None:
    """`hide_parameters`; and what the server itself quotes stays out of the logs by `bot/logs.py`."""
    row = {"dedupe": SECRET, "template": "card", "state": "waiting", "made_at": NOW, "person_id": 1}
    conn.execute(insert(letter).values(**row))
    with pytest.raises(Exception, match=r"(?i)unique|duplicate") as refused, conn.begin_nested():
        conn.execute(insert(letter).values(**row))
    said = str(refused.value).split("DETAIL:", maxsplit=1)[0]
    assert "XYZZY" not in said
    assert "hide_parameters" in str(refused.value)
