"""Reading Vietnamese as people type it on phones: folding, numbers, areas, yes and no, positions. Pure.

Dates are in `handlers/vietnamese_dates.py`. Nothing here raises on any text; what is not understood is None.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

_MARKS = dict.fromkeys(range(0x300, 0x370)) | {ord(c): "d" for c in "đĐðÐ"}
_OTHER = re.compile(r"[\W_]+")
# Zero-width characters and direction marks: invisible, so nobody typed them on purpose, and they break search.
_INVISIBLE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff\ud800-\udfff]"
)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_BREAKS = re.compile("\r\n?|\u2028|\u2029|\x0b|\x0c|\x85")


def nfc_clean(text: str) -> str:
    """NFC, without control, zero-width and direction characters, trimmed; otherwise as typed. Line breaks stay."""
    if text.isascii() and text.isprintable():
        return text.strip()
    text = _BREAKS.sub("\n", text).replace("\t", " ")
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", text)).strip()


def is_storable(text: str) -> bool:
    """Whether every database takes it: no NUL, no half of a surrogate pair."""
    return text.isprintable() or not _UNSTORABLE.search(text)


def storable(text: str) -> str:
    """Without what no database takes (see `is_storable`)."""
    return text if is_storable(text) else _UNSTORABLE.sub("", text)


def plain(text: str) -> str:
    """Lower case without diacritics, đ -> d, punctuation kept: "2,5 Triệu" -> "2,5 trieu"."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKD", text).translate(_MARKS).lower().translate(_MARKS)


def fold(text: str) -> str:
    """For searching and comparing: `plain` with everything but letters and digits turned to single spaces."""
    return _OTHER.sub(" ", plain(text)).strip()


_SCALES = {
    "ty": 10**9, "ti": 10**9,
    "trieu": 10**6, "tr": 10**6, "cu": 10**6, "chai": 10**6,
    "nghin": 1000, "ngan": 1000, "ng": 1000, "k": 1000,
    "tram": 100, "chuc": 10, "muoi": 10,
}  # fmt: skip
_SMALL = {
    "khong": 0, "mot": 1, "hai": 2, "ba": 3, "bon": 4, "tu": 4, "nam": 5, "lam": 5, "nham": 5,
    "sau": 6, "bay": 7, "tam": 8, "chin": 9,
}  # fmt: skip
_ALONE = frozenset({"tram", "chuc", "muoi", "nghin", "ngan", "trieu", "ty"})  # "trăm hộ" is a hundred; "k" alone is not
_HALF, _ZERO = frozenset({"ruoi", "nua"}), frozenset({"linh", "le"})
_TOKEN = re.compile(
    r"(?P<number>\d{1,3}(?: \d{3})+(?![\d.,]*\d)|\d+(?:[.,]\d+)*)"
    r"|(?P<scale>(?:ty|ti|trieu|tr|cu|nghin|ngan|ng|k|tram|chuc)(?![a-z]))"
    r"|(?P<word>[a-z]+\d*)|(?P<end>[^\s\da-z])"
)
_FIVE = frozenset({"lam", "nham"})  # five, but only after tens: "hai lăm"; alone "lắm" is "very"
_SPELT = frozenset(
    {"không", "một", "mốt", "hai", "ba", "bốn", "tư", "năm", "lăm", "nhăm", "sáu", "bảy", "bẩy", "tám", "chín"}
)
_WORD = re.compile(r"[^\W\d_]+")
_DIGITS = 15

Token = tuple[str, str]


def _literal(text: str) -> Decimal | None:
    """Digits as Vietnamese write them: a point parts thousands, a comma decimals; yet 2.5 is 2½, 1,250 is 1250."""
    text = text.replace(" ", "")
    if len(text) > 2 * _DIGITS:
        return None
    points, commas = text.count("."), text.count(",")
    if points and commas:
        thousands, decimal = (".", ",") if text.rfind(",") > text.rfind(".") else (",", ".")
        if text.count(decimal) > 1:
            return None
        text = text.replace(thousands, "").replace(decimal, ".")
    elif points or commas:
        mark = "." if points else ","
        head, *groups = text.split(mark)
        grouped = all(len(group) == 3 for group in groups) and 0 < len(head) <= 3 and not head.startswith("0")
        if not grouped and len(groups) > 1:
            return None
        text = text.replace(mark, "" if grouped else ".")
    return Decimal(text) if len(text) <= _DIGITS else None


def _runs(text: str) -> list[list[Token]]:
    """The stretches of a text that each spell one number."""
    runs: list[list[Token]] = [[]]
    for found in _TOKEN.finditer(text):
        kind, token = found.lastgroup or "", found.group()
        last = runs[-1][-1][0] if runs[-1] else ""
        if kind == "word" and token in _SCALES:
            kind = "scale"
        elif kind == "word":
            kind = "small" if token in _SMALL else "half" if token in _HALF else "zero" if token in _ZERO else "end"
        if (
            kind == "end"
            or (kind == "zero" and last != "scale")
            or (kind == "scale" and not last and token not in _ALONE)
            or (token in _FIVE and last not in ("small", "scale"))
            or (kind == "half" and last not in ("", "scale"))
        ):
            runs.append([])
        elif last == "small" and token in _FIVE and runs[-1][-1][1] in _SMALL:
            runs[-1] += [("scale", "muoi"), (kind, token)]  # "hai lăm" is 25
        elif kind in ("number", "small") and last in ("number", "small"):
            # "10 năm" is ten years, not 10 and 5; "hai ba" are two numbers
            if kind == "number" or last == "small":
                runs.append([(kind, token)])
            else:
                runs.append([])
        else:
            runs[-1].append((kind, token))
    return [run for run in runs if run and not all(kind == "zero" for kind, _ in run)]


