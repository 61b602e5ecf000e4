"""The page of the web chat in a real Chromium: what a person with a thumb and a weak network meets."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from handlers.messages import Button, Outgoing
from tests.web_world import CODE, GROUP, NO, YES, World, running, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]  # one browser for all of them
ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
]  # fmt: skip
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}
PHONES = {"cadre": ("pcadre", ("pcadre",)), "official": ("pofficial", ("pofficial",)), "group": ("pofficial", (GROUP,))}
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
EMPTY_STORE = """async () => {
  const db = await new Promise((done) => { const r = indexedDB.open("danvan"); r.onsuccess = () => done(r.result); });
  const all = (name) => new Promise((done) => { const r = db.transaction(name).objectStore(name).getAll(); r.onsuccess = () => done(r.result); });
  const found = { queue: (await all("queue")).length, files: (await all("files")).length };
  db.close();
  return found;
}"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def program(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as play:
        yield await play.chromium.launch(executable_path=chromium, args=ARGS)


@asynccontextmanager
async def browser(program: Browser, **options: Any) -> AsyncIterator[BrowserContext]:
    """A browser of its own as far as a page can tell; a script's mistake or a policy's refusal fails the test."""
    context = await program.new_context(**{"viewport": PHONE, "locale": "vi-VN", **options})
    context.set_default_timeout(15_000)
    expect.set_options(timeout=15_000)
    problems: list[str] = []
    context.on("weberror", lambda error: problems.append(str(error.error)))
    context.on("console", lambda said: problems.append(said.text) if "Content Security Policy" in said.text else None)
    try:
        yield context
    finally:
        await context.close()
    assert problems == []


@pytest_asyncio.fixture(loop_scope="module")
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with running(tmp_path) as here:
        yield here


@pytest_asyncio.fixture(loop_scope="module")
async def context(program: Browser) -> AsyncIterator[BrowserContext]:
    where = {"latitude": 21.6, "longitude": 105.8}
    async with browser(program, has_touch=True, is_mobile=True, geolocation=where) as here:
        yield here


@pytest_asyncio.fixture(loop_scope="module")
async def page(world: World, context: BrowserContext) -> Page:
    """Entered by the invite link, greeted."""
    page = await context.new_page()
    await page.goto(f"{world.base}/i/{CODE}")
    await page.get_by_role("button", name="Vào", exact=True).click()
    await expect(page.locator(".row")).to_have_count(1)
    return page


def user(world: World) -> str:
    return world.program.got[0].user


async def write(page: Page, words: str) -> None:
    await page.locator("#text").fill(words)
    await page.get_by_role("button", name="Gửi", exact=True).click()


def mine(page: Page, words: str) -> Any:
    return page.locator(".row.mine", has_text=words)


async def test_by_the_invite_link_and_a_tap(world: World, page: Page) -> None:
    assert page.url == f"{world.base}/chat"  # the code has left the address
    assert world.program.got[0].text == f"/start {CODE}"
    await expect(page.get_by_role("log")).to_contain_text("Đã nhận")


async def test_opening_the_link_alone_uses_nothing_up(world: World, context: BrowserContext) -> None:
    page = await context.new_page()
    await page.goto(f"{world.base}/i/{CODE}")
    await expect(page.get_by_role("button", name="Vào", exact=True)).to_be_visible()
    assert world.program.got == []


async def test_a_wrong_link_says_whom_to_ask(world: World, context: BrowserContext) -> None:
    page = await context.new_page()
    await page.goto(f"{world.base}/i/WRONG23456")
    await page.get_by_role("button", name="Vào", exact=True).click()
    await expect(page.get_by_role("alert").first).to_contain_text("văn phòng xã")


async def test_a_lost_answer_to_entering_enters_once(world: World, context: BrowserContext) -> None:
    page = await context.new_page()

    async def lose(route: Any) -> None:
        await route.fetch()
        await route.abort()

    await page.route("**/web/enter", lose, times=1)
    await page.goto(f"{world.base}/i/{CODE}")
    await page.get_by_role("button", name="Vào", exact=True).click()
    await expect(page.locator(".door .trouble")).not_to_be_empty()
    await page.reload()
    await page.get_by_role("button", name="Vào", exact=True).click()
    await expect(page.locator(".row")).to_have_count(1)
    assert len(world.program.got) == 1


