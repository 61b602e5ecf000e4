"""A made-up registry to try the program with: a real commune, made-up hamlets and people, the demo's three phones.

Rows name each other by code, as a commune's workbook does; `write` turns the codes into keys. Every person's code says
that they are made up ("mau-…"), every phone number is from a run of training numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Table, insert, select

from handlers import facts
from storage import registry_write
from storage.models import people as chat
from storage.models import registry as tables

Row = dict[str, Any]
Rows = dict[str, list[Row]]

COMMUNE: Final = "05716"  # Xã Võ Nhai
HAMLETS: Final = (
    "Đồng Mây", "Suối Trong", "Khe Rạc", "Nà Sơn", "Bản Chiềng", "Cây Thông", "Làng Giữa", "Đồi Chè", "Phố Mới",
    "Vực Xanh", "Gốc Đa", "Hang Dơi",
)  # fmt: skip
CADRE: Final = "mau-truong-xom-1"
OFFICIAL: Final = "mau-pkt-1"
CLERK: Final = "mau-pkt-2"
# phone of the demo's page -> (its account, the chats it shows)
DEMO_PHONES: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "cadre": ("p-demo-cadre", ("p-demo-cadre",)),
    "official": ("p-demo-official", ("p-demo-official",)),
    "group": ("p-demo-clerk", ("g:pkt", "g:xa")),
}

_FAMILY = (
    "Nông Văn", "Triệu Thị", "Hoàng Văn", "Ma Thị", "Lý Văn", "Bàn Thị", "Nguyễn Văn", "Dương Thị", "Lường Văn",
    "Hà Thị",
)  # fmt: skip
_GIVEN = (
    "An",
    "Bình",
    "Chi",
    "Dũng",
    "Hoa",
    "Giang",
    "Hạnh",
    "Khánh",
    "Lan",
    "Minh",
    "Ngân",
    "Phúc",
    "Quý",
    "Sơn",
    "Tâm",
)
_BUSY = frozenset({"PKT", "PVHXH", "CA"})  # these departments get two officials
_OFFICES: Final = ("PKT", "PVHXH", "CA", "TTPVHCC", "QS", "TYT", "MTTQ", "VPDU", "UBKT")


class _People:
    """Makes people up: a name and a phone number that nobody else here has."""

    def __init__(self) -> None:
        self.people: list[Row] = []
        self.roles: list[Row] = []

    def add(self, code: str, unit: str, *roles: tuple[str, str | None]) -> None:
        """`roles` are (role code, department code or none), all in `unit`."""
        place = len(self.people)
        name = f"{_FAMILY[(place + place // len(_GIVEN)) % len(_FAMILY)]} {_GIVEN[place % len(_GIVEN)]}"
        self.people.append({"code": code, "name": name, "phone": f"09000{place + 1:05d}", "language": "vi"})
        for role, department in roles:
            self.roles.append({"person": code, "code": role, "unit": unit, "department": department})


def registry(commune_code: str = COMMUNE, hamlets: int = 8, officials: Sequence[str] = _OFFICES) -> Rows:
    """Plain rows per table. `officials` names the departments whose officials are made up besides the fixed posts.

    unit (code, kind, name, parent) · department (unit, code, name) · person (code, name, phone, language) ·
    role (person, code, unit, department) · routing (category, unit, department) · setting (unit, name, value).
    Raises KeyError for a code that is no commune of the province.
    """
    commune = facts.communes()[commune_code]
    names = {code: department.title(commune.type) for code, department in facts.departments().items()}
    units = [*_upper_units(commune), *_hamlets(commune, hamlets)]
    people = _made_up(commune, [unit["code"] for unit in units[2:]], officials)
    return {
        "unit": units,
        "department": [{"unit": commune.code, "code": code, "name": name} for code, name in names.items()],
        "person": people.people,
        "role": people.roles,
        "routing": [
            {"category": category.code, "unit": commune.code, "department": category.department}
            for category in facts.categories().values()
        ],
        "setting": [
            {"unit": commune.code, "name": name, "value": value}
            for name, value in (
                ("intake", "VP_HDND_UBND"),
                ("practice_owner", "BXDD"),
                ("retention_months", "24"),
                ("controller", f"UBND {commune.name[0].lower()}{commune.name[1:]}"),
                ("duty_phone", "0900 099 999"),
            )
        ],
    }


def _upper_units(commune: facts.Commune) -> list[Row]:
    code, name = facts.province()
    return [
        {"code": code, "kind": "province", "name": name, "parent": None},
        {"code": commune.code, "kind": "commune", "name": commune.name, "parent": code},
    ]


def _hamlets(commune: facts.Commune, count: int) -> list[Row]:
    word = "Xóm" if commune.type == "xa" else "Tổ dân phố"
    names = [HAMLETS[i] if i < len(HAMLETS) else str(i + 1) for i in range(count)]
    return [
        {"code": f"{commune.code}-{i:02d}", "kind": "hamlet", "name": f"{word} {name}", "parent": commune.code}
        for i, name in enumerate(names, 1)
    ]


def _made_up(commune: facts.Commune, hamlets: list[str], officials: Sequence[str]) -> _People:
    people = _People()
    head, slug = ("truong_thon", "truong-xom") if commune.type == "xa" else ("to_truong_tdp", "to-truong")
    for i, hamlet in enumerate(hamlets, 1):
        people.add(f"mau-{slug}-{i}", hamlet, (head, None))
        people.add(f"mau-bi-thu-{i}", hamlet, ("bi_thu_chi_bo", None))
        people.add(f"mau-mat-tran-{i}", hamlet, ("truong_ban_ctmt", None))
    for department in officials:
        for i in range(1, 3 if department in _BUSY else 2):
            people.add(f"mau-{department.lower()}-{i}", commune.code, ("can_bo_don_vi", department))
    people.add("mau-van-phong-1", commune.code, ("can_bo_truc", "VP_HDND_UBND"))
    people.add("mau-van-phong-2", commune.code, ("can_bo_don_vi", "VP_HDND_UBND"))
    people.add("mau-chu-tich", commune.code, ("lanh_dao_ubnd", "CT_UBND"))
    people.add("mau-bi-thu-dang-uy", commune.code, ("lanh_dao_dang", None))
    people.add("mau-dan-van", commune.code, ("phu_trach_dan_van", "BXDD"))
    people.add("mau-quan-tri", commune.code, ("quan_tri", None))
    return people


def write(conn: Connection, rows: Rows, now: datetime | None = None) -> None:
    """Inserts the rows of `registry` into an empty database and marks it as the sample."""
    units = _insert_units(conn, rows["unit"])
    departments = _insert_departments(conn, rows["department"], units)
    registry_write.add(conn, "person", rows["person"])
    people = _ids(conn, tables.person, (r["code"] for r in rows["person"]))

    def department(row: Row) -> int | None:
        return departments[units[row["unit"]], row["department"]] if row["department"] else None

    conn.execute(
        insert(tables.role),
        [
            {
                "person_id": people[r["person"]],
                "code": r["code"],
                "unit_id": units[r["unit"]],
                "department_id": department(r),
            }
            for r in rows["role"]
        ],
    )
    conn.execute(
        insert(tables.routing),
        [
            {"category": r["category"], "unit_id": units[r["unit"]], "department_id": department(r)}
            for r in rows["routing"]
        ],
    )
    conn.execute(
        insert(tables.setting),
        [{"unit_id": units[r["unit"]], "name": r["name"], "value": r["value"]} for r in rows["setting"]],
    )
    conn.execute(insert(tables.registry_version).values(id=1, version=1, sample=True, changed_at=now))


def _insert_departments(conn: Connection, rows: list[Row], units: dict[str, int]) -> dict[tuple[int, str], int]:
    """The keys by unit and code."""
    table = tables.department
    conn.execute(insert(table), [{"unit_id": units[r["unit"]], "code": r["code"], "name": r["name"]} for r in rows])
    found = conn.execute(select(table.c.id, table.c.unit_id, table.c.code))
    return {(row.unit_id, row.code): row.id for row in found}


def _insert_units(conn: Connection, rows: list[Row]) -> dict[str, int]:
    """Those above before those below. The keys by code."""
    ids: dict[str, int] = {}
    for kind in ("province", "commune", "hamlet"):
        level = [r for r in rows if r["kind"] == kind]
        if level:
            conn.execute(
                insert(tables.unit),
                [
                    {
                        "code": r["code"],
                        "kind": kind,
                        "name": r["name"],
                        "parent_id": ids[r["parent"]] if r["parent"] else None,
                    }
                    for r in level
                ],
            )
            ids |= _ids(conn, tables.unit, (r["code"] for r in level))
    return ids


def _ids(conn: Connection, table: Table, codes: Iterable[str]) -> dict[str, int]:
    found = conn.execute(select(table.c.code, table.c.id).where(table.c.code.in_(list(codes))))
    return {row.code: row.id for row in found}


def demo(conn: Connection, now: datetime) -> None:
    """The demo's accounts and groups, after `write`: a hamlet head, two officials of the roads' department, groups."""
    people = _ids(conn, tables.person, (CADRE, OFFICIAL, CLERK))
    conn.execute(
        insert(chat.account),
        [
            {
                "channel": "web",
                "bot": "web",
                "user": user,
                "person_id": people[person],
                "consent": facts.consent().version,
                "tied_at": now,
                "used_at": now,
            }
            for user, person in (("p-demo-cadre", CADRE), ("p-demo-official", OFFICIAL), ("p-demo-clerk", CLERK))
        ],
    )
    unit = conn.execute(select(tables.unit).where(tables.unit.c.code == COMMUNE)).one()
    owner = facts.categories()["giao_thong"].department
    table = tables.department
    department = conn.execute(select(table).where(table.c.unit_id == unit.id, table.c.code == owner)).one()
    _second_office(conn, people[OFFICIAL], unit.id)
    common = {"channel": "web", "bot": "web", "unit_id": unit.id, "mode": "brief", "tied_by": people[OFFICIAL]}
    conn.execute(
        insert(chat.group),
        [
            {**common, "chat": "g:pkt", "name": department.name, "department_id": department.id, "tied_at": now},
            {**common, "chat": "g:xa", "name": unit.name, "department_id": None, "tied_at": now},
        ],
    )


def _second_office(conn: Connection, person_id: int, unit_id: int) -> None:
    """The demo's official also looks after good practices, so that both kinds of report arrive on the phone one sees."""
    table = tables.department
    owner = conn.execute(select(table.c.id).where(table.c.unit_id == unit_id, table.c.code == "BXDD")).scalar_one()
    role = {"person_id": person_id, "code": "phu_trach_dan_van", "unit_id": unit_id, "department_id": owner}
    conn.execute(insert(tables.role).values(**role))
