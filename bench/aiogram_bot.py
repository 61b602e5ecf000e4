"""The yardstick: the same petition on a plain aiogram 3 bot, FSM in memory, written the way aiogram's own examples are.

`python -m bench.aiogram_bot PORT API_BASE TOKEN SECRET LOOP`. `handle_in_background=False`: its 200 means "handled", as danvan's does.
"""

from __future__ import annotations

import json
import sys
from datetime import date, timedelta
from pathlib import Path

import uvloop
from aiogram import Bot, Dispatcher, F, Router
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import CommandStart, StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.memory import MemoryStorage
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message
from aiogram.utils.keyboard import InlineKeyboardBuilder
from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
from aiohttp import web

CATEGORIES = json.loads(
    (Path(__file__).parent.parent / "handlers" / "facts" / "categories.json").read_text(encoding="utf-8")
)
OFFICIAL = 500_001  # who is sent each petition
PAGE = 8


class Petition(StatesGroup):
    story = State()
    category = State()
    kind = State()
    hamlet = State()
    place = State()
    since = State()
    households = State()
    urgency = State()
    source = State()
    contact = State()
    photos = State()
    review = State()


ORDER = [
    "story",
    "category",
    "kind",
    "hamlet",
    "place",
    "since",
    "households",
    "urgency",
    "source",
    "contact",
    "photos",
]
OPTIONAL = {"place", "since", "households", "contact", "photos"}
SHORT = {
    "story": "Sự việc",
    "category": "Lĩnh vực",
    "kind": "Loại ý kiến",
    "hamlet": "Thôn, xóm",
    "place": "Địa điểm",
    "since": "Từ ngày",
    "households": "Số hộ",
    "urgency": "Mức độ",
    "source": "Nguồn tin",
    "contact": "Liên hệ",
    "photos": "Ảnh",
}
QUESTIONS = {
    "story": (
        "Đồng chí kể lại sự việc: chuyện gì, ở đâu, ai bị ảnh hưởng?\nVí dụ: Đường từ nhà văn hóa xóm Đồng Tâm ra tỉnh lộ "
        "sụt một đoạn dài 5 mét sau trận mưa, xe máy không qua được."
    ),
    "category": "Việc này thuộc lĩnh vực nào?\nVí dụ: gõ “đường” hoặc “điện” để tìm nhanh.",
    "kind": (
        "Đây là phản ánh hay kiến nghị?\nPhản ánh: báo một việc đang xảy ra. Kiến nghị: đề nghị cấp trên làm một việc."
    ),
    "hamlet": "Việc xảy ra ở thôn, xóm nào?\nVí dụ: bấm tên xóm, hoặc gõ “dong tam”.",
    "place": "Chỗ đó ở đâu? Đồng chí gõ chữ, hoặc gửi vị trí. (không bắt buộc)\nVí dụ: cách cổng trường tiểu học 200 mét, phía tay trái.",
    "since": "Việc bắt đầu từ ngày nào? (không bắt buộc)\nVí dụ: hôm qua, 10/11, đầu tháng 10.",
    "households": "Khoảng bao nhiêu hộ bị ảnh hưởng? (không bắt buộc)\nVí dụ: 38 hộ.",
    "urgency": (
        "Việc này gấp đến mức nào?\nVí dụ: cầu gãy, dây điện rơi là khẩn cấp. Nguy đến tính mạng thì gọi ngay 113, 114, 115."
    ),
    "source": "Đồng chí biết việc này từ đâu?\nVí dụ: bà con nói trong buổi họp xóm là “Nêu trong cuộc họp”.",
    "contact": (
        "Khi cần hỏi thêm thì liên hệ ai? (không bắt buộc)\nVí dụ: bà Hoa, xóm Đồng Tâm, 0912 000 000. "
        "Chỉ người xử lý phiếu này xem được."
    ),
    "photos": (
        "Đồng chí có ảnh thì gửi vào đây, một hay nhiều ảnh đều được. (không bắt buộc)\n"
        "Ví dụ: một ảnh chụp rộng, một ảnh chụp gần chỗ hỏng."
    ),
}
CHOICES = {
    "category": [(row["code"], row["vi"]) for row in CATEGORIES],
    "kind": [("feedback", "Phản ánh"), ("proposal", "Kiến nghị")],
    "hamlet": [
        (str(n), name)
        for n, name in enumerate(["Xóm Đồng Tâm", "Xóm Làng Lớn", "Xóm Cây Thị", "Xóm Gò", "Xóm Đầm Mương"])
    ],
    "since": [("0", "Hôm nay"), ("1", "Hôm qua"), ("7", "Một tuần trước")],
    "urgency": [
        ("khan_cap", "Khẩn cấp: đang nguy hiểm"),
        ("cao", "Gấp: vài ngày nữa sẽ xấu đi"),
        ("binh_thuong", "Bình thường"),
        ("thap", "Chưa gấp: việc lâu dài"),
    ],
    "source": [
        ("citizen", "Người dân nói với tôi"),
        ("meeting", "Nêu trong cuộc họp"),
        ("seen", "Tôi tự mình thấy"),
        ("behalf", "Tôi gửi thay người dân"),
    ],
}
LABELS = {name: dict(choices) for name, choices in CHOICES.items()}

