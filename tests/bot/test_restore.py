"""What cannot be restored is refused in one sentence, and nothing is written then."""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
import re
import subprocess
from base64 import urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from bot.backup import archive, envelope
from bot.backup.archive import Member, Packing, Unpacking
from bot.backup.envelope import Damaged, NotOurs, Opening, OtherKey, Sealing
from tests.bot.test_backup import backed_up, everything, in_it
from tests.bot.test_cli import danvan, healthy, plain, started
from tests.conversation.world import free_port

KEPT = "Chưa có gì bị thay đổi."


@pytest.fixture
def made(tmp_path: Path, prepared_sqlite: str) -> Path:
    """A backup, with the database it is of beside it."""
    return backed_up(tmp_path, prepared_sqlite)


def restore(folder: Path, *words: object, **more: object) -> subprocess.CompletedProcess[str]:
    """Into a new place of the folder's."""
    new = {"DATABASE_URL": f"sqlite+aiosqlite:///{folder}/new.db", "MEDIA_DIR": folder / "again", "HTTP_PORT": 0}
    return danvan(folder, "restore", *map(str, words), **(new | more))


def refused(folder: Path, run: subprocess.CompletedProcess[str], sentence: str) -> None:
    """One sentence, and nothing anywhere."""
    plain(run, 1, sentence)
    assert not list(folder.glob("*new.db*")) + list(folder.glob(".*restoring*"))
    assert not (folder / "again").exists()


@pytest.mark.parametrize("check", [(), ("--check",)], ids=["restored", "only looked at"])
@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda data: data[:-1], "bị hỏng"),
        (lambda data: data[: len(data) // 2], "bị hỏng"),
        (lambda data: data[:40], "bị hỏng"),
        (lambda data: data + b"\0", "bị hỏng"),
        (lambda data: data[:100] + bytes([data[100] ^ 1]) + data[101:], "bị hỏng"),
        (lambda data: data[:-1] + bytes([data[-1] ^ 128]), "bị hỏng"),
        (lambda data: b"PK" + data, "không phải là bản sao lưu của danvan"),
        (lambda data: b"", "không phải là bản sao lưu của danvan"),
    ],
    ids=["cut by one", "half of it", "its head", "more than all", "one bit", "the last bit", "another file", "empty"],
)
def test_what_is_damaged(
    tmp_path: Path, made: Path, check: tuple[str, ...], spoil: Callable[[bytes], bytes], sentence: str
) -> None:
    made.write_bytes(spoil(made.read_bytes()))
    refused(tmp_path, restore(tmp_path, made, *check), rf"{re.escape(str(made))} {sentence}.*")


def test_another_key(tmp_path: Path, made: Path) -> None:
    (tmp_path / "other.key").write_bytes(urlsafe_b64encode(os.urandom(32)))
    run = restore(tmp_path, made, KEY_FILE=tmp_path / "other.key")
    refused(tmp_path, run, rf".*được sao lưu bằng khóa khác, không phải khóa trong {tmp_path}/other\.key.*")


def test_no_key(tmp_path: Path, made: Path) -> None:
    run = restore(tmp_path, made, KEY_FILE=tmp_path / "none.key")
    refused(tmp_path, run, rf"DANVAN_KEY_FILE: {tmp_path}/none\.key is missing\. Put your copy of it back\.")
    assert not (tmp_path / "none.key").exists(), "a new key would open nothing"


def test_no_file(tmp_path: Path) -> None:
    refused(tmp_path, restore(tmp_path, "none.dvb"), r"none\.dvb: No such file or directory")


def repacked(made: Path, *first: tuple[str, bytes], without: str = "", **head: object) -> Path:
    """The same backup with another head, files more and a table's rows less; sealed as it should be."""
    with made.open("rb") as file, (other := made.with_name("other.dvb")).open("wb") as out:
        unpacking = Unpacking(file)
        packing = Packing(out, unpacking.head | head)
        for name, content in first:
            packing.member(Member(name))
            packing.part(content)
        for member, parts in unpacking.members():
            rows = [row for part in parts for row in archive.lines(part)]
            packing.member(member)
            packing.rows([] if member.name == without else rows)
        packing.finish(numbers=unpacking.end["numbers"])
    return other


def test_of_a_newer_program(tmp_path: Path, made: Path) -> None:
    newer = repacked(made, revision="9999")
    refused(tmp_path, restore(tmp_path, newer), rf"{newer} do bản danvan mới hơn tạo ra\..*")
    newer = repacked(made, format=archive.FORMAT + 1)
    refused(tmp_path, restore(tmp_path, newer), rf"{newer} do bản danvan mới hơn tạo ra\..*")


def test_a_file_that_is_not_what_its_name_says(tmp_path: Path, made: Path) -> None:
    wrong = repacked(made, (f"media/{'0' * 64}", b"x"))
    refused(tmp_path, restore(tmp_path, wrong), rf"{wrong} bị hỏng.*")


def test_what_fails_half_way_takes_everything_back(tmp_path: Path, made: Path, postgres_url: str) -> None:
    """Rows that point to nothing, after a file was put in its place."""
    wrong = repacked(made, (f"coming/{'0' * 40}.file", b"put, and taken away"), without="tables/unit")
    for url in (f"sqlite+aiosqlite:///{tmp_path}/new.db", postgres_url):
        run = restore(tmp_path, wrong, DATABASE_URL=url)
        plain(run, 1, rf"Không dùng được cơ sở dữ liệu: .* {KEPT}")
        assert not list(tmp_path.glob("*new.db*"))
        assert not [path for path in (tmp_path / "again").rglob("*") if path.is_file()]
    assert in_it(postgres_url, tables) == []