async def test_typing_and_tapping(world: World, page: Page) -> None:
    await write(page, "Đường vào xóm bị sạt lở")
    await expect(mine(page, "sạt lở").locator(".tick.sent")).to_be_visible()
    await expect(page.locator(".row", has_text="Đã nhận: Đường vào xóm")).to_be_visible()
    await page.get_by_role("button", name="Đúng").last.click()
    await until(lambda: world.program.got[-1].tap == "k:yes")
    assert world.program.got[-1].message.isdecimal()
    await expect(page.locator(".row", has_text="Đã nhận: k:yes")).to_be_visible()
    await expect(page.locator(".row.mine")).to_have_count(1)  # the answer says what was chosen
    assert await page.evaluate(EMPTY_STORE) == {"queue": 0, "files": 0}


async def test_a_double_tap_is_one_tap(world: World, page: Page) -> None:
    await page.get_by_role("button", name="Đúng").dblclick()
    await expect(page.locator(".row", has_text="Đã nhận: k:yes")).to_be_visible()
    assert [m.tap for m in world.program.got].count("k:yes") == 1


async def test_a_tap_without_network_is_seen_to_wait(world: World, context: BrowserContext, page: Page) -> None:
    await context.set_offline(True)
    await page.get_by_role("button", name="Đúng").click()
    await expect(mine(page, "Đúng").locator(".tick.queued")).to_be_visible()
    await context.set_offline(False)
    await expect(page.locator(".row", has_text="Đã nhận: k:yes")).to_be_visible()
    await expect(page.locator(".row.mine")).to_have_count(0)


async def test_a_question_longer_than_the_screen_is_shown_from_its_beginning(world: World, page: Page) -> None:
    lines = tuple((Button(f"Lĩnh vực số {number}", f"q:1:c:{number}"),) for number in range(20))
    await world.channel.send(Outgoing(world.to(user(world)), "Phiếu · 2/10\nViệc này thuộc lĩnh vực nào?", lines))
    await expect(page.locator(".text", has_text="Việc này thuộc lĩnh vực nào?")).to_be_in_viewport()
    await expect(page.locator(".progress")).to_have_attribute("aria-label", "2/10")
    await page.get_by_role("button", name="Xuống tin mới nhất").click()
    await expect(page.get_by_role("button", name="Lĩnh vực số 19")).to_be_in_viewport()


async def test_old_buttons_look_old_and_still_work(world: World, page: Page) -> None:
    await write(page, "Một")
    await expect(page.locator(".row", has_text="Đã nhận: Một")).to_be_visible()
    assert await page.locator(".row.stale").count() == 1
    await page.locator(".row.stale").get_by_role("button", name="Không").click()
    await until(lambda: world.program.got[-1].tap == "k:no")


async def test_without_network_words_wait_and_arrive_once_in_order(
    world: World, context: BrowserContext, page: Page
) -> None:
    await context.set_offline(True)
    await expect(page.locator("#banner")).to_contain_text("Chưa có mạng")
    for words in ("Một", "Hai", "Ba"):
        await write(page, words)
    await expect(page.locator(".tick.queued")).to_have_count(3)
    assert len(world.program.got) == 1
    await context.set_offline(False)
    await expect(page.locator(".tick.queued")).to_have_count(0)
    await expect(page.locator("#banner")).to_be_hidden()
    assert [m.text for m in world.program.got[1:]] == ["Một", "Hai", "Ba"]


async def test_what_waits_survives_closing_the_page(world: World, context: BrowserContext, page: Page) -> None:
    world.program.down = True
    await write(page, "Chưa gửi được")
    await expect(mine(page, "Chưa gửi được").locator(".tick.queued")).to_be_visible()
    await page.close()
    world.program.down = False
    again = await context.new_page()
    await again.goto(f"{world.base}/chat")
    await expect(mine(again, "Chưa gửi được").locator(".tick.sent")).to_be_visible()
    assert [m.text for m in world.program.got].count("Chưa gửi được") == 1


