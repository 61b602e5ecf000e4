"""Who may see and move a case: the one function everything asks (rule 16)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from handlers import routing
from handlers.registry import Registry

LEADERS = frozenset({"lanh_dao_ubnd", "lanh_dao_dang"})


def standing(registry: Registry, person_id: int, case: Any, day: date) -> frozenset[str]:
    """What a person is to a case; empty: they may neither see nor move it.

    "reporter"; "department", of the one that owns it now ("intake" where that is the commune's intake office);
    "superior", who leads its commune. `case` is a row with reporter_id, department_id, unit_id.
    """
    found: set[str] = set()
    if case.reporter_id == person_id:
        found.add("reporter")
    for role in registry.roles_of(person_id, day):
        if role.department_id is not None and role.department_id == case.department_id:
            found.add("intake" if is_intake(registry, case) else "department")
        if role.code in LEADERS and role.unit_id == case.unit_id:
            found.add("superior")
    return frozenset(found)


def is_intake(registry: Registry, case: Any) -> bool:
    """Does the case lie with its commune's intake office?"""
    return bool(routing.intake(registry, case.unit_id).id == case.department_id)


def departments_of(registry: Registry, person_id: int, day: date) -> list[int]:
    """The departments whose work a person sees: their own, and all of the commune they lead."""
    found: set[int] = set()
    for role in registry.roles_of(person_id, day):
        if role.department_id is not None:
            found.add(role.department_id)
        if role.code in LEADERS:
            found.update(d.id for d in registry.departments.values() if d.unit_id == role.unit_id)
    return sorted(found)


def communes_of(registry: Registry, person_id: int, day: date) -> list[int]:
    """The communes a person belongs to by any role."""
    units = (registry.commune_of(role.unit_id) for role in registry.roles_of(person_id, day))
    return sorted({unit.id for unit in units if unit is not None})


def groups_seen(registry: Registry, person_id: int, day: date) -> Callable[[Any], bool]:
    """Which groups (rows with department_id, unit_id) a person reads along in.

    Those of a department whose work they see, and those of a commune in which they are an official.
    """
    departments = set(departments_of(registry, person_id, day))
    communes = set(communes_of(registry, person_id, day)) if departments else set()

    def sees(group: Any) -> bool:
        return group.department_id in departments if group.department_id else group.unit_id in communes

    return sees


def is_official(registry: Registry, person_id: int, day: date) -> bool:
    """Does anyone's work come to them?"""
    return bool(departments_of(registry, person_id, day))


def best(roles: Iterable[str]) -> str:
    """The standing a person acts in when they have several: their office comes before being the reporter."""
    order = ("intake", "department", "superior", "reporter")
    held = set(roles)
    return next((role for role in order if role in held), "")
