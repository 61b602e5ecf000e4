"""What an interview shows: a question with its example and buttons, the review, the list to change. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from handlers.draft import CANCEL, EDIT, REVIEW, Draft, Env, answer_text, answered, relevant, visible
from handlers.form import Choice, Form, Question
from handlers.messages import Button, Rows, rows
from handlers.words import N_

CONTROLS = {
    "~back": N_("Back"),
    "~skip": N_("Skip"),
    "~keep": N_("Keep it"),
    "~clear": N_("Erase it"),
    "~done": N_("Done"),
    "~cancel": N_("Stop"),
    "~more": N_("More"),
    "~less": N_("Previous"),
    "~all": N_("Show all"),
    "~send": N_("Send"),
    "~edit": N_("Change"),
    "~stay": N_("Go on writing"),
    "~leave": N_("Keep the draft"),
    "~drop": N_("Throw it away"),
}
"""Control -> its button, which is also the word to type."""

WAYS_OUT = ("~stay", "~leave", "~drop")
"""What can be done with a draft on leaving it."""

DAYS = {"d0": N_("Today"), "d1": N_("Yesterday"), "d7": N_("A week ago")}
"""Days offered as buttons, by how many days back."""

CLIP = 300
"""Longest answer shown in a review; the whole is sent."""


@dataclass(frozen=True, slots=True)
class Screen:
    """Text and buttons, before it has an address."""

    text: str
    buttons: Rows
    ask: Literal["", "location"] = ""


def screen_of(form: Form, draft: Draft, env: Env) -> Screen:
    """Text and buttons of where the draft stands."""
    if draft.at == CANCEL:
        return _cancel(draft, env)
    if draft.at == REVIEW:
        return _review(form, draft, env)
    if draft.at == EDIT:
        return _edit(form, draft, env)
    return _question(form, form.by_name[draft.at], draft, env)


def controls(form: Form, question: Question, draft: Draft, env: Env) -> list[str]:
    """The controls a question offers, in order."""
    offered = []
    if question.picks:
        _, more = visible(question, draft, env)
        offered += ["~less"] * (draft.page > 0) + ["~more"] * more + ["~all"] * bool(draft.narrowed)
    has = answered(question, draft)
    if ends(form, question, draft, env):
        offered.append("~send")
    elif has:
        offered.append("~done" if collects(question) else "~keep")
    elif not question.required:
        offered.append("~skip")
    offered += ["~clear"] * (has and not question.required)
    if draft.editing or question is not form.questions[0]:
        offered.append("~back")
    return [*offered, "~cancel"]


def ends(form: Form, question: Question, draft: Draft, env: Env) -> bool:
    """Whether going on from here sends: the last question of a form without a review, when nothing more is needed."""
    asked = relevant(form, draft, env)
    done = all(answered(other, draft) or not other.required for other in asked)
    return not form.review and question is asked[-1] and done


def collects(question: Question) -> bool:
    """Whether it takes several answers until "Done"."""
    return question.type in ("image", "select_multiple")


def control(draft: Draft, name: str, env: Env, place: str = "", style: Literal["", "primary", "danger"] = "") -> Button:
    """A control's button."""
    return Button(env.words(CONTROLS[name]), f"q:{draft.id}:{place or draft.at}:{name}", control=True, style=style)


def _question(form: Form, question: Question, draft: Draft, env: Env) -> Screen:
    words, lang = env.words, env.words.lang
    asked = relevant(form, draft, env)
    place = next((i for i, other in enumerate(asked, 1) if other is question), len(asked))
    title = " ".join(filter(None, (form.title.in_(lang), env.about)))
    label = question.label.in_(lang) + ("" if question.required else " " + words("(optional)"))
    lines = [f"{title} · {place}/{len(asked)}", "", label]
    if (hint := question.hint.in_(lang)) and not (question.type == "image" and draft.files):
        lines.append(hint)
    if (now := answer_text(question, draft, env)) and not env.arriving:
        lines += ["", words("Now: {answer}").format(answer=clip(now))]
    buttons = _choices(question, draft, env)
    wide = 1 if any(len(button.label) > 16 for button in buttons) or len(buttons) < 4 else 2
    offered = [control(draft, name, env) for name in controls(form, question, draft, env)]
    ask: Literal["", "location"] = "location" if question.type == "geopoint" else ""
    return Screen("\n".join(lines), rows(buttons, wide) + rows(offered, 3), ask)


def _choices(question: Question, draft: Draft, env: Env) -> list[Button]:
    """Buttons of the choices on the screen; guesses carry a pointing hand, chosen ones of several a tick."""
    if question.type == "date":
        return [Button(env.words(label), f"q:{draft.id}:{question.name}:{name}") for name, label in DAYS.items()]
    if not question.picks:
        return []
    chosen = str(draft.answers.get(question.name, "")).split()
    guess = "" if chosen else env.defaults(question.name, draft) or question.default

    def label(choice: Choice) -> str:
        words = choice.label.in_(env.words.lang)
        if choice.name in chosen:
            return f"✔ {words}"
        return f"👉 {words}" if choice.name == guess or (choice.suggested and not chosen) else words

    choices, _ = visible(question, draft, env)
    return [Button(label(choice), f"q:{draft.id}:{question.name}:{choice.name}") for choice in choices]


def _review(form: Form, draft: Draft, env: Env) -> Screen:
    words, lang = env.words, env.words.lang
    lines = [words("{title}: please check before sending").format(title=form.title.in_(lang)), ""]
    for i, question in enumerate(relevant(form, draft, env), 1):
        answer = clip(answer_text(question, draft, env)) or "—"
        lines.append(f"{i}. {question.short.in_(lang)}: {answer}")
    lines += ["", words("Press Send, or type the number of a line to change it.")]
    send = control(draft, "~send", env, style="primary")
    return Screen("\n".join(lines), ((send,), (control(draft, "~edit", env), control(draft, "~cancel", env))))


def _edit(form: Form, draft: Draft, env: Env) -> Screen:
    asked = relevant(form, draft, env)
    buttons = [Button(question.short.in_(env.words.lang), f"q:{draft.id}:{EDIT}:{question.name}") for question in asked]
    back = control(draft, "~back", env)
    return Screen(env.words("Which answer do you want to change?"), (*rows(buttons, 2), (back,)))


def _cancel(draft: Draft, env: Env) -> Screen:
    """Three choices, not controls, so that they can be answered by number."""
    buttons = [Button(env.words(CONTROLS[name]), f"q:{draft.id}:{CANCEL}:{name}") for name in WAYS_OUT]
    text = env.words("Do you want to stop here? A kept draft can be finished later; nothing has been sent yet.")
    return Screen(text, rows(buttons))


def clip(text: str) -> str:
    """At most `CLIP` characters."""
    return text if len(text) <= CLIP else text[: CLIP - 1].rstrip() + "…"


def tick(question: Question, draft: Draft, env: Env) -> str:
    """What was just answered, as in "✔ Lĩnh vực: Đường, cầu"."""
    answer = answer_text(question, draft, env)
    if len(answer) > 80:
        answer = answer[:79].rstrip() + "…"
    return f"✔ {question.short.in_(env.words.lang)}: {answer or '—'}"
