"""What every sheet's check shares: the book, both registries, and finding a unit, department or cell by what was typed."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from bot.workbook import cells, lists
from bot.workbook.cells import Value, WrongError
from bot.workbook.layout import CLEAR, Sheet
from bot.workbook.problems import MISSING, Found
from bot.workbook.read import Book, Row
from bot.workbook.snapshot import Snapshot, Values
from handlers import facts
from handlers.facts import places
from handlers.vietnamese import fold
from handlers.words import N_, Words

_KINDS: Final = re.compile(r"^(?:to dan pho|tdp|thon|xom|ban|lang|khu pho|khu|to)\s+(?=\S)")
_WRITTEN: Final = re.compile(r"^(?:tổ dân phố|tdp|thôn|xóm|bản|làng|khu phố|khu|tổ)\s+(?=\S)")
_CLEARED: Final = frozenset({"superior", "substitute", "co", "province"})
_UNKNOWN_CHOICE: Final = N_("“{value}” is not in the list. Did you mean: {right}?")
_ASK: Final = N_("“{value}” can be: {names}. Write the name in full with its kind, or the code.")
_NO_COMMUNE: Final = N_(
    "“{value}” is no commune or ward of the province. Did you mean: {right}? Or write its five-digit code."
)
_WHICH_COMMUNE: Final = N_("is empty, and the workbook has several communes. Write which one.")
_FORMER: Final = N_("“{value}” is a former name; taken as {right}.")
_NO_HAMLET: Final = N_(
    "“{value}” is no hamlet of {commune}. Did you mean: {right}? A new one goes on the units' sheet first."
)
_NO_HAMLETS: Final = N_("“{value}” is no hamlet of {commune}. A new one goes on the units' sheet first.")
_NO_DEPARTMENT: Final = N_("“{value}” is no department of {unit}. Did you mean: {right}?")
_TWICE: Final = N_("says the same as row {row}. Keep one of them.")
_ASK_HAMLET: Final = N_("“{value}” can be: {names}. Write it with its kind as on the units' sheet, or the code.")


def _spellings(name: str) -> tuple[str, str, str, str]:
    """Ways a hamlet's name is found, closest first: as written, without its kind, then both without diacritics."""
    exact, folded = name.casefold(), fold(name)
    return f"={exact}", f"={_WRITTEN.sub('', exact)}", folded, _KINDS.sub("", folded)


