"""Fitting a message to a channel: nothing is lost but what is logged, nothing is cut in the middle of a character."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.channels import Limits
from bot.channels.render import fit, shorten, split
from handlers.messages import Address, Button, Outgoing, rows
from handlers.words import words_for

HERE = Address("web", "1", "7")
FULL = Limits()
PLAIN = Limits(text=2000, buttons=0, edit=False, files=False, location=False, contact=False, replies=False)
EN = words_for("en")


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def bare(text: str) -> str:
    return re.sub(r"\s", "", text)


def test_what_fits_is_handed_back_as_it_is() -> None:
    message = Outgoing(HERE, "Chào đồng chí", rows([Button("Gửi", "q:1:a:b")]), photos=("x",), ask="location")
    assert fit(message, FULL, EN)[0] is message


def test_what_asks_for_a_place_is_a_new_message() -> None:
    """Telegram has no sharing button in a changed message; the place of the old one would be without it."""
    (asked,) = fit(Outgoing(HERE, "Ở đâu?", ask="location", edit="5"), FULL, EN)
    assert asked == Outgoing(HERE, "Ở đâu?", ask="location")
    (typed,) = fit(Outgoing(HERE, "Ở đâu?", ask="location", edit="5"), replace(FULL, location=False), EN)
    assert typed.edit == "5"


def test_a_long_text_is_split_and_the_buttons_go_last() -> None:
    text = "\n\n".join(f"Đoạn {n}. " + "chữ " * 300 for n in range(8))
    message = Outgoing(
        HERE, text, rows([Button("Gửi", "x")]), photos=("p",), edit="5", reply_to="4", query="q", toast="Đã gửi"
    )
    pieces = fit(message, FULL, EN)
    assert len(pieces) == 3
    assert bare("".join(piece.text for piece in pieces)) == bare(text)
    assert all(piece.text.startswith("Đoạn") for piece in pieces)  # cut between paragraphs
    first, middle, last = pieces
    assert (first.photos, first.edit, first.reply_to, first.query, first.toast) == (("p",), "5", "4", "q", "Đã gửi")
    assert (middle.photos, middle.edit, middle.reply_to, middle.query, middle.toast) == ((), "", "", "", "")
    assert [bool(piece.buttons) for piece in pieces] == [False, False, True]
    assert last.edit == ""


def test_cuts_after_sentences_then_words_then_characters() -> None:
    assert split("Câu một dài. Câu hai dài.", 20) == ["Câu một dài.", "Câu hai dài."]
    assert split("một hai ba bốn", 8) == ["một hai", "ba bốn"]
    assert split("abcdefghij", 4) == ["abcd", "efgh", "ij"]
    assert split("  \n ", 4) == []


def test_a_hundred_thousand_characters() -> None:
    pieces = fit(Outgoing(HERE, "đường " * 17_000), FULL, EN)
    assert max(units(piece.text) for piece in pieces) <= 4096
    assert bare("".join(piece.text for piece in pieces)) == "đường" * 17_000


@given(st.text(max_size=300), st.integers(2, 40))
def test_splitting_loses_nothing_and_fits(text: str, limit: int) -> None:
    pieces = split(text, limit)
    assert all(units(piece) <= limit for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


SEEN = ["a", "ệ", "e\u0323\u0302", "👩\u200d👩\u200d👧", "👍🏽", "🇻🇳", "❤\ufe0f", "1\ufe0f\u20e3", " "]


@given(st.lists(st.sampled_from(SEEN), max_size=60), st.integers(16, 40))
def test_no_visible_character_is_cut(characters: list[str], limit: int) -> None:
    """Every piece is made of whole characters, so it can be read back from the same list."""
    for piece in split("".join(characters), limit):
        rest = piece
        while rest:
            whole = next((one for one in sorted(SEEN, key=len, reverse=True) if rest.startswith(one)), None)
            assert whole is not None, f"{rest!r} begins inside a character"
            rest = rest[len(whole) :]


def test_nothing_but_marks_is_cut_all_the_same() -> None:
    assert all(len(piece) <= 10 for piece in split("e" + "\u0301" * 100, 10))


def test_surrogates_on_their_own_do_no_harm() -> None:
    assert "".join(split("\ud83d\ude00" * 10, 5)) == "\ud83d\ude00" * 10


@given(st.text(max_size=100), st.integers(1, 30))
def test_a_shortened_label_fits(label: str, limit: int) -> None:
    short = shorten(label, limit)
    assert units(short) <= limit
    assert short == label or short.endswith("…")


def test_labels_are_shortened_and_rows_rewrapped() -> None:
    many = [Button("Xóm " + "Đồng Tâm " * 20, f"q:1:hamlet:{n}") for n in range(10)]
    (message,) = fit(Outgoing(HERE, "Xóm nào?", (tuple(many),)), replace(FULL, per_row=3), EN)
    assert [len(row) for row in message.buttons] == [3, 3, 3, 1]
    assert all(units(b.label) <= 64 and b.label.endswith("…") for row in message.buttons for b in row)
    assert [b.data for row in message.buttons for b in row] == [b.data for b in many]


def test_buttons_over_the_limit_are_left_off_but_controls_stay() -> None:
    choices = [Button(str(n), f"q:1:h:{n}") for n in range(12)]
    back = Button("Quay lại", "q:1:h:~back", control=True)
    with capture_logs() as logs:
        (message,) = fit(Outgoing(HERE, "?", rows([*choices, back])), replace(FULL, buttons=5), EN)
    assert [b.label for row in message.buttons for b in row] == ["0", "1", "2", "3", "Quay lại"]
    assert [(log["log_level"], log["count"]) for log in logs] == [("warning", 8)]


def test_even_controls_end_somewhere() -> None:
    controls = [Button(str(n), "x", control=True) for n in range(6)]
    (message,) = fit(Outgoing(HERE, "?", rows([Button("a", "x"), *controls])), replace(FULL, buttons=4), EN)
    assert [b.label for row in message.buttons for b in row] == ["0", "1", "2", "3"]


@pytest.mark.parametrize("limits", [FULL, PLAIN])
@pytest.mark.parametrize("data", ["x" * 65, "đ" * 33])
def test_a_payload_over_64_bytes_is_a_mistake_of_ours(limits: Limits, data: str) -> None:
    with pytest.raises(ValueError, match="64 bytes"):
        fit(Outgoing(HERE, "?", rows([Button("x", data)])), limits, EN)


def test_without_buttons_choices_become_numbers_and_controls_words() -> None:
    buttons = rows(
        [
            Button("Phản ánh", "q:1:kind:feedback"),
            Button("Tiếp nhận", "c:12:1:accept", word="nhận KN12"),
            Button("Kiến nghị", "q:1:kind:proposal"),
            Button("⬅️ Quay lại", "q:1:kind:~back", control=True),
            Button("Hủy", "q:1:kind:~cancel", control=True),
        ]
    )
    (message,) = fit(Outgoing(HERE, "Loại nào?", buttons), PLAIN, EN)
    assert message.buttons == ()
    assert message.text.split("\n\n") == [
        "Loại nào?",
        "1. Phản ánh\n2. Kiến nghị",
        "Type «nhận KN12» for: Tiếp nhận",
        "Type: quay lại · hủy",
    ]


def test_what_a_channel_cannot_do_becomes_words_or_goes() -> None:
    message = Outgoing(
        HERE,
        "Xong",
        photos=("a", "b"),
        alt="đường hỏng",
        edit="9",
        reply_to="8",
        ask="contact",
        query="q",
        toast="Đã ghi",
    )
    with capture_logs() as logs:
        (plain,) = fit(message, PLAIN, EN)
    assert plain == Outgoing(HERE, "Xong\n\n📷 đường hỏng")
    assert {log["what"] for log in logs} == {"photos", "toast"}
    (asked,) = fit(Outgoing(HERE, "Ở đâu?", ask="location"), PLAIN, EN)
    assert asked.text == "Ở đâu?\n\nPlease type the place."


def test_a_toast_alone_becomes_a_short_message_where_there_are_none() -> None:
    assert fit(Outgoing(HERE, query="q", toast="Đã có người nhận", alert=True), PLAIN, EN) == (
        Outgoing(HERE, "Đã có người nhận"),
    )
    assert fit(Outgoing(HERE, toast="Đã có người nhận"), FULL, EN) == (Outgoing(HERE, "Đã có người nhận"),)
    kept = Outgoing(HERE, query="q", toast="Đã có người nhận")
    assert fit(kept, FULL, EN) == (kept,)


def test_the_text_of_a_cadre_is_not_changed() -> None:
    text = unicodedata.normalize("NFD", "Đường <b>hỏng</b> *nặng* _quá_ `x` [a](b) & \u202e")
    assert fit(Outgoing(HERE, text), FULL, EN)[0].text == text
