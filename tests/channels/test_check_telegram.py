"""What `danvan check` says of Telegram: a good token, a refused one, nobody there, a clock that differs."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from bot.checks import Finding, Look, messengers
from bot.config import Settings
from handlers.registry import Registry
from handlers.words import words_for
from tests.emulator import BotApi

GOOD, BAD = "700001:AAtest", "700002:AAnobody"


async def check(api: str, *tokens: str) -> list[Finding]:
    settings = replace(Settings(), telegram_tokens=tokens, telegram_api=api)
    look = Look(cast("Any", None), Registry(), settings, words_for("vi"), datetime.now(UTC))
    return await asyncio.to_thread(messengers.check, look, offline=False)


async def test_a_good_token(api: BotApi) -> None:
    assert await check(api.base, GOOD) == []


async def test_a_refused_token_is_told_by_its_number_alone(api: BotApi) -> None:
    (found,) = await check(api.base, GOOD, BAD)
    assert (found.kind, found.level) == ("token", "error")
    assert found.sentence.startswith("Telegram không nhận bot 700002: ")
    assert "AAnobody" not in found.sentence + found.cure


async def test_nobody_there_hints_at_the_proxy() -> None:
    (found,) = await check("http://127.0.0.1:9", GOOD, BAD)
    assert found.kind == "unreachable"
    assert "DANVAN_TELEGRAM_PROXY" in found.cure


async def test_offline_asks_nobody() -> None:
    settings = replace(Settings(), telegram_tokens=(GOOD,), telegram_api="http://127.0.0.1:9")
    look = Look(cast("Any", None), Registry(), settings, words_for("vi"), datetime.now(UTC))
    assert messengers.check(look, offline=True) == []


@pytest.mark.parametrize(("hours", "words"), [(-3, "chậm"), (3, "nhanh")])
async def test_a_clock_that_differs(api: BotApi, monkeypatch: pytest.MonkeyPatch, hours: int, words: str) -> None:
    class Wrong(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + timedelta(hours=hours)

    monkeypatch.setattr(messengers, "datetime", Wrong)
    (found,) = await check(api.base, GOOD)
    assert found.kind == "clock"
    assert words in found.sentence
