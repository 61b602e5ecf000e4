"""The web chat's server, over real HTTP: nothing lost, nothing doubled, nothing to those whom it does not concern."""

from __future__ import annotations

import asyncio
import json
from io import BytesIO
from pathlib import Path
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from bot.channels import errors, web_guard
from bot.channels.web_messages import BadMessage, incoming_of
from handlers.messages import Button, Outgoing
from storage import web as rows
from storage.models.people import web_message, web_session
from tests.web_world import CODE, GROUP, NO, YES, World, later, running, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SHA = "ab" * 32


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with running(tmp_path) as here:
        yield here


async def send(world: World, token: str, client: str, **body: Any) -> tuple[int, Any]:
    return await world.call("POST", "/web/send", token, json={"id": client, **body})


def texts(events: list[dict[str, Any]]) -> list[str]:
    return [event["body"]["text"] for event in events if event["kind"] == "message"]


async def count(world: World, table: Any) -> int:
    return await world.db.read(lambda conn: conn.scalar(select(func.count()).select_from(table)))


class TestEntering:
    async def test_an_invite_makes_an_account_and_starts_it(self, world: World) -> None:
        _token, user = await world.person()
        (start,) = world.program.got
        assert (start.text, start.user, start.chat, start.key) == (f"/start {CODE}", user, user, f"{user}:start")
        assert user.startswith("p")

    async def test_the_token_is_kept_as_a_hash_only(self, world: World) -> None:
        token, _user = await world.person()
        row = await world.db.read(lambda conn: conn.execute(select(web_session)).one())
        assert token not in str(tuple(row))

    async def test_a_lost_answer_is_asked_for_again_and_enters_once(self, world: World) -> None:
        token, user = await world.person()
        world.codes.clear()  # it has been used
        status, answer = await world.call("POST", "/web/enter", token, json={"code": CODE})
        assert (status, answer["user"], len(world.program.got)) == (200, user, 1)

    async def test_a_wrong_code_is_refused_kindly_and_not_for_ever_tried(self, world: World) -> None:
        for _ in range(10):
            status, answer = await world.call("POST", "/web/enter", token_urlsafe(32), json={"code": "WRONG23456"})
            assert status == 404
            assert "văn phòng xã" in answer["say"]
        status, _answer = await world.call("POST", "/web/enter", token_urlsafe(32), json={"code": CODE})
        assert status == 429
        world.seconds += 601
        assert (await world.call("POST", "/web/enter", token_urlsafe(32), json={"code": CODE}))[0] == 200

    async def test_while_the_database_is_away_the_page_is_told_to_repeat(self, world: World) -> None:
        world.program.down = True
        token = token_urlsafe(32)
        assert (await world.call("POST", "/web/enter", token, json={"code": CODE}))[0] == 503
        world.program.down = False
        assert (await world.call("POST", "/web/enter", token, json={"code": CODE}))[0] == 200
        assert len(world.program.got) == 1

    async def test_a_session_ends_after_ninety_days_unless_used(self, world: World) -> None:
        token, _user = await world.person()
        later(world, days=80)
        assert (await world.call("GET", "/web/hello", token))[0] == 200
        later(world, days=80)
        assert (await world.call("GET", "/web/hello", token))[0] == 200
        later(world, days=91)
        assert (await world.call("GET", "/web/hello", token))[0] == 401

    async def test_leaving_ends_it_on_this_device(self, world: World) -> None:
        token, _user = await world.person()
        await world.call("POST", "/web/leave", token, json={})
        assert (await world.call("GET", "/web/hello", token))[0] == 401

    async def test_there_is_no_demo_outside_the_demo(self, world: World) -> None:
        token = token_urlsafe(32)
        assert (await world.call("POST", "/web/demo", token, json={"phone": "cadre"}))[0] == 404
        assert (await world.call("POST", "/web/demo/summary", token, json={}))[0] == 404
        assert world.summaries == 0


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/web/hello"),
        ("GET", "/web/history?chat=p1"),
        ("GET", "/web/events?poll=1"),
        ("POST", "/web/send"),
        ("POST", "/web/got"),
        ("PUT", "/web/file/p1/abcdefgh1"),
        ("DELETE", "/web/file/p1/abcdefgh1"),
        ("GET", f"/web/photo/{SHA}"),
    ],
)
@pytest.mark.parametrize("token", ["", "x", "A" * 43, "A" * 5000])
async def test_without_a_session_nothing_works(world: World, method: str, path: str, token: str) -> None:
    assert (await world.call(method, path, token, data=b"{}"))[0] == 401
    assert world.program.got == []


