"""`danvan invite`: one-time codes, as words, links and QR codes; for one, for a group, for everybody on paper; and back."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import segno
import typer

from bot.channels import errors
from bot.commands.opened import connection
from bot.config import Settings
from handlers import invites
from handlers import registry as registries
from handlers.clock import day, stamp, today
from handlers.people import normal_phone
from handlers.registry import Person, Registry
from handlers.staff import title
from handlers.words import DEFAULT, words_for
from storage import accounts
from storage import registry as registry_rows


def run(settings: Settings, who: str, *, group: bool, full: bool) -> None:
    """Print the code; an earlier unused one of the same person is void from now on."""
    now = datetime.now(UTC)
    with connection(settings) as conn:
        registry = registries.build(registry_rows.read(conn))
        if group:
            whom, name = _group(registry, who, full=full)
            code = invites.new_code()
            accounts.put_invite(conn, code, now, now + invites.VALID, **whom)
        else:
            person = _person(registry, who)
            name, code = person.name, invites.make(conn, person.id, now)
    typer.echo(f"{name}\nCode / Mã: {invites.shown(code)}   (valid until {day(now + invites.VALID)}, once)")
    if group:
        typer.echo(f"Type in the group / Gõ trong nhóm: /start {code}")
    else:
        _show(links(settings, code))


def _show(found: list[str]) -> None:
    for link in found:
        typer.echo(link)
    if found:
        segno.make(found[0], error="m").terminal(compact=True)


def revoke(settings: Settings, who: str) -> None:
    """Unused codes of a person are void."""
    with connection(settings) as conn:
        person = _person(registries.build(registry_rows.read(conn)), who)
        accounts.renew(conn, person.id, datetime.now(UTC))
    _ = words_for(DEFAULT)
    typer.echo(_("{name}: codes that were not used are void now.").format(name=person.name))


def untie(settings: Settings, who: str) -> None:
    """A lost phone: all accounts of the person are untied and their sessions end; a new code is printed."""
    now, _ = datetime.now(UTC), words_for(DEFAULT)
    with connection(settings) as conn:
        person = _person(registries.build(registry_rows.read(conn)), who)
        count = invites.untie(conn, person.id, now, by=None, channel="cli")
        code = invites.make(conn, person.id, now)
    typer.echo(_.n("One account is untied.", "{n} accounts are untied.", count))
    typer.echo(_("{name} comes in again with this code: {code}").format(name=person.name, code=invites.shown(code)))
    _show(links(settings, code))


def listed(settings: Settings) -> None:
    """Who is here, through what, since when; and who is not yet."""
    now, _ = datetime.now(UTC), words_for(DEFAULT)
    with connection(settings) as conn:
        registry = registries.build(registry_rows.read(conn))
        known = accounts.everybody(conn)
    held = {role.person_id for role in registry.roles if role.on(today(now))}
    there: dict[int, list[Any]] = {}
    for row in known:
        there.setdefault(row.person_id, []).append(row)
    for person in sorted((registry.people[key] for key in held), key=lambda p: p.code):
        for row in there.get(person.id, ()):
            state = _("agreed") if row.consent else _("has not agreed yet")
            reach = f", {_('cannot be reached')}" if row.stopped else ""
            typer.echo(f"✓ {person.name}\t{row.channel}\t{day(row.tied_at)}\t{stamp(row.used_at)}\t{state}{reach}")
    for key in sorted(held - set(there)):
        role = next(iter(registry.roles_of(key, today(now))))
        typer.echo(f"✗ {registry.people[key].name}\t{title(registry, role, _.lang)}\t{_('not here yet')}")
    typer.echo(_("{here} of {all} people are here.").format(here=len(held & set(there)), all=len(held)))


def _person(registry: Registry, who: str) -> Person:
    found = [p for p in registry.people.values() if p.code == who or (p.phone and p.phone == normal_phone(who))]
    if not found:
        typer.echo(f"Nobody on the roster has the code or phone {who}.", err=True)
        raise typer.Exit(1)
    return found[0]


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


def links(settings: Settings, code: str) -> list[str]:
    """For Telegram where its bots can be asked their names, and for the web chat."""
    return [*(f"https://t.me/{name}?start={code}" for name in names(settings)), f"{web_base(settings)}/i/{code}"]


def web_base(settings: Settings) -> str:
    """The web chat's address."""
    return settings.public_url.rstrip("/") or f"http://{settings.http_host}:{settings.http_port}"


def names(settings: Settings) -> list[str]:
    """The Telegram bots' user names; one that cannot be asked now is named on standard error and left out."""
    return asyncio.run(_names(settings)) if settings.telegram_tokens else []


async def _names(settings: Settings) -> list[str]:
    from bot.channels.telegram import TelegramChannel, Waits

    found = []
    for token in settings.telegram_tokens:
        channel = TelegramChannel(
            token,
            media=Path,
            api_base=settings.telegram_api,
            proxy=settings.telegram_proxy,
            waits=Waits(silence=5.0),
        )
        try:
            found.append(await channel.who())
        except errors.SendError as error:
            typer.echo(f"Telegram bot {channel.bot}: {error.sentence} Its link is left out.", err=True)
        finally:
            await channel.stop()
    return found
