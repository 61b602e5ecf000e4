"""How a case looks: brief where others read along, whole for those who may see it; and the buttons under it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from handlers import access, act, facts, routing, status
from handlers.clock import day, today
from handlers.messages import Button, Rows, Style, rows
from handlers.registry import Registry
from handlers.words import N_, Words
from storage import files, history

STATES = {
    "new": N_("waiting to be accepted"),
    "sent": N_("waiting to be acknowledged"),
    "accepted": N_("accepted, being handled"),
    "asked": N_("waiting for the reporter's answer"),
    "answered": N_("answered"),
    "refused": N_("not taken on"),
    "acknowledged": N_("acknowledged"),
}
ACTIONS = {
    "accept": N_("Accept"),
    "acknowledge": N_("Acknowledge"),
    "forward": N_("Forward"),
    "ask": N_("Ask back"),
    "answer": N_("Answer"),
    "refuse": N_("Not our competence"),
    "reply": N_("Answer the question"),
}
# The word typed before the code does the same on every channel (DESIGN rule 9).
TYPED = {
    "accept": "nhận",
    "acknowledge": "nhận",
    "forward": "chuyển",
    "ask": "hỏi lại",
    "answer": "trả lời",
    "refuse": "từ chối",
}
STYLES: dict[str, Style] = {"accept": "primary", "acknowledge": "primary", "answer": "success"}
SOURCES = {
    "citizen": N_("a citizen"),
    "meeting": N_("a meeting"),
    "seen": N_("seen by the cadre"),
    "behalf": N_("on behalf of someone"),
}
REASONS = {  # the codes of the choices in forms/refuse.md
    "other_office": N_("belongs to another office"),
    "other_level": N_("belongs to a higher level"),
    "other_area": N_("belongs to another commune"),
    "duplicate": N_("the same as another case"),
    "settled": N_("already settled"),
    "court": N_("before a court"),
    "unclear": N_("too little information"),
    "other": N_("another reason"),
}
OF_COMPETENCE = ("other_office", "other_level", "other_area")  # the other reasons say nothing of whose matter it is


@dataclass(frozen=True, slots=True)
class View:
    """Everything a card needs besides the case."""

    conn: Connection
    registry: Registry
    words: Words
    now: datetime


def state(view: View, case: Any, *, yours: bool) -> str:
    """Where it stands; `yours`: its own reporter reads this."""
    return view.words("waiting for your answer") if yours and case.state == "asked" else view.words(STATES[case.state])


def brief(view: View, case: Any, *, yours: bool = False) -> str:
    """Code, category, hamlet, deadline, who holds it: nothing personal (rule 16)."""
    _ = view.words
    lines = [headline(view, case), subject(view, case), place(view, case)]
    if case.due_at is not None and case.state in status.OPEN:
        late = " ⚠️ " + _("overdue") if act.overdue(case, view.now) else ""
        lines.append(_("Answer by: {day}").format(day=day(case.due_at)) + late)
    owner = view.registry.departments.get(case.department_id)
    lines.append(_("With: {department}").format(department=owner.name if owner else "?"))
    lines.append(_("State: {state}").format(state=state(view, case, yours=yours)) + _held_by(view, case))
    return "\n".join(line for line in lines if line)


def headline(view: View, case: Any) -> str:
    """Its code, kind and (when it presses) its urgency."""
    lang = view.words.lang
    if case.subject == "practice":
        return f"🌱 {case.code} · {view.words('Good practice')}"
    mark = {"khan_cap": "🔴", "cao": "🟠"}.get(case.urgency, "📝")
    kind = facts.kinds()[case.kind].name(lang)
    pressing = f" · {facts.urgencies()[case.urgency].name(lang)}" if case.urgency in ("khan_cap", "cao") else ""
    return f"{mark} {case.code} · {kind}{pressing}"


def subject(view: View, case: Any) -> str:
    """Its category or field."""
    table = facts.fields() if case.subject == "practice" else facts.categories()
    return table[case.category].name(view.words.lang)


def place(view: View, case: Any) -> str:
    """Hamlet and commune; a hamlet that was merged or renamed since also by what it is called now."""
    hamlet, now = view.registry.now_named(case.hamlet_id or -1, today(view.now), today(case.made_at))
    if now:
        hamlet = view.words("{old} (now {new})").format(old=hamlet, new=now)
    unit = view.registry.units.get(case.unit_id)
    return ", ".join(name for name in (hamlet, unit.name if unit is not None else "") if name)


def _held_by(view: View, case: Any) -> str:
    person = view.registry.people.get(case.holder_id or -1)
    return f" ({person.name})" if person is not None else ""


def full(view: View, case: Any, *, handler: bool, yours: bool = False) -> str:
    """The whole story; the contact only for who handles it."""
    _ = view.words
    parts = [
        brief(view, case, yours=yours),
        _passed_on(view, case) if handler else "",
        f"“{case.answers.get('story', case.title)}”" if case.subject == "petition" else _practice(view, case),
    ]
    details = [
        _("Place: {place}").format(place=case.place) if case.place else "",
        _("Pin: {lat}, {lon}").format(lat=case.lat, lon=case.lon) if case.lat is not None else "",
        _("Since: {day}").format(day=day(case.since)) if case.since else "",
        _("Households: {n}").format(n=case.households) if case.households is not None else "",
        _("Source: {source}").format(source=_(SOURCES[case.source])) if case.source in SOURCES else "",
        _("Contact: {contact}").format(contact=case.contact) if handler and case.contact else "",
    ]
    reporter = view.registry.people.get(case.reporter_id)
    if handler and reporter is not None:
        details.append(_("Reported by: {name}, {phone}").format(name=reporter.name, phone=reporter.phone or "—"))
    kept = files.of_case(view.conn, case.id)
    if kept:
        details.append("📎 " + _.n("one file", "{n} files", len(kept)))
    return "\n\n".join(part for part in [*parts, "\n".join(line for line in details if line)] if part)


def _passed_on(view: View, case: Any) -> str:
    """To whom it was passed: by whom, why, and their note."""
    if case.version == 1 or case.state not in status.OPEN:
        return ""
    moves = [history.last(view.conn, case.id, action) for action in ("forward", "refuse")]
    row = max((row for row in moves if row is not None), key=lambda row: row.id, default=None)
    if row is None or row.department_id != case.department_id:
        return ""
    person = view.registry.people.get(row.actor_id or -1)
    line = view.words("{name} passed it on").format(name=person.name if person else "?")
    return f"↪ {line if row.action == 'forward' else move_line(view, row)}" + (f"\n“{row.words}”" if row.words else "")


def _practice(view: View, case: Any) -> str:
    _ = view.words
    answers = case.answers
    lines = [f"“{case.title}”", str(answers.get("story", ""))]
    if answers.get("money"):
        lines.append(_("Money raised: {amount} đồng").format(amount=grouped(answers["money"])))
    if answers.get("land"):
        lines.append(_("Land given: {area} m²").format(area=grouped(answers["land"])))
    if answers.get("result"):
        lines.append(_("Result: {result}").format(result=answers["result"]))
    return "\n".join(line for line in lines if line)


def grouped(value: Any) -> str:
    """12400000 -> 12.400.000, 2450.5 -> 2.450,5: the way numbers are written in Viet Nam."""
    whole, _, rest = str(value).partition(".")
    text = f"{int(whole):,}".replace(",", ".")
    return text + ("," + rest if rest.strip("0") else "")


def story(view: View, case: Any, *, handler: bool) -> str:
    """Every move in plain words, first first; what one department writes to another is for those who handle it."""
    lines = []
    for row in history.of_case(view.conn, case.id):
        line = f"• {day(row.at)}: {move_line(view, row)}"
        told = row.words and (handler or row.action != "forward")
        lines.append(line + (f"\n  “{row.words}”" if told else ""))
    return "\n".join(lines)


def move_line(view: View, row: Any) -> str:
    """One move as a sentence."""
    _ = view.words
    owner = view.registry.departments.get(row.department_id or -1)
    person = view.registry.people.get(row.actor_id or -1)
    other = view.registry.people.get(row.other_id or -1)
    names = {"department": owner.name if owner else "?", "name": person.name if person else "?"}
    names["other"] = other.name if other else "?"
    sentences = {
        "send": _("sent to {department}"),
        "accept": _("{name} accepted it"),
        "acknowledge": _("{name} acknowledged it"),
        "forward": _("passed on to {department}"),
        "ask": _("{name} asked back"),
        "reply": _("{name} answered the question"),
        "answer": _("{name} answered"),
        "refuse": _("{name} found it outside their competence")
        if row.reason in OF_COMPETENCE
        else _("{name} did not take it on"),
        "route": _("taken to {department}"),
        "handover": _("{name} handed it over to {other}"),
    }
    reason = f" ({_(REASONS[row.reason])})" if row.reason in REASONS else ""
    return sentences[row.action].format(**names) + reason


def buttons(view: View, case: Any, role: str, *, reader: int | None = None, group: bool = False) -> Rows:
    """What `role` may do now, each with the word that does the same; in a group also "open in private".

    `reader` is the person who sees them: an answer is supplemented by who gave it, so nobody else has a button for that.
    """
    _ = view.words
    found = []
    if group:
        found.append(Button(_("Open in private"), payload(case, "open"), word=f"xem {case.code}"))
    elif files.of_case(view.conn, case.id):
        found.append(Button(_("See photos and files"), payload(case, "files"), word=f"ảnh {case.code}"))
    done = case.state == "answered" and reader != case.holder_id
    acts = [action for action in status.allowed(case.subject, case.state, role) if action in ACTIONS]
    acts = [action for action in acts if action != "reply" and not (done and action == "answer")]
    for action in acts:
        style = STYLES.get(action, "")
        found.append(
            Button(_(ACTIONS[action]), payload(case, action), word=f"{TYPED[action]} {case.code}", style=style)
        )
    return rows(found, 2)


def payload(case: Any, action: str) -> str:
    """`c:<case>:<version>:<action>`; re-checked when pressed (rule 8)."""
    return f"c:{case.id}:{case.version}:{action}"


def role_of_group(view: View, case: Any, group: Any) -> str:
    """What a department's group may do with a case: what its department may; nothing once it is elsewhere."""
    if group.department_id != case.department_id:
        return ""
    return "intake" if routing.intake(view.registry, case.unit_id).id == case.department_id else "department"


def role_of_person(view: View, case: Any, person_id: int) -> str:
    """See `access.standing`."""
    return access.best(access.standing(view.registry, person_id, case, today(view.now)))
