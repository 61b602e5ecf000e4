"""The emulator against two clients that are not ours: aiogram and python-telegram-bot, each strict in its own way."""

from __future__ import annotations

import io
import json
from typing import Any

import aiogram
import aiohttp
import pytest
import telegram
from aiogram import exceptions as refusals
from aiogram import types
from aiogram.types import BufferedInputFile
from telegram import error as ptb_errors

from tests.emulator import BotApi, Person
from tests.emulator.people import JPEG

Json = dict[str, Any]
SECRET = "X-Telegram-Bot-Api-Secret-Token"


KEYS = {"inline_keyboard": [[{"text": "Gửi", "callback_data": "q:1", "style": "success"}]]}


async def test_aiogram_talks(api: BotApi, an: Person, gram: aiogram.Bot) -> None:
    assert (await gram.get_me()).username == "danvan_bot"
    keys = types.InlineKeyboardMarkup.model_validate(KEYS)
    sent = await gram.send_message(an.id, "Chào <b>đồng chí</b>", reply_markup=keys)
    assert an.chat().last.text == "Chào <b>đồng chí</b>"
    assert an.chat().last.buttons == [["Gửi"]]
    an.tap(an.chat().last, "Gửi")
    (update,) = await gram.get_updates()
    assert update.callback_query is not None
    assert update.callback_query.data == "q:1"
    assert isinstance(update.callback_query.message, types.Message)
    assert await gram.answer_callback_query(update.callback_query.id, "Đã nhận")
    edited = await gram.edit_message_text("Xong", chat_id=an.id, message_id=sent.message_id)
    assert isinstance(edited, types.Message)
    assert an.chat().last.text == "Xong"
    assert await gram.delete_message(an.id, sent.message_id)
    assert an.chat().messages == []
    assert api.violations == []


async def test_ptb_talks(api: BotApi, an: Person, ptb: telegram.Bot) -> None:
    assert ptb.username == "danvan_bot"
    sent = await ptb.send_message(an.id, "Chào", reply_markup=telegram.InlineKeyboardMarkup.de_json(KEYS, None))
    an.tap(an.chat().last, "Gửi")
    (update,) = await ptb.get_updates()
    assert update.callback_query is not None
    assert await update.callback_query.answer()
    assert isinstance(await ptb.edit_message_text("Xong", an.id, sent.message_id), telegram.Message)
    assert an.chat().last.text == "Xong"
    assert await ptb.set_my_commands([("start", "Bắt đầu")], language_code="vi")
    assert api.first.commands["vi"] == [{"command": "start", "description": "Bắt đầu"}]
    assert (await ptb.get_webhook_info()).pending_update_count == 1
    assert api.violations == []


async def test_an_old_message_arrives_out_of_reach(an: Person, gram: aiogram.Bot) -> None:
    await gram.send_message(an.id, "cũ", reply_markup=types.InlineKeyboardMarkup.model_validate(KEYS))
    an.chat().last.out_of_reach = True
    an.tap(an.chat().last, "Gửi")
    (update,) = await gram.get_updates()
    assert update.callback_query is not None
    assert isinstance(update.callback_query.message, types.InaccessibleMessage)


async def test_both_ways_of_uploading(api: BotApi, an: Person, gram: aiogram.Bot, ptb: telegram.Bot) -> None:
    await gram.send_photo(an.id, BufferedInputFile(b"aaa", "a.jpg"), caption="một")
    await ptb.send_photo(an.id, io.BytesIO(b"bbb"), caption="hai")
    await gram.send_document(an.id, BufferedInputFile(b"ccc", "c.pdf"))
    await ptb.send_document(an.id, b"ddd", filename="d.pdf")
    shown = an.chat().messages
    assert [message.text for message in shown] == ["một", "hai", "", ""]
    photos = [message.content["photo"][-1]["file_id"] for message in shown[:2]]
    documents = [message.content["document"]["file_id"] for message in shown[2:]]
    assert [api.files[ref].content for ref in photos + documents] == [b"aaa", b"bbb", b"ccc", b"ddd"]
    again = await ptb.send_photo(an.id, photos[0])  # by the id Telegram gave it
    assert api.files[again.photo[-1].file_id].content == b"aaa"
    assert api.violations == []


