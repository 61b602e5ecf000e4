"""The weekly summary as letters: posted at each group's time, shown to the duty official two hours before."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from handlers import chart_data, rights, summary, summary_time
from handlers.cards import View
from handlers.clock import VN, stamp, today
from handlers.form import Choice, Text
from handlers.interview import Draft
from handlers.messages import Button, rows
from handlers.registry import Registry
from handlers.turn import Turn
from handlers.words import LANGUAGES, N_, words_for
from storage import outbox
from storage import week as weeks

PATIENCE: Final = timedelta(minutes=5)  # a summary waits so long for its picture and then goes without
DECIDED: Final = {
    "skip": N_("{name} has decided to skip this week: no group gets the summary."),
    "undo": N_("{name} has decided that the summary is sent after all."),
    "note": N_("{name} has written a note for the summary."),
    "send": N_("{name} has sent the summary of this week."),
}


def dedupe(group_id: int, week: str) -> str:
    """What the database refuses a second of: one summary per group and week (rule 5)."""
    return f"summary:{group_id}:{week}"


def post(
    conn: Connection, registry: Registry, group: Any, year: int, week: int, now: datetime, *, again: str = ""
) -> int:
    """A group's summary of a week as a letter; 0 when it has had it. `again` tells one more from those before (demo)."""
    name = summary_time.name(year, week)
    data = summary.build(conn, registry, group, year, week, now)
    note = weeks.get(conn, group.unit_id, name)
    if note is not None and note.words:
        data["note"] = _note(registry, note)
    data["wants"] = group.wants
    figures = {} if group.wants == "practice" else chart_data.build(conn, registry, group, year, week, now)
    if figures:
        data |= {"chart": "", "figures": figures}
    letter = {"dedupe": dedupe(group.id, name) + again, "template": "summary", "group_id": group.id, "params": data}
    return outbox.put(conn, now, [letter | {"next_at": now + PATIENCE if figures else now}])


def coming(conn: Connection, unit_id: int, name: str) -> list[tuple[Any, datetime]]:
    """(group, when) of the unit's groups that still get the summary of this week, its own before its departments'."""
    parsed = summary_time.parse(name)
    if parsed is None:
        return []
    groups = weeks.groups_of(conn, unit_id)
    sent = weeks.known(conn, [dedupe(group.id, name) for group in groups])
    found = [(group, summary_time.due(group, *parsed)) for group in groups if dedupe(group.id, name) not in sent]
    return [(group, due) for group, due in found if due is not None]


def show(conn: Connection, registry: Registry, unit_id: int, name: str, due: datetime, now: datetime) -> int:
    """The preview to every duty official of a unit, for the groups due then. Returns how many letters that queues."""
    if not coming(conn, unit_id, name) or (unit_id, name) in weeks.skipped(conn, [name]):
        return 0
    key = f"preview:{unit_id}:{name}:{due.astimezone(VN):%m%dT%H}"
    return outbox.put(conn, now, [_letter(key, who, unit_id, name) for who in duty(conn, registry, unit_id, now)])


def tell(turn: Turn, unit_id: int, name: str, what: str, before: Any) -> None:
    """The others on duty, and whoever decided `before` (a row or none), learn who decided what (a key of `DECIDED`)."""
    key, by = f"decided:{unit_id}:{name}:{turn.now:%m%dT%H%M%S%f}", {"by": turn.me.id, "what": what}
    earlier = {before.person_id, before.words_by} - {None} if before is not None else set()
    may = {who for who in earlier if unit_id in rights.offices(turn.registry, who, "summary", turn.day)}
    others = {*duty(turn.conn, turn.registry, unit_id, turn.now), *may} - {turn.me.id}
    if outbox.put(turn.conn, turn.now, [_letter(key, who, unit_id, name, **by) for who in sorted(others)]):
        turn.letters = True


def _letter(key: str, who: int, unit_id: int, name: str, **more: Any) -> dict[str, Any]:
    params = {"unit": unit_id, "week": name, **more}
    return {"dedupe": f"{key}:p{who}", "template": "preview", "person_id": who, "params": params}


