"""The lists cells are chosen from: code -> words, and from what a clerk typed back to the code."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from typing import Final

from handlers import facts
from handlers.vietnamese import fold
from handlers.words import LANGUAGES, N_, words_for

CHANGES: Final = {"rename": N_("Renamed"), "merge": N_("Merged into"), "split": N_("Split from")}
MODES: Final = {"brief": N_("Brief"), "full": N_("Full")}
WORKS: Final = {"no": N_("Free"), "yes": N_("Works")}
TONGUES: Final = {"vi": N_("Vietnamese"), "en": N_("English")}
WEEKDAYS: Final = {
    "0": N_("No summary"),
    "1": N_("Monday"),
    "2": N_("Tuesday"),
    "3": N_("Wednesday"),
    "4": N_("Thursday"),
    "5": N_("Friday"),
    "6": N_("Saturday"),
    "7": N_("Sunday"),
}
TEXTS: Final = {
    "duty_phone": N_("Duty phone"),
    "controller": N_("Who keeps the data"),
    "retention_months": N_("Months data is kept"),
    "intake": N_("Code of the intake office"),
    "practice_owner": N_("Code of the office for good practices"),
    "data_reply_days": N_("Personal data: working days to a first answer"),
    "data_see_days": N_("Personal data: days to a copy"),
    "data_correct_days": N_("Personal data: days to a correction"),
    "data_withdraw_days": N_("Personal data: days to the end of consent"),
    "data_delete_days": N_("Personal data: days to deletion"),
}
# What people write instead of a list's own words, folded -> code.
ALSO: Final[dict[str, dict[str, str]]] = {
    "roles": {
        "truong thon": "truong_thon", "truong xom": "truong_thon", "truong ban": "truong_thon",
        "truong lang": "truong_thon", "to truong": "to_truong_tdp", "to truong tdp": "to_truong_tdp",
        "to truong to dan pho": "to_truong_tdp", "bi thu": "bi_thu_chi_bo", "btcb": "bi_thu_chi_bo",
        "truong ban cong tac mat tran": "truong_ban_ctmt", "truong ban ctmt": "truong_ban_ctmt",
        "pho thon": "pho_thon", "pho truong thon": "pho_thon", "pho xom": "pho_thon", "pho truong xom": "pho_thon",
        "to pho": "pho_thon", "can bo truc": "can_bo_truc", "cong chuc": "can_bo_don_vi",
        "chuyen vien": "can_bo_don_vi", "can bo dan van": "phu_trach_dan_van", "chu tich": "lanh_dao_ubnd",
        "chu tich ubnd": "lanh_dao_ubnd", "pho chu tich": "lanh_dao_ubnd", "pho chu tich ubnd": "lanh_dao_ubnd",
        "bi thu dang uy": "lanh_dao_dang", "pho bi thu dang uy": "lanh_dao_dang", "quan tri": "quan_tri",
    },
    "works": {"lam": "yes", "lam viec": "yes", "di lam": "yes", "nghi le": "no", "nghi bu": "no"},
    "weekdays": {"t2": "1", "t3": "2", "t4": "3", "t5": "4", "t6": "5", "t7": "6", "cn": "7", "khong": "0"},
    "modes": {"ngan gon": "brief", "day du": "full", "chi tiet": "full"},
    "changes": {"doi ten": "rename", "sap nhap": "merge", "nhap": "merge", "tach": "split", "chia tach": "split"},
}  # fmt: skip


def _names(kind: str, lang: str) -> dict[str, str]:
    """A list's codes and words in one language."""
    own = {
        "changes": CHANGES, "modes": MODES, "works": WORKS, "languages": TONGUES, "weekdays": WEEKDAYS, "texts": TEXTS,
    }  # fmt: skip
    if kind in own:
        return {code: words_for(lang)(text) for code, text in own[kind].items()}
    shipped: dict[str, Callable[[], dict[str, str]]] = {
        "roles": lambda: {r.code: r.name(lang) for r in facts.roles().values()},
        "categories": lambda: {c.code: c.name(lang) for c in facts.categories().values()},
        "communes": lambda: {c.code: c.name for c in facts.communes().values()},
        "departments": lambda: {d.code: d.name(lang) for d in facts.departments().values()},
        "department_names": lambda: {d.code: d.name(lang) for d in facts.departments().values()},
        "province_departments": lambda: {d.code: d.name(lang) for d in facts.province_departments().values()},
    }
    return shipped[kind]()


KINDS: Final = (
    "changes", "modes", "works", "languages", "weekdays", "texts", "roles", "categories", "communes", "departments",
    "department_names", "province_departments",
)  # fmt: skip
_CACHE: dict[tuple[str, str], dict[str, str]] = {}


def names(kind: str, lang: str = "vi") -> dict[str, str]:
    """Code -> words, in the order they are offered. Raises KeyError for a kind that is no list."""
    if (kind, lang) not in _CACHE:
        _CACHE[kind, lang] = _names(kind, lang)
    return _CACHE[kind, lang]


def _readings(kind: str) -> dict[str, str]:
    if (kind, "") not in _CACHE:
        found = dict(ALSO.get(kind, {}))
        for lang in LANGUAGES:
            found |= {fold(text): code for code, text in names(kind, lang).items()}
        _CACHE[kind, ""] = found | {fold(code): code for code in names(kind)}
    return _CACHE[kind, ""]


def code_of(kind: str, typed: str) -> str | None:
    """The code a clerk meant; case, diacritics and punctuation do not count. None when it is not in the list."""
    return _readings(kind).get(fold(typed))


def nearest(typed: str, offered: dict[str, str]) -> str:
    """The offered words (folded -> as shown) that look most like what was typed; "" when none does."""
    close = get_close_matches(fold(typed), offered, n=1, cutoff=0.6)
    return offered[close[0]] if close else ""


def like(kind: str, typed: str, lang: str = "vi") -> str:
    """The list's words that look most like it, else the first few of the list, to show what would be right."""
    shown = names(kind, lang)
    readings = {reading: shown[code] for reading, code in _readings(kind).items()}
    return nearest(typed, readings) or "; ".join(list(dict.fromkeys(shown.values()))[:4])
