"""The webhook: the secret, the answer in the reply, what comes again, how it closes."""

from __future__ import annotations

import asyncio
import contextlib
import io
import logging
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import structlog

from bot.channels import errors
from bot.channels.telegram import TelegramChannel
from handlers.messages import Incoming, Outgoing, rows
from tests.channels.telegram_world import (
    SEND,
    TOKEN,
    Setting,
    eventually,
    reply,
    to,
)
from tests.emulator.people import JPEG


async def test_the_bot_introduces_itself(hooked: Setting) -> None:
    bot = hooked.api.first
    await hooked.api.until(lambda: len(bot.described) == 3)
    assert hooked.channel.username == "danvan_bot"
    assert bot.webhook == {"url": hooked.channel._public_url + "/telegram/webhook", "secret_token": "dung-ai-biet"}
    assert bot.allowed == ["message", "edited_message", "callback_query", "my_chat_member"]
    assert list(bot.commands) == ["", "vi", "en"]
    assert all([c["command"] for c in cs] == ["start", "menu", "help", "cancel"] for cs in bot.commands.values())


async def test_an_answer_travels_in_the_webhooks_reply(hooked: Setting) -> None:
    hooked.receiver.answer = reply("nghe rồi", buttons=rows([SEND]))
    hooked.an.say("chào")
    await hooked.api.settled()
    await hooked.api.until(lambda: hooked.an.chat().answers)
    assert [(m.text, m.buttons) for m in hooked.an.chat().answers] == [("nghe rồi", [["Gửi"]])]
    assert hooked.receiver.inline == [True]
    assert hooked.receiver.told == [hooked.receiver.seen[0].key]
    assert not [name for name, _ in hooked.api.calls if name == "sendMessage" and not hooked.receiver.told]


async def test_a_tap_edits_its_message_and_is_answered(hooked: Setting) -> None:
    await hooked.channel.send(to(hooked.an.id, "?", buttons=rows([SEND])))
    message = hooked.an.chat().last
    hooked.receiver.answer = reply("Đã gửi", edit=str(message.id), toast="Xong")
    press = hooked.an.tap(message, "Gửi")
    await hooked.api.until(lambda: message.text == "Đã gửi" and press.answered)
    assert press.answered is not None
    assert press.answered["text"] == "Xong"
    assert len(hooked.an.chat().messages) == 1


async def test_a_mere_toast_is_the_answer_itself(hooked: Setting) -> None:
    await hooked.channel.send(to(hooked.an.id, "?", buttons=rows([SEND])))
    hooked.receiver.answer = lambda i: Outgoing(i.address, query=i.query, toast="Đã có người nhận", alert=True)
    press = hooked.an.tap(hooked.an.chat().last, "Gửi")
    await hooked.api.until(lambda: press.answered)
    assert len(hooked.receiver.told) == 1


@pytest.mark.parametrize("out_of_reach", [True, False])
async def test_a_card_that_cannot_be_edited_is_said_anew(hooked: Setting, out_of_reach: bool) -> None:
    photos = () if out_of_reach else (hooked.picture("a", JPEG),)
    await hooked.channel.send(to(hooked.an.id, "thẻ", photos=photos, buttons=rows([SEND])))
    card = hooked.an.chat().last
    card.out_of_reach = out_of_reach
    hooked.receiver.answer = reply("đã nhận", edit=str(card.id))
    hooked.an.tap(card, "Gửi")
    await hooked.api.until(lambda: len(hooked.an.chat().messages) == 2)
    assert hooked.an.chat().last.text == "đã nhận"


async def test_what_needs_several_calls_is_said_by_calls(hooked: Setting) -> None:
    digests = tuple(hooked.picture(name, JPEG) for name in "ab")
    hooked.receiver.answer = reply("hai ảnh", photos=digests, buttons=rows([SEND]))
    hooked.an.say("cho xem")
    await hooked.api.settled()
    assert [m.text for m in hooked.an.chat().answers] == ["", "", "hai ảnh"]
    assert len(hooked.receiver.told) == 1


