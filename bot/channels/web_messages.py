"""What the page sends, checked field by field and turned into `Incoming`; what it is sent, turned into JSON. Pure."""

from __future__ import annotations

import re
from typing import Any, get_args

from handlers.messages import Attachment, FileKind, Incoming, Outgoing

MAX_TEXT = 100_000  # characters; more is refused before anybody reads it
MAX_FILES = 20
CLIENT_ID = re.compile(r"[0-9A-Za-z-]{8,40}")
PAGE_ID = re.compile(r"[0-9A-Za-z]{1,16}")
CHAT = re.compile(r"(p[0-9A-Za-z_-]{1,60}|g:[^\x00-\x1f\x7f]{1,60})")
MESSAGE = re.compile(r"[0-9A-Za-z-]{0,40}")
# PostgreSQL stores neither; everything else a person may type passes through as typed.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class BadMessage(ValueError):
    """Not something the page would send. `code` names the sentence for the person."""

    def __init__(self, code: str = "bad") -> None:
        super().__init__(code)
        self.code = code


def is_group(chat: str) -> bool:
    """Groups are `g:<name>`, everything else is one person's private chat."""
    return chat.startswith("g:")


def text_of(body: dict[str, Any], name: str, limit: int, pattern: re.Pattern[str] | None = None) -> str:
    """A string field; missing is empty. Raises `BadMessage` on another type, too long, or not of the pattern."""
    value = body.get(name, "")
    if not isinstance(value, str):
        raise BadMessage
    if len(value) > limit:
        raise BadMessage("big")
    value = _UNSTORABLE.sub("\ufffd", value)
    if pattern and value and not pattern.fullmatch(value):
        raise BadMessage
    return value


def incoming_of(body: Any, user: str, channel: str = "web", bot: str = "web", language: str = "") -> Incoming:
    """One message of `user`'s page. Raises `BadMessage`. Whether the user may write in `chat` is not decided here."""
    if not isinstance(body, dict):
        raise BadMessage
    client = text_of(body, "id", 40, CLIENT_ID)
    chat = text_of(body, "chat", 64, CHAT) or user
    if not client or (chat != user and not is_group(chat)):
        raise BadMessage
    tap = text_of(body, "tap", 64)
    edit = text_of(body, "edit", 40, CLIENT_ID)
    if len(tap.encode()) > 64:
        raise BadMessage
    text, attachments, location = text_of(body, "text", MAX_TEXT), _attachments(body, user), _location(body)
    return Incoming(
        channel=channel,
        bot=bot,
        key=f"{user}:{client}",
        user=user,
        chat=chat,
        group=is_group(chat),
        text=text,
        tap=tap,
        message=text_of(body, "message", 40, MESSAGE) if tap else edit or client,
        query=f"{user}/{text_of(body, 'page', 16, PAGE_ID)}" if tap else "",
        reply_to=text_of(body, "reply_to", 40, MESSAGE),
        attachments=attachments,
        album=text_of(body, "album", 40, CLIENT_ID),
        location=location,
        edited=bool(edit) and not tap,
        unsupported=not (text.strip() or tap or attachments or location),
        language=language,
    )


def _attachments(body: dict[str, Any], user: str) -> tuple[Attachment, ...]:
    files = body.get("attachments", [])
    if not isinstance(files, list) or len(files) > MAX_FILES:
        raise BadMessage
    return tuple(_attachment(file, user) for file in files)


def _attachment(file: Any, user: str) -> Attachment:
    """The bytes stay on the device; `ref` says whose and which they are, so nobody can name another's file."""
    if not isinstance(file, dict) or file.get("kind") not in get_args(FileKind):
        raise BadMessage
    owner, _, name = text_of(file, "ref", 110).partition("/")
    size = file.get("size", 0)
    if owner != user or not CLIENT_ID.fullmatch(name) or type(size) is not int or not 0 <= size < 2**50:
        raise BadMessage
    ref = f"{owner}/{name}"
    return Attachment(file["kind"], ref, ref, text_of(file, "name", 200), text_of(file, "mime", 100), size)


def _location(body: dict[str, Any]) -> tuple[float, float] | None:
    """Latitude and longitude in degrees. Written so that NaN fails too."""
    value = body.get("location")
    if value is None:
        return None
    if not (isinstance(value, list) and len(value) == 2 and all(type(v) in (int, float) for v in value)):
        raise BadMessage
    lat, lon = value
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise BadMessage
    return float(lat), float(lon)


def body_of(message: Outgoing) -> dict[str, Any]:
    """What a bubble needs to be drawn; only JSON's own types, so that it compares equal when read back."""
    body: dict[str, Any] = {"text": message.text}
    if message.buttons:
        body["buttons"] = [
            [{"label": b.label, "data": b.data, "style": b.style, "control": b.control} for b in row]
            for row in message.buttons
        ]
    for name in ("photos", "alt", "ask", "reply_to", "silent"):
        value = getattr(message, name)
        if value:
            body[name] = list(value) if isinstance(value, tuple) else value
    return body
