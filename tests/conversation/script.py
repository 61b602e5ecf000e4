"""Transcripts as text. Lines at the margin are done by someone; indented lines are what everybody then saw.

# a comment
with Bình: nv-head-1            who takes part, by the roster's code
group PKT: 05716/PKT            a chat group; ("group PKT: untied") one the program does not know
Bình: xin chào                  says
Bình presses: Tiếp nhận         presses a button (in a group: "Lan presses in PKT: …")
Bình sends: photo               photo, photo "caption", album 3, voice, video, document, pin 21.5,105.8, sticker,
                                contact 0900000001 own, contact 0900000001 other, text 500 "words, that often"
Bình replies to KN-0001: …      replies to the last message that names it (in a group: "Lan replies in PKT to KN-0001: …")
Bình edits "old": new           edits what they said
-- 3 days later / at 2026-11-27 16:00 / restart / tick
-- code ABCDE23456: mau-pkt-1   a one-time code of a person, or of a group ("05716/PKT", "05716/PKT full", "05716")
-- no routing of giao_thong     the table has no such row any more
-- merge 05716-01 into 05716-02 on 2026-12-01     as a workbook says it; also "rename 05716-03 to Xóm Mới on 2026-12-01"
-- 9 reports of mau-truong-xom-1 to PKT      are there, without anybody having seen them being written
-- blocked: Bình                also unblocked; of a group: removed, added, migrated
    Bình ← text, further lines, [buttons]
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_DO = re.compile(
    r"(?P<who>[^\s:#-][^:]*?)(?: (?P<verb>presses|sends|says|replies|edits|joins)(?: in (?P<where>[^:]+?))?(?: to (?P<to>[^:]+?))?(?: \"(?P<old>[^\"]*)\")?)?: ?(?P<what>.*)"
)


_CODE = re.compile(r"\b[2-9A-HJKMNP-TV-Z]{5}-[2-9A-HJKMNP-TV-Z]{5}\b")
_LINK = re.compile(r"http://127\.0\.0\.1:\d+/\S+")


@dataclass(frozen=True, slots=True)
class Step:
    """One line at the margin."""

    line: str
    who: str = ""
    verb: str = ""
    where: str = ""
    to: str = ""
    old: str = ""
    what: str = ""


def read(path: Path) -> list[Step]:
    """The steps of a transcript; what was recorded of the answers is passed over."""
    steps = [
        parse(line)
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip() and not line.startswith(" ")
    ]
    assert steps, f"{path.name} holds no step"
    return steps


def parse(line: str) -> Step:
    """One line."""
    if line.startswith(("#", "--")):
        return Step(line)
    for verb in ("with", "group"):
        if line.startswith(verb + " "):
            who, _, what = line[len(verb) + 1 :].partition(":")
            return Step(line, who=who.strip(), verb=verb, what=what.strip())
    found = _DO.fullmatch(line)
    assert found, f"not understood: {line}"
    return Step(
        line,
        found["who"],
        found["verb"] or "says",
        found["where"] or "",
        found["to"] or "",
        found["old"] or "",
        found["what"],
    )


def shown(who: str, text: str, buttons: list[list[str]], mark: str = "←") -> str:
    """What someone saw, as it is written down."""
    text = _LINK.sub("(link)", _CODE.sub("(code)", text))  # other ones each time
    lines = text.split("\n") if text else []
    lines += ["".join(f"[{label}]" for label in row) for row in buttons]
    head, *rest = lines or [""]
    return "\n".join([f"    {who} {mark} {head}".rstrip(), *(f"        {line}".rstrip() for line in rest)])