async def test_a_lost_acknowledgement_doubles_nothing(world: World, page: Page) -> None:
    lost: list[str] = []

    async def lose(route: Any) -> None:
        await route.fetch()  # the server has it
        lost.append(route.request.post_data)
        await route.abort()

    await page.route("**/web/send", lose, times=2)
    await write(page, "Chỉ một lần")
    await expect(mine(page, "Chỉ một lần").locator(".tick.sent")).to_be_visible()
    assert len({json.loads(body)["id"] for body in lost}) == 1
    assert [m.text for m in world.program.got].count("Chỉ một lần") == 1
    await expect(page.locator(".row", has_text="Đã nhận: Chỉ một lần")).to_have_count(1)
    await expect(mine(page, "Chỉ một lần")).to_have_count(1)


async def test_one_refused_message_does_not_hold_up_the_next(world: World, page: Page) -> None:
    async def refuse(route: Any) -> None:
        await route.fulfill(status=413, json={"error": "big", "say": "Tin quá dài."})

    await page.route("**/web/send", refuse, times=1)
    await write(page, "Bị từ chối")
    await write(page, "Được nhận")
    await expect(page.locator(".row", has_text="Đã nhận: Được nhận")).to_be_visible()
    await expect(mine(page, "Bị từ chối")).to_contain_text("Tin quá dài.")


async def test_reloading_keeps_the_conversation(world: World, page: Page) -> None:
    await write(page, "Trước khi tải lại")
    await expect(page.locator(".row", has_text="Đã nhận: Trước")).to_be_visible()
    before = await page.locator(".row .text").all_text_contents()
    await page.reload()
    await expect(page.locator(".row")).to_have_count(3)
    assert await page.locator(".row .text").all_text_contents() == before


async def test_words_arrive_while_streams_are_held_back(world: World, context: BrowserContext) -> None:
    page = await context.new_page()
    await page.clock.install()

    async def hold(route: Any) -> None:
        if "poll=1" in route.request.url:
            await route.continue_()
        else:
            await route.fulfill(status=200, content_type="text/event-stream", body=": nothing yet\n\n")

    await page.route("**/web/events?**", hold)
    await page.goto(f"{world.base}/i/{CODE}")
    await page.get_by_role("button", name="Vào", exact=True).click()
    await expect(page.locator("textarea")).to_be_visible()
    arrived = page.locator(".row", has_text="Đã nhận")
    for _ in range(40):
        if await arrived.count():
            break
        await page.clock.run_for(3000)
        await asyncio.sleep(0.1)  # the page's clock is ours, the network's is not: let its answers come in between
    await expect(arrived).to_be_visible()


@pytest.mark.parametrize(
    "nasty",
    [
        "<img src=x onerror=document.title='hit'>",
        "<script>document.title='hit'</script>",
        "**đậm** [a](javascript:alert(1))",
        "&lt;b&gt; \u202e abc",
    ],
)
async def test_markup_is_shown_as_typed(world: World, page: Page, nasty: str) -> None:
    await write(page, nasty)
    await expect(page.locator(".row", has_text="Đã nhận: ").last.locator(".text")).to_have_text(f"Đã nhận: {nasty}")
    await world.channel.send(Outgoing(world.to(user(world)), f"A {nasty}", ((Button(nasty[:60], "k:yes"),),)))
    await expect(page.locator(".row:not(.mine) .text").last).to_have_text(f"A {nasty}")
    await expect(page.locator(".row.mine .text").last).to_have_text(nasty)
    assert await page.locator("#log img, #log script").count() == 0
    assert await page.title() != "hit"


