"""Expressions of forms: XPath 1 as elementpath's parser reads it, with the XLSForm functions in use, in this one file.

`parse` runs once, when a form is added, and gives a tree of plain lists that is stored inside the compiled form;
`build` turns such a tree into a Python function. So the serving process neither imports elementpath nor parses
anything, and one evaluation costs a microsecond. Values are XPath 1's: text, number (float), truth. An empty answer
is ''; a date is a day number (days since 1970-01-01), as ODK counts them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from elementpath.tdop import Token

Value = str | float | bool
Tree = list[Any]
Evaluate = Callable[[Mapping[str, Value], Value, date], Value]
"""(answers by question name, this question's value, today) -> value"""

EPOCH = date(1970, 1, 1).toordinal()
_REFERENCE = re.compile(r"""('[^']*'|"[^"]*")|\$\{\s*(\w+)\s*\}""")
_OPERATORS = ("or", "and", "=", "!=", "<", ">", "<=", ">=", "+", "-", "*", "div", "mod")

# The functions of forms and how many arguments each takes; any other is refused when the form is added.
FUNCTIONS: dict[str, tuple[int, int]] = {
    "selected": (2, 2),
    "count-selected": (1, 1),
    "if": (3, 3),
    "coalesce": (2, 2),
    "regex": (2, 2),
    "today": (0, 0),
    "date": (1, 1),
    "int": (1, 1),
    "round": (1, 2),
    "string-length": (0, 1),
    "contains": (2, 2),
    "starts-with": (2, 2),
    "concat": (2, 9),
    "substring": (2, 3),
    "normalize-space": (0, 1),
    "number": (0, 1),
    "string": (0, 1),
    "boolean": (1, 1),
    "not": (1, 1),
    "true": (0, 0),
    "false": (0, 0),
    "floor": (1, 1),
    "ceiling": (1, 1),
}
_OURS = ("selected", "count-selected", "if", "coalesce", "regex", "today", "date", "int", "round")


class ExpressionError(ValueError):
    """The expression cannot be used; the message says why, in English, for whoever writes the form."""


@lru_cache(maxsize=1)
def _parser() -> Any:
    """The XPath 1 parser of elementpath with the functions of forms (imported here: only adding a form needs it)."""
    from elementpath.tdop import Parser
    from elementpath.xpath1 import XPath1Parser

    class FormParser(XPath1Parser):
        """XPath 1 with XLSForm's functions. Trees are read, never evaluated by elementpath."""

        def parse(self, source: str) -> Any:
            if self.tokenizer is None:
                self.tokenizer = self.create_tokenizer(self.symbol_table)
            return Parser.parse(self, source)

    FormParser.symbol_table.pop("round")  # XPath 1 gives it one argument, XLSForm two
    for name in _OURS:
        low, high = FUNCTIONS[name]
        FormParser.function(name, nargs=low if low == high else (low, high))
    FormParser.build()
    return FormParser()


def parse(text: str, names: tuple[str, ...]) -> Tree:
    """Reads an expression whose `${name}` are among `names`; raises `ExpressionError` on what is outside our subset."""

    def plain(found: re.Match[str]) -> str:
        if found[1]:
            return found[1]
        if found[2] not in names:
            raise ExpressionError(f"${{{found[2]}}} is no question of this form")
        return f"${found[2]}"

    source = _REFERENCE.sub(plain, text)
    try:
        tree = _tree(_parser().parse(source))
        build(tree)
    except ExpressionError:
        raise
    except Exception as error:  # elementpath raises many kinds for one thing: it is not a valid expression
        raise ExpressionError(f"{text!r} is not understood: {error}") from error
    return tree


def _tree(token: Token[Any]) -> Tree:
    """A token tree as lists: ["text", "…"], ["#", 1.0], ["ref", name], ["."], [operator or function, …]."""
    symbol = token.symbol
    if symbol == "(string)":
        return ["text", str(token.value)]
    if symbol in ("(integer)", "(decimal)", "(float)"):
        return ["#", float(token.value)]
    if symbol == "$":
        return ["ref", str(token[0].value)]
    if symbol == ".":
        return ["."]
    if symbol == "(":
        return _tree(token[0])
    if symbol in _OPERATORS or (token.label == "function" and symbol in FUNCTIONS):
        low, high = FUNCTIONS.get(symbol, (1, 2))
        if not low <= len(token) <= high or (symbol in _OPERATORS and symbol != "-" and len(token) != 2):
            raise ExpressionError(f"{symbol} does not take {len(token)} values")
        return [symbol, *(_tree(part) for part in token)]
    raise ExpressionError(f"{symbol} is not among the expressions forms may use")


def text_of(value: Value) -> str:
    """XPath 1's string(): whole numbers without a point."""
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, str):
        return value
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return str(int(value)) if value == int(value) else repr(float(value))


def number_of(value: Value) -> float:
    """XPath 1's number(): NaN where there is none."""
    if not isinstance(value, str):
        return float(value)
    try:
        return float(value)
    except ValueError:
        return math.nan


def truth_of(value: Value) -> bool:
    """XPath 1's boolean()."""
    if isinstance(value, str):
        return value != ""
    return bool(value) and not math.isnan(value)


