"""Finding phrases in what people type: with or without marks, in raw Telex or VNI. Pure and quick."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from handlers.vietnamese import fold, nfc_clean

_WORD = re.compile(r"[^\W_]+")
# Telex keys left in the text: a tone letter after a vowel, w, doubled vowels, dd. No Vietnamese syllable without marks
# has any of these, so undoing them harms nothing that is looked for. VNI leaves digits after letters.
_RAW_HINT = re.compile(r"[aeiouy][sfrxj]|[a-z](?:w|\d)|dd|([aeo])\1")
_RAW = re.compile(r"(?<=[aeiouy])[sfrxj]|(?<=[a-z])w|d(?=d)|([aeo])(?=\1)|(?<=[a-z])\d+")
# What fold makes of each Vietnamese letter, for one quick pass; anything else goes through fold itself.
_LETTERS = "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ"
_BARE = str.maketrans({letter: fold(letter) for letter in _LETTERS})
_STROKED = {"đ": "d\u0335"}


@dataclass(frozen=True, slots=True)
class Typed:
    """A text as words: `marked` as typed (lower case, NFC), `bare` without marks; both of the same length."""

    marked: list[str]
    bare: list[str]


def typed(text: str) -> Typed:
    """Splits `text` into words, folded side by side."""
    marked = _WORD.findall(nfc_clean(text).lower())
    joined = " ".join(marked).translate(_BARE)
    if not joined.isascii():
        joined = fold(joined)
    if _RAW_HINT.search(joined):
        joined = _RAW.sub("", joined)
    bare = joined.split()
    # Letters of other scripts may fold into several words or none: then only the folded words are looked at.
    return Typed(marked if len(marked) == len(bare) else bare, bare)


@cache
def _mark(letter: str) -> frozenset[str]:
    return frozenset(c for c in unicodedata.normalize("NFD", _STROKED.get(letter, letter)) if unicodedata.combining(c))


def _could_be(word: str, wanted: str) -> bool:
    """Marks may be missing, but those typed must be right: "đanh" and "danh" may be "đánh", "dành" may not.

    Where the tone stands ("hòa", "hoà") does not matter. Cached by letter: no word anybody typed stays in memory.
    """
    if word == wanted or word.isascii():
        return True
    return frozenset().union(*map(_mark, word)) <= frozenset().union(*map(_mark, wanted))


class Hit(NamedTuple):
    """Words `start` (included) to `end` (not included) say `tag`."""

    start: int
    end: int
    tag: str


class Phrases:
    """Phrases by what they mean (tag); `hits` finds them in a text, in the order of their beginnings."""

    def __init__(self, tags: Mapping[str, Iterable[str]]) -> None:
        # By first word; there, under "" the phrases of one word, under a second word those that go on with it.
        self._index: dict[str, dict[str, list[tuple[list[str], list[str], str]]]] = {}
        for tag, phrases in tags.items():
            for phrase in phrases:
                words = typed(phrase)
                second = words.bare[1] if len(words.bare) > 1 else ""
                entry = self._index.setdefault(words.bare[0], {}).setdefault(second, [])
                entry.append((words.bare, words.marked, tag))

    def hits(self, text: Typed, *, strict: bool = False) -> list[Hit]:
        """All of them, overlapping ones too.

        `strict` wants the marks where they can be expected: in a text typed with marks, and on words of up to three
        letters, of which almost any is another common word without them ("cho", "chợ").
        """
        found: list[Hit] = []
        marked, index = text.marked, self._index
        with_marks = sum(map(str.isascii, marked)) * 5 < len(marked) * 4
        for start, (word, second) in enumerate(zip(text.bare, [*text.bare[1:], ""], strict=False)):
            follows = index.get(word)
            if follows is None:
                continue
            for wanted, wanted_marked, tag in (*follows.get("", ()), *(follows.get(second, ()) if second else ())):
                end = start + len(wanted)
                if len(wanted) > 2 and text.bare[start:end] != wanted:
                    continue
                if marked[start:end] == wanted_marked:
                    found.append(Hit(start, end, tag))
                    continue
                single = len(wanted) == 1
                if with_marks and (strict or (single and marked[start].isascii())):
                    continue
                if strict and single and len(word) <= 3:
                    continue
                if all(map(_could_be, marked[start:end], wanted_marked)):
                    found.append(Hit(start, end, tag))
        return found
