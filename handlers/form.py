"""A compiled form as objects: what the interview walks through. Pure; compiling is `handlers/compile_form.py`.

A compiled form is plain JSON (see `compile_form.compile_source`), stored under its content hash, so an interview
finishes under the version it began with. `load` turns it into a `Form` whose expressions are ready functions.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from handlers import expressions
from handlers.expressions import Evaluate

TYPES = (
    "text",
    "integer",
    "decimal",
    "date",
    "select_one",
    "select_one_from_file",
    "select_multiple",
    "geopoint",
    "image",
)
"""The question types forms may use; any other is refused when the form is added."""

UNITS = ("", "VND", "m2", "household")
"""What a number counts: dong, square metres, households."""

NAME_LENGTH = 16
CHOICE_LENGTH = 32
"""Longest names: `q:<draft id>:<question>:<choice>` must fit 64 bytes with a draft id of twelve digits."""


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in each language of the form, by code ("vi", "en"); the first one stands in for a missing one."""

    by: Mapping[str, str]

    def in_(self, lang: str) -> str:
        """The words in a language, else in the form's first, else ''."""
        return self.by.get(lang) or next((words for words in self.by.values() if words), "")


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of a list. `also` is folded text it is found by as well (keywords); `suggested` marks a good guess."""

    name: str
    label: Text
    also: str = ""
    suggested: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """One row of the survey sheet. `short` names the answer in lists ("Lĩnh vực"), `list` is a registry list's name."""

    name: str
    type: str
    label: Text
    short: Text
    hint: Text
    required: bool = False
    relevant: Evaluate | None = None
    constraint: Evaluate | None = None
    message: Text = field(default_factory=lambda: Text({}))
    default: str = ""
    appearance: str = ""
    unit: str = ""
    list: str = ""
    choices: tuple[Choice, ...] = ()

    @property
    def picks(self) -> bool:
        """Answered by choosing from a list."""
        return self.type.startswith("select")


@dataclass(frozen=True, slots=True)
class Form:
    """A form of one version. `review`: whether all answers are shown, to be changed, before sending."""

    hash: str
    name: str
    version: str
    title: Text
    review: bool
    questions: tuple[Question, ...]
    by_name: Mapping[str, Question]

    def has(self, kind: str) -> bool:
        """Whether a question of this type is in the form."""
        return any(question.type == kind for question in self.questions)


def content_hash(compiled: Mapping[str, Any]) -> str:
    """The form's id: SHA-256 of its canonical JSON (sorted keys, no spaces, UTF-8)."""
    text = json.dumps(compiled, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def load(compiled: Mapping[str, Any]) -> Form:
    """A compiled form ready to be walked through. Raises `KeyError` or `TypeError` on what is none."""
    questions = tuple(_question(row) for row in compiled["questions"])
    return Form(
        hash=content_hash(compiled),
        name=compiled["name"],
        version=compiled["version"],
        title=Text(compiled["title"]),
        review=compiled["review"],
        questions=questions,
        by_name={question.name: question for question in questions},
    )


def _question(row: Mapping[str, Any]) -> Question:
    return Question(
        name=row["name"],
        type=row["type"],
        label=Text(row["label"]),
        short=Text(row["short"]),
        hint=Text(row["hint"]),
        required=row["required"],
        relevant=_expression(row["relevant"]),
        constraint=_expression(row["constraint"]),
        message=Text(row["message"]),
        default=row["default"],
        appearance=row["appearance"],
        unit=row["unit"],
        list=row["list"],
        choices=tuple(Choice(choice["name"], Text(choice["label"])) for choice in row["choices"]),
    )


def _expression(stored: Mapping[str, Any] | None) -> Evaluate | None:
    return expressions.build(stored["tree"]) if stored else None
