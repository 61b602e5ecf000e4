"""Who may do what to which case: one table (role x relation to the case x action) and the one function that reads it.

A relation is how a role stands to a case: `department`, it lies with the role's own department; `superior`, the role
leads the commune it lies in; `unit`, it comes from the role's own hamlet and is of no sensitive category; `province`, it lies in the province the role serves. A person who reported a case stands to it as `own`, whatever their
roles. What an action does to a case's state is another table: `handlers/status.py`.

Actions on a case: `brief` (that it is there, where it stands), `words` (what was told, photos), `contact` (telephone
numbers), `handle` (move it), `export`. Actions of an office: see `OFFICE`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from handlers import facts
from handlers.registry import Registry, Role

OWN: Final = "own"
RELATIONS: Final = ("department", "superior", "unit", "province")
ON_CASE: Final = ("brief", "words", "contact", "handle", "export")

HAMLET_HEADS: Final = ("bi_thu_chi_bo", "truong_thon", "to_truong_tdp", "truong_ban_ctmt")
HAMLET_OTHERS: Final = (
    "pho_thon", "chi_hoi_truong_pn", "chi_hoi_truong_nd", "chi_hoi_truong_ccb", "bi_thu_chi_doan", "nguoi_uy_tin",
    "to_hoa_giai",
)  # fmt: skip
OFFICIALS: Final = ("can_bo_truc", "can_bo_don_vi", "phu_trach_dan_van")
LEADERS: Final = ("lanh_dao_ubnd", "lanh_dao_dang")
PROVINCE: Final = ("btg_dan_van_tinh",)
ADMINS: Final = ("quan_tri",)
ROLES: Final = (*HAMLET_HEADS, *HAMLET_OTHERS, *OFFICIALS, *LEADERS, *PROVINCE, *ADMINS)

_ALL = ON_CASE
# (roles, relation, what they may). A practice is seen more widely than a petition: it is told to be known.
_PETITION: tuple[tuple[tuple[str, ...], str, tuple[str, ...]], ...] = (
    (OFFICIALS, "department", _ALL),
    (LEADERS, "department", _ALL),
    (PROVINCE, "department", _ALL),
    (LEADERS, "superior", _ALL),
    (HAMLET_HEADS, "unit", ("brief",)),
)
_PRACTICE: tuple[tuple[tuple[str, ...], str, tuple[str, ...]], ...] = (
    *_PETITION,
    (HAMLET_OTHERS, "unit", ("brief",)),
    (("phu_trach_dan_van",), "superior", ("brief", "words", "export")),
    (PROVINCE, "province", ("brief", "words", "export")),
)
TABLE: Final[Mapping[tuple[str, str, str], frozenset[str]]] = MappingProxyType(
    {
        (subject, role, relation): frozenset(actions)
        for subject, rows in (("petition", _PETITION), ("practice", _PRACTICE))
        for roles, relation, actions in rows
        for role in roles
    }
)
"""(subject, role, relation) -> actions; what is not there is not allowed."""

OF_OWN: Final = frozenset({"brief", "words"})
"""What a person may do to what they reported themselves: read it. Answering a question is the state table's matter."""

# What an office may do, in the unit of the role: a commune's for its departments, the province's everywhere.
OFFICE: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "work": frozenset({*OFFICIALS, *LEADERS, *PROVINCE}),  # work comes to them: lists, search, the table page
        "numbers": frozenset({*OFFICIALS, *LEADERS, *PROVINCE}),
        "templates": frozenset(OFFICIALS),  # keep ready answers of their own department
        "announce": frozenset({"can_bo_truc", "phu_trach_dan_van", *LEADERS, *PROVINCE}),
        "summary": frozenset({"can_bo_truc", *LEADERS, *PROVINCE}),  # decide on the weekly summary before it goes out
        "groups": frozenset({*OFFICIALS, *LEADERS, *PROVINCE, *ADMINS}),
        "people": frozenset(ADMINS),  # invites, lost phones, handing over for others, leave of others
        "data": frozenset({"can_bo_truc", *ADMINS}),  # answer what people ask about their own data
    }
)


def is_sensitive(case: Any) -> bool:
    """Categories that neither a group nor the neighbours hear of (drugs, violence at home)."""
    return case.subject == "petition" and facts.categories()[case.category].sensitive


def relations(registry: Registry, role: Role, case: Any) -> frozenset[str]:
    """How a role stands to a case (a row with department_id, unit_id, hamlet_id)."""
    found = set()
    if role.department_id is not None and role.department_id == case.department_id:
        found.add("department")
    if role.unit_id == case.unit_id:
        found.add("superior")
    if role.unit_id == case.hamlet_id and not is_sensitive(case):
        found.add("unit")
    province = registry.province()
    if province is not None and role.unit_id == province.id:
        found.add("province")
    return frozenset(found)


def on_case(registry: Registry, person_id: int, case: Any, day: date) -> frozenset[str]:
    """Everything a person may do with a case on this day; empty: not even know of it."""
    found: set[str] = set(OF_OWN) if case.reporter_id == person_id else set()
    for role in registry.roles_of(person_id, day):
        for relation in relations(registry, role, case):
            found |= TABLE.get((case.subject, role.code, relation), frozenset())
    return frozenset(found)


def may(registry: Registry, person_id: int, action: str, case: Any, day: date) -> bool:
    """May this person do this with this case today? The one question every card, list, page and export asks."""
    return action in on_case(registry, person_id, case, day)


def offices(registry: Registry, person_id: int, action: str, day: date) -> list[int]:
    """Ids of the units (communes, the province) in which a person may do what an office may (`OFFICE`)."""
    found = {role.unit_id for role in registry.roles_of(person_id, day) if role.code in OFFICE[action]}
    return sorted(found)


def rules(registry: Registry, roles: Iterable[Role], action: str, subject: str) -> list[tuple[str, int]]:
    """The same table as (column, value) pairs for a query: a case is allowed where any pair fits.

    Columns: department_id, unit_id, hamlet_id (only cases of no sensitive category); ("", 0) stands for every case.
    """
    found: set[tuple[str, int]] = set()
    province = registry.province()
    for role in roles:
        allowed = {r for r in RELATIONS if action in TABLE.get((subject, role.code, r), frozenset())}
        if "department" in allowed and role.department_id is not None:
            found.add(("department_id", role.department_id))
        if "superior" in allowed:
            found.add(("unit_id", role.unit_id))
        if "unit" in allowed:
            found.add(("hamlet_id", role.unit_id))
        if "province" in allowed and province is not None and role.unit_id == province.id:
            found.add(("", 0))
    return sorted(found)
