"""How the emulator gives out updates: offsets, conflicts, privacy, webhook order; and it as its own process."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiogram
import aiohttp
import pytest
import telegram
from aiogram import exceptions as refusals
from aiohttp import web

from tests.emulator import BotAccount, BotApi, Chat, Person

Json = dict[str, Any]
SECRET = "X-Telegram-Bot-Api-Secret-Token"


KEYS = {"inline_keyboard": [[{"text": "Gửi", "callback_data": "q:1", "style": "success"}]]}


async def test_an_offset_confirms(api: BotApi, an: Person, gram: aiogram.Bot) -> None:
    for word in "abcd":
        an.say(word)
    updates = await gram.get_updates(limit=2)
    assert [u.message.text for u in updates if u.message] == ["a", "b"]
    again = await gram.get_updates()
    assert again[0] == updates[0]  # not confirmed: it comes again, alone because asked so soon
    assert len(again) == 1
    rest = await gram.get_updates(offset=updates[-1].update_id + 1)
    assert [u.message.text for u in rest if u.message] == ["c", "d"]
    last = await gram.get_updates(offset=-1)
    assert [u.message.text for u in last if u.message] == ["d"]
    assert len(api.first.updates) == 1  # and what came before it is forgotten


async def test_a_long_poll_ends_when_something_comes(an: Person, gram: aiogram.Bot) -> None:
    polling = asyncio.create_task(gram.get_updates(timeout=50))
    await asyncio.sleep(0.05)
    assert not polling.done()
    an.say("đây")
    (update,) = await polling
    assert update.message is not None
    assert update.message.text == "đây"


async def test_two_pollers_and_a_webhook_conflict(gram: aiogram.Bot, ptb: telegram.Bot) -> None:
    first = asyncio.create_task(gram.get_updates(timeout=50))
    await asyncio.sleep(0.05)
    second = asyncio.create_task(ptb.get_updates(timeout=1, offset=5))
    with pytest.raises(refusals.TelegramConflictError, match="terminated by other getUpdates request"):
        await first
    assert await second == ()
    await ptb.set_webhook("http://127.0.0.1:9/")
    with pytest.raises(refusals.TelegramConflictError, match="can't use getUpdates method while webhook is active"):
        await gram.get_updates()
    await ptb.delete_webhook()
    assert await gram.get_updates() == []


async def test_kinds_not_asked_for_do_not_come(api: BotApi, an: Person, gram: aiogram.Bot) -> None:
    await gram.get_updates(allowed_updates=["message"])
    an.edit(an.say("x"), "y")
    assert [u.event_type for u in await gram.get_updates(offset=1)] == ["message"]


async def test_privacy_in_groups(api: BotApi, an: Person, gram: aiogram.Bot) -> None:
    group = api.group("Nhóm", [an])
    card = await gram.send_message(group.id, "thẻ")
    an.say("chuyện riêng", group)
    an.say("/menu", group)
    an.say("/menu@other_bot", group)
    an.say("xin @danvan_bot giúp", group)
    an.say("xong rồi", group, reply=group.find(card.message_id))
    seen = [u.message.text for u in await gram.get_updates() if u.message]
    assert seen == ["/menu", "xin @danvan_bot giúp", "xong rồi"]


# Webhook.


@asynccontextmanager
async def listening(handler: Callable[[web.Request], Any]) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/hook", handler)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    await runner.cleanup()


async def test_webhook_order_secret_retry_and_inline_answer(api: BotApi, an: Person, ptb: telegram.Bot) -> None:
    seen: list[tuple[str, str]] = []
    other = api.user("Bình")

    async def hook(request: web.Request) -> web.Response:
        message = (await request.json())["message"]
        text = message["text"]
        seen.append((message["from"]["first_name"], text))
        assert request.headers[SECRET] == "mat"
        if len(seen) == 1:
            return web.Response(status=500)  # the first of An's comes again before the second
        return web.json_response({"method": "sendMessage", "chat_id": message["chat"]["id"], "text": f"nghe {text}"})

    async with listening(hook) as url:
        await ptb.set_webhook(url, secret_token="mat")
        an.say("một")
        an.say("hai")
        other.say("ba")
        await api.settled()
        await ptb.delete_webhook()
    assert [text for name, text in seen if name == "An"] == ["một", "một", "hai"]
    assert [text for name, text in seen if name == "Bình"] == ["ba"]
    assert [m.text for m in an.chat().answers] == ["nghe một", "nghe hai"]
    assert api.feed.refusals == [500]
    assert api.violations == []


async def test_a_press_can_overtake_a_text(api: BotApi, an: Person, ptb: telegram.Bot) -> None:
    await ptb.send_message(an.id, "?", reply_markup=telegram.InlineKeyboardMarkup.de_json(KEYS, None))
    seen: list[str] = []
    pressed = asyncio.Event()

    async def hook(request: web.Request) -> web.Response:
        update = await request.json()
        if "callback_query" in update:
            seen.append("press")
            pressed.set()
        else:
            await pressed.wait()
            seen.append("text")
        return web.Response()

    async with listening(hook) as url:
        await ptb.set_webhook(url)
        an.say("x")
        an.tap(an.chat().answers[-1], "Gửi")
        await api.settled()
        await ptb.delete_webhook()
    assert seen == ["press", "text"]


async def test_getting_methods_are_no_answers(api: BotApi, an: Person, ptb: telegram.Bot) -> None:
    async def hook(_: web.Request) -> web.Response:
        return web.json_response({"method": "getMe"})

    async with listening(hook) as url:
        await ptb.set_webhook(url)
        an.say("x")
        await api.settled()
        await ptb.delete_webhook()
    assert api.violations == ["'getMe' in a webhook's answer"]


# As a process of its own.


async def test_it_runs_by_itself_and_is_steered_over_http(http: aiohttp.ClientSession) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.emulator", "--token", "700009:AAown", stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        base = (await process.stdout.readline()).decode().strip()

        async def ask(path: str, body: Json | None = None) -> Any:
            async with http.request("GET" if body is None else "POST", base + path, json=body) as answer:
                assert answer.status == 200, await answer.text()
                return await answer.json()

        user = (await ask("/control/user", {"name": "An"}))["id"]
        group = (await ask("/control/group", {"title": "Nhóm", "members": [user]}))["id"]
        await ask("/control/do", {"user": user, "what": "say", "with": {"text": "/start"}})
        await ask("/control/do", {"user": user, "what": "say", "with": {"text": "/start", "chat": group}})
        body = {"chat_id": user, "text": "?", "reply_markup": KEYS}
        assert (await ask("/bot700009:AAown/sendMessage", body))["ok"]
        shown = (await ask(f"/control/chat/{user}"))["messages"]
        assert [(m["text"], m["buttons"]) for m in shown] == [("/start", []), ("?", [[["Gửi", "q:1"]]])]
        tap = {"message": shown[-1]["id"], "label": "Gửi"}
        query = (await ask("/control/do", {"user": user, "what": "tap", "with": tap}))["query"]
        assert (await ask("/bot700009:AAown/answerCallbackQuery", {"callback_query_id": query}))["result"] is True
        state = await ask("/control/state")
        assert state["waiting"] == {"700009": 3}
        assert state["violations"] == []
    finally:
        process.terminate()
        await process.wait()


async def test_several_bots_keep_apart(api: BotApi, an: Person) -> None:
    second: BotAccount = api.bot()
    an.say("cho bot hai", an.chat(second))
    assert [len(bot.updates) for bot in api.bots.values()] == [0, 1]
    assert isinstance(an.chat(second), Chat)
