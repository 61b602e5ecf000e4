"""Who is what to a case: the one function that everything asks (rule 16)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest

from handlers import access
from handlers.registry import Registry, Role
from tests.handlers.test_routing import REGISTRY as PLACES

DAY = date(2026, 11, 25)
CASE = SimpleNamespace(
    subject="petition", category="moi_truong", reporter_id=1, department_id=10, unit_id=2, hamlet_id=3
)
AT_INTAKE = SimpleNamespace(**vars(CASE) | {"department_id": 11})


def role(person: int, code: str, unit: int, department: int | None = None, **when: date) -> Role:
    return Role(person, code, unit, department, when.get("since"), when.get("until"))


ROLES = (
    role(1, "truong_thon", 3),
    role(2, "can_bo_don_vi", 2, 10),
    role(3, "can_bo_don_vi", 2, 11),
    role(4, "lanh_dao_ubnd", 2, 12),
    role(5, "lanh_dao_ubnd", 4),
    role(6, "can_bo_don_vi", 2, 10, until=date(2026, 11, 24)),
    role(7, "can_bo_don_vi", 2, 10, since=date(2026, 11, 26)),
    role(8, "can_bo_don_vi", 2, 10, since=DAY, until=DAY),
    role(9, "quan_tri", 2),
    role(10, "lanh_dao_dang", 1),
    role(1, "can_bo_don_vi", 2, 12),
)
REGISTRY: Registry = replace(PLACES, roles=ROLES)


@pytest.mark.parametrize(
    ("person", "case", "expected"),
    [
        (1, CASE, {"reporter"}),
        (2, CASE, {"department"}),
        (2, AT_INTAKE, set()),
        (3, CASE, set()),
        (3, AT_INTAKE, {"intake"}),
        (4, CASE, {"superior"}),
        (5, CASE, set()),  # leads another commune
        (6, CASE, set()),  # until yesterday
        (7, CASE, set()),  # from tomorrow
        (8, CASE, {"department"}),  # just today
        (9, CASE, set()),  # an administrator keeps the program running and reads no cases
        (10, CASE, set()),
        (99, CASE, set()),
    ],
)
def test_standing(person: int, case: SimpleNamespace, expected: set[str]) -> None:
    assert access.standing(REGISTRY, person, case, DAY) == expected


def test_one_may_be_several_and_acts_in_the_office() -> None:
    own = SimpleNamespace(**vars(CASE) | {"reporter_id": 4, "department_id": 12})
    assert access.standing(REGISTRY, 4, own, DAY) == {"reporter", "department", "superior"}
    assert access.best(access.standing(REGISTRY, 4, own, DAY)) == "department"
    assert access.best({"reporter", "superior"}) == "superior"
    assert access.best(()) == ""


def test_what_work_one_sees() -> None:
    assert access.departments_of(REGISTRY, 2, DAY) == [10]
    assert access.departments_of(REGISTRY, 4, DAY) == [10, 11, 12]
    assert access.departments_of(REGISTRY, 5, DAY) == []
    assert access.departments_of(REGISTRY, 6, DAY) == []
    assert access.is_official(REGISTRY, 2, DAY)
    assert not access.is_official(REGISTRY, 9, DAY)


def test_where_one_belongs() -> None:
    assert access.communes_of(REGISTRY, 1, DAY) == [2]
    assert access.communes_of(REGISTRY, 5, DAY) == [4]
    assert access.communes_of(REGISTRY, 10, DAY) == [], "a role in the province lies in no commune"
    assert access.communes_of(REGISTRY, 99, DAY) == []
