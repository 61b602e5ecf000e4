"""A compiled form as objects."""

from __future__ import annotations

import json
from datetime import date

import pytest

from handlers.compile_form import compile_source, sources
from handlers.form import Text, content_hash, load

NAMES = (
    "announce", "answer", "ask", "correct", "forward", "handover", "leave", "look_up", "petition", "practice", "refuse", "reply", "search",
    "template", "week_note",
)  # fmt: skip


def test_all_forms_are_there():
    assert tuple(sorted(sources())) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_form_survives_json_and_keeps_its_hash(name: str):
    compiled = compile_source(sources()[name], name)
    again = json.loads(json.dumps(compiled))
    assert load(again).hash == load(compiled).hash == content_hash(compiled)
    assert load(compiled).name == name


@pytest.mark.parametrize("name", NAMES)
def test_every_word_is_in_both_languages_and_every_question_has_an_example(name: str):
    form = load(compile_source(sources()[name], name))
    for text in (form.title, *(t for q in form.questions for t in (q.label, q.short, q.hint))):
        assert text.by["vi"]
        assert text.by["en"]
    for choice in (choice for question in form.questions for choice in question.choices):
        assert set(choice.label.by) == {"vi", "en"}


@pytest.mark.parametrize("name", NAMES)
def test_payloads_fit_64_bytes(name: str):
    form = load(compile_source(sources()[name], name))
    for question in form.questions:
        for choice in (*(choice.name for choice in question.choices), "~cancel", "tranh_chap_dat_dai"):
            assert len(f"q:{10**12 - 1}:{question.name}:{choice}".encode()) <= 64


def test_a_changed_word_is_another_form():
    compiled = compile_source(sources()["ask"], "ask")
    other = json.loads(json.dumps(compiled))
    other["questions"][0]["label"]["en"] += "!"
    assert content_hash(other) != content_hash(compiled)


def test_expressions_come_ready():
    form = load(compile_source(sources()["petition"], "petition"))
    relevant, constraint = form.by_name["contact"].relevant, form.by_name["since"].constraint
    assert relevant is not None
    assert constraint is not None
    assert relevant({"source": "citizen"}, "", date(2026, 1, 1)) is True
    assert relevant({"source": "seen"}, "", date(2026, 1, 1)) is False
    assert constraint({}, 0.0, date(1969, 12, 31)) is False


def test_a_missing_language_falls_back():
    assert Text({"vi": "Xóm"}).in_("en") == "Xóm"
    assert Text({}).in_("en") == ""
