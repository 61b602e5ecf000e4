"""What officials do with a case, by button, by word and code, or by replying to its card; and the reporter's reply."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from handlers import access, act, cards, menu, mine, talk, templates
from handlers.act import Move, Refused
from handlers.form import Form
from handlers.interview import Draft
from handlers.messages import Outgoing
from handlers.turn import Turn
from handlers.values import LONGEST
from handlers.vietnamese import fold
from storage import cases, drafts, history, outbox

ASKS_MORE = {"forward": "forward", "ask": "ask", "answer": "answer", "refuse": "refuse", "reply": "reply"}
GIVE_AWAY = ("forward", "refuse")
AT_ONCE = ("accept", "acknowledge")
_CODE = r"(kn|dv)[ \-]?0*(\d{1,7})"
_TYPED = re.compile(rf"(tiep nhan|nhan|chuyen|hoi lai|hoi|tra loi|tu choi|dap|xem|anh)\s+{_CODE}(?:\b|$)")
_WORDS = {
    "tiep nhan": "accept",
    "nhan": "accept",
    "chuyen": "forward",
    "hoi lai": "ask",
    "hoi": "ask",
    "tra loi": "answer",
    "dap": "reply",
    "tu choi": "refuse",
    "xem": "open",
    "anh": "files",
}


ENOUGH = 5
"""Shortest words sent on as an answer or a question, as in forms/answer.md: "ok" to a card is not an office's answer."""
_TAKEN = frozenset({"nhan", "tiep nhan", "da nhan", "da tiep nhan", "xin nhan", "nhan viec", "accept"})


def typed(turn: Turn) -> tuple[str, str, str] | None:
    """`(action, code, the rest)` when the text is a word and a code ("trả lời KN12 Sẽ sửa"), else nothing."""
    text = turn.incoming.text
    found = _TYPED.match(fold(text[:60])) if len(text) < 4000 else None
    if found is None:
        return None
    code = f"{found[2].upper()}-{int(found[3]):04d}"
    after = re.search(rf"{found[2]}[\s\-]*0*{found[3]}", text, re.IGNORECASE)
    return _WORDS[found[1]], code, text[after.end() :].lstrip(" :.,-\n") if after else ""


def by_word(turn: Turn, action: str, code: str, rest: str) -> list[Outgoing]:
    """A word and a code: the same as the button, with the words already there."""
    _ = turn.words
    found = cases.by_code(turn.conn, code, access.communes_known(turn.registry, turn.me.id, turn.day))
    known = (one for one in found if access.standing(turn.registry, turn.me.id, one, turn.day))
    case = next(known, found[0] if found else None)
    if action == "open" and case is not None and not access.standing(turn.registry, turn.me.id, case, turn.day):
        brief = mine.neighbours(turn, case)
        if brief is not None:
            return [brief]
    if case is None or not access.standing(turn.registry, turn.me.id, case, turn.day):
        gone = act.passed_on(turn, case) if case is not None else ""
        none = _("I find no case {code} that is with you. Please check the code.").format(code=code)
        return [turn.whisper(gone or none)]
    return do(turn, case.id, accepting(case) if action == "accept" else action, rest)


def pressed(turn: Turn) -> list[Outgoing]:
    """A button of a card, re-checked now (rule 8): the case as it is today decides, not the card it hangs on."""
    parts = turn.incoming.tap.split(":")
    if len(parts) != 4 or not talk.number(parts[1:2]):
        return [no_longer(turn)]
    number, version, action = int(parts[1]), parts[2], parts[3]
    if action in GIVE_AWAY:
        try:
            case, role = act.case_for(turn, number)
        except Refused as no:
            return [turn.whisper(no.sentence)]
        if version != str(case.version):
            return [_changed(turn, case, role)]
    return do(turn, number, action, "")


def _changed(turn: Turn, case: Any, role: str) -> Outgoing:
    """Giving a case away is decided on how it stands now, not on how an old card showed it."""
    view = _view(turn)
    text = turn.words("{code} has changed meanwhile. Please look again:").format(code=case.code)
    return turn.say(
        f"{text}\n\n{cards.brief(view, case)}", cards.buttons(view, case, role, reader=turn.me.id), to=turn.private
    )


