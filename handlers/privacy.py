"""The word DULIEU: what is kept of me, and what I may ask for; and the office's answer, by button or by words.

All state is in the buttons, and each has words that do the same at any time, also for a person who has not agreed: there
a number would be taken for the answer to the consent question.
"""

from __future__ import annotations

import re
from typing import Any

from handlers import data_requests, kept, menu, people, talk
from handlers.cards import View
from handlers.clock import day
from handlers.data_requests import NotAnswered
from handlers.form import Form
from handlers.interview import Draft
from handlers.messages import Button, Outgoing, rows
from handlers.turn import Turn
from handlers.vietnamese import fold
from handlers.words import words_for
from storage import drafts, privacy

_TYPED = re.compile(
    r"(?:du lieu|dulieu)(?: (?P<kind>sua|ban sao|rut|xoa)(?P<sure> ngay)?"
    r"|(?: (?P<answer>xong|tu choi)(?P<yes> ngay)?(?: dl)? ?(?P<which>\d{1,9})(?: .*)?))?"
)
_FIRST = tuple("dDđĐ")
_KINDS = {"sua": "correct", "ban sao": "see", "rut": "withdraw", "xoa": "delete"}
FORM, LONGEST = "correct", 600


def meant(turn: Turn) -> str:
    """The tap that a typed word stands for, or the tap itself where it is ours; "" for anything else."""
    incoming = turn.incoming
    if incoming.tap:
        return incoming.tap if incoming.tap.startswith("p:") or incoming.tap == "m:data" else ""
    if incoming.edited or len(incoming.text) > LONGEST or incoming.attachments:
        return ""
    if incoming.text.lstrip()[:1] not in _FIRST:  # every message comes past here: most need no folding
        return ""
    found = _TYPED.fullmatch(fold(incoming.text))
    if found is None:
        return ""
    if found["kind"]:
        return f"p:{_KINDS[found['kind']]}" + (":yes" if found["sure"] else "")
    if found["answer"] == "xong":
        return f"p:{'sure' if found['yes'] else 'done'}:{found['which']}"
    return f"p:why:{found['which']}" if found["answer"] else "m:data"


def typed(turn: Turn) -> list[Outgoing]:
    """One of our words, also in the middle of an interview, which then waits as a draft."""
    tap = "" if turn.incoming.tap else meant(turn)
    if not tap:
        return []
    if turn.account is not None and turn.account.draft_id is not None:
        talk.put_aside(turn)  # what comes now has numbers of its own
    return act(turn, tap)


def correcting(turn: Turn) -> bool:
    """Is the open interview the one about one's own data? It goes on without consent: nothing else is kept."""
    form = turn.forms.by_hash.get((turn.account.form_hash if turn.account is not None else "") or "")
    return form is not None and form.name == FORM


def pressed(turn: Turn) -> list[Outgoing]:
    """A button of ours."""
    return act(turn, turn.incoming.tap)


def act(turn: Turn, tap: str) -> list[Outgoing]:
    """What a tap asks for, checked now."""
    if tap == "m:data":
        return [show(turn)]
    _, name, *rest = tap.split(":")
    if name in ("done", "sure", "why", "no"):
        return _answer(turn, name, rest)
    if name == "correct":
        return talk.begin(turn, FORM)
    if name == "see":
        return [_noted(turn, data_requests.make(turn.conn, turn.registry, turn.now, turn.me.id, "see"))]
    if name in ("withdraw", "delete"):
        return [_ended(turn, name)] if rest == ["yes"] else [_sure(turn, name)]
    return [menu.show(turn, turn.words("That button belongs to an earlier message and no longer works."))]


def show(turn: Turn) -> Outgoing:
    """What is kept, and the buttons."""
    _ = turn.words
    view = View(turn.conn, turn.registry, _, turn.now)
    mine = privacy.of_person(turn.conn, turn.me.id)
    waiting = _("• Your request {number} ({kind}): first answer by {reply}, done by {due}")
    parts = [
        _("🔐 What is kept of you here:"),
        kept.lines(view, turn.me),
        *(waiting.format(**_values(turn, row)) for row in mine),
        "",
        _("You may ask for a copy, a correction or deletion, and take back your consent. It costs nothing."),
    ]
    return turn.say("\n".join(parts), rows(_choices(turn)), edit=True)


def _choices(turn: Turn) -> list[Button]:
    _ = turn.words
    found = [
        Button(_("✏️ Correct something"), "p:correct", word="dữ liệu sửa"),
        Button(_("📄 Get a copy"), "p:see", word="dữ liệu bản sao"),
    ]
    if _agreed(turn):
        found.append(Button(_("✋ Withdraw my consent"), "p:withdraw", word="dữ liệu rút"))
    found.append(Button(_("🗑 Delete my data"), "p:delete", word="dữ liệu xóa"))
    return [*found, Button(_("Main menu"), "m:menu", word="menu")]


def _agreed(turn: Turn) -> bool:
    return turn.account is not None and turn.account.consent is not None


def _values(turn: Turn, request: Any) -> dict[str, str]:
    return {
        "number": data_requests.number(request.id),
        "kind": turn.words(data_requests.KINDS[request.kind]),
        "reply": day(request.reply_by),
        "due": day(request.due_at),
    }


def _noted(turn: Turn, request: Any) -> Outgoing:
    turn.letters = True
    _ = turn.words
    text = _(
        "🔐 Noted: request {number}, {kind}.\nThe commune's office answers first by {reply} and has it done by {due} (Law 91/2025/QH15). I will tell you here."
    )
    return turn.say(
        text.format(**_values(turn, request)), rows([Button(_("Main menu"), "m:menu", word="menu")]), edit=True
    )


