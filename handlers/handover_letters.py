"""The letters about a handover: to the successor, to who hands over, to the superior and the administrators."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from handlers import staff, succession
from handlers.cards import View
from handlers.clock import day
from handlers.messages import Button, Rows, rows
from handlers.registry import Registry
from handlers.words import Words
from storage import handover as handovers
from storage import outbox


def names(registry: Registry, row: Any, words: Words) -> dict[str, str]:
    """What fills in a sentence about a handover: role, name (who hands over), successor, day."""
    role = succession.role_of(registry, row)
    assert role is not None, "a role's row is never deleted"
    return {
        "role": staff.title(registry, role, words.lang),
        "name": registry.people[role.person_id].name,
        "successor": registry.people[row.successor_id].name,
        "day": day(row.first),
    }


def counted(counts: Mapping[str, int], words: Words) -> str:
    """What goes, a line each; one sentence where there is nothing."""
    lines = [
        (counts.get("reports", 0), words("• Reports waiting for an answer: {n}")),
        (counts.get("asked", 0), words("• Questions waiting for the reporter's reply: {n}")),
        (counts.get("held", 0), words("• Cases being handled: {n}")),
        (counts.get("drafts", 0), words("• Drafts not sent yet: {n}")),
        (counts.get("groups", 0), words("• Chat groups looked after: {n}")),
    ]
    found = [line.format(n=n) for n, line in lines if n]
    return "\n".join(found) or words("Nothing is unfinished.")


def letter(view: View, row: Any) -> tuple[str, Rows] | None:
    """To the successor; a maker for `letters.compose`."""
    params, _ = row.params or {}, view.words
    found = handovers.get(view.conn, params.get("handover", 0))
    if found is None:
        return None
    sentences = {
        "agreed": _(
            "📅 From {day} you take over from {name}: {role}.\n\nWhat is unfinished comes to you by itself on that day."
        ),
        "done": _("🤝 You have taken over from {name}: {role}."),
        "off": _("ℹ️ {name} does not hand over after all: {role}. You need not do anything."),
    }
    text = sentences[params["what"]].format(**names(view.registry, found, _))
    if params["what"] != "done":
        return text, rows([Button(_("Main menu"), "m:menu")])
    return f"{text}\n\n{counted(found.counts or {}, _)}", rows(_lists(found.counts or {}, _))


def _lists(counts: Mapping[str, int], words: Words) -> list[Button]:
    found = []
    if counts.get("held"):
        found.append(Button(words("📥 Work waiting for me"), "m:work", word="việc"))
    if counts.get("reports") or counts.get("drafts"):
        found.append(Button(words("📋 My reports"), "m:mine", word="phiếu"))
    return found or [Button(words("Main menu"), "m:menu", word="menu")]


def letter_given(view: View, row: Any) -> tuple[str, Rows] | None:
    """To who hands over."""
    params, _ = row.params or {}, view.words
    found = handovers.get(view.conn, params.get("handover", 0))
    if found is None:
        return None
    sentences = {
        "agreed": _("📅 On {day} your role passes to {successor}: {role}."),
        "done": _("🤝 Your role has passed to {successor}: {role}. Thank you for your work, comrade."),
        "off": _("ℹ️ Your role does not pass to {successor} after all: {role}."),
        "failed": _("⚠️ {successor} cannot take over, so the role stays with you: {role}. To choose another: bàn giao"),
    }
    text = sentences[params["what"]].format(**names(view.registry, found, _))
    return (f"{text}\n\n{counted(found.counts or {}, _)}" if params["what"] == "done" else text), ()


def letter_seen(view: View, row: Any) -> tuple[str, Rows] | None:
    """To the superior and the administrators."""
    params, _ = row.params or {}, view.words
    found = handovers.get(view.conn, params.get("handover", 0))
    if found is None:
        return None
    sentences = {
        "agreed": _("📅 From {day} {successor} takes over from {name}: {role}."),
        "done": _("🤝 {successor} has taken over from {name}: {role}."),
        "off": _("ℹ️ {name} does not hand over to {successor} after all: {role}."),
        "failed": _(
            "⚠️ {successor} was to take over from {name} on {day} but cannot: {role}. "
            "The role stays with {name}. Please choose somebody else, by typing: bàn giao"
        ),
    }
    text = sentences[params["what"]].format(**names(view.registry, found, _))
    return text + _no_account(view, found, params["what"]), ()


def _no_account(view: View, found: Any, what: str) -> str:
    known: Iterable[int] = outbox.members_with_account(view.conn, [found.successor_id])
    if what not in ("agreed", "done") or known:
        return ""
    return "\n" + view.words("They do not use this assistant yet. Please give them an invitation code.")
