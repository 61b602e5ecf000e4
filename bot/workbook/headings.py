"""Which sheet and which column is meant, though it was renamed a little, moved, or written without diacritics."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Final

from bot.workbook.layout import GUIDE, LISTS, SHEETS, Sheet
from bot.workbook.problems import Found, Problem
from handlers.vietnamese import fold
from handlers.words import LANGUAGES, words_for

if TYPE_CHECKING:
    from bot.workbook.read import Page

DEEPEST: Final = 15  # rows from the top in which the headings may stand: clerks put titles above
# Headings people use of their own accord, folded -> column key, for any sheet that has such a column.
_ALSO: Final = {
    "ho ten": "name", "ho va ten": "name", "ten can bo": "name", "sdt": "phone", "so dien thoai": "phone",
    "dien thoai": "phone", "zalo": "phone", "chuc vu": "role", "chuc danh": "role", "xa": "commune",
    "phuong": "commune", "xa phuong": "commune", "thon": "hamlet", "xom": "hamlet", "thon xom": "hamlet",
    "to dan pho": "hamlet", "phong ban": "department", "don vi cong tac": "department", "lanh dao": "superior",
    "nguoi thay the": "substitute", "tu ngay": "from", "nghi tu ngay": "to", "linh vuc": "category",
    "chu tri": "department", "phoi hop": "co", "tinh": "province", "ngay": "day", "noi dung": "value",
}  # fmt: skip


@cache
def _titles() -> dict[str, str]:
    return {fold(words_for(lang)(sheet.title)): sheet.key for lang in LANGUAGES for sheet in SHEETS}


def sheet_of(title: str) -> Sheet | None:
    """The known sheet of that title, or of one much like it."""
    folded = fold(title)
    if folded in {fold(words_for(lang)(name)) for lang in LANGUAGES for name in (GUIDE, LISTS)}:
        return None
    close = get_close_matches(folded, _titles(), n=1, cutoff=0.85)
    return next((sheet for sheet in SHEETS if close and sheet.key == _titles()[close[0]]), None)


@cache
def _headings(key: str) -> dict[str, str]:
    sheet = next(sheet for sheet in SHEETS if sheet.key == key)
    found = {title: column for title, column in _ALSO.items() if any(c.key == column for c in sheet.columns)}
    for lang in LANGUAGES:
        found |= {fold(words_for(lang)(column.title)): column.key for column in sheet.columns}
    return found


def columns_of(sheet: Sheet, texts: list[str]) -> dict[str, tuple[int, str]]:
    """Column key -> (place, heading) of a row of headings; empty when this is no such row (fewer than two known)."""
    known = _headings(sheet.key)
    found: dict[str, tuple[int, str]] = {}
    left = []
    for place, text in enumerate(texts):
        key = known.get(fold(text.rstrip("* ")))
        if key and key not in found:
            found[key] = (place, text)
        elif text:
            left.append((place, text))
    if len(found) < 2:
        return {}
    for place, text in left:  # those renamed a little take what is left over
        free = {title: key for title, key in known.items() if key not in found}
        close = get_close_matches(fold(text), free, n=1, cutoff=0.8)
        if close:
            found[free[close[0]]] = (place, text)
    return found


def tell(page: Page, number: int, texts: list[str], found: Found) -> None:
    """Required columns that are missing are problems; columns nobody knows are named."""
    _ = found.words
    for column in page.sheet.columns:
        if column.required and column.key not in page.columns:
            text = _("The column “{heading}” is missing. Put it back, even where it was moved or renamed.")
            found.problems.append(Problem(page.title, number, "", "", text.format(heading=_(column.title))))
    used = {place for place, _text in page.columns.values()}
    for place, text in enumerate(texts):
        if text and place not in used:
            note = _("The column “{heading}” is not known and was not read.").format(heading=text)
            found.notes.append(Problem(page.title, number, "", "", note))
