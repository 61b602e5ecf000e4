"""What was kept long enough ends: bounded, once, with its proof, and the figures stay."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, select

from handlers import retention, summary
from handlers.clock import VN
from storage import cases, files, outbox, privacy
from storage.models import cases as tables
from storage.models.letters import letter
from storage.models.people import access_log, data_request, page_link, web_message
from storage.models.registry import registry_version, setting
from tests.bot.conftest import Open
from tests.bot.office import CADRE, OFFICIAL, Office, id_of, unit_of

OLD = datetime(2024, 10, 1, 3, 0, tzinfo=VN)
STORY = "Nhà bà Zyxwvu bị sụt móng, con trai bà đi viện"
TRACE = "Zyxwvu"


async def told(it: Office, **values: Any) -> tuple[int, int]:
    """A petition with all that names somebody."""
    words: dict[str, Any] = {
        "title": STORY,
        "folded": "nha ba zyxwvu",
        "place": "cạnh nhà bà Zyxwvu",
        "lat": 21.5,
        "lon": 105.8,
        "contact": "bà Zyxwvu 0912345678",
        "answers": {"story": STORY, "category": "giao_thong", "households": 3, "contact": "bà Zyxwvu"},
        "households": 3,
        "state": "answered",
        "made_at": OLD - timedelta(days=5),
        "closed_at": OLD,
    }
    return await it.case(**(words | values))


async def photo(it: Office, case: tuple[int, int], sha256: str) -> None:
    def work(conn: Connection) -> None:
        row = {
            "case_id": case[0],
            "history_id": case[1],
            "person_id": id_of(conn, CADRE),
            "channel": "fake",
            "bot": "1",
        }
        values = {
            "ref": "r",
            "kind": "photo",
            "name": "ba Zyxwvu.jpg",
            "state": "kept",
            "sha256": sha256,
            "shown": True,
        }
        files.add(conn, [row | values])

    await it.write(work)
    path = it.running.media.path(sha256)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"bytes")


async def night(it: Office) -> None:
    """The next two in the morning."""
    local = it.now.astimezone(VN).replace(hour=2, minute=5)
    it.now = local + timedelta(days=local <= it.now)
    await it.tick()
    await it.quiet()


async def everything(it: Office) -> str:
    def work(conn: Connection) -> str:
        return "\n".join(
            repr(tuple(row)) for table in tables.metadata.sorted_tables for row in conn.execute(select(table))
        )

    return await it.read(work)


async def test_a_closed_case_loses_its_words_and_keeps_its_place_in_the_counts(office: Open) -> None:
    async with office() as it:
        await it.account_of(OFFICIAL, "u-hoa")
        case = await told(it)
        await it.move(case[0], "answer", "Đã hẹn bà Zyxwvu")
        await photo(it, case, "a" * 64)
        card = await it.letter("card", OFFICIAL, case)
        await it.quiet()
        await it.write(
            lambda conn: conn.execute(
                insert(web_message).values(chat="u", letter_id=card, body={"text": TRACE}, made_at=it.now)
            )
        )
        week = OLD.isocalendar()
        registry = it.running.app.state.registry
        group = type("Group", (), {"unit_id": await it.read(unit_of), "department_id": None})()
        before = await it.read(lambda conn: summary.build(conn, registry, group, week[0], week[1]))
        assert TRACE in await everything(it)
        await night(it)
        after = await it.read(lambda conn: summary.build(conn, registry, group, week[0], week[1]))
        assert before == after
        assert before["petitions"]["answered"] == 1
        assert TRACE not in await everything(it)
        row = await it.read(lambda conn: cases.get(conn, case[0]))
        assert row is not None
        assert (row.title, row.contact, row.place, row.lat, row.folded) == (
            "Đường sá, cầu cống, biển báo",
            None,
            None,
            None,
            "",
        )
        assert row.answers == {"category": "giao_thong", "households": 3, "story": "(đã xóa theo hạn lưu 24 tháng)"}
        assert (row.households, row.reporter_id) == (3, await it.person(CADRE))
        proof = await it.read(lambda conn: conn.execute(select(tables.anonymised)).one())
        assert (proof.case_id, proof.at, proof.months) == (case[0], it.now, 24)
        assert await it.read(lambda conn: files.of_case(conn, case[0])) == []
        assert not it.running.media.path("a" * 64).exists()


async def test_not_before_its_time_nor_while_it_is_open(office_sqlite: Open) -> None:
    async with office_sqlite() as it:
        day = retention.months_before(it.now, 24)
        young = await told(it, closed_at=day + timedelta(days=2))
        still = await told(it, closed_at=None, state="accepted")
        old = await told(it, closed_at=day)
        await night(it)
        done = await it.read(lambda conn: list(conn.execute(select(tables.anonymised.c.case_id)).scalars()))
        assert done == [old[0]]
        assert {young[0], still[0]}.isdisjoint(done)


async def test_the_communes_own_months(office_sqlite: Open) -> None:
    async with office_sqlite() as it:

        def longer(conn: Connection) -> None:
            conn.execute(setting.update().where(setting.c.name == "retention_months").values(value="36"))
            conn.execute(registry_version.update().values(version=registry_version.c.version + 1))

        await it.write(longer)
        await it.quiet()
        await told(it)
        await night(it)
        assert TRACE in await everything(it)
        it.now += timedelta(days=366)
        await night(it)
        assert TRACE not in await everything(it)
        assert await it.read(lambda conn: conn.execute(select(tables.anonymised.c.months)).scalar_one()) == 36


async def test_what_is_answered_once_more_has_its_own_time(office_sqlite: Open) -> None:
    async with office_sqlite() as it:
        case = await told(it)
        await night(it)
        later = it.now + timedelta(days=1)
        await it.move(case[0], "answer", "Bà Zyxwvu hỏi thêm")
        await it.write(lambda conn: conn.execute(tables.case.update().values(closed_at=later)))
        it.now += timedelta(days=700)
        await night(it)
        assert TRACE in await everything(it)
        it.now += timedelta(days=40)
        await night(it)
        assert TRACE not in await everything(it)
        assert await it.read(lambda conn: conn.execute(select(tables.anonymised.c.at)).scalar_one()) == it.now


async def test_a_shared_picture_stays_for_the_other_case(office: Open) -> None:
    async with office() as it:
        old, young = await told(it), await it.case()
        await photo(it, old, "b" * 64)
        await photo(it, young, "b" * 64)
        await night(it)
        assert it.running.media.path("b" * 64).exists()
        assert len(await it.read(lambda conn: files.of_case(conn, young[0]))) == 1
        assert await it.read(lambda conn: files.of_case(conn, old[0])) == []


async def test_a_picture_waits_while_the_worker_fetches_one(office_sqlite: Open) -> None:
    """It may be about to keep the same content; and a program that died in between takes it up again."""
    async with office_sqlite() as it:
        old, young = await told(it), await it.case()
        await photo(it, old, "c" * 64)
        await photo(it, young, "d" * 64)
        claimed = tables.file.update().where(tables.file.c.case_id == young[0])
        await it.write(lambda conn: conn.execute(claimed.values(state="claimed", next_at=it.now + timedelta(days=9))))
        await night(it)
        assert it.running.media.path("c" * 64).exists()
        await it.write(lambda conn: conn.execute(claimed.values(state="kept", next_at=None)))
        await it.stop()
        await it.start()
        await it.tick()
        assert not it.running.media.path("c" * 64).exists()
        assert it.running.media.path("d" * 64).exists()


async def test_bounded_and_once(office_sqlite: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "EACH_RUN", 2)
    monkeypatch.setattr(retention.run, "__defaults__", (2,))
    async with office_sqlite() as it:
        for _ in range(5):
            await told(it)

        async def count() -> int:
            return len(await it.read(lambda conn: conn.execute(select(tables.anonymised)).all()))

        for expected in (2, 4, 5, 5):
            await night(it) if expected == 2 else await it.tick()
            assert await count() == expected
        version = await it.read(lambda conn: conn.execute(select(tables.case.c.version)).scalars().all())
        await night(it)
        assert await it.read(lambda conn: conn.execute(select(tables.case.c.version)).scalars().all()) == version


async def test_letters_logs_pages_and_requests(office: Open) -> None:
    async with office() as it:
        await it.account_of(OFFICIAL, "u-hoa")
        await it.account_of(CADRE, "u-binh")
        group = await it.group_of("g-xa")
        still = await it.case()
        over = await it.case(state="answered", closed_at=it.now)
        kept = await it.letter("card", OFFICIAL, still)
        gone = await it.letter("card", OFFICIAL, over)
        week = await it.letter("summary", group, params={"titles": [TRACE]})
        key = f"test:{it.made}"
        await it.write(lambda conn: conn.execute(letter.update().values(state="sent", next_at=None)))
        first = it.now

        def more(conn: Connection) -> None:
            who = id_of(conn, CADRE)
            privacy.log(conn, first, who, "web", "open", case_id=still[0])
            conn.execute(
                insert(page_link).values(code_hash="h", person_id=who, page="table", made_at=first, expires_at=first)
            )
            times = {"made_at": first, "reply_by": first, "due_at": first, "answered_at": first}
            row = {"person_id": who, "unit_id": unit_of(conn), "kind": "correct", "state": "done"}
            conn.execute(insert(data_request).values(words=TRACE, answer=TRACE, **row, **times))

        await it.write(more)
        it.now = first + timedelta(days=91)
        await night(it)
        left = {row.id: row.params for row in await it.letters()}
        assert kept in left
        assert gone not in left
        assert left[week] is None, "its key keeps the week from being posted twice"
        again = [{"dedupe": key, "template": "summary", "group_id": group}]
        assert await it.write(lambda conn: outbox.put(conn, it.now, again)) == 0
        assert await it.read(lambda conn: conn.execute(select(page_link)).first()) is None
        assert await it.read(lambda conn: conn.execute(select(access_log)).first()) is not None
        it.now = first + timedelta(days=735)
        await night(it)
        assert await it.read(lambda conn: conn.execute(select(access_log)).first()) is None
        assert TRACE not in await everything(it)
        assert await it.read(lambda conn: conn.execute(select(data_request.c.kind)).scalar_one()) == "correct"


async def test_nothing_of_it_is_left_in_the_files(office_sqlite: Open, tmp_path: Path, readable: None) -> None:
    async with office_sqlite() as it:
        case = await told(it)
        await it.move(case[0], "answer", "Đã hẹn bà Zyxwvu")
        await it.quiet()
        assert TRACE.encode() in b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
        await night(it)
        kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
        assert TRACE.encode() not in kept
        assert b"zyxwvu" not in kept


@given(st.datetimes(datetime(2020, 1, 1), datetime(2040, 12, 31)), st.integers(1, 600))  # noqa: DTZ001 - made aware below
def test_months_before_is_the_same_day_or_the_months_last(moment: datetime, months: int) -> None:
    now = moment.replace(tzinfo=VN)
    then = retention.months_before(now, months)
    assert (now.year - then.year) * 12 + now.month - then.month == months
    assert then.day == now.day or (then + timedelta(days=1)).month != then.month
