"""Handing over: which role, to whom, from when, what goes with it, and yes; for oneself, or by an administrator."""

from __future__ import annotations

from datetime import date
from typing import Any

from handlers import handover_letters, menu, staff, succession, talk
from handlers.clock import day
from handlers.form import Form
from handlers.interview import Draft
from handlers.messages import Button, Outgoing, rows
from handlers.registry import Role
from handlers.succession import Deed
from handlers.turn import Turn
from storage import drafts, outbox
from storage import handover as handovers

FORM = "handover"
SHOWN = 6


def start(turn: Turn, *, fresh: bool = False) -> list[Outgoing]:
    """From the menu or the words “bàn giao”: what is agreed already, what was begun, whose work; else the first question."""
    _ = turn.words
    own, others = staff.own_roles(turn.registry, turn.me.id, turn.day), staff.runs(turn)
    if not own and not others:
        return [menu.show(turn, _("You have no role at present, so there is nothing to hand over."))]
    agreed = [row for row in handovers.agreed(turn.conn) if _concerns(turn, row)][:SHOWN]
    if agreed and not fresh:
        return [_standing(turn, agreed)]
    begun = [row for row in drafts.of_person(turn.conn, turn.me.id) if row.form_name == FORM and _further(row)]
    if begun and not fresh:
        return [talk.offer(turn, begun, FORM)]
    return _ask_whose(turn)


def _concerns(turn: Turn, row: Any) -> bool:
    """A handover of one's own role, or of somebody one looks after."""
    role = succession.role_of(turn.registry, row)
    return role is not None and staff.may_act_for(turn, role.person_id)


def _further(row: Any) -> bool:
    """More is answered than what the program filled in itself."""
    return bool(row.body and "successor" in row.body.get("answers", {}))


def _ask_whose(turn: Turn) -> list[Outgoing]:
    """An administrator may mean somebody else; everybody else begins at once."""
    _ = turn.words
    if not staff.runs(turn):
        return begin(turn, turn.me.id)
    buttons = [
        Button(_("My own work"), "h:mine"),
        Button(_("Somebody else's work"), "h:other"),
        Button(_("Main menu"), "m:menu"),
    ]
    return [turn.say(_("Whose work is handed over?"), rows(buttons), to=turn.private, edit=True)]


def begin(turn: Turn, person_id: int | None, role_id: int | None = None) -> list[Outgoing]:
    """The conversation, with what is known already filled in: the person, and their only role."""
    answers: dict[str, str] = {}
    if person_id is not None:
        answers["whose"] = str(person_id)
        own = staff.own_roles(turn.registry, person_id, turn.day)
        if role_id is not None or len(own) == 1:
            answers["role"] = str(role_id or own[0].id)
    return talk.begin(turn, FORM, answers=answers)


def _standing(turn: Turn, agreed: list[Any]) -> Outgoing:
    """What is agreed on for a later day; it can be called off."""
    _ = turn.words
    lines, buttons = [], []
    for row in agreed:
        names = handover_letters.names(turn.registry, row, _)
        lines.append(_("📅 On {day} {successor} takes over from {name}: {role}.").format(**names))
        buttons.append(Button(_("Call off: {successor}, {day}").format(**names), f"h:off:{row.id}", style="danger"))
    buttons += [Button(_("Hand over another role"), "h:new"), Button(_("Main menu"), "m:menu")]
    return turn.say("\n".join(lines), rows(buttons), to=turn.private, edit=True)


def answered(turn: Turn, _form: Form, draft: Draft, _case_id: int | None) -> list[Outgoing]:
    """The last question is answered: show what goes, and ask once more."""
    drafts.drop(turn.conn, draft.id)
    first = staff.day_of(draft, "first")
    assert first is not None, "the form asks for it"
    return _review(turn, staff.number(draft, "role"), staff.number(draft, "successor"), first)


def _review(turn: Turn, role_id: int, successor_id: int, first: date) -> list[Outgoing]:
    _ = turn.words
    deed, trouble = _deed(turn, role_id, successor_id, first)
    agreed = handovers.agreed(turn.conn, role_id)
    if deed is None:
        return [_standing(turn, agreed) if agreed else _no(turn, trouble)]
    goes = succession.passing(turn.registry, deed.role, turn.day)
    counts = handovers.find(turn.conn, goes).counts(goes)
    lines = [
        _("Please check before handing over:"),
        "",
        _("Role: {role}").format(role=staff.title(turn.registry, deed.role, _.lang)),
        _("Handed over by: {name}").format(name=turn.registry.people[deed.role.person_id].name),
        _("Successor: {name}").format(name=turn.registry.people[successor_id].name),
        _("From: {day}").format(day=day(first)),
        "",
        _("What goes to the successor:") if first <= turn.day else _("What would go today; on that day all there is:"),
        handover_letters.counted(counts, _),
        *_warning(turn, successor_id),
    ]
    data = f"{role_id}:{successor_id}:{first:%Y%m%d}"
    buttons = [
        Button(_("Hand over"), f"h:go:{data}", style="primary"),
        Button(_("Choose again"), f"h:again:{role_id}"),
        Button(_("Do not hand over"), "m:menu"),
    ]
    return [turn.say("\n".join(lines), rows(buttons), edit=True)]


