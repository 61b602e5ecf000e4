"""Whom an announcement is for, when it goes out, and that what is ticked survives in a button."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import announce, rights
from handlers import announce_choose as choosing
from handlers import announce_targets as targets
from handlers.announce_targets import Target
from handlers.clock import VN
from handlers.messages import Address, Incoming, Outgoing
from handlers.registry import Absence, Department, Person, Registry, Role, Unit, UnitChange
from handlers.words import words_for

if TYPE_CHECKING:
    from handlers.turn import Turn

DAY = date(2026, 11, 25)
PROVINCE, COMMUNE, NEXT, CLOUD, STREAM, ELSEWHERE = 1, 2, 3, 10, 11, 12
HALL, FARM = 20, 21
CLERK, LEADER, FARMER, HEAD, PARTY, OTHER, FAR = 1, 2, 3, 4, 5, 6, 7
REGISTRY = Registry(
    units={
        PROVINCE: Unit(PROVINCE, "19", "province", "Tỉnh", None),
        COMMUNE: Unit(COMMUNE, "a", "commune", "Xã A", PROVINCE),
        NEXT: Unit(NEXT, "b", "commune", "Xã B", PROVINCE),
        CLOUD: Unit(CLOUD, "a1", "hamlet", "Xóm Đồng Mây", COMMUNE),
        STREAM: Unit(STREAM, "a2", "hamlet", "Xóm Suối", COMMUNE),
        ELSEWHERE: Unit(ELSEWHERE, "b1", "hamlet", "Xóm Xa", NEXT),
    },
    departments={HALL: Department(HALL, COMMUNE, "VP", "Văn phòng"), FARM: Department(FARM, COMMUNE, "KT", "Kinh tế")},
    people={key: Person(key, f"ma-{key}", f"Người {key}", "", "vi") for key in range(1, 9)},
    roles=(
        Role(CLERK, "can_bo_truc", COMMUNE, HALL, None, None),
        Role(LEADER, "lanh_dao_dang", COMMUNE, None, None, None),
        Role(FARMER, "can_bo_don_vi", COMMUNE, FARM, None, None),
        Role(HEAD, "truong_thon", CLOUD, None, None, None),
        Role(PARTY, "bi_thu_chi_bo", CLOUD, None, None, None),
        Role(OTHER, "truong_thon", STREAM, None, None, None),
        Role(FAR, "truong_thon", ELSEWHERE, None, None, None),
        Role(8, "truong_thon", STREAM, None, None, date(2026, 11, 24)),  # yesterday was the last day
    ),
)


def whom(kind: str, *chosen: Any, unit: int = COMMUNE, registry: Registry = REGISTRY) -> list[int]:
    return targets.people(registry, Target(kind, unit, chosen), DAY)


@pytest.mark.parametrize(
    ("kind", "chosen", "people"),
    [
        ("all", (), [CLERK, LEADER, FARMER, HEAD, PARTY, OTHER]),
        ("units", (CLOUD,), [HEAD, PARTY]),
        ("units", (CLOUD, STREAM), [HEAD, PARTY, OTHER]),
        ("units", (ELSEWHERE,), []),  # not in this commune
        ("roles", ("truong_thon",), [HEAD, OTHER]),
        ("roles", ("truong_thon", "can_bo_don_vi"), [FARMER, HEAD, OTHER]),
        ("department", (FARM,), [FARMER]),
        ("groups", (), []),
    ],
)
def test_who_gets_it(kind: str, chosen: tuple[Any, ...], people: list[int]) -> None:
    assert whom(kind, *chosen) == people


def test_the_province_reaches_every_commune() -> None:
    assert whom("roles", "truong_thon", unit=PROVINCE) == [HEAD, OTHER, FAR]
    assert whom("units", NEXT, unit=PROVINCE) == [FAR]
    assert [unit.id for unit in targets.parts(REGISTRY, PROVINCE, DAY)] == [COMMUNE, NEXT]


def test_who_is_on_leave_is_replaced_and_nobody_gets_it_twice() -> None:
    away = replace(REGISTRY, absences=(Absence(HEAD, PARTY, DAY, DAY),))
    assert whom("units", CLOUD, registry=away) == [PARTY]


def test_a_hamlet_merged_into_another_is_reached_through_it() -> None:
    gone = replace(REGISTRY.units[STREAM], valid_to=date(2026, 11, 24))
    merged = UnitChange(DAY, "merge", STREAM, CLOUD, "Xóm Suối", "Xóm Đồng Mây")
    registry = replace(REGISTRY, units=REGISTRY.units | {STREAM: gone}, changes=(merged,))
    assert whom("units", CLOUD, registry=registry) == [HEAD, PARTY, OTHER]
    assert [unit.id for unit in targets.parts(registry, COMMUNE, DAY)] == [CLOUD]


def test_hamlets_are_listed_as_people_sort_them() -> None:
    names = ("Tổ 10", "Tổ 2", "Tổ Đông", "Tổ Tây", "Tổ Dưới")
    units = {100 + i: Unit(100 + i, f"x{i}", "hamlet", name, COMMUNE) for i, name in enumerate(names)}
    registry = Registry(units=units | {COMMUNE: REGISTRY.units[COMMUNE]})
    assert [u.name for u in targets.parts(registry, COMMUNE, DAY)] == ["Tổ Đông", "Tổ Dưới", "Tổ Tây", "Tổ 2", "Tổ 10"]


@pytest.mark.parametrize(
    ("hour", "goes"),
    [
        ((5, 59), (25, 7, 0)),
        ((0, 0), (25, 7, 0)),
        ((6, 0), (25, 6, 0)),
        ((12, 30), (25, 12, 30)),
        ((20, 59), (25, 20, 59)),
        ((21, 0), (26, 7, 0)),
        ((23, 59), (26, 7, 0)),
    ],
)
def test_nobody_is_woken(hour: tuple[int, int], goes: tuple[int, int, int]) -> None:
    now = datetime(2026, 11, 25, *hour, tzinfo=VN).astimezone(UTC)
    assert announce.when(now) == datetime(2026, 11, *goes, tzinfo=VN)
    assert announce.when(now).tzinfo is UTC


# What is ticked.


@given(st.integers(0, 2**200))
def test_a_number_survives_being_packed(number: int) -> None:
    assert targets.unpacked(targets.packed(number)) == number


@given(st.text(max_size=60))
def test_anything_else_is_nothing(text: str) -> None:
    assert targets.unpacked(text) >= 0


@given(st.integers(1, choosing.MOST), st.data())
def test_the_ticks_name_the_keys(count: int, data: st.DataObject) -> None:
    keys = list(range(1000, 1000 + count))
    chosen = data.draw(st.sets(st.sampled_from(keys)))
    mask = sum(1 << keys.index(key) for key in chosen)
    assert targets.ticked(keys, targets.unpacked(targets.packed(mask))) == tuple(sorted(chosen))


def test_another_list_has_another_mark() -> None:
    assert targets.check([1, 2, 3]) != targets.check([1, 2, 4])
    assert targets.check([1, 2, 3]) == targets.check([1, 2, 3])


def turn(tap: str, registry: Registry = REGISTRY) -> Turn:
    address = Address("fake", "1", "c")
    found: Any = SimpleNamespace(
        registry=registry, me=registry.people[CLERK], day=DAY, words=words_for("vi"), conn=None,
        incoming=Incoming("fake", "1", "k", "u", "c", tap=tap),
        say=lambda text, buttons=(), *, edit=False, to=None: Outgoing(address, text, buttons),
    )  # fmt: skip
    return cast("Turn", found)


def test_every_button_of_the_longest_list_fits_and_leads_to_what_it_says() -> None:
    """A province's worth of places, all ticked one by one through the buttons alone."""
    units = {10**6 + i: Unit(10**6 + i, f"x{i}", "hamlet", f"Tổ {i}", COMMUNE) for i in range(choosing.MOST)}
    roles = tuple(Role(HEAD + i % 4, "truong_thon", unit, None, None, None) for i, unit in enumerate(units))
    registry = replace(REGISTRY, units={COMMUNE: REGISTRY.units[COMMUNE]} | units, roles=roles)
    mark = targets.check([unit.id for unit in targets.parts(registry, COMMUNE, DAY)])
    data, done = f"o:u:{COMMUNE}:{mark}:0:0", ""
    for _step in range(2 * choosing.MOST):
        what, unit, *rest = data[2:].split(":")
        screen = choosing.pressed(turn(data, registry), what, int(unit), rest)
        assert isinstance(screen, Outgoing)
        buttons = [button for row in screen.buttons for button in row]
        assert all(len(button.data.encode()) <= 64 for button in buttons)
        done = next((button.data for button in buttons if button.label.startswith("✅")), done)
        fresh = [b for b in buttons if b.label.startswith("Tổ")] or [b for b in buttons if b.label == "Xem thêm"]
        if not fresh:
            break
        data = fresh[0].data
    what, unit, *rest = done[2:].split(":")
    target = choosing.pressed(turn(done, registry), what, int(unit), rest)
    assert isinstance(target, Target)
    assert set(target.chosen) == set(units)