@dataclass(slots=True)
class Check:
    """One run over one book."""

    book: Book
    known: Snapshot
    found: Found
    today: date
    wanted: Snapshot = field(default_factory=Snapshot)
    # commune -> spelling -> codes of its hamlets
    _hamlets: dict[str, dict[str, set[str]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(set)))
    _departments: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    _seen: dict[tuple[Any, ...], int] = field(default_factory=dict)
    _means: dict[str, str] = field(default_factory=dict)  # what was typed for a commune -> its code
    _asked: dict[str, frozenset[Value]] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)  # folded names of hamlets and people whose own row is wrong
    done: set[tuple[str, ...]] = field(default_factory=set)
    unit_rows: dict[str, Row] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Index what the database holds."""
        for (code,), values in self.known["unit"].items():
            if values["kind"] == "hamlet":
                self.index_hamlet(code, values["parent"], values["name"])
        for (unit, code), values in self.known["department"].items():
            self.index_department(unit, code, values["name"])

    @property
    def words(self) -> Words:
        """The clerk's language."""
        return self.found.words

    def value(self, table: str, *key: Any) -> Values:
        """A row as it will be: the database's, changed by the workbook's."""
        return {**self.known[table].get(key, {}), **self.wanted[table].get(key, {})}

    def has(self, table: str, *key: Any) -> bool:
        """Is it, or will it be, there?"""
        return key in self.known[table] or key in self.wanted[table]

    def want(self, table: str, key: tuple[Any, ...], **values: Any) -> Values:
        """Wish for values; those of None are left out (unchanged), `CLEAR` empties."""
        row = self.wanted[table].setdefault(key, {})
        row.update({name: None if value == CLEAR else value for name, value in values.items() if value is not None})
        return row

    def wrong(self, row: Row, key: str, sentence: str, /, **values: Any) -> None:
        """A mistake, as msgid and what fills it in."""
        self.found.wrong(row, key, self.words(sentence).format(**values))

    def note(self, row: Row, key: str, sentence: str, /, **values: Any) -> None:
        """Something to know."""
        self.found.note(row, key, self.words(sentence).format(**values))

    # cells

    def text(self, row: Row, key: str, *, longest: int = 200) -> str:
        """A cell's words; "" when empty, or wrong and named."""
        value: Value = row.cells.get(key, "")
        try:
            typed = cells.text(value, longest)
        except WrongError as error:
            self.wrong(row, key, error.sentence, **error.values)
            return ""
        if typed == CLEAR and key not in _CLEARED:
            typed = ""
        if not typed and row.page.sheet.column(key).required and key in row.page.columns:
            self.wrong(row, key, MISSING)
        return typed

    def asked(self, sheet: Sheet) -> frozenset[Value]:
        """The codes that a sheet's rows bring themselves: none of them is given away."""
        if sheet.key not in self._asked:
            self._asked[sheet.key] = frozenset(
                row.cells["code"] for row in self.book.rows(sheet) if "code" in row.cells
            )
        return self._asked[sheet.key]

    def day(self, row: Row, key: str) -> date | str | None:
        """A cell's day; `CLEAR` for a dash, None when empty, or wrong and named."""
        value = row.cells.get(key, "")
        if value in ("", CLEAR):
            if not value and row.page.sheet.column(key).required and key in row.page.columns:
                self.wrong(row, key, MISSING)
            return CLEAR if value else None
        try:
            return cells.day(value)
        except WrongError as error:
            self.wrong(row, key, error.sentence, **error.values)
            return None

    def choice(self, row: Row, key: str) -> str | None:
        """The code of a cell chosen from a list."""
        kind = row.page.sheet.column(key).kind
        typed = self.text(row, key)
        if not typed:
            return None
        code = lists.code_of(kind, typed)
        if code is None:
            self.wrong(row, key, _UNKNOWN_CHOICE, value=typed, right=lists.like(kind, typed, self.words.lang))
        return code

    def once(self, row: Row, *key: Any) -> bool:
        """False, and named, where an earlier row of this sheet already said it."""
        first = self._seen.setdefault((row.page.sheet.key, *key), row.number)
        if first != row.number:
            self.wrong(row, "", _TWICE, row=first)
        return first == row.number

    # units

    def communes(self) -> list[str]:
        """Codes of all communes there will be."""
        tables = (self.known["unit"], self.wanted["unit"])
        return list(
            dict.fromkeys(code for table in tables for (code,), v in table.items() if v.get("kind") == "commune")
        )

    def commune(self, row: Row, *, whole: bool = False) -> str | None:
        """The code of a row's commune; of the province where that is written. `whole`: empty is the whole province."""
        typed = self.text(row, "commune")
        if not typed:
            own = self.communes()
            if whole:
                self._add_province()
                return facts.province()[0]
            if len(own) == 1:
                return own[0]
            self.wrong(row, "commune", _WHICH_COMMUNE)
            return None
        code = self._means.get(typed) or self._commune_named(row, typed)
        if code is None:
            return None
        self._means[typed] = code
        if code == facts.province()[0]:
            self._add_province()
        elif not self.has("unit", code):
            self.add_commune(code, facts.communes()[code].name if code in facts.communes() else typed)
        return code

    def _commune_named(self, row: Row, typed: str) -> str | None:
        """By code, official or former name; what is unknown or could be several is named."""
        code, (province, province_name) = cells.commune_code(typed), facts.province()
        if fold(typed) in (fold(province_name), fold(places.bare(province_name)), province, "tinh"):
            return province
        made = [
            k for (k,), v in self.wanted["unit"].items() if v.get("kind") == "commune" and k not in facts.communes()
        ]
        made += [k for (k,), v in self.known["unit"].items() if v["kind"] == "commune" and k not in facts.communes()]
        by_name = [k for k in made if fold(self.value("unit", k)["name"]) == fold(typed)]
        if code is not None and (code in facts.communes() or code in made):
            return code
        if by_name:
            return str(by_name[0])
        means = places.named(re.sub(r"\s*\(?\d{5}\)?$", "", typed)) if code is None else []
        tail = re.search(r"(\d{5})\)?$", typed)
        if tail and any(commune.code == tail[1] for commune in means):
            return str(tail[1])
        if len(means) == 1:
            if places.is_former(means[0], typed):
                self.note(row, "commune", _FORMER, value=typed, right=means[0].name)
            return means[0].code
        if means:
            names = "; ".join(f"{commune.name} ({commune.code})" for commune in means)
            self.wrong(row, "commune", _ASK, value=typed, names=names)
        else:
            self.wrong(row, "commune", _NO_COMMUNE, value=typed, right=lists.like("communes", typed))
        return None

    def add_commune(self, code: str, name: str) -> None:
        """The commune, and the province above it."""
        self._add_province()
        self.want("unit", (code,), kind="commune", name=name, parent=facts.province()[0])

    def _add_province(self) -> None:
        province, name = facts.province()
        if not self.has("unit", province):
            self.want("unit", (province,), kind="province", name=name)

    def index_hamlet(self, code: str, commune: str, name: str) -> None:
        """Found from now on by code and name, with and without diacritics and kind."""
        for spelling in (f"={code.casefold()}", *_spellings(name)):
            self._hamlets[commune][spelling].add(code)

    def hamlets_named(self, commune: str, typed: str) -> list[str]:
        """Codes of the hamlets a text can mean, by the closest spelling that any has."""
        by_name = self._hamlets[commune]
        return sorted(next((by_name[spelling] for spelling in _spellings(typed) if by_name.get(spelling)), ()))

    def hamlet(self, row: Row, key: str, commune: str) -> str | None:
        """The code of a hamlet named in a cell; None when empty, or wrong and named."""
        typed = self.text(row, key)
        if not typed:
            return None
        means = self.hamlets_named(commune, typed)
        if len(means) == 1:
            return means[0]
        name = self.value("unit", commune).get("name", commune)
        if means:
            names = "; ".join(f"{self.value('unit', code)['name']} ({code})" for code in means)
            self.wrong(row, key, _ASK_HAMLET, value=typed, names=names)
            return None
        if fold(typed) in self.broken:
            return None
        offered = {
            spelling: self.value("unit", min(codes))["name"]
            for spelling, codes in self._hamlets[commune].items()
            if not spelling.startswith("=")
        }
        right = lists.nearest(typed, offered)
        self.wrong(row, key, _NO_HAMLET if right else _NO_HAMLETS, value=typed, commune=name, right=right)
        return None

    # departments

    def index_department(self, unit: str, code: str, name: str) -> None:
        """Found from now on by code and by name."""
        self._departments[unit].update({fold(code): code, fold(name): code})
        usual = facts.departments().get(code)
        for title in (usual.vi, usual.vi_ward) if usual else ():
            self._departments[unit].setdefault(fold(title), code)

    def department(self, row: Row, key: str, unit: str, typed: str) -> str | None:
        """The code of a department of a unit; None when wrong and named."""
        code = self._departments[unit].get(fold(typed))
        if code is None:
            offered = {n: self.value("department", unit, c)["name"] for n, c in self._departments[unit].items()}
            right = lists.nearest(typed, offered) or "; ".join(list(dict.fromkeys(offered.values()))[:4]) or "-"
            name = self.value("unit", unit).get("name", unit)
            self.wrong(row, key, _NO_DEPARTMENT, value=typed, unit=name, right=right)
        return code
