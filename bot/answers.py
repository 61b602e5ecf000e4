"""Answers as JSON: an update's row keeps what is still to be said, so that a restart can say it."""

from __future__ import annotations

from typing import Any

from handlers.messages import Address, Button, Outgoing

_PLAIN = ("text", "photos", "edit", "query", "toast", "alert", "ask", "silent", "reply_to", "alt")


def pack(messages: list[Outgoing]) -> list[dict[str, Any]] | None:
    """The messages that may be written down (rule 14 keeps the fleeting ones out); none when there are none."""
    packed = [_pack(message) for message in messages if not message.fleeting and not is_silence(message)]
    return packed or None


def _pack(message: Outgoing) -> dict[str, Any]:
    to = message.to
    row: dict[str, Any] = {"to": [to.channel, to.bot, to.chat]}
    for name in _PLAIN:
        value = getattr(message, name)
        if value:
            row[name] = value
    if message.buttons:
        row["buttons"] = [[[b.label, b.data, b.control, b.word, b.style] for b in line] for line in message.buttons]
    return row


def unpack(rows: list[dict[str, Any]] | None) -> list[Outgoing]:
    """The other way round."""
    return [_unpack(dict(row)) for row in rows or ()]


def _unpack(row: dict[str, Any]) -> Outgoing:
    to = Address(*row.pop("to"))
    buttons = tuple(tuple(Button(*b) for b in line) for line in row.pop("buttons", ()))
    photos = tuple(row.pop("photos", ()))
    return Outgoing(to=to, buttons=buttons, photos=photos, **row)


def is_silence(message: Outgoing) -> bool:
    """Nothing to say and nothing to acknowledge."""
    return not (message.text or message.photos or message.toast or message.query)