def _value(run: list[Token]) -> Decimal | None:
    """One number: "mot tram linh nam", "12 tr 4", "1 ty 200 trieu"."""
    total, group = Decimal(0), Decimal(0)
    pending: Decimal | None = None
    digits, scale, exact = 0, 1, False  # the pending literal's length, the last scale, whether "linh" came after it
    for kind, token in run:
        if kind == "number":
            pending = _literal(token)
            if pending is None:
                return None
            digits = len(token)
        elif kind == "small":
            pending, digits = Decimal(_SMALL[token]), 1
        elif kind == "zero":
            exact = True
        elif kind == "half":
            if pending is None and scale == 1:
                pending = Decimal("0.5")
            else:
                total += Decimal(scale) / 2
        else:
            size, exact = _SCALES[token], False
            if size < 1000:
                group += (Decimal(1) if pending is None else pending) * size
            else:
                whole = group + (pending or 0)
                total += (whole if whole or pending is not None else Decimal(1)) * size
                group = Decimal(0)
            pending, scale = None, size
    if pending is not None and scale > 10 and not exact and pending < scale and pending == int(pending):
        # "12tr4" is 12.4 million, "trăm hai" 120: what follows a scale counts its next places
        pending = pending * scale / 10 ** (digits if scale > 100 else 1) if scale > 100 or pending < 10 else pending
    return total + group + (pending or 0)


def _not_a_number(found: re.Match[str]) -> str:
    """Where people do write diacritics, "sau lụt" is no six and "nhiều lắm" no five."""
    word = found.group()
    return "x" if plain(word) in _SMALL and word not in _SPELT else word


def number(text: str) -> Decimal | None:
    """The one number in a text; None where there is none, or more than one ("38 hộ, 120 khẩu").

    Digits go before words: "40 hộ năm nay" is 40, though "năm" also means five.
    """
    if len(text) > 200:
        return None
    text = nfc_clean(text).lower()
    if not text.isascii():
        text = plain(_WORD.sub(_not_a_number, text))
    sign = -1 if re.match(r"-\d", text) else 1
    if text in ("khong co", "khong co ho nao", "chua co", "khong co gi"):
        return Decimal(0)
    runs = _runs(text)
    with_digits = [run for run in runs if any(kind == "number" for kind, _ in run)]
    if with_digits:
        runs = with_digits
    elif text.startswith(("khong ", "chua ")):
        return None  # "không rõ", "không nhớ": not nought
    if len(runs) != 1:
        return None
    value = _value(runs[0])
    return None if value is None else value * sign


# Northern measures: 1 mẫu = 10 sào = 150 thước = 3600 m2.
_AREAS = {
    "m2": 1, "m vuong": 1, "met vuong": 1, "thuoc": 24, "sao": 360, "mau": 3600,
    "ha": 10**4, "hecta": 10**4, "hec ta": 10**4, "km2": 10**6,
}  # fmt: skip
_AREA = re.compile(r"(?<![a-z])(km2|m2|met vuong|m vuong|thuoc|sao|mau|hecta|hec ta|ha)(?![a-z0-9])(\s+ruoi)?")


def area(text: str) -> Decimal | None:
    """Square metres of "2.450 m2", "2,5 ha", "3 sào", "1 mẫu 2 sào", "2 sào rưỡi"; a bare number is square metres."""
    text = plain(nfc_clean(text))
    if len(text) > 200:
        return None
    total, start = Decimal(0), 0
    for found in _AREA.finditer(text):
        value = number(text[start : found.start()])
        if value is None:
            return None
        total += value * _AREAS[found[1]] + (Decimal(_AREAS[found[1]]) / 2 if found[2] else 0)
        start = found.end()
    return total if start else number(text)


_BEFORE = frozenset({"chon", "so", "muc", "cau", "o", "y", "thu", "la", "em", "toi", "cai", "dong", "da", "vang"})
_AFTER = frozenset({"nhe", "a", "nha", "di", "ah"})


def ordinal(text: str) -> int | None:
    """A position in a list: "2", "2.", "hai", "số 2", "chọn số hai"."""
    if len(text) > 40:
        return None
    words = fold(text).split()
    while len(words) > 1 and words[0] in _BEFORE:
        words.pop(0)
    while len(words) > 1 and words[-1] in _AFTER:
        words.pop()
    if not words or len(words) > 4:
        return None
    if len(words) == 1 and words[0].isdecimal():
        return int(words[0]) if len(words[0]) < 4 else None
    runs = _runs(" ".join(words))
    if len(runs) != 1 or len(runs[0]) != len(words):
        return None
    value = _value(runs[0])
    return int(value) if value is not None and value == int(value) and 0 <= value < 1000 else None


_NO = frozenset({"khong", "ko", "k", "kh", "hk", "hok", "hem", "hong", "no", "n", "chua", "dung co"})
_YES = frozenset({"co", "dong", "ok", "oke", "okie", "okay", "u", "uh", "um", "vang", "da", "dung", "phai", "yes", "y"})
_YES_MORE = frozenset({"dc", "duoc", "nhat", "chac", "roi"})


def yes_no(text: str) -> bool | None:
    """True for "có", "vâng", "ok", "đồng ý"; False for "không", "ko", "dạ không"; None for anything longer or else."""
    if len(text) > 40:
        return None
    words = fold(text).split()
    if not words or len(words) > 5:
        return None
    if any(word in _NO for word in words):
        return False
    return True if words[0] in _YES or words[0] in _YES_MORE else None
