"""What an administrator does for people: sees their accounts, invites, takes codes back, unties a lost phone."""

from __future__ import annotations

from typing import Any, Final

from handlers import facts, invites, menu, staff, talk
from handlers.clock import day, stamp
from handlers.form import Form
from handlers.interview import Draft
from handlers.messages import Button, Outgoing, rows
from handlers.turn import Turn
from storage import accounts, drafts

FORM: Final = "look_up"


def start(turn: Turn) -> list[Outgoing]:
    """The question whom."""
    return talk.begin(turn, FORM) if staff.runs(turn) else [_only(turn)]


def found(turn: Turn, _form: Form, draft: Draft, _case_id: int | None) -> list[Outgoing]:
    """The form "look_up" is answered."""
    drafts.drop(turn.conn, draft.id)
    return [_person(turn, staff.number(draft, "whose"))]


def pressed(turn: Turn) -> list[Outgoing]:
    """`a:<see|invite|revoke|lost|lostyes>:<person>`, re-checked."""
    what, _, rest = turn.incoming.tap[2:].partition(":")
    person_id = talk.number([rest])
    if not _may(turn, person_id):
        return [_only(turn)]
    return [_ACTS[what](turn, person_id) if what in _ACTS else _person(turn, person_id)]


def _may(turn: Turn, person_id: int) -> bool:
    return bool(staff.runs(turn)) and person_id in turn.registry.people and staff.may_act_for(turn, person_id)


def _only(turn: Turn) -> Outgoing:
    return menu.show(turn, turn.words("Only an administrator of their unit looks after people's accounts."))


def _person(turn: Turn, person_id: int, lead: str = "") -> Outgoing:
    """Roles, accounts, and what can be done; never a telephone number."""
    _ = turn.words
    if not _may(turn, person_id):
        return _only(turn)
    person = turn.registry.people[person_id]
    lines = [f"👤 {person.name}"]
    lines += [f"• {staff.title(turn.registry, role, _.lang)}" for role in turn.registry.roles_of(person_id, turn.day)]
    known = accounts.of_person(turn.conn, person_id)
    lines += ["", *(_account(turn, row) for row in known)] if known else ["", _("Not here yet: no account.")]
    buttons = [
        Button(_("Make a code"), f"a:invite:{person_id}"),
        Button(_("Void unused codes"), f"a:revoke:{person_id}"),
    ]
    if known:
        buttons.append(Button(_("Phone lost: untie the accounts"), f"a:lost:{person_id}", style="danger"))
    buttons += [Button(_("Another person"), "m:admin"), Button(_("Main menu"), "m:menu")]
    text = "\n".join(lines)
    return turn.say(f"{lead}\n\n{text}" if lead else text, rows(buttons), to=turn.private)


def _account(turn: Turn, row: Any) -> str:
    _ = turn.words
    state = _("agreed") if row.consent == facts.consent().version else _("has not agreed yet")
    reach = f" · {_('cannot be reached')}" if row.stopped else ""
    line = _("📱 {channel}, since {day}, last used {time}").format(
        channel=row.channel.capitalize(), day=day(row.tied_at), time=stamp(row.used_at)
    )
    return f"{line} · {state}{reach}"


def _invite(turn: Turn, person_id: int) -> Outgoing:
    _ = turn.words
    code = invites.make(turn.conn, person_id, turn.now)
    lead = _("Code for {name}: {code}\nGood once, until {day}. On the web: {link}").format(
        name=turn.registry.people[person_id].name,
        code=invites.shown(code),
        day=day(turn.now + invites.VALID),
        link=f"{turn.web}/i/{code}",
    )
    return _person(turn, person_id, lead)


def _revoke(turn: Turn, person_id: int) -> Outgoing:
    accounts.renew(turn.conn, person_id, turn.now)
    return _person(turn, person_id, turn.words("Codes that were not used are void now."))


def _lost(turn: Turn, person_id: int) -> Outgoing:
    _ = turn.words
    text = _(
        "Untie all accounts of {name}? Whoever has the phone then reads nothing more, and open pages close. "
        "What {name} was writing is kept."
    ).format(name=turn.registry.people[person_id].name)
    buttons = [
        Button(_("Yes, untie them"), f"a:lostyes:{person_id}", style="danger"),
        Button(_("No, leave them"), f"a:see:{person_id}"),
    ]
    return turn.say(text, rows(buttons), to=turn.private)


def _untie(turn: Turn, person_id: int) -> Outgoing:
    count = invites.untie(turn.conn, person_id, turn.now, by=turn.me.id, channel=turn.incoming.channel)
    said = turn.words.n("One account is untied.", "{n} accounts are untied.", count)
    if person_id == turn.me.id:  # their own: nothing here is theirs any more
        return Outgoing(to=turn.private, text=said)
    return _person(turn, person_id, said)


_ACTS: Final = {"invite": _invite, "revoke": _revoke, "lost": _lost, "lostyes": _untie}


def code_of(turn: Turn, code: str) -> list[Outgoing]:
    """Somebody who is known types a code: one account is one person, so it stays unused. Nothing for what is no invite."""
    _ = turn.words
    invite = accounts.invite(turn.conn, code, turn.now)
    if invite is None or invite.person_id is None:
        return []
    if invite.person_id == turn.me.id:
        own = _("You are in already, comrade {name}. Keep this code for another phone or messenger of yours.")
        return [menu.show(turn, own.format(name=menu.given_name(turn.me.name)))]
    return [
        menu.show(
            turn,
            _(
                "This is somebody else's code, and this account is yours: one account is one person. The code is unused; please give it to whom it belongs."
            ),
        )
    ]
