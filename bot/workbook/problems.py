"""What is wrong with a workbook, named by sheet, row and column, in sentences for the clerk."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from handlers.words import N_, Words

if TYPE_CHECKING:
    from bot.workbook.read import Row


class UnreadableError(Exception):
    """The file cannot be read at all; the text is one kind sentence."""


@dataclass(frozen=True, slots=True)
class Problem:
    """`column` is Excel's letter; both it and the heading are empty where a whole row or sheet is meant, `row` is 0."""

    sheet: str
    row: int
    column: str
    heading: str
    text: str

    def line(self, words: Words) -> str:
        """«Cán bộ», dòng 12, cột D (Điện thoại): …"""
        if not self.row:
            where = words("Sheet “{sheet}”")
        elif not self.column:
            where = words("Sheet “{sheet}”, row {row}")
        else:
            where = words("Sheet “{sheet}”, row {row}, column {column} ({heading})")
        place = where.format(sheet=self.sheet, row=self.row, column=self.column, heading=self.heading)
        return f"{place}: {self.text}"


@dataclass(slots=True)
class Found:
    """Problems stop an import; notes are only said."""

    words: Words
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)

    def wrong(self, row: Row, key: str, text: str) -> None:
        """A cell's mistake; `text` is translated already."""
        self.problems.append(row.place(key, text))

    def note(self, row: Row, key: str, text: str) -> None:
        """Understood, but the clerk should know how."""
        self.notes.append(row.place(key, text))


def lines(problems: list[Problem], words: Words) -> list[str]:
    """A line each, in the sheets' order; the same words about one column are said once, with all their rows."""
    same: dict[tuple[str, str, str], list[Problem]] = {}
    for problem in problems:
        same.setdefault((problem.sheet, problem.column, problem.text), []).append(problem)
    found = []
    for some in same.values():
        rows = [str(problem.row) for problem in some[1:]]
        more = words("; the same in rows {rows}").format(rows=", ".join(rows[:20]) + (" …" if len(rows) > 20 else ""))
        found.append(some[0].line(words) + (more if rows else ""))
    return found


MISSING = N_("is empty. It must be filled in.")
