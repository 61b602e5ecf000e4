"""Forms written as XLSForm tables in Markdown -> compiled JSON. Imports pyxform: never imported by the serving process.

pyxform (the reference implementation of the XLSForm standard) must accept the form, so it can be used in ODK or Kobo
too; then our own subset is checked, and what is outside it is refused naming sheet and row, rows counted as a
spreadsheet shows them (the header is row 1). Beside the standard columns we read some that other programs ignore: in
the survey `short::<language>` (what an answer is called in lists: "Lĩnh vực") and `unit` (of a number: VND, m2,
household); in the settings `review` (yes, no) and `form_title_<code>` (the title in a further language; `form_title`
is in the default one).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from importlib import resources
from typing import Any

from pyxform.errors import PyXFormError
from pyxform.xls2json_backends import md_to_dict
from pyxform.xls2xform import convert

from handlers import expressions
from handlers.form import CHOICE_LENGTH, NAME_LENGTH, TYPES, UNITS

LANGUAGES = {"vi": "Tiếng Việt (vi)", "en": "English (en)"}
APPEARANCES = ("", "multiline", "multiple", "minimal")
_COLUMNS = ("type", "name", "required", "relevant", "constraint", "default", "appearance", "unit")
_TRANSLATED = ("label", "short", "hint", "constraint_message")
_NAME = re.compile(r"[a-z][a-z0-9_]*")

Row = Mapping[str, str]


class FormRefused(ValueError):
    """The form cannot be added. `sheet` and `row` (as a spreadsheet numbers them; 0: the whole sheet) say where."""

    def __init__(self, why: str, sheet: str = "", row: int = 0) -> None:
        """`why` is plain English for whoever writes the form."""
        where = f"sheet {sheet}, row {row}: " if row else f"sheet {sheet}: " if sheet else ""
        super().__init__(where + why)
        self.sheet, self.row = sheet, row


def sources() -> dict[str, str]:
    """The forms that travel with the program: name -> Markdown."""
    folder = resources.files("handlers") / "forms"
    files = [path for path in folder.iterdir() if path.name.endswith(".md")]
    return {path.name.removesuffix(".md"): path.read_text("utf-8") for path in files}


def source_hash(text: str) -> str:
    """SHA-256 of a form's text: unchanged text need not be compiled again."""
    return hashlib.sha256(text.encode()).hexdigest()


def compile_source(text: str, name: str) -> dict[str, Any]:
    """A form's Markdown as the JSON `handlers.form.load` reads. Raises `FormRefused`."""
    _pyxform(text, name)
    book = md_to_dict(text)
    settings = (book.get("settings") or [{}])[0]
    if settings.get("form_id") != name:
        raise FormRefused(f"form_id must be {name!r}", "settings", 2)
    _columns(book)
    lists = _lists(book.get("choices", []))
    rows: list[Row] = book["survey"]
    names = tuple(row.get("name", "") for row in rows)
    if len(set(names)) < len(names):
        raise FormRefused("two questions have the same name", "survey")
    return {
        "name": name,
        "version": str(settings.get("version", "1")),
        "title": _title(settings),
        "review": _yes(settings.get("review", "yes"), "settings", 2),
        "questions": [_question(row, i, names, lists) for i, row in enumerate(rows, 2)],
    }


def _pyxform(text: str, name: str) -> None:
    try:
        convert(text, warnings=[], validate=False, file_type=".md", form_name=name)
    except PyXFormError as error:
        raise FormRefused(str(error)) from error


def _columns(book: Mapping[str, Any]) -> None:
    """A misspelt column would otherwise be ignored in silence."""
    known = {*_COLUMNS, *(f"{kind}::{language}" for kind in _TRANSLATED for language in LANGUAGES.values())}
    for column in book["survey_header"][0]:
        if column not in known:
            raise FormRefused(f"the column {column!r} is not known", "survey", 1)
    for column in (book.get("choices_header") or [{}])[0]:
        if column not in {"list_name", "name", *(f"label::{language}" for language in LANGUAGES.values())}:
            raise FormRefused(f"the column {column!r} is not known", "choices", 1)


