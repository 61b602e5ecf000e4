"""What the form of a ready answer offers: one's departments, the categories they answer for."""

from __future__ import annotations

from typing import Final

from handlers import facts, rights
from handlers.form import Choice, Text
from handlers.interview import Draft
from handlers.turn import Turn
from handlers.words import words_for

ALL: Final = "all"


def departments(turn: Turn) -> list[int]:
    """Those whose ready answers the speaker looks after: their own."""
    allowed = rights.OFFICE["templates"]
    return sorted({r.department_id for r in turn.roles if r.code in allowed and r.department_id is not None})


def own_departments(turn: Turn, _draft: Draft) -> tuple[Choice, ...]:
    """List `own_departments`."""
    return tuple(Choice(str(key), Text({"vi": turn.registry.departments[key].name})) for key in departments(turn))


def categories(turn: Turn, _draft: Draft) -> tuple[Choice, ...]:
    """List `template_categories`: "all" first, then what is routed to one's departments, then the rest."""
    mine = set(departments(turn))
    routed = {category for (category, _unit), owner in turn.registry.routing.items() if owner in mine}
    everything = Choice(ALL, Text({lang: words_for(lang)("All categories") for lang in ("vi", "en")}))
    order = sorted(facts.categories().values(), key=lambda c: c.code not in routed)
    return (everything, *(Choice(c.code, Text({"vi": c.vi, "en": c.en}), "", c.code in routed) for c in order))


LISTS: Final = {"own_departments": own_departments, "template_categories": categories}
