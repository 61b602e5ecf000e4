"""The people's sheet: one row per person and role; who is who across rows and beside the database."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from bot.workbook import cells
from bot.workbook.cells import WrongError
from bot.workbook.check_units import BAD_CODE, CODE, ONE_DAY
from bot.workbook.context import Check
from bot.workbook.layout import CLEAR, PEOPLE
from bot.workbook.read import Row
from handlers import facts
from handlers.vietnamese import fold
from handlers.words import N_

_SHARED: Final = N_(
    "{phone} is the number of {name} ({code}). If it is the same person, write that code; else correct the number."
)
_TWO_NAMES: Final = N_("There are several people called {name}: {codes}. Write the person's code or phone.")
_NAMESAKE: Final = N_(
    "There is a {name} elsewhere in the commune ({codes}). The same person: write that code. Another: write the phone."
)
_OTHER_NAME: Final = N_("row {row} gives the same person the name {name}. Write one name in both rows.")
_OTHER_PHONE: Final = N_("row {row} gives the same person the phone {phone}. Write one number in both rows.")
_NEEDS_HAMLET: Final = N_("is empty, but “{role}” is a role in a hamlet. Write which hamlet.")
_NO_HAMLET: Final = N_("“{role}” is a role of the commune. Leave the hamlet empty, or choose another role.")
_NEEDS_DEPARTMENT: Final = N_("is empty, but “{role}” belongs to a department. Write which one.")
_ORDER: Final = N_("“{last}” must come after “{first}”.")
_NOBODY: Final = N_("“{value}” is nobody on the list of people. Write the name as there, the phone or the code.")
_SELF: Final = N_("Nobody is their own superior or substitute.")
_CIRCLE: Final = N_("The superiors go in a circle: {names}. Somebody must be at the top.")
# Where a role's department is left empty: its usual one, or the setting that names it.
_USUAL: Final = {
    "can_bo_truc": ("intake", "VP_HDND_UBND"),
    "phu_trach_dan_van": ("practice_owner", "BXDD"),
    "lanh_dao_ubnd": ("", "CT_UBND"),
}


@dataclass(slots=True)
class _Roster:
    """Everybody there is and will be, found by phone and name; and the rows that spoke of each."""

    by_phone: dict[str, str] = field(default_factory=dict)
    by_name: dict[str, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))
    at: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # person -> codes of their communes
    holds: dict[str, set[tuple[str, str]]] = field(default_factory=lambda: defaultdict(set))  # person -> (role, unit)
    first: dict[tuple[str, str], Row] = field(default_factory=dict)  # (person, field) -> the row that gave it
    next: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Line:
    row: Row
    person: str
    key: tuple[str, str, str, str]


def check(c: Check) -> None:
    """People and roles first, then superiors and substitutes, who may stand further down."""
    roster = _roster(c)
    lines = []
    for row in c.book.rows(PEOPLE):
        line = _line(c, roster, row)
        if line is not None:
            lines.append(line)
        else:  # whoever names this person is not told so twice
            c.broken |= {fold(str(row.cells[key])) for key in ("name", "phone", "code") if key in row.cells}
    for line in lines:
        for key in ("superior", "substitute"):
            _other(c, roster, line, key)
    _circles(c, lines)


def _roster(c: Check) -> _Roster:
    roster = _Roster()
    for (code,), values in c.known["person"].items():
        roster.by_name[fold(values["name"])][code] = None
        if values["phone"]:
            roster.by_phone[values["phone"]] = code
    for person, role, unit, _department in c.known["role"]:
        roster.at[person].add(_commune_of(c, unit))
        roster.holds[person].add((role, unit))
    return roster


def _commune_of(c: Check, unit: str) -> str:
    values = c.value("unit", unit)
    return str(values["parent"]) if values.get("kind") == "hamlet" else unit


def _line(c: Check, roster: _Roster, row: Row) -> _Line | None:
    before = len(c.found.problems)
    name, role, phone = c.text(row, "name"), c.choice(row, "role"), _phone(c, row)
    level = facts.roles()[role].level if role else ""
    commune = c.commune(row, whole=level == "province")
    unit = _unit(c, row, commune, role, level) if commune else None
    department = _department(c, row, unit, role) if unit and role else None
    first, last = _days(c, row)
    language = c.choice(row, "language")
    if not name or commune is None or unit is None or role is None:
        return None
    person = _who(c, roster, row, name, phone, commune, (role, unit))
    if person is None or len(c.found.problems) > before:
        return None
    if not c.once(row, person, role, unit, department or ""):
        return None
    _want_person(c, roster, row, person, name, phone, language)
    roster.at[person].add(commune)
    roster.holds[person].add((role, unit))
    key = (person, role, unit, department or "")
    c.want("role", key, valid_from=first, valid_to=last)
    return _Line(row, person, key)


def _phone(c: Check, row: Row) -> str | None:
    value = row.cells.get("phone")
    if value is None or value == CLEAR:
        return CLEAR if value else None
    try:
        return cells.phone(value)
    except WrongError as error:
        c.wrong(row, "phone", error.sentence, **error.values)
        return None


def _unit(c: Check, row: Row, commune: str, role: str | None, level: str) -> str | None:
    if not row.cells.get("hamlet"):
        if role and level == "hamlet":
            c.wrong(row, "hamlet", _NEEDS_HAMLET, role=facts.roles()[role].name(c.words.lang))
            return None
        return commune
    unit = c.hamlet(row, "hamlet", commune)
    if role and level != "hamlet":
        c.wrong(row, "hamlet", _NO_HAMLET, role=facts.roles()[role].name(c.words.lang))
        return None
    return unit


def _department(c: Check, row: Row, unit: str, role: str) -> str | None:
    typed = c.text(row, "department")
    commune = _commune_of(c, unit)
    if typed:
        return c.department(row, "department", commune, typed)
    setting, usual = _USUAL.get(role, ("", ""))
    code = str(c.value("setting", commune, setting).get("value") or usual) if usual else ""
    if code and c.has("department", commune, code):
        return code
    if role == "can_bo_don_vi" or usual:
        c.wrong(row, "department", _NEEDS_DEPARTMENT, role=facts.roles()[role].name(c.words.lang))
    return None


def _days(c: Check, row: Row) -> tuple[date | str | None, date | str | None]:
    """First and last day of the role; "off from" is the first day without it."""
    first, off = c.day(row, "from"), c.day(row, "to")
    last = off - ONE_DAY if isinstance(off, date) else off
    if isinstance(first, date) and isinstance(last, date) and last < first:
        titles = {key: c.words(PEOPLE.column(key).title) for key in ("from", "to")}
        c.wrong(row, "to", _ORDER, first=titles["from"], last=titles["to"])
    return first, last


def _who(
    c: Check, roster: _Roster, row: Row, name: str, phone: str | None, commune: str, post: tuple[str, str]
) -> str | None:
    """The code of the person a row is about: by code, by phone, by name in the commune; else somebody new."""
    code = c.text(row, "code")
    if code and not CODE.fullmatch(code):
        c.wrong(row, "code", BAD_CODE, value=code)
        return None
    owner = roster.by_phone.get(phone) if phone else None
    if owner is not None and owner != code and (code or fold(c.value("person", owner)["name"]) != fold(name)):
        c.wrong(row, "phone", _SHARED, phone=phone, name=c.value("person", owner)["name"], code=owner)
        return None
    if code or owner is not None:
        return code or owner
    return _by_name(c, roster, row, name, phone, commune, post)


def _by_name(
    c: Check, roster: _Roster, row: Row, name: str, phone: str | None, commune: str, post: tuple[str, str]
) -> str | None:
    """The namesake who holds this very post; else the one in the same hamlet or office; elsewhere it is asked about."""
    namesakes = [p for p in roster.by_name.get(fold(name), ()) if commune in roster.at[p]]
    same = [p for p in namesakes if post in roster.holds[p]]
    if not same:
        same = [p for p in namesakes if any(unit == post[1] for _role, unit in roster.holds[p])]
        if phone and phone != CLEAR:  # a number of their own makes them another person than one whose number is known
            same = [p for p in same if not c.value("person", p).get("phone")]
            namesakes = same
    if len(same) == 1:
        return same[0]
    if namesakes:
        c.wrong(row, "name", _TWO_NAMES if same else _NAMESAKE, name=name, codes=", ".join(namesakes))
        return None
    return _new_code(c, roster, commune)


def _new_code(c: Check, roster: _Roster, commune: str) -> str:
    """Numbered within the commune; codes that the workbook gives itself are not given away."""
    number = roster.next.get(commune, 1)
    while c.has("person", f"{commune}-cb{number:04d}") or f"{commune}-cb{number:04d}" in c.asked(PEOPLE):
        number += 1
    roster.next[commune] = number + 1
    return f"{commune}-cb{number:04d}"


def _want_person(
    c: Check, roster: _Roster, row: Row, person: str, name: str, phone: str | None, language: str | None
) -> None:
    said = c.wanted["person"].get((person,), {})
    for key, value, sentence in (("name", name, _OTHER_NAME), ("phone", phone, _OTHER_PHONE)):
        if value and value != CLEAR and said.get(key) and said[key] != value:
            first = roster.first.get((person, key))
            c.wrong(row, key, sentence, row=first.number if first else "?", **{key: said[key]})
            return
        if value:
            roster.first.setdefault((person, key), row)
    old = c.value("person", person).get("phone")
    if old and phone and old != phone and roster.by_phone.get(old) == person:
        del roster.by_phone[old]
    c.want("person", (person,), name=name, phone=phone, language=language)
    if (person,) not in c.known["person"]:
        c.wanted["person"][person,].setdefault("language", "vi")
    roster.by_name[fold(name)][person] = None
    if phone and phone != CLEAR:
        roster.by_phone[phone] = person


def _other(c: Check, roster: _Roster, line: _Line, key: str) -> None:
    """A superior or substitute by code, phone or name; a namesake of the same commune comes before others."""
    typed = c.text(line.row, key)
    if not typed:
        return
    if typed == CLEAR:
        c.want("role", line.key, **{key: CLEAR})
        return
    found = _people(c, roster, typed, _commune_of(c, line.key[2]))
    if not found:
        if fold(typed) not in c.broken:
            c.wrong(line.row, key, _NOBODY, value=typed)
    elif len(found) > 1:
        c.wrong(line.row, key, _TWO_NAMES, name=typed, codes=", ".join(found))
    elif found[0] == line.person:
        c.wrong(line.row, key, _SELF)
    else:
        c.want("role", line.key, **{key: found[0]})


def _people(c: Check, roster: _Roster, typed: str, commune: str) -> list[str]:
    if c.has("person", typed):
        return [typed]
    try:
        owner = roster.by_phone.get(cells.phone(typed))
    except WrongError:
        owner = None
    if owner is not None:
        return [owner]
    named = list(roster.by_name.get(fold(typed), ()))
    return [person for person in named if commune in roster.at[person]] or named


def _circles(c: Check, lines: list[_Line]) -> None:
    above: dict[str, set[str]] = defaultdict(set)
    for key in {**c.known["role"], **c.wanted["role"]}:
        superior = c.value("role", *key).get("superior")
        if superior:
            above[key[0]].add(superior)
    told: set[str] = set()
    for line in lines:
        if "superior" not in line.row.cells or line.person in told:
            continue
        path = _way_back(above, line.person)
        if path:
            told.update(path)
            names = " -> ".join(c.value("person", person)["name"] for person in path)
            c.wrong(line.row, "superior", _CIRCLE, names=names)


def _way_back(above: dict[str, set[str]], start: str) -> list[str]:
    """From a person up until the same person again; empty when the way ends at the top."""
    came: dict[str, str] = {}
    queue = [start]
    for person in queue:
        for superior in sorted(above.get(person, ())):
            if superior == start:
                path = [start, person]
                while path[-1] != start:
                    path.append(came[path[-1]])
                return path[::-1]
            if superior not in came:
                came[superior] = person
                queue.append(superior)
    return []
