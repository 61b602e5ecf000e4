"""Which letters a change causes, to whom: outbox rows, one per recipient, written with the change itself (rule 3)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from handlers import access, rights
from handlers.turn import Turn
from storage import groups, outbox

TOLD = frozenset({"accept", "acknowledge", "ask", "answer", "refuse", "forward"})


def arrived(turn: Turn, case: Any, history_id: int, *, routed: bool) -> None:
    """A new case: cards to its department; an alarm where no rule matched or nobody can be reached."""
    reached = cards(turn, case, history_id)
    if not routed:
        alarm(turn, case, history_id, "unrouted")
    if not reached:
        alarm(turn, case, history_id, "unreached")


def moved(turn: Turn, before: Any, after: Any, history_id: int, action: str) -> None:
    """A move: the reporter is told, shown cards show the present, a new owner gets its own."""
    letters: list[dict[str, Any]] = []
    if action in TOLD and after.reporter_id != turn.me.id:
        letters.append(_letter(f"told:{history_id}", "told", after, history_id, person_id=after.reporter_id))
    if action == "reply":
        letters += [
            _letter(f"reply:{history_id}:p{who}", "replied", after, history_id, person_id=who)
            for who in _askers(turn, after)
        ]
    letters += refreshes(turn, after)
    _put(turn, letters)
    if after.department_id != before.department_id and not cards(turn, after, history_id):
        alarm(turn, after, history_id, "unreached")


def cards(turn: Turn, case: Any, history_id: int) -> int:
    """The card to every member of the department who has an account and to its groups. Returns how many."""
    people = turn.registry.members(case.department_id, turn.day)
    known = outbox.members_with_account(turn.conn, people)
    letters = [_letter(f"card:{history_id}:p{who}", "card", case, history_id, person_id=who) for who in sorted(known)]
    if not is_sensitive(case):
        found = groups.of_department(turn.conn, case.department_id)
        letters += [_letter(f"card:{history_id}:g{row.id}", "card", case, history_id, group_id=row.id) for row in found]
    _put(turn, letters)
    return len(letters)


def refreshes(turn: Turn, case: Any) -> list[dict[str, Any]]:
    """Every card already shown is to be changed to the present; on channels that cannot edit, delivery skips it."""
    return [refresh(card, case) for card in outbox.cards(turn.conn, case.id)]


def refresh(card: Any, case: Any) -> dict[str, Any]:
    """A letter that changes a shown card to the present."""
    return {
        "dedupe": f"edit:{card.id}:{case.version}",
        "template": "card",
        "case_id": case.id,
        "person_id": card.person_id,
        "group_id": card.group_id,
        "edits": card.id,
        "silent": True,
    }


def alarm(turn: Turn, case: Any, history_id: int, why: str) -> None:
    """To every administrator of the commune and the province."""
    province = turn.registry.province()
    units = [case.unit_id] + ([province.id] if province else [])
    who = {person for unit in units for person in turn.registry.holders("quan_tri", unit, turn.day)}
    letters = [
        _letter(f"alarm:{why}:{history_id}:p{p}", "alarm", case, history_id, person_id=p) | {"params": {"why": why}}
        for p in sorted(who)
    ]
    _put(turn, letters)


is_sensitive = rights.is_sensitive  # those never reach a group


def _still_there(turn: Turn, case: Any) -> bool:
    """Does the holder still have an office that may see the case? One who has left must not read on."""
    return bool(access.standing(turn.registry, case.holder_id, case, turn.day) - {"reporter"})


def _askers(turn: Turn, case: Any) -> list[int]:
    """Who waits for the reply: whoever holds the case (on leave: who stands in), else the whole department."""
    if case.holder_id is not None and _still_there(turn, case):
        return [turn.registry.away(turn.day).get(case.holder_id, case.holder_id)]
    return sorted(outbox.members_with_account(turn.conn, turn.registry.members(case.department_id, turn.day)))


def _letter(dedupe: str, template: str, case: Any, history_id: int, **to: Any) -> dict[str, Any]:
    return {"dedupe": dedupe, "template": template, "case_id": case.id, "history_id": history_id, **to}


def _put(turn: Turn, letters: Iterable[dict[str, Any]]) -> None:
    rows = list(letters)
    if rows:
        outbox.put(turn.conn, turn.now, rows)
        turn.letters = True
