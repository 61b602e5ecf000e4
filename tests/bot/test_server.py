"""The serving process: is it well, what does it count, how does it start and stop."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import make_mocked_request
from sqlalchemy import Connection, insert

from bot.channels import errors
from bot.config import Settings
from bot.server import CannotServe, Server, running
from storage import keys, outbox, updates
from storage.models.letters import job
from tests.bot.conftest import Open
from tests.bot.office import CADRE, OFFICIAL, Office
from tests.conversation.fake import BUTTONS, FakeChannel


def settings(url: str, folder: Path, **given: object) -> Settings:
    base = Settings(database_url=url, media_dir=folder / "media", mode="live", http_port=0)
    return replace(base, **given)  # type: ignore[arg-type]


@asynccontextmanager
async def served(url: str, folder: Path, **given: object) -> AsyncIterator[tuple[Server, ClientSession]]:
    server = Server(settings(url, folder, **given), timed=False)
    async with running(server), ClientSession() as http:
        yield server, http


async def health(served_by: tuple[Server, ClientSession]) -> tuple[int, dict[str, str]]:
    server, http = served_by
    async with http.get(f"http://127.0.0.1:{server.port}/healthz") as answer:
        return answer.status, await answer.json()


@pytest.mark.parametrize("mode", ["live", "trial"])
async def test_it_says_that_it_is_well_and_whether_this_is_a_trial(
    prepared_url: str, tmp_path: Path, mode: str
) -> None:
    async with served(prepared_url, tmp_path, mode=mode, trial_to=OFFICIAL) as it:
        assert await health(it) == (200, {"status": "ok", "mode": mode})


async def test_a_database_server_that_goes_away_and_comes_back(prepared_postgres: str, tmp_path: Path) -> None:
    address, _, name = prepared_postgres.partition("://")[2].partition("/")

    def admin(*commands: str) -> None:
        with psycopg.connect(f"postgresql://{address}/postgres", autocommit=True) as connection:
            for command in commands:
                connection.execute(command.encode())

    ends = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    async with served(prepared_postgres, tmp_path) as it:
        assert (await health(it))[0] == 200
        admin(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false', ends)
        for _ in range(3):
            assert await health(it) == (503, {"status": "database"})
        admin(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
        assert (await health(it))[0] == 200


async def test_a_database_file_that_is_spoilt(prepared_sqlite: str, tmp_path: Path) -> None:
    async with served(prepared_sqlite, tmp_path) as it:
        server, _ = it
        assert (await health(it))[0] == 200
        await server.db.write(lambda conn: conn.exec_driver_sql("DROP TABLE registry_version"))
        assert await health(it) == (503, {"status": "database"})


async def test_a_database_that_does_not_answer(
    prepared_sqlite: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with served(prepared_sqlite, tmp_path) as it:
        server, _ = it

        async def never(_work: object) -> None:
            raise TimeoutError

        monkeypatch.setattr(server.db, "read", never)
        assert await health(it) == (503, {"status": "database"})


# Figures.


@pytest.mark.parametrize(
    ("remote", "headers", "public", "status"),
    [
        ("127.0.0.1", {}, False, 200),
        ("127.8.8.8", {}, False, 200),
        ("::1", {}, False, 200),
        ("203.0.113.9", {}, False, 403),
        ("10.0.0.2", {}, False, 403),
        ("", {}, False, 403),
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.9"}, False, 403),  # a proxy on this machine hands it on
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, False, 403),  # and anybody may write that
        ("127.0.0.1", {"Forwarded": "for=203.0.113.9"}, False, 403),
        ("127.0.0.1", {"X-Real-IP": "203.0.113.9"}, False, 403),
        ("203.0.113.9", {}, True, 200),
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.9"}, True, 200),
    ],
)
async def test_figures_are_for_this_machine_unless_configured(
    tmp_path: Path, prepared_sqlite: str, remote: str, headers: dict[str, str], public: bool, status: int
) -> None:
    server = Server(settings(prepared_sqlite, tmp_path, metrics_public=public))
    request = make_mocked_request("GET", "/metrics", headers=headers).clone(remote=remote)
    assert (await server._metrics(request)).status == status
    await server.db.close()


async def test_the_figures(office: Open) -> None:
    async with office() as it:
        await it.account_of(CADRE, "u-binh")
        it.users["Binh"] = "u-binh"
        await it.receive("Binh", text="menu")
        await it.told()
        await it.quiet()
        it.channel.trouble["u-binh"] = errors.Unreachable()
        await it.told()
        await it.quiet()
        await it.tick()
        async with (
            ClientSession(f"http://127.0.0.1:{it.running.port}") as http,
            http.get("/metrics") as answer,
        ):
            said = await answer.text()
            assert answer.status == 200
            assert answer.content_type == "text/plain"
    for line in (
        'danvan_update_seconds_count{channel="fake"}',
        'danvan_letters_total{channel="fake",outcome="sent"}',
        'danvan_letters_total{channel="fake",outcome="waiting"}',
        'danvan_letters_waiting{state="waiting"} 1.0',
    ):
        assert line in said
    for private in ("u-binh", "KN-0001", CADRE):
        assert private not in said


# Starting and stopping.


async def test_an_empty_database_is_prepared(database_url: str, tmp_path: Path) -> None:
    async with served(database_url, tmp_path, key_file=tmp_path / "danvan.key") as it:
        assert (await health(it))[0] == 200
    (tmp_path / "danvan.key").unlink()
    with pytest.raises(CannotServe, match=r"danvan\.key is missing"):
        async with served(database_url, tmp_path, key_file=tmp_path / "danvan.key"):
            raise AssertionError("it started")
    keys.use(Path(os.environ["DANVAN_KEY_FILE"]))


async def test_what_cannot_be_had_is_said_in_one_sentence(prepared_sqlite: str, tmp_path: Path) -> None:
    async with served(prepared_sqlite, tmp_path) as (server, _):
        with pytest.raises(CannotServe, match=rf"^Cannot listen on 127\.0\.0\.1:{server.port}: .*in use"):
            async with served(prepared_sqlite, tmp_path, http_port=server.port):
                raise AssertionError("it started")
    with pytest.raises(CannotServe, match=r"^DANVAN_DATABASE_URL: the database cannot be opened: unable to open"):
        async with served(f"sqlite+aiosqlite:///{tmp_path}/no/danvan.db", tmp_path):
            raise AssertionError("it started")
    with pytest.raises(CannotServe, match=r"^DANVAN_MEDIA_DIR: .* cannot be written"):
        Server(settings(prepared_sqlite, Path(__file__)))


async def test_a_start_that_failed_can_be_tried_again(prepared_url: str, tmp_path: Path) -> None:
    """Nothing of it is left open that would hold up the next."""
    async with served(prepared_url, tmp_path) as (server, _):
        for _ in range(2):
            with pytest.raises(CannotServe):
                async with served(prepared_url, tmp_path, http_port=server.port):
                    raise AssertionError("it started")
        taken = server.port
    async with served(prepared_url, tmp_path, http_port=taken) as it:
        assert (await health(it))[0] == 200


async def test_what_the_dead_had_taken_is_due_at_once(office: Open) -> None:
    async with office() as it:
        await it.account_of(CADRE, "u-binh")
        sent = await it.told()
        answer = [{"to": ["fake", "1", "u-binh"], "text": "đã nhận"}]

        def take(conn: Connection) -> None:
            outbox.claim(conn, it.now)
            updates.put(conn, "fake", "1", "k", it.now, answer, it.now + timedelta(days=1))

        await it.write(take)
        await it.stop()
        await it.start()
        await it.running.app.speaker.say_unsaid()
        await it.quiet()
        assert (await it.row(sent)).state == "sent"
        assert "đã nhận" in it.texts("u-binh")


async def test_by_itself_it_does_all_that_is_due(prepared_url: str, tmp_path: Path) -> None:
    """With its timed work on: nobody calls anything, and a letter is sent."""
    it = Office(prepared_url, tmp_path / "media", channel=FakeChannel("fake", BUTTONS))
    it.server = Server(it.settings(), clock=lambda: it.now)
    async with running(it.server):
        it.server.app.add(it.channel)
        await it.account_of(CADRE, "u-binh")
        sent = await it.told()
        it.server.app.letters_due.set()
        async with asyncio.timeout(30):
            while (await it.row(sent)).state != "sent":  # noqa: ASYNC110 - it happens in the program's own tasks
                await asyncio.sleep(0.02)
        assert len(it.texts("u-binh")) == 1


async def test_stopping_finishes_what_was_taken(prepared_sqlite: str, tmp_path: Path) -> None:
    async with served(prepared_sqlite, tmp_path) as (server, _):
        query = insert(job).values(name="last", last_at=datetime.now(UTC))
        work = asyncio.create_task(server.db.write(lambda conn: conn.execute(query).rowcount))
        await asyncio.sleep(0)
    assert await work == 1
    async with served(prepared_sqlite, tmp_path) as (server, _):
        assert await server.db.read(lambda conn: outbox.last_run(conn, "last"))


def test_what_serving_never_loads() -> None:
    """Terminal libraries and all that belongs to processes of their own."""
    code = "import sys, bot.serve; from bot.server import Server; import bot.channels.telegram; print(*sys.modules)"
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(child.stdout.split())
    assert {"sqlalchemy", "aiohttp", "bot.app"} <= loaded
    heavy = {"rich.console", "click.core", "pydantic", "typer", "holidays", "PIL", "alembic"}
    assert loaded & (heavy | {"pyxform", "openpyxl", "elementpath", "matplotlib", "segno"}) == set()
