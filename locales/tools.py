"""`python -m locales.tools extract|update|compile|check`: the catalogs' whole life.

English sentences stand in the code and are the keys; `vi` and `en` are both complete. `extract` collects them into
`danvan.pot`; `update [MORE.po …]` brings both catalogs up to it, taking translations from the files named too, and
prints what has none yet; `compile` writes the .mo files that the program reads; `check` says what is wrong.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from locales import check as rules
from locales.sources import sentences

if TYPE_CHECKING:
    from collections.abc import Sequence

    Text = str | list[str] | tuple[str, ...]

FOLDER = Path(__file__).parent
TEMPLATE = FOLDER / "danvan.pot"
LANGUAGES = ("vi", "en")
WRITTEN = datetime(2025, 1, 1, tzinfo=UTC)  # fixed, so that a catalog changes only when its words do
BLANKS = (b"EMAIL@ADDRESS", b"FULL NAME", b"LL@li.org")  # header fields that nobody filled in


def path_of(language: str) -> Path:
    """Where a language's catalog is."""
    return FOLDER / language / "LC_MESSAGES" / "danvan.po"


def extract(root: Path) -> Catalog:
    """The template: every sentence of the code, with the files it stands in."""
    template = _empty(None)
    for sentence in sentences(root):
        key = (sentence.one, sentence.many) if sentence.many else sentence.one
        template.add(key, locations=[(sentence.path, 0)])
    return template


def merge(template: Catalog, language: str, sources: Sequence[Catalog]) -> Catalog:
    """A catalog with exactly the template's sentences, translated as in the first source that has each."""
    catalog = _empty(language)
    for message in template:
        if message.id:
            text = message.id if language == "en" else _translation(message.id, sources)
            catalog.add(message.id, text, locations=message.locations)
    return catalog


def load(path: Path, language: str | None = None) -> Catalog:
    """A catalog from a file. Raises `babel.messages.pofile.PoFileError` with the line."""
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def save(catalog: Catalog, path: Path) -> None:
    """Write it, if that changes anything."""
    out = BytesIO()
    write_po(out, catalog, width=120, include_lineno=False, sort_output=False, omit_header=False)
    lines = out.getvalue().splitlines(keepends=True)
    _replace(path, b"".join(line for line in lines if not any(blank in line for blank in BLANKS)))


def compile_catalogs() -> None:
    """Writes every .mo beside its .po."""
    for language in LANGUAGES:
        out = BytesIO()
        write_mo(out, load(path_of(language), language))
        _replace(path_of(language).with_suffix(".mo"), out.getvalue())


def problems(root: Path) -> list[str]:
    """Everything wrong with the catalogs, a line each."""
    found = rules.template_problems(extract(root), load(TEMPLATE))
    for language in LANGUAGES:
        found += rules.catalog_problems(language, load(TEMPLATE), load(path_of(language), language))
    return found


def _empty(language: str | None) -> Catalog:
    return Catalog(
        locale=language,
        project="danvan",
        version="0",
        header_comment="# The words of danvan. `python -m locales.tools` keeps this file.",
        creation_date=WRITTEN,
        revision_date=WRITTEN,
        fuzzy=False,
    )


def _translation(wanted: Text, sources: Sequence[Catalog]) -> Text:
    """The first whole one, of the same form: a sentence that now counts something is translated anew."""
    for source in sources:
        known = source.get(_key(wanted))
        text = known.string if known else None
        if text and _full(text) and isinstance(text, str) == isinstance(wanted, str):
            return text
    return "" if isinstance(wanted, str) else ("",)


def _key(text: Text) -> str:
    return text if isinstance(text, str) else text[0]


def _full(text: Text | None) -> bool:
    return text is not None and bool(text) and (isinstance(text, str) or all(text))


def _replace(path: Path, content: bytes) -> None:
    """Whole or not at all, and only when it differs: several test runs may do this at once."""
    if path.exists() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_bytes(content)
    beside.replace(path)


def main(arguments: Sequence[str]) -> int:
    """Returns the exit code."""
    root = FOLDER.parent
    match arguments:
        case ["extract"]:
            save(extract(root), TEMPLATE)
        case ["update", *more]:
            save(template := extract(root), TEMPLATE)
            for language in LANGUAGES:
                paths = [path for path in (*map(Path, more), path_of(language)) if path.exists()]
                catalog = merge(template, language, [load(path, language) for path in paths])
                save(catalog, path_of(language))
                for message in catalog:
                    if message.id and not _full(message.string):
                        sys.stdout.write(f"{language}: to be translated: {_key(message.id)!r}\n")
            compile_catalogs()
        case ["compile"]:
            compile_catalogs()
        case ["check"]:
            found = problems(root)
            sys.stdout.writelines(f"{line}\n" for line in found)
            return 1 if found else 0
        case _:
            sys.stderr.write(f"{__doc__}\n")
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
