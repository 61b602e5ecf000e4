"""What README says is so: its commands and settings are those of the program, and none is missing."""

from __future__ import annotations

import re
from pathlib import Path

import typer

from bot.cli import app
from bot.config import Settings
from bot.load_settings import Given

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CI = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
SHELL = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)


def table(head: str) -> str:
    """A table by the first cell of its head."""
    found = re.search(rf"^\| {head} \|.*?\n\n", README, re.MULTILINE | re.DOTALL)
    assert found, head
    return found[0]


def test_every_command_is_in_readme_and_the_other_way_round() -> None:
    named = set(re.findall(r"`danvan ([a-z]+)", table("Command")))
    assert named == set(COMMANDS)
    everywhere = set(re.findall(r"(?:`|bin/|^)danvan ([a-z]+)", README, re.MULTILINE))
    assert everywhere <= set(COMMANDS)


def test_every_setting_is_in_readme_and_the_other_way_round() -> None:
    wanted = {f"DANVAN_{name.upper()}" for name in Given.model_fields}
    named = set(re.findall(r"`(DANVAN_[A-Z_]+)`", table("Setting")))
    assert named == wanted
    assert set(re.findall(r"DANVAN_[A-Z_]*[A-Z]", README)) - wanted == set()


def test_the_defaults_in_readme_are_the_programs() -> None:
    fresh = Settings(key_file=Path("danvan.key"))
    for line in table("Setting").strip().splitlines()[2:]:
        names = re.findall(r"`DANVAN_([A-Z_]+)`", line)
        said = re.findall(r"`([^`]*)`", line.rsplit("|", 2)[1])
        for name, default in zip(names, said, strict=False):
            value = getattr(fresh, name.lower())
            assert default == (str(value).lower() if isinstance(value, bool) else str(value)), name


def test_every_option_that_readme_names_exists() -> None:
    options = {name for command in COMMANDS.values() for one in command.params for name in one.opts}
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", table("Command")))
    assert named - options == set()


def test_the_two_command_lines() -> None:
    """The first installs and starts the demo, the second runs the tests; `.ci/run` takes the second out of README."""
    try_it, tests = (block.strip() for block in SHELL[:2])
    assert "\n" not in try_it
    assert "\n" not in tests
    install = r"python3 -m venv \.venv && \.venv/bin/pip install -q -c requirements\.lock "
    assert re.fullmatch(install + r"\. && \.venv/bin/danvan demo", try_it)
    assert re.fullmatch(install + r"-e '\.\[test\]' && \.venv/bin/pytest -n \d+", tests)
    pattern = re.search(r"grep -m1 -F '([^']+)' README\.md", CI)
    assert pattern
    assert next(line for line in README.splitlines() if pattern[1] in line) == tests
    for word in ("ruff", "mypy", "lint-imports"):
        assert f".venv/bin/{word}" in CI


def test_every_file_and_link_in_readme_is_there() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert target.startswith("http") or (ROOT / target).exists(), target
    tree = re.search(r"```\n(bot/.*?)```", README, re.DOTALL)
    assert tree
    for folder in re.findall(r"^(\w+)/", tree[1], re.MULTILINE):
        assert (ROOT / folder).is_dir(), folder


def test_the_address_in_readme_is_the_demos() -> None:
    assert f"http://127.0.0.1:{Settings().http_port}" in README.split("```", 1)[0]
