"""openpyxl -> plain cells by sheet and column key, with Excel's habits understood. Knows nothing of the registry."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import openpyxl
from openpyxl.utils import get_column_letter

from bot.workbook import headings, tcvn3
from bot.workbook.cells import Value
from bot.workbook.layout import DEPARTMENTS, NOTE, ROUTING, SHEETS, Sheet
from bot.workbook.package import Extra, broken, look
from bot.workbook.problems import Found, Problem, UnreadableError
from handlers.vietnamese import fold, nfc_clean
from handlers.words import LANGUAGES, N_, words_for

_SPACES: Final = re.compile(r"\s+")
_SKIP: Final = ("vi du", "goi y", "example", "hint")
_MARKED: Final = N_("This row is marked as an example and was not read. Take the mark away if it is real.")
_ERROR: Final = N_("The formula gives {value}. Correct it, or type the value itself.")
_UNCOMPUTED: Final = N_(
    "A formula that was never computed. Open the workbook in Excel, save it, and import it again; or type the value."
)
_OLD_FONT: Final = N_(
    "typed in an old font (.VnTime, TCVN3): “{value}”. It should read “{right}”: please type it in Unicode."
)


@dataclass(slots=True)
class Page:
    """A sheet as found: its title in the file and, of each known column, its place (from 0) and heading there."""

    sheet: Sheet
    title: str
    columns: dict[str, tuple[int, str]] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Row:
    """One row's cells by column key; empty cells are not there."""

    page: Page
    number: int
    cells: dict[str, Value]

    def place(self, key: str, text: str) -> Problem:
        """A problem or note about one cell ("" for the row), named as the file names it."""
        place, heading = self.page.columns.get(key, (-1, ""))
        letter = get_column_letter(place + 1) if place >= 0 else ""
        return Problem(self.page.title, self.number, letter, heading, text)


@dataclass(slots=True)
class Book:
    """All known sheets of a file."""

    pages: dict[str, Page] = field(default_factory=dict)

    def rows(self, sheet: Sheet) -> list[Row]:
        """A sheet's rows; none when the workbook does not have it."""
        return self.pages[sheet.key].rows if sheet.key in self.pages else []


def read(path: Path, found: Found) -> Book:
    """The workbook's rows; what is wrong with single cells goes to `found`. Raises `UnreadableError`."""
    words, book = found.words, Book()
    extras = look(path, words)
    try:
        file = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except Exception:  # noqa: BLE001 - openpyxl fails in many ways on a damaged file
        raise UnreadableError(broken(path.name, words)) from None
    try:
        for worksheet in file.worksheets:
            sheet = headings.sheet_of(worksheet.title)
            if sheet is not None:
                book.pages[sheet.key] = _page(sheet, worksheet, extras[worksheet.title], found)
    except (ValueError, KeyError, IndexError):
        raise UnreadableError(broken(path.name, words)) from None
    finally:
        file.close()
    if not book.pages:
        names = ", ".join(f"“{words(sheet.title)}”" for sheet in SHEETS)
        raise UnreadableError(
            words("The workbook has none of the sheets {names}. Make a blank one with: danvan init").format(names=names)
        )
    return book


def _page(sheet: Sheet, worksheet: Any, extra: Extra, found: Found) -> Page:
    worksheet.reset_dimensions()  # some programs write a wrong one, and rows beyond it would be lost
    page, seen = Page(sheet, worksheet.title), False
    spans = _spans(extra)
    above: dict[tuple[int, int], Any] = {}
    for number, cells in enumerate(worksheet.iter_rows(), 1):
        if not page.columns:
            texts = [_heading(cell.value) for cell in cells] if number <= headings.DEEPEST else []
            seen = seen or any(texts)
            page.columns = headings.columns_of(sheet, texts)
            if page.columns:
                headings.tell(page, number, texts, found)
            continue
        row = Row(page, number, {})
        _fill(row, cells, extra, spans, above, found)
        if row.cells and not _skipped(row, found) and not _banner(page, number, extra):
            page.rows.append(row)
            if number in extra.hidden:
                found.note(row, "", found.words("This row is hidden in Excel; it is imported like the others."))
    if seen and not page.columns:
        text = found.words("No row with the headings was found. The first should be “{heading}”.")
        first = next(column for column in sheet.columns if column.key != NOTE)
        found.problems.append(Problem(page.title, 0, "", "", text.format(heading=found.words(first.title))))
    return page


