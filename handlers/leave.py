"""Leave: from which day to which, who stands in; seen and ended early; for oneself, or by an administrator."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from handlers import menu, staff, talk
from handlers.clock import day, today
from handlers.form import Form
from handlers.interview import Draft
from handlers.messages import Button, Outgoing, rows
from handlers.turn import Turn
from storage import drafts, outbox
from storage import leave as leaves
from storage import registry as registry_rows

FORM = "leave"
LONGEST = 366  # days
SHOWN = 6


def start(turn: Turn, *, fresh: bool = False) -> list[Outgoing]:
    """From the menu or the words “nghỉ phép”: the leaves that are set, else the first question."""
    _ = turn.words
    own, others = staff.own_roles(turn.registry, turn.me.id, turn.day), staff.runs(turn)
    if not own and not others:
        return [menu.show(turn, _("You have no role at present, so nobody needs to stand in for you."))]
    known = [row for row in leaves.coming(turn.conn, turn.day) if _concerns(turn, row, others)][:SHOWN]
    return [_standing(turn, known)] if known and not fresh else _ask_whose(turn)


def _concerns(turn: Turn, row: Any, runs: set[int]) -> bool:
    """One's own leave, one in which one stands in, or one of the people one looks after."""
    theirs = any(role.unit_id in runs for role in turn.registry.roles_ever(row.person_id)) if runs else False
    return theirs or turn.me.id in (row.person_id, row.substitute_id)


def _ask_whose(turn: Turn) -> list[Outgoing]:
    """An administrator may mean somebody else; everybody else begins at once."""
    _ = turn.words
    if not staff.runs(turn):
        return begin(turn, turn.me.id)
    buttons = [
        Button(_("My own leave"), "v:mine"),
        Button(_("Somebody else's leave"), "v:other"),
        Button(_("Main menu"), "m:menu"),
    ]
    return [turn.say(_("Whose leave is it?"), rows(buttons), to=turn.private, edit=True)]


def begin(turn: Turn, person_id: int | None, **answers: str) -> list[Outgoing]:
    """The conversation, with what is known already filled in."""
    whose = {"whose": str(person_id)} if person_id is not None else {}
    return talk.begin(turn, FORM, answers=whose | answers)


def _standing(turn: Turn, known: list[Any]) -> Outgoing:
    """Leaves still to come or running; those of one's own (or of one's people) can be ended."""
    _ = turn.words
    lines, buttons = [], []
    for row in known:
        lines.append(sentence(turn, row))
        if staff.may_act_for(turn, row.person_id):
            label = _("End the leave now") if row.first <= turn.day else _("Call off the leave")
            name = menu.given_name(turn.registry.people[row.person_id].name)
            buttons.append(Button(f"{label}: {name}, {day(row.first)}", f"v:end:{row.id}", style="danger"))
    buttons += [Button(_("Set another leave"), "v:new"), Button(_("Main menu"), "m:menu")]
    return turn.say("\n".join(lines), rows(buttons), to=turn.private, edit=True)


def sentence(turn: Turn, row: Any) -> str:
    """One leave in words."""
    _, people = turn.words, turn.registry.people
    values = {"first": day(row.first), "last": day(row.last), "name": people[row.person_id].name}
    values["other"] = people[row.substitute_id].name
    return _("🌿 {name} is on leave from {first} to {last}; {other} stands in.").format(**values)


def answered(turn: Turn, _form: Form, draft: Draft, _case_id: int | None) -> list[Outgoing]:
    """The last question is answered: check it, show it, ask once more."""
    drafts.drop(turn.conn, draft.id)
    first, last = staff.day_of(draft, "first"), staff.day_of(draft, "last")
    assert first is not None, "the form asks for it"
    assert last is not None, "the form asks for it"
    person, other = staff.number(draft, "whose"), staff.number(draft, "stand_in")
    trouble = _trouble(turn, person, other, first, last)
    if trouble:
        return _again(turn, person, first, last, trouble)
    _, people = turn.words, turn.registry.people
    lines = [
        _("Please check the leave:"),
        "",
        _("On leave: {name}").format(name=people[person].name),
        _("From {first} to {last}").format(first=day(first), last=day(last)),
        _("Stands in: {name}").format(name=people[other].name),
        _("Open cases held: {n}").format(n=leaves.held(turn.conn, person)),
        "",
        _(
            "On these days the stand-in gets the cases and letters and works in place of {name}. "
            "Questions about reports that {name} sent themselves still go to {name}."
        ).format(name=people[person].name),
    ]
    data = f"{person}:{other}:{first:%Y%m%d}:{last:%Y%m%d}"
    buttons = [
        Button(_("Set the leave"), f"v:go:{data}", style="primary"),
        Button(_("Choose again"), f"v:again:{person}"),
        Button(_("No leave"), "m:menu"),
    ]
    return [turn.say("\n".join(lines), rows(buttons), edit=True)]


def _again(turn: Turn, person: int, first: date, last: date, trouble: str) -> list[Outgoing]:
    """Why not, and the question that can mend it: the days where they are wrong, else who stands in."""
    if not staff.may_act_for(turn, person):
        return [menu.show(turn, trouble)]
    days_fit = first <= last and not _overlaps(turn, person, first, last)
    answers = {"first": first.isoformat(), "last": last.isoformat()} if days_fit else {}
    turn.incoming = replace(turn.incoming, text="", tap="")  # the refused name is not looked for again
    first_question, *more = begin(turn, person, **answers)
    return [replace(first_question, text=f"⚠️ {trouble}\n\n{first_question.text}"), *more]


