"""What holds on every channel alike: the real program behind a channel in memory, on Telegram and on the web."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot import logs
from handlers.messages import Button
from handlers.words import words_for
from storage.models.cases import case
from storage.models.letters import update
from tests.conversation.fake import PLAIN, FakeChannel
from tests.conversation.play import Player, play
from tests.conversation.script import parse, read
from tests.conversation.stage import Stage
from tests.conversation.telegram_stage import TelegramStage
from tests.conversation.web_stage import WebStage
from tests.conversation.world import World, opened
from tests.test_denunciation import EARLIER, TRACES, WORDS, everything
from tests.test_transcripts import scripts

KINDS: dict[str, Callable[..., World]] = {
    "memory": Stage,
    "plain": lambda *given, **more: Stage(*given, **more, channel=FakeChannel("plain", PLAIN)),
    "polling": TelegramStage,
    "webhook": lambda *given, **more: TelegramStage(*given, **more, secret="dung-ai-biet"),
    "stream": WebStage,
    "poll": lambda *given, **more: WebStage(*given, **more, polls=True),
}
PLACES = {"polling": "telegram", "webhook": "telegram", "stream": "web", "poll": "web"}
VI = words_for("vi")
STORY = "22 giờ đánh kẻng nhắc bà con khóa cửa"
PRACTICE = (  # typed, so that it can be played anywhere
    *("viec hay", "Tiếng kẻng an ninh", "kinh te", "dong may", STORY),
    *(["bo qua"] * 6),
    "gui",
)
every = pytest.mark.parametrize("kind", KINDS)
with_buttons = pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "plain"])


@asynccontextmanager
async def played(kind: str, url: str, folder: Path, *lines: str) -> AsyncIterator[Player]:
    """A cadre on this kind of channel, after these lines."""
    async with opened(KINDS[kind](url, folder / "media")) as stage:
        player = Player(stage)
        for line in ("with Binh: mau-truong-xom-1", *lines):
            await then(player, line)
        yield player


async def then(player: Player, line: str) -> str:
    """What everybody sees after one more line."""
    await player.do(parse(line))
    return "\n".join(player.news())


async def pressing(player: Player, data: str, of: str = "") -> str:
    """What everybody sees after Binh pressed a button with this payload, under the last message that says `of`."""
    seen = next(seen for seen in reversed(player.screens["Binh"]) if of in seen.text)
    await player.stage.press("Binh", "", seen, Button("?", data))
    await player.stage.quiet()
    return "\n".join(player.news())


async def failures(player: Player) -> list[Any]:
    """Updates in which the program made a mistake."""
    return await player.stage.running.db.read(
        lambda conn: list(conn.scalars(select(update.c.failed).where(update.c.failed.is_not(None))))
    )


@pytest.mark.parametrize(
    ("kind", "path", "database"),
    [
        pytest.param(kind, path, database, id=f"{path.stem}-{kind}-{database}")
        for kind in KINDS
        for path in scripts(PLACES.get(kind, kind))
        for database in ("sqlite", "postgres")
        if database == "sqlite" or kind == "memory"
    ],
)
async def test_every_update_five_times_changes_nothing(
    kind: str, path: Path, database: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """A whole conversation comes out word for word the same.

    What a messenger repeats and what a database refuses are independent: all messengers on one, one messenger on both.
    """
    database_url: str = request.getfixturevalue(f"{database}_url")
    recorded = path.with_suffix(".plain.txt") if kind == "plain" else path
    async with opened(KINDS[kind](database_url, tmp_path / "media", times=5)) as stage:
        happened = await play(stage, read(path))
    assert happened == recorded.read_text(encoding="utf-8")


@every
async def test_what_is_not_committed_is_neither_said_nor_acknowledged(
    kind: str, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The handler has run, the commit fails: the messenger delivers again, and that is answered, once."""
    async with played(kind, database_url, tmp_path) as player:
        db, failed = player.stage.running.db, []

        async def write(work: Callable[[Connection], Any], **more: Any) -> Any:
            def broken(conn: Connection) -> None:
                work(conn)
                raise OSError("the disk is full")

            if failed:
                return await true(work, **more)
            failed.append(True)
            return await true(broken, **more)

        true = db.write
        monkeypatch.setattr(db, "write", write)
        seen = await then(player, "Binh: viec hay")
        assert failed
        assert seen.count("1/10") == 1
        assert "2/10" in await then(player, "Binh: Tiếng kẻng an ninh")


