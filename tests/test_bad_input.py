"""Whatever comes, in whatever state: nothing raises, nothing is lost, nothing leaks, and in private there is an answer."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from sqlalchemy import Connection, func, select, update

from handlers.messages import Attachment, Contact
from storage.models import cases, people, registry
from tests.bad_input import KINDS, PAYLOADS, QUESTIONS, SECRET, TEXTS, failures, running
from tests.conversation.fake import PLAIN, FakeChannel
from tests.conversation.stage import Stage
from tests.conversation.world import fresh


@pytest.fixture
def prepared(sqlite_url: str) -> str:
    """A database with the sample commune."""
    fresh(sqlite_url)
    return sqlite_url


async def stand_at(stage: Stage, question: str) -> None:
    """Binh is in the middle of a report, at this place."""
    await stage.say("Binh", "", "/cancel")
    await stage.receive("Binh", tap="m:petition_new")

    def work(conn: Connection) -> None:
        row = conn.execute(select(cases.draft).order_by(cases.draft.c.id.desc()).limit(1)).one()
        answers = {"story": "Đường vào xóm lún", "category": "giao_thong"} if question != "story" else {}
        body = {**row.body, "at": question, "answers": answers, "was": "kind" if question == "~cancel" else ""}
        conn.execute(update(cases.draft).where(cases.draft.c.id == row.id).values(body=body))

    await stage.running.db.write(work)
    await stage.quiet()
    stage.news()


async def answered(stage: Stage, who: str, **what: Any) -> None:
    """What was said in private has an answer in private, and nobody else hears of it."""
    await stage.receive(who, **what)
    await stage.quiet()
    heard = {seen.chat for seen in stage.news()}
    assert who in heard, f"silence for {who} after {str(what)[:80]!r}"
    assert not await failures(stage)


@pytest.mark.parametrize("name", TEXTS)
async def test_any_text_at_any_question(prepared: str, name: str) -> None:
    """Also at the review, at the list of answers and while stopping."""
    async with running(prepared) as stage:
        for question in QUESTIONS:
            await stand_at(stage, question)
            await answered(stage, "Binh", text=TEXTS[name])


@pytest.mark.parametrize("name", TEXTS)
async def test_any_text_from_anybody(prepared: str, name: str) -> None:
    """Outside an interview; and in a group, where there is silence unless it is a word and a code."""
    async with running(prepared) as stage:
        for who in ("Binh", "Hoa", "Lan", "Moi", "Cuc"):
            await answered(stage, who, text=TEXTS[name])
            await stage.receive(who, "PKT", text=TEXTS[name])
            await stage.quiet()
            assert all(seen.chat != "PKT" for seen in stage.news())
        assert not await failures(stage)


async def test_where_nothing_can_be_pressed(prepared: str) -> None:
    """The same where choices are numbers: none of these is taken for a choice that was not offered."""
    async with running(prepared, FakeChannel("plain", PLAIN)) as stage:
        for text in TEXTS.values():
            await answered(stage, "Binh", text=text)
        for question in QUESTIONS:
            await stand_at(stage, question)
            await answered(stage, "Binh", text="999")


async def test_any_kind_of_message_at_any_place(prepared: str) -> None:
    """Files with and without words, places, contacts, stickers."""
    async with running(prepared) as stage:
        for question in ("", *QUESTIONS):
            for what in _kinds():
                if question:
                    await stand_at(stage, question)
                else:
                    await stage.say("Binh", "", "/cancel")
                await answered(stage, "Binh", **what)
        for what in _kinds():
            await answered(stage, "Moi", **what)
            await answered(stage, "Cuc", **what)


def _kinds() -> list[dict[str, Any]]:
    names = ("", "\ud800\x00.jpg", "../../etc/passwd", "x" * 5_000)
    found = [{"attachments": (Attachment(kind, f"r-{kind}", f"u-{kind}"),)} for kind in KINDS]  # type: ignore[arg-type]
    found += [{"attachments": (Attachment("photo", f"n{n}", "", name, name, -1),)} for n, name in enumerate(names)]
    found += [{"attachments": (Attachment("photo", "c", "c"),), "text": text} for text in ("xong", TEXTS["html"])]
    found += [{"location": at} for at in ((0.0, 0.0), (-90.0, 180.0))]
    found += [{"contact": Contact(phone, own)} for phone in ("", "abc\x00", "0900000004") for own in (True, False)]
    return [*found, {"unsupported": True}]  # type: ignore[list-item]


async def test_any_payload_from_anybody(prepared: str) -> None:
    """Forged, cut off, of another's draft or case: an answer or a note, never a mistake, never a report's words."""
    async with running(prepared) as stage:
        await stand_at(stage, "kind")
        for who in ("Binh", "Lan", "Moi", "Cuc"):
            for payload in PAYLOADS:
                await stage.receive(who, tap=payload, message="1", query="q")
                await stage.receive(who, "PKT", tap=payload, message="1", query="q")
            await stage.quiet()
            seen = [seen for seen in stage.news() if seen.chat == who]
            assert seen, who
            assert who == "Binh" or not any(SECRET in one.text for one in seen)
        assert not await failures(stage)


async def test_a_button_of_another_person(prepared: str) -> None:
    """Neither the draft nor the case moves, and nothing of them is shown."""
    async with running(prepared) as stage:
        await stand_at(stage, "kind")
        before = await stage.running.db.read(_truth)
        draft = before["draft"][-1]["id"]
        forged = [f"q:{draft}:kind:proposal", f"q:{draft}:kind:~cancel", f"w:{draft}:resume", f"w:{draft}:drop", "f:1"]
        forged += [
            f"c:1:1:{what}" for what in ("open", "files", "accept", "answer", "ask", "forward", "refuse", "reply")
        ]
        forged += ["h:go:1:3:20261125", "h:go:1:3:20301201", "h:off:1", "v:go:1:3:20301201:20301202", "v:end:1"]
        for who in ("Lan", "Moi", "Cuc"):
            for payload in forged:
                await answered(stage, who, tap=payload, message="1", query="q")
                await stage.receive(who, tap=payload)
        await stage.quiet()
        told = [seen for seen in stage.channel.chats.get("u-Lan", []) if SECRET in seen.message.text]
        assert not told
        assert await stage.running.db.read(_truth) == before


def _truth(conn: Connection) -> dict[str, list[dict[str, Any]]]:
    tables = (cases.draft, cases.case, cases.history, people.consent, registry.handover, registry.absence)
    return {table.name: [dict(row._mapping) for row in conn.execute(select(table)).all()] for table in tables}


async def test_buttons_in_the_wrong_order(prepared: str) -> None:
    """Every button of a report pressed long after its question, and again after it was sent."""
    async with running(prepared) as stage:
        await stand_at(stage, "kind")
        number = (await stage.running.db.read(_truth))[cases.draft.name][-1]["id"]
        taps = [
            f"q:{number}:{place}:{name}" for place in QUESTIONS for name in ("~send", "~back", "~done", "~drop", "zz")
        ]
        for tap in [tap for tap in taps if "~cancel:~drop" not in tap]:
            await answered(stage, "Binh", tap=tap, query="q")
        await stage.say("Binh", "", "/cancel")
        await answered(stage, "Binh", tap=f"w:{number}:drop", query="q")
        for tap in taps:
            await answered(stage, "Binh", tap=tap, query="q")
        assert len((await stage.running.db.read(_truth))[cases.case.name]) == 1


async def test_markup_comes_through_as_typed(prepared: str) -> None:
    """In every text of the form, to the card of the official: nothing is taken for markup and nothing is lost."""
    async with running(prepared) as stage:
        typed = [TEXTS["html"], TEXTS["markdown"], TEXTS["braces"]]
        steps = [
            "phản ánh",
            typed[0],
            "khac",
            "1",
            "1",
            typed[1],
            "bỏ qua",
            "bỏ qua",
            "3",
            "1",
            typed[2],
            "bỏ qua",
            "gửi",
        ]
        await stage.join("Tam", "mau-van-phong-1")
        for text in steps:
            await stage.say("Binh", "", text)
        await stage.quiet()
        (card,) = [seen.text for seen in stage.news() if seen.chat == "Tam"]
        assert all(text in card for text in typed)
        await stage.say("Tam", "", f"trả lời kn2 {typed[0]} {typed[2]}")
        await stage.quiet()
        assert any(f"{typed[0]} {typed[2]}" in seen.text for seen in stage.news() if seen.chat == "Binh")
        assert not await failures(stage)


async def test_the_same_update_five_times(prepared: str) -> None:
    """One report, one answer each, one letter each."""
    async with running(prepared) as once:
        usual, heard = _without_times(await once.running.db.read(_truth)), _said(once)
    url = prepared.replace("danvan.sqlite3", "again.sqlite3")
    fresh(url)
    async with running(url, times=5) as again:
        assert _without_times(await again.running.db.read(_truth)) == usual
        assert _said(again) == heard


def _without_times(truth: dict[str, list[dict[str, Any]]]) -> Any:
    return json.loads(json.dumps(truth, default=str))


def _said(stage: Stage) -> dict[str, list[str]]:
    return {chat: [one.message.text for one in seen] for chat, seen in stage.channel.chats.items()}


UNSTORABLE = "a\x00b\ud800c"


async def test_what_postgresql_refuses_never_reaches_it(database_url: str) -> None:
    """NUL and half surrogates, in every field a messenger fills."""
    fresh(database_url)
    async with running(database_url) as stage:
        await stand_at(stage, "story")
        file = Attachment("photo", "r" + UNSTORABLE, "u" + UNSTORABLE, UNSTORABLE, UNSTORABLE)
        for what in (
            {"text": f"Đường {UNSTORABLE} hỏng nặng"},
            {"attachments": (file,), "text": UNSTORABLE},
            {"attachments": (file,), "album": UNSTORABLE, "message": UNSTORABLE},
            {"text": "abc", "reply_to": UNSTORABLE},
            {"contact": Contact(UNSTORABLE, own=True)},
            {"tap": UNSTORABLE, "query": UNSTORABLE},
            {"text": "abc", "nickname": UNSTORABLE, "language": UNSTORABLE},
        ):
            await stage.receive("Binh", **what)
            await stage.receive("Moi", **what)
            await stage.receive("Hoa", "PKT", **what)
        await stage.quiet()
        assert not await failures(stage)
        for row in (await stage.running.db.read(_truth))[cases.draft.name]:
            assert not any(bad in json.dumps(row["body"], ensure_ascii=False) for bad in "\x00\ud800")


async def test_two_officials_at_the_same_moment(database_url: str) -> None:
    """Truly at once: one accepts, the other is told who; history has one row of it."""
    fresh(database_url)
    async with running(database_url) as stage:
        await stage.join("Nam", "mau-pkt-2")
        await asyncio.gather(*(stage.receive(who, tap="c:1:1:accept", query="q") for who in ("Hoa", "Nam")))
        await stage.quiet()
        notes = sorted(seen.text for seen in stage.news() if seen.mark == "!")
        assert len(notes) == 2
        assert any("đã tiếp nhận lúc" in note for note in notes)

        def accepted(conn: Connection) -> int:
            where = cases.history.c.action == "accept"
            return conn.execute(select(func.count()).select_from(cases.history).where(where)).scalar_one()

        assert await stage.running.db.read(accepted) == 1
        assert not await failures(stage)
