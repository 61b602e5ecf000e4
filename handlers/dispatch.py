"""From a message to the function that answers it: event, group, stranger, consent, button, command, reply, interview, words.

The order is the rule: what a person is allowed comes before what they say, and their one open interview before the menu.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from handlers import (
    admin,
    announce,
    facts,
    find,
    group_settings,
    groups,
    handover,
    leave,
    menu,
    mine,
    more,
    numbers,
    people,
    petition,
    practice,
    privacy,
    table,
    talk,
    templates,
    week,
    work,
)
from handlers.messages import Outgoing
from handlers.turn import Turn
from handlers.vietnamese import fold, ordinal
from storage import accounts, cases

SETTLE: dict[str, talk.Settle] = {
    "petition": petition.submit,
    "practice": practice.submit,
    "answer": work.answered,
    "ask": work.asked,
    "reply": work.replied,
    "refuse": work.refused,
    "forward": work.forwarded,
    "correct": privacy.corrected,
    "handover": handover.answered,
    "leave": leave.answered,
    "template": templates.saved,
    "week_note": week.noted,
    "look_up": admin.found,
    "announce": announce.written,
    "search": find.answered,
}
_TAPS: dict[str, Callable[[Turn], list[Outgoing]]] = {
    "c": work.pressed,
    "f": mine.opened,
    "w": talk.take_up,
    "l": find.pressed,
    "t": templates.pressed,
    "n": numbers.pressed,
    "s": week.pressed,
    "a": admin.pressed,
    "g": group_settings.pressed,
    "o": announce.pressed,
    "p": privacy.pressed,
    "h": handover.pressed,
    "v": leave.pressed,
    "k": lambda turn: [menu.show(turn)],
}
_SCREENS: dict[str, Callable[[Turn], list[Outgoing]]] = {
    "find": find.start,
    "more": more.show,
    "announce": announce.start,
    "admin": admin.start,
    "groups": group_settings.start,
    "table": table.start,
    "numbers": numbers.start,
    "templates": templates.show,
}


def handle(turn: Turn) -> list[Outgoing]:
    """What to say to this update; an empty list says nothing."""
    incoming = turn.incoming
    if incoming.group:
        return _group(turn)
    if turn.person is None or turn.account is None:
        return people.stranger(turn)
    if incoming.event:
        return people.reach_changed(turn)
    if turn.account.consent != facts.consent().version:
        return _not_agreed(turn)
    if turn.account.stopped:
        accounts.change(turn.conn, turn.account.id, stopped=None, used_at=turn.now)
    return _known(turn)


def _not_agreed(turn: Turn) -> list[Outgoing]:
    """Only the consent question works, and what the law gives everybody: to see, correct and delete what is kept."""
    incoming = turn.incoming
    if privacy.meant(turn):
        return privacy.typed(turn) or _tapped(turn, incoming.tap)
    if privacy.correcting(turn) and not incoming.tap.startswith("k:"):
        return _known(turn)
    return people.consent(turn)


def _known(turn: Turn) -> list[Outgoing]:
    incoming = turn.incoming
    if incoming.tap:
        return _tapped(turn, incoming.tap)
    told = [] if incoming.edited else _code(turn)
    if told:
        return told
    if incoming.text.startswith("/") and not incoming.edited:
        return _command(turn)
    if incoming.reply_to:
        about = work.replied_to_card(turn)
        if about is not None:
            return about
    return (
        privacy.typed(turn)
        or templates.typed(turn)
        or week.typed(turn)
        or _worded(turn)
        or _out(turn)
        or _in_talk(turn)
        or _free(turn)
    )


def _code(turn: Turn) -> list[Outgoing]:
    """A one-time code, typed (not into an interview) or behind a link."""
    talking = turn.account is not None and turn.account.draft_id is not None
    text = turn.incoming.text
    code = people.normal_code(text) if len(text) < 30 and (not talking or text.startswith("/start ")) else ""
    return admin.code_of(turn, code) if code else []


def _out(turn: Turn) -> list[Outgoing]:
    """The word menu leads out of an interview as /menu does: it is what people are told to type when they are lost."""
    account, incoming = turn.account, turn.incoming
    in_talk = account is not None and account.draft_id is not None and not incoming.edited
    return [talk.leave(turn)] if in_talk and fold(incoming.text[:20]) in menu.WAY_OUT else []


def _worded(turn: Turn) -> list[Outgoing]:
    """A word and a code, on every channel and at any time."""
    found = None if turn.incoming.edited else work.typed(turn)
    return work.by_word(turn, *found) if found else []


def _in_talk(turn: Turn) -> list[Outgoing] | None:
    """The open interview's. Its answer may be silence (the second picture of an album), which is an answer all the same."""
    account = turn.account
    if account is None or account.draft_id is None or account.form_hash not in turn.forms.by_hash:
        return None
    return talk.go_on(turn, SETTLE) or [Outgoing(to=turn.incoming.address)]