async def test_albums(api: BotApi, an: Person, gram: aiogram.Bot, ptb: telegram.Bot) -> None:
    one = types.InputMediaPhoto(media=BufferedInputFile(b"1", "1.jpg"), caption="ảnh")
    first = await gram.send_media_group(an.id, [one, types.InputMediaPhoto(media=BufferedInputFile(b"2", "2.jpg"))])
    second = await ptb.send_media_group(an.id, [telegram.InputMediaPhoto(b"3"), telegram.InputMediaPhoto(b"4")])
    assert (
        len({message.media_group_id for message in first}) == len({message.media_group_id for message in second}) == 1
    )
    contents = [api.files[m.content["photo"][-1]["file_id"]].content for m in an.chat().messages]
    assert contents == [b"1", b"2", b"3", b"4"]
    assert an.chat().messages[0].text == "ảnh"
    assert api.violations == []


async def test_files_come_down(api: BotApi, an: Person, gram: aiogram.Bot, ptb: telegram.Bot) -> None:
    an.photo(JPEG)
    (update,) = await gram.get_updates()
    assert update.message is not None
    assert update.message.photo is not None
    ref = update.message.photo[-1].file_id
    into = await gram.download(ref)
    assert into is not None
    assert into.read() == JPEG
    assert bytes(await (await ptb.get_file(ref)).download_as_bytearray()) == JPEG
    big = an.document(b"x", "to.zip", size=20 * 2**20 + 1).content["document"]["file_id"]
    with pytest.raises(refusals.TelegramBadRequest, match="file is too big"):
        await gram.get_file(big)
    with pytest.raises(ptb_errors.BadRequest, match=r"Wrong file_id or the file is temporarily unavailable"):
        await ptb.get_file("nowhere")
    exact = an.document(b"x", "vua.zip", size=20 * 2**20).content["document"]["file_id"]
    assert (await gram.get_file(exact)).file_size == 20 * 2**20


async def refused_by_both(gram: aiogram.Bot, ptb: telegram.Bot, method: str, **given: Any) -> tuple[Any, Any]:
    """The exceptions both clients raise for one call."""
    call = {"send_message": aiogram.methods.SendMessage, "edit_message_text": aiogram.methods.EditMessageText}[method]
    with pytest.raises(refusals.TelegramAPIError) as one:
        await gram(call(**given))
    with pytest.raises(ptb_errors.TelegramError) as other:
        await getattr(ptb, method)(**given)
    return one.value, other.value


async def test_blocked_and_gone(api: BotApi, an: Person, gram: aiogram.Bot, ptb: telegram.Bot) -> None:
    an.block()
    one, other = await refused_by_both(gram, ptb, "send_message", chat_id=an.id, text="x")
    assert isinstance(one, refusals.TelegramForbiddenError)
    assert isinstance(other, ptb_errors.Forbidden)
    assert "bot was blocked by the user" in one.message
    an.block(blocked=False)
    await gram.send_message(an.id, "lại được")
    an.leave_telegram()
    one, _ = await refused_by_both(gram, ptb, "send_message", chat_id=an.id, text="x")
    assert one.message == "Forbidden: user is deactivated"
    stranger = api.user("Lạ")
    one, other = await refused_by_both(gram, ptb, "send_message", chat_id=stranger.id, text="x")
    assert one.message == "Bad Request: chat not found"
    assert isinstance(other, ptb_errors.BadRequest)
    api.group("Chung", [stranger])
    one, _ = await refused_by_both(gram, ptb, "send_message", chat_id=stranger.id, text="x")
    assert one.message == "Forbidden: bot can't initiate conversation with a user"


