"""The rights table, cell by cell: every role, standing in every way to a petition and to a good practice, and every action.

The matrix below is what a commune is told; the code's own table is compared with it through `rights.may` alone.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import product
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import access, rights, status
from handlers.facts import roles as shipped_roles
from handlers.registry import Absence, Registry, Role
from tests.handlers.test_routing import REGISTRY as PLACES

DAY = date(2026, 11, 25)
PROVINCE, COMMUNE, HAMLET, OTHER_COMMUNE = 1, 2, 3, 4
OURS, THEIRS = 10, 11
ME, REPORTER = 7, 99
LETTERS = {"b": "brief", "w": "words", "c": "contact", "h": "handle", "e": "export"}

# Where the role stands: in the department the case lies with; in another department of the commune; at the head of the
# commune, without a department; in the hamlet it comes from; in the province; somewhere else altogether.
PLACES_OF_ROLE = {
    "department": (COMMUNE, OURS),
    "other": (COMMUNE, THEIRS),
    "commune": (COMMUNE, None),
    "hamlet": (HAMLET, None),
    "province": (PROVINCE, None),
    "elsewhere": (OTHER_COMMUNE, None),
}
MATRIX = """
                     petition                                          practice
role                 department other commune hamlet province elsewhere  department other commune hamlet province elsewhere
bi_thu_chi_bo        -          -     -       b      -        -          -          -     -       b      -        -
truong_thon          -          -     -       b      -        -          -          -     -       b      -        -
to_truong_tdp        -          -     -       b      -        -          -          -     -       b      -        -
truong_ban_ctmt      -          -     -       b      -        -          -          -     -       b      -        -
pho_thon             -          -     -       -      -        -          -          -     -       b      -        -
chi_hoi_truong_pn    -          -     -       -      -        -          -          -     -       b      -        -
chi_hoi_truong_nd    -          -     -       -      -        -          -          -     -       b      -        -
chi_hoi_truong_ccb   -          -     -       -      -        -          -          -     -       b      -        -
bi_thu_chi_doan      -          -     -       -      -        -          -          -     -       b      -        -
nguoi_uy_tin         -          -     -       -      -        -          -          -     -       b      -        -
to_hoa_giai          -          -     -       -      -        -          -          -     -       b      -        -
can_bo_truc          bwche      -     -       -      -        -          bwche      -     -       -      -        -
can_bo_don_vi        bwche      -     -       -      -        -          bwche      -     -       -      -        -
phu_trach_dan_van    bwche      -     -       -      -        -          bwche      bwe   bwe     -      -        -
lanh_dao_ubnd        bwche      bwche bwche   -      -        -          bwche      bwche bwche   -      -        -
lanh_dao_dang        bwche      bwche bwche   -      -        -          bwche      bwche bwche   -      -        -
btg_dan_van_tinh     bwche      -     -       -      -        -          bwche      -     -       -      bwe      -
quan_tri             -          -     -       -      -        -          -          -     -       -      -        -
"""
OFFICES = """
role                 work numbers templates announce summary groups people data
can_bo_truc          x    x       x         x        x       x      -      x
can_bo_don_vi        x    x       x         -        -       x      -      -
phu_trach_dan_van    x    x       x         x        -       x      -      -
lanh_dao_ubnd        x    x       -         x        x       x      -      -
lanh_dao_dang        x    x       -         x        x       x      -      -
btg_dan_van_tinh     x    x       -         x        x       x      -      -
quan_tri             -    -       -         -        -       x      x      x
"""


def case(subject: str = "petition", **changed: Any) -> SimpleNamespace:
    plain = {
        "subject": subject, "category": "moi_truong" if subject == "petition" else "kinh_te", "reporter_id": REPORTER,
        "department_id": OURS, "unit_id": COMMUNE, "hamlet_id": HAMLET,
    }  # fmt: skip
    return SimpleNamespace(**plain | changed)


def registry(*roles: Role) -> Registry:
    return replace(PLACES, roles=roles)


def cells() -> list[tuple[str, str, str, str]]:
    rows = [line.split() for line in MATRIX.strip().splitlines()[2:]]
    columns = list(product(("petition", "practice"), PLACES_OF_ROLE))
    return [
        (row[0], subject, place, cell) for row in rows for (subject, place), cell in zip(columns, row[1:], strict=True)
    ]


@pytest.mark.parametrize(("role", "subject", "place", "cell"), cells())
def test_a_cell(role: str, subject: str, place: str, cell: str) -> None:
    unit, department = PLACES_OF_ROLE[place]
    known = registry(Role(ME, role, unit, department, None, None))
    allowed = {action for action in rights.ON_CASE if rights.may(known, ME, action, case(subject), DAY)}
    assert allowed == {LETTERS[letter] for letter in cell.strip("-")}


def test_the_matrix_names_every_role_there_is() -> None:
    assert {cell[0] for cell in cells()} == set(rights.ROLES) == set(shipped_roles())


@pytest.mark.parametrize(
    ("role", "row"), [(line.split()[0], line.split()[1:]) for line in OFFICES.strip().splitlines()[1:]]
)
def test_an_office(role: str, row: list[str]) -> None:
    names = OFFICES.strip().splitlines()[0].split()[1:]
    assert set(names) == set(rights.OFFICE)
    known = registry(Role(ME, role, COMMUNE, OURS, None, None))
    held = {name for name in names if rights.offices(known, ME, name, DAY) == [COMMUNE]}
    assert held == {name for name, cell in zip(names, row, strict=True) if cell == "x"}


@pytest.mark.parametrize("role", [*rights.HAMLET_HEADS, *rights.HAMLET_OTHERS])
def test_a_hamlet_cadre_has_no_office(role: str) -> None:
    known = registry(Role(ME, role, HAMLET, None, None, None))
    assert [name for name in rights.OFFICE if rights.offices(known, ME, name, DAY)] == []


def test_what_one_reported_one_reads_whatever_one_is() -> None:
    assert rights.on_case(registry(), REPORTER, case(), DAY) == {"brief", "words"}


@pytest.mark.parametrize("category", ["ma_tuy", "bao_luc_gia_dinh_tre_em"])
def test_neighbours_hear_nothing_of_a_sensitive_case(category: str) -> None:
    known = registry(Role(ME, "truong_thon", HAMLET, None, None, None))
    assert not rights.on_case(known, ME, case(category=category), DAY)


@pytest.mark.parametrize(("first", "last", "held"), [(25, 25, True), (20, 24, False), (26, 30, False)])
def test_who_stands_in_has_the_rights_on_those_days_only(first: int, last: int, held: bool) -> None:
    leave = Absence(1, ME, date(2026, 11, first), date(2026, 11, last))
    known = replace(registry(Role(1, "can_bo_don_vi", COMMUNE, OURS, None, None)), absences=(leave,))
    assert rights.may(known, ME, "handle", case(), DAY) is held
    assert rights.may(known, 1, "handle", case(), DAY), "who is on leave keeps them: an emergency is not refused"
    assert known.members(OURS, DAY) == ([ME] if held else [1])


def test_who_may_handle_has_a_row_in_the_state_table() -> None:
    """No right without a way to use it, and no way to use it without the right."""
    for role, (unit, department) in product(rights.ROLES, PLACES_OF_ROLE.values()):
        known = registry(Role(ME, role, unit, department, None, None))
        standing = access.best(access.standing(known, ME, case(), DAY))
        moves = set(status.allowed("petition", "new", standing)) - {"reply"}
        assert bool(moves) is rights.may(known, ME, "handle", case(), DAY), role


ANY_ROLE = st.builds(
    lambda code, place: Role(ME, code, *place, None, None),
    st.sampled_from(rights.ROLES),
    st.tuples(st.sampled_from([PROVINCE, COMMUNE, HAMLET, OTHER_COMMUNE]), st.sampled_from([None, OURS, THEIRS])),
)


@given(
    st.lists(ANY_ROLE, max_size=3), st.sampled_from(["petition", "practice"]), st.sampled_from(rights.ON_CASE),
    st.sampled_from([OURS, THEIRS]), st.sampled_from([COMMUNE, OTHER_COMMUNE]), st.sampled_from([HAMLET, None]),
    st.sampled_from([ME, REPORTER]), st.sampled_from(["moi_truong", "ma_tuy"]),
)  # fmt: skip
def test_a_query_finds_what_the_table_allows(
    roles: list[Role], subject: str, action: str, department: int, unit: int, hamlet: int | None, reporter: int,
    category: str,
) -> None:  # fmt: skip
    known = registry(*roles)
    it = case(
        subject, department_id=department, unit_id=unit, hamlet_id=hamlet, reporter_id=reporter,
        **({"category": category} if subject == "petition" else {}),
    )  # fmt: skip
    rules = dict(access.scope(known, ME, action, DAY))[subject]
    fits = any(
        not column or (getattr(it, column) == value and (column != "hamlet_id" or not rights.is_sensitive(it)))
        for column, value in rules
    )
    assert fits is rights.may(known, ME, action, it, DAY)
