"""A word and a code, as officials type them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import cards, work
from handlers.vietnamese import fold

if TYPE_CHECKING:
    from handlers.turn import Turn


def typed(text: str) -> tuple[str, str, str] | None:
    return work.typed(cast("Turn", SimpleNamespace(incoming=SimpleNamespace(text=text))))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nhận KN12", ("accept", "KN-0012", "")),
        ("Nhan kn 12", ("accept", "KN-0012", "")),
        ("tiếp nhận KN-0012", ("accept", "KN-0012", "")),
        ("nhận dv3", ("accept", "DV-0003", "")),
        ("xem kn1.", ("open", "KN-0001", "")),
        ("ảnh KN-0001", ("files", "KN-0001", "")),
        ("chuyển kn1", ("forward", "KN-0001", "")),
        ("từ chối kn1", ("refuse", "KN-0001", "")),
        ("hỏi KN1 Đoạn sụt dài mấy mét?", ("ask", "KN-0001", "Đoạn sụt dài mấy mét?")),
        ("hỏi lại kn1: Ở đâu?", ("ask", "KN-0001", "Ở đâu?")),
        ("trả lời kn0001 - Sẽ sửa\ntuần này", ("answer", "KN-0001", "Sẽ sửa\ntuần này")),
        ("TRẢ LỜI KN12 xem KN13 nhé", ("answer", "KN-0012", "xem KN13 nhé")),
        ("đáp kn1 5 mét", ("reply", "KN-0001", "5 mét")),
        ("nhận KN1234567", ("accept", "KN-1234567", "")),
    ],
)
def test_a_word_and_a_code(text: str, expected: tuple[str, str, str]) -> None:
    assert typed(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "nhận", "KN12", "nhận 12", "nhận kn", "nhậnkn12", "nhận kn12345678", "tôi nhận kn12", "xin trả lời kn1", "xem knx1",
     "trả lời", "nhận kn1x", "trả lời kn1 " + "x" * 4_000],
)  # fmt: skip
def test_what_is_none(text: str) -> None:
    assert typed(text) is None


def test_every_word_a_card_shows_is_understood() -> None:
    """What is printed where there are no buttons must work when typed, also without its marks."""
    for action, word in cards.TYPED.items():
        wanted = "accept" if action == "acknowledge" else action
        for text in (f"{word} KN-0012", fold(f"{word} KN12")):
            assert typed(text) == (wanted, "KN-0012", ""), text


@given(st.text(max_size=80))
def test_never_raises(text: str) -> None:
    for case in (text, f"nhận kn{text}", f"trả lời kn1{text}"):
        found: Any = typed(case)
        assert found is None or (len(found) == 3 and found[1][:3] in ("KN-", "DV-"))
