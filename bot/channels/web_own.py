"""A person's own bubbles: kept in the update's unit of work, for by then the words have been judged (rule 14)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from handlers.messages import Incoming
from storage import web as rows


def keep(conn: Connection, incoming: Incoming, author: str, now: datetime) -> None:
    """Keeps what the page shows again after a reload and what the others of a group see.

    `author` is the official name (rule 12), shown to others only. A `/start` is not kept: it may carry a code. Nor is
    a pressed button: its answer says what was chosen.
    """
    if incoming.text.startswith("/start") or incoming.unsupported or incoming.tap:
        return
    if incoming.edited:
        rows.change_own(conn, f"{incoming.user}:{incoming.message}", incoming.key, incoming.text, now)
        return
    rows.keep_own(conn, incoming.key, incoming.chat, _body(incoming, author), now)


def _body(incoming: Incoming, author: str) -> dict[str, Any]:
    body: dict[str, Any] = {"own": True, "text": incoming.text, "author": author}
    if incoming.attachments:
        body["files"] = [{"kind": file.kind, "name": file.name, "ref": file.ref} for file in incoming.attachments]
    if incoming.location:
        body["location"] = True
    if incoming.reply_to:
        body["reply_to"] = incoming.reply_to
    return body
