"""Folding, numbers, areas, days, positions, yes and no, as people type them."""

from __future__ import annotations

import unicodedata
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.vietnamese import area, fold, nfc_clean, number, ordinal, plain, yes_no
from handlers.vietnamese_dates import date_of

TODAY = date(2026, 11, 25)  # a Wednesday


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Đường, cầu", "duong cau"),
        ("ĐƯỜNG  CẦU!", "duong cau"),
        ("Ðất", "dat"),
        ("Hoà – thuỷ", "hoa thuy"),
        ("KN-0012", "kn 0012"),
        ("２５ m²", "25 m2"),
        ("", ""),
        ("—", ""),
    ],
)
def test_fold(typed: str, folded: str):
    assert fold(typed) == folded


def test_cleaning_drops_only_what_is_not_seen():
    assert nfc_clean("  Tôi\u200b là\u202e A\x00\r\nxóm\tB ") == "Tôi là A\nxóm B"
    assert nfc_clean(unicodedata.normalize("NFD", "Nguyễn")) == "Nguyễn"
    assert nfc_clean("\u200b\u2060\ufeff\n") == ""
    assert nfc_clean("<b>*x*</b> {a}") == "<b>*x*</b> {a}"


NUMBERS = {
    "38 hộ": 38,
    "khoảng 40": 40,
    "40 hộ năm nay": 40,
    "10 năm": 10,
    "12tr4": 12_400_000,
    "12tr450": 12_450_000,
    "12 tr": 12_000_000,
    "12 triệu 400": 12_400_000,
    "12 triệu 400 nghìn": 12_400_000,
    "1tỷ2": 1_200_000_000,
    "1 tỷ 200 triệu": 1_200_000_000,
    "500k": 500_000,
    "1,5 triệu": 1_500_000,
    "2 triệu rưỡi": 2_500_000,
    "nửa triệu": 500_000,
    "2 nghìn 5": 2500,
    "1.250.000": 1_250_000,
    "1,250,000": 1_250_000,
    "1 250 000": 1_250_000,
    "1.250.000đ": 1_250_000,
    "2.450 m2": 2450,
    "2.5": "2.5",
    "0,125": "0.125",
    "1.234,5": "1234.5",
    "1,234.5": "1234.5",
    "-5": -5,
    "２５": 25,
    "hai mươi": 20,
    "hai mươi ba": 23,
    "hai lăm": 25,
    "mười lăm": 15,
    "ba chục": 30,
    "chục hộ": 10,
    "trăm hai": 120,
    "một trăm linh năm": 105,
    "một trăm hai mươi ba nghìn": 123_000,
    "một nghìn hai trăm": 1200,
    "hai trăm rưỡi": 250,
    "1 triệu hai": 1_200_000,
    "không có": 0,
    "không": 0,
    "thôn5 38 hộ": 38,
    "không rõ": None,
    "38 hộ, 120 khẩu": None,
    "30-40 hộ": None,
    "m2": None,
    "nhiều": None,
    "nhiều lắm": None,
    "": None,
    "9" * 60: None,
}


@pytest.mark.parametrize(("typed", "value"), NUMBERS.items())
def test_number(typed: str, value: int | str | None):
    assert number(typed) == (None if value is None else Decimal(value))
    assert number(plain(typed)) == number(typed), "without diacritics it is the same"


def test_where_diacritics_are_written_they_count():
    assert number("sau lụt, bà con chưa đếm") is None
    assert number("sáu hộ") == number("sau ho") == 6


@pytest.mark.parametrize(
    ("typed", "metres"),
    [
        ("2.450 m2", 2450),
        ("2.450m²", 2450),
        ("2450", 2450),
        ("500 mét vuông", 500),
        ("2,5 ha", 25_000),
        ("nửa ha", 5000),
        ("1 héc ta", 10_000),
        ("3 sào", 1080),
        ("2 sào rưỡi", 900),
        ("1 mẫu 2 sào", 4320),
        ("1 sào 5 thước", 480),
        ("nhiều đất", None),
    ],
)
def test_area(typed: str, metres: int | None):
    assert area(typed) == (None if metres is None else Decimal(metres))


