"""A department's numbers, on one screen: this month, this quarter, this year.

Where each comes from: received (sent in the period, and lying with the department now), answered (closed in the period,
refused ones among them) and overdue (open past its time) are those of the weekly summary (`storage.summary`), so that
both always agree. In time or late: by the day of the first answer, not of a supplement. Accepted and passed on are moves
of the history, also of what lies elsewhere now. Days to an answer: from sent to answered, the middle one of all.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from statistics import median
from typing import Final

from handlers import facts, menu, rights, talk
from handlers.clock import VN
from handlers.clock import day as day_text
from handlers.messages import Button, Outgoing, rows
from handlers.registry import Department
from handlers.turn import Turn
from handlers.words import N_
from storage import numbers as more
from storage import summary as counts
from storage.summary import Scope

PERIODS: Final = {"m": N_("This month"), "q": N_("This quarter"), "y": N_("Since 1 January")}
TOP: Final = 5
DAY: Final = 86_400
NOW_TOO: Final = timedelta(microseconds=1)  # periods end before their last moment; what happened just now counts


def departments(turn: Turn) -> list[Department]:
    """Whose numbers a person may see: their own department's; leaders those of their whole commune."""
    registry, found = turn.registry, set[int]()
    for role in turn.roles:
        if role.code not in rights.OFFICE["numbers"]:
            continue
        if role.department_id is not None:
            found.add(role.department_id)
        if "handle" in rights.TABLE.get(("petition", role.code, "superior"), frozenset()):
            found |= {d.id for d in registry.departments.values() if d.unit_id == role.unit_id}
    return [registry.departments[key] for key in sorted(found)]


def start(turn: Turn) -> list[Outgoing]:
    """The only department's numbers, or the question whose."""
    _, mine = turn.words, departments(turn)
    if not mine:
        return [menu.show(turn, _("Numbers are for officials of a department."))]
    if len(mine) == 1:
        return [_page(turn, mine[0], "m")]
    buttons = [Button(d.name, f"n:{d.id}:m") for d in mine]
    return [turn.say(_("Whose numbers?"), rows([*buttons, Button(_("Main menu"), "m:menu")]), edit=True)]


def pressed(turn: Turn) -> list[Outgoing]:
    """`n:<department>:<period>`."""
    which, _, period = turn.incoming.tap[2:].partition(":")
    found = next((d for d in departments(turn) if d.id == talk.number([which])), None)
    return [_page(turn, found, period)] if found is not None and period in PERIODS else start(turn)


def since(day: date, period: str) -> date:
    """The first day of the month, quarter or year a day lies in."""
    month = {"m": day.month, "q": day.month - (day.month - 1) % 3, "y": 1}[period]
    return date(day.year, month, 1)


def _page(turn: Turn, department: Department, period: str) -> Outgoing:
    _ = turn.words
    first = since(turn.day, period)
    start_at = datetime.combine(first, time(0), VN).astimezone(UTC)
    scope = Scope((department.unit_id,), None, department.id)
    title = _("📊 {department}\n{period}, from {day}").format(
        department=department.name, period=_(PERIODS[period]), day=day_text(first)
    )
    buttons = [Button(_(label), f"n:{department.id}:{key}") for key, label in PERIODS.items() if key != period]
    if len(departments(turn)) > 1:
        buttons.append(Button(_("Another department"), "m:numbers"))
    buttons.append(Button(_("Main menu"), "m:menu"))
    lines = [*_counts(turn, scope, start_at), *_about(turn, scope, start_at)]
    return turn.say("\n".join([title, "", *lines]), rows(buttons), edit=True)


def _counts(turn: Turn, scope: Scope, start_at: datetime) -> list[str]:
    _, conn, now = turn.words, turn.conn, turn.now + NOW_TOO
    closed = more.closings(conn, scope, start_at, now)
    late = sum(due is not None and answered > due for _sent, answered, due in closed)
    accepted, passed = more.done(conn, scope, start_at, now)
    lines = [
        _("Received: {n}").format(n=sum(counts.received(conn, scope, start_at, now).values())),
        _("Accepted: {n}").format(n=accepted),
        _("Answered: {n} (in time {good}, late {late})").format(n=len(closed), good=len(closed) - late, late=late),
        _("Refused with a reason, among the answered: {n}").format(n=more.refused(conn, scope, start_at, now)),
        _("Passed on to others: {n}").format(n=passed),
        _("Open now: {n}").format(n=more.open_now(conn, scope)),
        _("Overdue now: {n}").format(n=sum(counts.overdue(conn, scope, now).values())),
    ]
    return [*lines, *_days(turn, [(answered - sent).total_seconds() / DAY for sent, answered, _due in closed])]


def _days(turn: Turn, taken: list[float]) -> list[str]:
    """How long answers took: the middle one, which one forgotten petition does not spoil as it does the mean."""
    if not taken:
        return []
    text = f"{median(taken):.1f}".replace(".", "," if turn.words.lang == "vi" else ".")
    return [turn.words("Half of the answers took at most {days} days.").format(days=text)]


def _about(turn: Turn, scope: Scope, start_at: datetime) -> list[str]:
    _ = turn.words
    found = more.categories(turn.conn, scope, start_at, turn.now + NOW_TOO)[:TOP]
    names = facts.categories()
    lines = [f"• {names[code].name(_.lang)}: {count}" for code, count in found]
    return ["", _("Most about:"), *lines] if lines else []
