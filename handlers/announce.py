"""Announcements to many: for whom, the words, a look as the recipients will see it, sent or not; stopped while it lasts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from handlers import announce_choose as choosing
from handlers import announce_letters, announce_sent, letters, menu, talk
from handlers import announce_targets as targets
from handlers.announce_targets import Target
from handlers.clock import VN, stamp
from handlers.form import Form
from handlers.interview import Draft
from handlers.messages import Button, Outgoing, rows
from handlers.turn import Turn
from storage import accounts, drafts
from storage import announce as store

FORM: Final = "announce"
WHOM: Final = "target"  # no question of the form: it stays in the draft
AWAKE: Final = (time(6), time(21))  # outside these hours nobody is disturbed
MORNING: Final = time(7)
NAMED: Final = 5  # people without an account who are named
RECENT: Final = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom the letters go to, and the names of those whom none reaches."""

    to: list[dict[str, int]]
    missed: list[str]


def when(now: datetime) -> datetime:
    """When letters go out that are sent now: at night they wait for seven o'clock in Viet Nam; aware UTC."""
    local = now.astimezone(VN)
    if AWAKE[0] <= local.time() < AWAKE[1]:
        return now
    day = local.date() + timedelta(days=local.time() >= AWAKE[1])
    return datetime.combine(day, MORNING, VN).astimezone(UTC)


def start(turn: Turn) -> list[Outgoing]:
    """From the menu or the word “thông báo”: what is half written, else for whom."""
    units = announce_sent.units(turn)
    if not units:
        return [
            menu.show(turn, turn.words("Only the office, leaders and mass-mobilisation officers send announcements."))
        ]
    waiting = _unsent(turn)
    if waiting is not None:
        return [_unfinished(turn, waiting)]
    return [_recent(turn, choosing.screen(turn, units[0])) if len(units) == 1 else _which_unit(turn, units)]


def _unsent(turn: Turn) -> Any:
    """The latest announcement whose words are written and that is not sent."""
    mine = drafts.of_person(turn.conn, turn.me.id)
    return next((row for row in mine if row.form_name == FORM and row.body["answers"].get("words")), None)


def _unfinished(turn: Turn, row: Any) -> Outgoing:
    _ = turn.words
    words = letters.short(row.body["answers"]["words"], 200)
    buttons = [
        Button(_("See it and send it"), f"o:see:{row.id}", style="primary"),
        Button(_("Throw it away, write a new one"), f"o:new:{row.id}"),
        Button(_("Main menu"), "m:menu"),
    ]
    return turn.say(_("This announcement is not sent yet:") + f"\n\n“{words}”", rows(buttons), edit=True)


def _which_unit(turn: Turn, units: list[int]) -> Outgoing:
    buttons = [Button(turn.registry.units[unit].name, f"o:t:{unit}") for unit in units]
    return turn.say(
        turn.words("In which unit?"), rows([*buttons, Button(turn.words("Main menu"), "m:menu")]), edit=True
    )


def _recent(turn: Turn, screen: Outgoing) -> Outgoing:
    """What was announced lately can be looked at, and stopped, from the same screen."""
    found = store.latest(turn.conn, turn.me.id, turn.now - RECENT)
    *first, last = screen.buttons
    added = [(Button(f"📨 {stamp(row.made_at)} “{letters.short(row.words, 24)}”", f"o:how:{row.id}"),) for row in found]
    return Outgoing(screen.to, screen.text, (*first, *added, last), edit=screen.edit)


def pressed(turn: Turn) -> list[Outgoing]:
    """`o:<what>:<id>…`, re-checked: the office may have ended, the draft may be sent."""
    what, *rest = turn.incoming.tap[2:].split(":")
    number = talk.number(rest[:1])
    if what in ("how", "stop"):
        return [announce_sent.told(turn, number, stop=what == "stop")]
    if what in _WITH_DRAFT:
        row = drafts.get(turn.conn, number, turn.me.id)
        target = _target(turn, row.body) if row is not None and row.form_name == FORM else None
        if row is None or target is None:
            return [menu.show(turn, turn.words("This announcement was sent or thrown away already."))]
        return _WITH_DRAFT[what](turn, row, target)
    if number not in announce_sent.units(turn):
        return start(turn)
    if what == "t":
        return [choosing.screen(turn, number)]
    found = choosing.pressed(turn, what, number, rest[1:])
    return _chosen(turn, found) if isinstance(found, Target) else [found]


