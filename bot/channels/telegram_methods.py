"""`Outgoing` -> the parameters of a Bot API method, as plain JSON. Pure and quick: the webhook's answers are made here.

No `parse_mode` is ever set, so nothing a person typed can be read as markup.
"""

from __future__ import annotations

import re
from typing import Any, Final

from bot.channels import Limits
from handlers.messages import Outgoing, Rows
from handlers.words import N_, words_for

Json = dict[str, Any]

# Sizes: Bot API 10.3. 8 buttons a row and 100 in all are the server's practice, not in the documentation.
LIMITS: Final = Limits(text=4096, caption=1024, buttons=100, per_row=8, label=64, payload=64, file_in=20 * 2**20)
TOAST: Final = 200
ALBUM: Final = 10

_SHARE: Final = {
    "contact": ("request_contact", N_("📱 Share my phone number")),
    "location": ("request_location", N_("📍 Share my location")),
}
_VIETNAMESE: Final = re.compile(r"[ăâđêôơưàáảãạèéẻẽẹìíỉĩịòóỏõọùúủũụỳýỷỹỵ\u1ea0-\u1ef9]", re.IGNORECASE)


def text(message: Outgoing) -> Json:
    """Parameters of sendMessage."""
    made = addressed(message)
    made["text"] = message.text
    made["link_preview_options"] = {"is_disabled": True}
    if markup := keyboard(message):
        made["reply_markup"] = markup
    return made


def edit(message: Outgoing) -> Json:
    """Parameters of editMessageText. Without buttons the old ones go."""
    made: Json = {
        "chat_id": int(message.to.chat),
        "message_id": int(message.edit),
        "text": message.text,
        "link_preview_options": {"is_disabled": True},
    }
    if message.buttons:
        made["reply_markup"] = _inline(message.buttons)
    return made


def answer(query: str, toast: str = "", *, alert: bool = False) -> Json:
    """Parameters of answerCallbackQuery; the press keeps spinning on the phone until it is answered."""
    made: Json = {"callback_query_id": query}
    if toast:
        made["text"] = toast if len(toast) <= TOAST else toast[: TOAST - 1] + "…"
        if alert:
            made["show_alert"] = True
    return made


def addressed(message: Outgoing) -> Json:
    """Where it goes, quietly or not, and what it replies to (said all the same when that message is gone)."""
    made: Json = {"chat_id": int(message.to.chat)}
    if message.silent:
        made["disable_notification"] = True
    if message.reply_to:
        made["reply_parameters"] = {"message_id": int(message.reply_to), "allow_sending_without_reply": True}
    return made


def keyboard(message: Outgoing) -> Json | None:
    """Buttons under the message, or with `ask` Telegram's own sharing button, which works in private chats only.

    The two cannot be had in one message, so with `ask` the other buttons become keys that type their label.
    """
    if message.ask and not message.to.chat.startswith("-"):
        return _asking(message)
    return _inline(message.buttons) if message.buttons else None


def _inline(buttons: Rows) -> Json:
    return {
        "inline_keyboard": [
            [
                {"text": b.label, "callback_data": b.data, "style": b.style}
                if b.style
                else {"text": b.label, "callback_data": b.data}
                for b in row
            ]
            for row in buttons
        ]
    }


def _asking(message: Outgoing) -> Json:
    field, label = _SHARE[message.ask]
    # The label speaks the language of the sentence above it: Vietnamese sentences are never without their marks.
    words = words_for("vi" if _VIETNAMESE.search(message.text) else "en")
    keys: list[list[Json]] = [[{"text": words(label), field: True}]]
    keys += [[{"text": button.label} for button in row] for row in message.buttons]
    return {"keyboard": keys, "resize_keyboard": True, "one_time_keyboard": True}