def do(turn: Turn, case_id: int, action: str, words: str) -> list[Outgoing]:
    """The action, or why not, privately."""
    try:
        if action in ("open", "files"):
            case, _role = act.case_for(turn, case_id)
            return mine.show_files(turn, case) if action == "files" else mine.show(turn, case)
        if action in AT_ONCE:
            return _at_once(turn, case_id, action)
        if action in ("answer", "ask") and words and len(words) < ENOUGH:
            act.case_for(turn, case_id)
            return [turn.whisper(_too_short(turn))]
        if len(words) > LONGEST:
            return [
                turn.whisper(
                    turn.words("That is too long: at most {limit} characters. Nothing was sent.").format(limit=LONGEST)
                )
            ]
        if action in ("answer", "ask", "reply") and words:
            return _spoken(turn, case_id, Move(action, words=words, attachments=_attached(turn)))
        if action in ASKS_MORE:
            return _ask_more(turn, case_id, action)
    except Refused as no:
        return [turn.whisper(no.sentence)]
    return [no_longer(turn)]


def no_longer(turn: Turn) -> Outgoing:
    """A button of another time: privately, with the menu where there is room for it."""
    sentence = turn.words("That button belongs to an earlier message and no longer works.")
    return turn.whisper(sentence) if turn.incoming.group else menu.show(turn, sentence)


def _at_once(turn: Turn, case_id: int, action: str) -> list[Outgoing]:
    _ = turn.words
    case = act.perform(turn, case_id, Move(action))
    sentence = (
        _("{code} is with you now.") if action == "accept" else _("{code} is acknowledged. The reporter is told.")
    )
    if turn.incoming.query:
        return [Outgoing(to=turn.incoming.address, toast=sentence.format(code=case.code), query=turn.incoming.query)]
    view = _view(turn)
    text = sentence.format(code=case.code)
    role = cards.role_of_person(view, case, turn.me.id)
    return [turn.say(text, cards.buttons(view, case, role, reader=turn.me.id), to=turn.private)]


def _spoken(turn: Turn, case_id: int, move: Move) -> list[Outgoing]:
    _ = turn.words
    case = act.perform(turn, case_id, move)
    sentences = {
        "answer": _("The answer to {code} is sent to the reporter."),
        "ask": _("The question about {code} is sent to the reporter."),
        "reply": _("Your reply about {code} is sent."),
    }
    return [turn.whisper(sentences[move.action].format(code=case.code))]


def _attached(turn: Turn) -> tuple[dict[str, Any], ...]:
    incoming = turn.incoming
    return tuple(
        {
            "kind": a.kind,
            "ref": a.ref,
            "name": a.name,
            "mime": a.mime,
            "size": a.size,
            "channel": incoming.channel,
            "bot": incoming.bot,
        }
        for a in incoming.attachments
    )


def _ask_more(turn: Turn, case_id: int, action: str) -> list[Outgoing]:
    """The words are asked for in private, also when the button was pressed in a group."""
    case, role = act.case_for(turn, case_id)
    if action == "reply" and case.reporter_id == turn.me.id:
        role = "reporter"
    act.next_state(turn, case, Move(action), role)  # before anything is typed
    out = talk.begin(turn, ASKS_MORE[action], case.id)
    if action == "answer":
        out = templates.offer(turn, case, out)
    if action == "reply":
        out[0] = replace(out[0], text=_question(turn, case) + out[0].text)
    if turn.incoming.group:
        out.append(turn.whisper(turn.words("Please go on in our private chat.")))
    return out


def reply_at_once(turn: Turn, case: Any) -> list[Outgoing]:
    """Words or a picture out of the blue, while just one question waits: they answer it, unless the person says no."""
    out = talk.begin_with(turn, "reply", case.id)
    return [replace(out[0], text=_question(turn, case) + out[0].text), *out[1:]]


def _too_short(turn: Turn) -> str:
    return turn.words("That is too short to be sent on. Please write a little more.")


def _question(turn: Turn, case: Any) -> str:
    """What was asked, again: the message it came in may be far up."""
    asked_ = history.last(turn.conn, case.id, "ask")
    return f"❓ “{asked_.words}”\n\n" if asked_ is not None and asked_.words else ""


