"""What each method does. A method takes (api, bot, parameters) and returns `result`; it raises `Refusal`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tests.emulator.rules import markup_of, replied, writable
from tests.emulator.state import BotAccount, Shown, bad

if TYPE_CHECKING:
    from tests.emulator.world import World

Json = dict[str, Any]
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current content "
    "and reply markup of the message"
)
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
KINDS = {
    "sendPhoto": "photo",
    "sendDocument": "document",
    "sendVoice": "voice",
    "sendVideo": "video",
    "sendAudio": "audio",
}


def put(api: World, bot: BotAccount, parameters: Json, content: Json) -> Shown:
    """A new message of the bot."""
    chat = writable(api, bot, parameters["chat_id"])
    markup, reply = markup_of(chat, parameters), replied(chat, parameters)
    if markup and "keyboard" in markup:
        chat.keyboard = markup["keyboard"]
    elif markup and markup.get("remove_keyboard"):
        chat.keyboard = None
    silent = bool(parameters.get("disable_notification"))
    shown = chat.add(bot.user(), content, api.now(), markup=markup, reply_to=reply, silent=silent)
    api.notice()
    return shown


def send_message(api: World, bot: BotAccount, p: Json) -> Json:
    return put(api, bot, p, {"text": p["text"].strip()}).json()


def send_file(api: World, bot: BotAccount, p: Json, kind: str) -> Json:
    content = {kind: api.picture(api.given_file(p[kind], p), kind)}
    if p.get("caption"):
        content["caption"] = p["caption"]
    return put(api, bot, p, content).json()


def send_location(api: World, bot: BotAccount, p: Json) -> Json:
    return put(api, bot, p, {"location": {"latitude": p["latitude"], "longitude": p["longitude"]}}).json()


def send_album(api: World, bot: BotAccount, p: Json) -> list[Json]:
    writable(api, bot, p["chat_id"])
    group, made = str(api.number()), []
    files = [api.given_file(item["media"], p) for item in p["media"]]
    for item, file in zip(p["media"], files, strict=True):
        content = {item["type"]: api.picture(file, item["type"]), "media_group_id": group}
        if item.get("caption"):
            content["caption"] = item["caption"]
        made.append(put(api, bot, p, content).json())
    return made


def editable(api: World, bot: BotAccount, p: Json) -> Shown:
    if "chat_id" not in p:
        raise bad("chat_id is empty")
    chat = writable(api, bot, p["chat_id"])
    found = chat.find(p.get("message_id", 0))
    if found is None:
        raise bad("message to edit not found")
    foreign = found.sender["id"] != bot.id
    if foreign or (found.markup and "inline_keyboard" not in found.markup):
        raise bad("message can't be edited")  # only messages without a keyboard or with an inline one can be
    return found


def change(api: World, found: Shown, content: Json, markup: Json | None) -> Json:
    if content == found.content and (markup or None) == (found.markup or None):
        raise bad(NOT_MODIFIED)
    found.content, found.markup, found.edited = content, markup, api.now()
    api.notice()
    return found.json()


def edit_text(api: World, bot: BotAccount, p: Json) -> Json:
    found = editable(api, bot, p)
    if "text" not in found.content:
        raise bad("there is no text in the message to edit")
    return change(api, found, {"text": p.get("text", "").strip()}, markup_of(found.chat, p))


def edit_caption(api: World, bot: BotAccount, p: Json) -> Json:
    found = editable(api, bot, p)
    if "text" in found.content:
        raise bad("there is no caption in the message to edit")
    return change(api, found, {**found.content, "caption": p.get("caption", "")}, markup_of(found.chat, p))


def edit_markup(api: World, bot: BotAccount, p: Json) -> Json:
    found = editable(api, bot, p)
    return change(api, found, found.content, markup_of(found.chat, p))


def delete_message(api: World, bot: BotAccount, p: Json) -> bool:
    found = writable(api, bot, p["chat_id"]).find(p["message_id"])
    if found is None:
        raise bad("message to delete not found")
    if api.now() - found.date > 48 * 3600:
        raise bad("message can't be deleted")
    found.deleted = True
    api.notice()
    return True


def answer_press(api: World, bot: BotAccount, p: Json) -> bool:
    press = api.presses.get(p["callback_query_id"])
    if press is None or press.bot is not bot or press.expired or press.answered is not None:
        raise bad(TOO_OLD)
    press.answered = p
    api.notice()
    return True


def get_file(api: World, _: BotAccount, p: Json) -> Json:
    file = api.files.get(p["file_id"])
    if file is None or file.lost:
        raise bad("wrong file_id or the file is temporarily unavailable")
    if file.size > 20 * 2**20:
        raise bad("file is too big")
    return {"file_id": file.id, "file_unique_id": f"u{file.id}", "file_size": file.size, "file_path": file.path}


def set_webhook(api: World, bot: BotAccount, p: Json) -> bool:
    if "allowed_updates" in p:
        bot.allowed = p["allowed_updates"] or None
    if p.get("drop_pending_updates"):
        bot.updates.clear()
    bot.webhook = {k: p[k] for k in ("url", "secret_token") if p.get(k)} if p.get("url") else {}
    api.feed.webhook_changed(bot)
    return True


def delete_webhook(api: World, bot: BotAccount, p: Json) -> bool:
    return set_webhook(api, bot, {"drop_pending_updates": p.get("drop_pending_updates")})


def webhook_info(_: World, bot: BotAccount, __: Json) -> Json:
    return {
        "url": bot.webhook.get("url", ""),
        "has_custom_certificate": False,
        "pending_update_count": len(bot.updates),
        "allowed_updates": bot.allowed or [],
    }


def commands(_: World, bot: BotAccount, p: Json) -> bool:
    for command in p["commands"]:
        if not command["command"].replace("_", "").isalnum() or command["command"] != command["command"].lower():
            raise bad("BOT_COMMAND_INVALID")
    bot.commands[p.get("language_code", "")] = p["commands"]
    return True


def described(field: str) -> Any:
    def setter(_: World, bot: BotAccount, p: Json) -> bool:
        bot.described[f"{field}:{p.get('language_code', '')}"] = p.get(field, "")
        return True

    return setter


def chat_member(api: World, bot: BotAccount, p: Json) -> Json:
    chat = writable(api, bot, p["chat_id"])
    status = chat.members.get(p["user_id"], "left")
    user = api.people[p["user_id"]].user if p["user_id"] in api.people else bot.user()
    return {"status": status, "user": user}


def leave(api: World, bot: BotAccount, p: Json) -> bool:
    writable(api, bot, p["chat_id"]).members[bot.id] = "left"
    return True


def full_chat(api: World, bot: BotAccount, p: Json) -> Json:
    needed = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": {}}
    return {**writable(api, bot, p["chat_id"]).json(), **needed}


async def get_updates(api: World, bot: BotAccount, p: Json) -> list[Json]:
    return await api.feed.poll(bot, p)


SEND = {name: (lambda a, b, p, kind=kind: send_file(a, b, p, kind)) for name, kind in KINDS.items()}
METHODS: dict[str, Any] = {
    **SEND,
    "getMe": lambda _, bot, __: {
        **bot.user(),
        "can_join_groups": True,
        "can_read_all_group_messages": not bot.privacy,
        "supports_inline_queries": False,
    },
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": webhook_info,
    "logOut": lambda *_: True,
    "close": lambda *_: True,
    "sendMessage": send_message,
    "sendLocation": send_location,
    "sendMediaGroup": send_album,
    "sendChatAction": lambda api, bot, p: bool(writable(api, bot, p["chat_id"])),
    "editMessageText": edit_text,
    "editMessageCaption": edit_caption,
    "editMessageReplyMarkup": edit_markup,
    "deleteMessage": delete_message,
    "answerCallbackQuery": answer_press,
    "getFile": get_file,
    "setMyCommands": commands,
    "getMyCommands": lambda _, bot, p: bot.commands.get(p.get("language_code", ""), []),
    "deleteMyCommands": lambda _, bot, p: bot.commands.pop(p.get("language_code", ""), None) is not None or True,
    "setMyDescription": described("description"),
    "setMyShortDescription": described("short_description"),
    "getMyDescription": lambda _, bot, p: {
        "description": bot.described.get(f"description:{p.get('language_code', '')}", "")
    },
    "getMyShortDescription": lambda _, bot, p: {
        "short_description": bot.described.get(f"short_description:{p.get('language_code', '')}", "")
    },
    "getChat": full_chat,
    "getChatMember": chat_member,
    "leaveChat": leave,
}


async def call(api: World, bot: BotAccount, method: str, parameters: Json) -> Any:
    """Runs a checked call."""
    result = METHODS[method](api, bot, parameters)
    return await result if asyncio.iscoroutine(result) else result
