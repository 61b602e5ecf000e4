"""Departments, texts, routing, groups, calendar; and what the facts fill in where the workbook leaves it out."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from bot.workbook import cells, lists
from bot.workbook.cells import WrongError
from bot.workbook.check_units import BAD_CODE, CODE
from bot.workbook.context import Check
from bot.workbook.layout import CALENDAR, CLEAR, DEPARTMENTS, GROUPS, ROUTING, TEXTS
from bot.workbook.problems import MISSING
from bot.workbook.read import Row
from handlers import facts
from handlers.data_requests import MOST
from handlers.vietnamese import fold
from handlers.words import N_

_NEEDS_CODE: Final = N_("is empty, and “{name}” is none of the usual departments. Give it a short code of your own.")
_NEEDS_NAME: Final = N_("is empty, and “{code}” is none of the usual codes. Write the department's name.")
_LEAD_TOO: Final = N_("{name} leads already; leave it out here.")
_FULL: Final = N_("A group that shows everything must belong to one department. Write which, or choose “{brief}”.")
_NOT_ROUTED: Final = N_(
    "{commune}: {count} categories have no department of their own here and go to the intake office: {names}."
)


def departments(c: Check) -> None:
    """The listed ones; the usual twelve for a commune that has and lists none; the province's for the province."""
    for row in c.book.rows(DEPARTMENTS):
        _department(c, row)
    listed = {unit for unit, _code in (*c.known["department"], *c.wanted["department"])}
    for commune in c.communes():
        if commune not in listed:
            kind = "phuong" if fold(c.value("unit", commune)["name"]).startswith("phuong") else "xa"
            for code, department in facts.departments().items():
                _add(c, commune, code, department.title(kind))
    province = facts.province()[0]
    if c.has("unit", province) and province not in listed:
        for code, name in facts.province_departments().items():
            _add(c, province, code, name.vi)


def _department(c: Check, row: Row) -> None:
    unit, name, code = c.commune(row), c.text(row, "name"), c.text(row, "code")
    if unit is None:
        return
    if not name and not code:
        c.wrong(row, "name", MISSING)
        return
    if code and not CODE.fullmatch(code):
        c.wrong(row, "code", BAD_CODE, value=code)
        return
    usual = _usual(unit)
    code = code or _code_of(c, unit, name)
    if not code:
        c.wrong(row, "code", _NEEDS_CODE, name=name)
        return
    code = next((known for known in usual if known.casefold() == code.casefold()), code)
    name = name or c.value("department", unit, code).get("name", "") or usual.get(code, "")
    if not name:
        c.wrong(row, "name", _NEEDS_NAME, code=code)
    elif c.once(row, unit, code):
        _add(c, unit, code, name)


def _usual(unit: str) -> dict[str, str]:
    if unit == facts.province()[0]:
        return {code: name.vi for code, name in facts.province_departments().items()}
    ward = unit in facts.communes() and facts.communes()[unit].type == "phuong"
    return {code: d.title("phuong" if ward else "xa") for code, d in facts.departments().items()}


def _code_of(c: Check, unit: str, name: str) -> str:
    """Of one that is there under this name, or a usual one."""
    for (where, code), values in c.known["department"].items():
        if where == unit and fold(values["name"]) == fold(name):
            return str(code)
    kind = "province_departments" if unit == facts.province()[0] else "departments"
    ward = {fold(d.vi_ward): code for code, d in facts.departments().items()}
    return lists.code_of(kind, name) or str(ward.get(fold(name), ""))


def _add(c: Check, unit: str, code: str, name: str) -> None:
    c.want("department", (unit, code), name=name)
    c.index_department(unit, code, name)


def texts(c: Check) -> None:
    """Settings of a commune, or of the whole province where no commune is written."""
    for row in c.book.rows(TEXTS):
        unit, name, value = (
            c.commune(row, whole=len(c.communes()) != 1),
            c.choice(row, "name"),
            row.cells.get("value", ""),
        )
        if unit is None or name is None:
            continue
        typed = c.text(row, "value", longest=2000)
        if not typed:
            continue
        if name in ("intake", "practice_owner"):
            typed = c.department(row, "value", unit, typed) or ""
        elif name == "retention_months":
            typed = _number(c, row, "value", 1, 600)
        elif name in MOST:
            typed = _number(c, row, "value", 1, MOST[name])
        elif name == "duty_phone" and typed.isdecimal() and len(typed) == 9:
            typed = f"0{value}"
        if typed and c.once(row, unit, name):
            c.want("setting", (unit, name), value=typed)


