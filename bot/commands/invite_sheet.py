"""`danvan invite --all`: a page per hamlet and per department with everybody's code and QR code, to be printed and cut."""

from __future__ import annotations

import io
from collections import defaultdict
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import NamedTuple

import segno
import typer

from bot.commands.invite import names, web_base
from bot.commands.opened import connection
from bot.config import Settings
from handlers import invites
from handlers import registry as registries
from handlers.clock import day, today
from handlers.registry import Registry, Role
from handlers.staff import title
from handlers.words import DEFAULT, Words, words_for
from storage import accounts
from storage import registry as registry_rows

STYLE = """
@page { size: A4; margin: 12mm; }
* { box-sizing: border-box; }
body { font-family: "Noto Sans", "Segoe UI", Arial, sans-serif; color: #111; margin: 0; }
h1 { font-size: 17pt; margin: 0 0 5mm; }
section { break-before: page; }
section:first-of-type { break-before: auto; }
.cards { display: grid; grid-template-columns: 1fr 1fr; gap: 0; }
.card { border: 1px dashed #777; padding: 4mm; break-inside: avoid; display: grid; grid-template-columns: 34mm 1fr; gap: 3mm; }
.card svg { width: 34mm; height: 34mm; }
.name { font-size: 13pt; font-weight: 700; }
.role { font-size: 10pt; margin-bottom: 2mm; }
.code { font: 700 16pt/1.2 "Noto Sans Mono", Consolas, monospace; letter-spacing: .04em; }
ol { grid-column: 1 / 3; margin: 0; padding-left: 5mm; font-size: 10.5pt; line-height: 1.35; }
.note { font-size: 10pt; margin-top: 5mm; }
@media screen { body { max-width: 210mm; margin: 8mm auto; } section { margin-bottom: 15mm; } }
"""


class _Card(NamedTuple):
    name: str
    role: str
    code: str


def run(settings: Settings, out: Path, unit: str, *, everybody: bool) -> None:
    """Writes one HTML file. Whoever has an account already is left out, unless `everybody`; exit code 1 for a bad unit."""
    now, _ = datetime.now(UTC), words_for(DEFAULT)
    with connection(settings) as conn:
        registry = registries.build(registry_rows.read(conn))
        within = _within(registry, unit)
        here = set() if everybody else {row.person_id for row in accounts.everybody(conn)}
        wanted = [role for role in registry.roles if role.on(today(now)) and (within is None or role.unit_id in within)]
        left_out = len({role.person_id for role in wanted} & here)
        pages = _pages(registry, [role for role in wanted if role.person_id not in here], _)
        codes = {role.person_id: invites.make(conn, role.person_id, now) for roles in pages.values() for role in roles}
    bots = names(settings)
    base = f"https://t.me/{bots[0]}?start=" if bots else f"{web_base(settings)}/i/"
    made = {
        head: [_Card(registry.people[r.person_id].name, title(registry, r, _.lang), codes[r.person_id]) for r in roles]
        for head, roles in pages.items()
    }
    out.write_text(page(made, base, day(now + invites.VALID), _, telegram=bool(bots)), encoding="utf-8")
    said = _("{path}: {n} codes on {pages} pages. Open it in a browser and print it.")
    typer.echo(said.format(path=out, n=len(codes), pages=len(pages)))
    if left_out:
        typer.echo(
            _.n(
                "One person is here already and was left out.",
                "{n} people are here already and were left out.",
                left_out,
            )
        )


def _within(registry: Registry, code: str) -> set[int] | None:
    """A unit and all below it; none for everybody."""
    if not code:
        return None
    top = next((unit.id for unit in registry.units.values() if unit.code == code), None)
    if top is None:
        typer.echo(f"No unit has the code {code}. Example: 05716", err=True)
        raise typer.Exit(1)
    found, fresh = set[int](), {top}
    while fresh:
        found |= fresh
        fresh = {below.id for above in fresh for below in registry.children.get(above, ())} - found
    return found


def _pages(registry: Registry, roles: list[Role], words: Words) -> dict[str, list[Role]]:
    """Heading -> a role of each person there; somebody with several roles gets one code, on their first page."""
    pages: dict[str, list[Role]] = defaultdict(list)
    seen = set[int]()
    for role in sorted(roles, key=lambda r: (registry.units[r.unit_id].code, r.department_id or 0, r.person_id)):
        if role.person_id in seen:
            continue
        seen.add(role.person_id)
        unit = registry.units[role.unit_id]
        department = registry.departments.get(role.department_id or -1)
        commune = registry.commune_of(unit.id)
        names_ = [department.name if department else unit.name]
        if (commune is not None and commune.id != unit.id) or department is not None:
            names_.append(commune.name if commune else unit.name)
        pages[", ".join(names_)].append(role)
    return dict(pages)


def page(pages: dict[str, list[_Card]], base: str, until: str, words: Words, *, telegram: bool) -> str:
    """The whole file: no script, nothing loaded from elsewhere."""
    _ = words
    lines = [
        _("Open the camera of your phone and point it at the picture.") if not telegram
        else _("Open the camera of your phone, point it at the picture, then press START."),
        _("If asked for a code, type the one above."),
        _("Press “I agree” and begin."),
    ]  # fmt: skip
    body = "".join(_section(head, cards, base, until, lines, _) for head, cards in pages.items())
    head = f"<meta charset=utf-8><title>{escape(_('Invitations'))}</title><style>{STYLE}</style>"
    return f"<!doctype html><html lang={_.lang}>{head}<body>{body}</body></html>\n"


def _section(head: str, cards: list[_Card], base: str, until: str, lines: list[str], words: Words) -> str:
    rows = "".join(f"<li>{escape(line)}</li>" for line in lines)
    made = "".join(
        f"<div class=card>{_qr(base + card.code)}<div><div class=name>{escape(card.name)}</div>"
        f"<div class=role>{escape(card.role)}</div><div class=code>{invites.shown(card.code)}</div></div>"
        f"<ol>{rows}</ol></div>"
        for card in cards
    )
    note = words("Each code works once, until {day}, for the person named beside it only. Cut along the dashes.")
    return f"<section><h1>{escape(head)}</h1><div class=cards>{made}</div><p class=note>{escape(note.format(day=until))}</p></section>"


def _qr(link: str) -> str:
    out = io.BytesIO()
    segno.make(link, error="m").save(out, kind="svg", xmldecl=False, svgns=True, border=1, omitsize=True)
    return out.getvalue().decode()
