"""The registry in memory: who is who, which department answers for what, where. Built once per version, never changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from handlers.vietnamese import fold
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
    stands_in_for: int | None = None  # whose role it is, while they are on leave
    id: int = 0

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


@dataclass(frozen=True, slots=True)
class Absence:
    """Leave, both days inclusive: the substitute holds the person's roles as well."""

    person_id: int
    substitute_id: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class UnitChange:
    """A hamlet became another from `day` on: merge (old into new), rename (old is new), split (new out of old)."""

    day: date
    kind: str
    old_id: int
    new_id: int
    old_name: str
    new_name: str


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
    absences: tuple[Absence, ...] = ()
    changes: tuple[UnitChange, ...] = ()  # by day

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

    @cached_property
    def _stand_ins(self) -> dict[int, list[Absence]]:
        found: dict[int, list[Absence]] = defaultdict(list)
        for absence in self.absences:
            found[absence.substitute_id].append(absence)
        return found

    def roles_of(self, person_id: int, day: date) -> list[Role]:
        """The person's roles on this day, those of people they stand in for among them."""
        own = [role for role in self._by_person.get(person_id, ()) if role.on(day)]
        for absence in self._stand_ins.get(person_id, ()):
            if absence.first <= day <= absence.last:
                theirs = (role for role in self._by_person.get(absence.person_id, ()) if role.on(day))
                own += [replace(role, person_id=person_id, stands_in_for=absence.person_id) for role in theirs]
        return own

    @cached_property
    def folded_names(self) -> dict[int, str]:
        """Person -> full name without diacritics; those of one word only are left out, being words as well."""
        return {person.id: fold(person.name) for person in self.people.values() if " " in person.name.strip()}

    def roles_ever(self, person_id: int) -> list[Role]:
        """All the person's own roles, past and coming ones too."""
        return self._by_person.get(person_id, [])

    def ended(self, person_id: int, day: date) -> bool:
        """Did they have a role, and have none any more?"""
        own = self.roles_ever(person_id)
        gone = all(role.valid_to is not None and role.valid_to < day for role in own)
        return bool(own) and gone and not self.roles_of(person_id, day)

    def away(self, day: date) -> dict[int, int]:
        """Who is on leave on this day -> who stands in."""
        return {a.person_id: a.substitute_id for a in self.absences if a.first <= day <= a.last}

    def members(self, department_id: int, day: date) -> list[int]:
        """Ids of the people of a department on this day; whoever is on leave is replaced by who stands in."""
        return self._present((r for r in self._by_department.get(department_id, ()) if r.on(day)), day)

    def holders(self, code: str, unit_id: int, day: date) -> list[int]:
        """Ids of those who hold a role in a unit on this day, likewise."""
        return self._present((r for r in self.roles if r.code == code and r.unit_id == unit_id and r.on(day)), day)

    def _present(self, roles: Iterable[Role], day: date) -> list[int]:
        away = self.away(day)
        return sorted({away.get(role.person_id, role.person_id) for role in roles})

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

    @cached_property
    def _changed(self) -> dict[int, list[UnitChange]]:
        found: dict[int, list[UnitChange]] = defaultdict(list)
        for change in self.changes:
            if change.old_id != change.new_id or change.kind == "rename":
                found[change.old_id].append(change)
        return found

    def heir(self, unit_id: int, day: date) -> int:
        """The unit that has taken this one's place by this day; itself, unless it was merged into another."""
        since = date.min
        for _step in self.changes:  # a circle in the workbook ends too
            merged = (c for c in self._changed.get(unit_id, ()) if c.kind == "merge" and since <= c.day <= day)
            change = next(merged, None)
            if change is None:
                break
            unit_id, since = change.new_id, change.day
        return unit_id

    def merged_into(self, unit_id: int, day: date) -> list[int]:
        """The units this one has taken the place of by this day, itself not among them."""
        gone = {change.old_id for change in self.changes if change.kind == "merge"} - {unit_id}
        return sorted(old for old in gone if self.heir(old, day) == unit_id)

    def now_named(self, unit_id: int, day: date, told: date | None = None) -> tuple[str, str]:
        """(the unit's name as of `told`, what the place is called on `day` where that is another name, else '').

        Without `told` only a merger counts: "Xóm A" and, since it became part of it, "Xóm B".
        """
        unit = self.units.get(unit_id)
        if unit is None:
            return "", ""
        renamed = (c for c in self._changed.get(unit_id, ()) if c.kind == "rename" and c.day > (told or day))
        then = next((change.old_name for change in renamed), unit.name)
        heir = self.units.get(self.heir(unit_id, day), unit)
        coming = (c for c in self._changed.get(heir.id, ()) if c.kind == "rename" and c.day > day)
        now = next((change.old_name for change in coming), heir.name)
        return then, "" if now == then else now

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
                id=r.id,
            )
            for r in tables.roles
        ),
        routing={(r.category, r.unit_id): r.department_id for r in tables.routing},
        settings={(r.unit_id, r.name): r.value for r in tables.settings},
        calendar={r.day: r.works for r in tables.calendar},
        absences=tuple(Absence(r.person_id, r.substitute_id, r.first, r.last) for r in tables.absences),
        changes=tuple(
            UnitChange(r.day, r.kind, r.old_unit_id, r.new_unit_id, r.old_name, r.new_name) for r in tables.changes
        ),
    )