router = Router()
counter = 0


def menu() -> InlineKeyboardMarkup:
    builder = InlineKeyboardBuilder()
    builder.button(text="📝 Ghi phản ánh, kiến nghị", callback_data="menu:petition")
    builder.button(text="🌱 Kể việc làm hay", callback_data="menu:practice")
    builder.button(text="📋 Phiếu của tôi", callback_data="menu:mine")
    builder.button(text="❓ Trợ giúp", callback_data="menu:help")
    return builder.adjust(1).as_markup()


def keyboard(name: str, data: dict, page: int = 0) -> InlineKeyboardMarkup:
    builder = InlineKeyboardBuilder()
    choices = CHOICES.get(name, [])
    shown = choices[page * PAGE : page * PAGE + PAGE]
    for code, label in shown:
        tick = "✔ " if data.get(name) == code else ""
        builder.button(text=tick + label, callback_data=f"{name}:{code}")
    builder.adjust(1)
    controls = InlineKeyboardBuilder()
    if len(choices) > page * PAGE + PAGE:
        controls.button(text="Xem thêm", callback_data=f"page:{page + 1}")
    if data.get(name):
        controls.button(text="Giữ nguyên", callback_data="nav:keep")
    elif name in OPTIONAL:
        controls.button(text="Bỏ qua", callback_data="nav:skip")
    if name != ORDER[0]:
        controls.button(text="Quay lại", callback_data="nav:back")
    controls.button(text="Dừng", callback_data="nav:cancel")
    controls.adjust(3)
    return builder.attach(controls).as_markup()


def shown(name: str, data: dict) -> str:
    value = data.get(name)
    if value in (None, ""):
        return "—"
    if name == "households":
        return f"{value} hộ"
    if name == "photos":
        return f"{len(value)} ảnh"
    return LABELS.get(name, {}).get(value, str(value))


def question(name: str, data: dict, note: str = "") -> tuple[str, InlineKeyboardMarkup]:
    lines = [note, ""] if note else []
    lines += [f"Phiếu phản ánh · {ORDER.index(name) + 1}/{len(ORDER)}", "", QUESTIONS[name]]
    if data.get(name):
        lines += ["", f"Hiện tại: {shown(name, data)}"]
    return "\n".join(lines), keyboard(name, data)


def review(data: dict, note: str = "") -> tuple[str, InlineKeyboardMarkup]:
    lines = [note, ""] if note else []
    lines += ["Phiếu phản ánh: đồng chí xem lại trước khi gửi", ""]
    lines += [f"{i}. {SHORT[name]}: {shown(name, data)}" for i, name in enumerate(ORDER, 1)]
    lines += ["", "Bấm Gửi, hoặc bấm Sửa để đổi một câu."]
    builder = InlineKeyboardBuilder()
    builder.button(text="Gửi", callback_data="nav:send")
    builder.button(text="Sửa", callback_data="nav:edit")
    builder.button(text="Dừng", callback_data="nav:cancel")
    return "\n".join(lines), builder.adjust(1, 2).as_markup()


async def advance(state: FSMContext, name: str) -> tuple[str, InlineKeyboardMarkup]:
    """The answer to `name` is kept: the next question, or the review."""
    data = await state.get_data()
    note = f"✔ {SHORT[name]}: {shown(name, data)[:80]}"
    if data.get("editing") or name == ORDER[-1]:
        await state.update_data(editing=False)
        await state.set_state(Petition.review)
        return review(data, note)
    following = ORDER[ORDER.index(name) + 1]
    await state.set_state(getattr(Petition, following))
    return question(following, data, note)


