"""An interview in the middle: what is answered, where it stands, what it needs to know of the world. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from handlers.expressions import Value, truth_of
from handlers.form import Choice, Form, Question
from handlers.values import pick, shown, variable
from handlers.words import Words

REVIEW, EDIT, CANCEL, END = "~review", "~edit", "~cancel", "~end"
"""Places of an interview that are no question."""

PAGE = 8
"""Choices shown at once; more are paged."""


@dataclass(slots=True)
class Draft:
    """One interview. `at` is a question's name, or `~review`, `~edit`, `~cancel`; `was` the place before `~cancel`.

    `given` holds message id -> question, so that an edited message changes its answer; `page` and `narrowed` (typed
    words) say which part of a long list is shown; `files` are attachments as dicts: question, kind, ref, unique, name,
    mime, size, message, channel, bot, caption. `pressed` is the message last changed in place.
    """

    id: int
    form_hash: str
    answers: dict[str, Any] = field(default_factory=dict)
    at: str = ""
    page: int = 0
    files: list[dict[str, Any]] = field(default_factory=list)
    given: dict[str, str] = field(default_factory=dict)
    album: str = ""
    editing: bool = False
    narrowed: str = ""
    was: str = ""
    pressed: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain JSON, everything but the id (which is the row's own)."""
        return {name: getattr(self, name) for name in self.__slots__ if name != "id"}

    @classmethod
    def from_json(cls, body: Mapping[str, Any], id_: int = 0) -> Draft:
        """The draft of a stored row; keys of other versions of the program are passed over."""
        return cls(id=id_, **{key: body[key] for key in cls.__slots__ if key != "id" and key in body})

    def move(self, to: str) -> None:
        """Go to a question or screen, from the start of its list."""
        self.at, self.page, self.narrowed = to, 0, ""


def _no_default(question: str, draft: Draft) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Env:
    """What an interview needs to know.

    `lists(name, draft)` gives a registry list, best guess first, the guesses marked `suggested`; `defaults(question,
    draft)` names a choice to suggest, '' leaves it to the form; `about` (a case's code) is shown in the heading;
    `arriving`: more pictures of an album are on their way, so their number is not told yet.
    """

    words: Words
    today: date
    lists: Callable[[str, Draft], Sequence[Choice]]
    defaults: Callable[[str, Draft], str] = _no_default
    about: str = ""
    arriving: bool = False


class _Variables(dict[str, Value]):
    """The answers as expressions see them, each made when it is first asked for: most expressions ask for one."""

    def __init__(self, form: Form, draft: Draft) -> None:
        super().__init__()
        self._form, self._draft = form, draft

    def get(self, name: str, default: Any = "") -> Any:
        """The answer's value; a question unknown to the form has `default`."""
        if name not in self:
            question = self._form.by_name.get(name)
            self[name] = variable(question, self._draft.answers.get(name)) if question is not None else default
        return self[name]


def relevant(form: Form, draft: Draft, env: Env) -> list[Question]:
    """The questions that are to be asked, given the answers so far; an unasked one counts as unanswered."""
    if all(question.relevant is None for question in form.questions):
        return list(form.questions)
    answers = _Variables(form, draft)
    asked = []
    for question in form.questions:
        if question.relevant is None or truth_of(question.relevant(answers, "", env.today)):
            asked.append(question)
        else:
            answers[question.name] = ""
    return asked


def answered(question: Question, draft: Draft) -> bool:
    """Whether it has an answer; of an image question: a file."""
    if question.type == "image":
        return bool(draft.files)
    return bool(draft.answers.get(question.name, "") != "")


def choices_of(question: Question, draft: Draft, env: Env) -> Sequence[Choice]:
    """All choices of a question, from the form or the registry."""
    return env.lists(question.list, draft) if question.list else question.choices


def visible(question: Question, draft: Draft, env: Env) -> tuple[Sequence[Choice], bool]:
    """The choices now on the screen (what numbers count), and whether more follow."""
    choices = choices_of(question, draft, env)
    if draft.narrowed:
        choices = pick(choices, draft.narrowed) or choices
    start = draft.page * PAGE
    return choices[start : start + PAGE], len(choices) > start + PAGE


def answer_text(question: Question, draft: Draft, env: Env) -> str:
    """The answer for people, '' if there is none."""
    if question.type == "image":
        if env.arriving:
            return env.words("received")
        return env.words.n("{n} file", "{n} files", len(draft.files)) if draft.files else ""
    value = draft.answers.get(question.name)
    choices = choices_of(question, draft, env) if question.picks and value else ()
    return shown(question, value, choices, env.words)


def final_answers(form: Form, draft: Draft, env: Env) -> dict[str, Any]:
    """What is sent: answers of relevant questions only."""
    names = [question.name for question in relevant(form, draft, env)]
    return {name: draft.answers[name] for name in names if draft.answers.get(name, "") != ""}
