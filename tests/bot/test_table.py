"""The table page over real HTTP: its link opens once, it shows what the rights table allows, and openings are written down."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from secrets import token_urlsafe
from typing import Any

import pytest
from aiohttp import ClientSession
from sqlalchemy import Connection, select

from storage import pages
from storage.models.people import access_log, page_link, page_session
from storage.sealing import Seal
from tests.bot.conftest import Open
from tests.bot.office import CADRE, OFFICIAL, Office, department_of, id_of

CHAIR, OTHER = "mau-chu-tich", "mau-pvhxh-1"


@dataclass
class Page:
    """One browser."""

    office: Office
    http: ClientSession
    token: str = field(default_factory=lambda: token_urlsafe(32))

    async def call(self, path: str, code: str | None = None, **headers: str) -> tuple[int, Any]:
        base = f"http://127.0.0.1:{self.office.running.port}"
        given = {"Authorization": f"Bearer {self.token}", **headers}
        body = {"json": {"code": code}} if code is not None else {}
        method = "POST" if code is not None else "GET"
        async with self.http.request(method, base + path, headers=given, **body) as answer:
            is_json = answer.content_type == "application/json"
            return answer.status, await answer.json() if is_json else await answer.text()

    async def enter(self, code: str) -> tuple[int, Any]:
        return await self.call("/web/table/enter", code)

    async def rows(self, **asked: str) -> list[str]:
        status, found = await self.call("/web/table/rows?" + "&".join(f"{k}={v}" for k, v in asked.items()))
        assert status == 200, found
        return [row["code"] for row in found["rows"]]


@asynccontextmanager
async def page_of(office: Office, who: str) -> AsyncIterator[Page]:
    async with ClientSession() as http:
        page = Page(office, http)
        assert (await page.enter(await link(office, who)))[0] == 200
        yield page


async def link(office: Office, who: str, **ago: float) -> str:
    code = token_urlsafe(24)

    def work(conn: Connection) -> None:
        pages.make_link(conn, code, id_of(conn, who), "table", office.now - timedelta(**ago))

    await office.write(work)
    return code


async def test_a_link_opens_once_and_again_only_in_the_same_browser(office: Open) -> None:
    async with office() as it, ClientSession() as http:
        code, mine, other = await link(it, OFFICIAL), Page(it, http), Page(it, http)
        assert (await mine.call(f"/t/{code}"))[0] == 200, "looking at it does not spend it"
        status, given = await mine.enter(code)
        assert status == 200
        assert given["name"]
        assert (await mine.enter(code))[0] == 200, "the answer may have been lost"
        status, no = await other.enter(code)
        assert (status, no["error"]) == (404, "link")
        assert "bảng việc" in no["say"]
        assert (await other.call("/web/table/rows"))[0] == 401


@pytest.mark.parametrize("code", ["", "x", "A" * 32, "../../etc/passwd", "'; DROP TABLE page_link"])
async def test_what_is_no_link(office_sqlite: Open, code: str) -> None:
    async with office_sqlite() as it, ClientSession() as http:
        assert (await Page(it, http).enter(code))[0] == 404


async def test_an_old_link_and_a_session_that_ends(office: Open) -> None:
    async with office() as it, ClientSession() as http:
        assert (await Page(it, http).enter(await link(it, OFFICIAL, minutes=31)))[0] == 404
        async with page_of(it, OFFICIAL) as page:
            await it.later(hours=13)
            assert (await page.call("/web/table/rows"))[0] == 401
            await it.write(lambda conn: pages.purge(conn, it.now))
            left = await it.read(lambda conn: [*conn.execute(select(page_link)), *conn.execute(select(page_session))])
            assert left == []


async def test_a_cadre_has_no_table(office_sqlite: Open) -> None:
    async with office_sqlite() as it, ClientSession() as http:
        assert (await Page(it, http).enter(await link(it, CADRE)))[0] == 404


async def test_ten_wrong_links_and_it_waits(office_sqlite: Open) -> None:
    async with office_sqlite() as it, ClientSession() as http:
        page = Page(it, http)
        for _ in range(10):
            assert (await page.enter("B" * 32))[0] == 404
        assert (await page.enter(await link(it, OFFICIAL)))[0] == 429


async def test_another_site_is_refused(office_sqlite: Open) -> None:
    async with office_sqlite() as it, page_of(it, OFFICIAL) as page:
        assert (await page.call("/web/table/rows", Origin="https://evil.example"))[0] == 403


async def test_lists_and_filters(office: Open) -> None:
    async with office() as it:
        await it.case()
        await it.case(holder=OFFICIAL, state="accepted", title="Mương tắc", folded="muong tac", category="moi_truong")
        await it.case(state="new", due_at=it.now - timedelta(days=1))
        await it.case(state="answered", closed_at=it.now)
        async with page_of(it, OFFICIAL) as page:
            _status, given = await page.enter("C" * 32)  # this browser is in already
            assert given["counts"] == {"mine": 1, "new": 2, "overdue": 1, "asked": 0, "open": 3}
            assert await page.rows(list="open") == ["KN-0003", "KN-0001", "KN-0002"]
            assert await page.rows(list="mine") == ["KN-0002"]
            assert await page.rows(list="overdue") == ["KN-0003"]
            assert await page.rows(list="closed") == ["KN-0004"]
            assert await page.rows(list="open", words="MƯƠNG") == ["KN-0002"]
            assert await page.rows(list="open", words="kn3") == ["KN-0003"]
            assert await page.rows(list="open", category="moi_truong") == ["KN-0002"]
            assert await page.rows(list="open", person="khong co ai") == []
            assert await page.rows(list="nonsense", page="99999999", hamlet="x", category="y") != []
            hamlets = {name: key for key, name in given["hamlets"]}
            assert len(await page.rows(list="open", hamlet=str(hamlets["Xóm Đồng Mây"]))) == 3
            assert await page.rows(list="open", hamlet=str(hamlets["Xóm Suối Trong"])) == []


async def test_nobody_sees_what_is_not_theirs(office: Open) -> None:
    async with office() as it:
        (mine, _), (theirs, _) = await it.case(), await it.case()
        await it.write(lambda conn: move(conn, theirs))
        async with page_of(it, OFFICIAL) as page, page_of(it, OTHER) as other, page_of(it, CHAIR) as chair:
            assert await page.rows(list="open") == ["KN-0001"]
            assert await other.rows(list="open") == ["KN-0002"]
            assert await chair.rows(list="open") == ["KN-0001", "KN-0002"]
            assert (await page.call(f"/web/table/case/{mine}"))[0] == 200
            for number in (theirs, 999, "x", "9" * 30):
                status, no = await page.call(f"/web/table/case/{number}")
                assert (status, no["error"]) == (404, "case")
            assert (await page.call("/web/table/photo/" + "a" * 64))[0] == 404


def move(conn: Connection, case_id: int) -> None:
    from storage import cases

    cases.change(conn, case_id, 1, department_id=department_of(conn, "PVHXH"))


async def test_who_opened_it_is_written_down(office: Open) -> None:
    async with office() as it:
        case, _ = await it.case(contact="0987650123", answers={"story": "Cầu xóm hỏng từ lâu"})
        async with page_of(it, OFFICIAL) as page:
            _status, found = await page.call(f"/web/table/case/{case}")
        assert "Cầu xóm hỏng từ lâu" in found["text"]
        assert "0987650123" in found["text"]
        assert found["act"]
        (row,) = await it.read(lambda conn: list(conn.execute(select(access_log)).all()))
        assert (row.action, row.channel, row.case_id) == ("table", "web", case)
        assert row.person_id == await it.person(OFFICIAL)
        assert row.about_id == await it.person(CADRE)


async def test_a_sealed_case_is_read_by_whom_it_concerns(office: Open) -> None:
    async with office() as it:
        await it.case(category="ma_tuy", title=Seal("Chuyện kín"), folded="")
        async with page_of(it, OFFICIAL) as page:
            _status, found = await page.call("/web/table/rows?list=open")
        assert [row["what"] for row in found["rows"]] == ["Chuyện kín"]
