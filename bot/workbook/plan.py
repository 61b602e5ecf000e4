"""What an import would change: the workbook's wishes beside what the database holds. Pure; nothing is ever removed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from bot.workbook import lists
from bot.workbook.snapshot import TABLES, Key, Snapshot, Values
from handlers.words import N_, Words

NAMES: Final = {
    "unit": N_("Units"),
    "department": N_("Departments"),
    "person": N_("People"),
    "role": N_("Roles"),
    "routing": N_("Routing"),
    "group_plan": N_("Groups"),
    "calendar_day": N_("Calendar"),
    "setting": N_("Texts"),
    "change": N_("History of units"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One row to add (`before` is None) or to change; `values` holds only what differs."""

    table: str
    key: Key
    values: Values
    before: Values | None = None


def plan(wanted: Snapshot, known: Snapshot) -> list[Change]:
    """In the order in which they can be written. Empty when the database has it all already."""
    found = []
    for table in TABLES:
        for key, values in wanted[table].items():
            before = known[table].get(key)
            if before is None:
                found.append(Change(table, key, values))
                continue
            differs = {name: value for name, value in values.items() if before[name] != value}
            if differs:
                found.append(Change(table, key, differs, {name: before[name] for name in differs}))
    return found


def counts(changes: list[Change], words: Words) -> list[str]:
    """A line per table: "Cán bộ: 12 thêm mới, 3 thay đổi"."""
    added = Counter(change.table for change in changes if change.before is None)
    changed = Counter(change.table for change in changes if change.before is not None)
    return [
        words("{what}: {added} new, {changed} changed").format(
            what=words(NAMES[table]), added=added[table], changed=changed[table]
        )
        for table in TABLES
        if added[table] or changed[table]
    ]


def line(change: Change, wanted: Snapshot, known: Snapshot, words: Words) -> str:
    """One change in words: "+ Cán bộ: Nông Văn A", "~ Đơn vị: Xóm Na: Xóm Ná -> Xóm Na"."""
    subject = f"{words(NAMES[change.table])}: {_subject(change, wanted, known)}"
    if change.before is None:
        return f"+ {subject}"
    parts = (f"{_shown(change.before[name])} -> {_shown(value)}" for name, value in change.values.items())
    return f"~ {subject}: {'; '.join(parts)}"


def _subject(change: Change, wanted: Snapshot, known: Snapshot) -> str:
    """The names behind the codes of a key."""

    def name(table: str, *key: Any) -> str:
        row = wanted[table].get(key, {}).get("name") or known[table].get(key, {}).get("name")
        return str(row or "/".join(map(str, key)))

    key = change.key
    match change.table:
        case "unit" | "person":
            return f"{name(change.table, *key)} ({key[0]})"
        case "department":
            return f"{name('department', *key)}, {name('unit', key[0])}"
        case "role":
            return f"{name('person', key[0])}, {lists.names('roles')[key[1]]}, {name('unit', key[2])}"
        case "routing" | "setting" | "group_plan":
            unit, what = (key[1], key[0]) if change.table == "routing" else key
            kind = {"routing": "categories", "setting": "texts"}.get(change.table)
            return f"{lists.names(kind).get(what, what) if kind else what}, {name('unit', unit)}"
        case "change":
            return f"{_shown(key[0])} {change.values.get('old_name')} -> {change.values.get('new_name')}"
        case _:
            return _shown(key[0])


def _shown(value: Any) -> str:
    if value is None:
        return "…"
    if isinstance(value, list):
        return ", ".join(value) or "…"
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else str(value)