def test_a_button_from_before_the_list_changed_ticks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing, "screen", lambda turn, unit: Outgoing(Address("", "", ""), "begin anew"))
    mark = targets.check([unit.id for unit in targets.parts(REGISTRY, COMMUNE, DAY)])
    changed = replace(REGISTRY, units=REGISTRY.units | {13: Unit(13, "a3", "hamlet", "Xóm Mới", COMMUNE)})
    for what in ("u", "ud"):
        assert isinstance(choosing.pressed(turn("", REGISTRY), what, COMMUNE, [mark, "0", "1"]), Outgoing | Target)
        anew = choosing.pressed(turn("", changed), what, COMMUNE, [mark, "0", "1"])
        assert isinstance(anew, Outgoing)
        assert anew.text == "begin anew"


def test_only_these_offices_announce() -> None:
    assert "can_bo_don_vi" not in rights.OFFICE["announce"]
    assert not rights.OFFICE["announce"] & {*rights.HAMLET_HEADS, *rights.HAMLET_OTHERS, *rights.ADMINS}


def test_a_kept_target_is_read_back_and_nothing_else_is_one() -> None:
    for target in (Target("all", 2), Target("units", 2, (10, 11)), Target("roles", 2, ("truong_thon",))):
        assert Target.from_json(target.to_json()) == target
    for other in (None, "all", {}, {"kind": "nobody", "unit": 2, "chosen": []}):
        assert Target.from_json(other) is None