def _warning(turn: Turn, successor_id: int) -> list[str]:
    if outbox.members_with_account(turn.conn, [successor_id]):
        return []
    return [
        "",
        turn.words(
            "⚠️ The successor does not use this assistant yet. All is kept for them; please ask the administrator to invite them."
        ),
    ]


def _deed(turn: Turn, role_id: int, successor_id: int, first: date) -> tuple[Deed | None, str]:
    """(what is meant, "") or (None, why not): asked when it is shown, and again when it is pressed (rule 8)."""
    _, registry = turn.words, turn.registry
    role = next((role for role in registry.roles if role.id == role_id), None)
    if role is None or role not in staff.own_roles(registry, role.person_id, turn.day):
        return None, _("That role has ended or was handed over already.")
    if not staff.may_act_for(turn, role.person_id):
        return None, _("Only the person themselves or the administrator of their commune can hand this over.")
    if handovers.agreed(turn.conn, role.id):
        return None, _("A handover of this role is agreed already. Call it off first if it should be another.")
    if successor_id not in registry.people or successor_id == role.person_id:
        return None, _("That person cannot take over. Please choose another.")
    if first < turn.day:
        return None, _("That day has passed. Please choose again.")
    return Deed(role, successor_id, first, turn.me.id), ""


def _no(turn: Turn, trouble: str) -> Outgoing:
    return menu.show(turn, trouble or turn.words("That button belongs to an earlier message and no longer works."))


def pressed(turn: Turn) -> list[Outgoing]:
    """A button of the handover."""
    what, _sep, rest = turn.incoming.tap[2:].partition(":")
    if what == "go":
        return _go(turn, rest.split(":"))
    if what == "off":
        return _off(turn, talk.number([rest]))
    role = next((role for role in turn.registry.roles if role.id == talk.number([rest])), None)
    if what == "again" and role is not None and staff.may_act_for(turn, role.person_id):
        return begin(turn, role.person_id, role.id)
    if what == "mine":
        return begin(turn, turn.me.id) if staff.own_roles(turn.registry, turn.me.id, turn.day) else start(turn)
    if what == "other" and staff.runs(turn):
        return begin(turn, None)
    return start(turn, fresh=True) if what == "new" else [_no(turn, "")]


def _go(turn: Turn, parts: list[str]) -> list[Outgoing]:
    _ = turn.words
    first = staff.pressed_day(parts[2]) if len(parts) == 3 else None
    if first is None:
        return [_no(turn, "")]
    deed, trouble = _deed(turn, talk.number(parts[:1]), talk.number(parts[1:2]), first)
    if deed is None or not succession.agree(turn, deed):
        return [_no(turn, trouble or _("That role has ended or was handed over already."))]
    return [menu.show(turn, _thanks(turn, deed), edit=True)]


def _thanks(turn: Turn, deed: Deed) -> str:
    _ = turn.words
    values = {
        "role": staff.title(turn.registry, deed.role, _.lang),
        "successor": turn.registry.people[deed.successor_id].name,
        "day": day(deed.first),
    }
    if deed.first > turn.day:
        return _(
            "✅ Agreed: on {day} the role passes to {successor}: {role}. Until then nothing changes. To call it off, type: bàn giao"
        ).format(**values)
    return _("✅ Handed over to {successor}: {role}.").format(**values) + "\n".join(
        _warning(turn, deed.successor_id) or ["", _("They are told.")]
    )


def _off(turn: Turn, number: int) -> list[Outgoing]:
    _ = turn.words
    row = handovers.get(turn.conn, number)
    role: Role | None = succession.role_of(turn.registry, row) if row is not None else None
    mine = row is not None and role is not None and staff.may_act_for(turn, role.person_id)
    if row is None or not mine or row.first <= turn.day or not succession.call_off(turn, row):
        return [_no(turn, _("This handover is done or was called off already."))]
    return [menu.show(turn, _("Called off. The role stays as it was; the other person is told."), edit=True)]