class TestUp:
    async def test_a_message_is_acknowledged_after_the_program_has_kept_it(self, world: World) -> None:
        token, user = await world.person()
        assert await send(world, token, "client-01", text="Đường hỏng") == (200, {"ok": True})
        got = world.program.got[-1]
        assert (got.text, got.key, got.message, got.chat, got.group) == (
            "Đường hỏng",
            f"{user}:client-01",
            "client-01",
            user,
            False,
        )

    async def test_the_same_client_id_again_changes_nothing(self, world: World) -> None:
        token, _user = await world.person()
        before = await count(world, web_message)
        for _ in range(5):
            assert (await send(world, token, "client-01", text="Một lần"))[0] == 200
        assert [m.text for m in world.program.got].count("Một lần") == 1
        assert await count(world, web_message) == before + 2  # the words and their answer

    async def test_twenty_at_once_under_one_id_are_one(self, world: World) -> None:
        token, _user = await world.person()
        done = await asyncio.gather(*(send(world, token, "client-01", text="Một lần") for _ in range(20)))
        assert {status for status, _answer in done} == {200}
        assert [m.text for m in world.program.got].count("Một lần") == 1

    async def test_what_was_not_kept_is_not_acknowledged(self, world: World) -> None:
        token, _user = await world.person()
        world.program.down = True
        status, answer = await send(world, token, "client-01", text="Chờ")
        assert (status, answer["error"]) == (503, "later")
        world.program.down = False
        assert (await send(world, token, "client-01", text="Chờ"))[0] == 200

    async def test_a_channel_that_has_not_started_or_has_stopped_takes_nothing(self, world: World) -> None:
        token, _user = await world.person()
        await world.channel.stop()
        assert (await send(world, token, "client-01", text="Chờ"))[0] == 503

    async def test_order_holds(self, world: World) -> None:
        token, _user = await world.person()
        for number in range(12):
            await send(world, token, f"client-{number:02}", text=str(number))
        assert [m.text for m in world.program.got[1:]] == [str(n) for n in range(12)]

    async def test_a_tap_names_its_bubble_and_whom_a_toast_is_for(self, world: World) -> None:
        token, user = await world.person()
        await send(world, token, "client-01", tap="k:yes", message="17", page="abc123")
        got = world.program.got[-1]
        assert (got.tap, got.message, got.query, got.text) == ("k:yes", "17", f"{user}/abc123", "")

    async def test_a_correction_names_what_it_corrects(self, world: World) -> None:
        token, user = await world.person()
        await send(world, token, "client-01", text="38 hộ")
        await send(world, token, "client-02", text="83 hộ", edit="client-01")
        got = world.program.got[-1]
        assert (got.edited, got.message, got.key) == (True, "client-01", f"{user}:client-02")
        _status, past = await world.call("GET", f"/web/history?chat={user}", token)
        kept = [
            (e["body"]["text"], e["body"].get("edited"))
            for e in past["events"]
            if "hộ" in e["body"]["text"] and e.get("client")
        ]
        assert kept == [("83 hộ", True)]

    async def test_files_and_a_place(self, world: World) -> None:
        token, user = await world.person()
        file = {"ref": f"{user}/abcdefgh1", "kind": "photo", "name": "a.jpg", "mime": "image/jpeg", "size": 12}
        await send(
            world,
            token,
            "client-01",
            text="Đây",
            attachments=[file],
            album="album-001",
            location=[21.6, 105.8],
            reply_to="5",
        )
        got = world.program.got[-1]
        (photo,) = got.attachments
        assert (photo.ref, photo.kind, photo.size) == (file["ref"], "photo", 12)
        assert (got.album, got.location, got.reply_to) == ("album-001", (21.6, 105.8), "5")

    async def test_another_persons_file_cannot_be_named(self, world: World) -> None:
        token, _user = await world.person()
        _other, other = await world.person()
        file = {"ref": f"{other}/abcdefgh1", "kind": "photo", "name": "", "mime": "", "size": 1}
        assert (await send(world, token, "client-01", attachments=[file]))[0] == 400

    async def test_another_persons_chat_is_closed(self, world: World) -> None:
        token, _user = await world.person()
        _other, other = await world.person()
        assert (await send(world, token, "client-01", chat=other, text="x"))[0] in (400, 403)
        assert (await send(world, token, "client-02", chat=GROUP, text="x"))[0] == 403
        assert (await world.call("GET", f"/web/history?chat={other}", token))[0] == 403
        assert (await world.call("GET", f"/web/events?poll=1&chat={other}", token))[0] == 403

    async def test_too_much_is_refused_with_a_sentence(self, world: World) -> None:
        token, _user = await world.person()
        for body in (
            b'{"id":"client-01","text":"' + b"a" * 300_000 + b'"}',
            json.dumps({"id": "client-01", "text": "a" * 100_001}).encode(),
        ):
            status, answer = await world.call("POST", "/web/send", token, data=body)
            assert (status, answer["error"]) == (413, "big")
            assert "quá dài" in answer["say"]
        assert (await send(world, token, "client-02", text="a" * 100_000))[0] == 200

    async def test_a_body_without_a_length_is_bounded_too(self, world: World) -> None:
        token, _user = await world.person()

        async def endless() -> AsyncIterator[bytes]:
            for _ in range(64):
                yield b"a" * 8192

        assert (await world.call("POST", "/web/send", token, data=endless()))[0] == 413

    @pytest.mark.parametrize(
        "raw",
        [b"", b"{", b"[]", b'"x"', b"null", b"\xff\xfe", b"[" * 100_000, b'{"id":1}', b'{"id":"client-01","text":[]}'],
    )
    async def test_what_is_not_a_message_is_refused(self, world: World, raw: bytes) -> None:
        token, _user = await world.person()
        assert (await world.call("POST", "/web/send", token, data=raw))[0] == 400

    async def test_what_no_database_can_store_is_replaced(self, world: World) -> None:
        token, _user = await world.person()
        status, _answer = await world.call(
            "POST", "/web/send", token, data=b'{"id":"client-01","text":"a\\u0000b\\ud800c\\u202e"}'
        )
        assert status == 200
        assert world.program.got[-1].text == "a\ufffdb\ufffdc\u202e"

    @pytest.mark.parametrize(
        "headers",
        [
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
        ],
    )
    async def test_another_site_cannot_talk_to_it(self, world: World, headers: dict[str, str]) -> None:
        token, _user = await world.person()
        assert (await world.call("POST", "/web/send", token, headers=headers, json={"id": "client-01", "text": "x"}))[
            0
        ] == 403
        assert len(world.program.got) == 1

    async def test_its_own_page_can(self, world: World) -> None:
        token, _user = await world.person()
        headers = {"Origin": world.base, "Sec-Fetch-Site": "same-origin"}
        assert (await world.call("POST", "/web/send", token, headers=headers, json={"id": "client-01", "text": "x"}))[
            0
        ] == 200


