"""Units, departments, people, roles, routing, settings: what a commune's workbook brings."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from storage.models.base import Json, Key, Sealed, UtcTime, metadata

unit = Table(
    "unit",
    metadata,
    Column("id", Key, primary_key=True),
    Column("code", String(32), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),  # province, commune, hamlet
    Column("name", String(200), nullable=False),
    Column("parent_id", ForeignKey("unit.id")),
    Column("valid_from", Date),
    Column("valid_to", Date),
)

department = Table(
    "department",
    metadata,
    Column("id", Key, primary_key=True),
    Column("unit_id", ForeignKey("unit.id"), nullable=False),
    Column("code", String(32), nullable=False),
    Column("name", String(200), nullable=False),
    UniqueConstraint("unit_id", "code"),
)

person = Table(
    "person",
    metadata,
    Column("id", Key, primary_key=True),
    Column("code", String(64), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("phone", Sealed),
    Column("language", String(8), nullable=False, default="vi", server_default="vi"),
    Column("phone_mark", String(64), unique=True),  # `sealing.mark`: no two people have one number
)

role = Table(
    "role",
    metadata,
    Column("id", Key, primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False, index=True),
    Column("code", String(32), nullable=False),
    Column("unit_id", ForeignKey("unit.id"), nullable=False),
    Column("department_id", ForeignKey("department.id")),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("superior_id", ForeignKey("person.id")),
    Column("substitute_id", ForeignKey("person.id")),  # who stands in during leave
    UniqueConstraint("person_id", "code", "unit_id", "department_id"),
)

absence = Table(  # leave: on these days (both inclusive) the substitute holds the person's roles as well
    "absence",
    metadata,
    Column("id", Key, primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False, index=True),
    Column("substitute_id", ForeignKey("person.id"), nullable=False),
    Column("first", Date, nullable=False),
    Column("last", Date, nullable=False),
    Column("made_by", ForeignKey("person.id")),
    Column("made_at", UtcTime, nullable=False),
)

handover = Table(  # a role passes to another person: agreed on, then carried out on its first day
    "handover",
    metadata,
    Column("id", Key, primary_key=True),
    Column("role_id", ForeignKey("role.id"), nullable=False, index=True),
    Column("successor_id", ForeignKey("person.id"), nullable=False),
    Column("first", Date, nullable=False),  # the successor's first day
    Column("until", Date),  # when the role was to end before: put back where the handover is called off
    Column("made_by", ForeignKey("person.id")),
    Column("made_at", UtcTime, nullable=False),
    Column("state", String(8), nullable=False, index=True),  # agreed, done, off (called off), failed
    Column("done_at", UtcTime),
    Column("counts", Json),  # what passed: {"reports": 3, …}
)

routing = Table(
    "routing",
    metadata,
    Column("category", String(40), primary_key=True),
    Column("unit_id", ForeignKey("unit.id"), primary_key=True),
    Column("department_id", ForeignKey("department.id"), nullable=False),
    Column("co_departments", Json),  # ids of departments of the same unit that help
    Column("province_department", ForeignKey("department.id")),  # the province's department the lead may turn to
)

unit_change = Table(  # so that a case of a hamlet that is gone stays readable and counts can be followed
    "unit_change",
    metadata,
    Column("id", Key, primary_key=True),
    Column("day", Date, nullable=False),  # the first day of the new order
    Column("kind", String(8), nullable=False),  # merge (old into new), rename (old is new), split (new out of old)
    Column("old_unit_id", ForeignKey("unit.id"), nullable=False),
    Column("new_unit_id", ForeignKey("unit.id"), nullable=False),
    Column("old_name", String(200), nullable=False),
    Column("new_name", String(200), nullable=False),
    UniqueConstraint("day", "kind", "old_unit_id", "new_unit_id"),
)

group_plan = Table(  # groups a commune wants; a chat becomes one of them when a code is typed there
    "group_plan",
    metadata,
    Column("id", Key, primary_key=True),
    Column("unit_id", ForeignKey("unit.id"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("department_id", ForeignKey("department.id")),
    Column("mode", String(8), nullable=False, default="brief", server_default="brief"),
    Column("weekday", Integer),  # of its weekly summary: 1 Monday … 7 Sunday; 0 wants none; not set: the usual
    Column("hour", Integer),
    UniqueConstraint("unit_id", "name"),
)

setting = Table(  # per unit: which department owns intake, who owns the Dân vận movement, …
    "setting",
    metadata,
    Column("unit_id", ForeignKey("unit.id"), primary_key=True),
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)

calendar_day = (
    Table(  # days that are not what their weekday says: holidays, worked weekends; January 1st of every known year
        "calendar_day",
        metadata,
        Column("day", Date, primary_key=True),
        Column("works", Boolean, nullable=False),
        Column("source", String(16), nullable=False),  # package, workbook (which wins)
    )
)

registry_version = Table(  # one row; every change of the tables above raises it, so that servers reload
    "registry_version",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("sample", Boolean, nullable=False, default=False, server_default="0"),
    Column("changed_at", UtcTime),
)
