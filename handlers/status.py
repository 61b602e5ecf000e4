"""The one table statuses move along: subject, state, action, role -> state.

Roles are those of this person towards this case at this moment:
`reporter` sent it; `department` belongs to the department it lies with; `intake` likewise, where that department is the
commune's intake office; `superior` stands above the department (leaders of the commune); `system` is the program.
A state is where the case stands: a forwarded or refused petition is `new` again at the next department, so a refusal
by a department is not an end: it goes back to the intake office, and only that office or a superior refuses for good.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from handlers.words import N_

PETITION: Final = "petition"
PRACTICE: Final = "practice"
NONE: Final = ""  # before it is sent
OPEN: Final = frozenset({"new", "accepted", "asked", "sent"})
CLOSED: Final = frozenset({"answered", "refused", "acknowledged"})

Key = tuple[str, str, str, str]

_HANDLERS = ("department", "intake", "superior")
_FINAL = ("intake", "superior")

# (subject, states, action, roles, state it becomes)
_ROWS: tuple[tuple[str, tuple[str, ...], str, tuple[str, ...], str], ...] = (
    (PETITION, (NONE,), "send", ("reporter",), "new"),
    (PETITION, ("new",), "route", ("system",), "new"),
    (PETITION, ("new",), "accept", _HANDLERS, "accepted"),
    (PETITION, ("new", "accepted", "asked"), "ask", _HANDLERS, "asked"),
    (PETITION, ("asked",), "reply", ("reporter",), "accepted"),
    (PETITION, ("new", "accepted", "asked"), "answer", _HANDLERS, "answered"),
    (PETITION, ("answered",), "answer", _HANDLERS, "answered"),  # a supplement to the answer
    (PETITION, ("new", "accepted", "asked"), "forward", _HANDLERS, "new"),
    (PETITION, ("new", "accepted", "asked"), "refuse", ("department",), "new"),
    (PETITION, ("new", "accepted", "asked"), "refuse", _FINAL, "refused"),
    (PETITION, ("refused",), "forward", _FINAL, "new"),  # found competent after all
    (PETITION, ("refused",), "answer", _FINAL, "answered"),
    (PRACTICE, (NONE,), "send", ("reporter",), "sent"),
    (PRACTICE, ("sent",), "route", ("system",), "sent"),
    (PRACTICE, ("sent", "asked"), "acknowledge", _HANDLERS, "acknowledged"),
    (PRACTICE, ("sent", "asked"), "ask", _HANDLERS, "asked"),
    (PRACTICE, ("asked",), "reply", ("reporter",), "sent"),
    (PRACTICE, ("sent", "asked"), "forward", _HANDLERS, "sent"),
)

TABLE: Mapping[Key, str] = MappingProxyType(
    {
        (subject, state, action, role): becomes
        for subject, states, action, roles, becomes in _ROWS
        for state in states
        for role in roles
    }
)

_STATE_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "accepted": N_("This petition has already been accepted."),
        "answered": N_("This petition has already been answered."),
        "refused": N_("This petition has already been closed by a refusal."),
        "acknowledged": N_("This good practice has already been acknowledged."),
    }
)
_NO_QUESTION = N_("No question is waiting for an answer here.")
_NOT_NOW = N_("That cannot be done with this case now.")
_DEPARTMENT_ONLY = N_("Only the department this case lies with can do that.")
_REPORTER_ONLY = N_("Only the person who sent this can do that.")


class NotAllowed(Exception):
    """The table has no such move. `reason` is a msgid that can be said to the person."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _reason(subject: str, state: str, action: str, role: str) -> str:
    may = {r for (s, _, a, r) in TABLE if s == subject and a == action}
    if role not in may:
        return _REPORTER_ONLY if "reporter" in may else _DEPARTMENT_ONLY
    if action == "reply":
        return _NO_QUESTION
    return _STATE_REASONS.get(state, _NOT_NOW)


def move(subject: str, state: str, action: str, role: str) -> str:
    """The state after `action` by `role`; raises `NotAllowed` with what to say when the table has no such row."""
    becomes = TABLE.get((subject, state, action, role))
    if becomes is None:
        raise NotAllowed(_reason(subject, state, action, role))
    return becomes


def allowed(subject: str, state: str, role: str) -> tuple[str, ...]:
    """What `role` may do with a case in `state`, in the table's order: the buttons of its card."""
    return tuple(a for (s, at, a, r) in TABLE if s == subject and at == state and r == role)