@pytest.mark.parametrize(
    "broken",
    [
        {"id": ""},
        {"id": "short"},
        {"id": "a" * 41},
        {"id": "client 01"},
        {"tap": "x" * 65},
        {"tap": "ộ" * 40},
        {"tap": "k:yes", "message": "../1"},
        {"chat": "p-someone-else"},
        {"location": [91, 0]},
        {"location": [float("nan"), 0]},
        {"location": [True, 0]},
        {"location": "21,105"},
        {"attachments": {}},
        {"attachments": [{}]},
        {"attachments": [{"kind": "photo", "ref": "p1/../../etc"}]},
        {"attachments": [{"kind": "program", "ref": "p1/abcdefgh1"}]},
        {"attachments": [{"kind": "photo", "ref": "p1/abcdefgh1", "size": -1}]},
        {"attachments": [{"kind": "photo", "ref": "p1/abcdefgh1", "size": True}]},
        {"attachments": [{"kind": "photo", "ref": "p1/abcdefgh1"}] * 21},
        {"text": None},
        {"page": "<b>"},
    ],
)
def test_a_field_out_of_bounds_is_refused(broken: dict[str, Any]) -> None:
    if "page" in broken:
        broken["tap"] = "k:yes"
    with pytest.raises(BadMessage):
        incoming_of({"id": "client-01", "text": "x", **broken}, "p1")