async def test_an_edited_card_changes_in_its_place(world: World, page: Page) -> None:
    sent = await world.channel.send(Outgoing(world.to(user(world)), "Chưa ai nhận", ((YES,),)))
    await expect(page.locator(".row", has_text="Chưa ai nhận")).to_be_visible()
    await world.channel.send(Outgoing(world.to(user(world)), "Đã có người nhận", edit=sent.external))
    await expect(page.locator(".row", has_text="Đã có người nhận")).to_be_visible()
    await expect(page.locator(".row", has_text="Chưa ai nhận")).to_have_count(0)


async def test_a_letter_counts_once_the_page_has_it(world: World, context: BrowserContext, page: Page) -> None:
    await page.goto("about:blank")
    await world.channel.send(Outgoing(world.to(user(world)), "Đã có trả lời"), letter=9)
    assert world.arrived == []
    await page.goto(f"{world.base}/chat")
    await until(lambda: world.arrived == [9])


async def test_a_private_refusal_must_be_read(world: World, page: Page) -> None:
    await page.get_by_role("button", name="Đúng").click()
    await until(lambda: world.program.got[-1].tap)
    await world.channel.send(
        Outgoing(world.to(user(world)), toast="Việc này của phòng khác.", query=world.program.got[-1].query, alert=True)
    )
    await expect(page.get_by_role("dialog")).to_contain_text("Việc này của phòng khác.")
    await page.get_by_role("button", name="Đã rõ").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_an_album_is_previewed_then_handed_over_when_asked_for(world: World, page: Page, tmp_path: Path) -> None:
    for name in ("a.png", "b.png", "c.png"):
        (tmp_path / name).write_bytes(PIXEL)
    await page.locator("#pick-photo").set_input_files([tmp_path / name for name in ("a.png", "b.png", "c.png")])
    await expect(page.locator(".thumb")).to_have_count(3)
    await page.get_by_role("button", name="Bỏ tệp này").first.click()
    await expect(page.locator(".thumb")).to_have_count(2)
    await write(page, "Hai ảnh")
    await expect(mine(page, "Hai ảnh").locator("img")).to_have_count(2)
    await expect(mine(page, "Hai ảnh").locator(".tick.sent")).to_be_visible()
    got = world.program.got[-1]
    assert [(file.kind, file.mime, file.size) for file in got.attachments] == [("photo", "image/png", len(PIXEL))] * 2
    assert await page.evaluate(EMPTY_STORE) == {"queue": 0, "files": 2}
    assert not (tmp_path / "coming").exists()  # nothing was fetched before its report was settled
    for number, file in enumerate(got.attachments):
        await kept(world, file.ref, tmp_path / f"kept{number}")
        assert (tmp_path / f"kept{number}").read_bytes() == PIXEL
    await until_empty(page)


async def kept(world: World, ref: str, into: Path) -> None:
    """What the worker does: ask, wait, ask again."""
    from bot.channels.errors import NotYet

    with pytest.raises(NotYet):
        await world.channel.fetch(ref, into)
    await until(lambda: any((world.folder / "coming").glob("*.file")))
    await world.channel.fetch(ref, into)


async def until_empty(page: Page) -> None:
    await page.wait_for_function(f"async () => (await ({EMPTY_STORE})()).files === 0")


async def test_a_file_too_big_is_refused_before_it_travels(world: World, page: Page, tmp_path: Path) -> None:
    (tmp_path / "big.pdf").write_bytes(bytes(21 * 2**20))
    await page.locator("#pick-document").set_input_files(tmp_path / "big.pdf")
    await expect(page.locator(".toast")).to_contain_text("20 MB")
    await expect(page.locator(".thumb")).to_have_count(0)


async def test_a_voice_message(world: World, page: Page) -> None:
    await page.get_by_role("button", name="Ghi âm").click()
    await expect(page.locator("#recorder")).to_contain_text("Đang ghi âm")
    await expect(page.locator("#recorder time")).to_have_text(re.compile("0:0[1-9]"))
    await page.get_by_role("button", name="Dừng và nghe lại").click()
    await expect(page.locator(".thumb audio")).to_have_count(1)
    await page.get_by_role("button", name="Gửi", exact=True).click()
    await until(lambda: world.program.got[-1].attachments)
    (file,) = world.program.got[-1].attachments
    assert (file.kind, file.mime.split("/")[0]) == ("voice", "audio")


