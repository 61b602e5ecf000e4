"""Plain rows -> what the registry should be, and every problem named; nothing is read or written here."""

from __future__ import annotations

from datetime import date

from bot.workbook import check_people, check_rest, check_units
from bot.workbook.context import Check
from bot.workbook.problems import Found
from bot.workbook.read import Book
from bot.workbook.snapshot import Snapshot


def check(book: Book, known: Snapshot, found: Found, today: date) -> Snapshot:
    """What the workbook wants; to be used only when `found.problems` is empty."""
    run = Check(book, known, found, today)
    check_units.check(run)
    check_rest.departments(run)
    check_rest.texts(run)
    check_people.check(run)
    check_units.people_left(run)
    check_rest.routing(run)
    check_rest.groups(run)
    check_rest.calendar(run)
    return run.wanted
