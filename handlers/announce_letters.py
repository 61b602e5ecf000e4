"""An announcement as its recipients read it: the frame in their language, the words as they were written."""

from __future__ import annotations

from datetime import date
from typing import Any

from handlers import rights, staff
from handlers.cards import View
from handlers.clock import today
from handlers.registry import Registry
from handlers.words import Words
from storage import announce as store


def compose(view: View, row: Any) -> Any:
    """The maker of the letter "announcement"; nothing once it was stopped."""
    found = store.get(view.conn, int((row.params or {}).get("id", 0)))
    if found is None or found.stopped_at is not None:
        return None
    signed = signature(view.registry, found.author_id, found.unit_id, today(found.made_at), view.words)
    return text(view.registry, found.unit_id, found.words, signed, view.words), ()


def text(registry: Registry, unit_id: int, said: str, signed: str, words: Words) -> str:
    """The whole message."""
    head = words("📣 Announcement of {unit}").format(unit=registry.units[unit_id].name)
    return f"{head}\n\n{said}\n\n— {signed}"


def signature(registry: Registry, author_id: int, unit_id: int, day: date, words: Words) -> str:
    """The author's name and the office in which they announce."""
    author = registry.people.get(author_id)
    allowed = rights.OFFICE["announce"]
    held = (r for r in registry.roles_of(author_id, day) if r.unit_id == unit_id and r.code in allowed)
    role = min(held, key=lambda role: role.stands_in_for is not None, default=None)
    name = author.name if author else "?"
    return f"{name}, {staff.title(registry, role, words.lang)}" if role is not None else name
