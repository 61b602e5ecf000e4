"""Moving through an interview: forward, back, to the review, out of it. Pure; answers are `interview_answers.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from handlers.draft import CANCEL, EDIT, END, REVIEW, Draft, Env, answered, choices_of, final_answers, relevant
from handlers.form import Form, Question
from handlers.interview_view import controls, screen_of
from handlers.messages import Incoming, Outgoing
from handlers.words import N_

Outcome = Literal["", "sent", "dropped", "left"]


@dataclass(frozen=True, slots=True)
class Step:
    """`outcome`: "" goes on, "sent" is ready to be filed, "left" is kept, "dropped" is gone.

    At an end `out` is empty: the caller says what has become of it.
    """

    draft: Draft
    out: tuple[Outgoing, ...]
    outcome: Outcome = ""


@dataclass(slots=True)
class Turn:
    """One step's surroundings, so that its parts need not pass five things on."""

    form: Form
    draft: Draft
    incoming: Incoming
    env: Env
    note: str = ""  # said above the question

    def say(self, note: str = "", **blanks: Any) -> Step:
        """The present screen, under a sentence (an untranslated one with its blanks)."""
        words = self.env.words(note)
        return self.reply("\n".join(filter(None, (self.note, words.format(**blanks) if blanks else words))))

    @property
    def pressed(self) -> str:
        """The message to change in place: the one whose button was pressed (a typed number has none)."""
        return self.incoming.message if self.incoming.tap and not self.incoming.text else ""

    def reply(self, top: str) -> Step:
        """The present screen under ready words; a pressed message becomes it."""
        self.draft.pressed = self.pressed
        return self._show(top, self.draft.pressed)

    def stale(self, why: str) -> Step:
        """An old button: why, and the present screen as a new message, since the old one is far above."""
        self.draft.pressed = ""
        return self._show(self.env.words(why), "")

    def _show(self, top: str, edit: str) -> Step:
        screen = screen_of(self.form, self.draft, self.env)
        text = f"{top}\n\n{screen.text}" if top else screen.text
        to, query = self.incoming.address, self.incoming.query
        return Step(self.draft, (Outgoing(to, text, screen.buttons, ask=screen.ask, edit=edit, query=query),))

    def end(self, outcome: Outcome) -> Step:
        """The interview is over and the caller says so; what is sent holds the answers of relevant questions only."""
        if outcome == "sent":
            self.draft.answers = final_answers(self.form, self.draft, self.env)
        return Step(self.draft, (), outcome)

    @property
    def question(self) -> Question | None:
        """The open question, if the draft stands at one."""
        return self.form.by_name.get(self.draft.at)


def mend(form: Form, draft: Draft, env: Env) -> None:
    """A draft that stands nowhere, or at a question the form does not have, stands at the first open one.

    Where all is answered, it stands at the review, or where there is none at the first question.
    """
    if draft.at in form.by_name or draft.at in (REVIEW, EDIT, CANCEL):
        return
    asked = relevant(form, draft, env)
    done = REVIEW if form.review else asked[0].name
    draft.move(next((question.name for question in asked if not answered(question, draft)), done))


def forward(turn: Turn, question: Question) -> Step:
    """On from a question: to the next, to the review, or to the end."""
    draft = turn.draft
    asked = relevant(turn.form, draft, turn.env)
    order = turn.form.questions
    following = [] if draft.editing else [other.name for other in asked if order.index(other) > order.index(question)]
    missing = next((other.name for other in asked if other.required and not answered(other, draft)), "")
    if following:
        draft.move(following[0])
    elif missing:
        draft.move(missing)
    elif turn.form.review:
        draft.editing = False
        draft.move(REVIEW)
    else:
        draft.move(END)
        return turn.end("sent")
    return turn.say()


def back(turn: Turn) -> Step:
    """To the question before; from one being changed to the review."""
    draft = turn.draft
    if draft.editing or draft.at == EDIT:
        draft.editing = False
        draft.move(REVIEW)
        return turn.say()
    order = [question.name for question in turn.form.questions]
    asked = [question.name for question in relevant(turn.form, draft, turn.env)]
    before = [name for name in asked if order.index(name) < order.index(draft.at)]
    if not before:
        return turn.say(N_("This is the first question."))
    draft.move(before[-1])
    return turn.say()


def send(turn: Turn) -> Step:
    """Everything needed is there and still on its list, or the person is led to what is not."""
    draft = turn.draft
    for question in relevant(turn.form, draft, turn.env):
        if question.required and not answered(question, draft):
            draft.editing = True
            draft.move(question.name)
            return turn.say(N_("This answer is still needed."))
        if question.picks and answered(question, draft):
            names = {choice.name for choice in choices_of(question, draft, turn.env)}
            if not names.issuperset(draft.answers[question.name].split()):
                del draft.answers[question.name]
                draft.editing = True
                draft.move(question.name)
                return turn.say(N_("The list has changed since. Please choose once more."))
    return turn.end("sent")


def gone(turn: Turn) -> Step:
    """A choice that is not, or no longer, on the list."""
    return turn.say(N_("That choice is no longer there. Please choose once more."))


def control(turn: Turn, name: str) -> Step | None:
    """Does what a control says; None where there is nothing it could mean."""
    draft, question = turn.draft, turn.question
    if draft.at == CANCEL:
        return stop(turn, name)
    if name == "~cancel":
        return cancel(turn)
    if draft.at == REVIEW and name == "~send":
        return send(turn)
    if draft.at == REVIEW:
        return change(turn, "") if name in ("~edit", "~back") else None
    if name == "~back":
        return back(turn)
    return _at_question(turn, question, name) if question is not None else None


def _at_question(turn: Turn, question: Question, name: str) -> Step | None:
    draft = turn.draft
    if name in ("~skip", "~keep", "~done"):
        return leave(turn, question)
    if name == "~send":
        return leave(turn, question) if name in controls(turn.form, question, draft, turn.env) else None
    if name not in controls(turn.form, question, draft, turn.env):
        return None
    if name == "~clear":
        if question.type == "image":
            draft.files.clear()
        draft.answers.pop(question.name, None)
        return turn.say(N_("Erased."))
    if name == "~all":
        draft.move(draft.at)
    else:
        draft.page += 1 if name == "~more" else -1
    return turn.say()


def leave(turn: Turn, question: Question) -> Step:
    """On without a new answer, where the old one will do or none is needed."""
    if answered(question, turn.draft) or not question.required:
        return forward(turn, question)
    return turn.say(N_("This question needs an answer; the report cannot be handled without it."))


def cancel(turn: Turn) -> Step:
    """Asks what to do with the draft; with nothing in it there is nothing to ask."""
    draft = turn.draft
    if not draft.answers and not draft.files:
        return turn.end("dropped")
    draft.was = draft.at
    draft.move(CANCEL)
    return turn.say()


def stop(turn: Turn, name: str) -> Step | None:
    """One of the ways out that `cancel` offered; None for anything else."""
    draft = turn.draft
    if name == "~drop":
        return turn.end("dropped")
    if name in ("~leave", "~stay", "~back"):
        draft.move(draft.was)
        draft.was = ""
        mend(turn.form, draft, turn.env)
        if name == "~leave":
            return turn.end("left")
        return turn.say()
    return turn.say() if name == "~cancel" else None


def change(turn: Turn, name: str) -> Step:
    """Opens one answer of the review, or ('') the list of them."""
    if name and name not in turn.form.by_name:
        return gone(turn)
    turn.draft.editing = bool(name)
    turn.draft.move(name or EDIT)
    return turn.say()
