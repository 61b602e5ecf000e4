"""A Telegram update as plain JSON -> `Incoming`. Pure: no library, no network, no clock.

Field names are those of the Bot API's `Update` and `Message` objects.
"""

from __future__ import annotations

import re
from typing import Any

from handlers.messages import Attachment, Contact, Event, FileKind, Incoming

Json = dict[str, Any]

# What we subscribe to; Telegram's default leaves some kinds out and keeps an older list until it is set again.
ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member")

_COMMAND = re.compile(r"/(\w{1,64})@(\w{1,64})(?=\s|$)")
_GROUPS = ("group", "supergroup")
_PRESENT = ("creator", "administrator", "member")
_FILES: tuple[tuple[str, FileKind], ...] = (
    ("voice", "voice"),
    ("video", "video"),
    ("video_note", "video"),
    ("animation", "video"),
    ("audio", "audio"),
    ("document", "document"),
)

# Things a chat says about itself. Nobody wrote them, so nobody waits for an answer. Beginnings of field names.
_SERVICE = (
    "new_chat_members",
    "left_chat_member",
    "new_chat_",
    "delete_chat_photo",
    "group_chat_created",
    "supergroup_chat_created",
    "channel_chat_created",
    "chat_owner_",
    "chat_background_set",
    "message_auto_delete_timer_changed",
    "pinned_message",
    "connected_website",
    "write_access_allowed",
    "proximity_alert_triggered",
    "boost_added",
    "forum_topic_",
    "general_forum_topic_",
    "video_chat_",
    "giveaway_created",
    "giveaway_completed",
)


def parse(update: Json, bot: str, bot_username: str = "") -> Incoming | None:
    """The update as handlers read it, or None when nobody waits for an answer.

    `bot_username` is without "@" and may be empty while it is not yet known. Ids become strings; text stays as typed.
    Raises KeyError, TypeError, ValueError or AttributeError on what is no update at all.
    """
    key = f"u{int(update['update_id'])}"
    if message := update.get("message"):
        return _message(message, key, bot, bot_username, edited=False)
    if query := update.get("callback_query"):
        return _tap(query, key, bot)
    if message := update.get("edited_message"):
        return _message(message, key, bot, bot_username, edited=True)
    if member := update.get("my_chat_member"):
        return _membership(member, key, bot)
    return None


def order_key(update: Json) -> str:
    """What must stay in order: everything of one chat. Empty for updates that belong to none."""
    for kind in ALLOWED:
        if body := update.get(kind):
            chat = body.get("chat") or (body.get("message") or {}).get("chat") or {}
            return str(chat.get("id", ""))
    return ""


def _message(message: Json, key: str, bot: str, username: str, *, edited: bool) -> Incoming | None:
    chat = message["chat"]
    if "migrate_to_chat_id" in message:
        return _moved(key, bot, chat["id"], message["migrate_to_chat_id"])
    if "migrate_from_chat_id" in message:
        return _moved(key, bot, message["migrate_from_chat_id"], chat["id"])
    sender = message.get("from")
    # Other bots, channels, anonymous administrators: nobody we could know. A linked channel's posts and anonymous
    # administrators both carry `sender_chat`.
    if sender is None or sender.get("is_bot") or "sender_chat" in message or chat["type"] == "channel":
        return None
    location, text = _place(message)
    if edited and location and not text:
        return None  # a live location moves every few seconds; the first pin counts
    text = text or message.get("text") or message.get("caption") or ""
    attachments = _attachments(message)
    contact = _contact(message.get("contact"), sender)
    empty = not (text or attachments or contact or location)
    if empty and any(name.startswith(_SERVICE) for name in message):
        return None
    return Incoming(
        channel="telegram",
        bot=bot,
        key=key,
        user=str(sender["id"]),
        chat=str(chat["id"]),
        group=chat["type"] in _GROUPS,
        text=_own_command(text, username),
        message=str(message["message_id"]),
        reply_to=_replied(message),
        attachments=attachments,
        album=message.get("media_group_id", ""),
        location=location,
        contact=contact,
        edited=edited,
        unsupported=empty,
        nickname=_nickname(sender),
        language=sender.get("language_code", ""),
    )