async def test_a_place(world: World, context: BrowserContext, page: Page) -> None:
    await context.grant_permissions(["geolocation"])
    await page.get_by_role("button", name="Đính kèm").click()
    await page.get_by_role("menuitem", name="Vị trí của tôi").click()
    await until(lambda: world.program.got[-1].location == (21.6, 105.8))


async def test_replying_and_correcting(world: World, page: Page) -> None:
    await page.locator(".row:not(.mine) .more").first.click()
    await page.get_by_role("dialog").get_by_role("button", name="Trả lời").click()
    await expect(page.locator("#quote")).to_contain_text("Đã nhận")
    await write(page, "Trả lời đây")
    await until(lambda: world.program.got[-1].text == "Trả lời đây")
    assert world.program.got[-1].reply_to.isdecimal()
    await mine(page, "Trả lời đây").locator(".more").click()
    await page.get_by_role("dialog").get_by_role("button", name="Sửa").click()
    await expect(page.locator("#text")).to_have_value("Trả lời đây")
    await write(page, "Trả lời khác")
    await until(lambda: world.program.got[-1].edited)
    assert world.program.got[-1].message == world.program.got[-2].message
    await expect(mine(page, "Trả lời khác")).to_contain_text("đã sửa")


async def test_the_keyboard_is_enough(world: World, program: Browser) -> None:
    async with browser(program, viewport=DESK) as context:
        page = await context.new_page()
        await page.goto(f"{world.base}/i/{CODE}")
        await page.get_by_role("button", name="Vào", exact=True).focus()
        await page.keyboard.press("Enter")
        await expect(page.locator(".row")).to_have_count(1)
        await page.locator("#text").focus()
        await page.keyboard.type("Hai")
        await page.keyboard.press("Shift+Enter")
        await page.keyboard.type("dòng")
        await page.keyboard.press("Enter")
        await until(lambda: world.program.got[-1].text == "Hai\ndòng")
        await expect(page.locator(".row", has_text="Đã nhận: Hai")).to_be_visible()
        await page.keyboard.press("Shift+Tab")  # the plus
        await page.keyboard.press("Shift+Tab")  # past the newest bubble's last button
        await page.keyboard.press("Shift+Tab")
        await page.keyboard.press("Enter")
        await until(lambda: world.program.got[-1].tap)


async def test_two_chats_and_a_mark_on_the_other(world: World, page: Page) -> None:
    world.seers.add((user(world), GROUP))
    await page.reload()
    await expect(page.get_by_role("button", name="Tổ Văn hoá")).to_be_visible()
    await world.channel.send(Outgoing(world.to(GROUP), "Việc mới của nhóm"))
    await expect(page.locator(".tabs .news")).to_have_text("Tổ Văn hoá")
    await page.get_by_role("button", name="Tổ Văn hoá").click()
    await expect(page.locator(".row")).to_have_text(re.compile("Việc mới của nhóm"))
    await write(page, "nhận KN12")
    await until(lambda: world.program.got[-1].chat == GROUP)


async def test_english_larger_text_and_leaving(world: World, page: Page) -> None:
    await page.get_by_role("button", name="Cài đặt").click()
    await page.get_by_role("button", name="English").click()
    await expect(page.locator("#text")).to_have_attribute("placeholder", "Write a message…")
    await page.get_by_role("button", name="Settings").click()
    await page.get_by_role("button", name="Larger text").click()
    await page.wait_for_function("getComputedStyle(document.documentElement).fontSize === '22px'")
    await page.get_by_role("button", name="Settings").click()
    await page.get_by_role("button", name="Sign out on this device").click()
    await page.get_by_role("dialog").get_by_role("button", name="Sign out on this device").click()
    await expect(page.locator("#door")).to_contain_text("invite link")
    assert await page.evaluate("Object.keys(localStorage).filter((name) => name.includes('token'))") == []


