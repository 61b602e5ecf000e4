"""Lists of choices that come from the registry and the facts: hamlets, categories, fields, departments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from handlers import access, facts, staff, template_choices, triage, week_letters
from handlers.form import Choice, Text
from handlers.interview import Draft
from handlers.registry import Registry
from handlers.turn import Turn
from handlers.vietnamese import fold
from storage import cases


def choices(turn: Turn, name: str, draft: Draft, case_id: int | None) -> Sequence[Choice]:
    """The choices of a `select_one_from_file` list, the likeliest first."""
    if name == "categories":
        return _categories(str(draft.answers.get("story", "")))
    if name == "fields":
        return _fields()
    if name == "hamlets":
        return _hamlets(turn)
    known = staff.LISTS.get(name) or template_choices.LISTS.get(name) or _MORE.get(name)
    if known is not None:
        return known(turn, draft)
    return _departments(turn, case_id)


def default(turn: Turn, question: str, draft: Draft) -> str:
    """The choice to suggest: the urgency the words and the category speak for, the speaker's own hamlet."""
    if question == "urgency":
        category = str(draft.answers.get("category", ""))
        known = category in facts.categories()
        return triage.guess_urgency(str(draft.answers.get("story", "")), category) if known else ""
    if question == "hamlet":
        own = [role.unit_id for role in turn.roles if turn.registry.units[role.unit_id].kind == "hamlet"]
        return str(own[0]) if len(own) == 1 else ""
    return ""


_MORE = {"weeks": week_letters.choices}
_GUESSES: dict[int, tuple[str, ...]] = {}


def _categories(story: str) -> tuple[Choice, ...]:
    """Asked for on every screen that shows the category; the guess is kept by the words' hash, never by the words."""
    key = hash(story)
    guessed = _GUESSES.get(key)
    if guessed is None:
        if len(_GUESSES) > 1024:
            _GUESSES.clear()
        guessed = _GUESSES[key] = tuple(triage.guess_categories(story)[:3]) if story else ()
    return _categories_after(guessed)


@lru_cache(maxsize=256)
def _categories_after(guessed: tuple[str, ...]) -> tuple[Choice, ...]:
    """By the guesses, never by the words: a cache must not keep what a person wrote (rule 14)."""
    rest = [code for code in facts.categories() if code not in guessed]
    return tuple(_category(code, suggested=code in guessed) for code in [*guessed, *rest])


@lru_cache(maxsize=256)
def _category(code: str, *, suggested: bool) -> Choice:
    category = facts.categories()[code]
    also = " ".join(fold(word) for word in (*category.strong, *category.weak))
    return Choice(code, Text({"vi": category.vi, "en": category.en}), also, suggested)


@lru_cache(maxsize=1)
def _fields() -> tuple[Choice, ...]:
    return tuple(
        Choice(field.code, Text({"vi": field.vi, "en": field.en}), fold(field.example_vi))
        for field in facts.fields().values()
    )


def _hamlets(turn: Turn) -> tuple[Choice, ...]:
    own = tuple(sorted({role.unit_id for role in turn.roles}))
    return _hamlets_of(turn.registry, own, tuple(access.communes_of(turn.registry, turn.me.id, turn.day)), turn.day)


_HAMLETS: dict[tuple[int, tuple[int, ...], tuple[int, ...], date], tuple[Choice, ...]] = {}


def _hamlets_of(registry: Registry, own: tuple[int, ...], communes: tuple[int, ...], day: date) -> tuple[Choice, ...]:
    """Own hamlets first, none that is gone; a whole province has some 3,500, so the answer is kept per place, bounded."""
    key = (registry.version, own, communes, day)
    found = _HAMLETS.get(key)
    if found is None:
        below = (unit for commune in communes for unit in registry.children.get(commune, ()))
        units = [unit for unit in below if unit.kind == "hamlet" and unit.on(day)]
        units.sort(key=lambda unit: (unit.id not in own, unit.name))
        found = tuple(Choice(str(unit.id), Text({"vi": unit.name}), "", unit.id in own) for unit in units)
        if len(_HAMLETS) > 512:
            _HAMLETS.clear()
        _HAMLETS[key] = found
    return found


def _departments(turn: Turn, case_id: int | None) -> tuple[Choice, ...]:
    case = cases.get(turn.conn, case_id) if case_id is not None else None
    if case is None:
        return ()
    found = [d for d in turn.registry.departments.values() if d.unit_id == case.unit_id and d.id != case.department_id]
    return tuple(Choice(str(d.id), Text({"vi": d.name})) for d in sorted(found, key=lambda d: d.id))
