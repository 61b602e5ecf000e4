"""A role passes to a successor: what goes with it, doing it now or on its day, and whom it is told to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection

from handlers import facts, post, rights, staff
from handlers.clock import VN, today
from handlers.registry import Registry, Role
from handlers.turn import Turn
from storage import cases, history, outbox
from storage import handover as handovers
from storage import registry as registry_rows
from storage.handover import Passing

ONE_DAY = timedelta(days=1)
MORNING = time(7)  # what happens at midnight is told then


@dataclass(frozen=True, slots=True)
class Deed:
    """Who gets which role from which day on; `made_by` says so."""

    role: Role
    successor_id: int
    first: date
    made_by: int


def passing(registry: Registry, role: Role, on: date) -> Passing:
    """What goes with a role: all of it where the person keeps no other."""
    others = [r for r in staff.own_roles(registry, role.person_id, on) if r.id != role.id]
    leads = "handle" in rights.TABLE.get(("petition", role.code, "superior"), frozenset())
    return Passing(
        role.person_id,
        whole=not others,
        hamlet_id=role.unit_id if facts.roles()[role.code].level == "hamlet" else None,
        department_id=role.department_id,
        unit_id=role.unit_id if leads else None,
        group_unit_id=role.unit_id,
    )


def agree(turn: Turn, deed: Deed) -> bool:
    """The role is the successor's from that day on; what is unfinished goes now, or on that day. False: agreed already."""
    conn, role = turn.conn, deed.role
    row = handovers.role_row(conn, role.id)
    if row is None or handovers.agreed(conn, role.id) or (row.valid_to is not None and row.valid_to < turn.day):
        return False
    last = min(deed.first - ONE_DAY, row.valid_to or date.max)
    handovers.end_role(conn, role.id, last)
    handovers.begin_role(conn, deed.successor_id, row, deed.first)
    made = {"role_id": role.id, "successor_id": deed.successor_id, "first": deed.first, "until": row.valid_to}
    number = handovers.agree(conn, **made, made_by=deed.made_by, made_at=turn.now)
    _changed(turn, role.id, last)
    agreed = handovers.get(conn, number)
    if deed.first <= turn.day:
        _carry_out(conn, turn.registry, agreed, turn.now, turn.incoming.channel)
    else:
        _tell(conn, turn.registry, agreed, turn.now, "agreed")
    turn.letters = True
    return True


def _changed(turn: Turn, role_id: int, last: date | None) -> None:
    """For all servers, for this one at once, and for what is still said in this turn."""
    registry_rows.changed(turn.conn)
    turn.reload = True
    roles = tuple(replace(r, valid_to=last) if r.id == role_id else r for r in turn.registry.roles)
    turn.registry = replace(turn.registry, roles=roles)


def call_off(turn: Turn, row: Any) -> bool:
    """What was agreed on does not come: the roles are as they were. False when it was settled before."""
    if not handovers.settle(turn.conn, row.id, "off", turn.now, None):
        return False
    role = handovers.role_row(turn.conn, row.role_id)
    handovers.end_role(turn.conn, row.role_id, row.until)
    handovers.unbegin_role(turn.conn, row.successor_id, role, row.first, row.first - ONE_DAY)
    _changed(turn, row.role_id, row.until)
    _tell(turn.conn, turn.registry, handovers.get(turn.conn, row.id), turn.now, "off", but=turn.me.id)
    turn.letters = True
    return True


def due(conn: Connection, registry: Registry, now: datetime) -> int:
    """Carry out what was agreed for today or earlier; doing it twice changes nothing. Returns how many were settled."""
    found = handovers.due(conn, today(now))
    for row in found:
        heir = _heir(conn, registry, row, today(now))
        if heir is None:
            handovers.settle(conn, row.id, "failed", now, None)
            handovers.end_role(conn, row.role_id, row.until)  # nobody has it, so it stays where it was
            registry_rows.changed(conn)
            _tell(conn, registry, handovers.get(conn, row.id), now, "failed")
            continue
        handovers.goes_to(conn, row.id, heir)
        _carry_out(conn, registry, handovers.get(conn, row.id), now, "system")
    return len(found)