def _tapped(turn: Turn, tap: str) -> list[Outgoing]:
    owner, _, rest = tap.partition(":")
    if owner == "q":
        assert turn.account is not None
        mine_ = turn.account.draft_id is not None and rest.startswith(f"{turn.account.draft_id}:")
        return (_in_talk(turn) or []) if mine_ else talk.stale(turn)
    if owner == "m":
        return _menu(turn, rest)
    found = _TAPS.get(owner)
    return found(turn) if found else [work.no_longer(turn)]


def _menu(turn: Turn, entry: str) -> list[Outgoing]:
    name, _, page = entry.partition("_")
    if name in ("petition", "practice"):
        return talk.begin(turn, name) if page == "new" else talk.start(turn, name)
    if name == "handover":
        return handover.start(turn, fresh=page == "new")
    if name == "leave":
        return leave.start(turn)
    number = int(page) if page.isdecimal() and len(page) < 6 else 0
    if name == "mine":
        return mine.my_reports(turn, number)
    if name == "work":
        return mine.my_work(turn, number)
    if name in _SCREENS:
        return _SCREENS[name](turn)
    if name == "data":
        return [privacy.show(turn)]
    return [menu.help_text(turn)] if name == "help" else [menu.show(turn)]


def _command(turn: Turn) -> list[Outgoing]:
    word = turn.incoming.text.split(maxsplit=1)[0].lower()
    entry = menu.COMMANDS.get(word, "")
    talking = turn.account is not None and turn.account.draft_id is not None
    if talking and entry in ("", "help"):
        return [replace(menu.help_text(turn), buttons=()), *talk.here(turn)]
    if talking and word != "/start" and entry in ("menu", "cancel"):
        return [talk.leave(turn)]
    if talking:
        talk.put_aside(turn)  # what comes now has numbers of its own, and those of the open question must not be meant
    if entry == "cancel":
        return [menu.show(turn, turn.words("There is nothing to cancel."))]
    if word == "/start":
        return mine.unfinished(turn) or [menu.show(turn)]
    if not entry:
        return [menu.show(turn, turn.words("I do not know this command. Here is what I can do:"))]
    return _menu(turn, entry)


def _free(turn: Turn) -> list[Outgoing]:
    """No open interview: a menu word, a number of what was last offered, the reply to a question asked back, or help."""
    incoming, _ = turn.incoming, turn.words
    if incoming.edited:
        return []
    entry = menu.meant(incoming.text) or _offered(turn)
    if entry.startswith("tap:"):
        turn.incoming = replace(incoming, tap=entry[4:], message="")  # the number stands for the press
        return _tapped(turn, entry[4:])
    if entry in ("vi", "en"):
        return people.language(turn, entry)
    if entry:
        return _menu(turn, entry)
    said = len(incoming.text) > 3 or incoming.attachments
    waiting = cases.asked_back(turn.conn, turn.me.id) if said else []
    searched = find.typed(turn, sure=len(waiting) != 1)  # "Tìm mãi không thấy" may well be the reply to a question
    if searched:
        return searched
    if len(waiting) == 1:
        return work.reply_at_once(turn, waiting[0])
    if turn.registry.ended(turn.me.id, turn.day):
        return [menu.homeless(turn)]
    if incoming.attachments or incoming.location:
        return [
            menu.show(
                turn, _("I have not kept this, because no report is open. Please choose first what it belongs to:")
            )
        ]
    if incoming.unsupported:
        return [menu.show(turn, _("I cannot read this kind of message. Please type, or choose:"))]
    return [menu.show(turn, _("To report this, press the first button. I then ask you one question at a time."))]


def _offered(turn: Turn) -> str:
    """Where there are no buttons: the choice a number or its words name, among those last offered."""
    account = turn.account
    if account is None or not account.offered:
        return ""
    choices = [row for row in account.offered if not row[2]]
    number = ordinal(turn.incoming.text)
    if number is not None and 1 <= number <= len(choices):
        return "tap:" + str(choices[number - 1][1])
    word = fold(turn.incoming.text)
    return next(("tap:" + str(data) for label, data, _control in account.offered if word and fold(label) == word), "")


def _group(turn: Turn) -> list[Outgoing]:
    """In a group only events, a tying code, a press, a reply to a card, or a word and a code count; all else is theirs."""
    incoming = turn.incoming
    if incoming.event:
        return groups.changed(turn)
    tied = groups.tie(turn)
    if tied:
        return tied
    if turn.person is None or turn.account is None or turn.account.consent != facts.consent().version:
        return [_not_known(turn)] if incoming.tap else []
    if incoming.tap:
        return work.pressed(turn) if incoming.tap.startswith("c:") else []
    if incoming.reply_to:
        return work.replied_to_card(turn) or []
    return _worded(turn)


def _not_known(turn: Turn) -> Outgoing:
    return Outgoing(
        to=turn.incoming.address,
        toast=turn.words("I do not know you yet. Please write to me in private first, with your code."),
        alert=True,
        query=turn.incoming.query,
    )
