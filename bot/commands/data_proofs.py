"""`danvan data access | consent`."""

from __future__ import annotations

import re
from typing import NoReturn

import typer

from bot.commands.opened import connection
from bot.config import Settings
from handlers import registry as registries
from handlers.clock import VN
from handlers.people import normal_phone
from storage import cases, privacy
from storage import registry as registry_rows

_CODE = re.compile(r"(kn|dv)[ -]?0*(\d{1,7})", re.IGNORECASE)


def access(settings: Settings, code: str, unit: str) -> None:
    """Who opened the case: time, person, what they opened, through which channel."""
    found = _CODE.fullmatch(code.strip())
    if found is None:
        _end(f"{code} is no code of a case. Example: KN12", 2)
    name = f"{found[1].upper()}-{int(found[2]):04d}"
    with connection(settings) as conn:
        registry = registries.build(registry_rows.read(conn))
        units = [known.id for known in registry.units.values() if known.code == unit]
        case = next(iter(cases.by_code(conn, name, units)), None)
        if case is None:
            _end(f"There is no case {name} in unit {unit}.", 1)
        rows = privacy.opened(conn, case.id)
        for row in rows:
            person = registry.people.get(row.person_id or -1)
            who = f"{person.name} ({person.code})" if person is not None else "the command line"
            typer.echo(f"{row.at.astimezone(VN):%Y-%m-%d %H:%M}\t{who}\t{row.action}\t{row.channel}")
    if not rows:
        typer.echo(f"Nobody but its reporter has opened {name}.")


def consent(settings: Settings, who: str) -> None:
    """Each answer: time, yes or no, version, channel and account, the text's hash, the text."""
    with connection(settings) as conn:
        registry = registries.build(registry_rows.read(conn))
        phone = normal_phone(who)
        person = next((p for p in registry.people.values() if p.code == who or (p.phone and p.phone == phone)), None)
        if person is None:
            _end(f"Nobody on the roster has the code or phone {who}.", 1)
        rows = privacy.proofs(conn, person.id)
    typer.echo(f"{person.name} ({person.code})")
    for row in rows:
        said = "agreed" if row.agreed else "did not agree, or withdrew"
        typer.echo(
            f"{row.at.astimezone(VN):%Y-%m-%d %H:%M}\t{said}\tversion {row.version}\t{row.channel} {row.account}"
        )
        typer.echo(
            f"sha256 {row.text_hash}\n{_indented(row.text or '(the text was not kept: given to an older program)')}"
        )
    if not rows:
        typer.echo("The consent question was never answered.")


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.splitlines())


def _end(sentence: str, code: int) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(code)