async def test_groups_end_and_move(api: BotApi, an: Person, gram: aiogram.Bot, ptb: telegram.Bot) -> None:
    group = api.group("Văn phòng", [an])
    await gram.send_message(group.id, "chào nhóm")
    new = api.upgrade(group, an)
    one, other = await refused_by_both(gram, ptb, "send_message", chat_id=group.id, text="x")
    assert isinstance(one, refusals.TelegramMigrateToChat)
    assert one.migrate_to_chat_id == new.id == other.new_chat_id
    await gram.send_message(new.id, "chào nhóm mới")
    assert new.last.id < 10  # message ids begin anew
    moved = [u.message for u in await gram.get_updates() if u.message]
    assert [(m.migrate_to_chat_id, m.migrate_from_chat_id) for m in moved] == [(new.id, None), (None, group.id)]
    api.remove_bot(new, an)
    one, _ = await refused_by_both(gram, ptb, "send_message", chat_id=new.id, text="x")
    assert one.message == "Forbidden: bot was kicked from the supergroup chat"
    api.remove_bot(new, an, kick=False)
    one, _ = await refused_by_both(gram, ptb, "send_message", chat_id=new.id, text="x")
    assert one.message == "Forbidden: bot is not a member of the supergroup chat"
    gone = api.group("Xóa", [an])
    gone.deleted = True
    one, _ = await refused_by_both(gram, ptb, "send_message", chat_id=gone.id, text="x")
    assert one.message == "Forbidden: the group chat was deleted"


async def test_edits_are_refused_in_telegrams_words(
    api: BotApi, an: Person, gram: aiogram.Bot, ptb: telegram.Bot
) -> None:
    sent = await gram.send_message(an.id, "như cũ")
    one, other = await refused_by_both(
        gram, ptb, "edit_message_text", chat_id=an.id, message_id=sent.message_id, text="như cũ"
    )
    assert one.message.startswith("Bad Request: message is not modified: specified new message content")
    assert other.message.startswith("Message is not modified")
    one, _ = await refused_by_both(gram, ptb, "edit_message_text", chat_id=an.id, message_id=999, text="x")
    assert one.message == "Bad Request: message to edit not found"
    own = an.say("của tôi")
    one, _ = await refused_by_both(gram, ptb, "edit_message_text", chat_id=an.id, message_id=own.id, text="x")
    assert one.message == "Bad Request: message can't be edited"
    photo = await ptb.send_photo(an.id, b"p")
    one, _ = await refused_by_both(gram, ptb, "edit_message_text", chat_id=an.id, message_id=photo.message_id, text="x")
    assert one.message == "Bad Request: there is no text in the message to edit"
    assert await gram.edit_message_caption(chat_id=an.id, message_id=photo.message_id, caption="có chữ")
    keyed = await ptb.send_message(an.id, "?", reply_markup=telegram.ReplyKeyboardMarkup([["a"]]))
    one, _ = await refused_by_both(gram, ptb, "edit_message_text", chat_id=an.id, message_id=keyed.message_id, text="x")
    assert one.message == "Bad Request: message can't be edited"


async def test_presses_are_answered_once_and_in_time(api: BotApi, an: Person, gram: aiogram.Bot) -> None:
    await gram.send_message(an.id, "?", reply_markup=types.InlineKeyboardMarkup.model_validate(KEYS))
    press = an.tap(an.chat().last, "Gửi")
    assert await gram.answer_callback_query(press.id)
    late = an.tap(an.chat().last, "Gửi")
    late.expired = True
    for query in (press.id, late.id, "7"):
        with pytest.raises(refusals.TelegramBadRequest, match="query is too old and response timeout expired"):
            await gram.answer_callback_query(query)


@pytest.mark.filterwarnings("ignore:.*retry_after")  # python-telegram-bot announces a change of its own type
async def test_slowing_down_and_breaking(api: BotApi, an: Person, gram: aiogram.Bot, ptb: telegram.Bot) -> None:
    api.slow_down(7, "sendMessage", times=2)
    one, other = await refused_by_both(gram, ptb, "send_message", chat_id=an.id, text="x")
    assert one.retry_after == other._retry_after.total_seconds() == 7
    api.fail("refuse", "sendMessage", times=2, code=502, description="Bad Gateway")
    one, other = await refused_by_both(gram, ptb, "send_message", chat_id=an.id, text="x")
    assert isinstance(one, refusals.TelegramServerError)
    assert isinstance(other, ptb_errors.NetworkError)
    api.fail("drop", "sendMessage")
    with pytest.raises(refusals.TelegramNetworkError):
        await gram.send_message(an.id, "tới nhưng không ai biết")
    assert [message.text for message in an.chat().messages] == ["tới nhưng không ai biết"]
    await gram.send_message(an.id, "lại chạy")


