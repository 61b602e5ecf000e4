"""What all tests stand on: no skips under CI, no settings of the machine, databases that are what they say."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests import conftest

ROOT = Path(__file__).parent.parent


class Report:
    """As much of pytest's as the hook looks at."""

    def __init__(self) -> None:
        self.outcome = "skipped"
        self.longrepr: object = ("a.py", 1, "Skipped: no Chromium")

    @property
    def skipped(self) -> bool:
        return self.outcome == "skipped"


def test_a_skip_is_a_failure_under_ci_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conftest, "CI", True)
    report = conftest.no_skip(Report())
    assert report.outcome == "failed"
    assert "no Chromium" in report.longrepr


def test_a_skip_is_a_skip_on_a_users_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conftest, "CI", False)
    assert conftest.no_skip(Report()).outcome == "skipped"


def test_pytest_itself_ends_red_on_a_skip_under_ci(tmp_path: Path) -> None:
    """End to end: a file with a skipped test, run as .ci/run would, and as a user would."""
    (tmp_path / "test_one.py").write_text("import pytest\ndef test_one():\n    pytest.skip('no such thing')\n")
    words = [sys.executable, "-m", "pytest", "-q", "-p", "tests.conftest", "-c", str(ROOT / "pyproject.toml")]
    for setting, code in (("1", 1), ("0", 0)):
        run = subprocess.run(
            [*words, f"--rootdir={tmp_path}", "-p", "no:cacheprovider", str(tmp_path)],
            cwd=ROOT, env={**os.environ, "DANVAN_CI": setting}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert run.returncode == code, run.stdout + run.stderr
        assert "no such thing" in run.stdout


def test_settings_of_the_machine_do_not_reach_tests() -> None:
    assert {name for name in os.environ if name.startswith("DANVAN_")} <= conftest.KEPT | {"DANVAN_KEY_FILE"}


async def test_both_databases_are_real(database_url: str, request: pytest.FixtureRequest) -> None:
    engine = create_async_engine(database_url)
    function = {"sqlite": "sqlite_version()", "postgresql": "version()"}[engine.dialect.name]
    async with engine.connect() as connection:
        answer = str(await connection.scalar(text(f"SELECT {function}")))
    await engine.dispose()
    assert f"[{engine.dialect.name}]" in request.node.name
    assert answer.startswith("PostgreSQL") == (engine.dialect.name == "postgresql")


async def test_each_test_has_a_database_of_its_own(postgres_url: str) -> None:
    engine = create_async_engine(postgres_url)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE mine (id INTEGER)"))
        found = await connection.scalar(text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"))
    await engine.dispose()
    assert found == 1
