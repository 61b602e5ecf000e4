"""From outside: a whole conversation, then its words and numbers are searched for wherever the program writes."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from bot import logs
from handlers.vietnamese import fold
from tests.conversation.fake import BUTTONS, PLAIN, FakeChannel
from tests.conversation.play import play
from tests.conversation.script import parse
from tests.conversation.stage import Stage
from tests.conversation.web_stage import WebStage
from tests.conversation.world import World, opened
from tests.test_denunciation import everything

NUMBERS = ("0912345678", "0912 345 678", "912345678", "0987654321", "0987.654.321", "0900000001", "900000001")
WORDS = ("Zyxwvu", "zyxwvu", "Qwertyzz", "qwertyzz")
SCRIPT = """
with Binh: mau-truong-xom-1
with An: mau-ca-1
with Hoa: mau-pkt-1
with Lan: mau-van-phong-1
group CA: 05716/CA full
Binh: phản ánh
Binh: Có nhóm thanh niên nhà Zyxwvu sử dụng ma túy ở nhà hoang cuối xóm
Binh: ma tuy
Binh: 1
Binh: 1
Binh: nhà hoang cạnh nhà Zyxwvu, gọi 0912 345 678
Binh: bỏ qua
Binh: bỏ qua
Binh: 2
Binh: 1
Binh: bà Zyxwvu 0912345678
Binh: bỏ qua
Binh presses: Gửi
An: hỏi lại kn1 Nhà Zyxwvu có mấy người?
Binh: đáp kn1 Nhà Zyxwvu có ba người, số 0987654321
An: trả lời kn1 Đã đến nhà Zyxwvu xác minh, gọi 0987.654.321 khi cần
An: xem kn1
Binh: phản ánh
Binh: Đường sá sụt 5 mét, xe máy không qua được, gọi 0912345678 gặp trưởng xóm
Binh: duong sa
Binh: 1
Binh: 1
Binh: đầu xóm, hỏi 0912 345 678
Binh: bỏ qua
Binh: bỏ qua
Binh: 3
Binh: 3
Binh: bỏ qua
Binh presses: Gửi
Hoa: trả lời kn2 Phòng cho sửa trong tuần, gọi 0987654321
Binh: phản ánh
Binh: Nhà ông Qwertyzz bị gió tốc mái, số máy 0987654321
Binh: menu
Binh: phiếu của tôi
Binh: phản ánh
Binh: dữ liệu sửa
Binh: Số mới của tôi là 0987654321, tên là Qwertyzz
Lan: dữ liệu từ chối 1 Ông Qwertyzz chưa gửi giấy
""".strip().splitlines()


async def search(stage: World, capfd: pytest.CaptureFixture[str]) -> None:
    logs.setup(level=logging.DEBUG)
    happened = await play(stage, [parse(line) for line in SCRIPT])
    for said in (
        "KN-0002 đã có câu trả lời",
        "Qwertyzz chưa gửi giấy",
        "Zyxwvu xác minh",
        "Liên hệ: bà Zyxwvu 0912345678",
    ):
        assert said in happened, happened
    kept = everything(stage, "".join(capfd.readouterr()))  # type: ignore[arg-type]
    folded = fold(kept.decode("utf-8", "replace"))
    assert "duong sa sut 5 met" in folded, "what is searched lies readable, so a search here would find all else too"
    for trace in (*NUMBERS, *WORDS):
        assert trace.encode() not in kept, trace
        assert fold(trace) not in folded, trace


@pytest.mark.parametrize(
    "channel", [FakeChannel("fake", BUTTONS), FakeChannel("plain", PLAIN)], ids=["buttons", "plain"]
)
async def test_nothing_of_it_is_readable(
    channel: FakeChannel, database_url: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    async with opened(Stage(database_url, tmp_path / "media", channel=channel)) as stage:
        await search(stage, capfd)


async def test_nor_on_the_web(database_url: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """There a person's own bubbles are kept too."""
    async with opened(WebStage(database_url, tmp_path / "media")) as stage:
        await search(stage, capfd)
