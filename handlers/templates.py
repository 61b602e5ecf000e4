"""Answers a department keeps ready: offered where one is wanted, kept in order by the department itself."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Final

from handlers import act, cards, facts, letters, menu, talk
from handlers.clock import day
from handlers.form import Form
from handlers.interview import Draft
from handlers.messages import Button, Outgoing, rows
from handlers.template_choices import ALL, departments
from handlers.turn import Turn
from handlers.vietnamese import fold
from handlers.words import words_for
from storage import drafts, templates

FORM: Final = "template"
REPLACES: Final = "replaces"
OFFERED: Final = 5
_TYPED: Final = re.compile(r"mau (\d)")


def offer(turn: Turn, case: Any, out: list[Outgoing]) -> list[Outgoing]:
    """The question for an answer, with the ready ones above its own buttons."""
    found = templates.of_departments(turn.conn, [case.department_id], case.category)[:OFFERED]
    if not found or not out:
        return out
    lead = turn.words("Choose an answer kept ready, or write your own.")
    buttons = rows(
        [
            Button(f"📄 {letters.short(row.title, 40)}", f"t:use:{row.id}:{case.id}", word=f"mẫu {place}")
            for place, row in enumerate(found, 1)
        ]
    )
    return [replace(out[0], text=f"{out[0].text}\n\n{lead}", buttons=buttons + out[0].buttons), *out[1:]]


def typed(turn: Turn) -> list[Outgoing]:
    """“mẫu 2” while an answer is being asked for; nothing for anything else."""
    account = turn.account
    if account is None or account.case_id is None or account.form_hash is None:
        return []
    said = _TYPED.fullmatch(fold(turn.incoming.text)) if len(turn.incoming.text) < 12 else None
    if said is None:
        return []
    form = turn.forms.by_hash.get(account.form_hash)
    if form is None or form.name != "answer":
        return []
    try:
        case, _role = act.case_for(turn, account.case_id)
    except act.Refused as no:
        return [turn.whisper(no.sentence)]
    found = templates.of_departments(turn.conn, [case.department_id], case.category)[:OFFERED]
    place = int(said[1])
    if not found:
        return []
    if not 1 <= place <= len(found):
        gone = turn.whisper(turn.words("This ready answer is no longer there."))
        return [gone, *offer(turn, case, talk.here(turn))]
    return _use(turn, found[place - 1].id, case.id)


def pressed(turn: Turn) -> list[Outgoing]:
    """`t:use:<template>:<case>`, `t:see|edit|drop|gone:<template>`, `t:new`."""
    what, *rest = turn.incoming.tap[2:].split(":")
    if what == "use" and len(rest) == 2:
        return _use(turn, talk.number(rest[:1]), talk.number(rest[1:]))
    if not departments(turn):
        return [menu.show(turn)]
    if what == "new":
        return _new(turn)
    row = templates.get(turn.conn, talk.number(rest))
    if row is None or row.department_id not in departments(turn):
        return show(turn)
    if what == "edit":
        return _change(turn, row)
    if what == "gone":
        templates.drop(turn.conn, row.id, turn.now)
        return show(turn)
    return [_see(turn, row, sure=what == "drop")]


def show(turn: Turn) -> list[Outgoing]:
    """The department's ready answers."""
    _ = turn.words
    mine = departments(turn)
    if not mine:
        return [menu.show(turn, _("Only officials of a department keep ready answers."))]
    found = templates.of_departments(turn.conn, mine)
    buttons = [Button(f"📄 {letters.short(row.title, 40)}", f"t:see:{row.id}") for row in found[:20]]
    buttons += [Button(_("✏️ Add a ready answer"), "t:new"), Button(_("Main menu"), "m:menu")]
    lead = (
        _("Answers kept ready:")
        if found
        else _("No answer is kept ready yet. One you write once saves typing it often.")
    )
    return [turn.say(lead, rows(buttons), edit=True)]


