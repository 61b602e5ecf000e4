"""Where life is in danger the number to call comes first, before the next question. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers import facts, triage
from handlers.words import Words

ALWAYS = "113, 114, 115"  # police, fire, ambulance; a category's own number is nearer
URGENT = "khan_cap"


def call_first(before: Mapping[str, Any], after: Mapping[str, Any], words: Words) -> str:
    """What to say above the next screen of a report, given its answers before and after the one just given; mostly ''.

    Words of danger in the story are a guess, so they get one careful line; an urgency chosen gets the whole.
    """
    if after.get("urgency") == URGENT and before.get("urgency") != URGENT:
        return facts.reply("emergency")(words.lang).format(hotline=number(str(after.get("category", ""))))
    story = str(after.get("story") or "")
    if "category" in after or story == before.get("story") or triage.guess_urgency(story) != URGENT:
        return ""
    guessed = next(iter(triage.guess_categories(story, 1)), "")
    return words("☎️ {number}\nIf somebody is in danger, call this number first.").format(number=number(guessed))


def number(category: str) -> str:
    """Whom to call for a category."""
    known = facts.categories().get(category)
    return (known.hotline if known is not None else "") or ALWAYS
