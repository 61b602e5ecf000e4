"""Rule 14: words that may be a denunciation, or hold an identity card's number, are judged here, in memory, before anything is stored.

A denunciation (tố cáo) is valid only as a signed letter or in person, and the law keeps its author secret (Law on
Denunciation 25/2018/QH14, articles 8, 22, 56). So such words wait here for ten minutes, nowhere else, until the person
has said what they are.
"""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Literal

from handlers import facts, identity, triage
from handlers.clock import today
from handlers.messages import Address, Button, Incoming, Outgoing, rows
from handlers.vietnamese import fold
from handlers.words import Words

WAIT = timedelta(minutes=10)
MOST = 10_000
EACH = 5  # messages of one chat that may wait side by side, each with its own question

Verdict = Literal["ordinary", "ask", "denunciation", "not", "gone", "identity", "identity_more"]
_YES = frozenset({"phai", "dung", "dung la to cao", "la to cao", "co", "1", "yes", "yes it is"})
_WITH_CODE = re.compile(r"\b(?:kn|dv)[ -]?\d")
_NO = frozenset({"khong phai", "khong phai to cao", "khong", "2", "no", "no it is not"})


class Guard:
    """Keeps words of at most `MOST` chats, for ten minutes."""

    def __init__(self) -> None:
        self._held: OrderedDict[tuple[str, str, str], tuple[datetime, list[Incoming]]] = OrderedDict()
        self._albums: OrderedDict[tuple[str, str, str, str], tuple[datetime, str]] = OrderedDict()

    def judge(self, incoming: Incoming, now: datetime) -> Verdict:
        """What is to be done with this message; nothing is stored yet."""
        self.forget(now)
        if incoming.tap.startswith("d:"):
            return self._answer(incoming, incoming.tap.startswith("d:yes"))
        held = self._held.get(_who(incoming))
        if held is not None and not incoming.tap and all(words.key != incoming.key for words in held[1]):
            word = fold(incoming.text) if len(incoming.text) <= 40 else ""
            if word in _YES or word in _NO:
                return self._answer(incoming, word in _YES)
        if album := self._albums.get((*_who(incoming), incoming.album)):
            return "identity" if album[1] == incoming.key else "identity_more"
        if (not incoming.group or _taken_in_group(incoming)) and identity.refused(incoming, today(now)):
            self._refuse_album(incoming, now)
            return "identity"
        return "ask" if suspicious(incoming) else "ordinary"

    def _refuse_album(self, incoming: Incoming, now: datetime) -> None:
        """Only one part of an album has the caption, so what follows of it is not taken either."""
        if incoming.album:
            self._albums[*_who(incoming), incoming.album] = now + WAIT, incoming.key
            if len(self._albums) > MOST:
                self._albums.popitem(last=False)

    def hold(self, incoming: Incoming, now: datetime) -> None:
        """Keep the words until the person has answered. In a group nobody is asked, so nothing is kept."""
        if incoming.group:
            return
        _until, words = self._held.get(_who(incoming), (now, []))
        others = [held for held in words if held.key != incoming.key][-EACH + 1 :]
        self._held[_who(incoming)] = (now + WAIT, [*others, incoming])
        self._held.move_to_end(_who(incoming))
        if len(self._held) > MOST:
            self._held.popitem(last=False)

    def take(self, incoming: Incoming) -> Incoming | None:
        """The words that waited longest for this answer; they wait no more."""
        until, words = self._held.pop(_who(incoming), (None, []))
        if until is not None and len(words) > 1:
            self._held[_who(incoming)] = (until, words[1:])
        return words[0] if words else None

    def _answer(self, incoming: Incoming, yes: bool) -> Verdict:  # noqa: FBT001 - the answer is yes or no
        if yes:
            return "denunciation"
        return "not" if _who(incoming) in self._held else "gone"

    def forget(self, now: datetime) -> None:
        """Let go of what has waited ten minutes."""
        while self._held and next(iter(self._held.values()))[0] <= now:
            self._held.popitem(last=False)
        while self._albums and next(iter(self._albums.values()))[0] <= now:
            self._albums.popitem(last=False)


def _who(incoming: Incoming) -> tuple[str, str, str]:
    return incoming.channel, incoming.bot, incoming.chat


def _taken_in_group(incoming: Incoming) -> bool:
    """A reply or words with a code: of all else in a group nothing is kept, and nothing is said to it."""
    return bool(incoming.reply_to or _WITH_CODE.search(fold(incoming.text[:60])))


def suspicious(incoming: Incoming) -> bool:
    """Text, caption and file names alike."""
    if incoming.text and triage.maybe_denunciation(incoming.text):
        return True
    return any(file.name and triage.maybe_denunciation(file.name) for file in incoming.attachments)


def hashed(incoming: Incoming) -> str:
    """What is kept of the key of such an update: enough to know it again, nothing to find the person by."""
    return "h:" + hashlib.sha256(f"{incoming.channel}|{incoming.bot}|{incoming.key}".encode()).hexdigest()


def question(to: Address, words: Words, draft_id: int) -> Outgoing:
    """Is it one? Never written down. The button names the interview it was asked in, for it stays in the chat (rule 8)."""
    yes = Button(words("Yes, it is a denunciation"), f"d:yes:{draft_id}")
    buttons = rows([yes, Button(words("No, it is not"), "d:no")])
    return Outgoing(to=to, text=facts.reply("to_cao_ask")(words.lang), buttons=buttons, fleeting=True)


def guidance(to: Address, words: Words, query: str) -> Outgoing:
    """How and where to make it validly."""
    return Outgoing(to=to, text=facts.reply("to_cao")(words.lang), fleeting=True, query=query)
