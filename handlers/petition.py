"""A petition is sent: numbered, routed, carded; the cadre gets its code."""

from __future__ import annotations

from datetime import date
from typing import Any

from handlers import access, act, deadlines, discreet, emergency, facts, letters, menu, post, routing
from handlers.clock import day
from handlers.form import Form
from handlers.interview import Draft
from handlers.messages import Button, Outgoing, rows
from handlers.registry import Department, Unit
from handlers.turn import Turn
from storage import cases, drafts, history

PREFIX = "KN"


def submit(turn: Turn, form: Form, draft: Draft, _case_id: int | None) -> list[Outgoing]:
    """The review screen said "send"."""
    answers = draft.answers
    commune = commune_for(turn, answers.get("hamlet"))
    if commune is None:
        return [menu.homeless(turn)]
    owner, routed = routing.for_petition(turn.registry, answers["category"], commune.id)
    sensitive = facts.categories()[answers["category"]].sensitive
    row = common(turn, form, draft, commune, owner, "petition", PREFIX) | {
        "category": answers["category"],
        "kind": answers["kind"],
        "urgency": answers["urgency"],
        "state": "new",
        "title": discreet.kept(letters.short(answers["story"]), sensitive=sensitive),
        "source": answers.get("source"),
        "contact": answers.get("contact") or None,
        "due_at": deadlines.due(answers["kind"], answers["urgency"], turn.now, turn.registry.calendar),
    }
    row |= where(answers.get("place"))
    words = f"{row['code']} {answers['story']} {row['place'] or ''}"
    row |= {
        "place": discreet.kept(row["place"], sensitive=sensitive),
        "folded": discreet.searchable(words, sensitive=sensitive),
    }
    case = store(turn, draft, row, routed=routed)
    return [_thanks(turn, case, owner)]


def _thanks(turn: Turn, case: Any, owner: Department) -> Outgoing:
    _ = turn.words
    text = _(
        "✅ Sent. The code of your report: {code}\nGiven to: {department}\nAnswer by: {day}\n\nI will tell you of every step."
    )
    text = text.format(code=case.code, department=owner.name, day=day(case.due_at))
    if case.urgency == emergency.URGENT:
        call = _("☎️ {number}: call this number now, if you have not done so yet.")
        text = call.format(number=emergency.number(case.category)) + "\n\n" + text
    return turn.say(text, sent_buttons(turn, case), edit=True)


def sent_buttons(turn: Turn, case: Any) -> Any:
    """After sending: look at it, or go on."""
    _ = turn.words
    return rows([Button(_("Open {code}").format(code=case.code), f"f:{case.id}"), Button(_("Main menu"), "m:menu")], 2)


def commune_for(turn: Turn, hamlet: Any) -> Unit | None:
    """The commune of the named hamlet, else of the speaker."""
    if hamlet and str(hamlet).isdecimal():
        found = turn.registry.commune_of(int(hamlet))
        if found is not None:
            return found
    own = access.communes_of(turn.registry, turn.me.id, turn.day)
    return turn.registry.units[own[0]] if own else None


def common(
    turn: Turn, form: Form, draft: Draft, commune: Unit, owner: Department, subject: str, prefix: str
) -> dict[str, Any]:
    """The columns a petition and a practice fill alike."""
    answers = draft.answers
    hamlet = answers.get("hamlet")
    return {
        "subject": subject,
        "code": f"{prefix}-{cases.next_number(turn.conn, commune.id, prefix):04d}",
        "unit_id": commune.id,
        "hamlet_id": int(hamlet) if hamlet and str(hamlet).isdecimal() else None,
        "department_id": owner.id,
        "reporter_id": turn.me.id,
        "draft_id": draft.id,
        "form_hash": form.hash,
        "version": 1,
        "households": answers.get("households"),
        "since": date.fromisoformat(answers["since"]) if answers.get("since") else None,
        "answers": answers,
        "made_at": turn.now,
    }


def where(place: Any) -> dict[str, Any]:
    """A pin, or the words that tell the place."""
    place = place if isinstance(place, dict) else {}
    return {"place": place.get("words") or None, "lat": place.get("lat"), "lon": place.get("lon")}


def store(turn: Turn, draft: Draft, row: dict[str, Any], *, routed: bool) -> Any:
    """The case, its first history row, its files, its letters; the draft is spent."""
    case_id = cases.make(turn.conn, **row)
    first = history.add(
        turn.conn,
        case_id=case_id,
        at=turn.now,
        actor_id=turn.me.id,
        channel=turn.incoming.channel,
        action="send",
        from_state="",
        to_state=row["state"],
        department_id=row["department_id"],
    )
    act.keep_files(turn, case_id, first, tuple(draft.files))
    drafts.drop(turn.conn, draft.id)
    case = cases.get(turn.conn, case_id)
    post.arrived(turn, case, first, routed=routed)
    return case
