"""Whose numbers somebody sees, and where a month, a quarter and a year begin."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import numbers
from handlers.registry import Role
from handlers.turn import Turn
from tests.handlers.test_routing import REGISTRY as PLACES

DAY = date(2026, 11, 25)


def seen(*roles: Role) -> list[int]:
    known = replace(PLACES, roles=roles)
    turn: Any = SimpleNamespace(registry=known, roles=known.roles_of(1, DAY), day=DAY)
    return [department.id for department in numbers.departments(cast("Turn", turn))]


def role(code: str, unit: int, department: int | None = None, until: date | None = None) -> Role:
    return Role(1, code, unit, department, None, until)


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ((role("can_bo_don_vi", 2, 10),), [10]),
        ((role("can_bo_don_vi", 2, 10), role("can_bo_truc", 2, 11)), [10, 11]),
        ((role("can_bo_don_vi", 2, 10, until=DAY - timedelta(days=1)),), []),
        ((role("lanh_dao_ubnd", 2),), sorted(d.id for d in PLACES.departments.values() if d.unit_id == 2)),
        ((role("lanh_dao_dang", 4),), sorted(d.id for d in PLACES.departments.values() if d.unit_id == 4)),
        ((role("truong_thon", 3),), []),
        ((role("quan_tri", 2, 10),), []),
    ],
)
def test_whose_numbers(roles: tuple[Role, ...], expected: list[int]) -> None:
    assert seen(*roles) == expected


@pytest.mark.parametrize(
    ("day", "period", "first"),
    [
        (date(2026, 11, 25), "m", date(2026, 11, 1)),
        (date(2026, 11, 25), "q", date(2026, 10, 1)),
        (date(2026, 11, 25), "y", date(2026, 1, 1)),
        (date(2026, 3, 31), "q", date(2026, 1, 1)),
        (date(2026, 4, 1), "q", date(2026, 4, 1)),
        (date(2027, 1, 1), "m", date(2027, 1, 1)),
    ],
)
def test_where_a_period_begins(day: date, period: str, first: date) -> None:
    assert numbers.since(day, period) == first


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1)))
def test_a_period_holds_its_day_and_the_shorter_one(day: date) -> None:
    year, quarter, month = (numbers.since(day, period) for period in "yqm")
    assert year <= quarter <= month <= day
    assert (year.month, quarter.month % 3, month.month) == (1, 1, day.month)
