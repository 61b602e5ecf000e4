"""The one place that fits a message to what a channel can do. Pure but for its log; whatever it drops is logged."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

import structlog

from bot.channels import Limits
from handlers.messages import Button, Outgoing, Rows
from handlers.words import Words

PAYLOAD = 64  # bytes; the smallest any channel allows, so every button is held to it

_log = structlog.get_logger(__name__)
_SENTENCE_END = re.compile(r"[.!?…:;][\"'”\u2019)\]]*\s")
_SPACE = re.compile(r"\s")
_WORDY = re.compile(r"\w.*", re.DOTALL)


def fit(message: Outgoing, limits: Limits, words: Words) -> tuple[Outgoing, ...]:
    """`message` as one or more messages the channel can say, in order; unchanged when nothing needs fitting.

    The first carries what is edited, quoted, shown or answered, the last the buttons. Raises ValueError for a button
    whose payload is over 64 bytes: that is a mistake in the program, not in the message.
    """
    fitted = _without_what_it_cannot(message, limits, words)
    if fitted.buttons:
        _check_payloads(fitted.buttons)
        if limits.has_buttons:
            fitted = _fit_buttons(fitted, limits)
        else:
            fitted = replace(fitted, text=_as_words(fitted, words), buttons=())
    if _units(fitted.text, limits.text) <= limits.text:
        return (fitted,)
    return _pieces(fitted, limits)


def split(text: str, limit: int) -> list[str]:
    """Pieces of at most `limit` UTF-16 units, cut after paragraphs, else sentences, else words, else characters.

    Units and not code points, because Telegram's own counting is not documented and this is the smaller of the two.
    A character is never cut from its combining marks, an emoji never in two.
    """
    pieces = []
    rest = text.strip()
    while _units(rest, limit) > limit:
        cut = _cut(rest, _reach(rest, limit))
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    if rest:
        pieces.append(rest)
    return [piece for piece in pieces if piece]


def shorten(text: str, limit: int) -> str:
    """At most `limit` UTF-16 units, the last of them "…" where something was left off."""
    if _units(text, limit) <= limit:
        return text
    return text[: _safe(text, _reach(text, limit - 1))].rstrip() + "…"


def _without_what_it_cannot(message: Outgoing, limits: Limits, words: Words) -> Outgoing:
    if message.edit and not limits.edit:
        message = replace(message, edit="")
    if message.reply_to and not limits.replies:
        message = replace(message, reply_to="")
    if message.photos and not limits.files:
        _dropped(message, "photos", len(message.photos))
        seen = f"📷 {message.alt}" if message.alt else ""
        message = replace(message, photos=(), alt="", text=_paragraphs(message.text, seen))
    if message.ask and not (limits.contact if message.ask == "contact" else limits.location):
        # A typed phone number proves nothing, so nobody is asked for one.
        asked = words("Please type the place.") if message.ask == "location" else ""
        message = replace(message, ask="", text=_paragraphs(message.text, asked))
    if message.ask == "contact":
        shared = words("Or press the button below to share your own phone number.")
        message = replace(message, text=_paragraphs(message.text, shared))
    if message.ask and message.edit:
        message = replace(message, edit="")  # Telegram brings its sharing button with a new message only
    if (message.toast or message.query) and not (message.query and limits.has_buttons):
        if message.text and message.toast:
            _dropped(message, "toast", 1)
        message = replace(message, query="", toast="", alert=False, text=message.text or message.toast)
    return message


def _check_payloads(buttons: Rows) -> None:
    for row in buttons:
        for button in row:
            if len(button.data) > PAYLOAD or len(button.data.encode()) > PAYLOAD:
                raise ValueError(f"a button's payload is over {PAYLOAD} bytes: {button.data[:8]}…")


def _fit_buttons(message: Outgoing, limits: Limits) -> Outgoing:
    """Shorter labels, narrower rows, and no more buttons than allowed; controls stay, choices go from the end."""
    buttons = [button for row in message.buttons for button in row]
    narrow = all(len(row) <= limits.per_row for row in message.buttons)
    # Half the limit is certain to fit: no character takes more than two units.
    short = all(len(b.label) * 2 <= limits.label or _units(b.label, limits.label) <= limits.label for b in buttons)
    if narrow and short and len(buttons) <= limits.buttons:
        return message
    over = len(buttons) - limits.buttons
    kept = set(map(id, buttons))
    if over > 0:
        _log.warning("fit.buttons_left_off", channel=message.to.channel, count=over)
        loose = [button for button in buttons if not button.control]
        gone = (loose + [button for button in buttons if button.control][::-1])[max(0, len(loose) - over) :][:over]
        kept -= set(map(id, gone))
    rows = []
    for row in message.buttons:
        left = [replace(b, label=shorten(b.label, limits.label)) for b in row if id(b) in kept]
        rows += [tuple(left[i : i + limits.per_row]) for i in range(0, len(left), limits.per_row)]
    return replace(message, buttons=tuple(rows))


def _as_words(message: Outgoing, words: Words) -> str:
    """Choices as a numbered list, what can be typed at any time as lines, controls as one line of words."""
    buttons = [button for row in message.buttons for button in row]
    choices = [b for b in buttons if not b.control and not b.word]
    numbered = "\n".join(f"{number}. {button.label}" for number, button in enumerate(choices, 1))
    typed = "\n".join(
        words("Type «{word}» for: {label}").format(word=button.word, label=button.label)
        for button in buttons
        if button.word and not button.control
    )
    controls = " · ".join(_typed(button) for button in buttons if button.control)
    line = words("Type: {words}").format(words=controls) if controls else ""
    return _paragraphs(message.text, numbered, typed, line)


def _typed(button: Button) -> str:
    """The word a person types for a control: its label without the picture in front."""
    found = _WORDY.search(button.label)
    return button.word or (found[0] if found else button.label).strip().lower()


def _pieces(message: Outgoing, limits: Limits) -> tuple[Outgoing, ...]:
    texts = split(message.text, limits.text)
    if not texts:
        return (replace(message, text=""),)
    last = len(texts) - 1
    made = []
    for number, text in enumerate(texts):
        piece = replace(message, text=text)
        if number:
            piece = replace(piece, edit="", query="", toast="", alert=False, photos=(), alt="", reply_to="")
        if number < last:
            piece = replace(piece, buttons=(), ask="")
        made.append(piece)
    return tuple(made)


def _cut(text: str, reach: int) -> int:
    """Where to cut so that the first part has at most `reach` characters; early cuts would only make crumbs."""
    early = reach // 4
    for mark in ("\n\n", "\n"):
        found = text.rfind(mark, early, reach + len(mark))
        if found > 0:
            return min(found, reach)
    sentences = [found.end() for found in _SENTENCE_END.finditer(text, early, reach + 1)]
    if sentences:
        return min(sentences[-1], reach)
    spaces = [found.start() for found in _SPACE.finditer(text, 1, reach + 1)]
    return spaces[-1] if spaces else _safe(text, reach)


def _safe(text: str, cut: int) -> int:
    """`cut`, or the nearest place before it that is not inside one visible character."""
    at = cut
    while at > 0 and _joined(text, at):
        at -= 1
    return at or cut  # nothing but marks: there is no good place, and it must be cut


def _joined(text: str, at: int) -> bool:
    """Whether the characters on both sides of `at` make one visible character."""
    if at >= len(text):
        return False
    before, after = text[at - 1], text[at]
    if unicodedata.category(after) in ("Mn", "Mc", "Me") or "\u200d" in (before, after):
        return True
    if "\U0001f3fb" <= after <= "\U0001f3ff" or "\U000e0020" <= after <= "\U000e007f":
        return True  # a skin colour, a flag's letters
    if "\ud800" <= before <= "\udbff" and "\udc00" <= after <= "\udfff":
        return True
    return (_flag(after) and _flags_before(text, at) % 2 == 1) or (before == "\r" and after == "\n")


def _flag(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _flags_before(text: str, at: int) -> int:
    count = 0
    while count < at and _flag(text[at - 1 - count]):
        count += 1
    return count


def _units(text: str, enough: int) -> int:
    """Length in UTF-16 units; only certain to be exact where it is near or over `enough`."""
    return len(text) if len(text) * 2 <= enough or text.isascii() else len(text) + sum(char > "\uffff" for char in text)


def _reach(text: str, limit: int) -> int:
    """How many characters from the start make at most `limit` units."""
    units = 0
    for index, char in enumerate(text[:limit]):
        units += 2 if char > "\uffff" else 1
        if units > limit:
            return index
    return min(limit, len(text))


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)


def _dropped(message: Outgoing, what: str, count: int) -> None:
    _log.info("fit.dropped", channel=message.to.channel, what=what, count=count)
