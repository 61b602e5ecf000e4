"""A registry by codes, as a workbook speaks of it: what the database holds, and what a workbook wants."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection

from storage import registry as registry_rows
from storage import registry_write

Key = tuple[Any, ...]
Values = dict[str, Any]  # a field that is not there: unchanged
Table = dict[Key, Values]

TABLES: Final = ("unit", "department", "person", "role", "routing", "group_plan", "calendar_day", "setting", "change")


@dataclass(slots=True)
class Snapshot:
    """Rows by natural key.

    unit (code): kind name parent valid_from valid_to · department (unit, code): name · person (code): name phone
    language · role (person, code, unit, department or ""): valid_from valid_to superior substitute · routing (category,
    unit): department co_departments province_department (codes) · group_plan (unit, name): department mode weekday hour ·
    calendar_day (day): works · setting (unit, name): value · change (day, kind, old unit, new unit): old_name new_name.
    """

    version: int = 0
    tables: dict[str, Table] = field(default_factory=lambda: {name: {} for name in TABLES})

    def __getitem__(self, table: str) -> Table:
        return self.tables[table]


@dataclass(slots=True)
class _Codes:
    """Ids -> codes."""

    units: dict[int, str]
    departments: dict[int, str]
    people: dict[int, str]


def read(conn: Connection) -> Snapshot:
    """What the database holds, ids turned to codes."""
    rows, more = registry_rows.read(conn), registry_write.read(conn)
    codes = _Codes(
        {r.id: r.code for r in rows.units},
        {r.id: r.code for r in rows.departments},
        {r.id: r.code for r in rows.people},
    )
    found = Snapshot(rows.version)
    _offices(found, rows, codes)
    _people(found, rows, codes)
    _work(found, rows, more, codes)
    for r in more.changes:
        names = {"old_name": r.old_name, "new_name": r.new_name}
        found["change"][r.day, r.kind, codes.units[r.old_unit_id], codes.units[r.new_unit_id]] = names
    return found


def _offices(found: Snapshot, rows: registry_rows.Tables, codes: _Codes) -> None:
    for r in rows.units:
        found["unit"][r.code,] = {
            "kind": r.kind,
            "name": r.name,
            "parent": codes.units.get(r.parent_id),
            "valid_from": r.valid_from,
            "valid_to": r.valid_to,
        }
    for r in rows.departments:
        found["department"][codes.units[r.unit_id], r.code] = {"name": r.name}


def _people(found: Snapshot, rows: registry_rows.Tables, codes: _Codes) -> None:
    for r in rows.people:
        found["person"][r.code,] = {"name": r.name, "phone": r.phone, "language": r.language}
    for r in rows.roles:
        department = codes.departments.get(r.department_id, "")
        found["role"][codes.people[r.person_id], r.code, codes.units[r.unit_id], department] = {
            "valid_from": r.valid_from,
            "valid_to": r.valid_to,
            "superior": codes.people.get(r.superior_id),
            "substitute": codes.people.get(r.substitute_id),
        }


def _work(found: Snapshot, rows: registry_rows.Tables, more: registry_write.More, codes: _Codes) -> None:
    for r in rows.routing:
        found["routing"][r.category, codes.units[r.unit_id]] = {
            "department": codes.departments[r.department_id],
            "co_departments": [codes.departments[i] for i in r.co_departments or ()],
            "province_department": codes.departments.get(r.province_department),
        }
    for r in rows.settings:
        found["setting"][codes.units[r.unit_id], r.name] = {"value": r.value}
    for r in rows.calendar:
        if r.source == "workbook":
            found["calendar_day"][r.day,] = {"works": bool(r.works)}
    for r in more.groups:
        found["group_plan"][codes.units[r.unit_id], r.name] = {
            "department": codes.departments.get(r.department_id),
            "mode": r.mode,
            "weekday": r.weekday,
            "hour": r.hour,
        }
