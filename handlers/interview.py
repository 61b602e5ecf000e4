"""The step through a form, pure: (form, draft, what came in) -> (draft, what to say, how it ended).

One question at a time. A tap changes the pressed message into the next question; typed words get a new message.
Whatever comes, there is an answer (but for the later pictures of one album), the present question stays open, and no
earlier answer is touched unless the person changes it. A given `Draft` is changed in place.
"""

from __future__ import annotations

from dataclasses import replace

from handlers.draft import CANCEL, EDIT, Draft, Env, choices_of, final_answers
from handlers.form import Form
from handlers.interview_answers import answer, choose, day_pressed, edited, files, pin, typed
from handlers.interview_moves import Outcome, Step, Turn, change, control, gone, mend
from handlers.interview_view import DAYS, screen_of
from handlers.messages import Address, Incoming, Outgoing
from handlers.vietnamese import nfc_clean
from handlers.words import N_

CONTACT = "contact"
"""The question that a shared phone number answers."""

__all__ = ["Draft", "Env", "Outcome", "Step", "begin", "final_answers", "show", "step"]


def show(form: Form, draft: Draft, env: Env, to: Address, edit: str = "") -> Outgoing:
    """The present place of an interview as a message; `edit` is the message to change into it."""
    mend(form, draft, env)
    screen = screen_of(form, draft, env)
    return Outgoing(to=to, text=screen.text, buttons=screen.buttons, ask=screen.ask, edit=edit)


def begin(form: Form, draft: Draft, env: Env, to: Address) -> Step:
    """Ask the first question (of a new draft), or the present one."""
    fresh = not draft.at
    if draft.at == CANCEL:
        draft.move(draft.was)
    out = show(form, draft, env, to)
    if fresh and form.review:
        how = env.words("I ask one question at a time. Everything can be changed before it is sent.")
        out = replace(out, text=f"{how}\n\n{out.text}")
    return Step(draft, (out,))


def step(form: Form, draft: Draft, incoming: Incoming, env: Env) -> Step:
    """One update of the person whose interview this is."""
    mend(form, draft, env)
    turn = Turn(form, draft, incoming, env)
    if incoming.edited:
        return edited(turn)
    if incoming.tap:
        return _tap(turn)
    if incoming.attachments:
        return files(turn)
    if incoming.location:
        return pin(turn)
    text = nfc_clean(incoming.text)
    if not text and incoming.contact:
        if turn.question is None or turn.question.name != CONTACT:
            return turn.say(N_("A phone number is not asked for here. Please answer this question:"))
        text = nfc_clean(incoming.contact.phone)
    if not text:
        if incoming.unsupported:
            return turn.say(N_("I cannot read this kind of message. Please type, or press a button."))
        return turn.say(N_("There was nothing to read in that message. Please answer once more."))
    return typed(turn, text)


def _tap(turn: Turn) -> Step:
    draft, incoming = turn.draft, turn.incoming
    _, _, rest = incoming.tap.partition(":")
    number, _, rest = rest.partition(":")
    place, _, name = rest.partition(":")
    if number != str(draft.id):
        return turn.stale(N_("That button belongs to another report. Here is the open question."))
    if place != draft.at:
        if incoming.message and incoming.message == draft.pressed:
            return turn.reply("")  # pressed twice while the network was slow: the first press has changed this message
        return turn.stale(N_("That button is from an earlier question. Here is the open one."))
    if name.startswith("~"):
        return control(turn, name) or gone(turn)
    if place == EDIT:
        return change(turn, name)
    question = turn.question
    if question is not None and question.type == "date" and name in DAYS:
        return answer(turn, question, day_pressed(name, turn.env))
    if question is None or not question.picks:
        return gone(turn)
    choice = next((choice for choice in choices_of(question, draft, turn.env) if choice.name == name), None)
    return choose(turn, question, choice) if choice else gone(turn)
