"""Codes and phone numbers as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.people import ALPHABET, CODE_LENGTH, normal_code, normal_phone


@pytest.mark.parametrize(
    "text",
    [
        "KHMT234567",
        "khmt234567",
        "khmt-234-567",
        "KHMT 2345 67",
        "  khmt 234 567 ",
        "/start KHMT234567",
        "/start  khmt-234567",
        "Mã của tôi là khmt 234 567",
        "mã: KHMT234567",
        "ma KHMT234567.",
        "my code is khmt234567",
    ],
)
def test_a_code_in_any_dress(text: str) -> None:
    assert normal_code(text) == "KHMT234567"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/start",
        "khmt2",
        "KHMT2345678",
        "KHMT23456O",  # O is not in the alphabet, nor are 0, 1, I, L, U
        "xin chào",
        "0900000004",
        "tôi ở xóm Đồng Mây",
        "KHMT234567 KHMT234567",
        "KHMT\u0660234567",
    ],
)
def test_what_is_no_code(text: str) -> None:
    assert normal_code(text) == ""


@given(st.text(max_size=120))
def test_never_anything_but_a_code_or_nothing(text: str) -> None:
    code = normal_code(text)
    assert code == "" or (len(code) == CODE_LENGTH and set(code) <= set(ALPHABET))


@given(st.text(alphabet=ALPHABET, min_size=CODE_LENGTH, max_size=CODE_LENGTH))
def test_every_code_is_known_again(code: str) -> None:
    assert normal_code(code) == normal_code(code.lower()) == normal_code(f"/start {code[:4]}-{code[4:]}") == code


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("+84 912 345 678", "0912345678"),
        ("84912345678", "0912345678"),
        ("0912.345.678", "0912345678"),
        ("0912345678", "0912345678"),
        ("842345678", "842345678"),  # nine digits: no country code before it
        ("", ""),
        ("abc", ""),
    ],
)
def test_one_number_however_written(typed: str, expected: str) -> None:
    assert normal_phone(typed) == expected
