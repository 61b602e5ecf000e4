"""What may lie readable in the database."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.discreet import kept, searchable
from storage.sealing import Seal


@pytest.mark.parametrize(
    "text",
    [
        "gọi 0912345678",
        "gọi 0912 345 678 gặp bà Hoa",
        "0912.345.678",
        "+84 912 345 678",
        "84912345678",
        "0208 3855 688",
    ],
)
def test_a_telephone_number_is_sealed_and_not_searched(text: str) -> None:
    assert isinstance(kept(text, sensitive=False), Seal)
    assert not any(part.isdigit() and len(part) > 2 for part in searchable(text, sensitive=False).split())


@pytest.mark.parametrize("text", ["Đường sụt 5 mét", "KN-0012 38 hộ", "12.400.000 đồng", "từ 10/11/2026", "xóm 3"])
def test_all_else_stays_readable_and_searched(text: str) -> None:
    found = kept(text, sensitive=False)
    assert found == text
    assert not isinstance(found, Seal)
    assert searchable(text, sensitive=False)


def test_of_a_sensitive_case_nothing_is() -> None:
    assert isinstance(kept("Đường sụt", sensitive=True), Seal)
    assert searchable("Đường sụt", sensitive=True) == ""
    assert kept(None, sensitive=True) is None


@given(st.text(max_size=60), st.integers(200_000_000, 999_999_999), st.text(max_size=60))
def test_no_number_gets_through(before: str, number: int, after: str) -> None:
    digits = f"0{number}"
    if digits[1] in "23578" + "9":
        text = f"{before} {digits} {after}"
        assert digits not in searchable(text, sensitive=False)
