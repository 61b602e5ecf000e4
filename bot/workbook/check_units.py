"""The units' sheet: communes, hamlets, and how hamlets were renamed, merged and split."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final, NamedTuple

from bot.workbook import cells
from bot.workbook.context import Check
from bot.workbook.layout import UNITS
from bot.workbook.problems import MISSING
from bot.workbook.read import Row
from handlers import facts
from handlers.facts import places
from handlers.vietnamese import fold
from handlers.words import N_

_OTHER_CODE: Final = N_("{name} has the official code {right}, not {value}.")
BAD_CODE: Final = N_("“{value}” is no code: letters without diacritics, digits, dash; 32 at most.")
_TAKEN: Final = N_("the code “{value}” belongs to {name}. Each unit has its own.")
_HAMLETS_ONLY: Final = N_("only hamlets are renamed, merged or split here.")
_NOT_CHOSEN: Final = N_("is empty, but an old name or other hamlet is written beside it. Choose what happened.")
_SAME: Final = N_("A hamlet cannot be merged into or split from itself.")
_PEOPLE_LEFT: Final = N_(
    "{name} is gone from {day}; {count} roles there have no end yet. Give each a day off or a new hamlet."
)
_ORDER: Final = N_("{first} must come before {last}.")
CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
ONE_DAY: Final = timedelta(days=1)


class _Event(NamedTuple):
    row: Row
    kind: str
    code: str
    commune: str
    day: date


def check(c: Check) -> None:
    """Every unit first, then what happened between them: the other hamlet may stand further down."""
    rows = c.book.rows(UNITS)
    for row in rows:  # communes that are not among the shipped ones are known before their hamlets' rows are read
        _new_commune(c, row)
    events = []
    for row in rows:
        before = len(c.found.problems)
        event = _unit(c, row)
        if len(c.found.problems) > before:
            c.broken.add(fold(str(row.cells.get("hamlet", ""))))
        elif event is not None:
            events.append(event)
    for event in events:
        if event.kind != "rename":
            _between(c, event)


def _new_commune(c: Check, row: Row) -> None:
    """A commune the program does not know yet: its name with Xã or Phường, and a five-digit code of its own."""
    typed, code = row.cells.get("commune", ""), row.cells.get("code", "")
    if not isinstance(typed, str) or not isinstance(code, str) or row.cells.get("hamlet"):
        return
    number = cells.commune_code(code)
    if not number or number in facts.communes() or places.named(typed):
        return
    if re.match(r"(?:xã|phường|thị trấn) ", typed, re.IGNORECASE):
        c.add_commune(number, typed)


def _unit(c: Check, row: Row) -> _Event | None:
    commune = c.commune(row)
    if commune is None:
        return None
    if not row.cells.get("hamlet"):
        _commune_row(c, row, commune)
        return None
    name, code = c.text(row, "hamlet"), _code(c, row)
    change, day = c.choice(row, "change"), c.day(row, "day")
    if row.cells.get("with") and not row.cells.get("change"):
        c.wrong(row, "change", _NOT_CHOSEN)
    if change and not row.cells.get("with"):
        c.wrong(row, "with", MISSING)
    if change and not isinstance(day, date):
        if not row.cells.get("day"):
            c.wrong(row, "day", MISSING)
        return None
    old = c.text(row, "with") if change == "rename" else ""
    unit = _which(c, row, commune, name, code, old)
    if unit is None or not c.once(row, unit):
        return None
    if change == "rename" and isinstance(day, date):
        _renamed(c, unit, name, old, day)
    _want(c, row, commune, unit, name)
    return _Event(row, change, unit, commune, day) if change and isinstance(day, date) else None


def _code(c: Check, row: Row) -> str:
    code = c.text(row, "code")
    if code and not CODE.fullmatch(code):
        c.wrong(row, "code", BAD_CODE, value=code)
        return ""
    return code


def _commune_row(c: Check, row: Row, commune: str) -> None:
    code = _code(c, row)
    if code and cells.commune_code(code) != commune and code != commune:
        c.wrong(row, "code", _OTHER_CODE, name=c.value("unit", commune)["name"], right=commune, value=code)
    if row.cells.get("change") or row.cells.get("with"):
        c.wrong(row, "change", _HAMLETS_ONLY)
    if c.once(row, commune):
        _days(c, row, commune)


def _which(c: Check, row: Row, commune: str, name: str, code: str, old: str) -> str | None:
    """The code of the hamlet this row is about, a new one for a new hamlet; None when wrong and named."""
    if code and c.has("unit", code):
        there = c.value("unit", code)
        if there["parent"] != commune:
            c.wrong(row, "code", _TAKEN, value=code, name=there["name"])
            return None
        return code
    for spelling in (old, name):
        means = c.hamlets_named(commune, spelling) if spelling else []
        exact = [m for m in means if c.value("unit", m)["name"].casefold() == spelling.casefold()]
        same = exact or [m for m in means if _respelt(c, m, spelling)]
        if len(same) == 1 and not code:
            return same[0]
        if len(same) > 1 and not code:
            return c.hamlet(row, "hamlet", commune)
    return code or _next_code(c, commune)


def _respelt(c: Check, code: str, spelling: str) -> bool:
    """Is it a hamlet of the database, its name now with other diacritics? Not where a row of its own keeps the old name."""
    name = c.known["unit"].get((code,), {}).get("name", "")
    kept = (str(row.cells.get("hamlet", "")).casefold() for row in c.book.rows(UNITS))
    return fold(name) == fold(spelling) and name.casefold() not in kept


def _next_code(c: Check, commune: str) -> str:
    """The lowest free number; codes that other rows ask for are not given away."""
    asked = c.asked(UNITS)
    number = 1
    while c.has("unit", f"{commune}-{number:02d}") or f"{commune}-{number:02d}" in asked:
        number += 1
    return f"{commune}-{number:02d}"


def _want(c: Check, row: Row, commune: str, code: str, name: str) -> None:
    before = c.known["unit"].get((code,), {}).get("name", name)
    told = any(kind == "rename" and old == code for _day, kind, old, _new in c.wanted["change"])
    if fold(before) != fold(name) and not told:
        # The code says it is the same hamlet: its new name is a renaming, though nobody said so.
        _renamed(c, code, name, before, c.today)
    c.want("unit", (code,), kind="hamlet", name=name, parent=commune)
    c.index_hamlet(code, commune, name)
    c.unit_rows[code] = row
    _days(c, row, code)


def _days(c: Check, row: Row, code: str) -> None:
    """From and to; "gone from" is the first day without it, what is stored is the last day with it."""
    first, gone = c.day(row, "from"), c.day(row, "to")
    last = gone - ONE_DAY if isinstance(gone, date) else gone
    if isinstance(first, date) and isinstance(last, date) and last < first:
        _ = c.words
        names = {key: _(UNITS.column(key).title) for key in ("from", "to")}
        c.wrong(row, "to", _ORDER, first=names["from"], last=names["to"])
        return
    c.want("unit", (code,), valid_from=first, valid_to=last)


def _renamed(c: Check, code: str, name: str, old: str, day: date) -> None:
    known = c.known["unit"].get((code,), {}).get("name")
    if known is not None and known != name:
        old = known  # as it was written until now
    c.index_hamlet(code, c.value("unit", code).get("parent", ""), old)
    c.want("change", (day, "rename", code, code), old_name=old, new_name=name)


def _between(c: Check, event: _Event) -> None:
    other = c.hamlet(event.row, "with", event.commune)
    if other is None:
        return
    if other == event.code:
        c.wrong(event.row, "with", _SAME)
        return
    old, new = (event.code, other) if event.kind == "merge" else (other, event.code)
    names = {code: c.value("unit", code)["name"] for code in (old, new)}
    known = c.known["change"].get((event.day, event.kind, old, new))
    if known is None:  # names as they were then: a later renaming does not change what happened
        c.want("change", (event.day, event.kind, old, new), old_name=names[old], new_name=names[new])
    if event.kind == "merge":
        c.want("unit", (old,), valid_to=event.day - ONE_DAY)
    else:
        c.want("unit", (new,), valid_from=event.day)


def people_left(c: Check) -> None:
    """After the people's sheet: roles that go on in a hamlet that is no more."""
    gone = {
        code: values["valid_to"]
        for (code,), values in c.wanted["unit"].items()
        if values.get("valid_to") and c.known["unit"].get((code,), {}).get("valid_to") != values["valid_to"]
    }
    if not gone:
        return
    left: dict[str, int] = dict.fromkeys(gone, 0)
    for key in {**c.known["role"], **c.wanted["role"]}:
        if key[2] in gone and c.value("role", *key).get("valid_to") is None:
            left[key[2]] += 1
    for code, count in left.items():
        if count and code in c.unit_rows:
            day, name = gone[code] + ONE_DAY, c.value("unit", code)["name"]
            c.note(c.unit_rows[code], "hamlet", _PEOPLE_LEFT, name=name, day=f"{day:%d/%m/%Y}", count=count)
