"""Who may see and move a case: the one function everything asks (rule 16)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from handlers import rights, routing
from handlers.registry import Registry

Scope = list[tuple[str, list[tuple[str, int]]]]


def standing(registry: Registry, person_id: int, case: Any, day: date) -> frozenset[str]:
    """What a person is to a case, as the state table names it; empty: they may neither read nor move it.

    "reporter"; "department", of the one that owns it now ("intake" where that is the commune's intake office);
    "superior", who leads its commune; "reader", who may read it and no more. `case` is a row.
    """
    found: set[str] = set()
    if case.reporter_id == person_id:
        found.add("reporter")
    for role in registry.roles_of(person_id, day):
        for relation in rights.relations(registry, role, case):
            allowed = rights.TABLE.get((case.subject, role.code, relation), frozenset())
            if "handle" in allowed:
                found.add(
                    relation if relation == "superior" else "intake" if is_intake(registry, case) else "department"
                )
            elif "words" in allowed:
                found.add("reader")
    return frozenset(found)


def scope(registry: Registry, person_id: int, action: str, day: date) -> Scope:
    """What a person may `action` (see `rights.ON_CASE`), as rules for a query: (subject, [(column, value), …])."""
    roles = registry.roles_of(person_id, day)
    found: Scope = []
    for subject in ("petition", "practice"):
        pairs = rights.rules(registry, roles, action, subject)
        found.append((subject, [*pairs, ("reporter_id", person_id)] if action in rights.OF_OWN else pairs))
    return found


def is_intake(registry: Registry, case: Any) -> bool:
    """Does the case lie with its commune's intake office?"""
    return bool(routing.intake(registry, case.unit_id).id == case.department_id)


def departments_of(registry: Registry, person_id: int, day: date) -> list[int]:
    """The departments whose work a person sees: their own, and all of the commune they lead."""
    found: set[int] = set()
    for role in registry.roles_of(person_id, day):
        if role.department_id is not None and "handle" in rights.TABLE.get(
            ("petition", role.code, "department"), frozenset()
        ):
            found.add(role.department_id)
        if "handle" in rights.TABLE.get(("petition", role.code, "superior"), frozenset()):
            found.update(d.id for d in registry.departments.values() if d.unit_id == role.unit_id)
    return sorted(found)


def communes_of(registry: Registry, person_id: int, day: date) -> list[int]:
    """The communes a person belongs to by any role."""
    units = (registry.commune_of(role.unit_id) for role in registry.roles_of(person_id, day))
    return sorted({unit.id for unit in units if unit is not None})


def communes_known(registry: Registry, person_id: int, day: date) -> list[int]:
    """Where a code they type may be of: today's communes first, then those of roles they had, where reports of theirs lie."""
    units = (registry.commune_of(role.unit_id) for role in registry.roles_ever(person_id))
    return list(dict.fromkeys([*communes_of(registry, person_id, day), *(u.id for u in units if u is not None)]))


def units_known(registry: Registry, person_id: int, day: date) -> set[int]:
    """The hamlets a person may mean by a name: those of their communes, of the whole province for its officials."""
    roles = registry.roles_of(person_id, day)
    province = registry.province()
    everywhere = province is not None and any(role.unit_id == province.id for role in roles)
    communes = set(communes_of(registry, person_id, day))
    return {
        unit.id
        for unit in registry.units.values()
        if unit.kind == "hamlet" and (everywhere or unit.parent_id in communes)
    }


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
    order = ("intake", "department", "superior", "reader", "reporter")
    held = set(roles)
    return next((role for role in order if role in held), "")
