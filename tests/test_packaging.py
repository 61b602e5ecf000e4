"""What travels: the wheel holds code, data and compiled catalogs, and works away from the checkout."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.conftest import OFFLINE

ROOT = Path(__file__).parent.parent
PACKAGES = ("bot", "handlers", "storage", "locales")
SOURCES_ONLY = {".po", ".pot"}  # what people edit; the program reads what is made of them
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy without compiled catalogs, as from a clean clone."""
    copy = tmp_path_factory.mktemp("clone") / "danvan"
    unwanted = shutil.ignore_patterns(".*", "*.mo", "__pycache__", "build", "dist", "*.egg-info", "data")
    shutil.copytree(ROOT, copy, ignore=unwanted)
    hatch = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(copy / "out")]
    run = subprocess.run(hatch, cwd=copy, env=bare(), capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    (made,) = (copy / "out").glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel laid out as an installer would."""
    site = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    return site


def bare(*paths: Path) -> dict[str, str]:
    """This environment without the checkout on Python's path; still offline."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, [OFFLINE, *paths])), "PYTHONSAFEPATH": "1"}


def away(installed: Path, cwd: Path, *words: str) -> str:
    run = subprocess.run(
        [sys.executable, *words], cwd=cwd, env=bare(installed), capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_everything_of_the_packages_is_in_the_wheel(wheel: Path) -> None:
    want = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix not in SOURCES_ONLY
        if not path.name.startswith(".")
    }
    names = set(zipfile.ZipFile(wheel).namelist())
    assert want - names == set()
    assert {name for name in names if ".dist-info/" not in name} - want == set()


def test_the_wheel_holds_what_is_not_code(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for pattern in (
        r"handlers/forms/petition\.md",
        r"handlers/facts/.+\.json",
        r"bot/channels/web/.+\.html",
        r"storage/migrations/script\.py\.mako",
        r"storage/migrations/versions/0001_.+\.py",
        r"locales/vi/LC_MESSAGES/danvan\.mo",
        r"locales/en/LC_MESSAGES/danvan\.mo",
    ):
        assert any(re.fullmatch(pattern, name) for name in names), pattern


def test_it_migrates_and_speaks_away_from_the_checkout(installed: Path, tmp_path: Path) -> None:
    code = "import storage, handlers.words as w; print(storage.__file__); print(w.words_for('vi')('Back'))"
    where, word = away(installed, tmp_path, "-c", code).splitlines()
    assert Path(where).is_relative_to(installed)
    assert word
    away(installed, tmp_path, "-m", "storage.prepare", f"sqlite+aiosqlite:///{tmp_path / 'a.sqlite3'}")
    assert (tmp_path / "a.sqlite3").stat().st_size > 0


def test_its_command_answers_away_from_the_checkout(installed: Path, tmp_path: Path) -> None:
    assert "demo" in away(
        installed, tmp_path, "-c", "import sys; sys.argv[1:] = ['--help']; from bot.cli import main; main()"
    )


def test_the_readme_names_both_commands_on_one_line_each() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    install = "python3 -m venv .venv && .venv/bin/pip install -q -c requirements.lock "
    assert f"{install}. && .venv/bin/danvan demo" in [line.strip() for line in lines]
    tests = [line.strip() for line in lines if ".venv/bin/pytest" in line]
    assert tests[0] == f"{install}-e '.[test]' && .venv/bin/pytest -n 2"


def test_ci_runs_the_readmes_own_test_command() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "command=$(grep -m1 -F '.venv/bin/pytest' README.md)" in script
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_the_lock_names_exact_versions_and_no_address() -> None:
    lines = [line for line in LOCK.splitlines() if line and not line.startswith("#")]
    assert all(re.match(r"[a-z0-9][a-z0-9-]*==[^ ]+( ; .+)?$", line) for line in lines)
    assert "://" not in LOCK


def test_the_lock_covers_every_requirement() -> None:
    project = SETTINGS["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    names = {re.split(r"[^A-Za-z0-9-]", line)[0].lower() for line in wanted}
    assert names - {line.split("==")[0] for line in LOCK.splitlines()} == set()


def test_the_build_uses_the_locked_versions() -> None:
    for requirement in SETTINGS["build-system"]["requires"]:
        assert requirement.lower() in LOCK.splitlines()