def _see(turn: Turn, row: Any, *, sure: bool) -> Outgoing:
    _ = turn.words
    category = facts.categories()[row.category].name(_.lang) if row.category else _("All categories")
    text = f"📄 {row.title}\n{category}\n\n“{row.words}”"
    if sure:
        buttons = [
            Button(_("Yes, remove it"), f"t:gone:{row.id}", style="danger"),
            Button(_("No, keep it"), f"t:see:{row.id}"),
        ]
        return turn.say(f"{text}\n\n" + _("Remove this ready answer?"), rows(buttons), edit=True)
    buttons = [
        Button(_("Change"), f"t:edit:{row.id}"),
        Button(_("Remove"), f"t:drop:{row.id}"),
        Button(_("Other ready answers"), "m:templates"),
    ]
    return turn.say(text, rows(buttons), edit=True)


def _new(turn: Turn) -> list[Outgoing]:
    mine = departments(turn)
    return talk.begin(turn, FORM, answers={"department": str(mine[0])} if len(mine) == 1 else {})


def _change(turn: Turn, row: Any) -> list[Outgoing]:
    """The form with everything filled in, at its end; `REPLACES` is no question of it and stays in the draft."""
    answers = {
        "department": str(row.department_id),
        "title": row.title,
        "category": row.category or ALL,
        "words": row.words,
        REPLACES: row.id,
    }
    first, *rest = talk.begin(turn, FORM, answers=answers)
    _known, _gap, review = first.text.partition("\n\n")  # the review says what is known
    return [replace(first, text=review), *rest]


def saved(turn: Turn, _form: Form, draft: Draft, _case_id: int | None) -> list[Outgoing]:
    """The form "template" is sent."""
    kept = drafts.get(turn.conn, draft.id, turn.me.id)
    replaces = kept.body["answers"].get(REPLACES) if kept is not None else None
    drafts.drop(turn.conn, draft.id)
    answers = draft.answers
    department = int(answers["department"])
    if department not in departments(turn):
        return [menu.show(turn, turn.words("Only officials of a department keep ready answers."))]
    category = None if answers["category"] == ALL else answers["category"]
    before = templates.get(turn.conn, replaces) if replaces is not None else None
    if before is not None and before.department_id in departments(turn):
        templates.drop(turn.conn, before.id, turn.now)
    templates.put(
        turn.conn, department, answers["title"], turn.now, category=category, words=answers["words"], made_by=turn.me.id
    )
    return [turn.say("✅ " + turn.words("Kept. It is offered whenever such a case is answered.")), *show(turn)]


def _use(turn: Turn, template_id: int, case_id: int) -> list[Outgoing]:
    """Its words, filled in, as the answer that is about to be sent: they can still be changed."""
    try:
        case, role = act.case_for(turn, case_id)
        act.next_state(turn, case, act.Move("answer"), role)
    except act.Refused as no:
        return [turn.whisper(no.sentence)]
    row = templates.get(turn.conn, template_id)
    if row is None or row.department_id != case.department_id:
        return [turn.whisper(turn.words("This ready answer is no longer there."))]
    if turn.account is not None and turn.account.draft_id is not None:
        talk.put_aside(turn)
    words = filled(turn, row.words, case)
    first, *rest = talk.begin(turn, "answer", case.id, answers={"words": words})
    _known, _gap, question = first.text.partition("\n\n")
    return [replace(first, text=f"“{words}”\n\n{question}"), *rest]  # whole: this is what will be sent


def filled(turn: Turn, words: str, case: Any) -> str:
    """{code} {hamlet} {department} {day} become what they stand for; anything else in braces stays as it is."""
    view = cards.View(turn.conn, turn.registry, words_for("vi"), turn.now)
    owner = turn.registry.departments.get(case.department_id)
    values = {
        "code": case.code,
        "hamlet": cards.place(view, case),
        "department": owner.name if owner else "",
        "day": day(turn.now),
    }
    return re.sub(r"\{(code|hamlet|department|day)\}", lambda found: values[found[1]], words)
