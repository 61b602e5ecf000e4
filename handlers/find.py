"""Finding cases: lists with their counts, and a search that understands a code, a hamlet, a category, a person or words.

Everything a page of it needs is in its buttons, so a list can be gone on with after any time; what one may see is asked
anew each time (`handlers.rights`).
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any, Final

from handlers import access, act, cards, facts, letters, menu, rights, talk, triage
from handlers.form import Form
from handlers.interview import Draft
from handlers.messages import Button, Outgoing, rows
from handlers.registry import Registry
from handlers.turn import Turn
from handlers.vietnamese import fold
from handlers.words import N_
from storage import drafts, find
from storage.find import Filter

PAGE: Final = 6
LONGEST: Final = 200
ROOM: Final = 48  # bytes of a typed search that a button can carry beside its own
SAID: Final = re.compile(r"(?:tim kiem|tim|tra cuu|find|search)\s+(.+)")
TITLES: Final = {
    "mine": N_("In my hands"),
    "new": N_("New, not accepted yet"),
    "overdue": N_("Overdue"),
    "asked": N_("Waiting for the reporter"),
    "open": N_("All that is open"),
    "closed": N_("Closed, the latest first"),
}
SHORT: Final = {  # where a case stands, on a button
    "new": N_("new"),
    "sent": N_("new"),
    "accepted": N_("being handled"),
    "asked": N_("asked back"),
    "answered": N_("answered"),
    "refused": N_("not taken on"),
    "acknowledged": N_("acknowledged"),
}
_CODE: Final = re.compile(r"\b(kn|dv)[ \-]?0*(\d{1,7})\b")


def typed(turn: Turn, *, sure: bool = True) -> list[Outgoing]:
    """A text that begins with "tìm"; nothing for any other, nor (where one is not `sure`) when nothing is found."""
    said = SAID.fullmatch(fold(turn.incoming.text)) if len(turn.incoming.text) < LONGEST else None
    if said is None:
        return []
    return results(turn, said[1], 0, turn.incoming.text, sure=sure)


def answered(turn: Turn, _form: Form, draft: Draft, _case_id: int | None) -> list[Outgoing]:
    """The form "search" is sent."""
    drafts.drop(turn.conn, draft.id)
    said = str(draft.answers["words"])[:LONGEST]
    begun = SAID.fullmatch(fold(said))  # some type "tìm" all the same
    return results(turn, begun[1] if begun else fold(said), 0, said)


def pressed(turn: Turn) -> list[Outgoing]:
    """`l:<list>:<page>`, `l:?<words>:<page>`, or `l:search`."""
    if turn.incoming.tap == "l:search":
        return talk.begin(turn, "search")
    which, _, page = turn.incoming.tap[2:].rpartition(":")
    number = int(page) if page.isdecimal() and len(page) < 5 else 0
    if which.startswith("?"):
        return results(turn, which[1:], number)
    if which in TITLES and access.is_official(turn.registry, turn.me.id, turn.day):
        return [listed(turn, which, number)]
    return start(turn)


def start(turn: Turn) -> list[Outgoing]:
    """What can be looked through, with how many there are, and how to search."""
    _ = turn.words
    how = _("🔎 To search, type “tìm” and what you look for, for example:\ntìm KN12 · tìm cầu treo · tìm Đồng Mây")
    last = [Button(_("🔎 Search"), "l:search"), Button(_("Main menu"), "m:menu")]
    if not access.is_official(turn.registry, turn.me.id, turn.day):
        return [turn.say(how, rows(last), edit=True)]
    counts = find.counts(turn.conn, _work(turn), mine(turn), turn.now)
    buttons = [
        Button(f"{_(title)} ({counts[which]})" if which in counts else _(title), f"l:{which}:0")
        for which, title in TITLES.items()
        if counts.get(which, 1)
    ]
    lead = _("Work by list:") if counts["open"] else _("Nothing is waiting for you. Well done.")
    return [turn.say(f"{lead}\n\n{how}", rows([*buttons, *last]), edit=True)]


def listed(turn: Turn, which: str, page: int) -> Outgoing:
    """One page of one list."""
    scope, wanted = _work(turn), Filter(which=which, me=mine(turn))
    found = find.find(turn.conn, scope, wanted, turn.now, PAGE + 1, page * PAGE)
    title = turn.words(TITLES[which])
    if not found:
        title += "\n" + turn.words("There is nothing here.")
    elif page or len(found) > PAGE:
        title += _where(page, found, find.count(turn.conn, scope, wanted, turn.now))
    return show(turn, title, found, page, f"l:{which}", back="m:find")


def _where(page: int, found: list[Any], total: int) -> str:
    """Which of them a page shows: " · 7-9/9"."""
    return f" · {page * PAGE + 1}-{page * PAGE + len(found[:PAGE])}/{total}"


def results(turn: Turn, query: str, page: int, said: str = "", *, sure: bool = True) -> list[Outgoing]:
    """One page of what a search finds, under how it was understood. `query` is folded, `said` as it was typed."""
    query = fitting(query)
    wanted, heard = understood(turn.registry, query, access.units_known(turn.registry, turn.me.id, turn.day), turn.day)
    found = _found(turn, wanted, page)
    as_typed = " ".join(word for word in said.split() if fold(word) in wanted.words)
    title = "🔎 " + (heard.replace(" ".join(wanted.words), as_typed) if as_typed else heard)
    if not found and wanted.words and not wanted.category:
        meant, name = _by_category(turn, wanted)
        found, title = (_found(turn, meant, page), f"{title} → {name}") if name else ([], title)
    if found:
        return [show(turn, title, found, page, f"l:?{query}", back="m:menu")]
    nothing = turn.words("Nothing was found that is with you. Try fewer words, or only the hamlet.")
    return [menu.show(turn, f"{title}\n\n{nothing}")] if sure else []


def fitting(query: str) -> str:
    """As much of it as a button can carry, in whole words."""
    raw = query.encode()
    if len(raw) <= ROOM:
        return query
    short = raw[:ROOM].decode(errors="ignore")
    return short if raw[ROOM : ROOM + 1] == b" " else short.rpartition(" ")[0] or short


def _found(turn: Turn, wanted: Filter, page: int) -> list[Any]:
    """One page and one case more.

    Who may only know that a case is there finds it by what they may know of it, not by its words or its people.
    """
    needs = "words" if wanted.words or wanted.people else "brief"
    scope = access.scope(turn.registry, turn.me.id, needs, turn.day)
    return find.find(turn.conn, scope, wanted, turn.now, PAGE + 1, page * PAGE, sensitive())


def _by_category(turn: Turn, wanted: Filter) -> tuple[Filter, str]:
    """No report has these words: perhaps they are what people say for a category ("rác")."""
    likely = triage.guess_categories(" ".join(wanted.words), 1)
    if not likely:
        return wanted, ""
    return replace(wanted, words=(), category=likely[0]), facts.categories()[likely[0]].name(turn.words.lang)


def mine(turn: Turn) -> tuple[int, ...]:
    """Whose cases are in the speaker's hands today."""
    return hands(turn.registry, turn.me.id, turn.day)


