"""Imports run one way, messengers' libraries stay in their channels, and the serving process stays light."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HEAVY = {"pyxform", "openpyxl", "alembic", "matplotlib", "docxtpl", "PIL", "aiogram", "numpy", "lxml"}
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS = {contract["id"]: contract for contract in SETTINGS["tool"]["importlinter"]["contracts"]}


def test_the_contracts_are_kept() -> None:
    linter = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as main; main()"]
    run = subprocess.run([*linter, "--no-logo", "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("module", ["bot.app", "bot.server", "bot.cli"])
def test_the_serving_process_stays_light(module: str) -> None:
    """What an import loads, not only what it names: a library of a library counts too."""
    code = f"import json, sys, {module}; print(json.dumps(sorted({{name.split('.')[0] for name in sys.modules}})))"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert HEAVY & set(json.loads(run.stdout)) == set()


def test_the_heavy_libraries_are_all_in_the_contract() -> None:
    assert HEAVY - {"aiogram", "numpy", "lxml"} == set(CONTRACTS["light"]["forbidden_modules"])
    assert CONTRACTS["aiogram"]["forbidden_modules"] == ["aiogram"]


def test_every_exception_is_still_needed() -> None:
    """An exception for a file that is gone would let a new file of that name through unseen."""
    for contract in CONTRACTS.values():
        for line in contract.get("ignore_imports", []):
            module, library = line.split(" -> ")
            if not module.endswith("**"):
                source = (ROOT / module.replace(".", "/")).with_suffix(".py").read_text(encoding="utf-8")
                assert f"import {library}" in source or f"from {library}" in source, line
