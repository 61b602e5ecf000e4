"""What Telegram must know of a bot: how updates reach us, its commands and its purpose, in every language."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import structlog

from bot.channels import errors
from bot.channels.telegram_polling import SLOWEST, Call
from bot.channels.telegram_request import Failed
from handlers.words import LANGUAGES, N_, words_for

Json = dict[str, Any]

COMMANDS = (
    ("start", N_("Start")),
    ("menu", N_("Main menu")),
    ("help", N_("Help")),
    ("cancel", N_("Stop what I am writing")),
)
DESCRIPTION = N_("For hamlet and village cadres: report good practices and citizens' petitions, and get the answers.")

_log = structlog.get_logger(__name__)


async def introduce(call: Call, bot: str, hook: Json | None, pause: float) -> AsyncIterator[Json]:
    """Yields the bot's own user object as soon as it is known; ends when everything has been said once.

    `hook` are the parameters of setWebhook, {} to leave it as it is, None to poll. Waits out every failure: a refused
    token is the administrator's to mend, so it is said loudly, but once. Repeating all of it changes nothing.
    """
    said = ""
    while True:
        try:
            yield await call("getMe", {}, 0)
            await _tell(call, hook)
        except Failed as failed:
            error = failed.named()
            if error.code != said:
                log = _log.error if isinstance(error, errors.BadToken) else _log.warning
                log("telegram.not_introduced", bot=bot, error=error.code)
            said = error.code
            await asyncio.sleep(max(pause, error.retry_after))
            pause = min(pause * 2, SLOWEST)
        else:
            _log.info("telegram.introduced", bot=bot, webhook=hook is not None)
            return


async def _tell(call: Call, hook: Json | None) -> None:
    if hook is None:
        await call("deleteWebhook", {}, 0)
    elif hook:
        await call("setWebhook", hook, 0)
    for lang in ("", *LANGUAGES):  # "" is for everyone whose language we do not speak
        words = words_for(lang)
        whom = {"language_code": lang} if lang else {}
        commands = [{"command": name, "description": words(does)} for name, does in COMMANDS]
        await call("setMyCommands", {"commands": commands, **whom}, 0)
        await call("setMyDescription", {"description": words(DESCRIPTION), **whom}, 0)