def hands(registry: Registry, person_id: int, day: date) -> tuple[int, ...]:
    """A person and those they stand in for on a day."""
    roles = registry.roles_of(person_id, day)
    return tuple(sorted({person_id, *(role.stands_in_for for role in roles if role.stands_in_for is not None)}))


def sensitive() -> frozenset[str]:
    """Categories that neighbours do not hear of."""
    return frozenset(code for code, category in facts.categories().items() if category.sensitive)


def understood(registry: Registry, query: str, units: set[int], day: date) -> tuple[Filter, str]:
    """What a typed search means, and how to say it back. `query` is folded; hamlets count where they are of `units`."""
    code = _CODE.search(query)
    if code is not None:
        number = f"{code[1].upper()}-{int(code[2]):04d}"
        return Filter(code=number), number
    wanted, heard, rest = Filter(), list[str](), f" {query} "
    rest, hamlets = _taken(rest, {key: _bare(registry.units[key].name) for key in units})
    if hamlets:
        old = {gone for hamlet in hamlets for gone in registry.merged_into(hamlet, day)}
        wanted = replace(wanted, hamlet_ids=tuple(sorted({*hamlets, *old})))
        heard.append(", ".join(sorted({registry.units[h].name for h in hamlets})))
    rest, people = _taken(rest, registry.folded_names)
    if people:
        wanted = replace(wanted, people=tuple(sorted(people)))
        heard.append(", ".join(sorted({registry.people[p].name for p in people})))
    for category in facts.categories().values():
        if rest.strip() and rest.strip() in {fold(category.vi), fold(category.en), fold(category.vi.partition(",")[0])}:
            wanted, rest = replace(wanted, category=category.code), ""
            heard.append(category.vi)
    words = tuple(dict.fromkeys(rest.split()))
    return replace(wanted, words=words), " · ".join([*heard, *([f"“{' '.join(words)}”"] if words else [])])


def _bare(name: str) -> str:
    """“Xóm Đồng Mây” is looked for as “dong may” too."""
    return re.sub(r"^(?:xom|thon|ban|to dan pho|tdp|lang|pho)\s+(?=\S)", "", fold(name))


def _taken(text: str, names: dict[int, str]) -> tuple[str, list[int]]:
    """The longest of these names that stands in the text (all who bear it), and the text without it."""
    there = [name for name in set(names.values()) if name and f" {name} " in text]
    if not there:
        return text, []
    best = max(there, key=len)
    left = re.sub(rf" (?:(?:xom|thon|ban|to dan pho|tdp|lang|pho) )?{re.escape(best)} ", " ", text, count=1)
    return left, [key for key, name in names.items() if name == best]


def show(turn: Turn, title: str, found: list[Any], page: int, more: str, *, back: str) -> Outgoing:
    """A page of cases as buttons. `more` is the next page's data without its number."""
    _ = turn.words
    buttons = [Button(_label(turn, case), f"f:{case.id}", word=f"xem {case.code}") for case in found[:PAGE]]
    if page:
        buttons.append(Button(_("◂ Back"), f"{more}:{page - 1}"))
    if len(found) > PAGE:
        buttons.append(Button(_("More ▸"), f"{more}:{page + 1}"))
    buttons.append(Button(_("Main menu") if back == "m:menu" else _("Other lists, search"), back))
    return turn.say(title, rows(buttons), edit=True)


def _label(turn: Turn, case: Any) -> str:
    """As “⚠️ KN-0012 · Cầu gỗ qua suối bị mục · new”: a small screen cuts off the end, not what it is about."""
    _ = turn.words
    late = "⚠️ " if act.overdue(case, turn.now) else ""
    yours = case.state == "asked" and case.reporter_id == turn.me.id
    state = _("waiting for your answer") if yours else _(SHORT[case.state])
    return f"{late}{case.code} · {_what(turn, case)} · {state}"


def _what(turn: Turn, case: Any) -> str:
    """Its words only for who may read them."""
    if rights.may(turn.registry, turn.me.id, "words", case, turn.day):
        return letters.short(case.title, 28)
    view = cards.View(turn.conn, turn.registry, turn.words, turn.now)
    return letters.short(cards.subject(view, case), 28)


def _work(turn: Turn) -> access.Scope:
    return access.scope(turn.registry, turn.me.id, "handle", turn.day)
