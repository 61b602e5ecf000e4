"""A new program backs an older database up before it changes it; an old program leaves a newer database alone."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from storage import migrate
from storage.models import metadata
from tests.bot.test_backup import everything, in_it
from tests.bot.test_cli import danvan, ended, healthy, plain, started
from tests.conversation.world import free_port

OLDER = sorted(migrate.shipped() - {migrate.head()})
NEWER = (
    r"Cơ sở dữ liệu do bản danvan mới hơn tạo ra \(phiên bản dữ liệu 9999, bản đang cài chỉ biết đến \d{4}\)\. "
    r"Đồng chí cài bản danvan đó hoặc bản mới hơn\. Chưa có gì bị thay đổi\."
)
PHONE = "0912345678"


def revision(url: str) -> str:
    return str(in_it(url, migrate.current))


def older(url: str, at: str, *, person: bool = True) -> None:
    """As an earlier program left it, telephone number in the clear."""
    migrate.upgrade(url, at)

    def work(conn: Connection) -> None:
        conn.execute(text("INSERT INTO unit (code, kind, name) VALUES ('05716', 'commune', 'Xã Mẫu')"))
        conn.execute(text(f"INSERT INTO person (code, name, phone) VALUES ('a', 'Lan', '{PHONE}')"))

    if person:
        in_it(url, work)


def run(folder: Path, *words: str, **given: object) -> subprocess.CompletedProcess[str]:
    places = {"KEY_FILE": folder / "danvan.key", "MEDIA_DIR": folder / "media", "HTTP_PORT": 0}
    return danvan(folder, *words, **(places | given))


def backups(folder: Path) -> list[Path]:
    return sorted((folder / "danvan-backups").glob("*"))


@pytest.mark.parametrize("at", OLDER)
def test_an_older_database_is_backed_up_then_migrated(tmp_path: Path, sqlite_url: str, at: str) -> None:
    older(sqlite_url, at)
    made_from_old(tmp_path, sqlite_url, f"sqlite+aiosqlite:///{tmp_path}/new.sqlite3")


def test_the_same_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    older(postgres_url, OLDER[-1])
    made_from_old(tmp_path, postgres_url, f"sqlite+aiosqlite:///{tmp_path}/new.sqlite3")


def made_from_old(folder: Path, url: str, new: str) -> None:
    """The backup is of the old tables, and comes back as the new program wants it."""
    done = run(folder, "migrate", DATABASE_URL=url)
    assert (done.returncode, done.stderr) == (0, ""), done
    assert re.match(
        r"Cơ sở dữ liệu là của bản cũ: sao lưu trước rồi mới nâng cấp\.\n"
        r"Đã sao lưu và đọc lại đủ, không lỗi: danvan-backups/danvan-.*\nDatabase ready\.",
        done.stdout,
    ), done.stdout
    assert revision(url) == migrate.head()
    (made,) = backups(folder)
    assert PHONE.encode() not in made.read_bytes()
    again = run(folder, "migrate", DATABASE_URL=url)
    assert again.stdout == "Database ready.\n", "nothing older, nothing backed up"

    back = run(folder, "restore", str(made), DATABASE_URL=new)
    assert back.returncode == 0, back
    assert revision(new) == migrate.head()
    found, wanted = everything(new), everything(url)
    assert set(found) == set(metadata.tables)
    assert [row[1:3] for row in found["person"]] == [row[1:3] for row in wanted["person"]] == [["a", "Lan"]]
    assert found["unit"] == wanted["unit"]
    assert run(folder, "stuck", DATABASE_URL=new).returncode == 0, "it is ready"


async def test_a_server_that_starts_does_so_too(tmp_path: Path, sqlite_url: str) -> None:
    older(sqlite_url, OLDER[-1])
    port = free_port()
    given = {"MODE": "live", "DATABASE_URL": sqlite_url, "HTTP_PORT": port, "KEY_FILE": tmp_path / "danvan.key"}
    with started(tmp_path, "run", **given) as process:
        assert (await healthy(port, process))["status"] == "ok"
        _, _, err = await asyncio.to_thread(ended, process, signal.SIGTERM)
    said = [json.loads(line) for line in err.splitlines() if "backed_up_before_update" in line]
    (made,) = backups(tmp_path)
    assert str(made.relative_to(tmp_path)) in said[0]["said"]
    assert revision(sqlite_url) == migrate.head()


COMMANDS = pytest.mark.parametrize(("command", "code"), [("migrate", 1), ("run", 2)])  # 2: systemd lets it be


@COMMANDS
def test_without_a_backup_it_stays_as_it_is(tmp_path: Path, sqlite_url: str, command: str, code: int) -> None:
    older(sqlite_url, OLDER[-1])
    (tmp_path / "file").write_text("")
    done = run(tmp_path, command, MODE="live", DATABASE_URL=sqlite_url, BACKUP_DIR=tmp_path / "file" / "backups")
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr == (
        f"{tmp_path}/file/backups: Not a directory\n"
        "Chưa sao lưu được nên chưa nâng cấp cơ sở dữ liệu. Dữ liệu vẫn như cũ.\n"
    )
    assert revision(sqlite_url) == OLDER[-1]


@COMMANDS
def test_a_migration_that_fails_is_told_once(tmp_path: Path, prepared_sqlite: str, command: str, code: int) -> None:
    """One sentence after the backup; the server ends with what its unit does not start again."""
    in_it(prepared_sqlite, lambda conn: conn.execute(text(f"UPDATE alembic_version SET version_num = '{OLDER[-1]}'")))
    before = everything(prepared_sqlite)
    done = danvan(tmp_path, command, MODE="live", DATABASE_URL=prepared_sqlite, HTTP_PORT=0)
    assert done.returncode == code
    (made,) = backups(tmp_path)
    said = (done.stdout + done.stderr).splitlines()
    assert said[0] == "Cơ sở dữ liệu là của bản cũ: sao lưu trước rồi mới nâng cấp."
    assert made.name in said[1]
    assert re.fullmatch(r"Chưa nâng cấp được cơ sở dữ liệu: .+\. Đồng chí giữ bản sao lưu, .*", said[2])
    assert len(said) == 3
    assert everything(prepared_sqlite) == before
    assert revision(prepared_sqlite) == OLDER[-1]


def test_where_nothing_is_in_it_there_is_nothing_to_save(tmp_path: Path, database_url: str) -> None:
    older(database_url, OLDER[-1], person=False)
    done = run(tmp_path, "migrate", DATABASE_URL=database_url)
    assert (done.returncode, "bản cũ" in done.stdout) == (0, False)
    assert backups(tmp_path) == []


@pytest.mark.parametrize(
    "words",
    [
        ("run",),
        ("migrate",),
        ("import", "book.xlsx"),
        ("import", "book.xlsx", "--dry-run"),
        ("invite", "0912345678"),
        ("summary", "--group", "1"),
        ("stuck",),
        ("resend", "1"),
        ("data", "list"),
        ("backup",),
    ],
    ids=" ".join,
)
def test_a_newer_database_is_left_alone(tmp_path: Path, prepared_sqlite: str, words: tuple[str, ...]) -> None:
    if "import" in words:
        assert danvan(tmp_path, "sample", "book.xlsx").returncode == 0
    in_it(prepared_sqlite, lambda conn: conn.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    before = everything(prepared_sqlite)
    done = danvan(tmp_path, *words, MODE="live", DATABASE_URL=prepared_sqlite, HTTP_PORT=0)
    plain(done, 1, NEWER)
    assert everything(prepared_sqlite) == before
    assert revision(prepared_sqlite) == "9999"
    assert backups(tmp_path) == []
