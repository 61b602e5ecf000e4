"""Which commune a typed name means: today's names, those of before July 2025, without diacritics; never a guess."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from typing import Final

from handlers import facts
from handlers.facts import Commune
from handlers.vietnamese import fold

_KIND: Final = re.compile(r"(?:xã|phường|thị trấn|xa|phuong|thi tran|tt|[xp])(?:\s*\.\s*|\s+)", re.IGNORECASE)


def bare(name: str) -> str:
    """Without its kind: "Xã Võ Nhai" -> "Võ Nhai"."""
    return name[found.end() :] if (found := _KIND.match(name)) else name


@cache
def _by_name() -> dict[str, dict[str, tuple[str, ...]]]:
    """Folded name -> codes of the communes that have or had it, each with the spellings it is known by."""
    found: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for commune in facts.communes().values():
        for name in (bare(commune.name), *commune.former):
            known = found[fold(name)]
            known[commune.code] = (*known.get(commune.code, ()), name.casefold())
    return dict(found)


@cache
def ambiguous() -> dict[str, tuple[str, ...]]:
    """Folded names that more than one commune has or had -> their codes."""
    return {name: tuple(sorted(codes)) for name, codes in _by_name().items() if len(codes) > 1}


def named(text: str) -> list[Commune]:
    """The communes a text can mean: none, the one, or several to be asked about.

    The whole official name ("Phường Gia Sàng") means that commune alone, though a part of another once had the name too.
    Otherwise diacritics count where they were typed ("Văn Lăng" is not Văn Lang) and former names count as well.
    """
    communes = facts.communes()
    official = [commune for commune in communes.values() if commune.name.casefold() == text.casefold()]
    if official:
        return official
    name = bare(text)
    known = _by_name().get(fold(name), {})
    exact = [code for code, spellings in known.items() if name.casefold() in spellings]
    return [communes[code] for code in exact or known]


def is_former(commune: Commune, text: str) -> bool:
    """Was it known by a name it no longer has?"""
    return fold(bare(text)) != fold(bare(commune.name))
