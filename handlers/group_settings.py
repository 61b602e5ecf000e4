"""What a unit's officials choose for its chat groups: when the week's summary comes, what is in it, how much cards show."""

from __future__ import annotations

from typing import Any, Final

from handlers import menu, rights, summary_time, talk
from handlers.messages import Button, Outgoing, rows
from handlers.staff import WEEKDAYS
from handlers.turn import Turn
from handlers.words import N_
from storage import groups

HOURS: Final = (7, 8, 9, 11, 14, 16, 17, 19)
WANTS: Final = {
    "all": N_("petitions and good practices"),
    "petition": N_("petitions only"),
    "practice": N_("good practices only"),
    "none": N_("no summary"),
}


def start(turn: Turn) -> list[Outgoing]:
    """The groups one may set."""
    _, mine = turn.words, _mine(turn)
    if not mine:
        return [menu.show(turn, _("No chat group of your units is tied yet. The office makes the code for it."))]
    buttons = [Button(f"👥 {row.name}", f"g:{row.id}") for row in mine]
    return [turn.say(_("Which group?"), rows([*buttons, Button(_("Main menu"), "m:menu")]), edit=True)]


def _mine(turn: Turn) -> list[Any]:
    units = set(rights.offices(turn.registry, turn.me.id, "groups", turn.day))
    return [row for row in groups.all_live(turn.conn) if row.unit_id in units]


def pressed(turn: Turn) -> list[Outgoing]:
    """`g:<group>[:<what>[:<value>]]`, re-checked."""
    number, what, value = ([*turn.incoming.tap[2:].split(":"), "", ""])[:3]
    row = next((row for row in _mine(turn) if row.id == talk.number([number])), None)
    if row is None:
        return start(turn)
    if what in _ASK and not value:
        return [_ASK[what](turn, row)]
    changes = _change(row, what, value)
    if changes:
        if "gone_at" in changes:
            changes["gone_at"] = turn.now
        groups.change(turn.conn, row.id, **changes)
        if "gone_at" in changes:
            return [menu.show(turn, turn.words("The group is untied. It gets nothing more from here."))]
        row = groups.get(turn.conn, row.id)
        if what == "day" and value != "0":
            return [_hours(turn, row)]
    return [_show(turn, row)]


def _change(row: Any, what: str, value: str) -> dict[str, Any]:
    """The columns a choice sets; nothing for what is no choice."""
    number = int(value) if value.isdecimal() and len(value) < 3 else -1
    if what == "day" and 0 <= number <= 7:
        return {"weekday": number}
    if what == "hour" and 0 <= number <= 23:
        return {"hour": number}
    if what == "wants" and value in WANTS:
        return {"wants": value}
    if what == "mode" and value in ("brief", "full") and (value == "brief" or row.department_id is not None):
        return {"mode": value}
    return {"gone_at": True} if what == "leave" and value == "yes" else {}


def _show(turn: Turn, row: Any) -> Outgoing:
    _ = turn.words
    weekday = summary_time.FRIDAY if row.weekday is None else row.weekday
    hour = summary_time.HOUR if row.hour is None else row.hour
    when = _("{day}, {hour}:00").format(day=_(WEEKDAYS[weekday - 1]), hour=hour)
    never = weekday == summary_time.NEVER or row.wants == "none"
    lines = [
        f"👥 {row.name}",
        _("Summary: {what}").format(what=_(WANTS["none"] if never else WANTS[row.wants])),
        "" if never else _("When: {when}").format(when=when),
        _("Cards: whole, with the words") if row.mode == "full" else _("Cards: brief, nothing personal"),
    ]
    key = f"g:{row.id}"
    buttons = [Button(_("Day and hour"), f"{key}:day"), Button(_("What the summary tells"), f"{key}:wants")]
    if row.mode == "full":
        buttons.append(Button(_("Brief cards"), f"{key}:mode:brief"))
    elif row.department_id is not None:
        buttons.append(Button(_("Whole cards"), f"{key}:full"))
    buttons += [Button(_("Untie the group"), f"{key}:leave"), Button(_("Other groups"), "m:groups")]
    return turn.say("\n".join(line for line in lines if line), rows(buttons), edit=True)


def _days(turn: Turn, row: Any) -> Outgoing:
    _ = turn.words
    names = [_(name) for name in WEEKDAYS]
    buttons = [Button(name[0].upper() + name[1:], f"g:{row.id}:day:{place}") for place, name in enumerate(names, 1)]
    return turn.say(_("On which day does the summary come?"), rows([*buttons, _back(turn, row)], 2), edit=True)


def _hours(turn: Turn, row: Any) -> Outgoing:
    buttons = [Button(f"{hour}:00", f"g:{row.id}:hour:{hour}") for hour in HOURS]
    return turn.say(turn.words("At which hour?"), rows([*buttons, _back(turn, row)], 4), edit=True)


def _wants(turn: Turn, row: Any) -> Outgoing:
    buttons = [Button(turn.words(name), f"g:{row.id}:wants:{key}") for key, name in WANTS.items()]
    return turn.say(turn.words("What does the summary tell?"), rows([*buttons, _back(turn, row)]), edit=True)


def _full(turn: Turn, row: Any) -> Outgoing:
    _ = turn.words
    text = _(
        "Whole cards show the words of each petition to everybody in this group. Choose it only if all of them work in this department."
    )
    buttons = [Button(_("Yes, whole cards"), f"g:{row.id}:mode:full"), _back(turn, row)]
    return turn.say(text, rows(buttons), edit=True)


def _leave(turn: Turn, row: Any) -> Outgoing:
    _ = turn.words
    text = _("Untie “{name}”? It then gets no cards and no summary; a new code ties it again.").format(name=row.name)
    buttons = [Button(_("Yes, untie it"), f"g:{row.id}:leave:yes", style="danger"), _back(turn, row)]
    return turn.say(text, rows(buttons), edit=True)


def _back(turn: Turn, row: Any) -> Button:
    return Button(turn.words("Leave it as it is"), f"g:{row.id}")


_ASK: Final = {"day": _days, "hour": _hours, "wants": _wants, "full": _full, "leave": _leave}
