"""Which department answers: the table, the intake office, and never nobody."""

from __future__ import annotations

from dataclasses import replace

import pytest

from handlers import routing
from handlers.registry import Department, Registry, Unit

UNITS = {
    1: Unit(1, "19", "province", "Tỉnh", None),
    2: Unit(2, "05716", "commune", "Xã Võ Nhai", 1),
    3: Unit(3, "05716-01", "hamlet", "Xóm Đồng Mây", 2),
    4: Unit(4, "05722", "commune", "Xã Tràng Xá", 1),
}
ROADS, OFFICE, PARTY = Department(10, 2, "PKT", "Phòng Kinh tế"), Department(11, 2, "VP_HDND_UBND", "VP"), Department(12, 2, "BXDD", "Ban")  # fmt: skip
PROVINCE = Department(20, 1, "SO_NNMT", "Sở")
REGISTRY = Registry(
    units=UNITS, departments={d.id: d for d in (ROADS, OFFICE, PARTY, PROVINCE)}, routing={("giao_thong", 2): 10}
)


def test_the_table_decides() -> None:
    assert routing.for_petition(REGISTRY, "giao_thong", 2) == (ROADS, True)


@pytest.mark.parametrize("category", ["dien", "", "khong co"])
def test_without_a_row_it_is_the_intake_office_and_an_alarm_is_due(category: str) -> None:
    assert routing.for_petition(REGISTRY, category, 2) == (OFFICE, False)


def test_a_row_that_names_a_department_that_is_gone_counts_as_none() -> None:
    stale = replace(REGISTRY, routing={("giao_thong", 2): 99})
    assert routing.for_petition(stale, "giao_thong", 2) == (OFFICE, False)


def test_the_setting_names_another_intake_office() -> None:
    named = replace(REGISTRY, settings={(2, "intake"): "PKT"})
    assert routing.intake(named, 2) == ROADS
    assert routing.for_petition(named, "dien", 2) == (ROADS, False)
    nobody = replace(REGISTRY, settings={(2, "intake"): "KHONG_CO"})
    assert routing.intake(nobody, 2) == ROADS, "the commune's first department"


def test_a_commune_without_departments_falls_to_the_province() -> None:
    assert routing.for_petition(REGISTRY, "giao_thong", 4) == (PROVINCE, False)


def test_with_no_department_at_all_it_says_so() -> None:
    with pytest.raises(LookupError):
        routing.intake(replace(REGISTRY, departments={}), 2)


def test_good_practices_have_their_owner_by_setting() -> None:
    assert routing.for_practice(REGISTRY, 2) == (PARTY, True)
    assert routing.for_practice(replace(REGISTRY, settings={(2, "practice_owner"): "PKT"}), 2) == (ROADS, True)
    assert routing.for_practice(replace(REGISTRY, settings={(1, "practice_owner"): "KHONG_CO"}), 2) == (OFFICE, False)
