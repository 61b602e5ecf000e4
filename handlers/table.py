"""The table of cases: its link in the chat, and what the page shows, to whom. `bot/channels/table.py` carries it."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from handlers import access, act, cards, facts, find, menu, rights
from handlers.cards import View
from handlers.clock import VN, today
from handlers.clock import day as day_text
from handlers.messages import Button, Outgoing, rows
from handlers.registry import Person, Registry
from handlers.turn import Turn
from handlers.vietnamese import fold
from handlers.words import N_, Words
from storage import cases, files, pages, privacy
from storage import find as query
from storage.find import Filter

PAGE: Final = "table"
ROWS: Final = 25
TEXTS: Final = {
    "title": N_("Table of cases"),
    "list": N_("List"),
    "words": N_("Code or words"),
    "hamlet": N_("Hamlet"),
    "category": N_("Category"),
    "person": N_("Person"),
    "any": N_("all"),
    "code": N_("Code"),
    "what": N_("What"),
    "state": N_("State"),
    "holder": N_("With"),
    "due": N_("Answer by"),
    "made": N_("Received"),
    "none": N_("There is nothing here."),
    "loading": N_("One moment …"),
    "before": N_("◂ Back"),
    "more": N_("More ▸"),
    "close": N_("Close"),
    "print": N_("Print"),
    "story": N_("What happened so far:"),
    "act": N_("To answer or pass it on, type the code in the chat, for example: trả lời {code} …"),
    "over": N_("This page has ended. In the chat type “bảng việc” for a new link."),
    "away": N_("There is no connection. Please try again."),
}


def start(turn: Turn) -> list[Outgoing]:
    """A link that opens the table once."""
    _ = turn.words
    if not may_open(turn.registry, turn.me.id, turn.now):
        return [menu.show(turn, _("The table is for officials whom cases come to."))]
    code = secrets.token_urlsafe(24)
    pages.make_link(turn.conn, code, turn.me.id, PAGE, turn.now)
    text = _(
        "🗂 Your table of cases, on a phone or a computer:\n{link}\n\n"
        "The link opens once, within thirty minutes, and is for you alone. The page stays open for twelve hours."
    )
    buttons = rows([Button(_("Main menu"), "m:menu")])
    return [turn.say(text.format(link=f"{turn.web}/t/{code}"), buttons, to=turn.private)]


def may_open(registry: Registry, person_id: int, now: datetime) -> bool:
    """Does work come to this person?"""
    return bool(rights.offices(registry, person_id, "work", today(now)))


def opened(conn: Connection, registry: Registry, person: Person, words: Words, now: datetime) -> dict[str, Any]:
    """What the page needs once: its words, the lists, what can be filtered by."""
    day = today(now)
    names = {key: words(text) for key, text in TEXTS.items()}
    hamlets = [registry.units[key] for key in access.units_known(registry, person.id, day)]
    return {
        "name": person.name,
        "lang": words.lang,
        "texts": names,
        "lists": [[key, words(title)] for key, title in find.TITLES.items()],
        "hamlets": [[unit.id, unit.name] for unit in sorted(hamlets, key=lambda unit: fold(unit.name))],
        "categories": [[c.code, c.name(words.lang)] for c in facts.categories().values()],
        "counts": query.counts(conn, _handled(registry, person.id, now), find.hands(registry, person.id, day), now),
    }


def listed(view: View, person_id: int, asked: dict[str, str]) -> dict[str, Any]:
    """A page of rows. `asked`: list, words, hamlet, category, person, page, all as typed."""
    registry, day = view.registry, today(view.now)
    wanted = _filter(registry, person_id, asked, view.now)
    needs = "handle" if wanted.which else "words" if wanted.words or wanted.people else "brief"
    scope = access.scope(registry, person_id, needs, day)
    page = int(asked["page"]) if asked.get("page", "").isdecimal() and len(asked["page"]) < 5 else 0
    found = query.find(view.conn, scope, wanted, view.now, ROWS, page * ROWS, find.sensitive())
    total = query.count(view.conn, scope, wanted, view.now, find.sensitive())
    return {"rows": [_row(view, case, person_id) for case in found], "page": page, "total": total, "size": ROWS}


def _filter(registry: Registry, person_id: int, asked: dict[str, str], now: datetime) -> Filter:
    day = today(now)
    which = asked.get("list", "") if asked.get("list") in find.TITLES else ""
    wanted, _heard = find.understood(registry, fold(asked.get("words", "")[:120]), set(), day)
    people = wanted.people or _named(registry, asked.get("person", ""))
    hamlet = asked.get("hamlet", "")
    hamlets = (int(hamlet), *registry.merged_into(int(hamlet), day)) if hamlet.isdecimal() and len(hamlet) < 12 else ()
    category = asked.get("category", "") if asked.get("category") in facts.categories() else wanted.category
    return Filter(
        which=which,
        me=find.hands(registry, person_id, day),
        words=wanted.words,
        code=wanted.code,
        hamlet_ids=hamlets,
        category=category,
        people=people,
    )


def _named(registry: Registry, typed: str) -> tuple[int, ...]:
    """Who bears all the words typed in their name; -1, who is nobody, where there are none."""
    wanted = fold(typed[:80]).split()
    if not wanted:
        return ()
    found = (key for key, name in registry.folded_names.items() if all(f" {word}" in f" {name}" for word in wanted))
    return tuple(found) or (-1,)


def _row(view: View, case: Any, person_id: int) -> dict[str, Any]:
    readable = rights.may(view.registry, person_id, "words", case, today(view.now))
    hamlet = view.registry.units.get(case.hamlet_id or -1)
    holder = view.registry.people.get(case.holder_id or -1)
    owner = view.registry.departments.get(case.department_id)
    return {
        "id": case.id,
        "code": case.code,
        "what": case.title if readable else "",
        "hamlet": hamlet.name if hamlet else "",
        "category": cards.subject(view, case),
        "state": cards.state(view, case, yours=False),
        "holder": holder.name if holder else owner.name if owner else "",
        "due": _due(view, case),
        "late": act.overdue(case, view.now),
        "made": day_text(case.made_at),
        "readable": readable,
    }


def _due(view: View, case: Any) -> str:
    if case.due_at is None:
        return ""
    if case.closed_at is not None:
        return day_text(case.due_at)
    days = (case.due_at.astimezone(VN).date() - today(view.now)).days
    _ = view.words
    if days < 0:
        left = _.n("one day late", "{n} days late", -days)
    else:
        left = _.n("one day left", "{n} days left", days) if days else _("today")
    return f"{day_text(case.due_at)} · {left}"


def case(view: View, person_id: int, case_id: int) -> dict[str, Any] | None:
    """The whole case as its card shows it; none for whom it is none of their business. Written down as opened."""
    found = cases.get(view.conn, case_id)
    allowed = rights.on_case(view.registry, person_id, found, today(view.now)) if found is not None else frozenset()
    if found is None or "brief" not in allowed:
        return None
    if "words" not in allowed:
        return {"code": found.code, "text": cards.brief(view, found), "story": "", "photos": [], "act": False}
    if found.reporter_id != person_id:
        about = {"case_id": found.id, "about_id": found.reporter_id}
        privacy.log(view.conn, view.now, person_id, "web", PAGE, **about)
    handler = "contact" in allowed
    kept = files.of_case(view.conn, found.id)
    return {
        "code": found.code,
        "text": cards.full(view, found, handler=handler),
        "story": cards.story(view, found, handler=handler),
        "photos": [row.sha256 for row in kept if row.state == "kept" and row.kind == "photo"],
        "act": "handle" in allowed,
    }


def may_see_photo(conn: Connection, registry: Registry, person_id: int, sha256: str, now: datetime) -> bool:
    """A picture of a case whose words one may read."""
    found = (cases.get(conn, key) for key in files.cases_of(conn, sha256))
    return any(row is not None and rights.may(registry, person_id, "words", row, today(now)) for row in found)


def _handled(registry: Registry, person_id: int, now: datetime) -> access.Scope:
    return access.scope(registry, person_id, "handle", today(now))
