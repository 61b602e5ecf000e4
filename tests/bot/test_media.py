"""Attachments: fetched after the report is settled, made safe, kept once; what is wrong with one comes back as a letter."""

from __future__ import annotations

import hashlib
import io
import shutil
import struct
import subprocess
import sys
import zlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from bot import media as media_files
from bot.channels import errors
from bot.media import Media
from bot.picture import LONGEST, PIXELS
from handlers.words import words_for
from storage import files
from storage.models.cases import file
from tests.bot.conftest import Open
from tests.bot.office import CADRE, Office

ORIENTATION, MAKE, GPS, LATITUDE = 0x0112, 0x010F, 0x8825, 2


def photo(size: tuple[int, int] = (60, 40), *, orientation: int = 1, form: str = "JPEG") -> bytes:
    """Red on the left, blue on the right; with the phone's maker and where it was taken."""
    image = Image.new("RGB", size, (200, 0, 0))
    image.paste((0, 0, 200), (size[0] // 2, 0, *size))
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKE] = orientation, "SECRETPHONE"
    exif.get_ifd(GPS)[LATITUDE] = (21.0, 35.0, 40.0)
    out = io.BytesIO()
    image.save(out, form, exif=exif, comment=b"SECRETCOMMENT") if form == "JPEG" else image.save(out, form, exif=exif)
    return out.getvalue()


async def want(it: Office, content: bytes | None, *, kind: str = "photo", ref: str = "", **values: Any) -> int:
    """A settled report's file; the messenger has it unless `content` is none. Returns its id."""
    case = await it.case()
    ref = ref or f"ref-{it.made}"
    if content is not None:
        it.channel.files[ref] = content

    def work(conn: Any) -> int:
        row = {"case_id": case[0], "history_id": case[1], "person_id": conn.execute(_reporter(case[0])).scalar_one()}
        row |= {"channel": "fake", "bot": "1", "ref": ref, "kind": kind, "state": "wanted", "next_at": it.now}
        files.add(conn, [row | {"shown": True} | values])
        return int(conn.execute(select(file.c.id).order_by(file.c.id.desc()).limit(1)).scalar_one())

    return await it.write(work)


def _reporter(case_id: int) -> Any:
    from storage.models.cases import case

    return select(case.c.reporter_id).where(case.c.id == case_id)


async def row(it: Office, number: int) -> Any:
    return await it.read(lambda conn: conn.execute(select(file).where(file.c.id == number)).one())


async def kept(it: Office, number: int) -> Path:
    found = await row(it, number)
    assert found.state == "kept", found
    return it.running.media.path(found.sha256)


def nothing_lies_about(it: Office) -> bool:
    return not list((it.running.media.root / "coming").iterdir())


async def test_turned_upright_and_without_what_a_phone_writes_into_it(office: Open) -> None:
    async with office() as it:
        number = await want(it, photo(orientation=6))  # taken with the phone on its side
        await it.quiet()
        path = await kept(it, number)
        content = path.read_bytes()
        with Image.open(path) as image:
            assert (image.format, image.size) == ("JPEG", (40, 60))
            top, bottom = image.getpixel((20, 5)), image.getpixel((20, 55))
            assert (top[0] > 150, bottom[2] > 150) == (True, True)
            assert dict(image.getexif()) == {}
            assert "exif" not in image.info
        for secret in (b"SECRETPHONE", b"SECRETCOMMENT", b"Exif", b"http://ns.adobe.com/xap"):
            assert secret not in content
        found = await row(it, number)
        assert (found.sha256, found.size) == (hashlib.sha256(content).hexdigest(), len(content))
        assert nothing_lies_about(it)


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
async def test_other_kinds_become_jpeg(office_sqlite: Open, form: str) -> None:
    async with office_sqlite() as it:
        number = await want(it, photo(form=form))
        await it.quiet()
        with Image.open(await kept(it, number)) as image:
            assert (image.format, dict(image.getexif())) == ("JPEG", {})


async def test_a_large_photo_is_made_smaller(office_sqlite: Open) -> None:
    async with office_sqlite() as it:
        number = await want(it, photo((6000, 3000)))
        await it.quiet()
        with Image.open(await kept(it, number)) as image:
            assert image.size == (LONGEST, LONGEST // 2)


async def test_the_same_photo_twice_is_one_file(office: Open) -> None:
    async with office() as it:
        first, second = await want(it, photo()), await want(it, photo())
        await it.quiet()
        assert await kept(it, first) == await kept(it, second)
        assert len([path for path in it.running.media.root.rglob("*") if path.is_file()]) == 1
        sha256 = (await row(it, first)).sha256
        assert len(await it.read(lambda conn: files.cases_of(conn, sha256))) == 2


@pytest.mark.parametrize("kind", ["voice", "video", "audio", "document"])
async def test_what_is_no_photo_is_kept_as_it_came(office_sqlite: Open, kind: str) -> None:
    async with office_sqlite() as it:
        number = await want(it, b"%PDF-1.7 whatever", kind=kind)
        await it.quiet()
        assert (await kept(it, number)).read_bytes() == b"%PDF-1.7 whatever"


# What is wrong with one comes back as a letter.


async def told_bad(it: Office, number: int, why: str) -> str:
    found = await row(it, number)
    assert (found.state, found.error, found.next_at, found.sha256) == ("bad", why, None, None)
    (letter,) = await it.letters("file_bad")
    assert letter.person_id == await it.person(CADRE)
    (said,) = it.texts("u-binh")
    assert nothing_lies_about(it)
    await it.later(days=30)
    assert len(it.texts("u-binh")) == 1
    return said


NOT_PICTURES = {
    "words": "Cầu hỏng rồi".encode(),
    "nothing": b"",
    "cut off": photo((600, 400))[:900],
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\nshowpage\n",
}


@pytest.mark.parametrize("what", NOT_PICTURES)
async def test_a_photo_that_is_none(office_sqlite: Open, what: str) -> None:
    async with office_sqlite() as it:
        await it.account_of(CADRE, "u-binh")
        number = await want(it, NOT_PICTURES[what])
        await it.quiet()
        said = await told_bad(it, number, "not_picture")
        assert "Ảnh này không mở được" in said


async def test_a_photo_that_is_none_on_both_databases(office: Open) -> None:
    async with office() as it:
        await it.account_of(CADRE, "u-binh")
        number = await want(it, b"none")
        await it.quiet()
        await told_bad(it, number, "not_picture")


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few kilobytes that unpacks to a page of `width` times `height`."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packed = zlib.compressobj(9)
    line = bytes(1 + width // 8)
    data = b"".join(packed.compress(line) for _ in range(height)) + packed.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


async def test_a_decompression_bomb(office_sqlite: Open) -> None:
    async with office_sqlite() as it:
        await it.account_of(CADRE, "u-binh")
        content = bomb(20_000, 20_000)
        assert len(content) < 200_000
        assert PIXELS < 20_000**2
        number = await want(it, content)
        await it.quiet()
        await told_bad(it, number, "not_picture")


@pytest.mark.parametrize(
    ("error", "why", "sentence"),
    [
        (errors.FileTooBig, "file_big", "It is too big. Please send a smaller one."),
        (errors.FileMissing, "file_missing", "The messenger no longer has it. Please send it again."),
        (errors.Refused, "refused", "Please send it again."),
    ],
)
async def test_a_file_that_cannot_be_had(
    office_sqlite: Open, error: type[errors.SendError], why: str, sentence: str
) -> None:
    """A photo of 50 MB is `FileTooBig` on every channel; their own tests show it."""
    async with office_sqlite() as it:
        await it.account_of(CADRE, "u-binh")

        async def fetch(ref: str, into: Path) -> None:
            into.write_bytes(b"x" * 100)  # some of it had come
            raise error

        it.channel.fetch = fetch  # type: ignore[method-assign]
        number = await want(it, photo())
        await it.quiet()
        assert words_for("vi")(sentence) in await told_bad(it, number, why)


# Later.


async def test_a_device_that_has_not_handed_it_over_is_waited_for(office: Open) -> None:
    async with office() as it:
        await it.account_of(CADRE, "u-binh")
        asked, fetch = [], it.channel.fetch

        async def later(ref: str, into: Path) -> None:
            asked.append(it.now)
            if len(asked) < 4:
                raise errors.NotYet
            await fetch(ref, into)

        it.channel.fetch = later  # type: ignore[method-assign]
        number = await want(it, photo())
        await it.quiet()
        assert len(asked) == 1, "not before its time"
        for _ in range(3):
            assert (await row(it, number)).state == "wanted"
            await it.later(seconds=media_files.WAIT.total_seconds())
        assert await kept(it, number)
        assert it.texts("u-binh") == []


async def test_a_device_that_never_does_is_given_up_after_a_week(office_sqlite: Open) -> None:
    async with office_sqlite() as it:
        await it.account_of(CADRE, "u-binh")

        async def never(ref: str, into: Path) -> None:
            raise errors.NotYet

        it.channel.fetch = never  # type: ignore[method-assign]
        tries = int(media_files.GIVE_UP / media_files.WAIT)
        number = await want(it, photo(), attempts=tries)
        await it.quiet()
        assert (await row(it, number)).state == "wanted"
        await it.later(seconds=4)
        assert (await row(it, number)).state == "bad"
        assert len(it.texts("u-binh")) == 1


async def test_an_unreachable_messenger_is_tried_again_with_growing_waits(office: Open) -> None:
    async with office() as it:
        await it.account_of(CADRE, "u-binh")
        fetch = it.channel.fetch

        async def away(ref: str, into: Path) -> None:
            raise errors.Unreachable

        it.channel.fetch = away  # type: ignore[method-assign]
        number, waits = await want(it, photo()), []
        await it.quiet()
        for _ in range(6):
            found = await row(it, number)
            waits.append(found.next_at - it.now)
            it.now = found.next_at
            await it.quiet()
        assert waits == [timedelta(seconds=wait) for wait in (*media_files.BACKOFF, media_files.BACKOFF[-1])]
        it.channel.fetch = fetch  # type: ignore[method-assign]
        await it.later(hours=1)
        assert await kept(it, number)
        assert it.texts("u-binh") == []


async def test_a_bot_that_is_not_served_now_keeps_its_files_waiting(office_sqlite: Open) -> None:
    async with office_sqlite() as it:
        number = await want(it, photo(), bot="2")
        await it.quiet()
        found = await row(it, number)
        assert (found.state, found.error) == ("wanted", "network")


async def test_a_crash_in_between_fetches_again(office: Open) -> None:
    async with office() as it:
        number = await want(it, photo())
        await it.write(lambda conn: files.claim(conn, it.now))  # and whoever took it is gone
        await it.quiet()
        assert (await row(it, number)).state == "claimed"
        await it.later(seconds=files.CLAIM.total_seconds())
        assert await kept(it, number)


async def test_a_crash_after_the_only_copy_was_taken_loses_nothing(office: Open) -> None:
    """The web's upload is moved, not copied: what lies in the worker's folder may be the only one there is."""
    async with office() as it:
        number = await want(it, None)
        await it.write(lambda conn: files.claim(conn, it.now))
        folder = it.running.media.root / "coming" / f"f{number}"
        folder.mkdir()
        (folder / "raw").write_bytes(photo())
        await it.stop()
        await it.start()
        await it.quiet()
        assert await kept(it, number)
        assert nothing_lies_about(it)


async def test_a_full_disk_is_no_verdict(office_sqlite: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    async with office_sqlite() as it:
        number = await want(it, photo())

        def full(self: Media, found: Path) -> tuple[str, int]:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as broken:
            broken.setattr(Media, "keep", full)
            with pytest.raises(OSError, match="No space"):
                await it.running.worker.run()
        await it.later(seconds=files.CLAIM.total_seconds())
        assert await kept(it, number)


# Names.


@pytest.mark.parametrize("name", ["../../../../tmp/owned", "/etc/passwd", "..\\..\\owned", "x\x00y", "…/☃", "a" * 5000])
async def test_no_name_of_theirs_is_ever_a_path(office_sqlite: Open, tmp_path: Path, name: str) -> None:
    async with office_sqlite() as it:
        before = {path for path in tmp_path.rglob("*") if path.is_file()}
        number = await want(it, b"content", kind="document", ref=name, name=name)
        await it.quiet()
        path = await kept(it, number)
        inside = it.running.media.root / path.name[:2] / path.name
        assert path == inside
        assert path.name == hashlib.sha256(b"content").hexdigest()
        after = {path for path in tmp_path.rglob("*") if path.is_file()} - before
        assert {path for path in after if not path.name.startswith("danvan.sqlite3")} == {inside}


def test_the_bytes_are_kept_when_the_disk_cannot_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = tmp_path / "raw"
    raw.write_bytes(b"content")

    def cannot(self: Path, target: Path) -> None:
        raise OSError

    monkeypatch.setattr(Path, "hardlink_to", cannot)
    copy = media_files.copied(raw)
    assert copy != raw
    assert copy.read_bytes() == raw.read_bytes()


def test_a_picture_is_opened_in_a_process_of_its_own(tmp_path: Path) -> None:
    """And that process says by its exit code alone what it found: nothing of a file reaches a log."""
    raw = tmp_path / "raw"
    raw.write_bytes(photo())
    words = [sys.executable, "-m", "bot.picture", str(raw), str(tmp_path / "safe.jpg")]
    assert subprocess.run(words, check=False).returncode == 0
    shutil.copyfile(__file__, raw)
    assert subprocess.run(words, check=False, stderr=subprocess.DEVNULL).returncode != 0
