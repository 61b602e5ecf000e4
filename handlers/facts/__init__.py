"""The facts the program ships: communes, categories, departments, fields, roles, kinds, urgency, consent, replies.

Each list is a JSON file beside this one, read once when first asked for. Names come in Vietnamese and English;
`name(lang)` picks. Look-ups by an unknown code raise `KeyError`: a code outside these lists is a defect, not a
person's mistake.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Named:
    """A code with its name in both languages."""

    code: str
    vi: str
    en: str

    def name(self, lang: str = "vi") -> str:
        """The name in `lang`; Vietnamese for a language we do not have."""
        return self.en if lang == "en" else self.vi


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune or ward: official five-digit code (a string), name with its kind, `type` xa or phuong, former names."""

    code: str
    name: str
    type: str
    former: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Category(Named):
    """What a petition is about and who answers for it.

    `department` and `province_department` are department codes, `urgency` an urgency code, `hotline` numbers to call or
    empty. `strong` words decide, `weak` ones hint. A `sensitive` category is never spelled out where others read.
    """

    department: str
    province_department: str
    urgency: str
    hotline: str
    sensitive: bool
    strong: tuple[str, ...]
    weak: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Department(Named):
    """A body of a commune; `vi_ward` and `en_ward` are its names in a ward (phường)."""

    vi_ward: str
    en_ward: str

    def title(self, commune_type: str, lang: str = "vi") -> str:
        """Its name in a commune (xa) or a ward (phuong)."""
        if commune_type == "phuong":
            return self.en_ward if lang == "en" else self.vi_ward
        return self.name(lang)


@dataclass(frozen=True, slots=True)
class Example(Named):
    """A code with an example people understand it by: the fields of good practices."""

    example_vi: str
    example_en: str

    def example(self, lang: str = "vi") -> str:
        """The example in `lang`."""
        return self.example_en if lang == "en" else self.example_vi


@dataclass(frozen=True, slots=True)
class Urgency(Example):
    """How urgent; `days` is the working days a result is aimed at."""

    days: int


@dataclass(frozen=True, slots=True)
class Role(Named):
    """What a person is; `level` is hamlet, commune, province or system."""

    level: str


@dataclass(frozen=True, slots=True)
class Kind(Named):
    """A kind of letter from citizens. Only those with `petition` true are taken here.

    `stop_days` is the law's limit in working days, `basis` the law.
    """

    petition: bool
    stop_days: int
    basis: str


@dataclass(frozen=True, slots=True)
class Text:
    """A text in both languages."""

    vi: str
    en: str

    def __call__(self, lang: str = "vi") -> str:
        """The text in `lang`."""
        return self.en if lang == "en" else self.vi


@dataclass(frozen=True, slots=True)
class Consent(Text):
    """The consent text of one version; fill in `{controller}`, `{months}` and `{phone}`."""

    version: str


@cache
def _load(name: str) -> Any:
    return json.loads(files(__name__).joinpath(name).read_text(encoding="utf-8"))


@cache
def province() -> tuple[str, str]:
    """The province's code and name."""
    row = _load("communes.json")["province"]
    return row["code"], row["name"]


@cache
def communes() -> dict[str, Commune]:
    """The 92 communes and wards by code (Resolution 1683/NQ-UBTVQH15)."""
    rows = _load("communes.json")["communes"]
    return {r["code"]: Commune(r["code"], r["name"], r["type"], tuple(r["former"])) for r in rows}


@cache
def categories() -> dict[str, Category]:
    """The 41 categories by code, in the order they are offered."""
    return {
        r["code"]: Category(
            r["code"], r["vi"], r["en"], r["department"], r["province_department"], r["urgency"], r["hotline"],
            r["sensitive"], tuple(r["strong"]), tuple(r["weak"]),
        )
        for r in _load("categories.json")
    }  # fmt: skip


@cache
def co_departments() -> dict[str, list[str]]:
    """Category -> codes of the commune's departments that usually help the lead one; only categories that have any."""
    found: dict[str, list[str]] = _load("co_departments.json")
    return found


@cache
def departments() -> dict[str, Department]:
    """A commune's departments by code."""
    rows = _load("departments.json")["commune"]
    return {r["code"]: Department(r["code"], r["xa"], r["en"], r["phuong"], r["en_phuong"]) for r in rows}


@cache
def province_departments() -> dict[str, Named]:
    """The province's departments by code."""
    return {r["code"]: Named(r["code"], r["vi"], r["en"]) for r in _load("departments.json")["province"]}


@cache
def fields() -> dict[str, Example]:
    """The four fields of "Dân vận khéo" by code (Directive 25-CT/TU of 23/4/2024)."""
    return {r["code"]: Example(**r) for r in _load("fields.json")}


@cache
def roles() -> dict[str, Role]:
    """Roles by code."""
    return {r["code"]: Role(**r) for r in _load("roles.json")}


@cache
def kinds() -> dict[str, Kind]:
    """Kinds by code: feedback, proposal; complaint and denunciation are only recognised."""
    return {r["code"]: Kind(**r) for r in _load("kinds.json")}


@cache
def urgencies() -> dict[str, Urgency]:
    """Urgency levels by code, most urgent first."""
    return {r["code"]: Urgency(**r) for r in _load("urgency.json")}


@cache
def consent() -> Consent:
    """The consent text in force."""
    row = _load("consent.json")
    return Consent(row["vi"], row["en"], row["version"])


@cache
def reply(code: str) -> Text:
    """A standing reply: to_cao_ask, to_cao, khieu_nai (`{phone}`), emergency (`{hotline}`)."""
    row = _load("replies.json")[code]
    return Text(row["vi"], row["en"])


@cache
def triage() -> dict[str, list[str]]:
    """Phrases by meaning for `handlers/triage.py`."""
    phrases: dict[str, list[str]] = _load("triage.json")
    return phrases
