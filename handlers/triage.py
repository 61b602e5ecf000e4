"""What a text may be about. `maybe_denunciation` guards the database; the guesses only order choices and preset one.

A denunciation (tố cáo) is valid on paper or in person alone (Luật Tố cáo 25/2018/QH14, Điều 22), and its author is
protected, so it must never be stored here. Missing one is worse than asking once too often: the rules lean towards
asking, and the person decides. The phrases are data (`handlers/facts/triage.json`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache

from handlers import facts
from handlers.phrases import Hit, Phrases, Typed, typed

_SENTENCE = re.compile(r"[.!?;\n]+")
_SLANG = frozenset({"cu", "lit", "xi", "chai", "ve"})  # what people call a million or a hundred thousand
_AMOUNT = re.compile(r"\d+(?:tr|trieu|k|m|cu|lit|ty|ti|trd)?\d*(?:d|tr)?")
_NOT_SUSPECT = frozenset({"de", "hoi", "kien", "tien"})  # đề nghị, hội nghị, kiến nghị, tiện nghi
_TRIGGERS = (
    "word", "maybe", "expose", "suspect", "strong", "take_money", "both_act", "official_act", "kin", "favour", "seize",
    "take", "pay", "gift",
)  # fmt: skip
_PEOPLE = ("official", "named")
_BY_ITSELF = frozenset({"word", "maybe", "strong", "gift"})  # the other triggers accuse only somebody
_CONTEXT = (
    "word_near", "word_after", "tall_near", "tall_after", "wish", "letter", "neutral_far", "neutral_near", *_PEOPLE,
    "self_near", "asked_far", "asked_near", "between", "other", "ours", "not_near", "benefit", "gain", "good",
    "legit_after", "money", "then",
)  # fmt: skip


@cache
def _phrases(*tags: str) -> Phrases:
    lists = facts.triage()
    return Phrases({tag: lists[tag] for tag in tags})


@cache
def _not_a_name() -> frozenset[str]:
    return frozenset(word for phrase in facts.triage()["named_not"] for word in typed(phrase).bare)


def _names(text: Typed, hit: Hit) -> bool:
    """Does a name follow "ông", "bà", …? "bà con" and "anh em" name nobody."""
    following = text.bare[hit.end : hit.end + 1]
    return bool(following) and following[0] not in _not_a_name() and not following[0].isdigit()


def _somebody(text: Typed) -> bool:
    """Is an official or anybody by name spoken of at all?"""
    return any(hit.tag == "official" or _names(text, hit) for hit in _phrases(*_PEOPLE).hits(text))


class _Around:
    """What stands around an accusing phrase: where each kind of context begins and ends."""

    def __init__(self, text: Typed, hits: Iterable[Hit]) -> None:
        self.text = text
        self.starts: dict[str, set[int]] = {tag: set() for tag in _CONTEXT}
        self.ends: dict[str, set[int]] = {tag: set() for tag in _CONTEXT}
        people: list[Hit] = []
        for hit in hits:
            if hit.tag == "named" and not _names(text, hit):
                continue
            self.starts[hit.tag].add(hit.start)
            self.ends[hit.tag].add(hit.end)
            if hit.tag in ("official", "named"):
                people.append(hit)
        self.people = _merged(people)

    def begins(self, tag: str, start: int, within: int = 1) -> bool:
        """Does `tag` begin at `start` or up to `within - 1` words later?"""
        return any(at in self.starts[tag] for at in range(start, start + within))

    def ended(self, tag: str, end: int, within: int = 1) -> bool:
        """Did `tag` end at `end` or up to `within - 1` words earlier?"""
        return any(at in self.ends[tag] for at in range(end - within + 1, end + 1))

    def person_follows(self, at: int, within: int) -> bool:
        """Is somebody named or an official spoken of right after?"""
        return self.begins("official", at, within) or self.begins("named", at, within)

    def agent(self, act: int, reach: int = 10, *, busy: bool = True) -> str:
        """Who does what begins at word `act`: "official", "named" or nobody; not those asked for help, nor the speaker.

        `busy`: nor is one who does something else before ("công an bắt nhóm đánh bạc").
        """
        best = ""
        breaks = self.starts["other"] | self.starts["between"] if busy else self.starts["other"]
        for start, end, tag in self.people:
            if not end <= act <= end + reach or self._asked(start):
                continue
            if any(end <= at < act for at in breaks):
                continue
            if tag == "official":
                return tag
            best = tag
        return best

    def _asked(self, start: int) -> bool:
        speaker = self.ended("self_near", start) and not self.ended("ours", start)
        return speaker or self.ended("asked_near", start) or self.ended("asked_far", start, 3)


def _merged(people: list[Hit]) -> list[tuple[int, int, str]]:
    """Joins "đồng chí" + "bí thư chi bộ" + "trưởng xóm" into one: who is addressed by the first is by all."""
    joined: list[tuple[int, int, str]] = []
    for hit in people:
        if joined and hit.start <= joined[-1][1] + 1:
            start, end, tag = joined[-1]
            joined[-1] = (start, max(end, hit.end), "official" if "official" in (tag, hit.tag) else tag)
        else:
            joined.append((hit.start, hit.end, hit.tag))
    return joined


def _word(hit: Hit, around: _Around) -> bool:
    """The word itself, unless it is asked about, cited from a law, or "to cao" (tall)."""
    if around.person_follows(hit.end, 2):
        return True
    if around.ended("word_near", hit.start) or around.begins("word_after", hit.end):
        return False
    unmarked = all(word.isascii() for word in around.text.marked[hit.start : hit.end])
    tall = around.ended("tall_near", hit.start) or around.begins("tall_after", hit.end)
    return not (unmarked and around.text.marked[hit.start] == "to" and tall)


def _maybe(hit: Hit, around: _Around) -> bool:
    """Is "tc" not "tổ chức"? Only a letter, or a wish about somebody, makes it an accusation."""
    wished = around.ended("wish", hit.start) and around.person_follows(hit.end, 1)
    return around.ended("letter", hit.start) or wished


def _expose(hit: Hit, around: _Around) -> bool:
    # Alone and without its mark "to" is a group or a sheet of paper.
    if hit.end - hit.start == 1 and around.text.marked[hit.start] not in ("tố", "toos", "tos"):
        return False
    return around.person_follows(hit.end, 3)


def _suspect(hit: Hit, around: _Around) -> bool:
    words = around.text.bare
    return words[max(hit.start - 1, 0)] not in _NOT_SUSPECT and around.begins("official", hit.end, 2)


def _strong(hit: Hit, around: _Around) -> bool:
    if around.ended("neutral_near", hit.start):
        return False
    if not around.ended("neutral_far", hit.start, 7):
        return True
    return around.agent(hit.start, 4) == "official"


def _take_money(hit: Hit, around: _Around) -> bool:
    receives = around.text.bare[hit.start] in ("nhan", "cam")
    if around.ended("not_near", hit.start) or (receives and around.begins("legit_after", hit.end, 2)):
        return False
    return bool(around.agent(hit.start, 12, busy=False)) or around.begins("official", hit.end, 3)


def _both_act(hit: Hit, around: _Around) -> bool:
    return not around.ended("not_near", hit.start) and bool(around.agent(hit.start, busy=False))


def _official_act(hit: Hit, around: _Around) -> bool:
    # "không phát" carries its own not; what stands before it is looked at all the same.
    return not around.ended("not_near", hit.start) and around.agent(hit.start) == "official"


def _kin(hit: Hit, around: _Around) -> bool:
    gains = around.begins("benefit", hit.start - 8, 17)
    return gains and (around.agent(hit.start) == "official" or around.begins("official", hit.end, 2))


def _favour(hit: Hit, around: _Around) -> bool:
    return bool(around.starts["official"])


def _seize(hit: Hit, around: _Around) -> bool:
    """An official takes, sells, shares out something of value: a good deed says so."""
    if around.ended("not_near", hit.start) or around.starts["good"] or not around.begins("gain", hit.end, 6):
        return False
    return around.agent(hit.start, 5) == "official"


def _amount(around: _Around, start: int, within: int) -> bool:
    """Is a sum of money named: "15tr", "2 củ", "tiền", "mấy triệu"?"""
    words = around.text.bare[start : start + within + 1]
    for word, unit in zip(words, [*words[1:], ""], strict=False):
        if word.isdigit():
            if len(word) > 3 or unit in _SLANG:
                return True
        elif _AMOUNT.fullmatch(word):
            return True
    return around.begins("money", start, within)


def _take(hit: Hit, around: _Around) -> bool:
    """Who takes "15 triệu" is accused: an official, or anybody, if for a favour."""
    if around.ended("not_near", hit.start) or around.begins("legit_after", hit.end, 6):
        return False
    if not _amount(around, hit.end, 5):
        return False
    agent = around.agent(hit.start, busy=False)
    return agent == "official" or (agent == "named" and around.begins("then", hit.end, 12))


def _pay(hit: Hit, around: _Around) -> bool:
    """As in "phải đưa 2 triệu mới ký": money for what is due anyway."""
    return _amount(around, hit.end, 4) and around.begins("then", hit.end, 9) and bool(around.starts["official"])


def _gift(hit: Hit, around: _Around) -> bool:
    return around.begins("then", hit.end, 9) or around.begins("official", hit.end, 3)


_RULES = {
    "word": _word, "maybe": _maybe, "expose": _expose, "suspect": _suspect, "strong": _strong,
    "take_money": _take_money, "both_act": _both_act, "official_act": _official_act, "kin": _kin, "favour": _favour,
    "seize": _seize, "take": _take, "pay": _pay, "gift": _gift,
}  # fmt: skip


def maybe_denunciation(text: str) -> bool:
    """May this be a denunciation, so that the person must be asked before anything is stored? Never raises.

    Judged as a whole, since people part nothing or everything with full stops, and sentence by sentence, since a polite
    sentence before must not hide an accusation after it.
    """
    words = typed(text)
    accusing = _phrases(*_TRIGGERS).hits(words)
    if not accusing or not (_BY_ITSELF.intersection(hit.tag for hit in accusing) or _somebody(words)):
        return False
    if _accuses(words, accusing):
        return True
    parts = [typed(part) for part in _SENTENCE.split(text)]
    return len(parts) > 1 and any(_accuses(part, _phrases(*_TRIGGERS).hits(part)) for part in parts)


def _accuses(words: Typed, accusing: list[Hit]) -> bool:
    if not accusing:
        return False
    around = _Around(words, _phrases(*_CONTEXT).hits(words))
    return any(_RULES[hit.tag](hit, around) for hit in accusing)


@cache
def _subjects() -> Phrases:
    tags: dict[str, tuple[str, ...]] = {}
    for code, category in facts.categories().items():
        tags["+" + code], tags["-" + code] = category.strong, category.weak
    return Phrases(tags)


def _longest(hits: list[Hit]) -> Iterable[Hit]:
    """Of overlapping phrases the longest: "điện thoại" is no "điện"."""
    covered, at, width = 0, -1, 0
    for hit in sorted(hits, key=lambda h: (h.start, h.start - h.end)):
        if (hit.start, hit.end - hit.start) != (at, width):
            if hit.start < covered:
                continue
            covered, at, width = hit.end, hit.start, hit.end - hit.start
        yield hit


def guess_categories(text: str, most: int = 4) -> list[str]:
    """Codes of up to `most` likely categories, likeliest first; empty when nothing speaks for any."""
    score: Counter[str] = Counter()
    for hit in _longest(_subjects().hits(typed(text), strict=True)):
        score[hit.tag[1:]] += (3 if hit.tag[0] == "+" else 1) + (hit.end - hit.start)
    order = {code: place for place, code in enumerate(facts.categories())}
    return sorted(score, key=lambda code: (-score[code], order[code]))[:most]


def guess_urgency(text: str, category: str = "") -> str:
    """The urgency code to offer first: from the words, else the category's (guessed when not given) default.

    Only words of danger make an emergency: money asked for after last year's storm is none.
    """
    words = typed(text)
    hits = _phrases("emergency", "not_emergency_before", "high", "low").hits(words)
    calm = {hit.end for hit in hits if hit.tag == "not_emergency_before"}
    if any(hit.tag == "emergency" and hit.start not in calm for hit in hits):
        return "khan_cap"
    category = category or next(iter(guess_categories(text, 1)), "khac")
    usual = facts.categories()[category].urgency
    tags = {hit.tag for hit in hits}
    if usual == "khan_cap" or "high" in tags:
        return "cao"
    return "thap" if "low" in tags and usual == "binh_thuong" else usual