def _overlaps(turn: Turn, person: int, first: date, last: date) -> list[Any]:
    return leaves.touching(turn.conn, person, first, last)


def _trouble(turn: Turn, person: int, other: int, first: date, last: date) -> str:
    """Why this leave cannot be; '' when it can. Asked when it is shown, and again when it is pressed (rule 8)."""
    _, people = turn.words, turn.registry.people
    if person not in people or not staff.may_act_for(turn, person):
        return _("Only the person themselves or the administrator of their commune can set this leave.")
    if first < turn.day:
        return _("That day has passed. Please choose again.")
    if last < first or (last - first).days >= LONGEST:
        return _("The last day must not be before the first. Please choose again.")
    for row in _overlaps(turn, person, first, last):
        if row.person_id == person:
            return _("A leave from {first} to {last} is set already. End it first, or choose other days.").format(
                first=day(row.first), last=day(row.last)
            )
        return _(
            "On those days {other} stands in for {name} ({first} to {last}). Choose other days, or let {name} choose somebody else first."
        ).format(other=people[person].name, name=people[row.person_id].name, first=day(row.first), last=day(row.last))
    return _not_fit(turn, person, other, first, last)


def _not_fit(turn: Turn, person: int, other: int, first: date, last: date) -> str:
    """Why this person cannot stand in."""
    _, people = turn.words, turn.registry.people
    if other not in people or other == person:
        return _("That person cannot stand in. Please choose another.")
    name = people[other].name
    if any(row.person_id == other for row in leaves.touching(turn.conn, other, first, last)):
        return _("{name} is on leave on those days too. Please choose another.").format(name=name)
    if not outbox.members_with_account(turn.conn, [other]):
        return _("{name} cannot be reached here yet, so no letter would arrive. Please choose another.").format(
            name=name
        )
    return ""


def pressed(turn: Turn) -> list[Outgoing]:
    """A button of the leave."""
    what, _sep, rest = turn.incoming.tap[2:].partition(":")
    if what == "go":
        return _go(turn, rest.split(":"))
    if what == "end":
        return _end(turn, talk.number([rest]))
    if what == "again" and staff.may_act_for(turn, talk.number([rest])):
        return begin(turn, talk.number([rest]))
    if what == "mine" and turn.roles:
        return begin(turn, turn.me.id)
    if what == "other" and staff.runs(turn):
        return begin(turn, None)
    return start(turn, fresh=True) if what == "new" else [_no_longer(turn)]


def _no_longer(turn: Turn) -> Outgoing:
    return menu.show(turn, turn.words("That button belongs to an earlier message and no longer works."))


def _go(turn: Turn, parts: list[str]) -> list[Outgoing]:
    _ = turn.words
    days = [staff.pressed_day(part) for part in parts[2:]]
    if len(parts) != 4 or days[0] is None or days[1] is None:
        return [_no_longer(turn)]
    person, other, first, last = talk.number(parts[:1]), talk.number(parts[1:2]), days[0], days[1]
    registry_rows.changed(turn.conn)  # first: it also lets two who press at once do so one after the other
    trouble = _trouble(turn, person, other, first, last)
    if trouble:
        return [menu.show(turn, trouble)]
    row = {"person_id": person, "substitute_id": other, "first": first, "last": last, "made_by": turn.me.id}
    number = leaves.add(turn.conn, turn.now, **row)
    turn.reload = True
    _write(turn, number, other, "set", {"first": day(first), "last": day(last), "about": person})
    if person != turn.me.id:
        _write(turn, number, person, "set_for", {"first": day(first), "last": day(last), "other": other})
    text = _("✅ The leave is set: {first} to {last}. {name} is told. To see or end it, type: nghỉ phép")
    name = turn.registry.people[other].name
    return [menu.show(turn, text.format(first=day(first), last=day(last), name=name), edit=True)]


def _end(turn: Turn, number: int) -> list[Outgoing]:
    _ = turn.words
    row = leaves.get(turn.conn, number)
    if row is None or row.last < max(turn.day, row.first) or not staff.may_act_for(turn, row.person_id):
        return [menu.show(turn, _("This leave is over or was called off already."))]
    leaves.end(turn.conn, number, min(turn.day, row.first) - timedelta(days=1))
    registry_rows.changed(turn.conn)
    turn.reload = True
    _write(turn, number, row.substitute_id, "ended", {"about": row.person_id})
    if row.person_id != turn.me.id:
        _write(turn, number, row.person_id, "ended_for", {"other": row.substitute_id})
    name = turn.registry.people[row.substitute_id].name
    return [menu.show(turn, _("The leave has ended. {name} is told.").format(name=name), edit=True)]


def _write(turn: Turn, number: int, to: int, what: str, params: dict[str, Any]) -> None:
    letter = {"dedupe": f"leave:{number}:{what}:p{to}", "template": "leave", "person_id": to}
    outbox.put(turn.conn, turn.now, [letter | {"params": {"what": what, **params}}])
    turn.letters = True


def mornings(conn: Connection, now: datetime) -> int:
    """On a leave's first and last day a short letter to who stands in; once each. Returns how many were queued."""
    on, letters = today(now), []
    for row in leaves.starting_or_ending(conn, on):
        what = "first" if row.first == on else "last"
        if row.first == on and today(row.made_at) == on:
            continue  # they were told a moment ago
        params = {"what": what, "about": row.person_id, "last": day(row.last)}
        letter = {"dedupe": f"leave:{row.id}:{what}:p{row.substitute_id}", "template": "leave", "params": params}
        letters.append(letter | {"person_id": row.substitute_id})
    return outbox.put(conn, now, letters)