def _number(c: Check, row: Row, key: str, low: int, high: int) -> str:
    try:
        return str(cells.number(row.cells[key], low, high))
    except WrongError as error:
        c.wrong(row, key, error.sentence, **error.values)
        return ""


def routing(c: Check) -> None:
    """The listed ones, then the usual department of every category that no row and no database names."""
    rows = c.book.rows(ROUTING)
    for row in sorted(
        rows, key=lambda row: not row.cells.get("commune")
    ):  # a row for one commune wins over one for all
        _routing(c, row)
    for commune in c.communes():
        missing = []
        for code, category in facts.categories().items():
            if c.has("routing", code, commune):
                continue
            if not c.has("department", commune, category.department):
                missing.append(category.vi)
                continue
            c.want("routing", (code, commune), department=category.department, **_usual_help(c, code, commune, None))
        if missing and c.book.pages:
            page = c.book.pages.get(ROUTING.key) or next(iter(c.book.pages.values()))
            name = c.value("unit", commune)["name"]
            c.note(Row(page, 0, {}), "", _NOT_ROUTED, commune=name, count=len(missing), names="; ".join(missing))


def _usual_help(c: Check, category: str, commune: str, lead: str | None) -> dict[str, list[str] | str | None]:
    """Co-departments and province department of the facts, as far as there are such."""
    above = facts.categories()[category].province_department
    return {
        "co_departments": [
            code
            for code in facts.co_departments().get(category, ())
            if code != lead and c.has("department", commune, code)
        ],
        "province_department": above if c.has("department", facts.province()[0], above) else None,
    }


def _routing(c: Check, row: Row) -> None:
    category, typed, province = c.choice(row, "category"), c.text(row, "department"), _province_department(c, row)
    everywhere = not row.cells.get("commune")
    communes = c.communes() if everywhere else [code] if (code := c.commune(row)) else []
    for commune in communes:
        before = len(c.found.problems)
        lead = c.department(row, "department", commune, typed) if typed else None
        co = _co(c, row, commune, lead)
        if len(c.found.problems) > before:
            return  # what is wrong for one commune would be said again for each
        if not category or not lead or (everywhere and len(communes) > 1 and ("one", category, commune) in c.done):
            continue
        if not everywhere:
            c.done.add(("one", category, commune))
        if c.once(row, category, commune):
            help_: dict[str, list[str] | str | None] = {"co_departments": co, "province_department": province}
            if not c.has("routing", category, commune):
                usual = _usual_help(c, category, commune, lead)
                help_ = {name: usual[name] if value is None else value for name, value in help_.items()}
            c.want("routing", (category, commune), department=lead, **help_)


def _co(c: Check, row: Row, commune: str, lead: str | None) -> list[str] | None:
    """Co-departments; None (unchanged, or the usual ones for a new row) when the cell is empty."""
    typed = c.text(row, "co")
    if not typed:
        return None
    if typed == CLEAR:
        return []
    found = []
    for part in filter(None, (part.strip() for part in re.split(r"[;\n]|,(?!\s*Đảng)", typed))):
        code = c.department(row, "co", commune, part)
        if code and code == lead:
            c.wrong(row, "co", _LEAD_TOO, name=part)
        elif code and code not in found:
            found.append(code)
    return found


def _province_department(c: Check, row: Row) -> str | None:
    typed = c.text(row, "province")
    if not typed or typed == CLEAR:
        return typed or None
    return c.department(row, "province", facts.province()[0], typed)


def groups(c: Check) -> None:
    """Groups the commune wants; a chat becomes one when a code is typed there."""
    for row in c.book.rows(GROUPS):
        name, unit, mode, weekday = c.text(row, "name"), c.commune(row), c.choice(row, "mode"), c.choice(row, "weekday")
        typed = c.text(row, "department")
        department = c.department(row, "department", unit, typed) if unit and typed else None
        hour = _number(c, row, "hour", 0, 23) if row.cells.get("hour") else ""
        if mode == "full" and not typed:
            c.wrong(row, "mode", _FULL, brief=lists.names("modes", c.words.lang)["brief"])
        elif name and unit and c.once(row, unit, name):
            new = (unit, name) not in c.known["group_plan"]
            c.want("group_plan", (unit, name), department=department, mode=mode or ("brief" if new else None),
                   weekday=int(weekday) if weekday else None, hour=int(hour) if hour else None)  # fmt: skip


def calendar(c: Check) -> None:
    """Days that are not what the national calendar says."""
    for row in c.book.rows(CALENDAR):
        day, works = c.day(row, "day"), c.choice(row, "works")
        if isinstance(day, date) and works and c.once(row, day):
            c.want("calendar_day", (day,), works=works == "yes")
