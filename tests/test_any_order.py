"""Anything from anybody in any order, made up by hypothesis: nothing fails, nothing leaks, private words get an answer."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.bad_input import PAYLOADS, SECRET, TEXTS, failures, running
from tests.conversation.stage import Stage
from tests.conversation.world import fresh

WHO = st.sampled_from(("Binh", "Hoa", "Lan", "Moi", "Cuc"))
SAID = st.one_of(
    st.sampled_from([text for name, text in TEXTS.items() if name != "huge"]),
    st.sampled_from(
        ("phản ánh", "viec hay", "menu", "/start", "/cancel", "/menu", "/help", "1", "2", "hai", "gửi", "bỏ qua", "xong",
         "quay lại", "hủy", "đồng ý", "khong", "english", "nhận kn1", "trả lời kn1 Sẽ sửa ngay", "hỏi kn1 Ở đâu vậy?",
         "chuyển kn1", "từ chối kn1", "xem kn1", "phiếu của tôi", "việc chờ tôi", "đáp kn1 Ở đầu xóm", "duong sa")
    ),
    st.text(max_size=40),
)  # fmt: skip
STEP = st.one_of(
    st.tuples(st.just("text"), WHO, st.booleans(), SAID),
    st.tuples(st.just("tap"), WHO, st.booleans(), st.sampled_from(PAYLOADS)),
    st.tuples(st.just("press"), WHO, st.booleans(), st.integers(0, 30)),
    st.tuples(st.just("edit"), WHO, st.just(False), SAID),
    st.tuples(st.just("reply"), WHO, st.booleans(), SAID),
    st.tuples(st.just("file"), WHO, st.booleans(), SAID),
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A prepared database to copy."""
    path = tmp_path_factory.mktemp("template") / "danvan.sqlite3"
    fresh(f"sqlite+aiosqlite:///{path}")
    return path


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEP, min_size=5, max_size=40))
def test_anything_in_any_order(template: Path, steps: list[tuple[str, str, bool, Any]]) -> None:
    """Nothing fails, private words get an answer, and only those who may ever see the report."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "danvan.sqlite3"
        shutil.copy(template, path)
        asyncio.run(_anything(f"sqlite+aiosqlite:///{path}", steps))


async def _anything(url: str, steps: list[tuple[str, str, bool, Any]]) -> None:
    async with running(url) as stage:
        for what, who, in_group, value in steps:
            chat = "PKT" if in_group else ""
            said = _update(stage, what, chat or who, value)
            await stage.receive(who, chat, **said)
            await stage.quiet()
            heard = {seen.chat for seen in stage.news()}
            assert who in heard or in_group or what == "edit", (what, value)
        assert not await failures(stage)
        for chat in ("u-Moi", "u-Cuc", "g:PKT"):
            assert not any(SECRET in seen.message.text for seen in stage.channel.chats.get(chat, []))


def _update(stage: Stage, what: str, chat: str, value: Any) -> dict[str, Any]:
    shown = stage.channel.chats.get(stage.groups.get(chat) or stage.users[chat], [])
    if what == "press":
        buttons = [(one.id, b.data) for one in shown for row in one.message.buttons for b in row]
        message, data = buttons[value % len(buttons)] if buttons else ("1", "m:menu")
        return {"tap": data, "message": message, "query": "q"}
    if what == "tap":
        return {"tap": value, "query": "q"}
    if what == "edit":
        return {"text": value, "edited": True, "message": f"k{stage.keys}"}
    if what == "reply":
        return {"text": value, "reply_to": shown[-1].id if shown else "1"}
    if what == "file":
        return {"attachments": (stage.attachment("photo"),), "text": value}
    return {"text": value}
