"""Where identity numbers are refused: before anything is stored, once an album, and never aloud in a group."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, select

from bot.guard import Guard
from handlers.messages import Attachment, Incoming
from storage.models.cases import draft
from storage.models.letters import update as incoming_table
from tests.bot.conftest import Open
from tests.bot.office import CADRE, OFFICIAL, Office
from tests.conversation.world import MORNING

NUMBER = "019185001234"
REFUSED = "Đồng chí đừng gửi số căn cước"


async def reporting(it: Office) -> None:
    """A cadre in the middle of a report."""
    await it.account_of(CADRE, "u-binh")
    it.users["Binh"] = "u-binh"
    await it.receive("Binh", text="phản ánh")
    await it.receive("Binh", text="Cầu gỗ qua suối bị mục, trâu bò khó đi")
    await it.quiet()


async def answers(it: Office) -> dict[str, object]:
    rows = await it.read(lambda conn: list(conn.execute(select(draft.c.body)).scalars()))
    return rows[0]["answers"]


async def test_the_interview_stays_and_nothing_is_kept(office_sqlite: Open, tmp_path: Path, readable: None) -> None:
    async with office_sqlite() as it:
        await reporting(it)
        before = await answers(it)
        key = it.keys + 1
        await it.receive("Binh", text=f"đường sá {NUMBER}")
        await it.receive("Binh", edited=True, message="k2", text=f"Cầu gỗ {NUMBER}")
        await it.quiet()
        assert it.texts("u-binh")[-1].startswith(REFUSED)
        assert await answers(it) == before
        seen = await it.read(lambda conn: list(conn.execute(select(incoming_table.c.key)).scalars()))
        assert f"k{key}" in seen, "a repeat of it is known"
        kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
        assert NUMBER.encode() not in kept
        await it.receive("Binh", text="đường sá")
        await it.quiet()
        assert "3/" in it.texts("u-binh")[-1]


async def test_delivered_twice_is_said_once(office_sqlite: Open) -> None:
    async with office_sqlite() as it:
        await reporting(it)
        it.times = 2
        await it.receive("Binh", text=NUMBER)
        await it.quiet()
        assert [text.startswith(REFUSED) for text in it.texts("u-binh")].count(True) == 1


async def test_of_an_album_nothing_is_taken_and_one_sentence_said(office: Open) -> None:
    async with office() as it:
        await reporting(it)
        for number in range(3):
            photo = Attachment("photo", f"r{number}", unique=f"r{number}")
            await it.receive("Binh", attachments=(photo,), album="a", text="" if number else "cccd 2 mặt")
        await it.quiet()
        assert [text.startswith(REFUSED) for text in it.texts("u-binh")].count(True) == 1
        rows = await it.read(lambda conn: list(conn.execute(select(draft.c.body)).scalars()))
        assert rows[0]["files"] == []


async def test_in_a_group_only_what_would_be_taken(office: Open) -> None:
    """And the sentence is for the writer's eyes."""
    async with office() as it:
        await it.account_of(OFFICIAL, "u-hoa")
        it.users["Hoa"], it.groups["PKT"] = "u-hoa", "g-pkt"
        await it.group_of("g-pkt", department_code="PKT")
        await it.case()
        await it.receive("Hoa", "PKT", text=f"tôi đi làm căn cước {NUMBER}")
        await it.quiet()
        assert it.texts("u-hoa") == it.texts("g-pkt") == []
        await it.receive("Hoa", "PKT", text=f"trả lời KN1 căn cước {NUMBER} đã xong")
        await it.quiet()
        assert [text.startswith(REFUSED) for text in it.texts("u-hoa")] == [True]
        assert it.texts("g-pkt") == []


async def test_a_stranger_is_told_too(office_sqlite: Open) -> None:
    async with office_sqlite() as it:
        it.users["Ai"] = "u-ai"
        await it.receive("Ai", text=NUMBER)
        await it.quiet()
        assert it.texts("u-ai")[-1].startswith(REFUSED)

        def rows(conn: Connection) -> list[object]:
            return list(conn.execute(select(incoming_table.c.failed)).scalars())

        assert await it.read(rows) == [None]


def test_a_denunciation_with_a_number_is_neither_kept_nor_asked_about() -> None:
    """What is refused waits nowhere, so its words are judged when they come again without the number."""
    guard, words = Guard(), Incoming("c", "1", "k", "u", "u", text=f"Tôi tố cáo ông Ba, {NUMBER}")
    assert guard.judge(words, MORNING) == "identity"
    assert guard.take(words) is None