def test_an_empty_message_is_passed_on_as_nothing_we_understand() -> None:
    assert incoming_of({"id": "client-01", "text": " \n"}, "p1").unsupported


class TestDown:
    async def test_a_letter_counts_as_sent_when_the_page_has_fetched_it(self, world: World) -> None:
        token, user = await world.person()
        sent = await world.channel.send(Outgoing(world.to(user), "Có trả lời", ((YES, NO),)), letter=41)
        assert sent.pending
        found = await world.news(token)
        assert str(found[-1]["id"]) == sent.external
        assert world.arrived == []
        await world.call("POST", "/web/got", token, json={"ids": [found[-1]["id"]]})
        await world.call("POST", "/web/got", token, json={"ids": [found[-1]["id"]]})
        assert world.arrived == [41]

    async def test_nobody_else_confirms_a_letter(self, world: World) -> None:
        _token, user = await world.person()
        other, _ = await world.person()
        sent = await world.channel.send(Outgoing(world.to(user), "Của người khác"), letter=41)
        await world.call("POST", "/web/got", other, json={"ids": [int(sent.external)], "chats": [user]})
        assert world.arrived == []

    async def test_a_letter_in_two_bubbles_has_arrived_with_the_second(self, world: World) -> None:
        token, user = await world.person()
        one = await world.channel.send(Outgoing(world.to(user), "Phần 1"), letter=7)
        two = await world.channel.send(Outgoing(world.to(user), "Phần 2"), letter=7)
        await world.call("POST", "/web/got", token, json={"ids": [int(one.external)]})
        assert world.arrived == []
        await world.call("POST", "/web/got", token, json={"ids": [int(two.external)]})
        assert world.arrived == [7]

    async def test_a_letter_sent_again_is_not_shown_again(self, world: World) -> None:
        _token, user = await world.person()
        one = await world.channel.send(Outgoing(world.to(user), "Một"), letter=7)
        again = await world.channel.send(Outgoing(world.to(user), "Một"), letter=7)
        assert one == again

    async def test_what_no_page_confirmed_comes_again_even_before_the_position(self, world: World) -> None:
        token, user = await world.person()
        await world.channel.send(Outgoing(world.to(user), "Chưa xem"))
        assert "Chưa xem" in texts(await world.news(token, after=10_000))

    async def test_an_open_stream_is_woken(self, world: World) -> None:
        token, user = await world.person()
        headers = {"Authorization": f"Bearer {token}"}
        async with world.http.get(f"{world.base}/web/events?after=9999", headers=headers) as stream:
            assert stream.content_type == "text/event-stream"
            assert b"hello" in await stream.content.readuntil(b"\n\n")
            await world.channel.send(Outgoing(world.to(user), "Vừa đến\n\nhai dòng"))
            while True:
                event = json.loads((await stream.content.readuntil(b"\n\n"))[6:])
                if event["body"]["text"] == "Vừa đến\n\nhai dòng":
                    break
            await world.channel.stop()
            rest = await stream.content.read()  # it ends; what came while the table was read comes twice, by one number
            assert rest.count(b"data:") == rest.count(f'"id":{event["id"]},'.encode())

    async def test_a_page_that_does_not_read_is_closed_not_waited_for(self, world: World) -> None:
        _token, user = await world.person()
        from bot.channels.web_hub import QUEUE, Stream

        stream = Stream(user, "", frozenset([user]))
        world.channel.hub.join(stream)
        for number in range(QUEUE + 1):
            world.channel.hub.say(user, {"kind": "message", "id": number})
        assert stream.queue.get_nowait() is None

    async def test_an_edit_changes_the_bubble_and_reaches_a_page_that_was_away(self, world: World) -> None:
        token, user = await world.person()
        sent = await world.channel.send(Outgoing(world.to(user), "Chưa ai nhận", ((YES,),)))
        changed = await world.channel.send(Outgoing(world.to(user), "Đã nhận", edit=sent.external))
        assert changed.external == sent.external
        _status, past = await world.call("GET", f"/web/history?chat={user}", token)
        assert past["events"][-1]["body"] == {"text": "Đã nhận"}
        edits = [event for event in await world.news(token, after=int(sent.external)) if event["kind"] == "edit"]
        assert [(event["edits"], event["body"]["text"]) for event in edits] == [(int(sent.external), "Đã nhận")]

    async def test_an_edit_that_cannot_be(self, world: World) -> None:
        _token, user = await world.person()
        _other, other = await world.person()
        sent = await world.channel.send(Outgoing(world.to(user), "Một"))
        with pytest.raises(errors.NotChanged):
            await world.channel.send(Outgoing(world.to(user), "Một", edit=sent.external))
        for chat, edit in ((other, sent.external), (user, "999999"), (user, "9" * 30), (user, "abc")):
            with pytest.raises(errors.MessageGone):
                await world.channel.send(Outgoing(world.to(chat), "Hai", edit=edit))

    async def test_an_edit_of_the_buttons_alone_keeps_the_words(self, world: World) -> None:
        token, user = await world.person()
        sent = await world.channel.send(Outgoing(world.to(user), "Thẻ", ((YES,),)))
        await world.channel.send(Outgoing(world.to(user), edit=sent.external))
        _status, past = await world.call("GET", f"/web/history?chat={user}", token)
        assert past["events"][-1]["body"] == {"text": "Thẻ", "buttons": []}

    @pytest.mark.usefixtures("readable")
    async def test_fleeting_words_reach_the_page_and_no_disk(self, world: World) -> None:
        token, user = await world.person()
        sent = await world.channel.send(
            Outgoing(world.to(user), "Đây có phải là tố cáo không?", ((YES, NO),), fleeting=True)
        )
        assert not sent.pending
        await world.call(
            "POST", "/web/got", token, json={"ids": [e["id"] for e in await world.news(token) if type(e["id"]) is int]}
        )
        found = await world.news(token, after=9999)
        assert texts(found) == ["Đây có phải là tố cáo không?"]
        await world.db.purge()
        stored = b"".join(path.read_bytes() for path in world.folder.rglob("*") if path.is_file())
        assert "tố cáo".encode() not in stored

    async def test_answered_fleeting_words_go(self, world: World) -> None:
        token, user = await world.person()
        sent = await world.channel.send(Outgoing(world.to(user), "Có phải không?", fleeting=True))
        await world.channel.send(Outgoing(world.to(user), "Đã rõ", edit=sent.external))
        assert "Có phải không?" not in texts(await world.news(token))
        world.program.answers = False
        await world.channel.send(Outgoing(world.to(user), "Hỏi lần nữa", fleeting=True))
        world.seconds += 601
        assert "Hỏi lần nữa" not in texts(await world.news(token))

    async def test_a_toast_is_for_the_presser_alone(self, world: World) -> None:
        token, user = await world.person()
        other, stranger = await world.person()
        world.seers |= {(user, GROUP), (stranger, GROUP)}
        before = await count(world, web_message)
        await world.channel.send(
            Outgoing(world.to(GROUP), toast="Không thuộc đồng chí", query=f"{user}/page1", alert=True)
        )
        assert await count(world, web_message) == before
        mine = [e for e in await world.news(token, after=0, page="page1", chat=GROUP) if e["kind"] == "toast"]
        assert [(event["text"], event["alert"]) for event in mine] == [("Không thuộc đồng chí", True)]
        await world.channel.send(Outgoing(world.to(GROUP), "Có việc"))
        assert [e["kind"] for e in await world.news(other, after=0, page="page1", chat=GROUP)] == ["message"]

    async def test_a_person_without_any_device_left_is_out_of_reach(self, world: World) -> None:
        _token, user = await world.person()
        later(world, days=91)
        with pytest.raises(errors.PersonStopped):
            await world.channel.send(Outgoing(world.to(user), "Có trả lời"), letter=1)

    async def test_the_last_fifty_bubbles_come_back(self, world: World) -> None:
        token, user = await world.person()
        for number in range(60):
            await world.channel.send(Outgoing(world.to(user), str(number)))
        _status, past = await world.call("GET", f"/web/history?chat={user}", token)
        assert texts(past["events"]) == [str(n) for n in range(10, 60)]

    async def test_html_stays_text(self, world: World) -> None:
        token, user = await world.person()
        nasty = "<img src=x onerror=alert(1)> *đậm* [a](http://b) </script>"
        await world.channel.send(Outgoing(world.to(user), nasty, ((Button("<b>x</b>", "k:yes"),),)))
        assert texts(await world.news(token))[-1] == nasty


