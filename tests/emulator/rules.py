"""Where a bot may write, with which keyboards, and in reply to what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.emulator.state import BotAccount, Chat, Refusal, Shown, bad, forbidden

if TYPE_CHECKING:
    from tests.emulator.world import World

Json = dict[str, Any]
ACTIONS = ("url", "callback_data", "web_app", "login_url", "switch_inline_query", "copy_text", "pay", "disabled")


def writable(api: World, bot: BotAccount, chat_id: Any) -> Chat:
    """The chat, if the bot may write there now."""
    chat = api.chats.get((bot.id, chat_id)) or api.groups.get(chat_id)
    if chat is None:
        shared = any(
            group.members.get(chat_id) == "member" and bot.id in group.members for group in api.groups.values()
        )
        raise forbidden("bot can't initiate conversation with a user") if shared else bad("chat not found")
    if chat.private:
        if chat.deactivated:
            raise forbidden("user is deactivated")
        if chat.blocked:
            raise forbidden("bot was blocked by the user")
        return chat
    name = "supergroup" if chat.kind == "supergroup" else "group"
    if chat.moved_to:
        raise Refusal(
            400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.moved_to
        )
    if chat.deleted:
        raise forbidden("the group chat was deleted")
    status = chat.members.get(bot.id)
    if status == "kicked":
        raise forbidden(f"bot was kicked from the {name} chat")
    if status != "member":
        raise forbidden(f"bot is not a member of the {name} chat")
    return chat


def markup_of(chat: Chat, parameters: Json) -> Json | None:
    """The keyboard, refused where Telegram refuses it."""
    markup: Json | None = parameters.get("reply_markup")
    if not markup:
        return None
    buttons = [button for row in markup.get("inline_keyboard", []) for button in row]
    if len(buttons) > 100:
        raise bad("reply markup is too long")
    for button in buttons:
        _button(button)
    keys = [key for row in markup.get("keyboard", []) for key in row]
    for field, what in (("request_contact", "phone number"), ("request_location", "location")):
        if not chat.private and any(key.get(field) for key in keys):
            raise bad(f"{what} can be requested in private chats only")
    return markup


def _button(button: Json) -> None:
    if not any(name in button for name in ACTIONS):
        raise bad("Text buttons are unallowed in the inline keyboard")
    if not button["text"].strip():
        raise bad("BUTTON_TEXT_INVALID")
    if button.get("style", "primary") not in ("primary", "success", "danger"):
        raise bad("BUTTON_STYLE_INVALID")


def replied(chat: Chat, parameters: Json) -> Shown | None:
    """The message replied to."""
    wanted = parameters.get("reply_parameters") or {}
    if not wanted.get("message_id"):
        return None
    found = chat.find(wanted["message_id"])
    if found is None and not wanted.get("allow_sending_without_reply"):
        raise bad("message to be replied not found")
    return found
