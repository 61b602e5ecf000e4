"""One cell's value as a date, phone, code or number; each says what is wrong and what would be right. Pure."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from handlers.people import normal_phone
from handlers.words import N_

Value = str | date
_DATE: Final = re.compile(r"(\d{1,4})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*(\d{1,4})(?: 0?0:00(:00)?)?")
_SPELT: Final = re.compile(r"(?:ngày\s*)?(\d{1,2})\s*tháng\s*(\d{1,2})\s*năm\s*(\d{4})", re.IGNORECASE)
_SERIAL: Final = re.compile(r"\d{5}")
_EPOCH: Final = date(1899, 12, 30)  # day 0 of Excel's count (1900 system)
_PHONE: Final = re.compile(r"0[35789]\d{8}|02\d{9}")
_NO_ZERO: Final = {(9, "3"), (9, "5"), (9, "7"), (9, "8"), (9, "9"), (10, "2")}
_TWO: Final = re.compile(r"\d[\d\s.]{7,}\s*(?:[/,;-]|hoặc|và)\s*\+?\d[\d\s.]{7,}")

NO_DATE: Final = N_("“{value}” is no day. Write it as 01/12/2026.")
SWAPPED: Final = N_("“{value}” has month and day the other way round. Write {right}.")
TWO_PHONES: Final = N_("“{value}” holds two numbers. Keep the one used for Zalo or Telegram.")
SHORT_PHONE: Final = N_("“{value}” has {count} digits. A mobile number has 10 and begins with 03, 05, 07, 08 or 09.")
LETTER_PHONE: Final = N_("“{value}” has letters in it. Write digits only, such as 0912345678.")
NO_NUMBER: Final = N_("“{value}” is no whole number from {low} to {high}.")
A_DATE: Final = N_("Excel turned these words into the day {value}. Set the cell's format to Text and type them again.")

TOO_LONG: Final = N_("has {count} characters; {longest} at most.")


class WrongError(ValueError):
    """A cell that cannot be understood: a msgid and what fills it in."""

    def __init__(self, sentence: str, **values: object) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.values = values


def text(value: Value, longest: int = 200) -> str:
    """Words. Raises `WrongError` where Excel made a day of them ("Tổ 1-2"), and for too many."""
    if isinstance(value, date):
        raise WrongError(A_DATE, value=f"{value:%d/%m/%Y}")
    if len(value) > longest:
        raise WrongError(TOO_LONG, count=len(value), longest=longest)
    return value


def day(value: Value) -> date:
    """Excel's own date, a serial number that lost its format, or words: 1/12/2026, 01-12-26, 2026-12-01, spelt out."""
    if isinstance(value, date):
        return value
    if _SERIAL.fullmatch(value) and 30000 < int(value) < 75000:  # 1982 to 2105
        return _EPOCH + timedelta(days=int(value))
    found = _DATE.fullmatch(value) or _SPELT.fullmatch(value)
    if found is None:
        raise WrongError(NO_DATE, value=value)
    first, month, last = (int(found[place]) for place in (1, 2, 3))
    year, number = (first, last) if len(found[1]) == 4 else (last, first)
    year += 2000 if year < 100 else 0
    try:
        return date(year, month, number)
    except ValueError:
        if 12 < month <= 31 and 1 <= number <= 12:
            raise WrongError(SWAPPED, value=value, right=f"{month:02d}/{number:02d}/{year}") from None
        raise WrongError(NO_DATE, value=value) from None


def phone(value: Value) -> str:
    """Ten digits (a landline: eleven) with the zero that Excel took."""
    typed = text(value)
    if _TWO.fullmatch(typed):
        raise WrongError(TWO_PHONES, value=typed)
    if any(letter.isalpha() for letter in typed):
        raise WrongError(LETTER_PHONE, value=typed)
    digits = normal_phone(typed)
    if (len(digits), digits[:1]) in _NO_ZERO:
        digits = "0" + digits
    if not _PHONE.fullmatch(digits):
        raise WrongError(SHORT_PHONE, value=typed, count=len(digits))
    return digits


def commune_code(typed: str) -> str | None:
    """Five digits, with the zero that Excel took; None where it is no number."""
    return typed.zfill(5) if typed.isdecimal() and 4 <= len(typed) <= 5 else None


def number(value: Value, low: int, high: int) -> int:
    """A whole number; "17h" and "17 giờ" are hours too."""
    typed = re.sub(r"\s*(h|giờ|:00)$", "", text(value))
    if not typed.isdecimal() or not low <= int(typed) <= high:
        raise WrongError(NO_NUMBER, value=text(value), low=low, high=high)
    return int(typed)