async def current(state: FSMContext) -> str:
    return (await state.get_state() or "").partition(":")[2]


@router.message(CommandStart())
async def start(message: Message, state: FSMContext) -> None:
    await state.clear()
    await message.answer(
        f"Chào đồng chí {message.from_user.first_name}. Đồng chí muốn làm gì?",
        reply_markup=menu(),
    )


@router.callback_query(F.data == "menu:petition")
async def begin(callback: CallbackQuery, state: FSMContext) -> None:
    await state.clear()
    await state.set_state(Petition.story)
    text, markup = question("story", {})
    await callback.message.answer(text, reply_markup=markup)
    await callback.answer()


@router.callback_query(F.data == "nav:back", StateFilter(Petition))
async def back(callback: CallbackQuery, state: FSMContext) -> None:
    data = await state.get_data()
    name = await current(state)
    if data.get("editing") or name == "review":
        await state.update_data(editing=False)
        await state.set_state(Petition.review)
        text, markup = review(data)
    else:
        before = ORDER[max(ORDER.index(name) - 1, 0)]
        await state.set_state(getattr(Petition, before))
        text, markup = question(before, data)
    await callback.message.edit_text(text, reply_markup=markup)
    await callback.answer()


@router.callback_query(F.data.in_({"nav:skip", "nav:keep"}), StateFilter(Petition))
async def skip(callback: CallbackQuery, state: FSMContext) -> None:
    text, markup = await advance(state, await current(state))
    await callback.message.edit_text(text, reply_markup=markup)
    await callback.answer()


@router.callback_query(F.data == "nav:cancel", StateFilter(Petition))
async def cancel(callback: CallbackQuery, state: FSMContext) -> None:
    await state.clear()
    await callback.message.edit_text("Đã bỏ. Chưa gửi gì cả.", reply_markup=menu())
    await callback.answer()


@router.callback_query(F.data.startswith("page:"), StateFilter(Petition))
async def page(callback: CallbackQuery, state: FSMContext) -> None:
    name = await current(state)
    data = await state.get_data()
    await callback.message.edit_reply_markup(reply_markup=keyboard(name, data, int(callback.data.split(":")[1])))
    await callback.answer()


@router.callback_query(F.data == "nav:edit", Petition.review)
async def edit(callback: CallbackQuery) -> None:
    builder = InlineKeyboardBuilder()
    for name in ORDER:
        builder.button(text=SHORT[name], callback_data=f"edit:{name}")
    builder.button(text="Quay lại", callback_data="nav:back")
    await callback.message.edit_text("Đồng chí muốn sửa câu nào?", reply_markup=builder.adjust(2).as_markup())
    await callback.answer()


@router.callback_query(F.data.startswith("edit:"), Petition.review)
async def change(callback: CallbackQuery, state: FSMContext) -> None:
    name = callback.data.split(":")[1]
    await state.update_data(editing=True)
    await state.set_state(getattr(Petition, name))
    text, markup = question(name, await state.get_data())
    await callback.message.edit_text(text, reply_markup=markup)
    await callback.answer()


@router.callback_query(F.data == "nav:send", Petition.review)
async def send(callback: CallbackQuery, state: FSMContext, bot: Bot) -> None:
    global counter  # noqa: PLW0603 - what a plain bot does
    counter += 1
    code = f"KN-{counter:04d}"
    data = await state.get_data()
    await state.clear()
    card = "\n".join([f"📩 {code}", *(f"{SHORT[name]}: {shown(name, data)}" for name in ORDER)])
    await bot.send_message(OFFICIAL, card)
    await callback.message.edit_text(
        f"✅ Đã gửi. Mã phiếu của đồng chí: {code}\nTôi sẽ báo đồng chí từng bước.",
        reply_markup=menu(),
    )
    await callback.answer()


