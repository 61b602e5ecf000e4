"""TCVN3 text (the fonts .VnTime, .VnArial…), which Excel shows as "NguyÔn V¨n An": told apart and turned to Unicode.

Table: TCVN 5712:1993, the one-byte Vietnamese code whose letters lie where Latin-1 has symbols and other accents.
"""

from __future__ import annotations

from typing import Final

_FROM: Final = (
    "\xb5\xb8\xb6\xb7\xb9\xa8\xbb\xbe\xbc\xbd\xc6\xa9\xc7\xca\xc8\xc9\xcb\xae\xcc\xd0\xce\xcf\xd1\xaa\xd2\xd5\xd3\xd4\xd6"
    "\xd7\xdd\xd8\xdc\xde\xdf\xe3\xe1\xe2\xe4\xab\xe5\xe8\xe6\xe7\xe9\xac\xea\xed\xeb\xec\xee\xef\xf3\xf1\xf2\xf4\xad\xf5"
    "\xf8\xf6\xf7\xf9\xfa\xfd\xfb\xfc\xfe\xa1\xa2\xa7\xa3\xa4\xa5\xa6"
)
_TO: Final = "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵĂÂĐÊÔƠƯ"
_TABLE: Final = str.maketrans(_FROM, _TO)
# Letters that correct Vietnamese in Unicode has too: they alone prove nothing.
_BOTH: Final = frozenset(_FROM) & frozenset("àáãâèéêìíòóôõùúýÀÁÃÂÈÉÊÌÍÒÓÔÕÙÚÝ")
_PROOF: Final = frozenset(_FROM) - _BOTH


def converted(text: str, font: str = "") -> str | None:
    """The text in Unicode when it is TCVN3; None when it is not.

    It is when its font says so (".VnTime") and it has such letters, or when one of the letters that no Vietnamese word
    has in Unicode stands beside a Latin letter. A letter beyond Latin-1 proves that it is not.
    """
    if text.isascii() or any(ord(letter) > 0xFF for letter in text):
        return None
    if not font.lower().startswith(".vn") and not any(_proves(text, place) for place in range(len(text))):
        return None
    return text.translate(_TABLE)


def _proves(text: str, place: int) -> bool:
    beside = text[max(0, place - 1) : place] + text[place + 1 : place + 2]
    return text[place] in _PROOF and any(letter.isascii() and letter.isalpha() for letter in beside)
