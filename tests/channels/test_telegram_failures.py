"""Every way Telegram can fail, and the name each has in the program."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web

from bot.channels import errors
from bot.channels.telegram import TelegramChannel
from bot.channels.telegram_errors import named
from handlers.messages import Outgoing
from tests.channels.telegram_world import (
    TOKEN,
    WAITS,
    Setting,
    to,
    world,
)
from tests.emulator.people import JPEG


async def fails(setting: Setting, message: Outgoing | None = None) -> errors.SendError:
    with pytest.raises(errors.SendError) as caught:
        await setting.channel.send(message or to(setting.an.id, "x"))
    assert TOKEN not in repr(caught.value) + str(caught.value.__cause__) + str(caught.value.__context__)
    return caught.value


async def test_slowed_down(idle: Setting) -> None:
    idle.api.slow_down(17)
    error = await fails(idle)
    assert isinstance(error, errors.Throttled)
    assert error.retry_after == 17
    idle.api.fail("refuse", code=429, description="Too Many Requests")
    assert isinstance(await fails(idle), errors.Throttled)


async def test_a_person_who_stopped(idle: Setting) -> None:
    idle.an.block()
    assert isinstance(await fails(idle), errors.PersonStopped)
    idle.an.block(blocked=False)
    idle.an.leave_telegram()
    assert isinstance(await fails(idle), errors.PersonStopped)
    stranger = idle.api.user("Lạ")
    assert isinstance(await fails(idle, to(stranger.id, "x")), errors.PersonStopped)
    idle.api.group("Nhóm", [stranger])
    assert isinstance(await fails(idle, to(stranger.id, "x")), errors.PersonStopped)


async def test_a_group_that_is_gone_or_moved(idle: Setting) -> None:
    for ending in ("kicked", "left"):
        group = idle.api.group("Nhóm", [idle.an])
        idle.api.remove_bot(group, idle.an, kick=ending == "kicked")
        assert isinstance(await fails(idle, to(group.id, "x")), errors.GroupGone)
    group = idle.api.supergroup("Nhóm", [idle.an])
    group.deleted = True
    assert isinstance(await fails(idle, to(group.id, "x")), errors.GroupGone)
    assert isinstance(await fails(idle, to(-99, "x")), errors.GroupGone)
    group = idle.api.group("Nhóm", [idle.an])
    new = idle.api.upgrade(group, idle.an)
    error = await fails(idle, to(group.id, "x"))
    assert isinstance(error, errors.GroupMoved)
    assert error.moved_to == str(new.id)


async def test_edits_that_cannot_be(idle: Setting) -> None:
    sent = await idle.channel.send(to(idle.an.id, "như cũ"))
    assert isinstance(await fails(idle, to(idle.an.id, "như cũ", edit=sent.external)), errors.NotChanged)
    assert isinstance(await fails(idle, to(idle.an.id, "x", edit="999")), errors.MessageGone)
    own = idle.an.say("của tôi")
    assert isinstance(await fails(idle, to(idle.an.id, "x", edit=str(own.id))), errors.MessageGone)


@pytest.mark.parametrize("code", [401, 404])
async def test_a_refused_token(idle: Setting, code: int) -> None:
    idle.api.fail("refuse", code=code, description={401: "Unauthorized", 404: "Not Found"}[code])
    assert isinstance(await fails(idle), errors.BadToken)


async def test_our_own_mistakes(tmp_path: Path) -> None:
    async with world(tmp_path, started=False) as idle:
        assert isinstance(await fails(idle, to(idle.an.id, "x" * 5000)), errors.Refused)
        assert idle.api.violations != []
        not_a_chat = replace(to(1, "x"), to=replace(to(1).to, chat="abc"))
        assert isinstance(await fails(idle, not_a_chat), errors.Refused)


async def test_nothing_was_sent(tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    channel = TelegramChannel(TOKEN, media=tmp_path.joinpath, api_base=f"http://127.0.0.1:{port}", waits=WAITS)
    with pytest.raises(errors.Unreachable):
        await channel.send(to(1, "x"))
    proxied = TelegramChannel(TOKEN, media=tmp_path.joinpath, proxy=f"http://127.0.0.1:{port}", waits=WAITS)
    with pytest.raises(errors.Unreachable):
        await proxied.send(to(1, "x"))
    for one in (channel, proxied):
        await one.stop()


async def test_a_restarting_server_did_nothing(idle: Setting) -> None:
    idle.api.fail("refuse", code=500, description="Internal Server Error: restart")
    assert isinstance(await fails(idle), errors.Unreachable)
    idle.api.fail("refuse", code=503, description="Service Unavailable")
    assert isinstance(await fails(idle), errors.Unreachable)


@pytest.mark.parametrize("code", [500, 502, 504])
async def test_any_other_server_error_leaves_it_open(idle: Setting, code: int) -> None:
    idle.api.fail("refuse", code=code, description="Bad Gateway")
    assert isinstance(await fails(idle), errors.OutcomeUnknown)


@pytest.mark.parametrize(("kind", "arrived"), [("hang", 0), ("drop", 1), ("cut", 0), ("garbage", 0)])
async def test_the_outcome_is_unknown(idle: Setting, kind: str, arrived: int) -> None:
    idle.api.fail(kind)
    assert isinstance(await fails(idle), errors.OutcomeUnknown)
    assert len(idle.an.chat().messages) == arrived


async def test_uploads_fail_in_the_same_ways(idle: Setting) -> None:
    message = to(idle.an.id, "x", photos=(idle.picture("a", JPEG),))
    idle.api.fail("drop", "sendPhoto")
    assert isinstance(await fails(idle, message), errors.OutcomeUnknown)
    idle.api.fail("refuse", "sendPhoto", code=413, description="Request Entity Too Large")
    assert isinstance(await fails(idle, message), errors.FileTooBig)


async def test_through_a_proxy(tmp_path: Path) -> None:
    asked: list[str] = []

    async def pass_on(request: web.Request) -> web.Response:
        asked.append(request.raw_path.split("://")[-1].split("/")[0])
        return web.json_response(
            {"ok": True, "result": {"message_id": 4, "date": 1, "chat": {"id": 1, "type": "private"}}}
        )

    runner = web.ServerRunner(web.Server(pass_on))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    proxy = f"http://127.0.0.1:{runner.addresses[0][1]}"
    channel = TelegramChannel(TOKEN, media=tmp_path.joinpath, api_base="http://telegram.invalid", proxy=proxy)
    assert (await channel.send(to(1, "x"))).external == "4"
    assert asked == ["telegram.invalid"]
    await channel.stop()
    await runner.cleanup()


@pytest.mark.parametrize(
    ("code", "words", "group", "error"),
    [
        (400, "Bad Request: PEER_ID_INVALID", False, errors.PersonStopped),
        (400, "Bad Request: user not found", False, errors.PersonStopped),
        (403, "Forbidden: bot can't send messages to bots", False, errors.PersonStopped),
        (403, "Forbidden: bot was kicked from the group chat", False, errors.GroupGone),
        (400, "Bad Request: chat not found", True, errors.GroupGone),
        (400, "Bad Request: group chat is deactivated", True, errors.GroupGone),
        (400, "Bad Request: MESSAGE_ID_INVALID", False, errors.MessageGone),
        (400, "Bad Request: wrong file identifier/HTTP URL specified", False, errors.FileMissing),
        (400, "Bad Request: BUTTON_DATA_INVALID", False, errors.Refused),
        (400, "", False, errors.Refused),
        (404, "Not Found: method not found", False, errors.Refused),
        (409, "Conflict: terminated by other getUpdates request", False, errors.Refused),
    ],
)
def test_further_wordings(code: int, words: str, group: bool, error: type[errors.SendError]) -> None:
    assert type(named(code, words, group=group)) is error


async def test_who_it_is(idle: Setting) -> None:
    assert await idle.channel.who() == "danvan_bot"
    idle.api.fail("refuse", code=401, description="Unauthorized")
    with pytest.raises(errors.BadToken):
        await idle.channel.who()
