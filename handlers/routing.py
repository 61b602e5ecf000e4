"""Which department must answer: a table (category x commune), and never nobody."""

from __future__ import annotations

from handlers.registry import Department, Registry

INTAKE = "VP_HDND_UBND"  # Circular names it the default intake office of a commune; the setting `intake` says otherwise
PRACTICE_OWNER = "BXDD"  # Ban Xây dựng Đảng by default; some communes name the Front (setting `practice_owner`)


def intake(registry: Registry, commune_id: int) -> Department:
    """The office that takes what no rule matches. Raises LookupError when the registry has no department at all."""
    named = registry.department(commune_id, registry.setting(commune_id, "intake", INTAKE))
    if named is not None:
        return named
    province = registry.province()
    for unit_id in (commune_id, province.id if province else -1):
        for department in sorted(registry.departments.values(), key=lambda d: d.id):
            if department.unit_id == unit_id:
                return department
    raise LookupError("no department in the commune nor the province")


def for_petition(registry: Registry, category: str, commune_id: int) -> tuple[Department, bool]:
    """(department, whether a rule matched); without a rule it is the intake office and an alarm is due."""
    found = registry.departments.get(registry.routing.get((category, commune_id), -1))
    return (found, True) if found is not None else (intake(registry, commune_id), False)


def for_practice(registry: Registry, commune_id: int) -> tuple[Department, bool]:
    """The owner of the Dân vận movement in this commune (a setting)."""
    found = registry.department(commune_id, registry.setting(commune_id, "practice_owner", PRACTICE_OWNER))
    return (found, True) if found is not None else (intake(registry, commune_id), False)