def _tap(query: Json, key: str, bot: str) -> Incoming | None:
    message, sender = query.get("message"), query["from"]
    if not message or sender.get("is_bot"):
        return None  # pressed under an inline message: never one of ours
    chat = message["chat"]
    return Incoming(
        channel="telegram",
        bot=bot,
        key=key,
        user=str(sender["id"]),
        chat=str(chat["id"]),
        group=chat["type"] in _GROUPS,
        tap=query.get("data", ""),
        message=str(message["message_id"]),
        query=str(query["id"]),
        nickname=_nickname(sender),
        language=sender.get("language_code", ""),
    )


def _membership(member: Json, key: str, bot: str) -> Incoming | None:
    chat, sender = member["chat"], member["from"]
    before, after = _is_in(member["old_chat_member"]), _is_in(member["new_chat_member"])
    if before == after or chat["type"] == "channel":
        return None
    group = chat["type"] in _GROUPS
    event: Event = ("added" if after else "removed") if group else ("unblocked" if after else "blocked")
    return Incoming(
        channel="telegram",
        bot=bot,
        key=key,
        user=str(sender["id"]),
        chat=str(chat["id"]),
        group=group,
        event=event,
        nickname=_nickname(sender),
        language=sender.get("language_code", ""),
    )


def _is_in(member: Json) -> bool:
    status = member["status"]
    return status in _PRESENT or (status == "restricted" and bool(member.get("is_member")))


def _moved(key: str, bot: str, old: int, new: int) -> Incoming:
    """Both chats tell of the move; whichever comes first does the work, so both look alike."""
    return Incoming("telegram", bot, key, user="", chat=str(old), group=True, event="migrated", moved_to=str(new))


def _place(message: Json) -> tuple[tuple[float, float] | None, str]:
    """(latitude, longitude) and the words that name the place, if any."""
    venue = message.get("venue")
    pin = venue["location"] if venue else message.get("location")
    if not pin:
        return None, ""
    words = ", ".join(filter(None, (venue.get("title"), venue.get("address")))) if venue else ""
    return (float(pin["latitude"]), float(pin["longitude"])), words


def _attachments(message: Json) -> tuple[Attachment, ...]:
    if sizes := message.get("photo"):
        largest = max(sizes, key=lambda size: size.get("width", 0) * size.get("height", 0))
        return (_file(largest, "photo"),)
    for field, kind in _FILES:
        if body := message.get(field):
            return (_file(body, kind),)  # an animation is also given as a document: once is enough
    return ()


def _file(body: Json, kind: FileKind) -> Attachment:
    return Attachment(
        kind=kind,
        ref=body["file_id"],
        unique=body.get("file_unique_id", ""),
        name=body.get("file_name", ""),
        mime=body.get("mime_type", ""),
        size=body.get("file_size", 0),
    )


def _contact(contact: Json | None, sender: Json) -> Contact | None:
    """Own only where Telegram says so: a card picked from the address book has another `user_id`, or none."""
    if not contact:
        return None
    return Contact(phone=str(contact.get("phone_number", "")), own=contact.get("user_id") == sender["id"])


def _replied(message: Json) -> str:
    replied = message.get("reply_to_message")
    return str(replied["message_id"]) if replied else ""


def _own_command(text: str, username: str) -> str:
    """Turns "/menu@danvan_bot" into "/menu"; a command for another bot stays as it is and so matches nothing."""
    if not text.startswith("/"):
        return text
    found = _COMMAND.match(text)
    if not found or (username and found[2].casefold() != username.casefold()):
        return text
    return f"/{found[1]}{text[found.end() :]}"


def _nickname(sender: Json) -> str:
    last = sender.get("last_name")
    first = sender.get("first_name", "")
    return f"{first} {last}" if last else str(first)
