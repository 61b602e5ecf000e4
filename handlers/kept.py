"""What is kept of a person, in plain words: for the word DULIEU and for the copy they may ask for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from handlers import access, facts, retention
from handlers.cards import View
from handlers.clock import day, today
from handlers.registry import Person, Role
from handlers.words import N_
from storage import accounts, cases, privacy

LATELY = timedelta(days=30)
MOST = 500  # reports named in a copy
CHANNELS = {"telegram": "Telegram", "web": "Web", "zalo_bot": "Zalo", "zalo_oa": "Zalo"}
LANGUAGES = {"vi": N_("Vietnamese"), "en": N_("English")}


def lines(view: View, person: Person) -> str:
    """A line for each kind of thing."""
    _, number = view.words, privacy.counts(view.conn, person.id)
    times, people = privacy.looks(view.conn, person.id, view.now - LATELY)
    roles = [_role(view, role) for role in view.registry.roles_of(person.id, today(view.now)) if not role.stands_in_for]
    found = [
        _("• Name: {name}").format(name=person.name),
        _("• Phone: {phone}").format(phone=masked(person.phone) or _("none")),
        _("• Post: {roles}").format(roles="; ".join(roles) or _("none")),
        _("• Language: {language}").format(language=_(LANGUAGES.get(person.language, LANGUAGES["vi"]))),
        _("• Chat accounts: {accounts}").format(accounts="; ".join(_accounts(view, person)) or _("none")),
        _("• Consent: {consent}").format(consent=_consent(view, person)),
        _("• Reports sent: {reports}; not sent yet: {drafts}; photos and files: {files}").format(**number),
        _("• Your reports were opened by officials in the last 30 days: {times} times, by {people} people").format(
            times=times, people=people
        ),
        _(
            "• Kept for {months} months after a report is closed; then its words, photos and contacts are removed."
        ).format(months=months(view, person)),
    ]
    return "\n".join(found)


def months(view: View, person: Person) -> int:
    """The retention months of the person's commune."""
    own = access.communes_of(view.registry, person.id, today(view.now))
    province = view.registry.province()
    return retention.months_of(view.registry, own[0] if own else province.id if province is not None else -1)


def masked(phone: str) -> str:
    """`0912 *** 678`: enough to know one's own number by."""
    return f"{phone[:4]} *** {phone[-3:]}" if len(phone) > 7 else "***" if phone else ""


def _role(view: View, role: Role) -> str:
    unit = view.registry.units.get(role.unit_id)
    known = facts.roles().get(role.code)
    return f"{known.name(view.words.lang) if known else role.code}, {unit.name if unit is not None else '?'}"


def _accounts(view: View, person: Person) -> list[str]:
    since = view.words("{channel} since {day}")
    found = accounts.of_person(view.conn, person.id)
    return [since.format(channel=CHANNELS.get(row.channel, row.channel), day=day(row.tied_at)) for row in found]


def _consent(view: View, person: Person) -> str:
    _, proofs = view.words, privacy.proofs(view.conn, person.id)
    agreed = [row.consent for row in accounts.of_person(view.conn, person.id) if row.consent]
    if not proofs:  # as in the demo, whose people never had to agree
        return _("version {version}").format(version=agreed[0]) if agreed else _("none")
    last: Any = proofs[-1]
    said = (
        _("given on {day}, version {version}")
        if last.agreed
        else _("withdrawn or not given on {day}, version {version}")
    )
    return said.format(day=day(last.at), version=last.version)


def copy_of(view: View, person_id: int) -> str:
    """All of it, with each report's code, day and title."""
    _, person = view.words, view.registry.people.get(person_id)
    if person is None:
        return ""
    found = cases.by_reporter(view.conn, person_id, MOST)
    reports = [f"• {case.code} · {day(case.made_at)} · {case.title}" for case in found]
    heading = _("Your reports:") if reports else _("You have not sent any report.")
    return "\n".join([lines(view, person), "", heading, *reports])
