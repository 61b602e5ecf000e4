"""Long polling: what is confirmed, what comes again, and what is waited out."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest
import structlog

from bot.channels.telegram import TelegramChannel
from handlers.messages import Incoming, rows
from tests.channels.telegram_world import (
    SEND,
    TOKEN,
    WAITS,
    Receiver,
    Setting,
    eventually,
    to,
    world,
)
from tests.emulator.people import JPEG


async def test_a_tap_by_polling(polling: Setting) -> None:
    await polling.channel.send(to(polling.an.id, "?", buttons=rows([SEND])))
    polling.an.tap(polling.an.chat().last, "Gửi")
    await eventually(lambda: polling.receiver.seen)
    (incoming,) = polling.receiver.seen
    assert (incoming.tap, incoming.message) == ("q:1:a:~send", str(polling.an.chat().last.id))
    assert incoming.query in polling.api.presses


async def test_updates_come_and_are_confirmed(polling: Setting) -> None:
    polling.an.say("một")
    polling.an.album([JPEG, JPEG], "ảnh")
    await polling.api.settled()
    assert polling.receiver.texts == ["một", "ảnh", ""]
    assert polling.receiver.inline == [False] * 3
    assert {i.channel + i.bot for i in polling.receiver.seen} == {"telegram700001"}


async def test_what_was_not_stored_comes_again(polling: Setting) -> None:
    polling.receiver.refuse = 3
    polling.an.say("quan trọng")
    await polling.api.settled()
    assert polling.receiver.texts == ["quan trọng"]


async def test_one_chat_in_order_others_beside_it(polling: Setting) -> None:
    open_gate, binh = asyncio.Event(), polling.api.user("Bình")

    async def wait(incoming: Incoming) -> None:
        if incoming.text == "một":
            await open_gate.wait()

    polling.receiver.before = wait
    polling.an.say("một")
    polling.an.say("hai")
    binh.say("ba")
    await eventually(lambda: polling.receiver.texts == ["ba"])
    assert len(polling.api.first.updates) == 3  # nothing is confirmed before all are stored
    open_gate.set()
    await polling.api.settled()
    assert polling.receiver.texts == ["ba", "một", "hai"]


async def test_an_update_that_breaks_us_is_passed_over_at_last(
    polling: Setting, caplog: pytest.LogCaptureFixture
) -> None:
    polling.receiver.broken = 5
    polling.an.say("hỏng")
    await polling.api.settled()
    polling.an.say("lành")
    await polling.api.settled()
    assert polling.receiver.texts == ["lành"]
    assert "mật khẩu" not in caplog.text


async def test_trouble_is_waited_out(polling: Setting) -> None:
    for kind, more in [
        ("refuse", {"code": 409, "description": "Conflict: terminated by other getUpdates request"}),
        ("refuse", {"code": 401, "description": "Unauthorized"}),
        ("refuse", {"code": 500, "description": "Internal Server Error"}),
        ("cut", {}),
        ("garbage", {}),
    ]:
        polling.api.fail(kind, "getUpdates", **more)
    polling.an.say("vẫn tới")
    await polling.api.settled()
    assert polling.receiver.texts == ["vẫn tới"]
    assert not any(fault.times for fault in polling.api.faults)


async def test_a_webhook_left_over_is_taken_away(tmp_path: Path) -> None:
    async with world(tmp_path, started=False) as setting:
        setting.api.first.webhook = {"url": "http://127.0.0.1:9/"}
        setting.api.fail("refuse", "getMe", times=3, code=500)  # the introduction is late: polling helps itself
        await setting.channel.start(setting.receiver)
        await setting.api.until(lambda: not setting.api.first.webhook)
        setting.an.say("x")
        await setting.api.settled()
        assert setting.receiver.texts == ["x"]


async def test_stopping_waits_for_what_runs_and_confirms_it(tmp_path: Path) -> None:
    running, finish = asyncio.Event(), asyncio.Event()

    async def slow(_: Incoming) -> None:
        running.set()
        await finish.wait()

    async with world(tmp_path) as setting:
        setting.receiver.before = slow
        setting.an.say("đang ghi")
        await running.wait()
        stopping = asyncio.create_task(setting.channel.stop())
        await asyncio.sleep(0.05)
        assert not stopping.done()
        finish.set()
        await stopping
        assert setting.receiver.texts == ["đang ghi"]
        assert not setting.api.first.updates


async def test_starting_does_not_need_telegram(tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    channel = TelegramChannel(TOKEN, media=tmp_path.joinpath, api_base=f"http://127.0.0.1:{port}", waits=WAITS)
    with structlog.testing.capture_logs() as logs:
        await channel.start(Receiver())
        await asyncio.sleep(0.2)
        await channel.stop()
    assert sorted(log["event"] for log in logs) == ["telegram.not_introduced", "telegram.polling_waits"]  # once each
    assert TOKEN not in str(logs)
