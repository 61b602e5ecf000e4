"""Numbers and pictures of identity cards: recognised in words, captions and file names, and refused before anything is kept. Pure.

Nobody here needs them (Law 91/2025/QH15: no more data than the purpose takes). What lies in a picture is not looked at:
only what its caption or its file's name says. Leans towards letting through: a refused report costs a cadre more than a
number that an official later blanks out, so a bare number must have the make of a citizen's number (Circular 59/2021/TT-BCA,
article 4: province, sex and century of birth, year of birth, six digits).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from handlers.messages import Incoming
from handlers.vietnamese import plain
from handlers.words import N_

REFUSED = N_(
    "Please do not send numbers or pictures of identity cards here, comrade: they are not needed. I have not kept this message. "
    "Please send it once more without the number; what you wrote before is still here."
)
# Provinces by birth registration, as they were before the mergers of 2025: numbers given then do not change.
_PROVINCES = frozenset(
    (
        1, 2, 4, 6, 8, 10, 11, 12, 14, 15, 17, 19, 20, 22, 24, 25, 26, 27, 30, 31, 33, 34, 35, 36, 37, 38, 40,
        42, 44, 45, 46, 48, 49, 51, 52, 54, 56, 58, 60, 62, 64, 66, 67, 68, 70, 72, 74, 75, 77, 79, 80, 82,
        83, 84, 86, 87, 89, 91, 92, 93, 94, 95, 96,
    )
)  # fmt: skip
_CARD = (
    r"(?:(?:the )?can cuoc(?: cong dan)?|cccd|cmnd|cmtnd|cmt|chung minh(?: (?:nhan dan|thu))?|giay chung minh"
    r"|(?:so )?dinh danh(?: ca nhan)?|identity (?:card|number)|id (?:card|number))"
)
_NUMBER = r"(?<![\w.,/+-])(\d(?:[ .-]?\d){7,14})(?![\w/]|[.,-]\d)"
_NEAR = re.compile(rf"\b{_CARD}\b([^\d\n]{{0,40}}){_NUMBER}")
_BEFORE = re.compile(rf"{_NUMBER}([^\d\n.;]{{0,20}})\b{_CARD}\b")
_BARE = re.compile(rf"(?:{_NUMBER})")
_GROUPED = frozenset({(12,), (3, 3, 3, 3), (3, 3, 6), (6, 6), (4, 4, 4), (3, 9), (3, 1, 2, 6)})
_PHONE = re.compile(r"\b(?:sdt|dien thoai|dt|so may|goi|zalo|phone|tel|lien he)\b[^\d]*$")
_MONEY = re.compile(r"\s*(?:dong|d|vnd|trieu|tr|nghin|ngan|k|ty|ho|m2|met|ha|kg|tan)\b")
_SIDES = (
    r"(?:mat (?:truoc|sau)|(?:2|hai|ca hai) mat|ban (?:chup|sao|photo)|anh(?: chup)?|hinh(?: chup)?|chup|photo|scan)"
)
_PICTURED = re.compile(
    rf"\b{_SIDES}(?: (?:cua|cai|so|the|giay))? {_CARD}\b|\b{_CARD}(?: (?:cua )?[a-z]+){{0,4}} {_SIDES}\b"
)
_NAMED = re.compile(rf"\b{_CARD}\b")
_ANY_CARD = re.compile(r"can ?cuoc|cccd|cmnd|cmt|chung ?minh|dinh ?danh|identity|\bid\b")
_SHORT = 5
"""Words of a caption that says little else: "căn cước của bà Hoa"."""
_NINE = re.compile(r"(?:\d\D*+){9}")  # nine digits anywhere; most texts have none, and every one comes past here
_PARTS = re.compile(r"[^a-z0-9]+")


def holds_number(text: str, today: date) -> bool:
    """Is a citizen's number (12 digits) or, beside its name, an old identity card's (9 digits) in it? Never raises.

    `today` bounds the years of birth.
    """
    if not _NINE.search(text):
        return False
    words = plain(text)
    if _ANY_CARD.search(words) and _beside_its_name(words):
        return True
    return any(_is_citizens(found[1], today) for found in _BARE.finditer(words))


def _beside_its_name(words: str) -> bool:
    near = ((found[2], found[1], found.end()) for found in _NEAR.finditer(words))
    before = ((found[1], "", found.end(1)) for found in _BEFORE.finditer(words))
    return any(_is_cards(words, *one) for one in (*near, *before))


def _is_cards(words: str, number: str, between: str, end: int) -> bool:
    digits = re.sub(r"\D", "", number)
    if len(digits) not in (9, 12) or _PHONE.search(between):
        return False
    return not _MONEY.match(words, end)


def _is_citizens(number: str, today: date) -> bool:
    """Made like a citizen's number, written in one piece or in the usual groups."""
    groups = re.split(r"[ .-]", number)
    if tuple(map(len, groups)) not in _GROUPED:
        return False
    digits = "".join(groups)
    if int(digits[:3]) not in _PROVINCES or digits[3] not in "0123":
        return False
    born = 1900 + 100 * (int(digits[3]) // 2) + int(digits[4:6])
    return 1905 <= born <= today.year


def is_picture_of(caption: str, names: Iterable[str]) -> bool:
    """Do the caption or the file names say that an identity card is pictured?"""
    words = " ".join(_PARTS.split(plain(caption))).strip()
    if _NAMED.search(words) and (_PICTURED.search(words) or len(words.split()) <= _SHORT):
        return True
    return any(_names_card(name) for name in names)


def _names_card(name: str) -> bool:
    words = " ".join(_PARTS.split(plain(name.rpartition(".")[0] or name)))
    joined = words.replace(" ", "")
    if re.search(r"cccd|cmnd|cmtnd", joined):
        return True
    return bool(re.search(r"cancuoc|chungminh(?:nhandan|thu)|idcard", joined)) and (
        bool(_PICTURED.search(words)) or len(words.split()) <= _SHORT
    )


def refused(incoming: Incoming, today: date) -> bool:
    """Is this message not to be taken? In a group only what would be taken (a reply, words with a code) is looked at by the caller."""
    if incoming.tap or incoming.event:
        return False
    names = [file.name for file in incoming.attachments]
    if incoming.attachments and is_picture_of(incoming.text, names):
        return True
    return any(holds_number(text, today) for text in (incoming.text, *names) if text)
