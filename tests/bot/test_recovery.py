"""What a program that died was in the middle of: taken over at once, never twice where that must not be."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import OperationalError

from bot.channels import NotStored, Sent, errors
from bot.media import Worker
from handlers.messages import Outgoing
from storage import files, groups, outbox, web
from storage.models import cases as case_tables
from storage.models.letters import letter
from storage.models.registry import person
from tests.conversation.fake import FakeChannel
from tests.conversation.stage import Stage, on_stage
from tests.conversation.world import picture
from tests.test_denunciation import WORDS

HEAD, OFFICIAL, ADMIN = "mau-truong-xom-1", "mau-pkt-1", "mau-quan-tri"
PETITION = (
    "phản ánh", "Cầu treo vào xóm gãy hai thanh ván, học sinh đi lại khó", "đường sá", "1", "Đồng Mây",
    *(["bỏ qua"] * 3), "3", "3", "bỏ qua", "gửi",
)  # fmt: skip


@pytest.fixture
async def stage(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Stage]:
    async with on_stage(sqlite_url, tmp_path / "media", FakeChannel()) as opened:
        await opened.join("Binh", HEAD)
        await opened.join("Hoa", OFFICIAL)
        yield opened


async def petition(stage: Stage, *lines: str) -> None:
    """Typed to its end; its letters are queued, not sent."""
    for line in lines or PETITION:
        await stage.say("Binh", "", line)
    await stage.running.app.speaker.finish()


async def letters(stage: Stage, template: str) -> list[Any]:
    query = select(letter).where(letter.c.template == template).order_by(letter.c.id)
    return await stage.running.db.read(lambda conn: list(conn.execute(query).all()))


def shown(stage: Stage, name: str) -> list[str]:
    return [seen.message.text for seen in stage.channel.chats.get(stage.users.get(name, name), [])]


async def test_claims_of_the_dead_are_free_at_once(stage: Stage) -> None:
    await petition(stage)
    claimed = await stage.running.db.write(lambda conn: outbox.claim(conn, stage.now))
    assert len(claimed) == 1
    await stage.quiet()
    assert shown(stage, "Hoa") == [], "while its holder may live, nobody else sends it"
    await stage.stop()
    await stage.start()
    await stage.quiet()
    assert len(shown(stage, "Hoa")) == 1
    assert [row.state for row in await letters(stage, "card")] == ["sent"]


@pytest.fixture
async def summary(stage: Stage) -> Stage:
    """A summary for a group is queued; an administrator is there."""
    await stage.join("Quan", ADMIN)
    await stage.make_group("PKT", "05716/PKT")
    row = {
        "dedupe": "summary:1:2026-W47",
        "template": "summary",
        "group_id": await stage.running.db.read(lambda conn: groups.all_live(conn)[0].id),
        "params": {},
    }
    await stage.running.db.write(lambda conn: outbox.put(conn, stage.now, [row]))
    return stage


async def test_a_summary_cut_off_is_not_sent_again_and_somebody_is_told(
    summary: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.letters._MAKERS", {**makers(), "summary": lambda view, letter: ("Tổng hợp", ())})
    said: list[str] = []

    async def dies(message: Outgoing, *, letter: int = 0) -> Sent:
        said.append(message.text)
        raise KeyboardInterrupt  # nothing catches it: as if the process ended here

    with monkeypatch.context() as dying:
        dying.setattr(summary.channel, "send", dies)
        plan = (await summary.running.db.write(summary.running.delivery._claim))[0]
        with pytest.raises(KeyboardInterrupt):
            await summary.running.delivery._send_one(plan)
    assert said == ["Tổng hợp"]
    await summary.stop()
    await summary.start()
    await summary.quiet()
    assert shown(summary, "g:PKT") == []
    assert [row.state for row in await letters(summary, "summary")] == ["unknown"]
    assert len(shown(summary, "Quan")) == 1
    await summary.stop()
    await summary.start()
    await summary.quiet()
    assert len(shown(summary, "Quan")) == 1, "told once"


async def test_a_summary_claimed_but_not_begun_is_sent(summary: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handlers.letters._MAKERS", {**makers(), "summary": lambda view, letter: ("Tổng hợp", ())})
    await summary.running.db.write(lambda conn: outbox.claim(conn, summary.now))
    await summary.stop()
    await summary.start()
    await summary.quiet()
    assert shown(summary, "g:PKT") == ["Tổng hợp"]
    assert [row.state for row in await letters(summary, "summary")] == ["sent"]


async def test_a_summary_said_in_part_is_not_begun_again(summary: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    long = "\n\n".join(f"Đoạn {number} " + "x" * 3000 for number in range(3))
    monkeypatch.setattr("handlers.letters._MAKERS", {**makers(), "summary": lambda view, letter: (long, ())})
    send, parts = summary.channel.send, []

    async def second_fails(message: Outgoing, *, letter: int = 0) -> Sent:
        parts.append(message.text)
        if len(parts) == 2:
            raise errors.Unreachable
        return await send(message, letter=letter)

    monkeypatch.setattr(summary.channel, "send", second_fails)
    await summary.quiet()
    assert [row.state for row in await letters(summary, "summary")] == ["unknown"]
    assert len(shown(summary, "g:PKT")) == 1


def makers() -> dict[str, Any]:
    from handlers import letters as module

    return dict(module._MAKERS)


async def test_a_card_whose_case_moved_on_the_way_is_refreshed(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is composed when it is claimed; somebody accepts while it is being sent."""
    await petition(stage)
    send = stage.channel.send

    async def meanwhile(message: Outgoing, *, letter: int = 0) -> Sent:
        sent = await send(message, letter=letter)
        if letter and not message.edit and message.to.chat == stage.users["Hoa"]:
            tap = next(b.data for row in message.buttons for b in row if b.data.endswith(":accept"))
            await stage.running.app.receive(stage.incoming("Hoa", tap=tap, message=sent.external, query="q"))
        return sent

    monkeypatch.setattr(stage.channel, "send", meanwhile)
    await stage.quiet()
    card = next(seen for seen in stage.channel.chats[stage.users["Hoa"]] if "KN-0001" in seen.message.text)
    assert not any(b.data.endswith(":accept") for row in card.message.buttons for b in row)
    assert len(await letters(stage, "told")) == 1