def _title(settings: Row) -> dict[str, str]:
    default = next((code for code, name in LANGUAGES.items() if name == settings.get("default_language")), "")
    if not default:
        raise FormRefused(f"default_language must be one of {', '.join(LANGUAGES.values())}", "settings", 2)
    titles = {default: settings.get("form_title", "")}
    titles |= {code: settings.get(f"form_title_{code}", "") for code in LANGUAGES if code != default}
    for code, title in titles.items():
        if not title:
            raise FormRefused(f"the title in {LANGUAGES[code]} is missing", "settings", 2)
    return titles


def _yes(value: str, sheet: str, row: int) -> bool:
    if value.lower() not in ("yes", "no", "true", "false", ""):
        raise FormRefused(f"{value!r} is neither yes nor no", sheet, row)
    return value.lower() in ("yes", "true")


def _lists(rows: list[Row]) -> dict[str, list[dict[str, Any]]]:
    lists: dict[str, list[dict[str, Any]]] = {}
    for i, row in enumerate(rows, 2):
        name = row.get("name", "")
        _check_name(name, CHOICE_LENGTH, "choices", i)
        label = _translated(row, "label", "choices", i)
        lists.setdefault(row["list_name"], []).append({"name": name, "label": label})
    return lists


def _check_name(name: str, length: int, sheet: str, row: int) -> None:
    if len(name) > length or not _NAME.fullmatch(name):
        raise FormRefused(f"the name {name!r} must be a-z, 0-9 and _, at most {length} characters", sheet, row)


def _translated(row: Row, column: str, sheet: str, i: int, *, needed: bool = True) -> dict[str, str]:
    """A column in every language: all of them, or (where not needed) none."""
    texts = {code: row.get(f"{column}::{language}", "") for code, language in LANGUAGES.items()}
    missing = [code for code, text in texts.items() if not text]
    if missing and (needed or len(missing) < len(texts)):
        raise FormRefused(f"{column} is missing in {LANGUAGES[missing[0]]}", sheet, i)
    return {} if missing else texts


def _question(row: Row, i: int, names: tuple[str, ...], lists: Mapping[str, list[dict[str, Any]]]) -> dict[str, Any]:
    kind, _, source = row.get("type", "").partition(" ")
    if kind not in TYPES:
        raise FormRefused(f"the question type {row.get('type', '')!r} cannot be asked in a chat", "survey", i)
    _check_name(row["name"], NAME_LENGTH, "survey", i)
    if row.get("appearance", "") not in APPEARANCES:
        raise FormRefused(f"the appearance {row['appearance']!r} is not known", "survey", i)
    if row.get("unit", "") not in UNITS:
        raise FormRefused(f"the unit {row['unit']!r} is not known", "survey", i)
    from_file = kind == "select_one_from_file"
    choices = [] if from_file or not source else lists.get(source, [])
    default = row.get("default", "")
    if default and choices and default not in {choice["name"] for choice in choices}:
        raise FormRefused(f"the default {default!r} is not in the list", "survey", i)
    if "(" in default or "${" in default:
        raise FormRefused("a default must be written out; the program supplies the changing ones", "survey", i)
    constraint = _expression(row, "constraint", names, i)
    return {
        "name": row["name"],
        "type": kind,
        "label": _translated(row, "label", "survey", i),
        "short": _translated(row, "short", "survey", i),
        "hint": _translated(row, "hint", "survey", i, needed=False),
        "required": _yes(row.get("required", ""), "survey", i),
        "relevant": _expression(row, "relevant", names, i),
        "constraint": constraint,
        "message": _translated(row, "constraint_message", "survey", i, needed=constraint is not None),
        "default": default,
        "appearance": row.get("appearance", ""),
        "unit": row.get("unit", ""),
        "list": source.strip().removesuffix(".csv") if from_file else "",
        "choices": choices,
    }


def _expression(row: Row, column: str, names: tuple[str, ...], i: int) -> dict[str, Any] | None:
    text = row.get(column, "")
    if not text:
        return None
    try:
        return {"text": text, "tree": expressions.parse(text, names)}
    except expressions.ExpressionError as error:
        raise FormRefused(f"{column}: {error}", "survey", i) from error
