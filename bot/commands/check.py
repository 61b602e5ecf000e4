"""`danvan check`: what would not work live, in plain sentences, each with its cure."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from typing import Final

import typer

from bot.checks import Finding, Look, machine, messengers, people
from bot.commands.opened import connection
from bot.config import Settings
from handlers import registry as registries
from handlers.words import DEFAULT, N_, Words, words_for
from storage import registry as registry_rows

SHOWN: Final = 5
TITLES: Final = (
    ("people", N_("People and departments")),
    ("messengers", N_("Messengers")),
    ("machine", N_("Machine and program")),
)


def run(settings: Settings, *, as_json: bool, everything: bool, offline: bool) -> None:
    """Exit code 1 when something would not work live; warnings alone give 0."""
    words = words_for(DEFAULT)
    with connection(settings) as conn:
        look = Look(conn, registries.build(registry_rows.read(conn)), settings, words, datetime.now(UTC))
        found = {"people": people.check(look), "machine": machine.check(look)}
    found["messengers"] = messengers.check(look, offline=offline)
    errors = sum(finding.level == "error" for findings in found.values() for finding in findings)
    if as_json:
        rows = [{"subject": name, **_row(finding)} for name, _title in TITLES for finding in found[name]]
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        for name, title in TITLES:
            _say(words(title), found[name], words, everything=everything)
        typer.echo(_last(errors, found, words))
    if errors:
        raise typer.Exit(1)


def _row(finding: Finding) -> dict[str, str]:
    return {"kind": finding.kind, "level": finding.level, "sentence": finding.sentence, "cure": finding.cure}


def _say(title: str, findings: list[Finding], words: Words, *, everything: bool) -> None:
    if not findings:
        typer.echo(f"✓ {title}: {words('nothing wrong')}")
        return
    typer.echo(f"{title}:")
    many, said = Counter(finding.kind for finding in findings), Counter[str]()
    for finding in sorted(findings, key=lambda f: f.level):
        said[finding.kind] += 1
        last = (
            said[finding.kind] == min(many[finding.kind], SHOWN)
            if not everything
            else said[finding.kind] == many[finding.kind]
        )
        if said[finding.kind] > SHOWN and not everything:
            continue
        typer.echo(f"  {'✗' if finding.level == 'error' else '!'} {finding.sentence}")
        rest = many[finding.kind] - SHOWN
        if last and rest > 0 and not everything:
            typer.echo("    " + words.n("… and one more like it", "… and {n} more like it", rest))
        if last:
            typer.echo(f"    → {finding.cure}")
    typer.echo("")


def _last(errors: int, found: dict[str, list[Finding]], words: Words) -> str:
    warnings = sum(len(findings) for findings in found.values()) - errors
    if errors:
        return words.n("One thing would not work live.", "{n} things would not work live.", errors)
    if warnings:
        return words.n(
            "It would work live. One thing to look at.", "It would work live. {n} things to look at.", warnings
        )
    return words("All is well.")