def _target(turn: Turn, body: Any) -> Target | None:
    """Whom a draft is for, where the speaker may still announce there."""
    target = Target.from_json(body["answers"].get(WHOM))
    return target if target is not None and target.unit in announce_sent.units(turn) else None


def _chosen(turn: Turn, target: Target) -> list[Outgoing]:
    """For whom is known: the words come next, unless they are written already."""
    waiting = _unsent(turn)
    if waiting is not None:
        body = waiting.body | {"answers": waiting.body["answers"] | {WHOM: target.to_json()}}
        drafts.save(turn.conn, waiting.id, body, turn.now)
        return look(turn, waiting.id, body["answers"]["words"], target)
    reach = reached(turn, target)
    if not reach.to:
        _ = turn.words
        nobody = _("Nobody of these can be reached here yet: {whom}. Please choose otherwise.")
        again = choosing.screen(turn, target.unit)
        said = nobody.format(whom=targets.label(turn.registry, target, _))
        return [Outgoing(again.to, f"⚠️ {said}\n\n{again.text}", again.buttons, edit=again.edit)]
    return _write(turn, target, reach)


def _write(turn: Turn, target: Target, reach: Reach) -> list[Outgoing]:
    first, *rest = talk.begin(turn, FORM, answers={WHOM: target.to_json()})
    _none, _gap, question = first.text.partition("\n")  # no question of the form is known yet
    lead = f"✔ {_whom(turn, target)} · {_how_many(turn, target, reach)}"
    return [Outgoing(first.to, f"{lead}\n\n{question.strip()}", first.buttons, edit=first.edit), *rest]


def written(turn: Turn, _form: Form, draft: Draft, _case_id: int | None) -> list[Outgoing]:
    """The form "announce" is finished; nothing is sent before it was looked at."""
    kept = drafts.get(turn.conn, draft.id, turn.me.id)
    target = _target(turn, kept.body) if kept is not None else None
    if target is None:
        drafts.drop(turn.conn, draft.id)
        return [
            menu.show(turn, turn.words("Only the office, leaders and mass-mobilisation officers send announcements."))
        ]
    assert turn.account is not None
    files = len(draft.files)
    draft.answers[WHOM] = target.to_json()
    draft.files.clear()
    draft.move("words")
    drafts.save(turn.conn, draft.id, draft.to_json(), turn.now)
    accounts.change(turn.conn, turn.account.id, draft_id=None)
    return look(turn, draft.id, draft.answers["words"], target, files=files)


def reached(turn: Turn, target: Target) -> Reach:
    """Whom it reaches at this moment."""
    if target.kind == "groups":
        places = targets.within(turn.registry, target.unit)
        return Reach([{"group_id": group} for group in store.groups_of(turn.conn, places)], [])
    people = choosing.count(turn, target)
    there = store.reachable(turn.conn, people)
    missed = [turn.registry.people[person].name for person in people if person not in there]
    return Reach([{"person_id": person} for person in people if person in there], missed)


def look(turn: Turn, draft_id: int, said: str, target: Target, *, files: int = 0) -> list[Outgoing]:
    """First the message itself, exactly as it will be, then how many get it and what can be done."""
    _, reach = turn.words, reached(turn, target)
    signed = announce_letters.signature(turn.registry, turn.me.id, target.unit, turn.day, _)
    shown = turn.say(announce_letters.text(turn.registry, target.unit, said, signed, _), to=turn.private)
    lines = [
        _("☝️ This is what the recipients will see. It is not sent yet."),
        "",
        f"👥 {_whom(turn, target)}",
        _how_many(turn, target, reach),
    ]
    if reach.missed:
        lines.append(_missed(turn, reach.missed))
    if files:
        lines.append(_("📎 Pictures and files do not go with an announcement."))
    at = when(turn.now)
    if at > turn.now:
        lines.append(_("🌙 It is late: it goes out at {time}.").format(time=stamp(at)))
    return [shown, turn.say("\n".join(lines), rows(_choices(turn, draft_id, target, reach)), to=turn.private)]


