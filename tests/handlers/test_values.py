"""Typed words -> value, value -> words."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from handlers.form import Choice, Question, Text
from handlers.values import WHY, amount, pick, read, several, shown, variable

TODAY = date(2026, 11, 25)


class Plain:
    """Words as they are written in the program."""

    lang = "vi"

    def __call__(self, text: str) -> str:
        return text

    def n(self, one: str, many: str, n: int) -> str:
        return (one if n == 1 else many).format(n=n)


def question(kind: str, unit: str = "") -> Question:
    return Question("q", kind, Text({}), Text({}), Text({}), unit=unit)


def choice(name: str, label: str, also: str = "") -> Choice:
    return Choice(name, Text({"vi": label, "en": label}), also)


ROADS = [
    choice("r1", "Đường, cầu", "o ga sut lun"),
    choice("power", "Điện lưới"),
    choice("light", "Điện chiếu sáng"),
    choice("water", "Nước sạch"),
    choice("land", "Đất đai"),
]


@pytest.mark.parametrize(
    ("kind", "unit", "typed", "value"),
    [
        ("text", "", "a\nb", "a\nb"),
        ("integer", "household", "38 hộ", 38),
        ("integer", "VND", "12tr4", 12_400_000),
        ("decimal", "m2", "2,5 ha", 25_000),
        ("decimal", "", "2,5", 2.5),
        ("date", "", "hôm qua", "2026-11-24"),
        ("geopoint", "", "gần trường", {"words": "gần trường"}),
    ],
)
def test_read(kind: str, unit: str, typed: str, value: Any):
    assert read(question(kind, unit), typed, TODAY) == (value, "")


@pytest.mark.parametrize(
    ("kind", "unit", "typed", "why"),
    [
        ("integer", "", "nhiều", "integer"),
        ("integer", "", "2,5", "integer"),
        ("integer", "VND", "nhiều", "VND"),
        ("decimal", "m2", "rộng", "m2"),
        ("date", "", "lâu rồi", "date"),
        ("image", "", "ảnh", "image"),
    ],
)
def test_what_is_not_understood_is_told(kind: str, unit: str, typed: str, why: str):
    assert read(question(kind, unit), typed, TODAY) == (None, WHY[why])


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("đường, cầu", ["r1"]),
        ("duong", ["r1"]),
        ("ĐƯỜNG CẦU", ["r1"]),
        ("cau", ["r1"]),
        ("ổ gà", ["r1"]),
        ("dien", ["power", "light"]),
        ("chieu sang", ["light"]),
        ("sang chieu", ["light"]),
        ("em chọn nước sạch ạ", ["water"]),
        ("xyz", []),
        ("", []),
        ("r1", []),  # a registry's own ids are nothing people type
        ("a" * 500, []),
    ],
)
def test_pick(typed: str, found: list[str]):
    assert [choice.name for choice in pick(ROADS, typed)] == found


def test_a_whole_label_goes_before_longer_ones():
    tam = [choice("1", "Xóm Đồng"), choice("2", "Xóm Đồng Tâm")]
    assert [found.name for found in pick(tam, "xom dong")] == ["1"]
    assert [found.name for found in pick(tam, "dong")] == ["1", "2"]


def test_several():
    assert [found.name for found in several(ROADS, "1, 3 và nước")] == ["r1", "light", "water"]
    assert several(ROADS, "1, điện") == []
    assert several(ROADS, "1, 99") == []


def test_shown():
    words: Any = Plain()
    assert shown(question("select_one"), "land", ROADS, words) == "Đất đai"
    assert shown(question("select_multiple"), "land r1", ROADS, words) == "Đất đai, Đường, cầu"
    assert shown(question("select_one"), "gone", ROADS, words) == "gone"
    assert shown(question("date"), "2026-11-10", (), words) == "10/11/2026"
    assert shown(question("integer", "VND"), 12_400_000, (), words) == "12.400.000 dong"
    assert shown(question("integer", "household"), 1250, (), words) == "1.250 households"
    assert shown(question("decimal", "m2"), 2450.5, (), words) == "2.450,5 m²"
    assert shown(question("geopoint"), {"lat": 21.5, "lon": 105.8}, (), words) == "📍 21.50000, 105.80000"
    assert shown(question("geopoint"), {"words": "gần trường", "lat": 1, "lon": 2}, (), words) == "gần trường 📍"
    assert shown(question("text"), None, (), words) == ""


def test_amounts_are_grouped_as_the_language_does():
    assert amount(1234567, "vi") == "1.234.567"
    assert amount(1234.5, "en") == "1,234.5"
    assert amount(100.0, "vi") == "100"
    assert amount(1000, "vi") == "1.000"


def test_variables_of_expressions():
    assert variable(question("date"), "1970-01-02") == 1.0
    assert variable(question("integer"), 5) == 5.0
    assert variable(question("geopoint"), {"lat": 1.5, "lon": 2}) == "1.5 2"
    assert variable(question("text"), None) == ""
