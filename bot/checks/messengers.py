"""The messengers: is each token taken, can the server be reached, does the webhook have an address."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import aiohttp

from bot.channels import errors
from bot.checks import Finding, Look
from bot.checks.machine import clock_off

OFF = timedelta(minutes=2)
PATIENCE = 8.0


def check(look: Look, *, offline: bool) -> list[Finding]:
    """Everything about messengers; `offline` asks nobody."""
    found = list(_addresses(look))
    return found if offline or not look.settings.telegram_tokens else [*found, *asyncio.run(_ask(look))]


def _addresses(look: Look) -> Iterator[Finding]:
    _, settings = look.words, look.settings
    if settings.telegram_webhook_secret and not settings.public_url.startswith("https://"):
        yield Finding(
            "webhook",
            "error",
            _("Telegram's webhook needs an address that begins with https://, and DANVAN_PUBLIC_URL is none."),
            _("Set DANVAN_PUBLIC_URL, or remove DANVAN_TELEGRAM_WEBHOOK_SECRET: then danvan asks Telegram itself."),
        )
    if not settings.telegram_tokens:
        yield Finding(
            "telegram",
            "warning",
            _("No messenger is set up: people can only use the web chat."),
            _("Ask @BotFather for a token and set DANVAN_TELEGRAM_TOKEN."),
        )


async def _ask(look: Look) -> list[Finding]:
    from bot.channels.telegram import TelegramChannel, Waits

    _, settings = look.words, look.settings
    found = []
    for token in settings.telegram_tokens:
        channel = TelegramChannel(
            token,
            media=Path,
            api_base=settings.telegram_api,
            proxy=settings.telegram_proxy,
            waits=Waits(silence=PATIENCE),
        )
        try:
            await channel.who()
        except errors.Unreachable:
            found.append(
                Finding(
                    "unreachable",
                    "error",
                    _("Telegram cannot be reached from this machine."),
                    _("Look at the internet connection. Where Telegram is blocked set DANVAN_TELEGRAM_PROXY."),
                )
            )
            break
        except errors.SendError as error:
            found.append(
                Finding(
                    "token",
                    "error",
                    _("Telegram refuses bot {bot}: {why}").format(bot=channel.bot, why=_(error.sentence)),
                    _("Ask @BotFather for the token again and set DANVAN_TELEGRAM_TOKEN."),
                )
            )
        finally:
            await channel.stop()
    return [*found, *(await _clock(look) if not any(f.kind == "unreachable" for f in found) else [])]


async def _clock(look: Look) -> list[Finding]:
    """Telegram's answer says what time it is."""
    settings = look.settings
    try:
        timeout = aiohttp.ClientTimeout(PATIENCE)
        async with (
            aiohttp.ClientSession(timeout=timeout) as http,
            http.get(settings.telegram_api, proxy=settings.telegram_proxy or None, allow_redirects=False) as answer,
        ):
            theirs = parsedate_to_datetime(answer.headers["Date"])
    except (aiohttp.ClientError, TimeoutError, KeyError, ValueError):
        return []
    by = theirs - datetime.now(UTC)
    return [clock_off(look, by)] if abs(by) > OFF else []
