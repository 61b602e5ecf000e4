"""The program's own words in a person's language: gettext over `locales/`, msgids in English."""

from __future__ import annotations

import gettext
from functools import cache
from pathlib import Path

LOCALES = Path(__file__).resolve().parent.parent / "locales"
LANGUAGES = ("vi", "en")
DEFAULT = "vi"


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for "extract, do not translate yet"
    """Marks a sentence for extraction; whoever shows it translates it."""
    return text


class Words:
    """Callable: `_("Send")`; `_.n("one photo", "{n} photos", n)` counts."""

    __slots__ = ("_gettext", "_ngettext", "lang")

    def __init__(self, lang: str, catalog: gettext.NullTranslations) -> None:
        self.lang = lang
        self._gettext = catalog.gettext
        self._ngettext = catalog.ngettext

    def __call__(self, text: str) -> str:
        """The sentence in this language; the empty string stays empty (gettext would answer with its header)."""
        return self._gettext(text) if text else ""

    def n(self, one: str, many: str, n: int) -> str:
        """The form for `n`, with `{n}` filled in."""
        return self._ngettext(one, many, n).format(n=n)


@cache
def words_for(lang: str) -> Words:
    """Words in `lang`, Vietnamese when we do not speak it. Compiled catalogs are made by the build and the tests."""
    lang = lang if lang in LANGUAGES else DEFAULT
    return Words(lang, gettext.translation("danvan", LOCALES, [lang]))
