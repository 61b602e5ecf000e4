"""What people and strangers may send, and a commune in which to send it."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from storage.models import letters
from tests.conversation.fake import FakeChannel
from tests.conversation.stage import Stage

SECRET = "Cầu treo đứt cáp, bà Hoa bị ngã gãy chân"
TEXTS = {
    "empty": "",
    "spaces": " \n\t  ",
    "invisible": "\u200b\u200d\ufeff\u2060\u3164",
    "huge": "đường hỏng " * 9_100,
    "controls": "\x00\x01\x07\x1b[31m đường\x0bhỏng \x7f\x85",
    "decomposed": "Đường xóm hỏng nặng",
    "right to left": "\u202eđường \u200fhỏng\u202c \u2066nặng\u2069 lắm rồi",
    "half a pair": "đường \ud83d hỏng \udc00 nặng",
    "html": "<b>Đường</b> &amp; <script>alert(1)</script> hỏng",
    "markdown": "*Đường* _hỏng_ [x](tg://user?id=1) `a` ||b|| \\",
    "braces": "{code} {0} {name.__class__} %s %(x)s $x",
    "sql": '\'); DROP TABLE "case"; --',
    "marks only": "\u0301\u0302\u0323",
    "emoji": "👨‍👩‍👧‍👦🏳️‍🌈🇻🇳",
    "digits of others": "٣ ３ ²",
    "long number": "9" * 400,
    "minus": "-1",
    "exponent": "1e308",
    "command": "/khongcolenhnay abc",
    "slash": "/",
    "code only": "kn1",
    "big code": "nhận kn" + "9" * 40,
    "word": "trả lời kn",
    "menu": "Hủy",
}
NUMBERS = ("", "0", "-1", "1", "999999999", "9" * 15, "9" * 50, "²", "٣", "1.5", "x", "None", " 1", "1 ")
PAYLOADS = [
    *(f"{owner}:{number}" for owner in ("q", "c", "f", "w", "m", "k", "d", "", "zz") for number in NUMBERS),
    *(f"q:{number}:story:~cancel" for number in NUMBERS),
    *(f"c:{number}:1:{what}" for number in NUMBERS for what in ("accept", "forward", "", "drop table")),
    *(f"w:{number}:{what}" for number in NUMBERS for what in ("resume", "drop", "")),
    *(f"m:{name}_{number}" for name in ("mine", "work", "petition", "nothing") for number in NUMBERS),
    *(f"{owner}:{what}:{number}" for owner in "hv" for what in ("go", "off", "end", "again", "") for number in NUMBERS),
    *(f"{owner}:go:1:{number}:20261130:20261130" for owner in "hv" for number in NUMBERS),
    "h:go:1:2:20261330", "h:go:1:2:99999999", "h:go:1:2:20261130", "v:go:1:2:20261130:20201130", "h:mine", "v:other",
    "c:1:1:accept:more", "c:1", "c:::", ":::::", "q::::", "k:maybe", "d:maybe", "\ud800", "\x00", "c:1:\x00:open",
]  # fmt: skip
KINDS = ("photo", "voice", "video", "audio", "document")
QUESTIONS = ("story", "category", "kind", "hamlet", "place", "since", "households", "urgency", "source", "contact",
             "photos", "~review", "~edit", "~cancel")  # fmt: skip


async def failures(stage: Stage) -> list[Any]:
    """Updates whose handler made a mistake."""

    def work(conn: Connection) -> list[Any]:
        return list(conn.execute(select(letters.update).where(letters.update.c.failed.isnot(None))).all())

    return await stage.running.db.read(work)


@asynccontextmanager
async def running(url: str, channel: FakeChannel | None = None, times: int = 1) -> AsyncIterator[Stage]:
    """A cadre, two officials of different departments, a stranger, somebody who has not agreed, a group; one report."""
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage(url, Path(folder), channel=channel or FakeChannel(), times=times)
        await stage.start()
        try:
            for name, code in (("Binh", "mau-truong-xom-1"), ("Hoa", "mau-pkt-1"), ("Lan", "mau-pvhxh-1")):
                await stage.join(name, code)
            await stage.join("Moi", "stranger")
            await stage.join("Cuc", "mau-bi-thu-2", agreed=False)
            await stage.make_group("PKT", "05716/PKT")
            for text in (
                "phản ánh",
                SECRET,
                "duong sa",
                "1",
                "1",
                "bỏ qua",
                "bỏ qua",
                "bỏ qua",
                "2",
                "3",
                "bỏ qua",
                "gửi",
            ):
                await stage.say("Binh", "", text)
            await stage.quiet()
            assert any("KN-0001" in seen.text for seen in stage.news() if seen.chat == "Hoa")
            yield stage
        finally:
            await stage.close()