@router.callback_query(Petition.category, F.data.startswith("category:"))
@router.callback_query(Petition.kind, F.data.startswith("kind:"))
@router.callback_query(Petition.hamlet, F.data.startswith("hamlet:"))
@router.callback_query(Petition.urgency, F.data.startswith("urgency:"))
@router.callback_query(Petition.source, F.data.startswith("source:"))
async def chosen(callback: CallbackQuery, state: FSMContext) -> None:
    name, code = callback.data.split(":")
    await state.update_data({name: code})
    text, markup = await advance(state, name)
    await callback.message.edit_text(text, reply_markup=markup)
    await callback.answer()


@router.callback_query(Petition.since, F.data.startswith("since:"))
async def since_chosen(callback: CallbackQuery, state: FSMContext) -> None:
    day = date.today() - timedelta(days=int(callback.data.split(":")[1]))  # noqa: DTZ011
    await state.update_data(since=f"{day:%d/%m/%Y}")
    text, markup = await advance(state, "since")
    await callback.message.edit_text(text, reply_markup=markup)
    await callback.answer()


@router.message(Petition.story, F.text)
async def story(message: Message, state: FSMContext) -> None:
    if len(message.text) < 10:
        await message.answer("Đồng chí kể rõ hơn một chút, ít nhất một câu.")
        return
    await state.update_data(story=message.text)
    text, markup = await advance(state, "story")
    await message.answer(text, reply_markup=markup)


@router.message(Petition.place, F.text)
async def place(message: Message, state: FSMContext) -> None:
    await state.update_data(place=message.text)
    text, markup = await advance(state, "place")
    await message.answer(text, reply_markup=markup)


@router.message(Petition.since, F.text)
async def since(message: Message, state: FSMContext) -> None:
    words = {"hôm nay": 0, "hôm qua": 1, "hôm kia": 2}
    today = date.today()  # noqa: DTZ011
    try:
        if message.text.lower() in words:
            day = today - timedelta(days=words[message.text.lower()])
        else:
            number, month = message.text.split("/")[:2]
            day = today.replace(month=int(month), day=int(number))
    except ValueError:
        await message.answer(
            "Ngày này tôi chưa hiểu.\n\n" + question("since", {})[0], reply_markup=keyboard("since", {})
        )
        return
    await state.update_data(since=f"{day:%d/%m/%Y}")
    text, markup = await advance(state, "since")
    await message.answer(text, reply_markup=markup)


@router.message(Petition.households, F.text)
async def households(message: Message, state: FSMContext) -> None:
    number = message.text.removesuffix("hộ").strip()
    if not number.isdigit() or int(number) > 50_000:
        text, markup = question(
            "households", await state.get_data(), "Số này tôi chưa hiểu. Đồng chí gõ một số, ví dụ 38."
        )
        await message.answer(text, reply_markup=markup)
        return
    await state.update_data(households=int(number))
    text, markup = await advance(state, "households")
    await message.answer(text, reply_markup=markup)


@router.message(Petition.contact, F.text)
async def contact(message: Message, state: FSMContext) -> None:
    await state.update_data(contact=message.text)
    text, markup = await advance(state, "contact")
    await message.answer(text, reply_markup=markup)


@router.message(Petition.photos, F.photo)
async def photos(message: Message, state: FSMContext) -> None:
    data = await state.get_data()
    await state.update_data(photos=[*data.get("photos", []), message.photo[-1].file_id])
    await message.answer("Đã nhận. Gửi tiếp, hoặc bấm Giữ nguyên.", reply_markup=keyboard("photos", {"photos": "1"}))


@router.message()
async def other(message: Message) -> None:
    await message.answer("Đồng chí bấm một nút hoặc gõ câu trả lời.", reply_markup=menu())


async def health(_request: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


def main(port: int, api_base: str, token: str, secret: str, loop: str) -> None:
    bot = Bot(token, session=AiohttpSession(api=TelegramAPIServer.from_base(api_base)))
    dispatcher = Dispatcher(storage=MemoryStorage())
    dispatcher.include_router(router)
    app = web.Application()
    app.router.add_get("/healthz", health)
    handler = SimpleRequestHandler(dispatcher, bot, handle_in_background=False, secret_token=secret)
    handler.register(app, path="/telegram/webhook")
    setup_application(app, dispatcher, bot=bot)
    web.run_app(
        app,
        host="127.0.0.1",
        port=port,
        access_log=None,
        print=None,
        loop=uvloop.new_event_loop() if loop == "uvloop" else None,
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:6])
