"""Looks at an Excel file before it is opened as one: is it one at all, and what does it say beside its values?

Read straight from the zip and its XML: merged ranges, hidden rows, formulas that were never computed. openpyxl tells
these only when it holds the whole sheet in memory.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from bot.workbook.problems import UnreadableError
from handlers.words import Words

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the container of Office before 2007, and of encrypted files
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_BIGGEST: Final = 400 * 2**20  # bytes when unpacked: a hundred times what 20,000 people need
_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_MERGED: Final = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
_ROW: Final = re.compile(rb"<(?:\w+:)?row\s([^>]*)>")
_FORMULA: Final = re.compile(
    rb'<(?:\w+:)?c\s[^>]*?r="([A-Z]+)(\d+)"[^>]*>\s*<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*'
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>|</(?:\w+:)?c>)"
)


@dataclass(frozen=True, slots=True)
class Extra:
    """Of one sheet; columns count from 0, rows from 1. `merged`: (first row, last row, first column, last column)."""

    merged: tuple[tuple[int, int, int, int], ...]
    hidden: frozenset[int]
    formulas: frozenset[tuple[int, int]]


def look(path: Path, words: Words) -> dict[str, Extra]:
    """Sheet title -> what it says beside its values. Raises `UnreadableError` with one sentence."""
    _ = words
    try:
        with path.open("rb") as file:
            head = file.read(8)
            if head.startswith(_OLE):
                file.seek(0)
                secret = _ENCRYPTED in file.read()
                raise UnreadableError(_LOCKED(_) if secret else _OLD(_))
    except FileNotFoundError:
        raise UnreadableError(_("There is no file {name}.").format(name=path)) from None
    except OSError:
        raise UnreadableError(
            _("The file {name} cannot be opened. Is it still open in Excel, or a folder?").format(name=path.name)
        ) from None
    if not zipfile.is_zipfile(path):
        raise UnreadableError(
            _("{name} is no Excel workbook. Open it in Excel and save it as .xlsx.").format(name=path.name)
        )
    try:
        with zipfile.ZipFile(path) as package:
            _judge(package, path.name, words)
            return {title: _extra(package.read(part)) for title, part in _parts(package)}
    except (zipfile.BadZipFile, KeyError, ET.ParseError, EOFError, OSError):
        raise UnreadableError(broken(path.name, words)) from None


def broken(name: str, words: Words) -> str:
    """The sentence about a damaged file."""
    return words("{name} is damaged. Open it in Excel and save it anew, or send it again.").format(name=name)


def _LOCKED(words: Words) -> str:  # noqa: N802 - reads as the constant it would be without translation
    return words("The workbook has a password. Open it in Excel, take the password away (File, Info), save it again.")


def _OLD(words: Words) -> str:  # noqa: N802
    return words("This is an old Excel file (.xls). Open it in Excel and save it as .xlsx.")


def _judge(package: zipfile.ZipFile, name: str, words: Words) -> None:
    parts = set(package.namelist())
    if "xl/workbook.xml" not in parts:
        raise UnreadableError(
            words("{name} is no Excel workbook. Open it in Excel and save it as .xlsx.").format(name=name)
        )
    if "xl/vbaProject.bin" in parts:
        raise UnreadableError(words("The workbook holds macros (.xlsm). Save it in Excel as a plain workbook (.xlsx)."))
    if sum(info.file_size for info in package.infolist()) > _BIGGEST:
        raise UnreadableError(words("The workbook is too big. Split it by communes and import one after another."))


def _parts(package: zipfile.ZipFile) -> list[tuple[str, str]]:
    """(title, path in the package) of every sheet. Python's expat bounds what entities may grow to (2.4 and later)."""
    links = {
        link.attrib["Id"]: link.attrib["Target"]
        for link in ET.fromstring(package.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 - see above
    }
    sheets = ET.fromstring(package.read("xl/workbook.xml")).iter(f"{_MAIN}sheet")  # noqa: S314
    paths = [(sheet.attrib["name"], links[sheet.attrib[_LINK]]) for sheet in sheets]
    return [
        (title, target.lstrip("/") if target.startswith("/") else f"xl/{target}")
        for title, target in paths
        if "worksheets/" in target
    ]


def _extra(xml: bytes) -> Extra:
    merged = tuple(
        (int(found[2]), int(found[4]), _place(found[1]), _place(found[3])) for found in _MERGED.finditer(xml)
    )
    hidden: set[int] = set()
    if b'hidden="' in xml:
        for found in _ROW.finditer(xml):
            row = re.search(rb'(?<!\w)r="(\d+)"', found[1])
            if row and re.search(rb'hidden="(?:1|true)"', found[1]):
                hidden.add(int(row[1]))
    formulas = {(int(found[2]), _place(found[1])) for found in _FORMULA.finditer(xml)} if b"f>" in xml else set()
    return Extra(merged, frozenset(hidden), frozenset(formulas))


def _place(letters: bytes) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + letter - 64
    return place - 1
