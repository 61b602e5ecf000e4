"""Words that are data (forms, facts, the page) are whole in both languages too, and in composed letters."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
FACTS = sorted((ROOT / "handlers" / "facts").glob("*.json"))
FORMS = sorted((ROOT / "handlers" / "forms").glob("*.md"))
PAGE = ROOT / "bot" / "channels" / "web" / "words.json"
VI, EN = "::Tiếng Việt (vi)", "::English (en)"


def named(path: Path) -> str:
    return path.name


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object of a JSON document, however deep."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects(inner)


@pytest.mark.parametrize("path", FACTS, ids=named)
def test_facts_speak_both_languages(path: Path) -> None:
    for found in objects(json.loads(path.read_text(encoding="utf-8"))):
        for key in found:
            other = key.replace("vi", "en") if key == "vi" or key.endswith("_vi") else None
            if other:
                assert bool(found[key]) == bool(found.get(other)), found


@pytest.mark.parametrize("path", [*FACTS, *FORMS, PAGE], ids=named)
def test_letters_are_composed(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert unicodedata.is_normalized("NFC", text)
    assert "\ufffd" not in text


def test_the_page_speaks_both_languages() -> None:
    words = json.loads(PAGE.read_text(encoding="utf-8"))
    assert set(words) == {"vi", "en"}
    assert words["vi"].keys() == words["en"].keys()
    assert [key for language in words.values() for key, text in language.items() if not text] == []


def rows(path: Path) -> Iterator[dict[str, str]]:
    """The rows of all tables of a form, by their columns' names."""
    header: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")] if line.startswith("|") else []
        if not cells:
            header = []
        elif cells[0]:  # the table's name opens it, its columns come next
            header = ["?"]
        elif header == ["?"]:
            header = cells
        elif header:
            yield dict(zip(header, cells, strict=False))


@pytest.mark.parametrize("path", FORMS, ids=named)
def test_forms_speak_both_languages(path: Path) -> None:
    spoken = 0
    for row in rows(path):
        for column in row:
            if column.endswith(VI):
                english = column.removesuffix(VI) + EN
                assert bool(row[column]) == bool(row.get(english)), (path.name, column, row)
                spoken += bool(row[column])
    assert spoken > 0