DAYS = {
    "10/11": "2026-11-10",
    "10-11": "2026-11-10",
    "10.11": "2026-11-10",
    "10 / 11": "2026-11-10",
    "10/11/2026": "2026-11-10",
    "10/11/25": "2025-11-10",
    "2026-11-10": "2026-11-10",
    "1/12": "2025-12-01",  # not the one still to come
    "1/12/2026": "2026-12-01",  # but a written year is taken as it is
    "29/2": "2024-02-29",
    "từ 10/11 đến nay": "2026-11-10",
    "ngày 10 tháng 11": "2026-11-10",
    "mùng 5 tháng 11": "2026-11-05",
    "ngày 10 tháng 11 năm 2025": "2025-11-10",
    "ngày 30": "2026-10-30",
    "hôm nay": "2026-11-25",
    "sáng nay mưa to": "2026-11-25",
    "hôm qua": "2026-11-24",
    "hqua": "2026-11-24",
    "hôm kia": "2026-11-23",
    "ba hôm trước": "2026-11-22",
    "3 ngày trước": "2026-11-22",
    "mười ngày nay": "2026-11-15",
    "hai tuần nay": "2026-11-11",
    "cách đây 2 tháng": "2026-09-25",
    "tuần trước": "2026-11-18",
    "thứ hai tuần trước": "2026-11-16",
    "thứ hai vừa rồi": "2026-11-23",
    "t6": "2026-11-20",
    "chủ nhật": "2026-11-22",
    "tháng trước": "2026-10-25",
    "đầu tháng": "2026-11-01",
    "cuối tháng": "2026-10-31",
    "tháng 10": "2026-10-01",
    "đầu tháng 3": "2026-03-01",
    "giữa tháng 10": "2026-10-15",
    "cuối tháng 10": "2026-10-31",
    "tháng 3/2025": "2025-03-01",
    "năm ngoái": "2025-11-25",
    "đầu năm": "2026-01-01",
    "năm 2024": "2024-01-01",
    "32/1": None,
    "31/2/2026": None,
    "mấy hôm nay": None,
    "2": None,
    "lâu rồi": None,
    "10/11/9999": None,
}


@pytest.mark.parametrize(("typed", "day"), DAYS.items())
def test_date_of(typed: str, day: str | None):
    assert date_of(typed, TODAY) == (date.fromisoformat(day) if day else None)
    assert date_of(plain(typed), TODAY) == date_of(typed, TODAY), "without diacritics it is the same"


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("2", 2),
        ("2.", 2),
        ("2)", 2),
        ("hai", 2),
        ("số 2", 2),
        ("chọn 2", 2),
        ("chon so hai", 2),
        ("dạ 3 ạ", 3),
        ("mười một", 11),
        ("2 hộ", None),
        ("1,2", None),
        ("đường", None),
        ("", None),
        ("9999", None),
    ],
)
def test_ordinal(typed: str, place: int | None):
    assert ordinal(typed) == place


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("có", True),
        ("vâng ạ", True),
        ("đồng ý", True),
        ("ok", True),
        ("đúng rồi", True),
        ("không", False),
        ("ko", False),
        ("dạ không", False),
        ("không phải", False),
        ("hôm nay", None),
        ("", None),
        ("có " * 50, None),
    ],
)
def test_yes_no(typed: str, meant: bool | None):
    assert yes_no(typed) is meant


WORDS = st.lists(
    st.sampled_from(["hai", "mươi", "12", "tr", "4", "tỷ", "rưỡi", "linh", "năm", "m2", "sào", "10/11", "tháng", "ngày",
                     "trước", "thứ", "cuối", "năm 0", "31/12/0001", "99 năm trước", "1.2.3", ",", "-", "0", "không"]),
).map(" ".join)  # fmt: skip
DAY = st.dates(date(1999, 1, 1), date(2200, 12, 31))


@given(st.text() | WORDS, DAY)
def test_no_text_breaks_the_readers(text: str, today: date):
    number(text), area(text), ordinal(text), yes_no(text), date_of(text, today)


@given(st.text())
def test_folding_twice_and_either_form_of_unicode_give_the_same(text: str):
    assert fold(fold(text)) == fold(text)
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))
    assert nfc_clean(nfc_clean(text)) == nfc_clean(text)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)).filter(lambda day: day <= TODAY))
def test_a_written_day_is_read_back(day: date):
    assert date_of(f"{day:%d/%m/%Y}", TODAY) == day
    assert date_of(f"{day:%d/%m}", TODAY) <= TODAY


@given(st.integers(0, 10**12))
def test_grouped_digits_are_read_back(amount: int):
    assert number(f"{amount:,}".replace(",", ".")) == amount
    assert number(f"{amount} đồng") == amount