def _choices(turn: Turn, draft_id: int, target: Target, reach: Reach) -> list[Button]:
    _, many = turn.words, len(reach.to)
    label = (
        _.n("Send it to one group", "Send it to {n} groups", many)
        if target.kind == "groups"
        else _.n("Send it to one person", "Send it to {n} people", many)
    )
    return [
        *([Button(label, f"o:send:{draft_id}", style="primary")] if many else []),
        Button(_("Change the words"), f"o:edit:{draft_id}"),
        Button(_("Change the recipients"), f"o:whom:{draft_id}"),
        Button(_("Do not send, throw it away"), f"o:drop:{draft_id}", style="danger"),
    ]


def _whom(turn: Turn, target: Target) -> str:
    return turn.words("For: {whom}").format(whom=targets.label(turn.registry, target, turn.words))


def _how_many(turn: Turn, target: Target, reach: Reach) -> str:
    _, many, missed = turn.words, len(reach.to), len(reach.missed)
    if target.kind == "groups":
        return _.n("one group gets it", "{n} groups get it", many)
    got = _.n("one person gets it", "{n} people get it", many)
    return got if not missed else got + ", " + _.n("one has no account yet", "{n} have no account yet", missed)


def _missed(turn: Turn, names: list[str]) -> str:
    _ = turn.words
    listed = targets.some(names, _("{names} and {n} other people"), NAMED)
    return _("Please tell by telephone: {names}").format(names=listed)


def _see(turn: Turn, row: Any, target: Target) -> list[Outgoing]:
    return look(turn, row.id, row.body["answers"].get("words", ""), target)


def _edit(turn: Turn, row: Any, _target_: Target) -> list[Outgoing]:
    """The question for the words again, what is there told in full."""
    first, *rest = talk.resume(turn, row)
    return [Outgoing(first.to, f"“{row.body['answers']['words']}”\n\n{first.text}", first.buttons), *rest]


def _choose_again(turn: Turn, _row: Any, target: Target) -> list[Outgoing]:
    return [choosing.screen(turn, target.unit)]


def _drop(turn: Turn, row: Any, _target_: Target) -> list[Outgoing]:
    drafts.drop(turn.conn, row.id)
    return [menu.show(turn, turn.words("Thrown away. Nothing was sent."), edit=True)]


def _new(turn: Turn, row: Any, _target_: Target) -> list[Outgoing]:
    drafts.drop(turn.conn, row.id)
    return start(turn)


def _send(turn: Turn, row: Any, target: Target) -> list[Outgoing]:
    """The draft becomes an announcement once: whoever drops it sends it."""
    _, reach, at = turn.words, reached(turn, target), when(turn.now)
    if not reach.to:
        return _see(turn, row, target)
    if not drafts.drop(turn.conn, row.id):
        return [menu.show(turn, _("This announcement was sent or thrown away already."))]
    values = {"author_id": turn.me.id, "unit_id": target.unit, "words": row.body["answers"]["words"]}
    made = store.put(turn.conn, turn.now, at, reach.to, target=target.to_json(), **values)
    turn.letters = True
    many = len(reach.to)
    if target.kind == "groups":
        text = _.n("✅ The announcement goes to one group.", "✅ The announcement goes to {n} groups.", many)
    else:
        text = _.n("✅ The announcement goes to one person.", "✅ The announcement goes to {n} people.", many)
    if at > turn.now:
        text += "\n" + _("🌙 It is late: it goes out at {time}.").format(time=stamp(at))
    return [turn.say(text, rows(announce_sent.buttons(turn, made, stoppable=True)), edit=True)]


_WITH_DRAFT: Final = {
    "see": _see,
    "edit": _edit,
    "whom": _choose_again,
    "drop": _drop,
    "new": _new,
    "send": _send,
}
