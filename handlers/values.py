"""Answers: typed words -> a value to store, a value -> words to show. Pure.

Stored values are plain JSON: text and choice names as str (several choices parted by spaces, as XLSForm does), whole
numbers as int, others as float, a date as "2026-11-10", a place as {"lat", "lon"} or {"words"}.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from handlers.expressions import EPOCH, Value
from handlers.form import Choice, Question
from handlers.vietnamese import area, fold, number, ordinal
from handlers.vietnamese_dates import date_of
from handlers.words import N_, Words

LONGEST = 4000
"""Characters of one typed answer."""

WHY = {
    "integer": N_("This is not one whole number. Please type only the number, for example 38."),
    "decimal": N_("This is not one number. Please type only the number, for example 2.450."),
    "VND": N_("The amount is not clear. Please type it like 500k, 12tr4 or 50 million."),
    "m2": N_("The area is not clear. Please type it like 2.450 m2, 3 sao or 1,5 ha."),
    "date": N_("The day is not clear. Please type it like 10/11 (day first), or “yesterday”."),
    "image": N_("Please send the photos here, or press a button."),
}
"""What a person is told when an answer of a type (or unit) is not understood."""

_folded = lru_cache(maxsize=8192)(fold)  # of labels; what people type is never kept here


def read(question: Question, text: str, today: date) -> tuple[Any, str]:
    """(value, "") or (None, why): `why` is an untranslated sentence. `text` is clean and not empty; not for choices."""
    kind = question.type
    if kind == "text":
        return text, ""
    if kind == "geopoint":
        return {"words": text}, ""
    if kind == "date":
        found = date_of(text, today)
        return (found.isoformat(), "") if found else (None, WHY["date"])
    if kind in ("integer", "decimal"):
        amount = area(text) if question.unit == "m2" else number(text)
        if amount is None or (kind == "integer" and amount != int(amount)):
            return None, WHY.get(question.unit) or WHY[kind]
        return int(amount) if amount == int(amount) else float(amount), ""
    return None, WHY["image"]


def pick(choices: Sequence[Choice], text: str) -> list[Choice]:
    """The choices a person may mean by these words: one when it is clear, several to choose from, none.

    First labels that say the same, then those that begin with it, then those in whose words or keywords all of it is.
    """
    wanted = fold(text) if len(text) <= 200 else ""
    if not wanted:
        return []
    names = [(choice, {_folded(label) for label in choice.label.by.values()}) for choice in choices]
    same = [choice for choice, labels in names if wanted in labels]
    if len(same) == 1:
        return same
    starts = [choice for choice, labels in names if any(f"{label} ".startswith(f"{wanted} ") for label in labels)]
    if len(starts) == 1 or same:
        return same or starts
    words = wanted.split()
    found = [choice for choice, labels in names if _holds(words, (*labels, choice.also))]
    if found:
        return found
    return [choice for choice, labels in names if any(label and f" {label} " in f" {wanted} " for label in labels)]


def _holds(words: Sequence[str], texts: Iterable[str]) -> bool:
    """Every word begins a word of one of the texts."""
    return any(all(f" {word}" in f" {text}" for word in words) for text in texts)


def several(choices: Sequence[Choice], text: str) -> list[Choice]:
    """The choices of "1, 3" or "điện, nước"; empty unless every part is clear."""
    picked = []
    for part in text.replace(";", ",").replace(" va ", ",").replace(" và ", ",").split(","):
        place = ordinal(part)
        found = [choices[place - 1]] if place and 0 < place <= len(choices) else pick(choices, part)
        if len(found) != 1:
            return []
        picked += found
    return picked


def variable(question: Question, value: Any) -> Value:
    """A stored value as expressions see it: dates as day numbers, no answer as ''."""
    if value is None or value == "":
        return ""
    if question.type == "date":
        return float(date.fromisoformat(value).toordinal() - EPOCH)
    if isinstance(value, dict):
        return str(value["words"]) if "words" in value else f"{value['lat']} {value['lon']}"
    return float(value) if isinstance(value, (int, float)) else str(value)


def amount(value: float, lang: str) -> str:
    """Digits grouped as the language does: "2.450,5" or "2,450.5"."""
    text = f"{Decimal(str(value)):,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.translate({44: ".", 46: ","}) if lang == "vi" else text


def shown(question: Question, value: Any, choices: Sequence[Choice], words: Words) -> str:
    """A stored value for people; `choices` of a question that has some. '' for no answer."""
    if value is None or value == "":
        return ""
    if question.picks:
        names = str(value).split()
        labels = {choice.name: choice.label.in_(words.lang) for choice in choices if choice.name in names}
        return ", ".join(labels.get(name, name) for name in names)
    if question.type == "date":
        return f"{date.fromisoformat(value):%d/%m/%Y}"
    if question.type in ("integer", "decimal"):
        text = amount(value, words.lang)
        if question.unit == "household":
            return words.n("{n} household", "{n} households", value).replace(str(value), text)
        return {"VND": words("{n} dong"), "m2": "{n} m²"}.get(question.unit, "{n}").replace("{n}", text)
    if isinstance(value, dict):
        if "words" in value:
            return f"{value['words']} 📍" if "lat" in value else str(value["words"])
        return f"📍 {value['lat']:.5f}, {value['lon']:.5f}"
    return str(value)
