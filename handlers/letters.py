"""A letter's words, made when it is sent, in its recipient's language. Cards show the present, all else the move it tells of."""

from __future__ import annotations

from typing import Any

from handlers import (
    access,
    announce_letters,
    cards,
    data_letters,
    handover_letters,
    leave_letters,
    summary,
    week_letters,
)
from handlers.cards import View
from handlers.clock import day, today
from handlers.messages import Address, Button, Outgoing, rows
from handlers.words import N_
from storage import cases, groups, history


def compose(view: View, letter: Any, to: Address, *, edit: str = "") -> Outgoing | None:
    """What to say, or nothing when there is nothing to say any more (the case is out of this recipient's sight)."""
    made = _MAKERS[letter.template](view, letter)
    if made is None:
        return None
    text, buttons = made
    picture = str((letter.params or {}).get("chart") or "") if letter.template == "summary" else ""
    photos, alt = ((picture,), view.words("Received and answered, by week and by category")) if picture else ((), "")
    return Outgoing(to, text, buttons, photos, edit, silent=bool(letter.silent), alt=alt)


def _card(view: View, letter: Any) -> Any:
    case = cases.get(view.conn, letter.case_id)
    if case is None:
        return None
    if letter.group_id is not None:
        return _group_card(view, letter, case)
    roles = access.standing(view.registry, letter.person_id, case, today(view.now))
    if not roles & {"department", "intake", "superior"}:
        # It lies elsewhere now: whoever had it sees where it went, and no more.
        return (cards.brief(view, case), ()) if letter.edits else None
    return cards.full(view, case, handler=True), cards.buttons(view, case, access.best(roles), reader=letter.person_id)


def _group_card(view: View, letter: Any, case: Any) -> Any:
    group = groups.get(view.conn, letter.group_id)
    if group is None or group.gone_at is not None:
        return None
    role = cards.role_of_group(view, case, group)
    if not role and not letter.edits:
        return None  # it went elsewhere before this group ever saw it
    text = cards.full(view, case, handler=False) if group.mode == "full" and role else cards.brief(view, case)
    return text, cards.buttons(view, case, role, group=True) if role else ()


def _told(view: View, letter: Any) -> Any:
    """To the reporter, a step in plain words."""
    case, row, _ = cases.get(view.conn, letter.case_id), history.get(view.conn, letter.history_id), view.words
    if case is None or row is None:
        return None
    owner = view.registry.departments.get(row.department_id or -1)
    person = view.registry.people.get(row.actor_id or -1)
    values = {
        "code": case.code,
        "title": short(case.title),
        "department": owner.name if owner else "?",
        "name": person.name if person else "?",
        "day": day(case.due_at),
        "words": row.words or "",
        "reason": _(cards.REASONS[row.reason]) if row.reason in cards.REASONS else "",
    }
    key = row.action
    if row.action == "refuse":  # not every reason is one of competence
        key = "refuse_on" if row.to_state == "new" else row.reason if row.reason in _TOLD else "refuse"
    if key == "accept" and case.due_at is None:
        key = "acknowledge"
    text = _(_TOLD[key]).format(**values)
    if row.action == "refuse" and row.words:
        text += f"\n\n“{row.words}”"
    return text, rows(_told_buttons(view, case, row))


def _told_buttons(view: View, case: Any, row: Any) -> list[Button]:
    _ = view.words
    if row.action == "ask" and case.state == "asked":
        return [
            Button(
                "✍️ " + _(cards.ACTIONS["reply"]), cards.payload(case, "reply"), word=f"đáp {case.code}", style="primary"
            )
        ]
    return [Button(_("Open {code}").format(code=case.code), f"f:{case.id}", word=f"xem {case.code}")]


