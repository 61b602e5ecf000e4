"""`danvan invite`: a one-time code, as words, links and a QR code."""

from __future__ import annotations

import asyncio
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import segno
import typer

from bot.channels import errors
from bot.commands.opened import connection
from bot.config import Settings
from handlers import registry as registries
from handlers.clock import day
from handlers.people import ALPHABET, CODE_LENGTH, normal_phone
from handlers.registry import Registry
from storage import accounts
from storage import registry as registry_rows

VALID = timedelta(days=14)


def new_code() -> str:
    """About 48 bits from an alphabet that can be read aloud."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def run(settings: Settings, who: str, *, group: bool, full: bool) -> None:
    """Print the code; an earlier unused one of the same person is void from now on."""
    code, now = new_code(), datetime.now(UTC)
    with connection(settings) as conn:
        registry = registries.build(registry_rows.read(conn))
        whom, title = _group(registry, who, full=full) if group else _person(registry, who)
        if not group:
            accounts.renew(conn, whom["person_id"], now)
        accounts.put_invite(conn, code, now, now + VALID, **whom)
    links = [] if group else _links(settings, code)
    typer.echo(f"{title}\nCode / Mã: {code[:5]}-{code[5:]}   (valid until {day(now + VALID)}, once)")
    if group:
        typer.echo(f"Type in the group / Gõ trong nhóm: /start {code}")
    for link in links:
        typer.echo(link)
    if links:
        segno.make(links[0], error="m").terminal(compact=True)


def _person(registry: Registry, who: str) -> tuple[dict[str, Any], str]:
    found = [p for p in registry.people.values() if p.code == who or (p.phone and p.phone == normal_phone(who))]
    if not found:
        typer.echo(f"Nobody on the roster has the code or phone {who}.", err=True)
        raise typer.Exit(1)
    return {"person_id": found[0].id}, found[0].name


def _group(registry: Registry, who: str, *, full: bool) -> tuple[dict[str, Any], str]:
    unit_code, _, department_code = who.partition("/")
    unit = next((u for u in registry.units.values() if u.code == unit_code), None)
    department = registry.department(unit.id, department_code) if unit is not None and department_code else None
    if unit is None or (department_code and department is None):
        typer.echo(f"No unit or department has the code {who}. Example: 05716 or 05716/PKT", err=True)
        raise typer.Exit(1)
    whom = {
        "unit_id": unit.id,
        "department_id": department.id if department else None,
        "mode": "full" if full else "brief",
    }
    return whom, department.name if department else unit.name


def _links(settings: Settings, code: str) -> list[str]:
    """For Telegram where its bots can be asked their names, and for the web chat."""
    base = settings.public_url.rstrip("/") or f"http://{settings.http_host}:{settings.http_port}"
    names = asyncio.run(_names(settings)) if settings.telegram_tokens else []
    return [*(f"https://t.me/{name}?start={code}" for name in names), f"{base}/i/{code}"]


async def _names(settings: Settings) -> list[str]:
    """The bots' user names; one that cannot be asked now is named on standard error and left out."""
    from bot.channels.telegram import TelegramChannel, Waits

    names = []
    for token in settings.telegram_tokens:
        channel = TelegramChannel(
            token,
            media=Path,
            api_base=settings.telegram_api,
            proxy=settings.telegram_proxy,
            waits=Waits(silence=5.0),
        )
        try:
            names.append(await channel.who())
        except errors.SendError as error:
            typer.echo(f"Telegram bot {channel.bot}: {error.sentence} Its link is left out.", err=True)
        finally:
            await channel.stop()
    return names