async def test_an_answer_that_could_not_be_said_is_not_called_said(hooked: Setting) -> None:
    hooked.api.fail("refuse", "sendPhoto", code=500, description="Internal Server Error")
    hooked.receiver.answer = reply("ảnh", photos=(hooked.picture("a", JPEG),))
    hooked.an.say("cho xem")
    await hooked.api.settled()
    assert hooked.receiver.told == []
    assert len(hooked.receiver.seen) == 1  # the update itself was kept


async def test_not_stored_by_webhook(hooked: Setting) -> None:
    hooked.receiver.refuse = 2
    hooked.an.say("quan trọng")
    await hooked.api.settled()
    assert hooked.receiver.texts == ["quan trọng"]
    assert hooked.api.feed.refusals == [503, 503]


async def test_a_break_by_webhook_comes_again(hooked: Setting) -> None:
    hooked.receiver.broken = 1
    with structlog.testing.capture_logs() as logs:
        hooked.an.say("x")
        await hooked.api.settled()
    assert hooked.receiver.texts == ["x"]
    assert hooked.api.feed.refusals == [500]
    assert "mật khẩu" not in str(logs)


async def test_the_doors_are_shut(hooked: Setting) -> None:
    url = hooked.channel._public_url + "/telegram/webhook"
    right = {"X-Telegram-Bot-Api-Secret-Token": "dung-ai-biet"}
    update = b'{"update_id": 1, "message": {"message_id": 1, "date": 1, "chat": {"id": 5, "type": "private"}}}'
    tries: list[tuple[dict[str, str], Any, int]] = [
        ({}, update, 401),
        ({"X-Telegram-Bot-Api-Secret-Token": "sai"}, update, 401),
        ({"X-Telegram-Bot-Api-Secret-Token": "đừng"}, update, 401),
        (right, b"{", 400),
        (right, b"[]", 400),
        (right, b"\xff\xfe", 400),
        (right, b'{"update_id": "x", "message": 5}', 200),
        (right, b'{"update_id": 1, "message": {"chat": []}}', 200),
        (right, b'{"update_id": 1, "something_new": {}}', 200),
        (right, b" " * (2**20 + 1), 413),
        (right, update, 200),
    ]
    async with aiohttp.ClientSession() as http:
        for headers, body, status in tries:
            async with http.post(url, data=io.BytesIO(body), headers=headers) as answer:
                assert answer.status == status, (headers, body[:60])
    assert hooked.receiver.seen == []


async def test_after_stopping_updates_are_refused(hooked: Setting) -> None:
    finish, running = asyncio.Event(), asyncio.Event()

    async def slow(_: Incoming) -> None:
        running.set()
        await finish.wait()

    hooked.receiver.before = slow
    hooked.receiver.answer = reply("ghi rồi")
    hooked.an.say("đang ghi")
    await running.wait()
    stopping = asyncio.create_task(hooked.channel.stop())
    await asyncio.sleep(0.05)
    assert not stopping.done()
    finish.set()
    await stopping
    hooked.receiver.before = None
    await hooked.api.until(lambda: hooked.an.chat().answers)
    assert [m.text for m in hooked.an.chat().answers] == ["ghi rồi"]
    hooked.an.say("sau khi dừng")
    await eventually(lambda: 503 in hooked.api.feed.refusals)
    assert hooked.receiver.texts == ["đang ghi"]


async def test_further_bots_have_addresses_of_their_own(tmp_path: Path) -> None:
    first = TelegramChannel("1:A", media=tmp_path.joinpath, webhook_secret="x")
    other = TelegramChannel("2:B", media=tmp_path.joinpath, webhook_secret="x", first=False)
    polling = TelegramChannel("3:C", media=tmp_path.joinpath)
    assert [route.path for one in (first, other, polling) for route in one.routes()] == [
        "/telegram/webhook",
        "/telegram/webhook/2",
    ]
    assert [one.bot for one in (first, other, polling)] == ["1", "2", "3"]


async def test_the_library_writes_down_no_message(idle: Setting, caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger().setLevel(logging.DEBUG)
    with contextlib.suppress(errors.SendError), caplog.at_level(logging.DEBUG):
        await idle.channel.send(to(idle.an.id, "số của tôi là 0912"))
    assert "0912" not in caplog.text
    assert TOKEN not in caplog.text
