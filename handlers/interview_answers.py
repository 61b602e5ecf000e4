"""Answers: typed words, choices, files, places and edited messages of an interview. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from handlers.draft import CANCEL, Env, answered, choices_of, relevant, visible
from handlers.expressions import truth_of
from handlers.form import Choice, Question
from handlers.interview_moves import Step, Turn, change, control, forward, leave, stop
from handlers.interview_view import CONTROLS, DAYS, WAYS_OUT, collects, ends, tick
from handlers.messages import Attachment
from handlers.values import LONGEST, pick, read, several, variable
from handlers.vietnamese import fold, nfc_clean, ordinal, yes_no
from handlers.words import N_

FILES = 30
"""Most files of one draft."""
GIVEN = 40
"""How many messages are remembered for edits."""

TYPED = {
    "~back": ("quay lai", "tro lai", "back", "lui"),
    "~skip": ("bo qua", "skip", "next"),
    "~keep": ("giu nguyen", "giu", "keep", "keep it"),
    "~clear": ("xoa cau nay", "xoa", "erase", "erase it", "clear"),
    "~done": ("xong", "xong roi", "da xong", "het", "done"),
    "~cancel": ("huy", "huy bo", "dung lai", "cancel", "stop"),  # not "dung": so "đúng" is folded too
    "~more": ("xem them", "them", "nua", "tiep", "more"),
    "~less": ("phan truoc", "xem phan truoc", "previous"),
    "~all": ("xem tat ca", "tat ca", "show all"),
    "~send": ("gui", "gui di", "gui luon", "gui phieu", "dong y", "dong y gui", "dung roi", "ok", "send"),
    "~edit": ("sua", "sua lai", "doi", "thay doi", "change", "edit"),
    "~stay": ("viet tiep", "tiep tuc", "tiep", "go on writing", "go on", "continue"),
    "~leave": ("giu nhap", "luu nhap", "luu", "de sau", "keep the draft", "keep"),
    "~drop": ("bo han", "xoa han", "xoa", "bo", "throw it away", "drop"),
}
"""Control -> what may be typed for it (folded), on every channel and in both languages."""

_KEPT = {
    "photo": N_("I keep this photo. Please also type one line to answer the question."),
    "voice": N_("I keep this voice message but cannot listen to it. Please also type one line to answer the question."),
    "video": N_("I keep this video. Please also type one line to answer the question."),
    "audio": N_("I keep this recording but cannot listen to it. Please also type one line to answer the question."),
    "document": N_("I keep this file. Please also type one line to answer the question."),
}


def answer(turn: Turn, question: Question, value: Any) -> Step:
    """Takes a value if the form's constraint allows it, and goes on."""
    if not _allowed(turn, question, value):
        return turn.say(question.message.in_(turn.env.words.lang))
    _keep(turn, question, value)
    turn.note = "\n".join(filter(None, (turn.note, tick(question, turn.draft, turn.env))))
    return forward(turn, question)


def _allowed(turn: Turn, question: Question, value: Any) -> bool:
    if question.constraint is None:
        return True
    answers = {other.name: variable(other, turn.draft.answers.get(other.name)) for other in turn.form.questions}
    return truth_of(question.constraint(answers, variable(question, value), turn.env.today))


def _keep(turn: Turn, question: Question, value: Any) -> None:
    draft, incoming = turn.draft, turn.incoming
    if question.type == "geopoint" and isinstance(draft.answers.get(question.name), dict):
        value = draft.answers[question.name] | value  # words and a pin go together
    draft.answers[question.name] = value
    if incoming.message and not incoming.tap:
        draft.given.pop(incoming.message, None)
        draft.given[incoming.message] = question.name
        while len(draft.given) > GIVEN:
            del draft.given[next(iter(draft.given))]


def day_pressed(name: str, env: Env) -> str:
    """The day of a day button ("d1": yesterday)."""
    return (env.today - timedelta(days=int(name[1:]))).isoformat()


def choose(turn: Turn, question: Question, choice: Choice) -> Step:
    """One choice; of several it is ticked or unticked."""
    if question.type != "select_multiple":
        return answer(turn, question, choice.name)
    draft = turn.draft
    chosen = draft.answers.get(question.name, "").split()
    value = " ".join([name for name in chosen if name != choice.name] + [choice.name] * (choice.name not in chosen))
    if value and not _allowed(turn, question, value):
        return turn.say(question.message.in_(turn.env.words.lang))
    draft.answers[question.name] = value
    return turn.say()


def typed(turn: Turn, text: str) -> Step:
    """Words: a control's, or the answer."""
    if len(text) > LONGEST:
        long = N_("That is too long. Please shorten it to {limit} characters; papers can be sent as photos.")
        return turn.say(long, limit=LONGEST)
    if done := _typed_control(turn, text):
        return done
    if turn.draft.at == CANCEL:
        way = dict(enumerate(WAYS_OUT, 1)).get(ordinal(text) or 0, "")
        return stop(turn, way) or turn.say(N_("Please choose one of the three."))
    question = turn.question
    if question is None:
        return _typed_at_review(turn, text)
    if question.picks:
        return _typed_choice(turn, question, text)
    if question.type == "image" and yes_no(text) is False:
        return leave(turn, question)
    place = ordinal(text) if question.type == "date" else None
    if place and place <= len(DAYS):
        return answer(turn, question, day_pressed(list(DAYS)[place - 1], turn.env))
    value, why = read(question, text, turn.env.today)
    return turn.say(why) if why else answer(turn, question, value)


