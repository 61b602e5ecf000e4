"""The command line as people use it: in a process of its own, with sentences instead of stack traces."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer
from aiohttp import ClientError, ClientSession

from bot.channels import errors
from bot.cli import app
from handlers.people import ALPHABET
from storage import accounts, groups
from tests.bot.conftest import Open
from tests.bot.office import CADRE, OFFICIAL
from tests.conversation.world import free_port

PATIENCE = 60  # seconds a start may take on a busy machine; nothing is measured
COMMANDS = sorted(typer.main.get_command(app).commands)  # type: ignore[attr-defined]


def settings(**given: object) -> dict[str, str]:
    return os.environ | {f"DANVAN_{name}": str(value) for name, value in given.items()}


def danvan(folder: Path, *words: str, **given: object) -> subprocess.CompletedProcess[str]:
    """Run to its end."""
    env = settings(**given) | {"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"}
    command = [sys.executable, "-m", "bot", *words]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=PATIENCE)


@contextmanager
def started(folder: Path, *words: str, **given: object) -> Iterator[subprocess.Popen[str]]:
    """Running meanwhile; whatever happens, nothing is left of it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", *words],
        cwd=folder,
        env=settings(**given),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


async def healthy(port: int, process: subprocess.Popen[str]) -> dict[str, str]:
    """What /healthz says, as soon as it says something."""
    async with ClientSession() as http, asyncio.timeout(PATIENCE):
        while process.poll() is None:
            try:
                async with http.get(f"http://127.0.0.1:{port}/healthz") as answer:
                    return await answer.json()
            except (ClientError, OSError):
                await asyncio.sleep(0.05)
    raise AssertionError(f"it ended: {process.communicate()}")


def ended(process: subprocess.Popen[str], number: int) -> tuple[int, str, str]:
    """Told to end, it does: exit code and what it had said."""
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    return process.returncode, out, err


def plain(run: subprocess.CompletedProcess[str], code: int, sentence: str) -> None:
    """One line, no stack trace."""
    assert (run.returncode, run.stdout) == (code, ""), run
    assert re.fullmatch(sentence + r"\n", run.stderr), run.stderr


# Help.


def test_danvan_alone_lists_its_commands(tmp_path: Path) -> None:
    run = danvan(tmp_path)
    for name in COMMANDS:
        assert re.search(rf"\b{name}\b", run.stdout)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_commands_help_has_an_example(tmp_path: Path, name: str) -> None:
    run = danvan(tmp_path, name, "--help")
    assert (run.returncode, run.stderr) == (0, "")
    assert re.search(rf"Example: .*danvan {name}", run.stdout), run.stdout


def test_an_unknown_command_is_named(tmp_path: Path) -> None:
    run = danvan(tmp_path, "serve")
    assert run.returncode == 2
    assert "No such command 'serve'" in run.stderr


def test_our_letters_go_into_a_file_that_windows_would_write_in_its_own_code_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "cp1252")
    run = danvan(tmp_path, "init")
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.startswith("Đã tạo: danvan.toml")


