"""The table page in a browser, on a phone and on a desktop: lists, filters, an opened case, its end."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from secrets import token_urlsafe

import pytest
from playwright.async_api import async_playwright, expect

from storage import pages
from tests.bot.office import OFFICIAL, Office, id_of
from tests.conversation.fake import BUTTONS, FakeChannel
from tests.conversation.world import fresh


@pytest.mark.parametrize(
    "size", [{"width": 360, "height": 740}, {"width": 1280, "height": 800}], ids=["phone", "desktop"]
)
async def test_from_the_link_to_a_case(chromium: str, sqlite_url: str, tmp_path: Path, size: dict[str, int]) -> None:
    fresh(sqlite_url)
    office = Office(sqlite_url, tmp_path / "media", channel=FakeChannel("fake", BUTTONS))
    await office.start()
    try:
        for number in range(30):
            await office.case(
                title=f"Cầu số {number} hỏng", folded=f"cau so {number} hong", answers={"story": "Hai ván mục"}
            )
        await office.case(title="Mương tắc", folded="muong tac", due_at=office.now - timedelta(days=2))
        code = token_urlsafe(24)
        await office.write(lambda conn: pages.make_link(conn, code, id_of(conn, OFFICIAL), "table", office.now))
        async with async_playwright() as play:
            browser = await play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            context = await browser.new_context(viewport=size, locale="vi-VN")  # type: ignore[arg-type]
            problems: list[str] = []
            context.on("weberror", lambda error: problems.append(str(error.error)))
            context.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
            page = await context.new_page()
            await page.goto(f"http://127.0.0.1:{office.running.port}/t/{code}")
            lines = page.locator("tbody tr")
            await expect(lines).to_have_count(25)
            await expect(lines.first).to_contain_text("quá 2 ngày")
            assert await page.evaluate("document.documentElement.scrollWidth") <= size["width"], (
                "nothing beside the screen"
            )
            await page.get_by_role("button", name="Xem thêm").or_(page.locator("#more")).first.click()
            await expect(lines).to_have_count(6)
            await page.locator("#lists button", has_text="Quá hạn (1)").click()
            await expect(lines).to_have_count(1)
            await lines.first.click()
            await expect(page.locator("dialog[open] #case-text")).to_contain_text("Mương tắc")
            await page.locator("#close").click()
            await page.locator("#lists button", has_text="Tất cả việc chưa xong").click()
            await page.locator("input[name=words]").fill("cầu số 17")
            await expect(lines).to_have_count(1)
            await expect(lines.first).to_contain_text("Cầu số 17 hỏng")
            assert problems == []
            office.now += timedelta(hours=13)
            await page.locator("input[name=words]").fill("mương")
            await expect(page.locator("#say")).to_contain_text("bảng việc")
            await expect(page.locator("#table")).to_be_hidden()
            await browser.close()
    finally:
        await office.close()
