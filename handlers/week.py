"""What the duty official does with a summary that is about to go out: send, add a note, skip. Silence sends."""

from __future__ import annotations

from typing import Any, Final

from handlers import menu, rights, summary_time, talk
from handlers.cards import View
from handlers.form import Form
from handlers.interview import Draft
from handlers.messages import Button, Outgoing, rows
from handlers.turn import Turn
from handlers.vietnamese import fold
from handlers.week_letters import coming, post, preview, tell
from storage import drafts
from storage import week as weeks

FORM: Final = "week_note"
_TYPED: Final = {
    "gui tong hop": "send",
    "van gui tong hop": "undo",
    "nhan tong hop": "note",
    "bo tong hop": "skip",
}
_FIRST: Final = tuple("gGvVnNbB")  # every message comes past here: most need no folding


def typed(turn: Turn) -> list[Outgoing]:
    """What the buttons of a preview do, as words; nothing for anything else."""
    text = turn.incoming.text.strip()
    what = _TYPED.get(fold(text)) if len(text) < 40 and text[:1] in _FIRST else None
    units = rights.offices(turn.registry, turn.me.id, "summary", turn.day) if what else []
    named = [(unit_id, name) for unit_id in units for name in _now(turn, unit_id)]
    waiting = [one for one in named if coming(turn.conn, *one)]
    unit_id, name = next(iter([*waiting, *named]), (0, ""))
    return _act(turn, str(what), unit_id, name) if name else []


def _now(turn: Turn, unit_id: int) -> list[str]:
    """The weeks a unit's groups were told of last or will be within two hours, the latest first."""
    found = {summary_time.latest(g, turn.now, summary_time.PREVIEW) for g in weeks.groups_of(turn.conn, unit_id)}
    return sorted((summary_time.name(*week) for week in found if week is not None), reverse=True)


def pressed(turn: Turn) -> list[Outgoing]:
    """`s:<what>:<unit>:<week>`, re-checked: the office may have ended, the summary may be out."""
    what, unit, name = [*turn.incoming.tap.split(":"), "", "", ""][1:4]
    unit_id = talk.number([unit])
    if unit_id not in rights.offices(turn.registry, turn.me.id, "summary", turn.day):
        return [menu.show(turn, turn.words("Only the official on duty decides about the summary."))]
    return _act(turn, what, unit_id, name)


def _act(turn: Turn, what: str, unit_id: int, name: str) -> list[Outgoing]:
    gone = _too_late(turn, unit_id, name)
    if gone or what not in ("send", "note", "skip", "skipyes", "undo"):
        return [menu.show(turn, gone)]
    note = weeks.get(turn.conn, unit_id, name)
    skipped = note is not None and note.decision == "skip"
    if what == "send":
        return [_send_now(turn, unit_id, name, note)]
    if what == "skip" and not skipped:
        return [_sure(turn, unit_id, name)]
    if what == "note" and not skipped:
        return talk.begin(turn, FORM, answers={"week": f"{unit_id}:{name}"})
    if (what, skipped) in (("skipyes", False), ("undo", True)):
        decision = "skip" if what == "skipyes" else "send"
        weeks.decide(turn.conn, unit_id, name, turn.me.id, turn.now, decision)
        tell(turn, unit_id, name, "skip" if what == "skipyes" else "undo", note)
    return [_again(turn, unit_id, name)]


def _too_late(turn: Turn, unit_id: int, name: str) -> str:
    """Why nothing can be decided about this summary any more; empty when it can."""
    if name not in _now(turn, unit_id):
        return turn.words("The time to decide about that summary is over.")
    return "" if coming(turn.conn, unit_id, name) else turn.words("The summary of this week has been sent.")


def _send_now(turn: Turn, unit_id: int, name: str, before: Any) -> Outgoing:
    parsed = summary_time.parse(name)
    assert parsed is not None, "it is one of _now"
    groups = [group for group, _due in coming(turn.conn, unit_id, name)]
    weeks.decide(turn.conn, unit_id, name, turn.me.id, turn.now, "send")
    count = sum(post(turn.conn, turn.registry, group, *parsed, turn.now) for group in groups)
    turn.letters = True
    tell(turn, unit_id, name, "send", before)
    sentence = turn.words.n("✅ The summary goes to one group now.", "✅ The summary goes to {n} groups now.", count)
    return menu.show(turn, sentence)


def _sure(turn: Turn, unit_id: int, name: str) -> Outgoing:
    _ = turn.words
    buttons = [
        Button(_("Yes, skip this week"), f"s:skipyes:{unit_id}:{name}", style="danger"),
        Button(_("No, send it"), f"s:undo:{unit_id}:{name}"),
    ]
    return turn.say(_("Skip this week? Then no group gets the summary."), rows(buttons))


def _again(turn: Turn, unit_id: int, name: str) -> Outgoing:
    """The preview as it now stands."""
    made = preview(View(turn.conn, turn.registry, turn.words, turn.now), unit_id, name)
    return turn.say(made[0], rows(made[1]), to=turn.private) if made is not None else menu.show(turn)


def noted(turn: Turn, _form: Form, draft: Draft, _case_id: int | None) -> list[Outgoing]:
    """The form "week_note" is sent."""
    drafts.drop(turn.conn, draft.id)
    unit, _, name = str(draft.answers["week"]).partition(":")
    unit_id, said = talk.number([unit]), str(draft.answers["words"])
    if unit_id not in rights.offices(turn.registry, turn.me.id, "summary", turn.day):
        return [menu.show(turn, turn.words("Only the official on duty decides about the summary."))]
    gone = _too_late(turn, unit_id, name)
    if gone:
        return [menu.show(turn, f"{gone}\n\n“{said}”")]
    before = weeks.get(turn.conn, unit_id, name)
    weeks.write(turn.conn, unit_id, name, turn.me.id, turn.now, said)
    tell(turn, unit_id, name, "note", before)
    return [_again(turn, unit_id, name)]
