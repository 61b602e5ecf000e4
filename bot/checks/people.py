"""The registry and who can be reached: categories, departments, hamlets, people, groups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

from bot.checks import Finding, Look
from handlers import facts, routing
from handlers.clock import day as day_text
from handlers.clock import today
from handlers.people import normal_phone
from handlers.registry import Registry, Unit
from handlers.rights import HAMLET_HEADS, HAMLET_OTHERS
from storage import accounts, groups

SOON = timedelta(days=14)
CADRES = frozenset((*HAMLET_HEADS, *HAMLET_OTHERS))


def check(look: Look) -> list[Finding]:
    """Everything about people."""
    _ = look.words
    communes = [unit for unit in look.registry.units.values() if unit.kind == "commune" and _has_people(look, unit)]
    if not communes:
        return [
            Finding(
                "empty",
                "error",
                _("Nobody is on the roster yet."),
                _("Fill in the workbook and run: danvan import danvan.xlsx"),
            )
        ]
    reached = {row.person_id for row in accounts.everybody(look.conn) if row.consent and not row.stopped}
    known = {row.person_id for row in accounts.everybody(look.conn)}
    found: list[Finding] = []
    for commune in communes:
        found += _routing(look, commune)
        found += _departments(look, commune, reached)
        found += _hamlets(look, commune, reached)
        found += _offices(look, commune)
    return [*found, *_unknown(look, known), *_ending(look), *_trial(look)]


def _has_people(look: Look, commune: Unit) -> bool:
    below = {commune.id, *(unit.id for unit in look.registry.children.get(commune.id, ()))}
    return any(role.unit_id in below for role in look.registry.roles)


def _routing(look: Look, commune: Unit) -> Iterator[Finding]:
    _, registry = look.words, look.registry
    for category in facts.categories().values():
        owner = registry.departments.get(registry.routing.get((category.code, commune.id), -1))
        if owner is not None and owner.unit_id in (commune.id, commune.parent_id):
            continue
        yield Finding(
            "routing",
            "error",
            _("{commune}: nobody receives “{category}”.").format(commune=commune.name, category=category.name(_.lang)),
            _("Name its department in the sheet for routing of the workbook and import it."),
        )


def _departments(look: Look, commune: Unit, reached: set[int]) -> Iterator[Finding]:
    _, registry, day = look.words, look.registry, today(look.now)
    used = {owner for (_category, unit), owner in registry.routing.items() if unit == commune.id}
    used |= {routing.intake(registry, commune.id).id, routing.for_practice(registry, commune.id)[0].id}
    for key in sorted(used & set(registry.departments)):
        members, name = registry.members(key, day), registry.departments[key].name
        if not members:
            yield Finding(
                "nobody",
                "error",
                _("{commune}, {department}: nobody works there, so nobody would answer.").format(
                    commune=commune.name, department=name
                ),
                _("Write its people into the workbook, or give its categories to another department."),
            )
        elif not reached.intersection(members):
            yield Finding(
                "unreached",
                "error",
                _("{commune}, {department}: none of its {n} people can be reached here.").format(
                    commune=commune.name, department=name, n=len(members)
                ),
                _("Print their codes: danvan invite --all invitations.html"),
            )


def _hamlets(look: Look, commune: Unit, reached: set[int]) -> Iterator[Finding]:
    _, registry, day = look.words, look.registry, today(look.now)
    cadres: dict[int, set[int]] = defaultdict(set)
    for role in registry.roles:
        if role.code in CADRES and role.on(day):
            cadres[role.unit_id].add(role.person_id)
    for hamlet in registry.children.get(commune.id, ()):
        if hamlet.kind != "hamlet" or not hamlet.on(day):
            continue
        if not cadres[hamlet.id]:
            yield Finding(
                "hamlet",
                "error",
                _("{hamlet}, {commune}: no cadre, so nobody reports for it.").format(
                    hamlet=hamlet.name, commune=commune.name
                ),
                _("Write its head, secretary or Front head into the workbook."),
            )
        elif not reached & cadres[hamlet.id]:
            yield Finding(
                "hamlet_unreached",
                "warning",
                _("{hamlet}, {commune}: no cadre has come in yet.").format(hamlet=hamlet.name, commune=commune.name),
                _("Print their codes: danvan invite --all invitations.html"),
            )


def _offices(look: Look, commune: Unit) -> Iterator[Finding]:
    _, registry, day = look.words, look.registry, today(look.now)
    province = registry.province()
    admins = registry.holders("quan_tri", commune.id, day)
    if not admins and not (province and registry.holders("quan_tri", province.id, day)):
        yield Finding(
            "admin",
            "error",
            _("{commune}: no administrator, so alarms reach nobody.").format(commune=commune.name),
            _("Give somebody the role of administrator in the workbook."),
        )
    if not registry.setting(commune.id, "duty_phone"):
        yield Finding(
            "duty_phone",
            "warning",
            _("{commune}: the telephone number on duty is not set.").format(commune=commune.name),
            _("Write it into the sheet of texts in the workbook."),
        )


def _unknown(look: Look, known: set[int]) -> Iterator[Finding]:
    """People who can come in by no way but a code, and have none yet."""
    _, registry, day = look.words, look.registry, today(look.now)
    for person in {role.person_id for role in registry.roles if role.on(day)} - known:
        if not registry.people[person].phone:
            yield Finding(
                "no_way_in",
                "warning",
                _("{name}: no telephone number and no account.").format(name=registry.people[person].name),
                _("Add the number to the workbook, or print a code: danvan invite"),
            )


def _ending(look: Look) -> Iterator[Finding]:
    _, registry, day = look.words, look.registry, today(look.now)
    for role in registry.roles:
        if (
            role.valid_to is None
            or not day <= role.valid_to <= day + SOON
            or _succeeded(registry, role.unit_id, role.code, role.department_id, role.valid_to)
        ):
            continue
        yield Finding(
            "ending",
            "warning",
            _("{name} ({role}) ends on {day} and nobody follows.").format(
                name=registry.people[role.person_id].name,
                role=facts.roles()[role.code].name(_.lang),
                day=day_text(role.valid_to),
            ),
            _("Hand the work over: they type “bàn giao”, or an administrator does it for them."),
        )


def _succeeded(registry: Registry, unit: int, code: str, department: int | None, last: date) -> bool:
    after = last + timedelta(days=1)
    same = (r for r in registry.roles if (r.unit_id, r.code, r.department_id) == (unit, code, department))
    return any(role.on(after) for role in same)


def _trial(look: Look) -> Iterator[Finding]:
    _, settings = look.words, look.settings
    if settings.mode == "trial":
        people, phone = look.registry.people.values(), normal_phone(settings.trial_to)
        if not any(p.code == settings.trial_to or (p.phone and p.phone == phone) for p in people):
            yield Finding(
                "trial",
                "error",
                _("DANVAN_TRIAL_TO names nobody on the roster, so in the rehearsal no letter arrives anywhere."),
                _("Write the code or the telephone number of somebody on the list."),
            )
    live = groups.all_live(look.conn)
    if not live:
        yield Finding(
            "groups",
            "warning",
            _("No chat group is tied, so no weekly summary is posted."),
            _("Make a code: danvan invite UNIT --group"),
        )
