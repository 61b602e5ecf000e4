"""The registry in memory: who is who, which department answers for what, where. Built once per version, never changed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from storage.registry import Tables


@dataclass(frozen=True, slots=True)
class Unit:
    """Province, commune or hamlet."""

    id: int
    code: str
    kind: str
    name: str
    parent_id: int | None
    valid_from: date | None = None
    valid_to: date | None = None

    def on(self, day: date) -> bool:
        """Is it there on this day? A hamlet that was merged into another stays readable but takes nothing new."""
        return (self.valid_from or day) <= day <= (self.valid_to or day)


@dataclass(frozen=True, slots=True)
class Department:
    """A body of a unit that answers."""

    id: int
    unit_id: int
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Role:
    """What a person is, where, from when to when (both inclusive)."""

    person_id: int
    code: str
    unit_id: int
    department_id: int | None
    valid_from: date | None
    valid_to: date | None
    superior_id: int | None = None
    substitute_id: int | None = None

    def on(self, day: date) -> bool:
        """Does it hold on this day?"""
        return (self.valid_from or day) <= day <= (self.valid_to or day)


@dataclass(frozen=True, slots=True)
class Person:
    """One of the roster."""

    id: int
    code: str
    name: str
    phone: str
    language: str


@dataclass(frozen=True)
class Registry:
    """Look-ups over one version of the registry."""

    version: int = 0
    sample: bool = False
    units: dict[int, Unit] = field(default_factory=dict)
    departments: dict[int, Department] = field(default_factory=dict)
    people: dict[int, Person] = field(default_factory=dict)
    roles: tuple[Role, ...] = ()
    routing: dict[tuple[str, int], int] = field(default_factory=dict)
    settings: dict[tuple[int, str], str] = field(default_factory=dict)
    calendar: dict[date, bool] = field(default_factory=dict)

    @cached_property
    def _by_person(self) -> dict[int, list[Role]]:
        found: dict[int, list[Role]] = defaultdict(list)
        for role in self.roles:
            found[role.person_id].append(role)
        return found

    @cached_property
    def _by_department(self) -> dict[int, list[Role]]:
        found: dict[int, list[Role]] = defaultdict(list)
        for role in self.roles:
            if role.department_id is not None:
                found[role.department_id].append(role)
        return found

    @cached_property
    def by_phone(self) -> dict[str, Person]:
        """Phone in digits (0…) -> person."""
        return {person.phone: person for person in self.people.values() if person.phone}

    @cached_property
    def children(self) -> dict[int, list[Unit]]:
        """Unit -> the units below it, by name."""
        found: dict[int, list[Unit]] = defaultdict(list)
        for unit in sorted(self.units.values(), key=lambda unit: unit.name):
            if unit.parent_id is not None:
                found[unit.parent_id].append(unit)
        return found

    def roles_of(self, person_id: int, day: date) -> list[Role]:
        """The person's roles on this day."""
        return [role for role in self._by_person.get(person_id, ()) if role.on(day)]

    def members(self, department_id: int, day: date) -> list[int]:
        """Ids of the people of a department on this day."""
        return sorted({role.person_id for role in self._by_department.get(department_id, ()) if role.on(day)})

    def holders(self, code: str, unit_id: int, day: date) -> list[int]:
        """Ids of those who hold a role in a unit on this day."""
        return sorted(
            {role.person_id for role in self.roles if role.code == code and role.unit_id == unit_id and role.on(day)}
        )

    def commune_of(self, unit_id: int) -> Unit | None:
        """The commune a unit lies in (itself, if it is one); none for the province."""
        unit = self.units.get(unit_id)
        while unit is not None and unit.kind != "commune":
            unit = self.units.get(unit.parent_id) if unit.parent_id is not None else None
        return unit

    def province(self) -> Unit | None:
        """The province, if the registry has one."""
        return next((unit for unit in self.units.values() if unit.kind == "province"), None)

    def setting(self, unit_id: int, name: str, default: str = "") -> str:
        """A unit's setting, else that of the units above it, else `default`."""
        unit = self.units.get(unit_id)
        while unit is not None:
            value = self.settings.get((unit.id, name))
            if value is not None:
                return value
            unit = self.units.get(unit.parent_id) if unit.parent_id is not None else None
        return default

    def department(self, unit_id: int, code: str) -> Department | None:
        """A unit's department by its code."""
        return next((d for d in self.departments.values() if d.unit_id == unit_id and d.code == code), None)


def build(tables: Tables) -> Registry:
    """The registry of what the database holds."""
    return Registry(
        version=tables.version,
        sample=tables.sample,
        units={r.id: Unit(r.id, r.code, r.kind, r.name, r.parent_id, r.valid_from, r.valid_to) for r in tables.units},
        departments={r.id: Department(r.id, r.unit_id, r.code, r.name) for r in tables.departments},
        people={r.id: Person(r.id, r.code, r.name, r.phone or "", r.language) for r in tables.people},
        roles=tuple(
            Role(
                r.person_id,
                r.code,
                r.unit_id,
                r.department_id,
                r.valid_from,
                r.valid_to,
                r.superior_id,
                r.substitute_id,
            )
            for r in tables.roles
        ),
        routing={(r.category, r.unit_id): r.department_id for r in tables.routing},
        settings={(r.unit_id, r.name): r.value for r in tables.settings},
        calendar={r.day: r.works for r in tables.calendar},
    )
