"""What Telegram writes and what handlers read of it. The bodies have the Bot API's own fields."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram_updates import order_key, parse
from handlers.messages import Attachment, Contact, Incoming

Json = dict[str, Any]
AN = {"id": 51, "is_bot": False, "first_name": "Nguyễn", "last_name": "An", "language_code": "vi"}
BOT = {"id": 9, "is_bot": True, "first_name": "Danvan", "username": "danvan_bot"}
PRIVATE = {"id": 51, "type": "private", "first_name": "Nguyễn"}
GROUP = {"id": -4001, "type": "group", "title": "Văn phòng"}


def message(**content: Any) -> Json:
    return {"message_id": 7, "date": 1_795_000_000, "chat": PRIVATE, "from": AN, **content}


def read(body: Json, kind: str = "message") -> Incoming | None:
    return parse({"update_id": 1000, kind: body}, "9", "danvan_bot")


def seen(body: Json, kind: str = "message") -> Incoming:
    incoming = read(body, kind)
    assert incoming is not None
    return incoming


def test_a_text() -> None:
    assert read(message(text="  Đường hỏng ")) == Incoming(
        "telegram", "9", "u1000", "51", "51", text="  Đường hỏng ", message="7", nickname="Nguyễn An", language="vi"
    )


def test_an_edited_text_says_so() -> None:
    assert seen(message(text="sửa", edit_date=1), "edited_message").edited


def test_a_group_and_a_reply() -> None:
    incoming = seen(message(chat=GROUP, text="xong", reply_to_message={"message_id": 3, "chat": GROUP, "date": 1}))
    assert (incoming.group, incoming.chat, incoming.user, incoming.reply_to) == (True, "-4001", "51", "3")


@pytest.mark.parametrize(
    ("typed", "read_as"),
    [
        ("/menu@danvan_bot", "/menu"),
        ("/start@Danvan_Bot abc", "/start abc"),
        ("/start abc", "/start abc"),
        ("/menu@other_bot", "/menu@other_bot"),
        ("mail a@danvan_bot", "mail a@danvan_bot"),
        ("/menu@danvan_bot2", "/menu@danvan_bot2"),
    ],
)
def test_our_own_name_goes_from_commands(typed: str, read_as: str) -> None:
    assert seen(message(text=typed)).text == read_as


def test_before_our_name_is_known_any_name_goes() -> None:
    incoming = parse({"update_id": 1, "message": message(text="/menu@danvan_bot")}, "9", "")
    assert incoming is not None
    assert incoming.text == "/menu"


def test_the_largest_size_of_a_photo_with_its_caption() -> None:
    sizes = [
        {"file_id": "s", "file_unique_id": "us", "width": 90, "height": 60, "file_size": 9},
        {"file_id": "l", "file_unique_id": "ul", "width": 1280, "height": 960, "file_size": 99},
        {"file_id": "m", "file_unique_id": "um", "width": 320, "height": 240, "file_size": 40},
    ]
    incoming = seen(message(photo=sizes, caption="cầu sập", media_group_id="A1"))
    assert incoming.attachments == (Attachment("photo", "l", "ul", size=99),)
    assert (incoming.text, incoming.album) == ("cầu sập", "A1")


@pytest.mark.parametrize(
    ("field", "kind"),
    [("voice", "voice"), ("video", "video"), ("video_note", "video"), ("audio", "audio"), ("document", "document")],
)
def test_files(field: str, kind: str) -> None:
    file = {"file_id": "f", "file_unique_id": "u", "file_name": "a.pdf", "mime_type": "x/y", "file_size": 3}
    assert seen(message(**{field: file})).attachments == (Attachment(kind, "f", "u", "a.pdf", "x/y", 3),)


def test_an_animation_counts_once() -> None:
    file = {"file_id": "f", "file_unique_id": "u"}
    assert [a.kind for a in seen(message(animation=file, document=file)).attachments] == ["video"]


def test_places() -> None:
    pin = {"latitude": 21.5, "longitude": 105.8}
    assert seen(message(location=pin)).location == (21.5, 105.8)
    venue = seen(message(location=pin, venue={"location": pin, "title": "Nhà văn hóa", "address": "xóm 3"}))
    assert (venue.location, venue.text) == ((21.5, 105.8), "Nhà văn hóa, xóm 3")
    assert read(message(location={**pin, "live_period": 60}), "edited_message") is None


@pytest.mark.parametrize(("owner", "own"), [(51, True), (52, False), (None, False)])
def test_a_contact_is_own_only_when_telegram_says_so(owner: int | None, own: bool) -> None:
    card = {"phone_number": "84912", "first_name": "An"} | ({"user_id": owner} if owner else {})
    assert seen(message(contact=card)).contact == Contact("84912", own)


def test_what_we_cannot_read_is_marked() -> None:
    assert seen(message(sticker={"file_id": "s"})).unsupported
    assert seen(message(some_future_thing={})).unsupported


@pytest.mark.parametrize(
    "content",
    [
        {"new_chat_members": [AN]},
        {"left_chat_member": AN},
        {"pinned_message": {"message_id": 1}},
        {"new_chat_title": "x"},
        {"forum_topic_created": {}},
    ],
)
def test_what_a_chat_says_about_itself_is_nothing(content: Json) -> None:
    assert read(message(chat=GROUP, **content)) is None


@pytest.mark.parametrize(
    "body",
    [
        message(text="x", **{"from": BOT}),
        message(text="x", sender_chat={"id": -100, "type": "channel"}),
        message(text="x", chat={"id": -100, "type": "channel", "title": "kênh"}),
        {"message_id": 7, "date": 1, "chat": {"id": -100, "type": "channel"}, "text": "x"},
    ],
)
def test_bots_channels_and_anonymous_administrators_are_nobody(body: Json) -> None:
    assert read(body) is None


def test_a_tap() -> None:
    pressed = {"message_id": 12, "date": 1, "chat": GROUP, "text": "thẻ", "from": BOT}
    body = {"id": "77", "from": AN, "chat_instance": "c", "data": "c:12:1:accept", "message": pressed}
    incoming = seen(body, "callback_query")
    assert (incoming.tap, incoming.query, incoming.message) == ("c:12:1:accept", "77", "12")
    assert (incoming.user, incoming.chat, incoming.group, incoming.text) == ("51", "-4001", True, "")


def test_a_tap_on_a_message_out_of_reach() -> None:
    body = {"id": "77", "from": AN, "data": "x", "message": {"message_id": 12, "date": 0, "chat": PRIVATE}}
    assert seen(body, "callback_query").message == "12"


def test_a_tap_under_an_inline_message_is_not_ours() -> None:
    assert read({"id": "77", "from": AN, "data": "x", "inline_message_id": "i"}, "callback_query") is None


@pytest.mark.parametrize(
    ("chat", "before", "after", "event"),
    [
        (PRIVATE, "member", "kicked", "blocked"),
        (PRIVATE, "kicked", "member", "unblocked"),
        (GROUP, "left", "member", "added"),
        (GROUP, "kicked", "administrator", "added"),
        (GROUP, "administrator", "left", "removed"),
        (GROUP, "member", "kicked", "removed"),
    ],
)
def test_membership(chat: Json, before: str, after: str, event: str) -> None:
    old, new = ({"user": BOT, "status": status} for status in (before, after))
    body = {"chat": chat, "from": AN, "date": 1, "old_chat_member": old, "new_chat_member": new}
    incoming = seen(body, "my_chat_member")
    assert (incoming.event, incoming.chat, incoming.group) == (event, str(chat["id"]), chat is GROUP)


def test_a_promotion_is_no_event() -> None:
    old, new = ({"user": BOT, "status": status} for status in ("member", "administrator"))
    body = {"chat": GROUP, "from": AN, "date": 1, "old_chat_member": old, "new_chat_member": new}
    assert read(body, "my_chat_member") is None


def test_both_chats_tell_of_a_move_alike() -> None:
    new = {"id": -100123, "type": "supergroup", "title": "Văn phòng"}
    left = seen(message(chat=GROUP, migrate_to_chat_id=-100123))
    came = seen(message(chat=new, migrate_from_chat_id=-4001, **{"from": BOT}))
    assert left == came
    assert (left.event, left.chat, left.moved_to, left.group) == ("migrated", "-4001", "-100123", True)


def test_a_kind_we_do_not_know_is_nothing() -> None:
    assert parse({"update_id": 5, "widget_query": {"id": "1"}}, "9") is None


def test_the_order_key_is_the_chat() -> None:
    tap = {"id": "1", "from": AN, "message": {"message_id": 1, "chat": GROUP}}
    assert order_key({"update_id": 1, "message": message(text="x")}) == "51"
    assert order_key({"update_id": 2, "callback_query": tap}) == "-4001"
    assert order_key({"update_id": 3, "callback_query": {"id": "1", "from": AN}}) == ""
    assert order_key({"update_id": 4, "poll": {}}) == ""


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["message_id", "chat", "from", "id", "type", "text", "photo", "contact", "message", "location"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(st.sampled_from(["message", "edited_message", "callback_query", "my_chat_member"]), JUNK)
def test_junk_fails_only_in_the_declared_ways(kind: str, body: Any) -> None:
    try:
        result = parse({"update_id": 1, kind: body}, "9")
    except (KeyError, TypeError, ValueError, AttributeError):
        return
    assert result is None or isinstance(result, Incoming)