@every
async def test_what_was_committed_but_not_said_is_said_once(
    kind: str, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program dies between the commit and the answer; after the restart the answer comes, and not twice."""
    async with played(kind, database_url, tmp_path) as player:
        db, died = player.stage.running.db, []

        async def write(work: Callable[[Connection], Any], **more: Any) -> Any:
            done = await true(work, **more)
            if not died:
                died.append(True)
                raise OSError("killed")
            return done

        true = db.write
        monkeypatch.setattr(db, "write", write)
        seen = [await then(player, line) for line in ("Binh: viec hay", "-- restart", "-- 1 minutes later")]
        assert died
        assert "".join(seen).count("1/10") == 1
        assert "2/10" in await then(player, "Binh: Tiếng kẻng an ninh")


@every
async def test_words_with_markup_are_shown_as_they_were_typed(kind: str, sqlite_url: str, tmp_path: Path) -> None:
    """No messenger reads HTML or Markdown out of what a cadre writes."""
    words = r"<b>đậm</b> *sao* __gạch__ `mã` [chữ](http://vi.du) &amp; 1 < 2 \ @an"
    async with played(kind, sqlite_url, tmp_path, "Binh: viec hay") as player:
        assert f"✔ Tên mô hình: {words}\n" in await then(player, f"Binh: {words}")
        if isinstance(player.stage, TelegramStage):
            assert not [given for _method, given in player.stage.api.calls if "parse_mode" in given]


@every
async def test_a_hundred_thousand_characters_are_answered_kindly(kind: str, sqlite_url: str, tmp_path: Path) -> None:
    """One message, no mistake, and the interview stands where it stood."""
    words = ("Cau treo sang xom bi gay hai thanh van. " * 2500)[:100_000]
    async with played(kind, sqlite_url, tmp_path, "Binh: viec hay") as player:
        await player.stage.say("Binh", "", words)
        await player.stage.quiet()
        seen = "\n".join(player.news())
        assert seen.count("Binh ") == 1
        assert "1/10" in seen
        assert len(seen) < 1000
        assert "2/10" in await then(player, "Binh: Tiếng kẻng an ninh")
        assert await failures(player) == []


@pytest.mark.usefixtures("readable")
@every
async def test_a_denunciation_leaves_no_trace(
    kind: str, database_url: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Neither its words, nor the fragment before them, nor what the messenger's side of ours showed of either."""
    logs.setup(level=logging.DEBUG)
    async with played(kind, database_url, tmp_path, "Binh: viec hay", f"Binh: {EARLIER}") as player:
        assert "TỐ CÁO" in await then(player, f"Binh: {WORDS}")
        assert "Binh ←" in await then(player, "Binh: đúng là tố cáo")
        kept = everything(player.stage, "".join(capfd.readouterr()))
    kept += b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert [trace for trace in (*TRACES, "Qwertyzz") if trace.encode() in kept] == []


@every
async def test_a_message_changed_after_it_was_sent_changes_its_answer(
    kind: str, sqlite_url: str, tmp_path: Path
) -> None:
    """And the open question stays open."""
    async with played(kind, sqlite_url, tmp_path, "Binh: viec hay", "Binh: Tiếng kẻng an ninh") as player:
        seen = await then(player, 'Binh edits "Tiếng kẻng an ninh": Tiếng kẻng bình yên')
        assert "✔ Tên mô hình: Tiếng kẻng bình yên" in seen
        assert "2/10" in seen


@every
async def test_an_unknown_command_gets_the_menu(kind: str, sqlite_url: str, tmp_path: Path) -> None:
    """Nobody is left with silence."""
    async with played(kind, sqlite_url, tmp_path) as player:
        seen = await then(player, "Binh: /khongco")
        assert VI("I do not know this command. Here is what I can do:") in seen
        assert VI("🌱 Tell a good practice") in seen


@with_buttons
async def test_a_forged_button_does_nothing(kind: str, sqlite_url: str, tmp_path: Path) -> None:
    """Whatever its payload: another's case, another's interview, nonsense. The presser alone is told, nothing moves."""
    lines = ("with Hoa: mau-truong-xom-2", *(f"Hoa: {line}" for line in PRACTICE), "Hoa: viec hay", "Binh: /menu")
    async with played(kind, sqlite_url, tmp_path, *lines) as player:
        read, look = player.stage.running.db.read, select(case.c.id, case.c.state, case.c.version)
        before = await read(lambda conn: conn.execute(look).one())
        payloads = [
            f"c:{before.id}:{before.version}:{action}" for action in ("open", "files", "ask", "forward", "acknowledge")
        ]
        payloads += [f"f:{before.id}", "c:99999:1:accept", "c:1:1", "c:²:1:accept", "f:x", "w:2:resume", "w:2:drop"]
        payloads += [
            "q:2:title:~cancel",
            "q:99:title:x",
            "q:::",
            "m:nothing",
            "m:work_x",
            "d:no",
            "k:no",
            "?",
            "x:1:2:3:4",
        ]
        for data in payloads:
            seen = await pressing(player, data)
            assert "Binh " in seen, f"{data}: silence"
            assert "Hoa " not in seen, data
            assert STORY not in seen, data
        assert await read(lambda conn: conn.execute(look).one()) == before
        assert await failures(player) == []
        assert "2/10" in await then(player, "Hoa: Tổ liên gia")  # her interview is still there


@with_buttons
async def test_a_button_of_an_earlier_question_is_explained(kind: str, sqlite_url: str, tmp_path: Path) -> None:
    """And the open question is asked again."""
    async with played(kind, sqlite_url, tmp_path, "Binh: viec hay", "Binh: Tiếng kẻng an ninh") as player:
        first = next(seen for seen in player.screens["Binh"] if "1/10" in seen.text)
        seen = await pressing(player, first.rows[-1][-1].data, of="1/10")
        assert VI("That button is from an earlier question. Here is the open one.") in seen
        assert "2/10" in seen


@pytest.mark.parametrize("kind", ["memory", "polling", "webhook"])  # a web group is not shown to whoever is not of it
async def test_a_stranger_in_a_group_moves_nothing(kind: str, sqlite_url: str, tmp_path: Path) -> None:
    """The card's buttons are for those the roster knows; the presser is told so, the group is not."""
    lines = ("Gia joins: stranger", "group Ban: 05716/BXDD", *(f"Binh: {line}" for line in PRACTICE))
    async with played(kind, sqlite_url, tmp_path, *lines) as player:
        seen = await then(player, "Gia presses in Ban: Ghi nhận")
        assert seen == f"    Ban ! {VI('I do not know you yet. Please write to me in private first, with your code.')}"
        assert await player.stage.running.db.read(lambda conn: conn.scalar(select(case.c.holder_id))) is None