_TOLD = {
    "accept": N_("✅ {code} has been accepted.\n{department}, {name} is handling it. Answer by {day}.\n\n“{title}”"),
    "acknowledge": N_("🌱 {code}: {department} has acknowledged your good practice. Thank you, comrade!\n\n“{title}”"),
    "forward": N_("➡️ {code} has been passed on to {department}, which is the right place for it.\n\n“{title}”"),
    "ask": N_(
        "❓ {code}: {name}, {department}, asks:\n\n“{words}”\n\nPlease reply to this message or press the button."
    ),
    "answer": N_("💬 {code} has an answer from {department}:\n\n“{words}”\n\nYour report: “{title}”"),
    "refuse": N_("ℹ️ {code} cannot be handled here: {reason}.\n\nYour report: “{title}”"),
    "duplicate": N_(
        "ℹ️ {code} is closed: it is the same as another report, which is being handled.\n\nYour report: “{title}”"
    ),
    "settled": N_("ℹ️ {code} is closed: the matter was settled before.\n\nYour report: “{title}”"),
    "court": N_(
        "ℹ️ {code} is closed: the matter is before a court, and only the court can decide.\n\nYour report: “{title}”"
    ),
    "unclear": N_(
        "ℹ️ {code} is closed: there is too little information to act on. Please report it again with more about it.\n\nYour report: “{title}”"
    ),
    "refuse_on": N_("➡️ {code}: the department sent it back ({reason}). {department} now decides what happens with it."),
}


def _replied(view: View, letter: Any) -> Any:
    case, row, _ = cases.get(view.conn, letter.case_id), history.get(view.conn, letter.history_id), view.words
    if case is None or row is None:
        return None
    role = cards.role_of_person(view, case, letter.person_id)
    text = _("💬 {code}: the reporter answers:\n\n“{words}”").format(code=case.code, words=row.words or "")
    return (text, cards.buttons(view, case, role, reader=letter.person_id)) if role else None


def _alarm(view: View, letter: Any) -> Any:
    case, _ = cases.get(view.conn, letter.case_id), view.words
    if case is None:
        return None
    owner = view.registry.departments.get(case.department_id)
    values = {"code": case.code, "department": owner.name if owner else "?", "subject": cards.subject(view, case)}
    sentences = {
        "unrouted": _(
            "⚠️ {code} ({subject}): no department is named for this category. It was given to {department}. Please complete the routing table."
        ),
        "unreached": _(
            "⚠️ {code} ({subject}) lies with {department}, but nobody there can be reached here yet. Please tell them and invite them."
        ),
        "unreachable": _("⚠️ {code}: a letter about it could not reach the person who waits for it. Please call them."),
    }
    return sentences[(letter.params or {})["why"]].format(**values), ()


def _unreachable(view: View, letter: Any) -> Any:
    """To who handles a case: its reporter cannot be reached by chat."""
    case, _ = cases.get(view.conn, letter.case_id), view.words
    reporter = view.registry.people.get(case.reporter_id) if case is not None else None
    if case is None or reporter is None:
        return None
    text = _("⚠️ {code}: the message could not reach {name}, who reported it. Please call {phone}.")
    return text.format(code=case.code, name=reporter.name, phone=reporter.phone or "—"), ()


def _file_bad(view: View, letter: Any) -> Any:
    case, _ = cases.get(view.conn, letter.case_id), view.words
    why = str((letter.params or {}).get("why", ""))
    sentence = _(FILE_TROUBLE.get(why, FILE_TROUBLE[""]))
    return (
        (_("📎 {code}: one file could not be kept. {why}").format(code=case.code, why=sentence), ())
        if case is not None
        else None
    )


FILE_TROUBLE = {
    "": N_("Please send it again."),
    "file_big": N_("It is too big. Please send a smaller one."),
    "file_missing": N_("The messenger no longer has it. Please send it again."),
    "not_picture": N_("It is not a picture that can be opened. Please send another."),
}


def _stuck(view: View, letter: Any) -> Any:
    _ = view.words
    params = letter.params or {}
    return _.n(
        "⚠️ One letter could not be sent.", "⚠️ {n} letters could not be sent.", int(params.get("n", 1))
    ) + "\n" + _("See them with: danvan stuck"), ()


def _summary(view: View, letter: Any) -> Any:
    return summary.text(letter.params, view.words), ()


def short(text: str, limit: int = 120) -> str:
    """The first words of a text, whole ones."""
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1].rsplit(" ", 1)[0] + "…"


_MAKERS = {
    "card": _card,
    "told": _told,
    "replied": _replied,
    "alarm": _alarm,
    "unreachable": _unreachable,
    "file_bad": _file_bad,
    "stuck": _stuck,
    "summary": _summary,
    "announcement": announce_letters.compose,
    "preview": week_letters.compose,
    "data_asked": data_letters.asked,
    "data_late": data_letters.late,
    "data_answer": data_letters.answered,
    "handover": handover_letters.letter,
    "handover_given": handover_letters.letter_given,
    "handover_seen": handover_letters.letter_seen,
    "leave": leave_letters.letter,
}