def day_of(value: Value) -> float:
    """A date, or "2026-11-10", as its day number; NaN where it is none."""
    if not isinstance(value, str):
        return float(value)
    try:
        return float(date.fromisoformat(value[:10]).toordinal() - EPOCH)
    except ValueError:
        return math.nan


def _round(value: Value, digits: Value = 0.0) -> float:
    """Halves upward, as XPath rounds (Python rounds them to even)."""
    number, scale = number_of(value), 10.0 ** number_of(digits)
    return math.floor(number * scale + 0.5) / scale if math.isfinite(number) else number


def _int(value: Value) -> float:
    number = number_of(value)
    return float(math.trunc(number)) if math.isfinite(number) else number


def _whole(value: Value, change: Callable[[float], int]) -> float:
    number = number_of(value)
    return float(change(number)) if math.isfinite(number) else number


def _substring(value: Value, start: Value, length: Value = math.inf) -> str:
    first = _round(start)
    last = first + _round(length)
    return "".join(c for i, c in enumerate(text_of(value), 1) if first <= i < last)


def _equal(left: Value, right: Value) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return truth_of(left) == truth_of(right)
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    return number_of(left) == number_of(right)


def _div(left: float, right: float) -> float:
    if right:
        return left / right
    return math.nan if not left or math.isnan(left) else math.copysign(math.inf, left)


def _mod(left: float, right: float) -> float:
    return math.fmod(left, right) if right and math.isfinite(left) else math.nan


_PLAIN: dict[str, Callable[..., Value]] = {
    "=": _equal,
    "!=": lambda a, b: not _equal(a, b),
    "<": lambda a, b: number_of(a) < number_of(b),
    ">": lambda a, b: number_of(a) > number_of(b),
    "<=": lambda a, b: number_of(a) <= number_of(b),
    ">=": lambda a, b: number_of(a) >= number_of(b),
    "+": lambda a, b: number_of(a) + number_of(b),
    "-": lambda a, b=None: -number_of(a) if b is None else number_of(a) - number_of(b),
    "*": lambda a, b: number_of(a) * number_of(b),
    "div": lambda a, b: _div(number_of(a), number_of(b)),
    "mod": lambda a, b: _mod(number_of(a), number_of(b)),
    "selected": lambda a, b: text_of(b) in text_of(a).split(),
    "count-selected": lambda a: float(len(text_of(a).split())),
    "coalesce": lambda a, b: a if text_of(a) != "" else b,
    "date": day_of,
    "int": _int,
    "round": _round,
    "string-length": lambda a: float(len(text_of(a))),
    "contains": lambda a, b: text_of(b) in text_of(a),
    "starts-with": lambda a, b: text_of(a).startswith(text_of(b)),
    "concat": lambda *parts: "".join(text_of(part) for part in parts),
    "substring": _substring,
    "normalize-space": lambda a: " ".join(text_of(a).split()),
    "number": number_of,
    "string": text_of,
    "boolean": truth_of,
    "not": lambda a: not truth_of(a),
    "true": lambda: True,
    "false": lambda: False,
    "floor": lambda a: _whole(a, math.floor),
    "ceiling": lambda a: _whole(a, math.ceil),
}


def build(tree: Tree) -> Evaluate:
    """The function of a tree. `or`, `and`, `if` evaluate only what they need. Raises `ExpressionError`."""
    kind, *rest = tree
    if kind in ("text", "#"):
        constant: Value = rest[0]
        return lambda answers, this, today: constant
    if kind == "ref":
        name: str = rest[0]
        return lambda answers, this, today: answers.get(name, "")
    if kind == ".":
        return lambda answers, this, today: this
    if kind == "today":
        return lambda answers, this, today: float(today.toordinal() - EPOCH)
    parts = tuple(build(part) for part in rest)
    if kind == "regex":
        return _regex(parts[0], rest[1])
    if kind == "or":
        a, b = parts
        return lambda answers, this, today: truth_of(a(answers, this, today)) or truth_of(b(answers, this, today))
    if kind == "and":
        a, b = parts
        return lambda answers, this, today: truth_of(a(answers, this, today)) and truth_of(b(answers, this, today))
    if kind == "if":
        test, yes, no = parts
        return lambda answers, this, today: (yes if truth_of(test(answers, this, today)) else no)(answers, this, today)
    plain = _PLAIN[kind]
    if not parts and kind not in ("true", "false"):  # string-length() is of this value
        return lambda answers, this, today: plain(this)
    return lambda answers, this, today: plain(*(part(answers, this, today) for part in parts))


def _regex(value: Evaluate, pattern: Tree) -> Evaluate:
    """The whole value must match, as in ODK; the pattern is a constant, compiled once."""
    if pattern[0] != "text":
        raise ExpressionError("regex needs its pattern written out between quotes")
    try:
        match = re.compile(pattern[1]).fullmatch
    except re.error as error:
        raise ExpressionError(f"the pattern {pattern[1]!r} is not valid: {error}") from error
    return lambda answers, this, today: match(text_of(value(answers, this, today))) is not None
