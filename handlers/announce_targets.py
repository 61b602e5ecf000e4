"""Whom an announcement is for: everybody of a commune, some hamlets, some roles, a department, or the groups. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from zlib import crc32

from handlers import facts, rights
from handlers.registry import Registry, Role, Unit
from handlers.vietnamese import fold
from handlers.words import Words

KINDS: Final = ("all", "units", "roles", "department", "groups")
NAMED: Final = 4  # places or roles named before "and others"
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Target:
    """`unit` is the commune or province it is announced in; `chosen` unit ids, role codes, or one department's id."""

    kind: str
    unit: int
    chosen: tuple[Any, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {"kind": self.kind, "unit": self.unit, "chosen": list(self.chosen)}

    @classmethod
    def from_json(cls, body: Any) -> Target | None:
        """The target kept with a draft; none where there is none."""
        if not isinstance(body, dict) or body.get("kind") not in KINDS:
            return None
        return cls(body["kind"], int(body["unit"]), tuple(body["chosen"]))


def within(registry: Registry, unit_id: int) -> set[int]:
    """A unit and everything in it."""
    found, fresh = {unit_id}, {unit_id}
    while fresh:
        fresh = {unit.id for above in fresh for unit in registry.children.get(above, ())} - found
        found |= fresh
    return found


def people(registry: Registry, target: Target, day: date) -> list[int]:
    """Ids of those it is for; whoever is on leave is replaced by who stands in. Of groups: nobody."""
    places, away = within(registry, target.unit), registry.away(day)
    if target.kind == "units":
        places = {below for unit in target.chosen if unit in places for below in within(registry, unit)}
    held = (role for role in registry.roles if role.on(day) and _fits(registry, role, target, places, day))
    return sorted({away.get(role.person_id, role.person_id) for role in held})


def _fits(registry: Registry, role: Role, target: Target, places: set[int], day: date) -> bool:
    if target.kind == "groups":
        return False
    if target.kind == "department":
        return role.department_id in target.chosen and role.unit_id in places
    if target.kind == "roles" and role.code not in target.chosen:
        return False
    return role.unit_id in places or registry.heir(role.unit_id, day) in places  # a hamlet merged into another


def parts(registry: Registry, unit_id: int, day: date) -> list[Unit]:
    """The hamlets of a commune, the communes of a province, by name as people sort them: 2 before 10, Đ after D."""
    return sorted((u for u in registry.children.get(unit_id, ()) if u.on(day)), key=lambda u: (_order(u.name), u.id))


def _order(name: str) -> list[tuple[int, str]]:
    return [(int(word), "") if word.isdecimal() else (0, word) for word in fold(name).split()]


def codes(registry: Registry, unit_id: int, day: date) -> list[str]:
    """The roles that somebody holds there, in the order of `rights.ROLES`."""
    places = within(registry, unit_id)
    held = {role.code for role in registry.roles if role.unit_id in places and role.on(day)}
    return [code for code in rights.ROLES if code in held]


def departments(registry: Registry, unit_id: int, day: date) -> list[int]:
    """The unit's own departments in which there is anybody, by name."""
    busy = {role.department_id for role in registry.roles if role.on(day)}
    found = (d for d in registry.departments.values() if d.unit_id == unit_id and d.id in busy)
    return [department.id for department in sorted(found, key=lambda d: (_order(d.name), d.id))]


def label(registry: Registry, target: Target, words: Words) -> str:
    """The target in a few words."""
    unit = registry.units[target.unit].name
    if target.kind == "all":
        return words("everybody in {unit}").format(unit=unit)
    if target.kind == "groups":
        return words("the groups of {unit}").format(unit=unit)
    if target.kind == "department":
        return ", ".join(registry.departments[d].name for d in target.chosen if d in registry.departments)
    if target.kind == "units":
        names = [registry.units[u].name for u in target.chosen if u in registry.units]
        return some(names, words("{names} and {n} others"))
    names = [role_name(code, words.lang) for code in target.chosen]
    return f"{some(names, words('{names} and {n} other roles'))} ({unit})"


def some(names: Sequence[str], more: str, most: int = NAMED) -> str:
    """The first names, and how many follow (`more` a sentence with blanks)."""
    shown, rest = ", ".join(names[:most]), len(names) - most
    return shown if rest <= 0 else more.format(names=shown, n=rest)


def role_name(code: str, lang: str) -> str:
    """A role in a few words."""
    return facts.roles()[code].name(lang).partition(" (")[0]


# What is ticked travels in the buttons: a bit for each of the list, written short, beside a mark of the list it counts.


def check(keys: Sequence[object]) -> str:
    """Three characters that change with the list, so that an old button ticks nothing else than it says."""
    return packed(crc32(repr(keys).encode()) % 36**3)


def packed(number: int) -> str:
    """A number in base 36, which `int(…, 36)` reads."""
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"


def unpacked(text: str) -> int:
    """The number, 0 for what is none."""
    return int(text, 36) if text.isascii() and text.isalnum() and len(text) <= 48 else 0


def ticked(keys: Sequence[Any], mask: int) -> tuple[Any, ...]:
    """Those of the list whose bit is set."""
    return tuple(key for place, key in enumerate(keys) if mask >> place & 1)