async def test_the_page_opens_without_network_and_keeps_what_is_written(
    world: World, context: BrowserContext, page: Page
) -> None:
    await page.evaluate("navigator.serviceWorker.ready")
    await page.wait_for_function("caches.has('danvan-shell-1')")
    await context.set_offline(True)
    await page.reload()
    await write(page, "Viết khi mở lại không mạng")
    await expect(page.locator(".tick.queued")).to_have_count(1)
    await context.set_offline(False)
    await expect(page.locator(".row", has_text="Đã nhận: Viết khi mở lại")).to_be_visible()


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desktop"])
async def test_nothing_is_cut_off_and_everything_has_a_name(
    world: World, program: Browser, tmp_path: Path, viewport: dict[str, int]
) -> None:
    async with browser(program, viewport=viewport) as context:
        page = await context.new_page()
        await page.goto(f"{world.base}/i/{CODE}")
        await page.get_by_role("button", name="Vào", exact=True).click()
        await expect(page.locator(".row")).to_have_count(1)
        long = "Mộttừdàikhôngdấucách" * 12
        await world.channel.send(
            Outgoing(world.to(user(world)), f"3/8 {long}", ((Button(long[:60], "q:1:a:b"),), (YES, NO)))
        )
        await expect(page.locator(".progress")).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert await page.evaluate(
            "document.querySelector('#scroll').scrollWidth <= document.querySelector('#scroll').clientWidth"
        )
        small = await page.evaluate(
            "[...document.querySelectorAll('button.choice, .composer button')].filter((b) => b.offsetParent && b.offsetHeight < 44).length"
        )
        assert small == 0
        nameless = await page.evaluate(
            "[...document.querySelectorAll('button, textarea, img')].filter((n) => n.offsetParent && !n.hasAttribute('alt')"
            " && !n.ariaLabel && !n.textContent.trim()).map((n) => n.outerHTML)"
        )
        assert nameless == []
        shot = tmp_path / "page.png"
        await page.screenshot(path=shot)
        assert shot.stat().st_size > 10_000


class TestDemo:
    @pytest_asyncio.fixture(loop_scope="module")
    async def world(self, tmp_path: Path) -> AsyncIterator[World]:
        async with running(tmp_path, PHONES) as here:
            yield here

    async def test_three_phones_side_by_side(self, world: World, program: Browser) -> None:
        async with browser(program, viewport=DESK) as context:
            page = await context.new_page()
            await page.goto(world.base)
            cadre = page.frame_locator("#phone-cadre iframe")
            await cadre.locator("#text").fill("Xin chào")
            await cadre.locator("#text").press("Enter")
            await until(lambda: world.program.got[-1].text == "Xin chào")
            assert world.program.got[-1].user == "pcadre"
            await world.channel.send(Outgoing(world.to(GROUP), "Tổng hợp tuần"))
            await expect(page.frame_locator("#phone-group iframe").locator(".row")).to_have_count(1)
            boxes = [await page.locator(f"#phone-{name}").bounding_box() for name in PHONES]
            assert all(box["width"] >= 340 for box in boxes)
            assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"]
            await page.get_by_role("button", name="Đăng tổng hợp tuần").click()
            await expect(page.locator("#said")).to_contain_text("Đã đăng")
            assert world.summaries == 1

    async def test_one_at_a_time_on_a_phone_with_a_mark_for_news(self, world: World, program: Browser) -> None:
        async with browser(program, viewport=PHONE) as context:
            page = await context.new_page()
            await page.goto(world.base)
            await expect(page.locator("#phone-official")).to_be_hidden()
            await expect(page.frame_locator("#phone-cadre iframe").locator(".row").first).to_be_visible()
            await world.channel.send(Outgoing(world.to("pofficial"), "Ý kiến mới"))
            await expect(page.locator("#tab-official")).to_have_class("news")
            await page.get_by_role("button", name="Công chức xã").click()
            await expect(
                page.frame_locator("#phone-official iframe").locator(".row", has_text="Ý kiến mới")
            ).to_be_visible()
            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
