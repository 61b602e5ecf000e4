"""Writes a plan in one transaction: all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from bot.workbook.plan import Change
from bot.workbook.snapshot import TABLES, Snapshot
from storage import registry_write

_BATCH: Final = 2_000
Row = dict[str, Any]
Progress = Callable[[int], None]


def apply(
    conn: Connection, changes: Sequence[Change], known: Snapshot, now: datetime, progress: Progress = lambda _n: None
) -> bool:
    """False when the registry was changed by somebody else since `known` was read: nothing is written then.

    `progress` is told how many more changes were written. Raises SQLAlchemy's errors; the caller's transaction rolls back.
    """
    codes = {key[0] for key in known["person"]} | {c.key[0] for c in changes if c.table == "person"}
    sample = bool(codes) and all(code.startswith("mau-") for code in codes)  # made-up people say so in their code
    if not registry_write.claim(conn, known.version, sample=sample, now=now):
        return False
    _free_phones(conn, changes, known)
    writer = _Writer(conn)
    for table in TABLES:
        writer.write(table, [change for change in changes if change.table == table], progress)
    return True


def _free_phones(conn: Connection, changes: Sequence[Change], known: Snapshot) -> None:
    moving = [c.key[0] for c in changes if c.table == "person" and c.before and "phone" in c.values]
    taken = {values["phone"] for (code,), values in known["person"].items() if code in set(moving)}
    if any(c.table == "person" and c.values.get("phone") in taken for c in changes):
        by_code = registry_write.ids(conn, "person")
        registry_write.free_phones(conn, [by_code[code] for code in moving])


def _batches(changes: Sequence[Change]) -> Iterator[Sequence[Change]]:
    for start in range(0, len(changes), _BATCH):
        yield changes[start : start + _BATCH]


class _Writer:
    """Turns codes into ids, table after table: those above are written before those that point at them."""

    def __init__(self, conn: Connection) -> None:
        self.conn = conn
        self._ids: dict[str, dict[Any, int]] = {}

    def ids(self, table: str) -> dict[Any, int]:
        """Read when first needed; forgotten when the table is written."""
        if table not in self._ids:
            self._ids[table] = registry_write.ids(self.conn, table)
        return self._ids[table]

    def write(self, table: str, changes: Sequence[Change], progress: Progress) -> None:
        """New rows, then changed ones."""
        if table == "unit":  # the province before its communes before their hamlets
            order = {"province": 0, "commune": 1, "hamlet": 2}
            for level in range(3):
                self._add(
                    table, [c for c in changes if c.before is None and order[c.values["kind"]] == level], progress
                )
        else:
            self._add(table, [c for c in changes if c.before is None], progress)
        old = [change for change in changes if change.before is not None]
        for some in _batches(old):
            if table == "calendar_day":
                registry_write.add(self.conn, table, [self._row(change) for change in some])
            else:
                rows = [self._row(change) for change in some]
                registry_write.change(self.conn, table, _KEYS[table], rows)
            progress(len(some))
        for change in changes:
            if table == "group_plan" and "mode" in change.values:
                registry_write.regroup(self.conn, self.ids("unit")[change.key[0]], change.key[1])
        self._ids.pop(table, None)

    def _add(self, table: str, changes: Sequence[Change], progress: Progress) -> None:
        for some in _batches(changes):
            registry_write.add(self.conn, table, [self._row(change) for change in some])
            progress(len(some))
        self._ids.pop(table, None)

    def _row(self, change: Change) -> Row:
        row: Row = getattr(self, f"_{change.table}")(change)
        return row

    def _unit(self, change: Change) -> Row:
        values = dict(change.values)
        if "parent" in values:
            parent = values.pop("parent")
            values["parent_id"] = self.ids("unit")[parent] if parent else None
        return {"code": change.key[0], **values}

    def _department(self, change: Change) -> Row:
        return {"unit_id": self.ids("unit")[change.key[0]], "code": change.key[1], **change.values}

    def _person(self, change: Change) -> Row:
        return {"code": change.key[0], **change.values}

    def _role(self, change: Change) -> Row:
        person, code, unit, department = change.key
        unit_id = self.ids("unit")[unit]
        values: Row = {k: v for k, v in change.values.items() if k in ("valid_from", "valid_to")}
        for name in ("superior", "substitute"):
            if name in change.values:
                whom = change.values[name]
                values[f"{name}_id"] = self.ids("person")[whom] if whom else None
        natural = (self.ids("person")[person], code, unit_id, self._department_id(unit_id, department))
        if change.before is not None:
            return {"id": self.ids("role")[natural], **values}
        return {**dict(zip(("person_id", "code", "unit_id", "department_id"), natural, strict=True)), **values}

    def _department_id(self, unit_id: int, code: str | None) -> int | None:
        return self.ids("department")[unit_id, code] if code else None

    def _routing(self, change: Change) -> Row:
        unit_id, values = self.ids("unit")[change.key[1]], change.values
        row: Row = {"category": change.key[0], "unit_id": unit_id}
        if "department" in values:
            row["department_id"] = self._department_id(unit_id, values["department"])
        if "co_departments" in values:
            row["co_departments"] = [self._department_id(unit_id, code) for code in values["co_departments"]]
        if "province_department" in values:
            row["province_department"] = self._of_province(values["province_department"])
        return row

    def _of_province(self, code: str | None) -> int | None:
        if code is None:
            return None
        from handlers import facts

        return self._department_id(self.ids("unit")[facts.province()[0]], code)

    def _group_plan(self, change: Change) -> Row:
        unit_id, values = self.ids("unit")[change.key[0]], dict(change.values)
        if "department" in values:
            values["department_id"] = self._department_id(unit_id, values.pop("department"))
        return {"unit_id": unit_id, "name": change.key[1], **values}

    def _calendar_day(self, change: Change) -> Row:
        return {"day": change.key[0], "source": "workbook", **change.values}

    def _setting(self, change: Change) -> Row:
        return {"unit_id": self.ids("unit")[change.key[0]], "name": change.key[1], **change.values}

    def _change(self, change: Change) -> Row:
        day, kind, old, new = change.key
        units = self.ids("unit")
        return {"day": day, "kind": kind, "old_unit_id": units[old], "new_unit_id": units[new], **change.values}


_KEYS: Final = {
    "unit": ("code",),
    "department": ("unit_id", "code"),
    "person": ("code",),
    "role": ("id",),
    "routing": ("category", "unit_id"),
    "group_plan": ("unit_id", "name"),
    "setting": ("unit_id", "name"),
    "change": ("day", "kind", "old_unit_id", "new_unit_id"),
}
