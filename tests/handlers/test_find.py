"""What a typed search means: a code, a hamlet, a person, a category, the words that are left, all at once, in any spelling."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import find
from handlers.registry import Absence, Person, Registry, Role, Unit, UnitChange
from handlers.vietnamese import fold
from storage.find import Filter

DAY = date(2026, 11, 25)
HAMLETS = {10: "Xóm Đồng Mây", 11: "Xóm Đồng", 12: "Bản Nà Sơn", 13: "Tổ dân phố 5", 14: "Xóm Cũ"}
REGISTRY = Registry(
    units={1: Unit(1, "c", "commune", "Xã Võ Nhai", None)}
    | {key: Unit(key, str(key), "hamlet", name, 1) for key, name in HAMLETS.items()},
    people={
        1: Person(1, "a", "Nông Văn An", "", "vi"),
        2: Person(2, "b", "Nông Văn An", "", "vi"),
        3: Person(3, "c", "Bình", "", "vi"),
    },
    changes=(UnitChange(date(2026, 11, 1), "merge", 14, 12, "Xóm Cũ", "Bản Nà Sơn"),),
)


def understood(text: str) -> Filter:
    return find.understood(REGISTRY, fold(text), set(HAMLETS), DAY)[0]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("KN12", Filter(code="KN-0012")),
        ("kn-0012", Filter(code="KN-0012")),
        ("phiếu dv 3", Filter(code="DV-0003")),
        ("Đồng Mây", Filter(hamlet_ids=(10,))),
        ("dong may", Filter(hamlet_ids=(10,))),
        ("xóm đồng", Filter(hamlet_ids=(11,))),
        ("nà sơn", Filter(hamlet_ids=(12, 14))),  # and what was merged into it
        ("cầu treo đồng mây", Filter(words=("cau", "treo"), hamlet_ids=(10,))),
        ("nong van an", Filter(people=(1, 2))),  # all who bear the name
        ("Bình", Filter(words=("binh",))),  # one word may be anything
        ("Đất đai", Filter(category="dat_dai")),
        ("Roads, bridges, culverts, road signs", Filter(category="giao_thong")),
        ("đất đai nà sơn nông văn an", Filter(category="dat_dai", hamlet_ids=(12, 14), people=(1, 2))),
        ("cầu cầu gãy", Filter(words=("cau", "gay"))),
        ("kn hỏng", Filter(words=("kn", "hong"))),
    ],
)
def test_what_is_meant(typed: str, expected: Filter) -> None:
    assert understood(typed) == expected


def test_it_says_how_it_understood() -> None:
    heard = find.understood(REGISTRY, fold("cầu Đồng Mây Nông Văn An"), set(HAMLETS), DAY)[1]
    assert heard == "Xóm Đồng Mây · Nông Văn An · “cau”"


def test_a_hamlet_of_elsewhere_is_only_words() -> None:
    assert find.understood(REGISTRY, "dong may", {12}, DAY)[0] == Filter(words=("dong", "may"))


@given(st.text(max_size=60))
def test_any_text_means_something(text: str) -> None:
    wanted, heard = find.understood(REGISTRY, fold(text), set(HAMLETS), DAY)
    assert bool(fold(text)) == (wanted != Filter())
    assert bool(heard) == bool(fold(text))


@given(st.text(alphabet="abđж 日x", max_size=90))
def test_what_a_button_carries_fits_and_says_the_same_when_it_comes_back(text: str) -> None:
    kept = find.fitting(fold(text))
    assert len(f"l:?{kept}:9999".encode()) <= 64
    assert find.fitting(kept) == kept
    assert fold(text).startswith(kept)


def test_a_long_search_loses_whole_words() -> None:
    assert find.fitting("con duong " * 9) == "con duong " * 4 + "con"
    assert find.fitting("cau treo " * 9) == "cau treo " * 5 + "cau"
    assert find.fitting("x" * 60) == "x" * find.ROOM


def mine(*absences: Absence, day: date = DAY) -> tuple[int, ...]:
    roles = (Role(1, "can_bo_don_vi", 1, 5, None, None), Role(2, "can_bo_don_vi", 1, 5, None, None))
    known = replace(REGISTRY, roles=roles, absences=absences)
    return find.hands(known, 1, day)


def test_in_my_hands_is_also_what_those_on_leave_hold() -> None:
    leave = Absence(2, 1, DAY, DAY)
    assert mine() == (1,)
    assert mine(leave) == (1, 2)
    assert mine(leave, day=DAY + timedelta(days=1)) == (1,)
