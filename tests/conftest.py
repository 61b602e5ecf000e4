"""What tests share: no network, no settings of the machine, compiled catalogs, databases, the browser.

A test that asks for `database_url` runs twice, on SQLite and on PostgreSQL. Where PostgreSQL or Chromium cannot be had,
its tests are skipped with a printed reason; under `DANVAN_CI=1` every skip is a failure.
"""

from __future__ import annotations

import atexit
import logging
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import structlog
from hypothesis import settings

from locales.tools import compile_catalogs
from storage import keys, sealing
from tests import postgres
from tests.offline import sitecustomize as offline

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
OFFLINE = Path(offline.__file__).parent
CI = os.environ.get("DANVAN_CI") == "1"
KEPT = {"DANVAN_CI", "DANVAN_CHROMIUM"}

settings.register_profile("danvan", deadline=None, derandomize=True)  # no timing, and red means red the next time too
settings.load_profile("danvan")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`pytest --record` writes the transcripts anew instead of comparing them."""
    parser.addoption("--record", action="store_true", help="write tests/transcripts/*.txt anew; read the diff")


def pytest_configure(config: pytest.Config) -> None:
    """Once, before any test: settings of the machine go, children are offline too, catalogs are fresh."""
    for name in [name for name in os.environ if name.startswith("DANVAN_") and name not in KEPT]:
        del os.environ[name]
    paths = [str(OFFLINE), str(ROOT), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    os.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(paths))
    _one_key()
    if not hasattr(config, "workerinput"):
        compile_catalogs()


def _one_key() -> None:
    """The same key in this process and in those it starts, whichever of them makes the database."""
    folder = Path(tempfile.mkdtemp(prefix="danvan-key-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    keys.make(folder / "danvan.key")
    os.environ["DANVAN_KEY_FILE"] = str(folder / "danvan.key")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Under `DANVAN_CI=1` a skipped test has failed."""
    report: Any = yield
    return no_skip(report)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    """And so has a skipped file."""
    report: Any = yield
    return no_skip(report)


def no_skip(report: Any) -> Any:
    """Turns a skip into a failure; expected failures stay what they are."""
    if CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which .ci/run does not allow: {report.longrepr}"
    return report


@pytest.fixture(autouse=True)
def logs_end_with_the_test(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The program sets up its logs for a process; here the stream it was given is gone after the test."""
    configure = structlog.configure

    def configure_afresh(**settings: Any) -> None:
        configure(**{**settings, "cache_logger_on_first_use": False})

    monkeypatch.setattr(structlog, "configure", configure_afresh)
    yield
    structlog.reset_defaults()
    for handler in [handler for handler in logging.root.handlers if type(handler) is logging.StreamHandler]:
        logging.root.removeHandler(handler)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A running PostgreSQL as "user@host:port", one per test process."""
    try:
        postgres.programs()
    except postgres.PostgresMissingError as missing:
        pytest.skip(str(missing))
    with postgres.server() as address:
        yield address


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A SQLite file that does not exist yet."""
    return f"sqlite+aiosqlite:///{tmp_path / 'danvan.sqlite3'}"


@pytest.fixture
def postgres_url(postgres_server: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty PostgreSQL database of this test's own."""
    words = re.sub(r"\W+", "_", f"{request.node.name}_{tmp_path.parent.name}").lower()
    with postgres.database(postgres_server, f"t_{words}"[:40].strip("_") + f"_{os.urandom(4).hex()}") as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The same test on both databases."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the system's Chromium; `DANVAN_CHROMIUM` names another."""
    names = [os.environ.get("DANVAN_CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"]
    path = next((found for name in names if name and (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("no Chromium (apt-get install chromium, or DANVAN_CHROMIUM=/path/to/it)")
    return path


@pytest.fixture
def readable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is encrypted: for tests that search the database's files for words that must not lie there in any form."""
    monkeypatch.setattr(sealing, "seal", lambda data: sealing.PREFIX + data.decode())
    monkeypatch.setattr(sealing, "unseal", lambda text: text[len(sealing.PREFIX) :].encode())


@pytest.fixture
def record(request: pytest.FixtureRequest) -> bool:
    """Whether transcripts are written anew."""
    return bool(request.config.getoption("--record"))


@pytest.fixture(scope="session")
def python() -> list[str]:
    """The command that starts this Python, for tests that run the program as a person would."""
    return [sys.executable]
