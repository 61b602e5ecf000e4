"""Does a line name somebody? What is read by a whole group must not. Pure; leans towards yes."""

from __future__ import annotations

import re

from handlers.vietnamese import fold

_ADDRESS = "ong|ba|anh|chi|em|chu|bac|co|cau|cu|dong chi|d c|thay|gia dinh|ho|nha"
_FAMILY = (
    "nguyen|tran|le|pham|hoang|huynh|phan|vu|vo|dang|bui|do|ngo|duong|ly|nong|ma|be|luong|luu|dinh|dam|trieu|ban|chu"
    "|chau|ha|hua|loc|luc|lo|giang|giap|dong|trinh|ta|to|vi|vuong|sung|thao|vang|phung|quan|tong|mong|mac|hac|sam"
)
_NAMED = re.compile(
    rf"\b(?:{_ADDRESS}) (?:{_FAMILY})(?: [a-z]+){{1,3}}\b"  # ông Nông Văn …, hộ Lý Thị …
    rf"|\b(?:{_FAMILY}) (?:van|thi|a|quoc|duc|minh|xuan|ngoc|thanh|huu|dinh|cong) [a-z]+\b"
)
# "ông Thắng", "chị Hoa": an address with a capital after it, which folding would lose.
_ADDRESSED = re.compile(
    r"\b(?:[Ôô]ng|[Bb]à|[Aa]nh|[Cc]hị|[Ee]m|[Cc]hú|[Bb]ác|[Cc]ô|[Cc]ậu|[Cc]ụ|[Đđ]ồng chí|[Đđ]/c|[Tt]hầy|[Hh]ộ) (\w)"
)
_PHONE = re.compile(r"(?:\+?84|0)(?:[ .-]?\d){8,10}")


def names_somebody(text: str) -> bool:
    """A person's name or a phone number, as far as can be told from the words alone."""
    if any(found[1].isupper() for found in _ADDRESSED.finditer(text)):
        return True
    return bool(_PHONE.search(text) or _NAMED.search(fold(text)))
