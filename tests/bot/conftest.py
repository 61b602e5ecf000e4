"""A prepared database for each test: tables, forms and the sample commune, copied from one that is made once."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from tests import postgres
from tests.bot.office import Office
from tests.conversation.fake import BUTTONS, FakeChannel
from tests.conversation.world import fresh

Open = Callable[..., AbstractAsyncContextManager[Office]]


@pytest.fixture(scope="session")
def sqlite_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "danvan.sqlite3"
    fresh(f"sqlite+aiosqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_model(postgres_server: str) -> Iterator[str]:
    with postgres.database(postgres_server, "model") as url:
        fresh(url)
        yield "model"


@pytest.fixture
def prepared_sqlite(sqlite_model: Path, tmp_path: Path) -> str:
    path = shutil.copyfile(sqlite_model, tmp_path / "danvan.sqlite3")
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture
def prepared_postgres(postgres_server: str, postgres_model: str) -> Iterator[str]:
    name = f"t_{os.urandom(6).hex()}"
    with postgres.database(postgres_server, name, postgres_model) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def prepared_url(request: pytest.FixtureRequest) -> str:
    """The same test on both databases."""
    url: str = request.getfixturevalue("prepared_sqlite" if request.param == "sqlite" else "prepared_postgres")
    return url


def opener(url: str, folder: Path) -> Open:
    @asynccontextmanager
    async def open_office(**how: object):
        office = Office(url, folder / "media", channel=FakeChannel("fake", BUTTONS), **how)  # type: ignore[arg-type]
        await office.start()
        try:
            yield office
        finally:
            await office.close()

    return open_office


@pytest.fixture
def office(prepared_url: str, tmp_path: Path) -> Open:
    """`async with office(mode="live") as it`: on both databases."""
    return opener(prepared_url, tmp_path)


@pytest.fixture
def office_sqlite(prepared_sqlite: str, tmp_path: Path) -> Open:
    """Where the database makes no difference."""
    return opener(prepared_sqlite, tmp_path)
