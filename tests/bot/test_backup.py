"""Backup and restore rehearsed: made while people write, put back in a new place, where the conversation goes on."""

from __future__ import annotations

import asyncio
import hashlib
import re
import shutil
import signal
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from aiohttp import ClientSession
from sqlalchemy import Connection, create_engine, insert, select, text

from bot.backup import make
from bot.backup.verify import verify
from bot.config import Settings
from handlers import facts
from storage import accounts, dump, outbox, web
from storage.engine import ENGINE_OPTIONS
from storage.migrate import synchronous
from storage.models.cases import case, draft
from storage.models.people import account, web_message
from storage.models.registry import person
from tests.bot.conftest import opener
from tests.bot.office import CADRE, OFFICIAL
from tests.bot.test_cli import danvan, ended, healthy, started
from tests.bot.test_media import kept, photo, want
from tests.conversation.world import free_port
from tests.crash.people import Ledger, WebPhone

PAIRS = [("sqlite", "sqlite"), ("sqlite", "postgresql"), ("postgresql", "sqlite"), ("postgresql", "postgresql")]
SAID = "Cầu treo vào xóm gãy hai thanh ván, học sinh đi lại khó"


@pytest.fixture(params=PAIRS, ids=["-to-".join(pair) for pair in PAIRS])
def places(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """A prepared database, and where there is none yet."""
    source, target = request.param
    old = request.getfixturevalue("prepared_sqlite" if source == "sqlite" else "prepared_postgres")
    new = f"sqlite+aiosqlite:///{tmp_path}/new.sqlite3"
    return old, new if target == "sqlite" else request.getfixturevalue("postgres_url")


def in_it(url: str, work: Any) -> Any:
    """A transaction of the test's own."""
    engine = create_engine(synchronous(url), **ENGINE_OPTIONS)
    try:
        with engine.begin() as conn:
            return work(conn)
    finally:
        engine.dispose()


def everything(url: str) -> dict[str, list[list[Any]]]:
    """Each table's rows; but not what the backup itself noted down."""

    def work(conn: Connection) -> dict[str, list[list[Any]]]:
        return {t.name: [row for rows in dump.rows(conn, t) for row in rows] for t in dump.tables(conn)}

    found = in_it(url, work)
    found["job"] = [row for row in found["job"] if row[0] != make.JOB]
    return found


def backed_up(folder: Path, url: str, *words: str, **more: object) -> Path:
    """Made by the command; returns the one new file."""
    before = set((folder / "danvan-backups").glob("*"))
    run = danvan(folder, "backup", *words, DATABASE_URL=url, MEDIA_DIR=folder / "media", **more)
    assert run.returncode == 0, run
    assert run.stdout.startswith("Đã sao lưu và đọc lại đủ, không lỗi: danvan-backups/danvan-"), run.stdout
    (made,) = set((folder / "danvan-backups").glob("*")) - before
    return made


async def test_row_for_row_and_every_file(places: tuple[str, str], tmp_path: Path) -> None:
    old, new = places
    async with opener(old, tmp_path)() as it:
        await it.account_of(OFFICIAL, "u-hoa")
        sent = await it.letter("card", OFFICIAL, await it.case(title="Nhà văn hoá – “mái” 🏠\n\t\\N \\."))
        picture = await kept(it, await a_photo(it))
        waiting = await want(it, None, ref="p1/a-1", next_at=datetime(2099, 1, 1, tzinfo=UTC), channel="web")
        gone = await it.write(last_draft)
        await it.quiet()
        assert sent
    coming = tmp_path / "media" / "coming" / f"{hashlib.sha256(b'p1/a-1').hexdigest()[:40]}.file"
    coming.write_bytes(b"an upload on its way")
    made = await asyncio.to_thread(backed_up, tmp_path, old)
    assert made.stat().st_mode & 0o77 == 0
    assert in_it(old, lambda conn: outbox.last_run(conn, make.JOB)) is not None

    run = await asyncio.to_thread(
        danvan, tmp_path, "restore", str(made), DATABASE_URL=new, MEDIA_DIR=tmp_path / "again", HTTP_PORT=0
    )
    assert (run.returncode, run.stderr) == (0, ""), run
    assert re.match(
        r"Đã khôi phục từ .*, sao lưu lúc \d\d:\d\d \d\d/\d\d/\d{4}: [\d.]+ dòng dữ liệu, 2 ảnh", run.stdout
    )
    assert everything(new) == everything(old)
    assert (tmp_path / "again" / picture.name[:2] / picture.name).read_bytes() == picture.read_bytes()
    assert (tmp_path / "again" / "coming" / coming.name).read_bytes() == b"an upload on its way"
    assert waiting
    assert in_it(new, new_draft) > gone, "a number is never given twice, also that of a row that is gone"


async def a_photo(it: Any) -> int:
    number = await want(it, photo())
    await it.quiet()
    return int(number)


def new_draft(conn: Connection) -> int:
    form = conn.execute(text("SELECT hash FROM form ORDER BY hash LIMIT 1")).scalar_one()
    now = datetime.now(UTC)
    who = conn.execute(select(person.c.id).where(person.c.code == CADRE)).scalar_one()
    values = {
        "person_id": who,
        "form_hash": form,
        "form_name": "petition",
        "body": {},
        "made_at": now,
        "changed_at": now,
    }
    return int(conn.execute(insert(draft).values(**values).returning(draft.c.id)).scalar_one())


def last_draft(conn: Connection) -> int:
    """Begun and thrown away."""
    number = new_draft(conn)
    conn.execute(draft.delete().where(draft.c.id == number))
    return number


@dataclass
class Place:
    """What a phone speaks to."""

    base: str


def tied(conn: Connection, *codes: str) -> None:
    """Pages that were let in, of people who agreed."""
    now = datetime.now(UTC)
    for code in codes:
        who = conn.execute(select(person.c.id).where(person.c.code == code)).scalar_one()
        accounts.tie(conn, "web", "web", f"p-{code}", who, now)
        web.open_session(conn, hashlib.sha256(f"{f'p-{code}':x<43}".encode()).hexdigest(), f"p-{code}", now)
    conn.execute(account.update().values(consent=facts.consent().version))


async def test_made_while_people_write_the_conversation_goes_on_elsewhere(
    places: tuple[str, str], tmp_path: Path
) -> None:
    """A cadre is in the middle of a report, somebody else types without a pause; the copy is of one moment."""
    old, new = places
    writer_code = "mau-truong-xom-2"
    in_it(old, lambda conn: tied(conn, CADRE, writer_code))
    port = free_port()
    given = {"MODE": "live", "HTTP_PORT": port, "MEDIA_DIR": tmp_path / "media"}
    async with ClientSession() as http:
        with started(tmp_path, "run", DATABASE_URL=old, **given) as process:
            await healthy(port, process)
            place = Place(f"http://127.0.0.1:{port}")
            cadre = WebPhone(place, http, Ledger(), f"p-{CADRE}", Random(1))  # type: ignore[arg-type]
            writer = WebPhone(place, http, Ledger(), f"p-{writer_code}", Random(2))  # type: ignore[arg-type]
            await cadre.say("phản ánh")
            await cadre.say(SAID)
            typing = asyncio.create_task(without_pause(writer))
            made = await asyncio.to_thread(backed_up, tmp_path, old)
            writer.ledger.over = True
            await typing
            assert writer.ledger.acknowledged > 3
            code, _, err = await asyncio.to_thread(ended, process, signal.SIGTERM)
            assert (code, "error" in err) == (0, False), err

        given |= {"HTTP_PORT": free_port(), "MEDIA_DIR": tmp_path / "again", "DATABASE_URL": new}
        run = await asyncio.to_thread(danvan, tmp_path, "restore", str(made), **given)
        assert run.returncode == 0, run
        bubbles, later = ([row[0] for row in everything(url)["web_message"]] for url in (new, old))
        assert bubbles == [number for number in later if number <= bubbles[-1]], "a moment: nothing missing before it"
        with started(tmp_path, "run", **given) as process:
            await healthy(int(given["HTTP_PORT"]), process)  # type: ignore[call-overload]
            place.base = f"http://127.0.0.1:{given['HTTP_PORT']}"
            for line in ("đường sá", "1", "Đồng Mây", *(["bỏ qua"] * 3), "3", "3", "bỏ qua", "gửi"):
                await cadre.say(line)
            await asyncio.to_thread(ended, process, signal.SIGTERM)
    sent = in_it(new, lambda conn: conn.execute(select(case.c.answers).where(case.c.subject == "petition")).all())
    assert [row.answers["story"] for row in sent] == [SAID]


async def without_pause(phone: WebPhone) -> None:
    while not phone.ledger.over:
        await phone.say("trợ giúp")


def test_a_snapshot_is_of_one_moment(prepared_url: str) -> None:
    if "sqlite" in prepared_url:
        in_it(prepared_url, lambda conn: conn.exec_driver_sql("PRAGMA journal_mode=WAL"))  # as the server sets it
    with dump.snapshot(prepared_url) as conn:
        found = {table.name: table for table in dump.tables(conn)}
        people = [row for rows in dump.rows(conn, found["person"]) for row in rows]
        body = {"chat": "c", "body": {"text": "x"}, "made_at": datetime.now(UTC)}
        in_it(prepared_url, lambda other: other.execute(insert(web_message).values(**body)))
        assert people
        assert list(dump.rows(conn, found["web_message"])) == []
        with pytest.raises(Exception, match=r"readonly|read-only"):
            conn.execute(insert(web_message).values(**body))
    with dump.snapshot(prepared_url) as conn:
        assert len(next(dump.rows(conn, found["web_message"]))) == 1


def test_only_the_newest_are_kept(tmp_path: Path, prepared_sqlite: str) -> None:
    folder = tmp_path / "danvan-backups"
    first = backed_up(tmp_path, prepared_sqlite)
    (folder / "danvan-notes.txt").write_text("not ours to remove")
    old = first.rename(folder / "danvan-20200101-000000.dvb")
    older = shutil.copyfile(old, folder / "danvan-20200101-000000-2.dvb")
    run = danvan(tmp_path, "backup", "--keep", "2", DATABASE_URL=prepared_sqlite, MEDIA_DIR=tmp_path / "media")
    assert run.returncode == 0, run
    assert f"Đã xóa bản sao lưu cũ: danvan-backups/{old.name}\n" in run.stdout
    left = {path.name for path in folder.iterdir()}
    assert {older.name, "danvan-notes.txt"} < left
    assert len(left) == 3, "the newest, the second newest, and what is not ours"


def test_a_busy_database_is_backed_up_all_the_same(tmp_path: Path, prepared_sqlite: str) -> None:
    """Somebody holds its one pen, as a long import does: the copy is whole, only its note is missing."""
    engine = create_engine(synchronous(prepared_sqlite), **ENGINE_OPTIONS)
    with engine.connect() as conn:
        conn.exec_driver_sql("PRAGMA journal_mode=WAL")
        conn.exec_driver_sql("BEGIN IMMEDIATE")
        run = danvan(tmp_path, "backup", DATABASE_URL=prepared_sqlite, MEDIA_DIR=tmp_path / "media")
    engine.dispose()
    assert run.returncode == 0
    assert run.stdout.startswith("Đã sao lưu và đọc lại đủ")
    assert run.stderr.startswith("Cơ sở dữ liệu đang bận nên chưa ghi nhớ được lần sao lưu này.")
    (made,) = (tmp_path / "danvan-backups").iterdir()
    assert verify(made).counts["rows"]
    assert in_it(prepared_sqlite, lambda conn: outbox.last_run(conn, make.JOB)) is None


def test_in_another_folder(tmp_path: Path, prepared_sqlite: str) -> None:
    run = danvan(tmp_path, "backup", "usb/disk", DATABASE_URL=prepared_sqlite)
    assert run.returncode == 0, run
    (made,) = (tmp_path / "usb" / "disk").iterdir()
    checked = danvan(tmp_path, "restore", "--check", str(made), DATABASE_URL="sqlite+aiosqlite:///none.db")
    assert checked.returncode == 0
    assert "còn nguyên vẹn" in checked.stdout
    assert not (tmp_path / "none.db").exists()


async def test_a_lost_photo_is_named_and_holds_nothing_up(office_sqlite: Any, tmp_path: Path) -> None:
    async with office_sqlite() as it:
        lost, bent = await kept(it, await a_photo(it)), await kept(it, await want_another(it))
        lost.unlink()
        bent.write_bytes(b"something else")
        run = await asyncio.to_thread(danvan, tmp_path, "backup", DATABASE_URL=it.url, MEDIA_DIR=it.running.media.root)
    assert run.returncode == 0
    assert f"media/{lost.name}" in run.stderr
    assert f"media/{bent.name}" in run.stderr
    (made,) = (tmp_path / "danvan-backups").iterdir()
    assert verify(made).counts["files"] == 0


async def want_another(it: Any) -> int:
    number = await want(it, photo((80, 20)))
    await it.quiet()
    return int(number)


def test_nobody_reads_a_file_back_that_the_disk_spoiled(
    tmp_path: Path, prepared_sqlite: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read back before it counts: what cannot be read takes no name, and no older backup goes for it."""
    before = backed_up(tmp_path, prepared_sqlite)
    real = make.os.fsync

    def spoil(number: int) -> None:
        real(number)
        (part,) = before.parent.glob(".*.part")
        data = bytearray(part.read_bytes())
        data[len(data) // 2] ^= 1
        part.write_bytes(data)

    monkeypatch.setattr(make.os, "fsync", spoil)
    with pytest.raises(make.verify.Damaged):
        make.backup(Settings(database_url=prepared_sqlite, media_dir=tmp_path / "media"), before.parent, 1)
    assert list(before.parent.iterdir()) == [before]


def test_nothing_to_back_up(tmp_path: Path) -> None:
    run = danvan(tmp_path, "backup")
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr == "Chưa có cơ sở dữ liệu nên không có gì để sao lưu.\n"
    assert list(tmp_path.iterdir()) == []


def test_files_of_no_row_stay_out(tmp_path: Path, prepared_sqlite: str) -> None:
    """What lies in the media folder and no report refers to may be of a denunciation: it is not copied."""
    stray = tmp_path / "media" / "coming" / f"{'a' * 40}.file"
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"x")
    made = backed_up(tmp_path, prepared_sqlite)
    assert verify(made).counts["files"] == 0