def _heading(value: Any) -> str:
    return tidy(str(value)) if value is not None else ""


def tidy(text: str) -> str:
    """NFC, no invisible characters, single spaces."""
    return _SPACES.sub(" ", nfc_clean(text)).strip()


def _spans(extra: Extra) -> dict[tuple[int, int], tuple[int, int]]:
    """Cell of a merged range -> its first cell."""
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for first, last, left, right in extra.merged:
        for row in range(first, min(last, first + 100_000) + 1):
            for column in range(left, min(right, left + 200) + 1):
                found[row, column] = (first, left)
    return found


def _banner(page: Page, number: int, extra: Extra) -> bool:
    """A line such as "I. HAMLET CADRES" merged across the table is for the eye."""
    if not extra.merged:
        return False
    places = [place for place, _heading in page.columns.values()]
    return any(
        first == last == number and sum(left <= place <= right for place in places) * 2 > len(places)
        for first, last, left, right in extra.merged
    )


def _fill(
    row: Row,
    cells: Iterable[Any],
    extra: Extra,
    spans: dict[tuple[int, int], tuple[int, int]],
    above: dict[tuple[int, int], Any],
    found: Found,
) -> None:
    """`above` keeps the first cells of merged ranges for the rows below them."""
    at = tuple(cells)
    for key, (place, _heading) in row.page.columns.items():
        cell, start = (at[place] if place < len(at) else None), spans.get((row.number, place))
        if start is not None:
            if start == (row.number, place):
                above[start] = cell
            elif start[0] == row.number:
                above.setdefault(start, at[start[1]] if start[1] < len(at) else None)
            cell = above.get(start)
        if (row.number, place) in extra.formulas:
            found.wrong(row, key, found.words(_UNCOMPUTED))
        elif cell is not None and cell.value is not None:
            value = _value(row, key, cell, found)
            if value != "":
                row.cells[key] = value


def _value(row: Row, key: str, cell: Any, found: Found) -> Value:
    raw, _ = cell.value, found.words
    if cell.data_type == "e":
        found.wrong(row, key, _(_ERROR).format(value=raw))
        return ""
    if isinstance(raw, str):
        right = None if raw.isascii() else tcvn3.converted(raw, _font(cell))
        if right is not None:
            found.wrong(row, key, _(_OLD_FONT).format(value=tidy(raw), right=tidy(right)))
            return tidy(right)
        return tidy(raw)
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw))
    return tidy(str(raw))


def _font(cell: Any) -> str:
    """The name of its font; only asked of text that could be in an old one."""
    return str(cell.font.name or "") if cell.has_style else ""


def _skipped(row: Row, found: Found) -> bool:
    """The example and the hints, also when the hints' mark was taken away."""
    note = row.cells.pop(NOTE, "")
    hints, example = _ours(row.page.sheet)
    if isinstance(note, str) and fold(note).startswith(_SKIP):
        if not all(value in hints or value in example.values() for value in row.cells.values()):
            found.note(row, NOTE, found.words(_MARKED))  # somebody wrote over the example and left its mark
        return True
    made_up = row.cells == example and row.page.sheet not in (DEPARTMENTS, ROUTING)  # those two are true of many
    return made_up or all(value in hints for value in row.cells.values())


@cache
def _ours(sheet: Sheet) -> tuple[frozenset[Value], dict[str, Value]]:
    """What the blank workbook itself says in a sheet's rows: hints, and the example's cells."""
    hints = {words_for(lang)(column.hint) for lang in LANGUAGES for column in sheet.columns}
    return frozenset(hints), {column.key: column.example for column in sheet.columns if column.example}
