"""What of a case may lie readable in the database: nothing of a sensitive one, and no telephone number of any. Pure.

The rest stays readable because it is searched; see `storage.sealing` for what is sealed whatever it says.
"""

from __future__ import annotations

import re

from handlers.vietnamese import fold
from storage.sealing import Seal

_TYPED = re.compile(r"(?<!\d)(?:\+?84|0)[ .-]?[235789](?:[ .-]?\d){7,9}(?!\d)")
_FOLDED = re.compile(r"\b(?:84|0) ?[235789](?: ?\d){7,9}\b")
LONGEST = 4000


def kept(text: str | None, *, sensitive: bool) -> str | None:
    """The text for a `Sealable` column: to be sealed where the case is sensitive or a telephone number is in it."""
    return Seal(text) if text and (sensitive or _TYPED.search(text)) else text


def searchable(text: str, *, sensitive: bool) -> str:
    """The text as it is searched: folded, without telephone numbers; nothing of a sensitive case."""
    return "" if sensitive else _FOLDED.sub(" ", fold(text))[:LONGEST]