def tables(conn: Connection) -> list[str]:
    return list(
        conn.execute(text("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")).scalars()
    )


def test_never_onto_a_database_with_something_in_it(
    tmp_path: Path, made: Path, prepared_sqlite: str, prepared_postgres: str
) -> None:
    for url, there in (
        (prepared_sqlite, f"{tmp_path}/danvan.sqlite3"),
        (prepared_postgres, "cơ sở dữ liệu ghi ở DANVAN_DATABASE_URL"),
    ):
        before = everything(url)
        plain(restore(tmp_path, made, DATABASE_URL=url), 1, rf"Chỉ khôi phục vào chỗ trống, .*: {there}\. {KEPT}")
        assert everything(url) == before
        assert not (tmp_path / "again").exists()


@pytest.mark.parametrize("suffix", ["-wal", "-journal"])
def test_nor_beside_what_is_left_of_one(tmp_path: Path, made: Path, suffix: str) -> None:
    left = tmp_path / f"new.db{suffix}"
    left.write_text("x")
    plain(restore(tmp_path, made), 1, rf"Chỉ khôi phục vào chỗ trống, .*{suffix}\. {KEPT}")
    assert left.read_text() == "x"


def test_nor_into_another_programs_database(tmp_path: Path, made: Path, postgres_url: str) -> None:
    in_it(postgres_url, lambda conn: conn.execute(text("CREATE TABLE theirs (id INTEGER)")))
    plain(restore(tmp_path, made, DATABASE_URL=postgres_url), 1, rf"Chỉ khôi phục vào chỗ trống, .* {KEPT}")
    assert in_it(postgres_url, tables) == ["theirs"]


async def test_nor_while_a_server_runs(tmp_path: Path, made: Path, prepared_sqlite: str) -> None:
    """Also where somebody took its database file away: it would go on writing into the old one."""
    port = free_port()
    given = {"MODE": "live", "HTTP_PORT": port, "DATABASE_URL": prepared_sqlite, "MEDIA_DIR": tmp_path / "media"}
    with started(tmp_path, "run", **given) as process:
        await healthy(port, process)
        for file in tmp_path.glob("danvan.sqlite3*"):
            file.rename(tmp_path / f"old{file.suffix}")
        run = await asyncio.to_thread(restore, tmp_path, made, **given)
    plain(run, 1, rf"Máy chủ danvan đang chạy ở 127\.0\.0\.1:{port}\. .* {KEPT}")
    assert not (tmp_path / "danvan.sqlite3").exists()


def test_a_photo_that_is_there_already_stays_and_a_spoiled_one_is_made_whole(tmp_path: Path, made: Path) -> None:
    names = {content: hashlib.sha256(content).hexdigest() for content in (b"whole", b"spoiled")}
    places = {content: tmp_path / "again" / name[:2] / name for content, name in names.items()}
    for content, place in places.items():
        place.parent.mkdir(parents=True)
        place.write_bytes(content if content == b"whole" else b"bent")
    untouched = places[b"whole"].stat().st_ino
    more = repacked(made, *((f"media/{name}", content) for content, name in names.items()))
    assert restore(tmp_path, more).returncode == 0
    assert places[b"whole"].stat().st_ino == untouched
    assert places[b"spoiled"].read_bytes() == b"spoiled"


# The file itself.


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(envelope, "PIECE", 16)


def sealed(data: bytes) -> bytes:
    out = io.BytesIO()
    box = Sealing(out)
    for start in range(0, len(data), 7):
        box.write(data[start : start + 7])
    box.finish()
    return out.getvalue()


def opened(data: bytes, size: int = 10**6) -> bytes:
    box = Opening(io.BytesIO(data))
    found = b""
    while part := box.read(size):
        found += part
    return found


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("length", [0, 1, 15, 16, 17, 31, 32, 33, 100])
def test_any_length_comes_back(length: int) -> None:
    data = os.urandom(length)
    assert opened(sealed(data)) == opened(sealed(data), 3) == data


@pytest.mark.usefixtures("small_pieces")
def test_pieces_cannot_be_left_out_swapped_or_repeated() -> None:
    data = sealed(bytes(range(64)))
    head, step = 48, 32
    pieces = [data[start : start + step] for start in range(head, len(data), step)]
    assert opened(data[:head] + b"".join(pieces)) == bytes(range(64))
    for wrong in (pieces[:-1], pieces[1:], pieces[::-1], [*pieces, pieces[-1]], [pieces[0], *pieces], []):
        with pytest.raises(Damaged):
            opened(data[:head] + b"".join(wrong))


@given(place=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_not_one_bit_can_be_altered(place: int, bit: int) -> None:
    data = bytearray(sealed("Cầu treo vào xóm".encode() * 9))
    data[place % len(data)] ^= 1 << bit
    with pytest.raises((Damaged, OtherKey, NotOurs)):
        opened(bytes(data))


def test_the_words_are_not_in_the_file() -> None:
    assert b"xom Dong May" not in sealed(b"xom Dong May" * 100)


@pytest.mark.parametrize(
    "name",
    ["media/../../etc/passwd", "media/" + "A" * 64, "media/" + "a" * 63, "coming/../x.file", "/etc/passwd", "tables/a;b",
     "coming/f1/../raw", "coming/f1/raw/x", "tables/person\n", "media/" + "a" * 64 + "/x", ""],
)  # fmt: skip
def test_a_name_that_leads_elsewhere_is_never_followed(name: str) -> None:
    out = io.BytesIO()
    packing = Packing(out, {})
    packing.member(Member(name))
    packing.finish()
    out.seek(0)
    with pytest.raises(Damaged):
        list(Unpacking(out).members())
