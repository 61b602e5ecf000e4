"""`danvan sample`: a workbook of made-up hamlets and people, of any size; the same each time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import typer

from bot.sample import COMMUNE, HAMLETS
from bot.workbook.cells import Value
from bot.workbook.write import write
from handlers import facts
from handlers.words import DEFAULT, words_for

Row = dict[str, Value]
_FAMILY: Final = ("Nông", "Triệu", "Hoàng", "Ma", "Lý", "Bàn", "Nguyễn", "Dương", "Lường", "Hà", "Trần", "Vi", "Lê")
_MIDDLE: Final = ("Văn", "Thị", "Đức", "Thu", "Minh", "Ngọc", "Quang")
_GIVEN: Final = (
    "An", "Bình", "Chi", "Dũng", "Hoa", "Giang", "Hạnh", "Khánh", "Lan", "Minh", "Ngân", "Phúc", "Quý", "Sơn", "Tâm",
    "Tuyết", "Vinh",
)  # fmt: skip
_HAMLET_POSTS: Final = ("truong_thon", "bi_thu_chi_bo", "truong_ban_ctmt")
# Posts of a commune in the order in which they are filled: (role, department).
_POSTS: Final = (
    ("can_bo_don_vi", "PKT"), ("can_bo_truc", "VP_HDND_UBND"), ("lanh_dao_ubnd", "CT_UBND"), ("quan_tri", ""),
    ("can_bo_don_vi", "PVHXH"), ("can_bo_don_vi", "CA"), ("phu_trach_dan_van", "BXDD"), ("can_bo_don_vi", "TTPVHCC"),
    ("can_bo_don_vi", "QS"), ("can_bo_don_vi", "TYT"), ("can_bo_don_vi", "MTTQ"), ("can_bo_don_vi", "VPDU"),
    ("can_bo_don_vi", "UBKT"), ("lanh_dao_dang", ""), ("can_bo_don_vi", "PKT"), ("can_bo_don_vi", "PVHXH"),
)  # fmt: skip


@dataclass(slots=True)
class _Made:
    units: list[Row] = field(default_factory=list)
    people: list[Row] = field(default_factory=list)
    texts: list[Row] = field(default_factory=list)


def run(out: Path, communes: int, people: int) -> None:
    """Writes the file; at least one person for every commune."""
    if people < communes:
        typer.echo(f"At least one person for each commune: --people {communes} or more.", err=True)
        raise typer.Exit(2)
    made = rows(communes, people)
    try:
        write(out, words_for(DEFAULT), made)
    except OSError as error:
        typer.echo(f"{out} cannot be written: {error.strerror}", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{out}: {communes} communes, {len(made['units']) - communes} hamlets, {len(made['people'])} people")


def rows(communes: int, people: int) -> dict[str, list[Row]]:
    """Sheet key -> rows. Beyond the province's own communes further ones are made up, with codes from 90001."""
    made = _Made()
    for place, (code, name) in zip(range(communes), _communes(), strict=False):
        share = people // communes + (place < people % communes)
        _commune(made, code, name, share)
    return {"units": made.units, "people": made.people, "texts": made.texts}


def _communes() -> Iterator[tuple[str, str]]:
    """The demo's commune first."""
    known = facts.communes()
    yield COMMUNE, known[COMMUNE].name
    yield from ((commune.code, commune.name) for commune in known.values() if commune.code != COMMUNE)
    number = 0
    while True:
        number += 1
        yield f"{90_000 + number}", f"Xã Mẫu {number}"


def _commune(made: _Made, code: str, name: str, people: int) -> None:
    made.units.append({"commune": name, "code": code})
    made.texts += [
        {"commune": name, "name": _text("duty_phone"), "value": "0900 099 999"},
        {"commune": name, "name": _text("controller"), "value": f"UBND {name[0].lower()}{name[1:]}"},
        {"commune": name, "name": _text("retention_months"), "value": "24"},
    ]
    offices = min(len(_POSTS), max(1, people // 2) if people < 2 * len(_POSTS) else len(_POSTS))
    chief = ""
    for role, department in _POSTS[:offices]:
        person = _person(made, code, name, role)
        if department:
            person["department"] = department
        if role == "lanh_dao_ubnd":
            chief = str(person["code"])
        elif chief and role == "can_bo_don_vi":
            person["superior"] = chief
    word = "Tổ dân phố" if name.startswith("Phường") else "Xóm"
    for place in range(people - offices):
        number, post = divmod(place, len(_HAMLET_POSTS))
        hamlet = f"{word} {HAMLETS[number]}" if number < len(HAMLETS) else f"{word} {number + 1}"
        if post == 0:
            made.units.append({"commune": name, "hamlet": hamlet, "code": f"{code}-{number + 1:02d}"})
        role = "to_truong_tdp" if post == 0 and word != "Xóm" else _HAMLET_POSTS[post]
        _person(made, code, name, role)["hamlet"] = hamlet


def _person(made: _Made, code: str, commune: str, role: str) -> Row:
    place = len(made.people)
    given, rest = place % len(_GIVEN), place // len(_GIVEN)
    row: Row = {
        "code": f"mau-{code}-{place + 1}",
        "name": f"{_FAMILY[rest % len(_FAMILY)]} {_MIDDLE[rest // len(_FAMILY) % len(_MIDDLE)]} {_GIVEN[given]}",
        "phone": f"0900{place + 1:06d}",
        "role": facts.roles()[role].vi,
        "commune": commune,
    }
    made.people.append(row)
    return row


def _text(name: str) -> str:
    from bot.workbook import lists

    return lists.names("texts")[name]
