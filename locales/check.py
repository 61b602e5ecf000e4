"""What makes a catalog whole: every sentence, in every form, with the same placeholders, in composed letters (NFC)."""

from __future__ import annotations

import string
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from babel.messages.catalog import Catalog, Message

Key = tuple[str, ...]


def template_problems(fresh: Catalog, stored: Catalog) -> list[str]:
    """Where the template is not what the code says."""
    have, want = set(_messages(stored)), set(_messages(fresh))
    found = [f"missing: {key[0]!r}" for key in sorted(want - have)]
    found += [f"no longer used: {key[0]!r}" for key in sorted(have - want)]
    return [f"danvan.pot: {line} (python -m locales.tools update)" for line in found]


def catalog_problems(language: str, template: Catalog, catalog: Catalog) -> list[str]:
    """Where one language's catalog is not whole."""
    want, have = _messages(template), _messages(catalog)
    found = [f"missing: {key[0]!r}" for key in want if key not in have]
    found += [f"no longer used: {key[0]!r}" for key in have if key not in want]
    found += [f"no longer used (#~): {key!r}" for key in catalog.obsolete]
    for key, message in have.items():
        found += [f"{words}: {key[0]!r}" for words in _message_problems(language, key, message, catalog.num_plurals)]
    return [f"{language}: {line}" for line in found]


def _message_problems(language: str, key: Key, message: Message, plurals: int) -> Iterator[str]:
    texts = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
    if message.fuzzy:
        yield "fuzzy"
    if not texts or not all(texts) or len(texts) != (1 if len(key) == 1 else plurals):
        yield "not translated"
        return
    if language == "en" and texts != key:
        yield "English must read as in the code"
    for index, text in enumerate(texts):
        # Of the forms only the first of several may leave the number out ("one photo").
        source = key[0] if len(texts) > 1 and index == 0 else key[-1]
        if fields(text) != fields(source):
            yield f"placeholders {sorted(fields(text))} instead of {sorted(fields(source))}"
        if not unicodedata.is_normalized("NFC", text):
            yield "not in composed letters (NFC)"
        if (text[:1].isspace(), text[-1:].isspace()) != (source[:1].isspace(), source[-1:].isspace()):
            yield "space at its ends differs"


def fields(text: str) -> set[str]:
    """The names in braces; a text that is no format string has its braces for itself."""
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError:
        return {f"braces do not match: {text.count('{')} and {text.count('}')}"}


def _messages(catalog: Catalog) -> dict[Key, Message]:
    return {(m.id,) if isinstance(m.id, str) else tuple(m.id): m for m in catalog if m.id}