def replied_to_card(turn: Turn) -> list[Outgoing] | None:
    """A reply to a message of ours about a case; nothing when that message is about none."""
    incoming = turn.incoming
    letter = outbox.by_message(turn.conn, incoming.channel, incoming.bot, incoming.chat, incoming.reply_to)
    if letter is None or letter.case_id is None:
        return None
    _ = turn.words
    if incoming.edited:
        return [turn.whisper(_("A changed message is not sent on. To correct your words, reply once more."))]
    if not incoming.text.strip():
        return [turn.whisper(_("Please type a line of words with it: your reply is sent as words."))]
    case = cases.get(turn.conn, letter.case_id)
    if case is not None and case.reporter_id == turn.me.id and letter.template == "told":
        return do(turn, letter.case_id, "reply", incoming.text)
    if fold(incoming.text) in _TAKEN:
        return do(turn, letter.case_id, accepting(case), "")
    if not incoming.text.endswith("?"):
        return do(turn, letter.case_id, "answer", incoming.text)
    if not incoming.group:
        return do(turn, letter.case_id, "ask", incoming.text)
    asking = f"hỏi lại {case.code if case is not None else ''} …"
    sentence = _("That was a question, so I have sent it to nobody. To ask the reporter, type: {words}")
    return [turn.whisper(sentence.format(words=asking))]


def accepting(case: Any) -> str:
    """What "nhận" does: a petition is accepted, a good practice acknowledged."""
    return "acknowledge" if case is not None and case.subject == "practice" else "accept"


def answered(turn: Turn, _form: Form, draft: Draft, case_id: int | None) -> list[Outgoing]:
    """The form "answer" is sent."""
    return _settle(turn, draft, case_id, Move("answer", words=draft.answers["words"], attachments=tuple(draft.files)))


def asked(turn: Turn, _form: Form, draft: Draft, case_id: int | None) -> list[Outgoing]:
    """The form "ask" is sent."""
    return _settle(turn, draft, case_id, Move("ask", words=draft.answers["words"], attachments=tuple(draft.files)))


def replied(turn: Turn, _form: Form, draft: Draft, case_id: int | None) -> list[Outgoing]:
    """The form "reply" is sent."""
    return _settle(turn, draft, case_id, Move("reply", words=draft.answers["words"], attachments=tuple(draft.files)))


def refused(turn: Turn, _form: Form, draft: Draft, case_id: int | None) -> list[Outgoing]:
    """The form "refuse" is sent."""
    move = Move(
        "refuse", words=draft.answers.get("words") or "", reason=draft.answers["reason"], attachments=tuple(draft.files)
    )
    return _settle(turn, draft, case_id, move)


def forwarded(turn: Turn, _form: Form, draft: Draft, case_id: int | None) -> list[Outgoing]:
    """The form "forward" is sent."""
    to, words = int(draft.answers["department"]), draft.answers.get("words") or ""
    return _settle(turn, draft, case_id, Move("forward", words=words, department_id=to, attachments=tuple(draft.files)))


def _settle(turn: Turn, draft: Draft, case_id: int | None, move: Move) -> list[Outgoing]:
    """Make the move; when someone was faster their words are given back, so that nothing typed is lost."""
    _ = turn.words
    drafts.drop(turn.conn, draft.id)
    try:
        case = act.perform(turn, case_id or 0, move)
    except Refused as no:
        kept = "\n\n" + _("You had written: “{words}”").format(words=move.words) if move.words else ""
        return [menu.show(turn, no.sentence + kept)]
    sentences = {
        "answer": _("The answer to {code} is sent to the reporter."),
        "ask": _("The question about {code} is sent to the reporter."),
        "reply": _("Your reply about {code} is sent."),
        "refuse": _("{code} is sent back, and the reporter is told why."),
        "forward": _("{code} is passed on, and the reporter is told."),
    }
    return [menu.show(turn, "✅ " + sentences[move.action].format(code=case.code), edit=True)]


def _view(turn: Turn) -> cards.View:
    return cards.View(turn.conn, turn.registry, turn.words, turn.now)
