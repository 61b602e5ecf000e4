"""Days as people type them: "10/11", "hôm qua", "thứ hai tuần trước", "đầu tháng 10". Pure; never raises."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

from handlers.vietnamese import fold, nfc_clean, number, plain

_ISO = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_DAY = re.compile(r"(?<![\d/.-])(\d{1,2}) ?[-/.] ?(\d{1,2})(?: ?[-/.] ?(\d{4}|\d{2}))?(?![\d/-])")
_SPELT = re.compile(r"(?:ngay |mung |mong )?\b(\d{1,2}) thang (\d{1,2})(?: nam (\d{4}))?\b")
_MONTH = re.compile(r"(?:\b(dau|giua|cuoi) )?\bthang (\d{1,2})(?: nam (\d{4})| (\d{4}))?\b")
_MONTH_DIGITS = re.compile(r"(?<![\d/.-])(?:thang )?(\d{1,2}) ?[-/.] ?(\d{4})(?![\d/-])")
_ALONE = re.compile(r"\b(?:ngay|mung|mong|hom) (\d{1,2})\b(?! (?:truoc|nay|hom|ngay))")
_AGO = re.compile(r"\b(?:cach day |khoang |da )*([a-z0-9]+(?: [a-z0-9]+)?) (ngay|hom|bua|tuan|thang|nam)\b")
_AGO_SIGN = re.compile(r"\btruoc\b|\bcach day\b|\bnay\b|\broi\b")
_WEEKDAY = re.compile(r"\b(?:thu (hai|ba|tu|nam|sau|bay|[2-7])|(chu nhat|cn)|t([2-7]))\b")
_WEEKDAYS = {"hai": 0, "ba": 1, "tu": 2, "nam": 3, "sau": 4, "bay": 5} | {str(n): n - 2 for n in range(2, 8)}
_FIXED = {
    "hom kia": 2, "bua kia": 2, "hkia": 2,
    "hom qua": 1, "hqua": 1, "hq": 1, "bua qua": 1, "toi qua": 1, "dem qua": 1, "sang qua": 1, "chieu qua": 1,
    "trua qua": 1, "yesterday": 1,
    "hom nay": 0, "hnay": 0, "bua nay": 0, "sang nay": 0, "trua nay": 0, "chieu nay": 0, "toi nay": 0, "today": 0,
    "vua xong": 0, "moi day": 0, "bay gio": 0, "luc nay": 0,
    "ngay mai": -1, "mai": -1,
}  # fmt: skip


def date_of(text: str, today: date) -> date | None:
    """The day meant. Without a year the latest such day that is not in the future; a written year is taken as it is.

    A month alone is its first day ("tháng 10"), "giữa" its fifteenth, "cuối" its last.
    """
    if len(text) > 120:
        return None
    marked = re.sub(r"\s+", " ", plain(nfc_clean(text)))
    words = fold(text)
    if not words or words.startswith(("may ", "nhieu ")):
        return None  # "mấy hôm nay" is no day
    try:
        return (
            _written(marked, words, today)
            or _near(words, today)
            or _weekday(words, today)
            or _ago(words, today)
            or _period(words, today)
        )
    except (ValueError, OverflowError):
        return None


def _on(day: int, month: int, year: str | None, today: date) -> date | None:
    """Day and month, with the year if written; "24" is 2024."""
    if year:
        number_ = int(year)
        found = date(number_ + 2000 if number_ < 100 else number_, month, day)
        return found if 1900 <= found.year <= 2100 else None
    for back in range(9):  # eight years hold a 29 February even around 2100
        try:
            found = date(today.year - back, month, day)
        except ValueError:
            if (month, day) != (2, 29):
                return None
            continue
        if found <= today:
            return found
    return None


def _written(marked: str, words: str, today: date) -> date | None:
    if found := _ISO.search(marked):
        return _on(int(found[3]), int(found[2]), found[1], today)
    if found := _MONTH_DIGITS.search(marked):
        return _on(1, int(found[1]), found[2], today)
    if found := _DAY.search(marked):
        return _on(int(found[1]), int(found[2]), found[3], today)
    if found := _SPELT.search(words):
        return _on(int(found[1]), int(found[2]), found[3], today)
    if found := _MONTH.search(words):
        month, year = int(found[2]), found[3] or found[4]
        last = monthrange(int(year) if year else today.year, month)[1] if 1 <= month <= 12 else 0
        return _on({"giua": 15, "cuoi": last}.get(found[1] or "", 1), month, year, today)
    if found := _ALONE.search(words):
        return _latest(int(found[1]), today)
    return None


def _latest(day: int, today: date) -> date | None:
    """The latest day of the month with this number that is not in the future."""
    year, month = today.year, today.month
    for _ in range(3):
        if 1 <= day <= monthrange(year, month)[1] and date(year, month, day) <= today:
            return date(year, month, day)
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return None


def _near(words: str, today: date) -> date | None:
    padded = f" {words} "
    return next((today - timedelta(days=back) for name, back in _FIXED.items() if f" {name} " in padded), None)


def _weekday(words: str, today: date) -> date | None:
    found = _WEEKDAY.search(words)
    if not found:
        return None
    wanted = _WEEKDAYS.get(found[1] or found[3] or "", 6)
    monday = today - timedelta(days=today.weekday())
    if "tuan truoc" in words:
        return monday + timedelta(days=wanted - 7)
    day = monday + timedelta(days=wanted)
    if day > today or (day == today and ("vua" in words or "truoc" in words)):
        day -= timedelta(days=7)
    return day


def _months_back(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _ago(words: str, today: date) -> date | None:
    """So long ago: "3 ngày trước", "hai tuần nay", "cách đây 2 tháng"."""
    found = _AGO.search(words)
    if not found or not _AGO_SIGN.search(words):
        return None
    amount = number(found[1]) or number(found[1].split()[-1])
    if amount is None or not 0 < amount <= 1200 or amount != int(amount):
        return None
    count = int(amount)
    if found[2] in ("ngay", "hom", "bua", "tuan"):
        return today - timedelta(days=count * (7 if found[2] == "tuan" else 1))
    back = _months_back(today, count * (12 if found[2] == "nam" else 1))
    return back if back.year >= 1900 else None


def _period(words: str, today: date) -> date | None:
    """The coarse words, tried last: "tuần trước", "đầu tháng", "năm ngoái"."""
    if "tuan truoc" in words or "tuan qua" in words:
        return today - timedelta(days=7)
    if "tuan" in words.split() and ("dau" in words or "nay" in words):
        return today - timedelta(days=today.weekday())
    return _month(words, today) or _year(words, today)


def _month(words: str, today: date) -> date | None:
    if "thang" not in words.split():
        return None
    first = today.replace(day=1)
    last = first - timedelta(days=1)
    before = "thang truoc" in words or "thang qua" in words
    if "giua" in words:
        return first.replace(day=15) if today.day >= 15 and not before else last.replace(day=15)
    if "cuoi" in words:
        return last
    if "dau" in words:
        return last.replace(day=1) if before else first
    return _months_back(today, 1) if before else first if "nay" in words else None


def _year(words: str, today: date) -> date | None:
    if "nam ngoai" in words or "nam truoc" in words:
        return date(today.year - 1, 1, 1) if "dau" in words else _months_back(today, 12)
    if "dau nam" in words or words == "nam nay":
        return date(today.year, 1, 1)
    year = re.fullmatch(r"(?:tu |khoang |dau )?nam (\d{4})", words)
    return _on(1, 1, year[1], today) if year else None
