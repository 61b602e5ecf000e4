"""Every query that keeps a promise, on both databases: numbers, upserts, claims, versions."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, insert, select
from sqlalchemy.exc import IntegrityError

from storage import accounts, calendar, cases, counters, drafts, files, forms, groups, outbox, registry_write, updates
from storage.engine import ENGINE_OPTIONS, Database
from storage.migrate import synchronous
from storage.models.cases import case, file, number
from storage.models.letters import job, letter
from storage.models.people import account, counter, group, invite
from storage.models.registry import calendar_day, person, unit
from storage.sealing import mark
from tests.storage.conftest import NOW

HOUR = timedelta(hours=1)


def report(draft_id: int = 1, **values: Any) -> dict[str, Any]:
    row = {"subject": "petition", "code": f"KN-{draft_id}", "unit_id": 2, "department_id": 1, "reporter_id": 1}
    row |= {"draft_id": draft_id, "form_hash": "h", "category": "giao_thong", "kind": "feedback", "urgency": "cao"}
    row |= {"state": "new", "version": 1, "title": "Cầu hỏng", "answers": {}, "folded": "cau hong", "made_at": NOW}
    return row | values


# Numbers.


async def test_no_number_is_given_twice_and_none_is_left_out(db: Database) -> None:
    given = await asyncio.gather(*(db.write(lambda conn: cases.next_number(conn, 2, "KN")) for _ in range(40)))
    assert sorted(given) == list(range(1, 41))


async def test_a_number_of_what_was_not_kept_is_given_again(db: Database) -> None:
    def fail(conn: Connection) -> None:
        assert cases.next_number(conn, 2, "KN") == 1
        raise KeyError

    with pytest.raises(KeyError):
        await db.write(fail)
    assert await db.write(lambda conn: cases.next_number(conn, 2, "KN")) == 1


async def test_each_commune_and_prefix_counts_for_itself(db: Database) -> None:
    def work(conn: Connection) -> list[int]:
        return [
            cases.next_number(conn, place, prefix) for place, prefix in ((2, "KN"), (2, "MH"), (1, "KN"), (2, "KN"))
        ]

    assert await db.write(work) == [1, 1, 1, 2]
    rows = await db.read(lambda conn: conn.execute(select(number)).all())
    assert sorted(tuple(row) for row in rows) == [(1, "KN", 1), (2, "KN", 2), (2, "MH", 1)]


# What the database refuses.


@pytest.mark.parametrize(
    ("table", "row"),
    [
        (case, report(1, code="KN-9")),  # the draft has become a case already
        (case, report(2, code="KN-1")),  # the code is taken in this commune
        (unit, {"code": "05716", "kind": "commune", "name": "Again"}),
        (person, {"code": "mau-pkt-1", "name": "Again"}),
        (person, {"code": "new", "name": "Again", "phone_mark": mark("0900000001")}),
        (account, {"channel": "c", "bot": "1", "user": "u", "person_id": 2, "tied_at": NOW, "used_at": NOW}),
        (letter, {"dedupe": "d", "template": "card", "state": "waiting", "made_at": NOW}),
        (invite, {"code_hash": accounts.code_hash("CODE"), "made_at": NOW, "expires_at": NOW}),
        (group, {"channel": "c", "bot": "1", "chat": "g", "name": "g", "unit_id": 2, "tied_at": NOW}),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_the_database_refuses_a_second(conn: Connection, table: Any, row: dict[str, Any]) -> None:
    cases.make(conn, **report())
    accounts.tie(conn, "c", "1", "u", 1, NOW)
    accounts.put_invite(conn, "CODE", NOW, NOW + HOUR, person_id=1)
    groups.tie(conn, "c", "1", "g", name="g", unit_id=2, tied_at=NOW)
    outbox.put(conn, NOW, [{"dedupe": "d", "template": "card"}])
    with pytest.raises(IntegrityError), conn.begin_nested():
        conn.execute(insert(table).values(**row))


async def test_the_same_update_twice_is_refused(db: Database) -> None:
    def put(conn: Connection) -> None:
        updates.put(conn, "fake", "1", "k", NOW, None, None)

    await db.write(put)
    with pytest.raises(Exception, match=r"(?i)unique|duplicate"):
        await db.write(put)


def test_no_row_points_nowhere(conn: Connection) -> None:
    if conn.dialect.name == "sqlite":
        conn.exec_driver_sql("PRAGMA defer_foreign_keys=OFF")
        assert conn.exec_driver_sql("PRAGMA foreign_key_check").all() == []
    else:
        with pytest.raises(IntegrityError), conn.begin_nested():
            cases.make(conn, **report(7, reporter_id=99_999))


async def test_the_server_has_foreign_keys_on(db: Database) -> None:
    with pytest.raises(IntegrityError):
        await db.write(lambda conn: cases.make(conn, **report(7, reporter_id=99_999)))


# Upserts: the second time is as good as the first, and says so.


def test_a_letter_is_queued_once_whatever_the_driver_counts(conn: Connection) -> None:
    rows = [{"dedupe": "a", "template": "card"}, {"dedupe": "b", "template": "card"}]
    assert outbox.put(conn, NOW, rows) == 2
    assert outbox.put(conn, NOW, [*rows, {"dedupe": "c", "template": "card"}]) == 1
    assert outbox.put(conn, NOW, rows) == 0


async def test_a_letter_is_queued_once_by_the_server(db: Database) -> None:
    row = {"dedupe": "a", "template": "card"}
    queued = await asyncio.gather(*(db.write(lambda conn: outbox.put(conn, NOW, [row])) for _ in range(10)))
    assert sum(queued) == 1


def test_an_account_is_one_persons_at_a_time(conn: Connection) -> None:
    accounts.tie(conn, "c", "1", "u", 1, NOW)
    accounts.change(conn, 1, consent="v1", stopped="stopped", draft_id=5)
    accounts.tie(conn, "c", "1", "u", 2, NOW + HOUR)
    found = accounts.find(conn, "c", "1", "u")
    assert found is not None
    assert (found.person_id, found.consent, found.stopped, found.draft_id) == (2, None, None, None)
    assert found.tied_at == NOW + HOUR
    assert accounts.of_person(conn, 1) == []


def test_a_group_comes_back(conn: Connection) -> None:
    groups.tie(conn, "c", "1", "g", name="g", unit_id=2, tied_at=NOW)
    groups.gone(conn, "c", "1", "g", NOW)
    assert groups.find(conn, "c", "1", "g") is None
    groups.tie(conn, "c", "1", "g", name="h", unit_id=1, tied_at=NOW + HOUR)
    found = groups.find(conn, "c", "1", "g")
    assert found is not None
    assert (found.name, found.unit_id, found.gone_at) == ("h", 1, None)
    assert len(conn.execute(select(group)).all()) == 1


def test_a_group_that_moved(conn: Connection) -> None:
    for chat in ("old", "other"):
        groups.tie(conn, "c", "1", chat, name=chat, unit_id=2, tied_at=NOW)
    groups.moved(conn, "c", "1", "old", "new", NOW)
    groups.moved(conn, "c", "1", "old", "new", NOW)  # both chats tell of it
    assert {row.chat for row in groups.all_live(conn)} == {"new", "other"}
    groups.moved(conn, "c", "1", "new", "other", NOW)  # tied there already
    assert {row.chat for row in groups.all_live(conn)} == {"other"}
    groups.moved(conn, "c", "1", "other", "", NOW)  # nobody says where
    assert groups.all_live(conn) == []


@pytest.mark.parametrize("word", ["g", "Nhóm một", "1"])
def test_a_group_by_what_a_person_types(conn: Connection, word: str) -> None:
    groups.tie(conn, "c", "1", "g", name="Nhóm một", unit_id=2, tied_at=NOW)
    found = groups.named(conn, word)
    assert found is not None
    assert found.chat == "g"


@pytest.mark.parametrize("word", ["", "²", "9" * 40, "-1", "nhóm"])
def test_no_group_is_called_that(conn: Connection, word: str) -> None:
    groups.tie(conn, "c", "1", "g", name="Nhóm một", unit_id=2, tied_at=NOW)
    assert groups.named(conn, word) is None


def test_a_jobs_last_run(conn: Connection) -> None:
    assert outbox.last_run(conn, "daily") is None
    outbox.ran(conn, "daily", NOW, {"queued": 1})
    outbox.ran(conn, "daily", NOW + HOUR, {"queued": 2})
    assert outbox.last_run(conn, "daily") == NOW + HOUR
    assert conn.execute(select(job.c.counts)).scalar_one() == {"queued": 2}


async def test_counts_add_up(db: Database) -> None:
    await asyncio.gather(*(db.write(lambda conn: counters.add(conn, "2026-11", 1, "denunciation")) for _ in range(15)))
    assert await db.read(lambda conn: conn.execute(select(counter.c.count)).scalar_one()) == 15


def test_what_the_workbook_says_of_a_day_stays(conn: Connection) -> None:
    day = NOW.date()
    conn.execute(insert(calendar_day).values(day=day, works=False, source="workbook"))
    calendar.fill(conn, {day: True, day + timedelta(days=1): False})
    assert dict(conn.execute(select(calendar_day.c.day, calendar_day.c.works)).all()) == {  # type: ignore[arg-type]
        day: False,
        day + timedelta(days=1): False,
    }


def test_a_form_put_again_is_the_latest_again(conn: Connection) -> None:
    for hash_, hours in (("one", 1), ("two", 2), ("one", 3)):
        forms.put(conn, "petition", hash_, f"s-{hash_}", {"name": hash_}, NOW + hours * HOUR)
    rows = [row for row in forms.all_forms(conn) if row.hash != "h"]
    assert [row.hash for row in rows] == ["two", "one"]


def test_only_one_import_wins(conn: Connection) -> None:
    assert registry_write.claim(conn, 1, sample=False, now=NOW)
    assert not registry_write.claim(conn, 1, sample=False, now=NOW)
    assert not registry_write.claim(conn, 0, sample=False, now=NOW), "it is there already"
    assert registry_write.claim(conn, 2, sample=False, now=NOW)


# Claims.


@pytest.fixture
def queued(filled_url: str) -> str:
    engine = create_engine(synchronous(filled_url), **ENGINE_OPTIONS)
    with engine.begin() as connection:
        rows = [{"dedupe": f"d{i}", "template": "stuck", "person_id": 1 + i % 5} for i in range(60)]
        outbox.put(connection, NOW, rows)
        cases.make(connection, **report())
        wanted = {"case_id": 1, "person_id": 1, "channel": "c", "bot": "1", "kind": "photo", "state": "wanted"}
        files.add(connection, [wanted | {"ref": f"r{i}", "next_at": NOW, "shown": True} for i in range(40)])
    engine.dispose()
    return filled_url


async def test_claims_never_overlap(queued: str) -> None:
    """Two programs at once, as in the minute in which one replaces the other."""
    one, two = Database(queued), Database(queued)
    await one.open()
    await two.open()
    try:
        taken = await asyncio.gather(
            *(db.write(lambda conn: [row.id for row in outbox.claim(conn, NOW, 7)]) for db in (one, two) * 6)
        )
        ids = [number for part in taken for number in part]
        assert len(ids) == len(set(ids))
        assert all(part == sorted(part) for part in taken)
        rest = await one.write(lambda conn: [row.id for row in outbox.claim(conn, NOW, 100)])
        assert len({*ids, *rest}) == len(ids) + len(rest) == 60
        found = await asyncio.gather(
            *(db.write(lambda conn: [row.id for row in files.claim(conn, NOW, 5)]) for db in (one, two) * 3)
        )
        wanted = [number for part in found for number in part]
        assert len(wanted) == len(set(wanted)) > 0
    finally:
        await one.close()
        await two.close()


def test_a_claim_held_open_holds_up_nobody(queued: str, request: pytest.FixtureRequest) -> None:
    """PostgreSQL: the other takes other letters instead of waiting. SQLite has one writer, who waits his turn."""
    if "postgresql" not in queued:
        assert request.node.callspec.params["database_url"] == "sqlite"
        return
    engine = create_engine(synchronous(queued), **ENGINE_OPTIONS)
    with engine.connect() as first, engine.connect() as second:
        mine = {row.id for row in outbox.claim(first, NOW, 10)}
        yours = {row.id for row in outbox.claim(second, NOW, 10)}
        assert len(mine) == len(yours) == 10
        assert not mine & yours
        first.rollback()
        second.rollback()
    engine.dispose()


def test_a_claim_runs_out_and_is_counted(conn: Connection) -> None:
    outbox.put(conn, NOW, [{"dedupe": "d", "template": "stuck", "person_id": 1}])
    (first,) = outbox.claim(conn, NOW)
    assert (first.state, first.attempts, first.next_at) == ("claimed", 1, NOW + outbox.CLAIM)
    assert outbox.claim(conn, NOW + outbox.CLAIM - timedelta(seconds=1)) == []
    (again,) = outbox.claim(conn, NOW + outbox.CLAIM)
    assert (again.id, again.attempts) == (first.id, 2)


def test_nobody_is_sent_two_at_once(conn: Connection) -> None:
    groups.tie(conn, "c", "1", "g", name="g", unit_id=2, tied_at=NOW)
    rows = [{"dedupe": f"p{who}", "template": "stuck", "person_id": who} for who in (1, 2)]
    outbox.put(conn, NOW, [*rows, {"dedupe": "g", "template": "card", "group_id": 1}])
    assert [row.dedupe for row in outbox.claim(conn, NOW, people=[1], groups=[1])] == ["p2"]
    assert [row.dedupe for row in outbox.claim(conn, NOW)] == ["p1", "g"]


def test_the_oldest_first_and_not_before_its_time(conn: Connection) -> None:
    for name, hours in (("late", 3), ("now", 0), ("earlier", -1)):
        outbox.put(conn, NOW + hours * HOUR, [{"dedupe": name, "template": "stuck", "person_id": 1}])
    assert [row.dedupe for row in outbox.claim(conn, NOW, 1)] == ["earlier"]
    assert [row.dedupe for row in outbox.claim(conn, NOW)] == ["now"]


def test_a_start_frees_what_was_claimed_but_not_what_was_being_sent(conn: Connection) -> None:
    outbox.put(conn, NOW, [{"dedupe": name, "template": "summary", "person_id": 1} for name in "ab"])
    first, second = (row.id for row in outbox.claim(conn, NOW))
    outbox.sending(conn, second)
    assert outbox.free(conn, NOW) == 1
    assert [row.id for row in outbox.claim(conn, NOW)] == [first]
    assert [row.id for row in outbox.interrupted(conn)] == [second]


def test_a_settled_file_is_not_taken_again(conn: Connection) -> None:
    cases.make(conn, **report())
    row = {"case_id": 1, "person_id": 1, "channel": "c", "bot": "1", "ref": "r", "kind": "photo", "state": "wanted"}
    files.add(conn, [row | {"next_at": NOW, "shown": True}])
    (taken,) = files.claim(conn, NOW)
    assert files.claim(conn, NOW) == []
    files.settle(conn, taken.id, state="kept", sha256="a" * 64, next_at=None)
    assert files.free(conn, NOW) == 0
    assert files.claim(conn, NOW + timedelta(days=9)) == []
    assert conn.execute(select(file.c.sha256)).scalar_one() == "a" * 64


# One after the other.


async def test_two_presses_at_once_the_first_wins(db: Database) -> None:
    await db.write(lambda conn: cases.make(conn, **report()))

    def press(conn: Connection) -> bool:
        found = cases.locked(conn, 1)
        assert found is not None
        if found.state != "new":
            return False
        return cases.change(conn, 1, found.version, state="accepted")

    won = await asyncio.gather(*(db.write(press) for _ in range(8)))
    assert sum(won) == 1
    found = await db.read(lambda conn: cases.get(conn, 1))
    assert found is not None
    assert (found.state, found.version) == ("accepted", 2)


def test_a_stale_version_changes_nothing(conn: Connection) -> None:
    cases.make(conn, **report())
    assert cases.change(conn, 1, 1, state="accepted")
    assert not cases.change(conn, 1, 1, state="answered")
    found = cases.get(conn, 1)
    assert found is not None
    assert found.state == "accepted"


async def test_a_code_is_used_once(db: Database) -> None:
    await db.write(lambda conn: accounts.put_invite(conn, "CODE", NOW, NOW + HOUR, person_id=1))

    def use(conn: Connection) -> bool:
        found = accounts.invite(conn, "CODE", NOW)
        return found is not None and accounts.use_invite(conn, found.id, NOW)

    assert sum(await asyncio.gather(*(db.write(use) for _ in range(8)))) == 1


def test_a_code_that_is_over_or_void(conn: Connection) -> None:
    accounts.put_invite(conn, "OLD", NOW, NOW + HOUR, person_id=1)
    assert accounts.invite(conn, "OLD", NOW + HOUR) is None
    assert accounts.invite(conn, "old", NOW) is None
    accounts.renew(conn, 1, NOW)
    assert accounts.invite(conn, "OLD", NOW) is None
    assert "OLD" not in str(conn.execute(select(invite)).all())


async def test_a_draft_is_left_by_every_account_that_was_in_it(db: Database) -> None:
    def work(conn: Connection) -> list[int | None]:
        made = drafts.make(conn, 1, "h", "petition", None, {"answers": {}}, NOW)
        for user in ("u1", "u2"):
            accounts.tie(conn, "c", "1", user, 1, NOW)
            conn.execute(account.update().where(account.c.user == user).values(draft_id=made))
        drafts.save(conn, made, {"answers": {"story": "Cầu hỏng"}}, NOW + HOUR)
        found = drafts.get(conn, made, 1)
        assert found is not None
        assert (found.body, found.changed_at) == ({"answers": {"story": "Cầu hỏng"}}, NOW + HOUR)
        assert drafts.get(conn, made, 2) is None, "another person's is not there"
        drafts.drop(conn, made)
        return list(conn.execute(select(account.c.draft_id)).scalars())

    assert await db.write(work) == [None, None]