async def test_tokens_and_methods(api: BotApi, http: aiohttp.ClientSession) -> None:
    token = api.first.token
    for path, status, words in [
        ("/botnonsense/getMe", 404, "Not Found"),
        ("/bot700001:wrong/getMe", 401, "Unauthorized"),
        (f"/bot{token}/sendNothing", 404, "Not Found: method not found"),
    ]:
        async with http.get(api.base + path) as answer:
            assert answer.status == status
            assert await answer.json() == {"ok": False, "error_code": status, "description": words}
    for path in (f"/bot{token}/GETME", f"/bot{token}/test/getme"):
        async with http.post(api.base + path) as answer:
            assert (await answer.json())["result"]["is_bot"] is True
    assert api.violations == ["unknown method sendNothing"]


@pytest.mark.parametrize(
    ("method", "given", "violation", "words"),
    [
        ("sendMessage", {"text": "x", "txt": 1}, "unknown field txt", ""),
        ("sendMessage", {"text": 5}, "int is not String", ""),
        ("sendMessage", {}, "text is missing", "message text is empty"),
        ("sendMessage", {"text": " \n"}, "0 characters", "message text is empty"),
        ("sendMessage", {"text": "x" * 4097}, "4097 characters", "message is too long"),
        ("sendMessage", {"text": "x", "disable_notification": "maybe"}, "is not Boolean", ""),
        (
            "sendMessage",
            {"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "đ" * 33}]]}},
            "66 bytes",
            "BUTTON_DATA_INVALID",
        ),
        ("sendMessage", {"text": "x", "reply_markup": {"inline_keyboard": [[{"txt": "a"}]]}}, "unknown field txt", ""),
        ("sendMessage", {"text": "x", "reply_parameters": {"message": 1}}, "unknown field message", ""),
        ("sendPhoto", {"photo": "x", "caption": "x" * 1025}, "1025 characters", "message caption is too long"),
        ("sendMediaGroup", {"media": [{"type": "photo", "media": "x"}]}, "1 items", ""),
        ("answerCallbackQuery", {"callback_query_id": "1", "text": "x" * 201}, "201 characters", ""),
        ("setMyCommands", {"commands": [{"command": "x" * 33, "description": "d"}]}, "33 characters", ""),
    ],
)
async def test_the_specification_is_held(
    api: BotApi, an: Person, http: aiohttp.ClientSession, method: str, given: Json, violation: str, words: str
) -> None:
    body = given if method in ("answerCallbackQuery", "setMyCommands") else {"chat_id": an.id, **given}
    async with http.post(f"{api.base}/bot{api.first.token}/{method}", json=body) as answer:
        assert answer.status == 400
        assert words in (await answer.json())["description"]
    assert any(violation in what for what in api.violations), api.violations
    assert an.chat().messages == []


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        (
            {"inline_keyboard": [[{"text": str(n), "callback_data": "x"}] for n in range(101)]},
            "reply markup is too long",
        ),
        ({"inline_keyboard": [[{"text": "a"}]]}, "Text buttons are unallowed"),
        ({"inline_keyboard": [[{"text": "a", "callback_data": "x", "style": "pink"}]]}, "BUTTON_STYLE_INVALID"),
        (
            {"keyboard": [[{"text": "a", "request_contact": True}]]},
            "phone number can be requested in private chats only",
        ),
    ],
)
async def test_keyboards_telegram_refuses(
    api: BotApi, an: Person, http: aiohttp.ClientSession, markup: Json, words: str
) -> None:
    group = api.group("Nhóm", [an])
    body = {"chat_id": group.id, "text": "x", "reply_markup": json.dumps(markup)}
    async with http.post(f"{api.base}/bot{api.first.token}/sendMessage", data=body) as answer:
        assert words in (await answer.json())["description"]


async def test_whole_numbers_out_of_range_are_clamped(api: BotApi, an: Person, ptb: telegram.Bot) -> None:
    an.say("x")
    assert len(await ptb.get_updates(limit=1000)) == 1
    assert api.violations == []
