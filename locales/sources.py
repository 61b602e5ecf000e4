"""Finds the sentences in the code: what `locales/tools.py` puts into the template.

A sentence is marked by the call that translates it (`_("…")`, `turn.words("…")`, `_.n("one", "many", n)`), by
`N_("…")` where it is translated elsewhere, or by its place: a class attribute or keyword argument named `sentence`.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PACKAGES = ("bot", "handlers", "storage")
CALLS = {"_", "words", "N_", "gettext"}
COUNTED = {"n", "ngettext"}
PLACES = {"sentence"}


@dataclass(frozen=True, slots=True, order=True)
class Sentence:
    """One msgid where it was found; `many` is "" when it does not count anything."""

    path: str
    line: int
    one: str
    many: str = ""


class SourceError(ValueError):
    """A sentence that cannot be translated, with its file and line."""


def sentences(root: Path) -> list[Sentence]:
    """All sentences of the program, in the order of files and lines. Raises `SourceError`."""
    found = []
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
            found += list(_in_tree(tree, path.relative_to(root).as_posix()))
    return sorted(found)


def _in_tree(tree: ast.AST, path: str) -> Iterator[Sentence]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _in_call(node, path)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(target, ast.Name) and target.id in PLACES for target in targets):
                yield from _constant(node.value, path)


def _in_call(node: ast.Call, path: str) -> Iterator[Sentence]:
    name = _name(node.func)
    if name in CALLS and len(node.args) == 1 and not node.keywords:
        if isinstance(node.args[0], ast.JoinedStr):
            where = f"{path}:{node.lineno}"
            raise SourceError(f'{where}: an f-string has no translation; write _("… {{name}}").format(name=…)')
        yield from _constant(node.args[0], path)
    elif name in COUNTED and len(node.args) == 3:
        one, many = (text.value if isinstance(text, ast.Constant) else None for text in node.args[:2])
        if isinstance(one, str) and isinstance(many, str):
            yield Sentence(path, node.lineno, one, many)
    for keyword in node.keywords:
        if keyword.arg in PLACES:
            yield from _constant(keyword.value, path)


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _constant(node: ast.expr | None, path: str) -> Iterator[Sentence]:
    """A literal; of `a if x else b` both. Anything else is a sentence that was marked where it was written."""
    if isinstance(node, ast.IfExp):
        yield from _constant(node.body, path)
        yield from _constant(node.orelse, path)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield Sentence(path, node.lineno, node.value)