async def test_nobody_waits_for_anothers_pace(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    await petition(stage)
    await petition(stage)
    gate, send = asyncio.Event(), stage.channel.send

    async def slow(message: Outgoing, *, letter: int = 0) -> Sent:
        if letter and message.to.chat == stage.users["Hoa"]:
            await gate.wait()
        return await send(message, letter=letter)

    monkeypatch.setattr(stage.channel, "send", slow)
    delivering = asyncio.create_task(stage.running.delivery.run())
    await asyncio.sleep(0)
    await stage.running.db.write(lambda conn: _alarm(conn, stage))
    stage.running.app.letters_due.set()
    async with asyncio.timeout(20):
        while not any("KN-0001" in text and "⚠️" in text for text in shown(stage, "Binh")):  # noqa: ASYNC110 - see `slow`
            await asyncio.sleep(0.005)
    assert shown(stage, "Hoa") == []
    gate.set()
    assert await delivering == 3
    assert [text.partition(" · ")[0][-7:] for text in shown(stage, "Hoa")] == ["KN-0001", "KN-0002"]


def _alarm(conn: Connection, stage: Stage) -> None:
    head = conn.execute(select(person.c.id).where(person.c.code == HEAD)).scalar_one()
    row = {"dedupe": "x", "template": "alarm", "case_id": 1, "person_id": head, "params": {"why": "unreached"}}
    outbox.put(conn, stage.now, [row])


async def test_a_stop_finishes_the_letter_it_is_at(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    await petition(stage)
    await petition(stage)
    begun, gate, send = asyncio.Event(), asyncio.Event(), stage.channel.send

    async def slow(message: Outgoing, *, letter: int = 0) -> Sent:
        begun.set()
        await gate.wait()
        return await send(message, letter=letter)

    monkeypatch.setattr(stage.channel, "send", slow)
    delivering = asyncio.create_task(stage.running.delivery.run())
    await begun.wait()
    delivering.cancel()
    asyncio.get_running_loop().call_later(0.05, gate.set)
    await asyncio.gather(delivering, return_exceptions=True)
    assert [row.state for row in await letters(stage, "card")] == ["sent", "claimed"]
    assert len(shown(stage, "Hoa")) == 1


async def test_a_page_quicker_than_the_record_has_it(stage: Stage) -> None:
    """Fetched, the program dead before it wrote down that it was handed over: it is sent, not waiting for ever."""
    await stage.running.db.write(lambda conn: _web_account(conn, stage))
    await petition(stage)
    plans = await stage.running.db.write(stage.running.delivery._claim)
    plan = next(plan for plan in plans if plan.to is not None and plan.to.channel == "web")
    assert plan.message is not None
    sent = await stage.running.app.channels["web", "web"].send(plan.message, letter=plan.letter.id)
    await stage.running.db.write(lambda conn: web.fetched(conn, [int(sent.external)], ["p-hoa"], stage.now))
    await stage.stop()
    await stage.start()
    await stage.quiet()
    assert [row.state for row in await letters(stage, "card")] == ["sent"]
    count = select(web.web_message).where(web.web_message.c.letter_id == plan.letter.id)
    assert len(await stage.running.db.read(lambda conn: conn.execute(count).all())) == 1


def _web_account(conn: Connection, stage: Stage) -> None:
    """The official is on the web now."""
    from storage.models.people import account

    digest = hashlib.sha256(b"x" * 43).hexdigest()
    web.open_session(conn, digest, "p-hoa", stage.now)
    where = account.c.user == stage.users["Hoa"]
    conn.execute(account.update().where(where).values(channel="web", bot="web", user="p-hoa"))


# Files.


def _file(conn: Connection, stage: Stage, **more: Any) -> int:
    row = {"case_id": 1, "person_id": 1, "channel": "fake", "bot": "1", "ref": "gone", "kind": "photo"}
    values = row | {"state": "wanted", "next_at": stage.now} | more
    return conn.execute(insert(case_tables.file).values(values).returning(case_tables.file.c.id)).scalar_one()


async def state_of(stage: Stage, number: int) -> Any:
    query = select(case_tables.file).where(case_tables.file.c.id == number)
    return await stage.running.db.read(lambda conn: conn.execute(query).one())


@pytest.mark.parametrize("kind", ["photo", "voice"])
async def test_a_file_that_was_fetched_is_not_lost(stage: Stage, kind: str) -> None:
    """The page drops its copy when it has handed it over; we died before the row said that it is kept."""
    await petition(stage)
    stage.channel.files["only"] = picture(1)
    number = await stage.running.db.write(lambda conn: _file(conn, stage, ref="only", kind=kind))

    assert await _dying(stage.running.worker, await state_of(stage, number)) == "died"
    del stage.channel.files["only"]
    await stage.running.db.write(lambda conn: files.claim(conn, stage.now))
    await stage.stop()
    await stage.start()
    await stage.quiet()
    row = await state_of(stage, number)
    assert row.state == "kept", row.error
    assert stage.running.media.path(row.sha256).exists()
    assert list((stage.running.media.root / "coming").iterdir()) == []


async def _dying(worker: Worker, row: Any) -> str:
    """What is written after `_kept` is never reached."""
    folder = worker._media.root / "coming" / f"f{row.id}"
    folder.mkdir()
    await worker._kept(row, folder / "raw")
    return "died"


async def test_a_file_asked_for_before_the_restart_is_taken(stage: Stage) -> None:
    """Refused with 409 the page would drop the only copy."""
    await petition(stage)
    await stage.running.db.write(lambda conn: _web_account(conn, stage))
    ref = "p-hoa/photo-0001"
    number = await stage.running.db.write(lambda conn: _file(conn, stage, channel="web", bot="web", ref=ref))
    await stage.stop()
    await stage.start()
    address = f"http://127.0.0.1:{stage.running.port}/web/file/"
    headers = {"Authorization": "Bearer " + "x" * 43}
    async with ClientSession(headers=headers) as http:
        async with http.put(address + ref, data=picture(2)) as answer:
            assert answer.status == 200
        async with http.put(address + "p-hoa/photo-0002", data=picture(2)) as answer:
            assert answer.status == 409, "nobody asked for this one"
    await stage.quiet()
    assert (await state_of(stage, number)).state == "kept"


# Words that waited (rule 14).


async def test_words_released_while_the_database_is_away_still_wait(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = stage.running.app
    await stage.say("Binh", "", "phản ánh")
    await stage.say("Binh", "", WORDS)
    await stage.quiet()
    press = stage.incoming("Binh", tap="d:no", message="1", query="q")

    async def away(work: object) -> None:
        raise OperationalError("", {}, Exception("away"))

    with monkeypatch.context() as broken:
        broken.setattr(stage.running.db, "write", away)
        with pytest.raises(NotStored):
            await app.receive(press)
    await app.receive(press)
    await stage.quiet()
    bodies = await stage.running.db.read(lambda conn: list(conn.scalars(select(case_tables.draft.c.body))))
    assert [body["answers"].get("story") for body in bodies] == [WORDS]


async def test_a_press_and_the_words_it_releases_are_kept_together(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever ends the program between the two, the press is delivered again and the words were not half kept."""
    commits: list[int] = []
    write = stage.running.db.write

    async def counted(work: Any, **more: Any) -> Any:
        commits.append(1)
        return await write(work, **more)

    await stage.say("Binh", "", "phản ánh")
    await stage.say("Binh", "", WORDS)
    await stage.quiet()
    monkeypatch.setattr(stage.running.db, "write", counted)
    await stage.running.app.receive(stage.incoming("Binh", tap="d:no", message="1", query="q"))
    assert commits == [1]
