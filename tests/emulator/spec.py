"""Checks a call against `botapi.json` and turns form strings into the types written there."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Json = dict[str, Any]
SPEC: Json = json.loads((Path(__file__).parent / "botapi.json").read_text(encoding="utf-8"))
METHODS: Json = SPEC["methods"]
TYPES: Json = SPEC["types"]
CANONICAL = {name.lower(): name for name in METHODS}
TRUE, FALSE = {"true", "1"}, {"false", "0", ""}

# Where Telegram has a wording of its own for a broken limit.
WORDINGS = {
    ("text", "least"): "message text is empty",
    ("text", "most"): "message is too long",
    ("caption", "most"): "message caption is too long",
    ("callback_data", "least"): "BUTTON_DATA_INVALID",
    ("callback_data", "most"): "BUTTON_DATA_INVALID",
    ("chat_id", "missing"): "chat_id is empty",
    ("text", "missing"): "message text is empty",
}
MISMATCH = object()


@dataclass
class Checked:
    """The parameters in their proper types, and everything that was wrong: (what, Telegram's wording)."""

    parameters: Json = field(default_factory=dict)
    wrong: list[tuple[str, str]] = field(default_factory=list)

    def blame(self, what: str, wording: str = "") -> None:
        self.wrong.append((what, wording or what))


def check(method: str, given: Json, files: Json) -> Checked:
    """`given`: strings of a form or values of a JSON body; `files`: uploaded parts by name."""
    checked = Checked()
    _fields(method, METHODS[method], {**given, **{k: v for k, v in files.items() if k in METHODS[method]}}, checked)
    return checked


def _fields(where: str, known: Json, given: Json, checked: Checked, into: Json | None = None) -> Json:
    made = checked.parameters if into is None else into
    for name, value in given.items():
        if name not in known:
            checked.blame(f"{where}: unknown field {name}")
            continue
        types, limit = known[name][0], known[name][2:] or None
        typed = _typed(f"{where}.{name}", types, value, checked)
        if typed is MISMATCH:
            checked.blame(f"{where}.{name}: {type(value).__name__} is not {' or '.join(types)}")
            continue
        if limit:
            typed = _limited(where, name, typed, limit[0], checked)
        made[name] = typed
    for name, (_, required, *_) in known.items():
        if required and name not in given:
            checked.blame(f"{where}: {name} is missing", WORDINGS.get((name, "missing"), ""))
    return made


def _typed(where: str, types: list[str], value: Any, checked: Checked) -> Any:
    """The first type that fits without complaint; else the complaints of the one with the fewest."""
    tries: list[tuple[Any, Checked]] = []
    for kind in types:
        attempt = Checked()
        typed = _as(where, kind, value, attempt)
        if typed is MISMATCH:
            continue
        if not attempt.wrong:
            return typed
        tries.append((typed, attempt))
    if not tries:
        return MISMATCH
    typed, attempt = min(tries, key=lambda one: len(one[1].wrong))
    checked.wrong += attempt.wrong
    return typed


def _as(where: str, kind: str, value: Any, checked: Checked) -> Any:
    if kind.startswith("Array of "):
        items = _parsed(value)
        if not isinstance(items, list):
            return MISMATCH
        made = [_typed(f"{where}[{i}]", [kind[9:]], item, checked) for i, item in enumerate(items)]
        if MISMATCH in made:
            checked.blame(f"{where}: not all are {kind[9:]}")
        return made
    if kind in PRIMITIVES:
        return PRIMITIVES[kind](value)
    whole = _parsed(value)
    return _object(where, kind, whole, checked) if isinstance(whole, dict) else MISMATCH


def _object(where: str, kind: str, value: Json, checked: Checked) -> Any:
    described = TYPES[kind]
    if "subtypes" in described:
        return _typed(where, described["subtypes"], value, checked)
    if described["fields"] is None:
        return value
    return _fields(f"{where}({kind})", described["fields"], value, checked, into={})


def _limited(where: str, name: str, value: Any, limit: list[Any], checked: Checked) -> Any:
    least, most, unit = limit
    if unit == "value":  # whole numbers out of range are clamped silently
        return min(max(value, least), most) if isinstance(value, int) else value
    if unit == "MB":
        size = len(value) if isinstance(value, bytes) else 0
        if size > most * 2**20:
            checked.blame(f"{where}.{name}: over {most} MB")
        return value
    length = _length(value, unit)
    side = "least" if length < least else "most" if length > most else ""
    if side:
        wording = WORDINGS.get((name, side), f"{name} is not {least}-{most} {unit}")
        checked.blame(f"{where}.{name}: {length} {unit}, not {least}-{most}", wording)
    return value


def _length(value: Any, unit: str) -> int:
    if unit == "bytes":
        return len(value.encode())
    if unit == "characters":
        return len(value.strip().encode("utf-16-le")) // 2
    return len(value)


def _parsed(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return MISMATCH


def _integer(value: Any) -> Any:
    if isinstance(value, bool):
        return MISMATCH
    try:
        return int(value) if isinstance(value, (int, str)) else MISMATCH
    except ValueError:
        return MISMATCH


def _float(value: Any) -> Any:
    try:
        return float(value) if isinstance(value, (int, float, str)) and not isinstance(value, bool) else MISMATCH
    except ValueError:
        return MISMATCH


def _boolean(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    said = str(value).lower()
    return True if said in TRUE else False if said in FALSE else MISMATCH


PRIMITIVES = {
    "Integer": _integer,
    "Float": _float,
    "Boolean": _boolean,
    "True": lambda value: True if _boolean(value) is True else MISMATCH,
    "String": lambda value: value if isinstance(value, str) else MISMATCH,
    "InputFile": lambda value: value if isinstance(value, bytes) else MISMATCH,
}