class TestOwnWords:
    async def test_judged_words_come_back_after_a_reload(self, world: World) -> None:
        token, user = await world.person()
        await send(world, token, "client-01", text="Của tôi")
        _status, past = await world.call("GET", f"/web/history?chat={user}", token)
        mine = [event for event in past["events"] if event.get("client") == "client-01"]
        assert [(event["body"]["text"], event["user"]) for event in mine] == [("Của tôi", user)]

    async def test_the_code_that_let_one_in_is_not_kept(self, world: World) -> None:
        token, user = await world.person()
        _status, past = await world.call("GET", f"/web/history?chat={user}", token)
        assert [event for event in past["events"] if event.get("client")] == []

    async def test_a_pressed_button_leaves_no_bubble(self, world: World) -> None:
        token, user = await world.person()
        sent = await world.channel.send(Outgoing(world.to(user), "Đúng không?", ((YES,),)))
        await send(world, token, "client-01", tap="k:yes", message=sent.external, text="forged")
        _status, past = await world.call("GET", f"/web/history?chat={user}", token)
        assert [event for event in past["events"] if event.get("client")] == []

    @pytest.mark.usefixtures("readable")
    async def test_what_turned_out_a_denunciation_is_forgotten(self, world: World) -> None:
        token, user = await world.person()
        since = world.now
        later(world, minutes=1)
        await send(world, token, "client-01", text="Mảnh đầu")
        await world.db.write(lambda conn: rows.forget_since(conn, user, since))
        await world.db.purge()
        assert "Mảnh đầu".encode() not in b"".join(p.read_bytes() for p in world.folder.rglob("*") if p.is_file())

    async def test_old_bubbles_go_when_fetched(self, world: World) -> None:
        token, user = await world.person()
        await world.channel.send(Outgoing(world.to(user), "Đã xem"))
        await world.call("POST", "/web/got", token, json={"ids": [event["id"] for event in await world.news(token)]})
        await world.channel.send(Outgoing(world.to(user), "Chưa xem"))
        later(world, days=31)
        await world.db.write(lambda conn: rows.purge(conn, world.now))
        _status, past = await world.call("GET", f"/web/history?chat={user}", token)
        assert texts(past["events"]) == ["Chưa xem"]


