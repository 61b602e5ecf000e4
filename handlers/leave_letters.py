"""The letters about a leave: to who stands in, and to who is on leave where somebody else set it."""

from __future__ import annotations

from typing import Any

from handlers import access
from handlers.cards import View
from handlers.clock import today
from handlers.messages import Button, Rows, rows
from storage import leave as leaves


def letter(view: View, row: Any) -> tuple[str, Rows] | None:
    """A maker for `letters.compose`; `params` has what, and ids (about: on leave, other: stands in) and days."""
    params, _, people = row.params or {}, view.words, view.registry.people
    sentences = {
        "set": _("🌿 {name} is on leave from {first} to {last} and has asked you to stand in."),
        "first": _("🌿 From today you stand in for {name}, until the end of {last}."),
        "last": _("🌿 Today is the last day on which you stand in for {name}. Thank you, comrade."),
        "ended": _("🌿 {name} is back or does not go on leave. You need not stand in any longer."),
        "set_for": _("🌿 Your leave is set: {first} to {last}. {other} stands in."),
        "ended_for": _("🌿 Your leave has ended. {other} no longer stands in for you."),
    }
    about, other = people.get(params.get("about", 0)), people.get(params.get("other", 0))
    values = {"name": about.name if about else "?", "other": other.name if other else "?"}
    values |= {key: str(params.get(key, "")) for key in ("first", "last")}
    text = sentences[params["what"]].format(**values)
    if params["what"] not in ("set", "first") or about is None:
        return text, ()
    held = leaves.held(view.conn, about.id)
    if held:
        text += "\n" + _.n("They hold one open case.", "They hold {n} open cases.", held)
    return text, rows([_where(view, row)])


def _where(view: View, row: Any) -> Button:
    if access.is_official(view.registry, row.person_id, today(view.now)):
        return Button(view.words("📥 Work waiting for me"), "m:work", word="việc")
    return Button(view.words("Main menu"), "m:menu", word="menu")