def _sure(turn: Turn, name: str) -> Outgoing:
    """Said before anything is done: what goes, what stays, and why."""
    _ = turn.words
    if name == "withdraw":
        text = _(
            "If you withdraw your consent, from now on nothing new is taken from you here, and I no longer tell you of answers. What you have not sent yet is thrown away. Reports already sent stay until they are answered and their time is over, because the law obliges the office to handle them. You may agree again at any time.\n\nDo you withdraw your consent?"
        )
        yes = Button(_("Yes, withdraw"), "p:withdraw:yes", word="dữ liệu rút ngay", style="danger")
    else:
        text = _(
            "If your data is deleted, your name, phone number and accounts go, and the words and photos of your reports. It cannot be undone, and you can no longer report here. Reports that are still open are answered first. The proof of your consent stays, because the law asks for it.\n\nDo you ask the commune to delete your data?"
        )
        yes = Button(_("Yes, delete it"), "p:delete:yes", word="dữ liệu xóa ngay", style="danger")
    return turn.say(text, rows([yes, Button(_("No, go back"), "m:data", word="dữ liệu")]), edit=True)


def _ended(turn: Turn, name: str) -> Outgoing:
    if name == "delete":
        return _noted(turn, data_requests.make(turn.conn, turn.registry, turn.now, turn.me.id, "delete"))
    _ = turn.words
    if _agreed(turn):
        people.record(turn, agreed=False)
        data_requests.withdraw(turn.conn, turn.registry, turn.now, turn.me.id)
        turn.letters = turn.purge = True
    text = _(
        "Your consent is withdrawn. From now on nothing new is taken from you here. To see or delete what is kept, type: DULIEU. To agree again, type: đồng ý"
    )
    return turn.say(text, edit=True)


def corrected(turn: Turn, _form: Form, draft: Draft, _case_id: int | None) -> list[Outgoing]:
    """The form "correct" is sent."""
    drafts.drop(turn.conn, draft.id)
    request = data_requests.make(turn.conn, turn.registry, turn.now, turn.me.id, "correct", draft.answers["words"])
    return [_noted(turn, request)]


# The office's side.


def _answer(turn: Turn, name: str, rest: list[str]) -> list[Outgoing]:
    _, request = turn.words, privacy.get(turn.conn, talk.number(rest[:1]))
    if request is None or not data_requests.may_answer(turn.registry, turn.me.id, request, turn.day):
        return [menu.show(turn, _("I find no such request that is yours to answer."))]
    if request.state != "open":
        text = _("Request {number} has been answered already.")
        return [menu.show(turn, text.format(number=data_requests.number(request.id)))]
    if name == "why":
        return _refusing(turn, request)
    if name == "done" and request.kind == "delete":
        return [_erasing(turn, request)]
    reason = data_requests.REASONS.get(rest[1]) if name == "no" and len(rest) > 1 else None
    if name == "no" and reason is None:
        return _refusing(turn, request)
    if reason is not None:
        return [_settled(turn, request, _to(turn, request)(reason), done=False)]
    return [_settled(turn, request, _behind(turn, request), done=True)]


def _to(turn: Turn, request: Any) -> Any:
    """Words in the asking person's language."""
    person = turn.registry.people.get(request.person_id)
    return words_for(person.language) if person is not None else turn.words


def _behind(turn: Turn, request: Any) -> str:
    """What was typed behind the request's number: words for the person."""
    said = re.search(rf"(?<!\d){request.id}(?!\d)", turn.incoming.text)
    return turn.incoming.text[said.end() :].strip(" .,:;-\n") if said and not turn.incoming.tap else ""


def _refusing(turn: Turn, request: Any) -> list[Outgoing]:
    """By words with the reason behind them, or one of the usual reasons."""
    _, which, reason = turn.words, request.id, _behind(turn, request)
    if reason:
        return [_settled(turn, request, reason, done=False)]
    buttons = [Button(_(text), f"p:no:{which}:{code}") for code, text in data_requests.REASONS.items()]
    text = _("Why can request {number} not be met? Choose, or type: {words}")
    text = text.format(number=data_requests.number(request.id), words=f"dữ liệu từ chối {which} …")
    return [turn.say(text, rows([*buttons, Button(_("Main menu"), "m:menu")]))]


def _erasing(turn: Turn, request: Any) -> Outgoing:
    _ = turn.words
    person = turn.registry.people.get(request.person_id)
    text = _("Delete the data of {name} now? It cannot be undone.").format(
        name=person.name if person is not None else "?"
    )
    yes = Button(_("Yes, delete it"), f"p:sure:{request.id}", word=f"dữ liệu xong ngay {request.id}", style="danger")
    return turn.say(text, rows([yes, Button(_("Main menu"), "m:menu", word="menu")]))


def _settled(turn: Turn, request: Any, words: str, *, done: bool) -> Outgoing:
    _ = turn.words
    try:
        data_requests.answer(turn.conn, turn.registry, turn.now, request.id, done=done, words=words, by=turn.me.id)
    except NotAnswered as no:
        return menu.show(turn, _(no.reason).format(**no.values))
    turn.letters = True
    if request.kind == "delete" and done:
        turn.purge = turn.reload = True
    return menu.show(
        turn, "✅ " + _("Request {number} is answered, and the person is told.").format(**_values(turn, request))
    )