def duty(conn: Connection, registry: Registry, unit_id: int, now: datetime) -> list[int]:
    """Who is shown a unit's summary: the officials on duty; where a letter reaches none of them, its leaders."""
    codes, day = rights.OFFICE["summary"], today(now)
    for some in (codes - set(rights.LEADERS), codes):
        found = sorted({person for code in some for person in registry.holders(code, unit_id, day)})
        reached = outbox.members_with_account(conn, found)
        if reached:
            return sorted(reached)
    return []


def compose(view: View, letter: Any) -> Any:
    """The maker of the letter "preview": the summary to come, or what a colleague decided about it."""
    unit_id, name = letter.params["unit"], letter.params["week"]
    made = preview(view, unit_id, name)
    what = letter.params.get("what")
    if what is None:
        return (made[0], rows(made[1])) if made is not None else None
    note = weeks.get(view.conn, unit_id, name)
    text = view.words(DECIDED[what]).format(name=_name(view.registry, letter.params["by"]))
    if what == "note" and note is not None and note.words:
        text += f"\n\n{summary.note_line(_note(view.registry, note), view.words)}"
    return text, rows(made[1]) if made is not None else ()


def preview(view: View, unit_id: int, name: str) -> tuple[str, list[Button]] | None:
    """The summary as it would go out now, and what can be decided; none when it has gone to every group."""
    parsed, left = summary_time.parse(name), coming(view.conn, unit_id, name)
    if parsed is None or not left:
        return None
    group = left[0][0]
    note = weeks.get(view.conn, unit_id, name)
    data = summary.build(view.conn, view.registry, group, *parsed, view.now) | {"wants": group.wants}
    if note is not None and note.words:
        data["note"] = _note(view.registry, note)
    lead = _state(view, note, left)
    return f"{lead}\n\n— — —\n{summary.text(data, view.words)}", _choices(view, unit_id, name, note)


def _state(view: View, note: Any, left: list[tuple[Any, datetime]]) -> str:
    _ = view.words
    if note is not None and note.decision == "skip":
        return _(DECIDED["skip"]).format(name=_name(view.registry, note.person_id))
    where = _.n("This summary goes to one group.", "This summary goes to {n} groups.", len(left))
    first = min(due for _group, due in left)
    when = (
        _("It is sent from {time} on, also if you do nothing.").format(time=stamp(first))
        if first > view.now
        else _("It goes out within a minute, also if you do nothing.")
    )
    if len(left) == 1:
        return f"{where} {when}"
    own = _("Each group gets its own figures; these are for “{group}”.").format(group=left[0][0].name)
    return f"{where} {when} {own}"


def _note(registry: Registry, note: Any) -> list[str]:
    return [_name(registry, note.words_by), note.words]


def _name(registry: Registry, person_id: int) -> str:
    person = registry.people.get(person_id)
    return person.name if person is not None else "?"


def _choices(view: View, unit_id: int, name: str, note: Any) -> list[Button]:
    _, key = view.words, f"{unit_id}:{name}"
    if note is not None and note.decision == "skip":
        return [Button(_("Send it after all"), f"s:undo:{key}", word="vẫn gửi tổng hợp")]
    change = _("Change the note") if note is not None and note.words else _("Add a note")
    return [
        Button(_("Send now"), f"s:send:{key}", word="gửi tổng hợp", style="primary"),
        Button(change, f"s:note:{key}", word="nhắn tổng hợp"),
        Button(_("Skip this week"), f"s:skip:{key}", word="bỏ tổng hợp"),
    ]


def choices(turn: Turn, draft: Draft) -> tuple[Choice, ...]:
    """List `weeks`: the one summary the note is for."""
    value = str(draft.answers.get("week", ""))
    unit = turn.registry.units.get(_number(value.partition(":")[0]))
    parsed = summary_time.parse(value.partition(":")[2])
    if unit is None or parsed is None:
        return ()
    named = {}
    for lang in LANGUAGES:
        _ = words_for(lang)
        named[lang] = _("week {n}, {unit}").format(n=parsed[1], unit=unit.name)
    return (Choice(value, Text(named)),)


def _number(word: str) -> int:
    return int(word) if word.isdecimal() and len(word) < 16 else 0