def _heir(conn: Connection, registry: Registry, row: Any, on: date) -> int | None:
    """Who takes over: the successor, or to whom they have handed the role on; None where it was ended in the workbook."""
    role, who = role_of(registry, row), row.successor_id
    for _step in range(9):  # hands it passed through before it was theirs
        same = (
            r
            for r in registry.roles_ever(who)
            if role and (r.code, r.unit_id, r.department_id) == (role.code, role.unit_id, role.department_id)
        )
        theirs = next(same, None)
        if theirs is None or theirs.on(on):
            return int(who) if theirs is not None else None
        further = handovers.passed_on(conn, theirs.id)
        if further is None:
            return None
        who = further.successor_id
    return None


def _carry_out(conn: Connection, registry: Registry, row: Any, now: datetime, channel: str) -> None:
    role = role_of(registry, row)
    assert role is not None, "a role's row is never deleted"
    goes = passing(registry, role, today(now))
    found = handovers.find(conn, goes, lock=True)
    letters: list[dict[str, Any]] = []
    for case in found.cases:
        letters += _pass_case(conn, case, goes, row, now, channel)
    handovers.pass_drafts(conn, [draft.id for draft in found.drafts], row.successor_id)
    handovers.pass_groups(conn, [group.id for group in found.groups], row.successor_id)
    handovers.settle(conn, row.id, "done", now, found.counts(goes))
    outbox.put(conn, now, letters)
    _tell(conn, registry, handovers.get(conn, row.id), now, "done")


def _pass_case(
    conn: Connection, case: Any, goes: Passing, row: Any, now: datetime, channel: str
) -> list[dict[str, Any]]:
    """The case is the successor's, its history says so, and its cards are to show it."""
    values: dict[str, Any] = {}
    if goes.takes_report(case):
        values["reporter_id"] = row.successor_id
    if goes.takes_hold(case):
        values["holder_id"] = row.successor_id
    if not cases.change(conn, case.id, case.version, **values):
        return []  # it is locked, so this cannot be; a case that moved must not be overwritten all the same
    history.add(
        conn,
        case_id=case.id,
        at=now,
        actor_id=goes.person_id,
        channel=channel,
        action="handover",
        from_state=case.state,
        to_state=case.state,
        department_id=case.department_id,
        other_id=row.successor_id,
    )
    after = cases.get(conn, case.id)
    return [post.refresh(card, after) for card in outbox.cards(conn, case.id)]


def _tell(conn: Connection, registry: Registry, row: Any, now: datetime, what: str, but: int | None = None) -> None:
    """A letter each to the successor, to who hands over, to their superior and the administrators.

    Not to who has just said so themselves, nor to those without an account: that only gets administrators a complaint.
    """
    role = role_of(registry, row)
    if role is None:
        return
    on = today(now)
    province = registry.province()
    units = {role.unit_id, *(u.id for u in (registry.commune_of(role.unit_id), province) if u is not None)}
    others = {person for unit in units for person in registry.holders("quan_tri", unit, on)}
    others |= {role.superior_id} if role.superior_id is not None else set()
    knows = but if but is not None else row.made_by if row.first <= today(row.made_at) or what == "agreed" else None
    letters = {
        "handover": {row.successor_id} if what != "failed" else set(),
        "handover_given": {role.person_id},
        "handover_seen": others - {row.successor_id, role.person_id},
    }
    known = outbox.members_with_account(conn, sorted({who for whom in letters.values() for who in whom}))
    morning = datetime.combine(on, MORNING, VN)
    outbox.put(
        conn,
        now,
        [
            {
                "dedupe": f"{template}:{row.id}:{what}:p{who}",
                "template": template,
                "person_id": who,
                "params": {"handover": row.id, "what": what},
                "next_at": now if what != "done" or knows is not None else max(now, morning),
            }
            for template, whom in letters.items()
            for who in sorted(whom & known - {knows})
        ],
    )


def role_of(registry: Registry, row: Any) -> Role | None:
    """The role a handover is about."""
    return next((role for role in registry.roles if role.id == row.role_id), None)
