"""Saying and fetching through the Telegram channel, over real HTTP against the emulator."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.channels import errors
from bot.channels import telegram_methods as methods
from handlers.messages import rows
from handlers.words import words_for
from tests.channels.telegram_world import (
    CANCEL,
    SEND,
    TOKEN,
    Setting,
    to,
)
from tests.emulator.people import JPEG


async def test_text_buttons_quotes_and_silence(idle: Setting) -> None:
    first = await idle.channel.send(to(idle.an.id, "<b>Chào</b> *đồng chí*", buttons=rows([SEND, CANCEL], 2)))
    sent = await idle.channel.send(to(idle.an.id, "nghe", reply_to=first.external, silent=True))
    one, two = idle.an.chat().messages
    assert (first.external, sent.external) == (str(one.id), str(two.id))
    assert one.text == "<b>Chào</b> *đồng chí*"
    assert one.buttons == [["Gửi", "Hủy"]]
    assert one.markup == {
        "inline_keyboard": [
            [
                {"text": "Gửi", "callback_data": "q:1:a:~send", "style": "success"},
                {"text": "Hủy", "callback_data": "q:1:a:~cancel"},
            ]
        ]
    }
    assert (one.silent, two.silent, two.reply_to) == (False, True, one)


async def test_a_quote_of_what_is_gone_is_said_without(idle: Setting) -> None:
    await idle.channel.send(to(idle.an.id, "x", reply_to="99"))
    assert idle.an.chat().last.reply_to is None


async def test_an_edit_changes_words_and_buttons(idle: Setting) -> None:
    sent = await idle.channel.send(to(idle.an.id, "?", buttons=rows([SEND])))
    edited = await idle.channel.send(to(idle.an.id, "Đã gửi", edit=sent.external))
    assert edited == sent
    assert [(m.text, m.buttons) for m in idle.an.chat().messages] == [("Đã gửi", [])]


async def test_a_picture_is_not_edited_but_said_anew(idle: Setting) -> None:
    sent = await idle.channel.send(to(idle.an.id, "thẻ", photos=(idle.picture("a", JPEG),), buttons=rows([SEND])))
    anew = await idle.channel.send(to(idle.an.id, "đã nhận", edit=sent.external))
    assert [m.text for m in idle.an.chat().messages] == ["thẻ", "đã nhận"]
    assert anew.external == str(idle.an.chat().last.id)


async def test_one_picture_carries_words_and_buttons(idle: Setting) -> None:
    digest = idle.picture("a", JPEG)
    await idle.channel.send(to(idle.an.id, "cầu hỏng", photos=(digest,), buttons=rows([SEND])))
    await idle.channel.send(to(idle.an.id, photos=(digest,)))
    first, again = idle.an.chat().messages
    assert (first.text, first.buttons) == ("cầu hỏng", [["Gửi"]])
    assert idle.api.files[first.content["photo"][-1]["file_id"]].content == JPEG
    assert again.content["photo"][-1]["file_id"] == first.content["photo"][-1]["file_id"]  # not uploaded twice


async def test_a_picture_telegram_forgot_is_uploaded_again(idle: Setting) -> None:
    digest = idle.picture("a", JPEG)
    await idle.channel.send(to(idle.an.id, "một", photos=(digest,)))
    for file in idle.api.files.values():
        file.lost = True
    await idle.channel.send(to(idle.an.id, "hai", photos=(digest,)))
    assert [m.text for m in idle.an.chat().messages] == ["một", "hai"]


async def test_words_too_long_for_a_caption_follow(idle: Setting) -> None:
    text = "x" * 1025
    sent = await idle.channel.send(to(idle.an.id, text, photos=(idle.picture("a", JPEG),), buttons=rows([SEND])))
    photo, words = idle.an.chat().messages
    assert (photo.text, words.text, words.buttons) == ("", text, [["Gửi"]])
    assert sent.external == str(words.id)


async def test_albums_and_their_buttons(idle: Setting) -> None:
    digests = tuple(idle.picture(f"p{n}", JPEG + bytes([n])) for n in range(11))
    await idle.channel.send(to(idle.an.id, "mười một ảnh", photos=digests))
    shown = idle.an.chat().messages
    assert [m.text for m in shown] == ["mười một ảnh", *[""] * 10]
    assert [idle.api.files[m.content["photo"][-1]["file_id"]].content[-1] for m in shown] == list(range(11))
    await idle.channel.send(to(idle.an.id, "hai ảnh", photos=digests[:2], buttons=rows([SEND])))
    assert [(m.text, m.buttons) for m in idle.an.chat().messages[11:]] == [("", []), ("", []), ("hai ảnh", [["Gửi"]])]
    await idle.channel.send(to(idle.an.id, photos=digests[:2], buttons=rows([SEND]), alt="đường hỏng"))
    assert (idle.an.chat().last.text, idle.an.chat().last.buttons) == ("đường hỏng", [["Gửi"]])


async def test_words_matter_more_than_a_missing_picture(idle: Setting) -> None:
    await idle.channel.send(to(idle.an.id, "cầu hỏng", photos=("nowhere",)))
    assert idle.an.chat().last.text == "cầu hỏng"
    with pytest.raises(errors.FileMissing):
        await idle.channel.send(to(idle.an.id, photos=("nowhere",)))


async def test_asking_for_a_number_and_taking_the_key_away(idle: Setting) -> None:
    chat = idle.an.chat()
    await idle.channel.send(to(idle.an.id, "Your number?", ask="contact", buttons=rows([CANCEL])))
    assert chat.keyboard is not None
    assert [[key["text"] for key in row] for row in chat.keyboard] == [["📱 Share my phone number"], ["Hủy"]]
    assert chat.keyboard[0][0]["request_contact"] is True
    await idle.channel.send(to(idle.an.id, "Đã nhận"))
    assert chat.keyboard is None
    assert len(chat.messages) == 2


async def test_the_key_goes_also_before_buttons(idle: Setting) -> None:
    chat = idle.an.chat()
    await idle.channel.send(to(idle.an.id, "Ở đâu?", ask="location"))
    await idle.channel.send(to(idle.an.id, "Loại nào?", buttons=rows([SEND])))
    await idle.channel.send(to(idle.an.id, "Rồi"))
    assert chat.keyboard is None
    assert [m.text for m in chat.messages] == ["Ở đâu?", "✓", "Loại nào?", "Rồi"]


def test_the_sharing_key_speaks_the_language_of_its_sentence() -> None:
    for lang, sentence in (("vi", "Số điện thoại của đồng chí?"), ("en", "Your phone number?")):
        markup = methods.keyboard(to(51, sentence, ask="contact"))
        assert markup is not None
        assert markup["keyboard"][0][0]["text"] == words_for(lang)("📱 Share my phone number")


async def test_a_group_is_not_asked_for_a_number(idle: Setting) -> None:
    group = idle.api.group("Nhóm", [idle.an])
    await idle.channel.send(to(group.id, "?", ask="contact", buttons=rows([CANCEL])))
    assert group.last.buttons == [["Hủy"]]


async def test_a_press_is_answered_and_a_late_one_stops_nothing(idle: Setting) -> None:
    await idle.channel.send(to(idle.an.id, "?", buttons=rows([SEND])))
    message = idle.an.chat().last
    press, late, quiet = (idle.an.tap(message, "Gửi") for _ in range(3))
    late.expired = True
    await idle.channel.send(to(idle.an.id, query=press.id, toast="x" * 250, alert=True))
    assert press.answered is not None
    assert press.answered["show_alert"] is True
    assert press.answered["text"] == "x" * 199 + "…"
    assert (await idle.channel.send(to(idle.an.id, query=late.id, toast="muộn"))).external == ""
    late_edit = to(idle.an.id, "Đã gửi", query=quiet.id, edit=str(message.id))
    await idle.channel.send(late_edit)
    await idle.api.until(lambda: quiet.answered is not None)
    assert message.text == "Đã gửi"


# Fetching.


def no_trace(folder: Path) -> bool:
    return not list(folder.glob("got*"))


async def test_a_file_comes_down(idle: Setting, tmp_path: Path) -> None:
    ref = idle.an.photo(JPEG).content["photo"][-1]["file_id"]
    await idle.channel.fetch(ref, tmp_path / "got")
    assert (tmp_path / "got").read_bytes() == JPEG


async def test_files_that_do_not(idle: Setting, tmp_path: Path) -> None:
    big = idle.an.document(b"x", "a.zip", size=21 * 2**20).content["document"]["file_id"]
    with pytest.raises(errors.FileTooBig):
        await idle.channel.fetch(big, tmp_path / "got")
    with pytest.raises(errors.FileMissing):
        await idle.channel.fetch("nowhere", tmp_path / "got")
    idle.api.fail("refuse", "getFile", code=502, description="Bad Gateway")
    with pytest.raises(errors.Unreachable):
        await idle.channel.fetch(big, tmp_path / "got")
    assert no_trace(tmp_path)


async def test_a_file_that_turns_out_too_big_is_not_kept(idle: Setting, tmp_path: Path) -> None:
    """The size Telegram names is not believed."""
    idle.channel.limits = replace(idle.channel.limits, file_in=1000)
    lying = idle.an.document(b"x" * 1001, "a.bin", size=10).content["document"]["file_id"]
    with pytest.raises(errors.FileTooBig):
        await idle.channel.fetch(lying, tmp_path / "got")
    assert no_trace(tmp_path)


async def test_a_file_gone_between_asking_and_fetching(idle: Setting, tmp_path: Path) -> None:
    ref = idle.an.photo(JPEG).content["photo"][-1]["file_id"]
    token = TOKEN.replace("AA", "AB")
    idle.api.bots[token] = idle.api.bots.pop(TOKEN)
    with pytest.raises(errors.BadToken):
        await idle.channel.fetch(ref, tmp_path / "got")
    idle.api.bots[TOKEN] = idle.api.bots.pop(token)
    idle.api.files["away"] = replace(idle.api.files[ref], id="away", path="photos/away.jpg", lost=False)
    idle.api.fail("refuse", "/file", code=404, description="Not Found")
    with pytest.raises(errors.FileMissing):
        await idle.channel.fetch("away", tmp_path / "got")
    idle.api.fail("cut", "/file", times=2)  # aiohttp itself asks once more
    with pytest.raises(errors.Unreachable):
        await idle.channel.fetch("away", tmp_path / "got")