# Serving.


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"MODE": "test"}, r"DANVAN_MODE: Input should be 'trial' or 'live'"),
        ({"HTTP_PORT": "80000"}, r"DANVAN_HTTP_PORT: Input should be less than or equal to 65535"),
        ({"DATABASE_URL": "mysql://a:geheim@b/c"}, r"DANVAN_DATABASE_URL: must begin with sqlite\+aiosqlite: or .*"),
        ({"DATABASE_URL": "postgresql+asyncpg://a:geheim@b:c/d"}, r"DANVAN_DATABASE_URL: its port is not a number"),
        ({"TELEGRAM_TOKEN": "geheim"}, r"DANVAN_TELEGRAM_TOKEN: a token looks like 123456789:ABC….*"),
        ({"TELEGRAM_WEBHOOK_SECRET": "mật khẩu"}, r"DANVAN_TELEGRAM_WEBHOOK_SECRET: may hold letters .*"),
        ({"MODE": "trial", "TRIAL_TO": ""}, r"DANVAN_TRIAL_TO: in trial mode name the person .*"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_wrong_settings_are_said_in_one_sentence(tmp_path: Path, given: dict[str, str], sentence: str) -> None:
    run = danvan(tmp_path, "run", **({"MODE": "live"} | given))
    plain(run, 2, sentence)
    assert "geheim" not in run.stderr
    assert list(tmp_path.iterdir()) == [], "nothing is made before the settings are right"


def test_wrong_settings_are_said_the_same_way_by_every_command(tmp_path: Path) -> None:
    plain(danvan(tmp_path, "stuck", MODE="test"), 2, r"DANVAN_MODE: Input should be 'trial' or 'live'")
    (tmp_path / "danvan.toml").write_text("mode = live", encoding="utf-8")
    plain(danvan(tmp_path, "stuck"), 2, r"danvan\.toml: Invalid value .*")


def test_a_folder_that_cannot_be_written(tmp_path: Path, prepared_sqlite: str) -> None:
    taken = tmp_path / "file"
    taken.write_text("")
    run = danvan(tmp_path, "run", MODE="live", DATABASE_URL=prepared_sqlite, MEDIA_DIR=taken / "media", HTTP_PORT=0)
    plain(run, 1, rf"DANVAN_MEDIA_DIR: {re.escape(str(taken))}/media cannot be written: Not a directory")


def test_a_database_that_cannot_be_opened(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/nowhere/danvan.sqlite3"
    sentence = r"DANVAN_DATABASE_URL: the database cannot be opened: unable to open database file"
    plain(danvan(tmp_path, "run", MODE="live", DATABASE_URL=url, HTTP_PORT=0), 1, sentence)
    sentence = r"The database cannot be opened: unable to open database file"
    plain(danvan(tmp_path, "stuck", DATABASE_URL=url), 1, sentence)


def test_a_database_server_that_is_away(tmp_path: Path) -> None:
    url = f"postgresql+asyncpg://danvan:geheim@127.0.0.1:{free_port()}/danvan"
    run = danvan(tmp_path, "run", MODE="live", DATABASE_URL=url, HTTP_PORT=0)
    plain(run, 1, r"DANVAN_DATABASE_URL: the database cannot be opened: .*refused.*")
    assert "geheim" not in run.stderr


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "danvan.db").write_text("no database " * 99, encoding="utf-8")
    sentence = r"DANVAN_DATABASE_URL: the database cannot be opened: file is not a database"
    plain(danvan(tmp_path, "run", MODE="live", HTTP_PORT=0), 1, sentence)


@pytest.mark.parametrize("words", [("run",), ("demo", "--folder", "d")], ids=["run", "demo"])
def test_a_port_in_use(tmp_path: Path, prepared_sqlite: str, words: tuple[str, ...]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        more = ("--port", str(port)) if words[0] == "demo" else ()
        run = danvan(tmp_path, *words, *more, MODE="live", DATABASE_URL=prepared_sqlite, HTTP_PORT=port)
    assert run.returncode == 1
    assert re.fullmatch(rf"Cannot listen on 127\.0\.0\.1:{port}: .*in use.*\n", run.stderr), run.stderr


def test_a_demo_in_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    run = danvan(tmp_path, "demo", "--folder", "file/demo", "--port", "0")
    assert (run.returncode, run.stderr) == (1, "file/demo: Not a directory\n")


async def test_the_demo_needs_nothing_and_ends_when_told(tmp_path: Path) -> None:
    """A free port and a temporary folder; no file where it was started."""
    port = free_port()
    (tmp_path / "tmp").mkdir()
    env = dict.fromkeys(("MODE", "HTTP_PORT", "DATABASE_URL"), "wrong")  # the demo heeds none of them
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(tmp_path / "tmp"))
        with started(tmp_path, "demo", "--port", str(port), **env) as process:
            assert await healthy(port, process) == {"status": "ok", "mode": "demo"}
            async with ClientSession() as http, http.get(f"http://127.0.0.1:{port}/") as page:
                assert (page.status, page.content_type) == (200, "text/html")
            code, out, err = await asyncio.to_thread(ended, process, signal.SIGTERM)
    assert (code, err) == (0, "")
    assert f"danvan demo: http://127.0.0.1:{port}  (Ctrl-C to stop; data in {tmp_path}/tmp/danvan-demo-" in out
    assert [path.name for path in tmp_path.iterdir()] == ["tmp"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_run_prepares_serves_and_ends_with_zero(tmp_path: Path, number: int) -> None:
    port = free_port()
    with started(tmp_path, "run", MODE="live", HTTP_PORT=port) as process:
        assert await healthy(port, process) == {"status": "ok", "mode": "live"}
        code, out, err = await asyncio.to_thread(ended, process, number)
    assert (code, out) == (0, "")
    assert [line for line in err.splitlines() if '"level": "info"' not in line] == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["danvan-media", "danvan.db"]


async def test_a_page_that_is_open_does_not_hold_it_up(tmp_path: Path, prepared_url: str) -> None:
    port = free_port()
    given = {"MODE": "live", "HTTP_PORT": port, "DATABASE_URL": prepared_url, "MEDIA_DIR": tmp_path / "media"}
    with started(tmp_path, "run", **given) as process:
        await healthy(port, process)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")  # kept alive, and then nothing more
        await reader.readuntil(b"\r\n\r\n")
        code, _, _ = await asyncio.to_thread(ended, process, signal.SIGTERM)
        writer.close()
    assert code == 0


# Letters.


async def test_stuck_and_resend(office: Open, tmp_path: Path) -> None:
    async with office() as it:
        nothing = await asyncio.to_thread(danvan, tmp_path, "stuck", DATABASE_URL=it.url)
        assert (nothing.returncode, nothing.stdout) == (0, "Nothing is stuck.\n")
        await it.account_of(OFFICIAL, "u-hoa")
        it.channel.trouble["u-hoa"] = errors.Refused()
        sent = await it.letter("card", OFFICIAL, await it.case())
        await it.quiet()
        listed = await asyncio.to_thread(danvan, tmp_path, "stuck", DATABASE_URL=it.url)
        assert listed.returncode == 1, "so that a watchdog can ask"
        assert re.search(rf"^{sent}\tcard\t.*The messenger refused the message\.$", listed.stdout, re.MULTILINE)
        assert "09000" not in listed.stdout
        again = await asyncio.to_thread(danvan, tmp_path, "resend", str(sent), DATABASE_URL=it.url)
        assert (again.returncode, again.stdout) == (0, f"Letter {sent} will be sent again.\n")
        it.channel.trouble.clear()
        it.now = datetime.now(UTC)  # the command's own clock
        await it.quiet()
        assert len(it.texts("u-hoa")) == 1
        over = await asyncio.to_thread(danvan, tmp_path, "resend", str(sent), DATABASE_URL=it.url)
        plain(over, 1, rf"Letter {sent} is not stuck\.")


@pytest.mark.parametrize("number", ["0", "-1", "x", "9" * 30])
def test_no_number_of_a_letter(tmp_path: Path, prepared_sqlite: str, number: str) -> None:
    run = danvan(tmp_path, "resend", "--", number, DATABASE_URL=prepared_sqlite)
    assert run.returncode == 2
    assert "Traceback" not in run.stderr


def test_a_database_of_another_version(tmp_path: Path) -> None:
    run = danvan(tmp_path, "stuck", DATABASE_URL=f"sqlite+aiosqlite:///{tmp_path}/new.db")
    plain(run, 1, r"The database is not prepared for this version\. Run: danvan migrate")
    made = danvan(tmp_path, "migrate", DATABASE_URL=f"sqlite+aiosqlite:///{tmp_path}/new.db")
    assert (made.returncode, made.stderr) == (0, "")
    assert made.stdout.startswith("Database ready. Forms compiled: announce, answer, ask,")
    again = danvan(tmp_path, "migrate", DATABASE_URL=f"sqlite+aiosqlite:///{tmp_path}/new.db")
    assert again.stdout == "Database ready.\n"
    assert danvan(tmp_path, "stuck", DATABASE_URL=f"sqlite+aiosqlite:///{tmp_path}/new.db").returncode == 0


# Invites.


async def test_an_invite_by_phone_prints_code_link_and_qr_and_ties_once(office: Open, tmp_path: Path) -> None:
    async with office() as it:
        it.now = datetime.now(UTC)
        phone = next(p.phone for p in it.running.app.state.registry.people.values() if p.code == CADRE)
        given = {"DATABASE_URL": it.url, "PUBLIC_URL": "https://danvan.example/"}
        spelled = f"+84 {phone[1:4]} {phone[4:]}"
        void = await asyncio.to_thread(danvan, tmp_path, "invite", CADRE, **given)
        run = await asyncio.to_thread(danvan, tmp_path, "invite", spelled, **given)
        assert (run.returncode, run.stderr) == (0, "")
        name, code_line, link, *qr = run.stdout.splitlines()
        person = await it.person(CADRE)
        assert name == it.running.app.state.registry.people[person].name
        found = re.fullmatch(r"Code / Mã: (\w{5})-(\w{5})   \(valid until \d\d/\d\d/\d{4}, once\)", code_line)
        assert found, code_line
        code = found[1] + found[2]
        assert set(code) <= set(ALPHABET)
        assert link == f"https://danvan.example/i/{code}"
        assert len(qr) > 10
        assert "█" in run.stdout

        old = re.search(r"(\w{5})-(\w{5}) ", void.stdout)
        assert old
        for user, typed, tied in (
            ("u-late", old[1] + old[2], False),  # an earlier code is void once a new one is made
            ("u-binh", f"{found[1]}-{found[2]}".lower(), True),
            ("u-thief", code, False),
        ):
            it.users[user] = user
            await it.receive(user, text=typed)
            await it.quiet()
            account = await it.read(lambda conn, user=user: accounts.find(conn, "fake", "1", user))
            assert (account is not None) is tied, user
        account = await it.read(lambda conn: accounts.find(conn, "fake", "1", "u-binh"))
        assert account is not None
        assert account.person_id == person
        assert account.consent is None, "consent is asked first"


async def test_the_printed_link_lets_one_in_on_the_web(office_sqlite: Open, tmp_path: Path) -> None:
    async with office_sqlite() as it:
        it.now = datetime.now(UTC)
        port = it.running.port
        run = await asyncio.to_thread(danvan, tmp_path, "invite", CADRE, DATABASE_URL=it.url, HTTP_PORT=port)
        base, code = re.search(r"^(http://\S+)/i/(\w+)$", run.stdout, re.MULTILINE).groups()  # type: ignore[union-attr]
        assert base == f"http://127.0.0.1:{port}"
        async with ClientSession(headers={"Authorization": "Bearer " + "t" * 43}) as http:
            async with http.get(f"{base}/i/{code}") as page:
                assert page.status == 200
            async with http.post(f"{base}/web/enter", json={"code": code}) as entered:
                assert entered.status == 200, await entered.text()
                user = (await entered.json())["user"]
        account = await it.read(lambda conn: accounts.find(conn, "web", "web", user))
        assert account is not None
        assert account.person_id == await it.person(CADRE)


async def test_a_groups_code_is_typed_there_by_an_official(office: Open, tmp_path: Path) -> None:
    async with office() as it:
        it.now = datetime.now(UTC)
        run = await asyncio.to_thread(danvan, tmp_path, "invite", "05716/PKT", "--group", "--full", DATABASE_URL=it.url)
        assert (run.returncode, run.stderr) == (0, "")
        assert run.stdout.splitlines()[0] == "Phòng Kinh tế"
        assert "http" not in run.stdout
        typed = re.search(r"Type in the group / Gõ trong nhóm: (/start \w+)", run.stdout)
        assert typed
        await it.account_of(OFFICIAL, "u-hoa")
        it.users["Hoa"], it.groups["PKT"] = "u-hoa", "g:pkt"
        await it.receive("Hoa", "PKT", text=typed[1])
        await it.quiet()
        group = await it.read(lambda conn: groups.find(conn, "fake", "1", "g:pkt"))
        assert group is not None
        assert (group.mode, group.name) == ("full", "Phòng Kinh tế")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("0999999999",), r"Nobody on the roster has the code or phone 0999999999\."),
        (("",), r"Nobody on the roster has the code or phone \."),
        (("99999", "--group"), r"No unit or department has the code 99999\. Example: 05716 or 05716/PKT"),
        (("05716/NOPE", "--group"), r"No unit or department has the code 05716/NOPE\. Example: .*"),
    ],
)
def test_an_invite_for_nobody(tmp_path: Path, prepared_sqlite: str, words: tuple[str, ...], sentence: str) -> None:
    plain(danvan(tmp_path, "invite", *words, DATABASE_URL=prepared_sqlite), 1, sentence)
