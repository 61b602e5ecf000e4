"""Workbooks made in tests, as a clerk's Excel would save them, and what an import of them says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from sqlalchemy import Connection, create_engine

from bot.workbook import plan as plans
from bot.workbook import snapshot
from bot.workbook.apply import apply
from bot.workbook.check import check
from bot.workbook.plan import Change
from bot.workbook.problems import Found, lines
from bot.workbook.read import read
from bot.workbook.snapshot import Snapshot
from handlers.words import words_for
from storage.migrate import synchronous

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
DAY = date(2026, 11, 25)
VI = words_for("vi")
Sheets = Mapping[str, Sequence[Sequence[Any]]]


def save(path: Path, sheets: Sheets) -> Path:
    """Sheets by title; the first row is the headings."""
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        page = book.create_sheet(title)
        for row in rows:
            page.append(list(row))
    book.save(path)
    return path


def look(path: Path, known: Snapshot | None = None) -> tuple[Snapshot, Found]:
    """What a workbook wants, and what is wrong with it, beside nothing or a registry."""
    found = Found(VI)
    book = read(path, found)
    return check(book, known or Snapshot(), found, DAY), found


def problems(path: Path, known: Snapshot | None = None) -> list[str]:
    return lines(look(path, known)[1].problems, VI)


def notes(path: Path, known: Snapshot | None = None) -> list[str]:
    return lines(look(path, known)[1].notes, VI)


def take(conn: Connection, path: Path) -> list[Change]:
    """Import it; every problem fails the test. Returns what was changed."""
    known = snapshot.read(conn)
    wanted, found = look(path, known)
    assert lines(found.problems, VI) == []
    changes = plans.plan(wanted, known)
    if changes:
        assert apply(conn, changes, known, NOW)
    return changes


def engine(url: str) -> Any:
    return create_engine(synchronous(url))
