"""Days as people type them ahead, what a hamlet is called after a change, and who is meant by a few words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import staff
from handlers.draft import Draft
from handlers.registry import Absence, Person, Registry, Role, Unit, UnitChange
from handlers.values import pick
from tests.handlers.test_routing import REGISTRY as PLACES

if TYPE_CHECKING:
    from handlers.turn import Turn

TODAY = date(2026, 11, 25)  # a Wednesday
HEAD, OTHER, OFFICIAL, ADMIN, NEW = 1, 2, 3, 4, 5
PEOPLE = {
    HEAD: Person(HEAD, "ma-1", "Nông Văn An", "0900000001", "vi"),
    OTHER: Person(OTHER, "ma-2", "Triệu Thị Bình", "0900000002", "vi"),
    OFFICIAL: Person(OFFICIAL, "ma-3", "Nông Thị Hoa", "0900000013", "vi"),
    ADMIN: Person(ADMIN, "ma-4", "Lý Văn Quân", "0900000004", "vi"),
    NEW: Person(NEW, "ma-5", "Hoàng Văn Mới", "", "vi"),
}
ROLES = (
    Role(HEAD, "truong_thon", 3, None, None, None, id=1),
    Role(OTHER, "bi_thu_chi_bo", 3, None, None, None, id=2),
    Role(OFFICIAL, "can_bo_don_vi", 2, 10, None, None, substitute_id=OTHER, id=3),
    Role(ADMIN, "quan_tri", 2, None, None, None, id=4),
)
REGISTRY = replace(PLACES, people=PEOPLE, roles=ROLES)


def turn(who: int = HEAD, text: str = "", registry: Registry = REGISTRY) -> Turn:
    found: Any = SimpleNamespace(me=PEOPLE[who], day=TODAY, registry=registry, incoming=SimpleNamespace(text=text))
    return cast("Turn", found)


def draft(**answers: str) -> Draft:
    return Draft(0, "", answers=dict(answers))


def names(choices: Any) -> list[int]:
    return [int(choice.name) for choice in choices]


# Days.


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("hôm nay", date(2026, 11, 25)),
        ("mai", date(2026, 11, 26)),
        ("ngày mai", date(2026, 11, 26)),
        ("thứ sáu", date(2026, 11, 27)),
        ("chủ nhật", date(2026, 11, 29)),
        ("thứ hai", date(2026, 11, 30)),
        ("thu hai tuan sau", date(2026, 11, 30)),
        ("đầu tháng sau", date(2026, 12, 1)),
        ("1/12", date(2026, 12, 1)),
        ("01-12", date(2026, 12, 1)),
        ("1.12.2026", date(2026, 12, 1)),
        ("1/12/26", date(2026, 12, 1)),
        ("ngày 1 tháng 12", date(2026, 12, 1)),
        ("12/1", date(2027, 1, 12)),
        ("tomorrow", date(2026, 11, 26)),
    ],
)
def test_a_day_ahead_as_it_is_typed(text: str, day: date) -> None:
    assert [choice.name for choice in pick(staff.days(turn(), draft()), text)] == [day.isoformat()]


@pytest.mark.parametrize("text", ["24/11", "hôm qua", "tuần nào đó"])
def test_no_day_that_has_passed(text: str) -> None:
    assert pick(staff.days(turn(), draft()), text) == []


@given(st.dates(date(2024, 1, 1), date(2030, 12, 31)), st.sampled_from(["29/2", "30/2", "31/2", "31/20", "30/20"]))
def test_a_day_that_is_none_is_asked_about_and_never_taken_for_another(today: date, text: str) -> None:
    found = [choice.name[5:] for choice in pick(staff._days(today, today), text)]
    assert len(found) != 1 or found == ["02-29"]


@given(st.dates(date(2024, 1, 1), date(2030, 12, 31)), st.integers(0, staff.AHEAD))
def test_every_day_of_the_list_is_found_by_its_numbers_and_stands_there_once(today: date, ahead: int) -> None:
    day = today + timedelta(days=ahead)
    choices = staff._days(today, today)
    found = [choice.name for choice in choices]
    assert len(set(found)) == len(found)
    for text in (f"{day.day}/{day.month}/{day.year}", f"{day:%d/%m}"):
        assert [choice.name for choice in pick(choices, text)] == [day.isoformat()]


def test_the_last_day_is_not_before_the_first() -> None:
    choices = staff.last_days(turn(), draft(first="2026-12-10"))
    assert choices[0].name == "2026-12-10"
    assert min(choice.name for choice in choices) == "2026-12-10"


@pytest.mark.parametrize("text", ["", "2026", "20261301", "2026-1-1", "abcdefgh", "99999999"])
def test_a_button_with_no_day_in_it(text: str) -> None:
    assert staff.pressed_day(text) is None


# People.


def test_a_cadre_hands_over_their_own_work_only() -> None:
    assert names(staff.whose(turn(HEAD, "Bình"), draft())) == [HEAD]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("binh", [OTHER]),
        ("Nông", [HEAD, OFFICIAL]),
        ("0900000013", [OFFICIAL]),
        ("013", [OFFICIAL]),
        ("13", []),
        ("ma-2", [OTHER]),
        ("ai do", []),
    ],
)
def test_an_administrator_finds_by_name_number_or_code(text: str, found: list[int]) -> None:
    assert names(staff.whose(turn(ADMIN, text), draft())) == [ADMIN, *found]


def test_what_finds_somebody_also_picks_them() -> None:
    for text in ("013", "0900000013", "ma-3", "nong thi"):
        assert names(pick(staff.whose(turn(ADMIN, text), draft()), text)) == [OFFICIAL], text


def test_no_label_shows_a_telephone_number() -> None:
    for choice in staff.whose(turn(ADMIN, "nong"), draft()):
        assert not any(person.phone and person.phone in choice.label.in_("vi") for person in PEOPLE.values())


def test_a_number_in_part_finds_nobody_for_a_cadre() -> None:
    asked = draft(whose=str(HEAD), role="1")
    assert names(staff.successors(turn(HEAD, "013"), asked)) == [OTHER]
    assert names(staff.successors(turn(HEAD, "0900000013"), asked)) == [OTHER, OFFICIAL]


def test_neighbours_are_offered_others_are_found_and_nobody_succeeds_themselves() -> None:
    asked = draft(whose=str(HEAD), role="1")
    assert names(staff.successors(turn(), asked)) == [OTHER]
    assert names(staff.successors(turn(HEAD, "hoang van moi"), asked)) == [OTHER, NEW]
    assert HEAD not in names(staff.successors(turn(HEAD, "nong"), asked))


def test_the_workbooks_substitute_comes_first_and_is_marked() -> None:
    found = staff.stand_ins(turn(OFFICIAL), draft(whose=str(OFFICIAL)))
    assert [(choice.name, choice.suggested) for choice in found] == [(str(OTHER), True)]


def test_what_one_holds_for_somebody_on_leave_is_not_ones_own() -> None:
    away = replace(REGISTRY, absences=(Absence(HEAD, OTHER, TODAY, TODAY),))
    assert len(away.roles_of(OTHER, TODAY)) == 2
    assert [role.id for role in staff.own_roles(away, OTHER, TODAY)] == [2]


def test_roles_read_like_words() -> None:
    titles = [staff.title(REGISTRY, role, "vi") for role in ROLES[:3]]
    assert titles == [
        "Trưởng xóm, Xóm Đồng Mây",
        "Bí thư chi bộ, Xóm Đồng Mây",
        "Công chức đơn vị xử lý, Phòng Kinh tế",
    ]


def test_whose_roles_have_ended() -> None:
    gone = replace(ROLES[0], valid_to=TODAY - timedelta(days=1))
    assert replace(REGISTRY, roles=(gone,)).ended(HEAD, TODAY)
    assert not replace(REGISTRY, roles=(gone,)).ended(OTHER, TODAY)  # never had one: not yet on the list
    assert not REGISTRY.ended(HEAD, TODAY)
    standing_in = replace(REGISTRY, roles=(gone, ROLES[1]), absences=(Absence(OTHER, HEAD, TODAY, TODAY),))
    assert not standing_in.ended(HEAD, TODAY)


# Units that were merged or renamed.

DAY = date(2026, 12, 1)
BEFORE, AFTER = DAY - timedelta(days=1), DAY + timedelta(days=1)
CHANGED = replace(
    PLACES,
    units=PLACES.units
    | {5: Unit(5, "05716-02", "hamlet", "Xóm Suối", 2), 6: Unit(6, "05716-03", "hamlet", "Xóm Mới", 2)},
    changes=(
        UnitChange(DAY, "merge", 3, 5, "Xóm Đồng Mây", "Xóm Suối"),
        UnitChange(DAY, "rename", 6, 6, "Xóm Cũ", "Xóm Mới"),
        UnitChange(date(2027, 6, 1), "merge", 5, 6, "Xóm Suối", "Xóm Mới"),
    ),
)


@pytest.mark.parametrize(
    ("unit", "day", "told", "expected"),
    [
        (3, BEFORE, BEFORE, ("Xóm Đồng Mây", "")),
        (3, DAY, BEFORE, ("Xóm Đồng Mây", "Xóm Suối")),
        (3, DAY, None, ("Xóm Đồng Mây", "Xóm Suối")),
        (3, date(2027, 6, 1), BEFORE, ("Xóm Đồng Mây", "Xóm Mới")),
        (5, DAY, BEFORE, ("Xóm Suối", "")),
        (6, BEFORE, BEFORE, ("Xóm Cũ", "")),
        (6, AFTER, BEFORE, ("Xóm Cũ", "Xóm Mới")),
        (6, AFTER, AFTER, ("Xóm Mới", "")),
        (6, AFTER, None, ("Xóm Mới", "")),
        (99, DAY, DAY, ("", "")),
    ],
)
def test_what_a_place_is_called(unit: int, day: date, told: date | None, expected: tuple[str, str]) -> None:
    assert CHANGED.now_named(unit, day, told) == expected


def test_what_has_become_of_a_unit() -> None:
    assert [CHANGED.heir(3, day) for day in (BEFORE, DAY, date(2027, 6, 1))] == [3, 5, 6]
    assert CHANGED.merged_into(5, BEFORE) == []
    assert CHANGED.merged_into(5, DAY) == [3]
    assert CHANGED.merged_into(6, date(2027, 6, 1)) == [3, 5]


def test_a_circle_ends() -> None:
    circle = (UnitChange(DAY, "merge", 3, 5, "", ""), UnitChange(DAY, "merge", 5, 3, "", ""))
    assert replace(CHANGED, changes=circle).heir(3, DAY) in (3, 5)


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from([3, 5, 6]), st.sampled_from([3, 5, 6])), max_size=6))
def test_merged_into_is_heir_read_backwards(moves: list[tuple[int, int, int]]) -> None:
    changes = tuple(UnitChange(DAY + timedelta(days=n), "merge", old, new, "", "") for n, old, new in sorted(moves))
    known = replace(CHANGED, changes=changes)
    for day in (BEFORE, DAY, DAY + timedelta(days=3)):
        for unit in (3, 5, 6):
            assert known.merged_into(unit, day) == [
                old for old in (3, 5, 6) if old != unit and known.heir(old, day) == unit
            ]
