"""Writes the workbook, blank or filled: headings, hints, drop-downs, a frozen first row, a marked example. Streams rows."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties

from bot.workbook import lists
from bot.workbook.cells import Value
from bot.workbook.layout import GUIDE, LISTS, NOTE, SHEETS, Column, Sheet
from handlers.words import N_, Words

_LAST: Final = 20_000  # rows that get drop-downs; Excel keeps a rule for the range, not one for each row
_HEAD: Final = PatternFill("solid", fgColor="1F4E78")
_NEEDED: Final = PatternFill("solid", fgColor="C00000")
_PALE: Final = PatternFill("solid", fgColor="F2F2F2")
_LINE: Final = 15  # points
_A4: Final = 9  # as Excel numbers paper
_TEXT: Final = "@"  # so that Excel leaves phones, codes and "1-2" as they are typed
_DAY: Final = "dd/mm/yyyy"
_GUIDE: Final = (
    N_("This workbook holds who is who in your commune. Fill it in, save it, then run: danvan import danvan.xlsx"),
    N_("First look at what would change, with nothing written: danvan import danvan.xlsx --dry-run"),
    N_("Red headings must be filled in. Everything else may stay empty."),
    N_("Rows marked EXAMPLE or HINT in the first column are skipped; delete or keep them."),
    N_("An empty cell changes nothing, nor does a row you leave out or delete. A dash (-) empties what was known."),
    N_("Somebody leaves: write the first day off in the column “Off from”. Do not delete the row."),
    N_("Two hamlets become one: in the row of the one that goes choose “Merged into”, name the other and the day."),
    N_("A hamlet gets a new name: in its row write the new name, choose “Renamed”, the old name and the day."),
    N_("Departments and routing may stay empty: the usual departments then answer for the usual matters."),
    N_("Use a Unicode font (Times New Roman, Arial). Text typed in .VnTime cannot be taken over."),
    N_("If anything is wrong nothing is imported, and every mistake is named with sheet, row and column."),
)
Rows = Mapping[str, Iterable[Mapping[str, Value]]]


def write(path: Path, words: Words, rows: Rows | None = None) -> None:
    """The workbook in the language of `words`; `rows`: sheet key -> rows by column key. Raises OSError."""
    book = Workbook(write_only=True)
    _guide(book, words)
    ranges = _ranges()
    for sheet in SHEETS:
        _sheet(book, sheet, words, ranges, (rows or {}).get(sheet.key, ()), example=rows is None)
    _lists(book, words)
    book.save(path)


def _guide(book: Workbook, words: Words) -> None:
    page = book.create_sheet(words(GUIDE))
    page.column_dimensions["A"].width = 120
    _paper(page)
    page.row_dimensions[1].height = 28
    page.append([_cell(page, words("danvan: the commune's workbook"), font=Font(bold=True, size=16))])
    for number, sentence in enumerate(_GUIDE, 1):
        page.append([_cell(page, f"{number}. {words(sentence)}", font=Font(size=13), wrap=True)])


def _ranges() -> dict[str, str]:
    """Kind of list -> where its words stand on the lists' sheet, to be filled into the sheet's own title."""
    return {
        kind: f"${get_column_letter(place)}$2:${get_column_letter(place)}${len(lists.names(kind)) + 1}"
        for place, kind in enumerate(lists.KINDS, 1)
    }


def _lists(book: Workbook, words: Words) -> None:
    page = book.create_sheet(words(LISTS))
    page.sheet_state = "hidden"
    columns = [[kind, *lists.names(kind, words.lang).values()] for kind in lists.KINDS]
    for place in range(max(map(len, columns))):
        page.append([column[place] if place < len(column) else None for column in columns])


def _sheet(
    book: Workbook,
    sheet: Sheet,
    words: Words,
    ranges: Mapping[str, str],
    rows: Iterable[Mapping[str, Value]],
    *,
    example: bool,
) -> None:
    page = book.create_sheet(words(sheet.title))
    page.freeze_panes = "B2"
    _paper(page)
    page.print_title_rows = "1:1"
    page.row_dimensions[1].height = 34
    if example:  # Excel makes room for wrapped words only where it wrote the row itself
        page.row_dimensions[2].height = _LINE * max(
            _lines(words(column.hint), column.width) for column in sheet.columns
        )
    for place, column in enumerate(sheet.columns, 1):
        letter = get_column_letter(place)
        page.column_dimensions[letter].width = column.width
        rule = _rule(column, words, ranges)
        if rule is not None:
            rule.add(f"{letter}2:{letter}{_LAST}")
            page.data_validations.append(rule)
    page.append([_heading(page, column, words) for column in sheet.columns])
    if example:
        page.append(_marked(page, words("HINT"), [words(column.hint) for column in sheet.columns]))
        page.append(_marked(page, words("EXAMPLE"), [column.example for column in sheet.columns]))
    keys = [column.key for column in sheet.columns]
    dates = {column.key for column in sheet.columns if column.kind == "date"}
    for row in rows:
        page.append([_value(page, row.get(key), is_day=key in dates) for key in keys])
    if example:
        for _row in range(200):  # empty rows whose cells are text already
            page.append([_value(page, "", is_day=key in dates) for key in keys])


def _paper(page: Any) -> None:
    """Printed, a sheet is as wide as the paper."""
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", _A4
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _lines(text: str, width: float) -> int:
    return math.ceil(len(text) * 1.15 / width)


def _rule(column: Column, words: Words, ranges: Mapping[str, str]) -> DataValidation | None:
    """A drop-down, or only the hint that Excel shows beside the cell; what is typed instead is warned of, not refused."""
    if column.key == NOTE:
        return None
    if column.kind in ranges:
        rule = DataValidation(type="list", formula1=f"'{words(LISTS)}'!{ranges[column.kind]}", allow_blank=True)
        rule.errorStyle = "warning"
        rule.showErrorMessage = column.kind not in ("departments", "department_names", "communes")
    else:
        rule = DataValidation(allow_blank=True)
    rule.showInputMessage = True
    rule.promptTitle, rule.prompt = words(column.title)[:32], words(column.hint)[:255]
    return rule


def _heading(page: Any, column: Column, words: Words) -> Any:
    cell = _cell(page, words(column.title), font=Font(bold=True, color="FFFFFF"), wrap=True)
    cell.fill = _NEEDED if column.required else _HEAD
    cell.comment = Comment(words(column.hint), "danvan", height=90, width=260)
    return cell


def _marked(page: Any, mark: str, texts: Sequence[str]) -> list[Any]:
    cells = [
        _cell(page, text or None, font=Font(italic=True, color="7F7F7F"), wrap=True) for text in (mark, *texts[1:])
    ]
    for cell in cells:
        cell.fill, cell.number_format = _PALE, _TEXT
    return cells


def _cell(page: Any, value: object, *, font: Font, wrap: bool = False) -> Any:
    cell = WriteOnlyCell(page, value=value)
    cell.font = font
    cell.alignment = Alignment(wrap_text=wrap, vertical="top")
    return cell


def _value(page: Any, value: Value | None, *, is_day: bool) -> Any:
    cell = WriteOnlyCell(page, value=value or None)
    if isinstance(value, str) and value.startswith("="):
        cell.data_type = "s"  # words, whatever they begin with: no formula is ever written
    cell.number_format = _DAY if is_day or isinstance(value, date) else _TEXT
    return cell