class TestGroups:
    async def test_members_see_each_others_words_under_their_official_names(self, world: World) -> None:
        token, user = await world.person()
        other, stranger = await world.person()
        world.seers |= {(user, GROUP), (stranger, GROUP)}
        await send(world, token, "client-01", chat=GROUP, text="nhận KN12")
        got = world.program.got[-1]
        assert (got.group, got.chat) == (True, GROUP)
        seen = await world.news(other, chat=GROUP)
        assert (seen[0]["body"]["text"], seen[0]["body"]["author"], seen[0]["user"]) == (
            "nhận KN12",
            f"Tên {user}",
            user,
        )

    async def test_the_groups_are_offered_by_title(self, world: World) -> None:
        token, user = await world.person()
        world.seers.add((user, GROUP))
        _status, hello = await world.call("GET", "/web/hello", token)
        assert hello["chats"] == [{"id": user, "title": ""}, {"id": GROUP, "title": "Tổ Văn hoá"}]

    async def test_outsiders_hear_nothing(self, world: World) -> None:
        token, user = await world.person()
        await world.channel.send(Outgoing(world.to(GROUP), "Việc của nhóm"))
        status, _answer = await world.call("GET", f"/web/events?poll=1&chat={GROUP}", token)
        assert status == 403
        world.seers.add((user, "p-somebody"))  # whatever a hook says: a private chat is its owner's
        assert (await world.call("GET", "/web/history?chat=p-somebody", token))[0] == 403


