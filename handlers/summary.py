"""The week of a group on one page: what went well first, then petitions by department, then who has been silent.

Counted by ISO week from Monday to Sunday in Viet Nam. The figures are kept as plain data with the letter that carries
them; words are put to them when it is sent. Nobody is named, and no category of a petition is spelled out.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection

from handlers import facts, summary_time
from handlers.clock import VN
from handlers.deadlines import works
from handlers.nameless import names_somebody
from handlers.registry import Registry
from handlers.words import Words
from storage import summary as counts
from storage.summary import Scope

SILENT_WEEKS = 4
LIMIT = 3500
_USUAL = SimpleNamespace(weekday=None, hour=None, wants="all")
_TITLES, _ROWS, _NAMES, _TITLE = 3, 12, 10, 110

Data = dict[str, Any]
Days = tuple[datetime, datetime, datetime]  # when last week began, when this one does, when it ends


def week_of(now: datetime) -> tuple[int, int]:
    """(ISO year, ISO week) of the latest week whose usual time, Friday 16:00, has come."""
    found = summary_time.latest(_USUAL, now)
    assert found is not None
    return found


def _monday(year: int, week: int) -> datetime:
    return datetime.combine(date.fromisocalendar(year, week, 1), time(0), VN).astimezone(UTC)


def build(conn: Connection, registry: Registry, group: Any, year: int, week: int, now: datetime | None = None) -> Data:
    """The figures of a group's week as JSON data.

    `group` is a row with unit_id and department_id. `now` (none: the week's end) is the moment overdue petitions are
    counted at, so that what is due on Friday evening is not called late on Friday afternoon.
    """
    start = _monday(year, week)
    end, before = start + timedelta(days=7), start - timedelta(days=7)
    at = min(end, now) if now else end
    scope = scope_of(registry, group, (at - timedelta(seconds=1)).astimezone(VN).date())
    unit, department = registry.units[group.unit_id], registry.departments.get(group.department_id or -1)
    monday = date.fromisocalendar(year, week, 1)
    return {
        "year": year,
        "week": week,
        "scope": [unit.name, department.name if department else ""],
        "monday": monday.isoformat(),
        "at": at.isoformat() if at < end else "",
        "days_off": sum(not works(monday + timedelta(days=i), registry.calendar) for i in range(5)),
        "practices": _practices(conn, scope, (before, start, end)),
        "petitions": _petitions(conn, registry, scope, (before, start, end), at),
        "silent": _silent(conn, registry, group, scope, start, end),
    }


def scope_of(registry: Registry, group: Any, on: date) -> Scope:
    """Whose cases a group's summary counts, as of a day."""
    unit = registry.units[group.unit_id]
    if unit.kind == "hamlet":
        merged = tuple(registry.merged_into(unit.id, on))
        return Scope((unit.parent_id or -1,), unit.id, group.department_id, merged)
    below = [u.id for u in registry.units.values() if u.kind == "commune" and u.parent_id == unit.id]
    return Scope(tuple(below) if unit.kind == "province" else (unit.id,), None, group.department_id)


def _practices(conn: Connection, scope: Scope, days: Days) -> Data:
    before, start, end = days
    fields = counts.practices(conn, scope, start, end)
    # Looked at a few more than shown, since titles that name somebody are left out.
    newest = counts.titles(conn, scope, start, end, 4 * _TITLES)
    return {
        "count": sum(fields.values()),
        "before": sum(counts.practices(conn, scope, before, start).values()),
        "fields": [[code, fields[code]] for code in facts.fields() if code in fields],
        "titles": [_cut(title, _TITLE) for title in newest if not names_somebody(title)][:_TITLES],
    }


def _petitions(conn: Connection, registry: Registry, scope: Scope, days: Days, at: datetime) -> Data:
    before, start, end = days
    received, answered = counts.received(conn, scope, start, end), counts.answered(conn, scope, start, end)
    overdue = counts.overdue(conn, scope, at)
    lines: dict[str, list[int]] = {}
    for column, found in enumerate((received, answered, overdue)):
        for department_id, count in found.items():
            name = _whose(registry, department_id, several=len(scope.unit_ids) > 1)
            lines.setdefault(name, [0, 0, 0])[column] += count
    return {
        "received": sum(received.values()),
        "before": sum(counts.received(conn, scope, before, start).values()),
        "answered": sum(answered.values()),
        "answered_before": sum(counts.answered(conn, scope, before, start).values()),
        "overdue": sum(overdue.values()),
        # The late ones first, then the busiest: what a reader looks for.
        "rows": [[name, *three] for name, three in sorted(lines.items(), key=lambda i: (-i[1][2], -i[1][0], i[0]))],
    }


def _whose(registry: Registry, department_id: int, *, several: bool) -> str:
    """The department's name; in a summary over several communes the commune's."""
    department = registry.departments.get(department_id)
    if department is None:
        return "?"
    return registry.units[department.unit_id].name if several else department.name


def _silent(
    conn: Connection, registry: Registry, group: Any, scope: Scope, start: datetime, end: datetime
) -> list[str]:
    """Hamlets nothing was told of in four weeks; not for one department or one hamlet, to whom silence means little.

    Those that are there at the week's end: what was told of one merged since was told of the one it is part of.
    """
    if scope.department_id is not None or scope.hamlet_id is not None:
        return []
    on = (end - timedelta(days=1)).astimezone(VN).date()
    told = counts.heard_from(conn, scope, start - timedelta(weeks=SILENT_WEEKS - 1), end)
    heard = {registry.heir(unit_id, on) for unit_id in told}
    hamlets = [u for u in registry.units.values() if u.kind == "hamlet" and u.parent_id in scope.unit_ids and u.on(on)]
    return [u.name for u in sorted(hamlets, key=lambda u: u.code) if u.id not in heard]


def _cut(text: str, most: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def text(data: Data, words: Words) -> str:
    """The summary in a reader's language: plain text, at most 3,500 characters."""
    practices, petitions, wants = data["practices"], data["petitions"], data.get("wants", "all")
    counted = (
        wants != "petition" and practices["count"],
        wants != "practice" and petitions["received"] + petitions["answered"],
    )
    quiet = not any(counted)
    parts = [_heading(data, words)]
    if quiet:
        parts.append(words("A quiet week: nothing new was reported. Thank you all, and good health to everyone."))
    elif wants != "petition" and (
        practices["count"] or practices["before"] or not data["scope"][1]
    ):  # to most departments none ever come
        parts.append(_practice_lines(practices, words))
    if wants != "practice" and (not quiet or petitions["overdue"]):
        parts.append(_petition_lines(petitions, words))
    if data["silent"]:
        parts.append(_silent_line(data["silent"], words))
    note = f"\n\n{note_line(data['note'], words)}" if data.get("note") else ""
    whole, most = "\n\n".join(part for part in parts if part), LIMIT - len(note)
    return (whole if len(whole) <= most else whole[:most].rsplit("\n", 1)[0]) + note  # nothing of a note is cut


def note_line(note: list[str], words: Words) -> str:
    """The duty official's own words, with their name."""
    return words("✍️ A word from {name}:\n{words}").format(name=note[0], words=note[1])


def _heading(data: Data, words: Words) -> str:
    monday = date.fromisoformat(data["monday"])
    sunday = monday + timedelta(days=6)
    lines = [
        words("📋 Summary of week {week} ({first} – {last})").format(
            week=data["week"], first=f"{monday:%d/%m}", last=f"{sunday:%d/%m/%Y}"
        ),
        " · ".join(name for name in data["scope"] if name),
    ]
    if data["days_off"]:
        lines.append(
            words.n("This week had one public holiday.", "This week had {n} public holidays.", data["days_off"])
        )
    if data["at"]:
        moment = datetime.fromisoformat(data["at"]).astimezone(VN)
        lines.append(words("Figures up to {time} on {day}.").format(time=f"{moment:%H:%M}", day=f"{moment:%d/%m}"))
    return "\n".join(lines)


def _change(now: int, before: int, words: Words) -> str:
    if now == before:
        return words("same as last week")
    if now > before:
        return words("last week {before}, up {by}").format(before=before, by=now - before)
    return words("last week {before}, down {by}").format(before=before, by=before - now)


def _practice_lines(practices: Data, words: Words) -> str:
    count = practices["count"]
    change = _change(count, practices["before"], words)
    lines = [words("🌱 Good practices: {count} ({change})").format(count=count, change=change)]
    known = facts.fields()
    lines += [f"• {known[code].name(words.lang)}: {number}" for code, number in practices["fields"]]
    if practices["titles"]:
        lines.append(words("New among them:"))
        lines += [f"· {title}" for title in practices["titles"]]
    return "\n".join(lines)


def _petition_lines(petitions: Data, words: Words) -> str:
    received = _change(petitions["received"], petitions["before"], words)
    answered = _change(petitions["answered"], petitions["answered_before"], words)
    lines = [
        words("📨 Petitions received: {count} ({change})").format(count=petitions["received"], change=received),
        words("✅ Answered: {count} ({change})").format(count=petitions["answered"], change=answered),
        words("⏰ Overdue: {count}").format(count=petitions["overdue"])
        if petitions["overdue"]
        else words("⏰ None is overdue."),
    ]
    line = words("• {name}: received {received}, answered {answered}, overdue {overdue}")
    shown = petitions["rows"] if len(petitions["rows"]) > 1 else []
    lines += [line.format(name=_cut(name, 80), received=r, answered=a, overdue=o) for name, r, a, o in shown[:_ROWS]]
    if len(shown) > _ROWS:
        lines.append(words.n("• and one more", "• and {n} more", len(shown) - _ROWS))
    return "\n".join(lines)


def _silent_line(silent: list[str], words: Words) -> str:
    names = ", ".join(_cut(name, 60) for name in silent[:_NAMES])
    more = len(silent) - _NAMES
    if more > 0:
        names += " " + words.n("and one more", "and {n} more", more)
    return words("🤝 Nothing heard for four weeks from: {names}. A word of encouragement would help.").format(
        names=names
    )
