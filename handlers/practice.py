"""A good practice is sent: it goes to the owner of the Dân vận movement, who acknowledges it or asks back."""

from __future__ import annotations

from handlers import discreet, letters, menu, petition, routing
from handlers.form import Form
from handlers.interview import Draft
from handlers.messages import Outgoing
from handlers.turn import Turn

PREFIX = "DV"


def submit(turn: Turn, form: Form, draft: Draft, _case_id: int | None) -> list[Outgoing]:
    """The review screen said "send"."""
    answers, _ = draft.answers, turn.words
    commune = petition.commune_for(turn, answers.get("hamlet"))
    if commune is None:
        return [menu.homeless(turn)]
    owner, routed = routing.for_practice(turn.registry, commune.id)
    row = petition.common(turn, form, draft, commune, owner, "practice", PREFIX) | {
        "category": answers["field"],
        "kind": "practice",
        "urgency": "binh_thuong",
        "state": "sent",
        "title": discreet.kept(letters.short(answers["title"]), sensitive=False),
        "place": None,
    }
    row["folded"] = discreet.searchable(f"{row['code']} {answers['title']} {answers['story']}", sensitive=False)
    case = petition.store(turn, draft, row, routed=routed)
    text = _("🌱 Sent. Thank you, comrade! The code of your good practice: {code}\nGiven to: {department}")
    return [turn.say(text.format(code=case.code, department=owner.name), petition.sent_buttons(turn, case), edit=True)]