class TestFiles:
    async def ask(self, world: World, ref: str) -> None:
        with pytest.raises(errors.NotYet):
            await world.channel.fetch(ref, world.folder / "kept")

    async def test_a_file_comes_only_when_it_is_asked_for(self, world: World) -> None:
        token, user = await world.person()
        ref = f"{user}/abcdefgh1"
        assert (await world.call("PUT", f"/web/file/{ref}", token, data=b"bytes"))[0] == 409
        await self.ask(world, ref)
        assert [e["ref"] for e in await world.news(token) if e["kind"] == "want"] == [ref]
        assert (await world.call("PUT", f"/web/file/{ref}", token, data=b"bytes"))[0] == 200
        await world.channel.fetch(ref, world.folder / "kept")
        assert (world.folder / "kept").read_bytes() == b"bytes"
        assert list((world.folder / "coming").iterdir()) == []

    async def test_an_open_page_is_asked_at_once(self, world: World) -> None:
        token, user = await world.person()
        await world.call("POST", "/web/got", token, json={"ids": [event["id"] for event in await world.news(token)]})
        poll = asyncio.create_task(world.news(token, after=9999))
        await until(lambda: world.channel.hub._streams)
        await self.ask(world, f"{user}/abcdefgh1")
        assert [event["kind"] for event in await poll] == ["want"]

    async def test_an_arrived_file_outlives_a_restart(self, world: World) -> None:
        token, user = await world.person()
        ref = f"{user}/abcdefgh1"
        await self.ask(world, ref)
        await world.call("PUT", f"/web/file/{ref}", token, data=b"bytes")
        type(world.channel).__post_init__(world.channel)  # all memory is gone
        await world.channel.fetch(ref, world.folder / "kept")
        assert (world.folder / "kept").read_bytes() == b"bytes"

    async def test_nobody_hands_over_or_denies_anothers_file(self, world: World) -> None:
        _token, user = await world.person()
        other, _stranger = await world.person()
        ref = f"{user}/abcdefgh1"
        await self.ask(world, ref)
        assert (await world.call("PUT", f"/web/file/{ref}", other, data=b"forged"))[0] == 403
        assert (await world.call("DELETE", f"/web/file/{ref}", other))[0] == 403
        await self.ask(world, ref)

    @pytest.mark.parametrize("chunked", [False, True])
    async def test_a_file_that_is_too_big(self, world: World, *, chunked: bool) -> None:
        token, user = await world.person()
        ref = f"{user}/abcdefgh1"
        await self.ask(world, ref)

        async def parts() -> AsyncIterator[bytes]:
            for _ in range(21):
                yield bytes(2**20)

        status, answer = await world.call(
            "PUT", f"/web/file/{ref}", token, data=parts() if chunked else BytesIO(bytes(21 * 2**20))
        )
        assert (status, answer["error"]) == (413, "file")
        with pytest.raises(errors.FileTooBig):
            await world.channel.fetch(ref, world.folder / "kept")
        assert list(world.folder.rglob("*.part")) == []

    async def test_a_file_the_device_no_longer_has(self, world: World) -> None:
        token, user = await world.person()
        ref = f"{user}/abcdefgh1"
        await self.ask(world, ref)
        await world.call("DELETE", f"/web/file/{ref}", token)
        with pytest.raises(errors.FileMissing):
            await world.channel.fetch(ref, world.folder / "kept")

    @pytest.mark.parametrize("name", ["..%2f..%2fetc", "a", "abc.defgh", "%00abcdefgh"])
    async def test_a_file_name_is_never_a_path(self, world: World, name: str) -> None:
        token, user = await world.person()
        status, _answer = await world.call("PUT", f"/web/file/{user}/{name}", token, data=b"x")
        assert status in (403, 404)
        assert not (world.folder / "coming").exists()


