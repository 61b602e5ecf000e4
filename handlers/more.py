"""The second screen of the menu: what only some people do, each behind the right it needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from handlers import rights
from handlers.messages import Button, Outgoing, rows
from handlers.turn import Turn
from handlers.words import N_


def _anybody(turn: Turn) -> bool:
    return True


def _holds_a_role(turn: Turn) -> bool:
    return bool(turn.roles)


def _office(action: str) -> Callable[[Turn], bool]:
    return lambda turn: bool(rights.offices(turn.registry, turn.me.id, action, turn.day))


# (label, what a press does, who sees it)
ENTRIES: Final[tuple[tuple[str, str, Callable[[Turn], bool]], ...]] = (
    (N_("📣 Announcement"), "m:announce", _office("announce")),
    (N_("🗂 Open as a table"), "m:table", _office("work")),
    (N_("📊 Numbers"), "m:numbers", _office("numbers")),
    (N_("📝 Answers kept ready"), "m:templates", _office("templates")),
    (N_("👥 Chat groups"), "m:groups", _office("groups")),
    (N_("🔑 People and accounts"), "m:admin", _office("people")),
    (N_("🧳 Hand over my work"), "m:handover", _holds_a_role),
    (N_("🌿 Leave, a stand-in"), "m:leave", _holds_a_role),
    (N_("🔐 My data"), "m:data", _anybody),
)


def offices(turn: Turn) -> bool:
    """Is there anything here beside what Help tells everybody of?"""
    return any(rights.offices(turn.registry, turn.me.id, action, turn.day) for action in rights.OFFICE)


def show(turn: Turn) -> list[Outgoing]:
    """Everything this person may do besides the main menu."""
    _ = turn.words
    buttons = [Button(_(label), data) for label, data, may in ENTRIES if may(turn)]
    return [
        turn.say(_("What else would you like to do?"), rows([*buttons, Button(_("Main menu"), "m:menu")]), edit=True)
    ]