def _typed_control(turn: Turn, text: str) -> Step | None:
    """What a control's word does; None where it is none of the words that mean something here."""
    if len(text) > 40:
        return None
    folded, question = fold(text), turn.question
    for name, label in CONTROLS.items():
        if folded not in TYPED[name] and folded != fold(turn.env.words(label)):
            continue
        if question is not None and name == "~done" and not collects(question):
            continue
        if question is not None and name == "~keep" and not answered(question, turn.draft):
            continue
        if question is not None and name == "~send" and not folded.startswith(("gui", "send")):
            continue  # at a question "ok" is an answer
        if done := control(turn, name):
            return done
    return None


def _typed_at_review(turn: Turn, text: str) -> Step:
    """A line's number or name opens it."""
    asked = relevant(turn.form, turn.draft, turn.env)
    words = fold(text[:60])
    wanted = words.removeprefix("sua ").removeprefix("doi ").removeprefix("change ")
    place = ordinal(wanted)
    if place and place <= len(asked):
        return change(turn, asked[place - 1].name)
    found = pick([Choice(question.name, question.short) for question in asked], wanted)
    if len(found) == 1:
        return change(turn, found[0].name)
    return turn.say(N_("That is not clear. Please press a button or type a line's number."))


def _typed_choice(turn: Turn, question: Question, text: str) -> Step:
    """A number of what is on the screen, or words of a label; words several choices share narrow the list."""
    draft, env = turn.draft, turn.env
    shown, _ = visible(question, draft, env)
    if question.type == "select_multiple":
        return _typed_several(turn, question, several(shown, text))
    place = ordinal(text)
    if place and place <= len(shown):
        return choose(turn, question, shown[place - 1])
    found = pick(choices_of(question, draft, env), text)
    if len(found) == 1:
        return choose(turn, question, found[0])
    if not found:
        return turn.say(N_("That is not one of the choices. Please press one, or type its number or part of its name."))
    draft.move(draft.at)
    draft.narrowed = text
    return turn.say(N_("Several choices fit “{words}”. Please choose one."), words=text[:40])


def _typed_several(turn: Turn, question: Question, chosen: Sequence[Choice]) -> Step:
    if not chosen:
        return turn.say(N_("That is not clear. Please type the numbers with commas between them, for example 1, 3."))
    return answer(turn, question, " ".join(dict.fromkeys(choice.name for choice in chosen)))


def files(turn: Turn) -> Step:
    """Files are kept at any question; their caption answers a question of words."""
    draft, incoming = turn.draft, turn.incoming
    repeat = bool(incoming.album) and incoming.album == draft.album
    question = turn.question
    caption = nfc_clean(incoming.text)
    full = [file for file in incoming.attachments if not _store(turn, file, caption)]
    draft.album = incoming.album or draft.album
    if repeat and not full:
        return Step(draft, ())
    turn.env = replace(turn.env, arriving=bool(incoming.album))
    if full:
        return turn.say(N_("A report can carry {n} files; this one was not kept."), n=FILES)
    if question is not None and question.type == "image":
        if fold(caption[:20]) in TYPED["~done"]:
            return forward(turn, question)
        go_on = "~send" if ends(turn.form, question, draft, turn.env) else "~done"
        return turn.say(N_("Received. Send more, or press {button}."), button=turn.env.words(CONTROLS[go_on]))
    if caption and question is not None:
        turn.note = turn.env.words(N_("I keep the file."))
        return typed(turn, caption)
    if question is None:
        return turn.say(N_("I keep the file with this report."))
    return turn.say(_KEPT[incoming.attachments[0].kind])


def _store(turn: Turn, file: Attachment, caption: str) -> bool:
    """Notes a file once; False when there are too many."""
    draft, incoming = turn.draft, turn.incoming
    if any((file.unique and known["unique"] == file.unique) or known["ref"] == file.ref for known in draft.files):
        return True
    if len(draft.files) >= FILES:
        return False
    draft.files.append(
        {
            "question": draft.at,
            "kind": file.kind,
            "ref": file.ref,
            "unique": file.unique,
            "name": file.name,
            "mime": file.mime,
            "size": file.size,
            "message": incoming.message,
            "channel": incoming.channel,
            "bot": incoming.bot,
            "caption": caption[:1024],
        }
    )
    return True


def pin(turn: Turn) -> Step:
    """A place answers its question, also when it comes at another one."""
    lat, lon = turn.incoming.location or (0.0, 0.0)
    asked = next((question for question in turn.form.questions if question.type == "geopoint"), None)
    if asked is None:
        return turn.say(N_("This report does not ask for a location."))
    if asked is turn.question:
        return answer(turn, asked, {"lat": lat, "lon": lon})
    _keep(turn, asked, {"lat": lat, "lon": lon})
    turn.note = tick(asked, turn.draft, turn.env)
    return turn.say()


def edited(turn: Turn) -> Step:
    """A message changed after it was sent changes the answer it gave."""
    draft, env = turn.draft, turn.env
    question = turn.form.by_name.get(draft.given.get(turn.incoming.message, ""))
    text = nfc_clean(turn.incoming.text)
    if question is None or not text:
        return turn.say(N_("The changed message is no answer here. To change an answer go back to its question."))
    if len(text) > LONGEST:
        return turn.say(N_("The change was not taken: it is longer than {limit} characters."), limit=LONGEST)
    value: Any
    if question.picks:
        found = pick(choices_of(question, draft, env), text)
        value, why = (found[0].name, "") if len(found) == 1 else (None, N_("The change is not one of the choices."))
    else:
        value, why = read(question, text, env.today)
    if not why and not _allowed(turn, question, value):
        why = question.message.in_(env.words.lang)
    if why:
        return turn.say(why)
    before = draft.answers.get(question.name)
    if question.type == "geopoint" and isinstance(before, dict) and isinstance(value, dict):
        value = before | value  # new words for the place; its pin stays
    draft.answers[question.name] = value
    turn.note = tick(question, draft, env)
    return turn.say(N_("Changed."))