class TestPages:
    async def test_a_picture_is_for_those_who_may_see_it(self, world: World) -> None:
        token, user = await world.person()
        (world.folder / f"{SHA}.jpg").write_bytes(b"\xff\xd8jpeg")
        assert (await world.call("GET", f"/web/photo/{SHA}", token))[0] == 404
        world.seers.add((user, SHA))
        headers = {"Authorization": f"Bearer {token}"}
        async with world.http.get(f"{world.base}/web/photo/{SHA}", headers=headers) as response:
            assert await response.read() == b"\xff\xd8jpeg"
            assert response.headers["Content-Type"] == "image/jpeg"
            assert response.headers["Cache-Control"] == "no-store"
            assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert (await world.call("GET", "/web/photo/..%2f..%2fweb.sqlite3", token))[0] == 404

    @pytest.mark.parametrize(
        "path", ["/", "/chat", "/i/ABCD234567", "/sw.js", "/web/static/chat.js", "/web/static/words.json"]
    )
    async def test_the_page_and_its_headers(self, world: World, path: str) -> None:
        async with world.http.get(world.base + path) as response:
            assert response.status == 200
            policy = response.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert response.headers["Referrer-Policy"] == "no-referrer"
            assert "Set-Cookie" not in response.headers

    @pytest.mark.parametrize("name", ["nothing.js", "..%2fweb.py", "chat.js.map"])
    async def test_nothing_but_the_pages_files_is_served(self, world: World, name: str) -> None:
        async with world.http.get(f"{world.base}/web/static/{name}") as response:
            assert response.status == 404

    def test_the_page_fetches_nothing_from_elsewhere_and_makes_no_markup(self) -> None:
        for path in web_guard.STATIC.iterdir():
            text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
            assert "http://" not in text, path.name
            assert "https://" not in text, path.name
            if path.suffix == ".js":
                for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
                    assert word not in text, (path.name, word)
            if path.suffix == ".html":
                assert " style=" not in text
                assert "<script>" not in text

    def test_every_script_travels_in_the_kept_copy_of_the_page(self) -> None:
        kept = (web_guard.STATIC / "sw.js").read_text(encoding="utf-8")
        for path in web_guard.STATIC.glob("*.js"):
            assert path.stem in {"sw", "demo", "table"} or f'"{path.stem}"' in kept, path.name

    def test_both_languages_are_complete_and_every_word_is_used(self) -> None:
        vi, en = web_guard.WORDS["vi"], web_guard.WORDS["en"]
        assert list(vi) == list(en)
        assert all(vi.values())
        assert all(en.values())
        code = "".join(
            path.read_text(encoding="utf-8") for path in web_guard.STATIC.iterdir() if path.suffix in {".js", ".html"}
        )
        kinds = {f"{kind}One" for kind in ("photo", "video", "voice", "audio", "document")} | {
            "queued",
            "sent",
            "failed",
        }
        for key in vi:
            assert key.startswith("error.") or key in kinds or f'"{key}"' in code, key


PHONES = {"cadre": ("pcadre", ("pcadre",)), "official": ("pofficial", ("pofficial",)), "group": ("pofficial", (GROUP,))}


class TestDemo:
    @pytest.fixture
    async def world(self, tmp_path: Path) -> AsyncIterator[World]:
        async with running(tmp_path, PHONES) as here:
            yield here

    async def test_three_phones(self, world: World) -> None:
        token = token_urlsafe(32)
        assert await world.call("POST", "/web/demo", token, json={"phone": "group"}) == (
            200,
            {"user": "pofficial", "chats": [GROUP]},
        )
        await world.channel.send(Outgoing(world.to(GROUP), "Tổng hợp"))
        assert texts(await world.news(token, chat=GROUP)) == ["Tổng hợp"]
        assert (await world.call("GET", "/web/history?chat=pcadre", token))[0] == 403
        _status, hello = await world.call("GET", "/web/hello?phone=group", token)
        assert [chat["id"] for chat in hello["chats"]] == [GROUP]

    async def test_a_phone_greets_once_however_often_it_is_opened(self, world: World) -> None:
        for _ in range(3):
            await world.call("POST", "/web/demo", token_urlsafe(32), json={"phone": "cadre"})
        assert [m.text for m in world.program.got] == ["/start"]

    async def test_a_letter_may_come_before_a_phone_is_opened(self, world: World) -> None:
        assert (await world.channel.send(Outgoing(world.to("pofficial"), "Sớm"), letter=3)).pending

    async def test_no_phone_of_another_name(self, world: World) -> None:
        assert (await world.call("POST", "/web/demo", token_urlsafe(32), json={"phone": "mayor"}))[0] == 404

    async def test_the_summary_button(self, world: World) -> None:
        assert (await world.call("POST", "/web/demo/summary"))[0] == 200
        assert world.summaries == 1
        assert (await world.call("POST", "/web/demo/summary", headers={"Origin": "http://evil.example"}))[0] == 403

    async def test_a_name_that_only_points_at_this_machine_gets_nothing(self, world: World) -> None:
        for host, status in (("evil.example", 403), ("localhost", 200), ("127.0.0.1:80", 200)):
            got = await world.call(
                "POST", "/web/demo", token_urlsafe(32), headers={"Host": host}, json={"phone": "cadre"}
            )
            assert got[0] == status
