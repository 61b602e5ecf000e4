"""Looking: my reports, the work waiting for me, one case with its story, its photos."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from handlers import access, act, cards, letters, menu, rights, talk
from handlers import find as finder
from handlers.messages import Button, Outgoing, Rows, rows
from handlers.turn import Turn
from handlers.words import N_
from storage import cases, drafts, files, find, privacy

PAGE = finder.PAGE
KINDS = {
    "photo": N_("a photo"),
    "voice": N_("a voice message"),
    "video": N_("a video"),
    "audio": N_("a sound file"),
    "document": N_("a document"),
}


def my_reports(turn: Turn, page: int = 0) -> list[Outgoing]:
    """Drafts first (they need the person), then what was sent, latest first."""
    _ = turn.words
    found = cases.by_reporter(turn.conn, turn.me.id, PAGE + 1, page * PAGE)
    first = unfinished(turn, alone=not found) if page == 0 else []
    if not found and not page:
        left = turn.registry.ended(turn.me.id, turn.day)
        none = _("No report is with you any longer.") if left else _("You have not sent anything yet.")
        return first or [menu.show(turn, none)]
    sent = _list(turn, _("Your reports:"), found, page, "mine")
    # One message: where there are no buttons, the numbers of two would be mistaken for each other.
    return [
        replace(sent, text="\n\n".join([*(m.text for m in first), sent.text]), buttons=_joined(first) + sent.buttons)
    ]


def _joined(messages: list[Outgoing]) -> Rows:
    return tuple(row for message in messages for row in message.buttons)


def unfinished(turn: Turn, *, alone: bool = True) -> list[Outgoing]:
    """The offer to go on with what was half written; nothing when there is nothing."""
    found = [row for row in drafts.of_person(turn.conn, turn.me.id) if not talk.is_empty(row.body)]
    return [talk.offer(turn, found, alone=alone)] if found else []


def my_work(turn: Turn, page: int = 0) -> list[Outgoing]:
    """What my departments have still to answer: the list itself while it is short, else how many of each there are."""
    waiting = find.counts(
        turn.conn, access.scope(turn.registry, turn.me.id, "handle", turn.day), finder.mine(turn), turn.now
    )
    if not waiting["open"]:
        return [menu.show(turn, turn.words("Nothing is waiting for you. Well done."))]
    if waiting["open"] > PAGE and not page:
        return finder.start(turn)
    return [finder.listed(turn, "open", page)]


def _list(turn: Turn, title: str, found: list[Any], page: int, which: str) -> Outgoing:
    _ = turn.words
    view = _view(turn)
    buttons = [
        Button(
            f"{case.code} · {cards.state(view, case, yours=which == 'mine')} · {letters.short(case.title, 28)}",
            f"f:{case.id}",
            word=f"xem {case.code}",
        )
        for case in found[:PAGE]
    ]
    late = [case.code for case in found[:PAGE] if act.overdue(case, view.now)]
    if len(found) > PAGE:
        buttons.append(Button(_("More ▸"), f"m:{which}_{page + 1}"))
    buttons.append(Button(_("Main menu"), "m:menu"))
    note = "\n⚠️ " + _("Overdue: {codes}").format(codes=", ".join(late)) if late else ""
    return turn.say(title + note, rows(buttons), edit=True)


def opened(turn: Turn) -> list[Outgoing]:
    """A tap on a case in a list."""
    number = talk.number([turn.incoming.tap[2:]])
    try:
        case, _role = act.case_for(turn, number)
    except act.Refused as no:
        found = cases.get(turn.conn, number)
        return [neighbours(turn, found) or turn.whisper(no.sentence)]
    return show(turn, case)


def neighbours(turn: Turn, case: Any) -> Outgoing | None:
    """That a case is there and where it stands, for those who may know no more; nothing for anybody else."""
    if case is None or not rights.may(turn.registry, turn.me.id, "brief", case, turn.day):
        return None
    return turn.say(cards.brief(_view(turn), case), rows([Button(turn.words("Main menu"), "m:menu")]), to=turn.private)


def show(turn: Turn, case: Any) -> list[Outgoing]:
    """The whole case and its story, in private, with what this person may do."""
    _ = turn.words
    _log(turn, case, "open")
    view = _view(turn)
    roles = access.standing(turn.registry, turn.me.id, case, turn.day)
    role = access.best(roles)
    handler = rights.may(turn.registry, turn.me.id, "contact", case, turn.day)
    text = (
        cards.full(view, case, handler=handler, yours="reporter" in roles)
        + "\n\n"
        + _("What happened so far:")
        + "\n"
        + cards.story(view, case, handler=handler)
    )
    buttons = [button for row in cards.buttons(view, case, role, reader=turn.me.id) for button in row]
    if case.state == "asked" and case.reporter_id == turn.me.id:
        buttons.insert(
            0, Button(_(cards.ACTIONS["reply"]), cards.payload(case, "reply"), word=f"đáp {case.code}", style="primary")
        )
    if turn.account is None or turn.account.draft_id is None:  # a number belongs to the open question
        buttons.append(Button(_("Main menu"), "m:menu"))
    out = [turn.say(text, rows(buttons, 2), to=turn.private)]
    if turn.incoming.group:
        out.append(turn.whisper(_("I have sent it to you in our private chat.")))
    return out


def show_files(turn: Turn, case: Any) -> list[Outgoing]:
    """Pictures as pictures; what is still on its way or of another kind is named."""
    _ = turn.words
    _log(turn, case, "files")
    kept = files.of_case(turn.conn, case.id)
    photos = tuple(row.sha256 for row in kept if row.state == "kept" and row.kind == "photo")
    others = [row for row in kept if not (row.state == "kept" and row.kind == "photo")]
    out = [turn.say(case.code, to=turn.private, photos=photos)] if photos else []
    if others or not kept:
        coming = sum(row.state in ("wanted", "claimed") for row in others)
        lines = (
            [
                _.n(
                    "One file is still on its way; please look again in a moment.",
                    "{n} files are still on their way; please look again in a moment.",
                    coming,
                )
            ]
            if coming
            else []
        )
        lines += [f"📎 {row.name or _(KINDS[row.kind])}" for row in others if row.state == "kept"]
        lines += [_("One file could not be kept.")] * sum(row.state == "bad" for row in others)
        out.append(turn.say("\n".join(lines) or _("There are no photos or files."), to=turn.private))
    return out


def _log(turn: Turn, case: Any, action: str) -> None:
    """Whoever opens what somebody else reported is written down (Law 91/2025/QH15)."""
    if case.reporter_id != turn.me.id:
        about = {"case_id": case.id, "about_id": case.reporter_id}
        privacy.log(turn.conn, turn.now, turn.me.id, turn.incoming.channel, action, **about)


def _view(turn: Turn) -> cards.View:
    return cards.View(turn.conn, turn.registry, turn.words, turn.now)
