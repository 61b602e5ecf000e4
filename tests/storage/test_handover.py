"""A role passes on and somebody goes on leave, on both databases: rows, what goes, and doing it twice."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, update

from handlers import registry as registries
from handlers import succession, summary
from handlers.clock import today
from handlers.registry import Registry, Role
from storage import accounts, cases, drafts, handover, history, leave
from storage import registry as registry_rows
from storage.handover import Passing
from storage.models.cases import case, draft
from storage.models.letters import letter
from storage.models.people import account, group
from storage.models.registry import person, role, unit, unit_change
from tests.storage.conftest import NOW
from tests.storage.test_rows import report

DAY = date(2026, 12, 1)
LATER = NOW + timedelta(days=7)


def people(conn: Connection, *codes: str) -> list[int]:
    ids = {row.code: row.id for row in conn.execute(select(person))}
    return [ids[code] for code in codes]


def registry(conn: Connection) -> Registry:
    return registries.build(registry_rows.read(conn))


def role_of(conn: Connection, person_id: int) -> Role:
    return next(found for found in registry(conn).roles if found.person_id == person_id)


def put_case(conn: Connection, number: int, **values: Any) -> int:
    return cases.make(conn, **report(number, **values))


def put_draft(conn: Connection, person_id: int, case_id: int | None = None, **answers: str) -> int:
    name = "petition" if case_id is None else "answer"
    return drafts.make(conn, person_id, "h", name, case_id, {"answers": answers}, NOW)


# What goes.


def test_all_that_is_open_goes_when_no_role_is_left(conn: Connection) -> None:
    head, other = people(conn, "mau-truong-xom-1", "mau-pkt-1")
    mine = put_case(conn, 1, reporter_id=head, state="asked")
    held = put_case(conn, 2, reporter_id=other, holder_id=head, state="accepted")
    put_case(conn, 3, reporter_id=head, state="answered")
    put_case(conn, 4, reporter_id=other)
    words = put_draft(conn, head, words="Sẽ sửa")
    about, empty = put_draft(conn, head, case_id=held, words="Sẽ sửa"), put_draft(conn, head)
    found = handover.find(conn, Passing(head, whole=True), lock=True)
    assert [row.id for row in found.cases] == [mine, held]
    assert [row.id for row in found.drafts] == [words, about]
    assert empty not in {row.id for row in found.drafts}
    counts = found.counts(Passing(head, whole=True))
    assert counts == {"reports": 1, "asked": 1, "held": 1, "drafts": 2, "groups": 0}


def test_of_one_role_among_several_only_its_own(conn: Connection) -> None:
    (who,) = people(conn, "mau-pkt-1")
    here = put_case(conn, 1, reporter_id=who, hamlet_id=3)
    put_case(conn, 2, reporter_id=who, hamlet_id=4)
    held = put_case(conn, 3, reporter_id=1, holder_id=who, department_id=2)
    put_case(conn, 4, reporter_id=1, holder_id=who, department_id=3)
    in_hamlet, _elsewhere = put_draft(conn, who, hamlet="3", story="a"), put_draft(conn, who, hamlet="4", story="b")
    passing = Passing(who, hamlet_id=3, department_id=2, group_unit_id=2)
    found = handover.find(conn, passing)
    assert [row.id for row in found.cases] == [here, held]
    assert [row.id for row in found.drafts] == [in_hamlet]
    assert [passing.takes_report(row) for row in found.cases] == [True, False]
    assert [passing.takes_hold(row) for row in found.cases] == [False, True]


def test_rules_in_sql_and_in_hand_are_the_same(conn: Connection) -> None:
    for number in range(1, 17):
        bits = [number >> place & 1 for place in range(4)]
        values = {"reporter_id": 1 + bits[0], "holder_id": (None, 1)[bits[1]]}
        put_case(conn, number, **values, hamlet_id=3 + bits[2], department_id=2 + bits[3])
    for passing in (
        Passing(1, whole=True),
        Passing(1),
        Passing(1, hamlet_id=3),
        Passing(1, department_id=2),
        Passing(1, unit_id=2),
        Passing(1, hamlet_id=4, department_id=3),
    ):
        rows = conn.execute(select(case)).all()
        by_hand = {row.id for row in rows if passing.takes_report(row) or passing.takes_hold(row)}
        assert {row.id for row in handover.find(conn, passing).cases} == by_hand, passing


def test_groups_they_tied_go(conn: Connection) -> None:
    (who, other) = people(conn, "mau-pkt-1", "mau-pkt-2")
    ours = role_of(conn, who).department_id
    for name, department_id, by, gone in (
        ("ours", ours, who, None),
        ("commune", None, who, None),
        ("left", ours, who, NOW),
        ("others", ours, other, None),
    ):
        row = {"channel": "c", "bot": "b", "chat": name, "name": name, "unit_id": 2, "department_id": department_id}
        conn.execute(insert(group).values(**row, tied_by=by, tied_at=NOW, gone_at=gone))
    some = handover.find(conn, Passing(who, department_id=ours, group_unit_id=2)).groups
    assert [row.name for row in some] == ["ours"]
    assert [row.name for row in handover.find(conn, Passing(who, whole=True)).groups] == ["ours", "commune"]
    handover.pass_groups(conn, [row.id for row in some], other)
    assert conn.execute(select(group.c.tied_by).where(group.c.name == "ours")).scalar_one() == other


def test_an_open_interview_is_put_aside_and_is_the_successors(conn: Connection) -> None:
    head, other = people(conn, "mau-truong-xom-1", "mau-bi-thu-1")
    number = put_draft(conn, head, story="a")
    accounts.tie(conn, "c", "b", "u", head, NOW)
    conn.execute(update(account).values(draft_id=number))
    handover.pass_drafts(conn, [number], other)
    assert conn.execute(select(draft.c.person_id).where(draft.c.id == number)).scalar_one() == other
    assert conn.execute(select(account.c.draft_id)).scalar_one() is None


# Roles.


def rows_of(conn: Connection, person_id: int) -> list[tuple[Any, Any]]:
    query = select(role.c.valid_from, role.c.valid_to).where(role.c.person_id == person_id).order_by(role.c.id)
    return [tuple(row) for row in conn.execute(query)]


def test_a_role_begins_goes_on_and_begins_again(conn: Connection) -> None:
    head, new, same = people(conn, "mau-truong-xom-1", "mau-bi-thu-1", "mau-truong-xom-2")
    like = handover.role_row(conn, role_of(conn, head).id)
    assert like is not None
    handover.begin_role(conn, new, like, DAY)
    assert rows_of(conn, new)[-1] == (DAY, None)
    handover.begin_role(conn, new, like, DAY + timedelta(days=30))  # held by then: it goes on
    assert rows_of(conn, new)[-1] == (DAY, None)
    conn.execute(update(role).where(role.c.person_id == new).values(valid_to=DAY))
    handover.begin_role(conn, new, like, DAY + timedelta(days=30))
    assert rows_of(conn, new)[-1] == (DAY + timedelta(days=30), None)
    assert len(rows_of(conn, same)) == 1


def test_called_off_it_is_as_it_was(conn: Connection) -> None:
    head, new = people(conn, "mau-truong-xom-1", "mau-bi-thu-1")
    like = handover.role_row(conn, role_of(conn, head).id)
    assert like is not None
    handover.begin_role(conn, new, like, DAY)
    handover.unbegin_role(conn, new, like, DAY, DAY - timedelta(days=1))
    assert [found.code for found in registry(conn).roles_of(new, DAY)] == ["bi_thu_chi_bo"]


# Carried out.


def agreed(conn: Connection, head: int, new: int, first: date = DAY) -> int:
    row = handover.role_row(conn, role_of(conn, head).id)
    assert row is not None
    handover.end_role(conn, row.id, first - timedelta(days=1))
    handover.begin_role(conn, new, row, first)
    made = {"role_id": row.id, "successor_id": new, "first": first, "until": None, "made_by": head, "made_at": NOW}
    return handover.agree(conn, **made)


def test_on_its_day_and_twice_is_the_same_as_once(conn: Connection) -> None:
    head, new = people(conn, "mau-truong-xom-1", "mau-bi-thu-1")
    number, found = put_case(conn, 1, reporter_id=head, hamlet_id=3), agreed(conn, head, new)
    assert succession.due(conn, registry(conn), NOW) == 0  # not yet
    assert succession.due(conn, registry(conn), LATER) == 1
    after = cases.get(conn, number)
    assert after is not None
    assert (after.reporter_id, after.version, after.state) == (new, 2, "new")
    assert succession.due(conn, registry(conn), LATER) == 0
    moves = [row for row in history.of_case(conn, number) if row.action == "handover"]
    assert [(row.actor_id, row.other_id) for row in moves] == [(head, new)]
    row = handover.get(conn, found)
    assert row is not None
    assert (row.state, row.counts["reports"]) == ("done", 1)


def test_where_nobody_is_left_to_take_it_the_role_stays(conn: Connection) -> None:
    head, new = people(conn, "mau-truong-xom-1", "mau-bi-thu-1")
    number, found = put_case(conn, 1, reporter_id=head, hamlet_id=3), agreed(conn, head, new)
    like = handover.role_row(conn, role_of(conn, head).id)
    handover.unbegin_role(conn, new, like, DAY, DAY - timedelta(days=1))  # as a workbook may
    assert succession.due(conn, registry(conn), LATER) == 1
    after, row = cases.get(conn, number), handover.get(conn, found)
    assert after is not None
    assert row is not None
    assert (after.reporter_id, row.state) == (head, "failed")
    assert [r.code for r in registry(conn).roles_of(head, DAY)] == ["truong_thon"]


def test_letters_wait_for_the_morning_and_go_to_those_who_can_read_them(conn: Connection) -> None:
    head, new, admin = people(conn, "mau-truong-xom-1", "mau-bi-thu-1", "mau-quan-tri")
    for number, who in enumerate((head, new)):
        accounts.tie(conn, "c", "b", f"u{number}", who, NOW)
    conn.execute(update(account).values(consent="1"))
    agreed(conn, head, new)
    midnight = (NOW + timedelta(days=5)).replace(hour=17, minute=1)  # 00:01 in Viet Nam
    assert today(midnight) == DAY
    succession.due(conn, registry(conn), midnight)
    rows = conn.execute(select(letter).order_by(letter.c.person_id)).all()
    assert [(row.person_id, row.template) for row in rows] == [(head, "handover_given"), (new, "handover")]
    assert {row.next_at for row in rows} == {midnight.replace(hour=0, minute=0) + timedelta(days=1)}
    assert admin not in {row.person_id for row in rows}


def test_one_handover_is_settled_once(conn: Connection) -> None:
    head, new = people(conn, "mau-truong-xom-1", "mau-bi-thu-1")
    number = agreed(conn, head, new)
    assert handover.settle(conn, number, "off", NOW, None)
    assert not handover.settle(conn, number, "done", NOW, {})
    assert handover.agreed(conn) == []


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("mau-truong-xom-1", {"whole": True, "hamlet": True, "leads": False}),
        ("mau-pkt-1", {"whole": True, "hamlet": False, "leads": False}),
        ("mau-chu-tich", {"whole": True, "hamlet": False, "leads": True}),
    ],
)
def test_what_goes_with_which_role(conn: Connection, code: str, expected: dict[str, bool]) -> None:
    (who,) = people(conn, code)
    goes = succession.passing(registry(conn), role_of(conn, who), DAY)
    found = {"whole": goes.whole, "hamlet": goes.hamlet_id is not None, "leads": goes.unit_id is not None}
    assert found == expected


# Units that were merged.


def test_what_was_told_of_a_merged_hamlet_counts_for_the_new_one(conn: Connection) -> None:
    ids = {row.code: row.id for row in conn.execute(select(unit))}
    old, new = ids["05716-01"], ids["05716-02"]
    put_case(conn, 1, hamlet_id=old)
    put_case(conn, 2, hamlet_id=new)
    put_case(conn, 3, hamlet_id=ids["05716-03"])

    def week(unit_id: int) -> tuple[int, list[str]]:
        place = SimpleNamespace(unit_id=unit_id, department_id=None)
        data = summary.build(conn, registry(conn), place, 2026, 48)
        return data["petitions"]["received"], data["silent"]

    commune = ids["05716"]
    assert week(new)[0] == 1
    silent = week(commune)[1]
    conn.execute(update(case).where(case.c.hamlet_id == new).values(hamlet_id=ids["05716-03"]))
    assert week(new)[0] == 0
    assert week(commune)[1] == ["Xóm Suối Trong", *silent]
    change = {"day": date(2026, 11, 27), "kind": "merge", "old_unit_id": old, "new_unit_id": new}
    conn.execute(insert(unit_change).values(**change, old_name="Xóm Đồng Mây", new_name="Xóm Suối Trong"))
    conn.execute(update(unit).where(unit.c.id == old).values(valid_to=date(2026, 11, 26)))
    assert week(new)[0] == 1
    assert week(commune)[1] == silent  # the old one is gone, and the new one is heard of through it


# Leave.


def test_leaves_that_touch_these_days(conn: Connection) -> None:
    first, last = date(2026, 12, 10), date(2026, 12, 12)
    number = leave.add(conn, NOW, person_id=1, substitute_id=2, first=first, last=last)
    day = timedelta(days=1)
    for who in (1, 2):
        for start, end in ((first, first), (last, last), (first - day, first), (last, last + day), (first, last)):
            assert [row.id for row in leave.touching(conn, who, start, end)] == [number]
        assert leave.touching(conn, who, first - day, first - day) == []
        assert leave.touching(conn, who, last + day, last + day) == []
    assert leave.touching(conn, 3, first, last) == []
    assert [row.id for row in leave.starting_or_ending(conn, first)] == [number]
    leave.end(conn, number, first - day)  # called off
    assert leave.touching(conn, 1, first - day, last) == []
    assert leave.coming(conn, first - day) == []
    assert leave.starting_or_ending(conn, first) == leave.starting_or_ending(conn, first - day) == []
    assert registry(conn).away(first) == registry(conn).away(first - day) == {}


def test_open_cases_of_somebody_on_leave(conn: Connection) -> None:
    put_case(conn, 1, holder_id=4, state="accepted")
    put_case(conn, 2, holder_id=4, state="answered")
    assert (leave.held(conn, 4), leave.held(conn, 5)) == (1, 0)


def test_the_registry_knows_who_is_away(conn: Connection) -> None:
    leave.add(conn, NOW, person_id=1, substitute_id=2, first=DAY, last=DAY)
    known = registry(conn)
    assert known.away(DAY) == {1: 2}
    assert known.away(DAY + timedelta(days=1)) == {}
    assert {found.stands_in_for for found in known.roles_of(2, DAY)} == {None, 1}
