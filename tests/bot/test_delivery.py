"""Letters: claimed, sent, recorded; through a crash, to a second account, in a trial to one person only."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot import delivery
from bot.channels import Sent, errors
from handlers import letters as words_of
from handlers.messages import Outgoing
from handlers.status import OPEN
from storage import announce, cases, groups, handover, outbox, privacy
from storage.models.letters import letter
from tests.bot.conftest import Open
from tests.bot.office import ADMIN, CADRE, OFFICIAL, SECOND, Office, unit_of
from tests.conversation.fake import BUTTONS, FakeChannel

MARK = "🧪 CHẠY THỬ. Khi dùng thật, tin này sẽ gửi đến: "
EVERY_TEMPLATE = {"card", "told", "replied", "alarm", "unreachable", "file_bad", "stuck", "summary"}
EVERY_TEMPLATE |= {"data_asked", "data_late", "data_answer"}
EVERY_TEMPLATE |= {"announcement", "preview"}
EVERY_TEMPLATE |= {"handover", "handover_given", "handover_seen", "leave"}


async def test_one_row_each_and_each_says_where_it_went(office: Open) -> None:
    async with office() as it:
        await it.account_of(OFFICIAL, "u-hoa")
        await it.account_of(SECOND, "u-lan")
        case = await it.case()
        ids = [await it.letter("card", code, case) for code in (OFFICIAL, SECOND)]
        await it.quiet()
        rows = [await it.row(number) for number in ids]
        assert [(row.state, row.chat, row.channel, row.attempts) for row in rows] == [
            ("sent", "u-hoa", "fake", 1),
            ("sent", "u-lan", "fake", 1),
        ]
        assert all(row.external and row.sent_at == it.now and row.next_at is None for row in rows)
        assert len(it.texts("u-hoa")) == len(it.texts("u-lan")) == 1


async def test_the_same_letter_is_queued_once(office: Open) -> None:
    async with office() as it:
        row = {"dedupe": "one", "template": "stuck", "person_id": await it.person(ADMIN), "params": {"n": 1}}
        assert await it.write(lambda conn: outbox.put(conn, it.now, [row, row])) == 1
        assert await it.write(lambda conn: outbox.put(conn, it.now, [row])) == 0


async def test_a_crash_between_claim_and_record_sends_again_when_the_claim_has_run_out(office: Open) -> None:
    async with office() as it:
        await it.account_of(CADRE, "u-binh")
        sent = await it.told()
        taken = await it.write(lambda conn: outbox.claim(conn, it.now))  # and whoever took it is gone
        assert [row.id for row in taken] == [sent]
        await it.quiet()
        assert it.texts("u-binh") == [], "it may be on its way"
        await it.later(seconds=outbox.CLAIM.total_seconds() - 1)
        assert it.texts("u-binh") == []
        await it.later(seconds=1)
        assert len(it.texts("u-binh")) == 1
        assert ((await it.row(sent)).state, (await it.row(sent)).attempts) == ("sent", 2)


async def test_a_restart_does_not_wait_for_the_claim_of_the_dead(office: Open) -> None:
    async with office() as it:
        await it.account_of(CADRE, "u-binh")
        await it.told()
        await it.write(lambda conn: outbox.claim(conn, it.now))
        await it.stop()
        await it.start()
        await it.quiet()
        assert len(it.texts("u-binh")) == 1


async def test_a_second_account_gets_it_when_the_first_has_stopped(office: Open) -> None:
    async with office() as it:
        await it.account_of(CADRE, "u-new")
        await it.account_of(CADRE, "u-old", used=60)
        it.channel.trouble["u-new"] = errors.PersonStopped()
        sent = await it.told()
        await it.quiet()
        assert len(it.texts("u-old")) == 1
        assert ((await it.row(sent)).state, (await it.row(sent)).chat) == ("sent", "u-old")
        assert await it.letters("unreachable") == []
        it.channel.trouble.clear()
        await it.told()
        await it.quiet()
        assert it.texts("u-new") == [], "who has stopped is not tried again until they write"
        assert len(it.texts("u-old")) == 2


async def test_it_goes_to_the_account_last_used(office: Open) -> None:
    async with office() as it:
        await it.account_of(CADRE, "u-old", used=60)
        await it.account_of(CADRE, "u-new")
        await it.told()
        await it.quiet()
        assert (len(it.texts("u-new")), len(it.texts("u-old"))) == (1, 0)


async def test_a_summary_whose_outcome_is_unknown_is_not_sent_twice(office: Open) -> None:
    async with office() as it:
        await it.account_of(ADMIN, "u-tri")
        group = await it.group_of("g-xa")
        it.now = it.now.replace(day=27, hour=9)
        it.channel.trouble["g-xa"] = errors.OutcomeUnknown()
        await it.tick()
        await it.quiet()
        (row,) = await it.letters("summary")
        assert (row.group_id, row.state, row.attempts) == (group, "unknown", 1)
        assert len(it.texts("u-tri")) == 1, "the administrator is told"
        it.channel.trouble.clear()
        for _ in range(4):
            await it.later(hours=30)
            await it.tick()
        await it.quiet()
        assert it.texts("g-xa") == []
        assert await it.write(lambda conn: outbox.again(conn, row.id, it.now))
        await it.quiet()
        assert len(it.texts("g-xa")) == 1, "by hand it is"


async def test_a_summary_in_the_middle_of_whose_sending_the_program_died(office: Open) -> None:
    async with office() as it:
        await it.account_of(ADMIN, "u-tri")
        sent = await it.letter("summary", await it.group_of("g-xa"), params=figures())
        await it.write(lambda conn: outbox.claim(conn, it.now))
        await it.write(lambda conn: outbox.sending(conn, sent))
        await it.stop()
        await it.start()
        await it.quiet()
        assert (await it.row(sent)).state == "unknown"
        assert it.texts("g-xa") == []
        assert len(it.texts("u-tri")) == 1


async def test_what_stands_there_in_part_is_not_begun_again(office: Open) -> None:
    async with office() as it:
        sent = await it.letter("summary", await it.group_of("g-xa"), params=figures())
        it.channel.limits = replace(it.channel.limits, text=60)
        said, send = [], it.channel.send

        async def second_fails(message: Outgoing, *, letter: int = 0) -> Sent:
            said.append(message.text)
            if len(said) > 1:
                raise errors.Unreachable
            return await send(message, letter=letter)

        it.channel.send = second_fails  # type: ignore[method-assign]
        await it.quiet()
        await it.later(hours=1)
        assert len(said) == 2
        assert (await it.row(sent)).state == "unknown"


async def test_it_backs_off_and_ends_and_a_human_learns_of_it(office: Open) -> None:
    async with office() as it:
        await it.account_of(OFFICIAL, "u-hoa")
        await it.account_of(ADMIN, "u-tri")
        it.channel.trouble["u-hoa"] = errors.Unreachable()
        sent, begun = await it.letter("card", OFFICIAL, await it.case()), it.now
        tries = []
        await it.quiet()
        while (row := await it.row(sent)).state == "waiting":
            tries.append(row.next_at - it.now)
            assert len(tries) < 100
            it.now = row.next_at
            await it.quiet()
        assert tries[:6] == [timedelta(seconds=wait) for wait in (30, 120, 600, 1800, 3600, 7200)]
        assert set(tries[6:]) == {timedelta(hours=2)}
        assert (row.state, row.error) == ("failed", "network")
        assert timedelta(days=3) < it.now - begun < timedelta(days=3, hours=3)
        assert len(it.texts("u-tri")) == 1


async def test_before_its_time_it_is_not_tried(office: Open) -> None:
    async with office() as it:
        await it.account_of(CADRE, "u-binh")
        it.channel.trouble["u-binh"] = errors.Unreachable()
        sent = await it.told()
        await it.quiet()
        it.channel.trouble.clear()
        await it.later(seconds=29)
        assert (await it.row(sent)).attempts == 1
        await it.later(seconds=1)
        assert len(it.texts("u-binh")) == 1


async def test_our_own_mistake_holds_up_nobody_else(office: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """One letter cannot be made, one cannot be sent: the next, to the same person, goes out all the same."""
    async with office() as it:
        await it.account_of(OFFICIAL, "u-hoa")
        unmade = await it.letter("alarm", OFFICIAL, await it.case())  # no `why`: its words cannot be made
        unsent = await it.letter("card", OFFICIAL, await it.case())
        good = await it.letter("card", OFFICIAL, await it.case())
        send = it.channel.send

        async def mistaken(message: Outgoing, *, letter: int = 0) -> Sent:
            if letter == unsent:
                raise KeyError("a mistake")
            return await send(message, letter=letter)

        monkeypatch.setattr(it.channel, "send", mistaken)
        await it.quiet()
        rows = [await it.row(number) for number in (unmade, unsent, good)]
        assert [(row.state, row.error) for row in rows] == [
            ("waiting", "internal"),
            ("waiting", "internal"),
            ("sent", None),
        ]


async def test_a_groups_bot_that_is_no_longer_served(office: Open) -> None:
    async with office() as it:
        await it.account_of(ADMIN, "u-tri")
        group = await it.group_of("g-pkt", department_code="PKT")
        await it.write(lambda conn: groups.tie(conn, "telegram", "9", "-100", **scope_of(conn, group)))
        other = await it.read(lambda conn: groups.find(conn, "telegram", "9", "-100"))
        assert other is not None
        sent = await it.letter("card", other.id, await it.case())
        await it.quiet()
        assert ((await it.row(sent)).state, (await it.row(sent)).error) == ("failed", "no_channel")
        assert len(it.texts("u-tri")) == 1


def scope_of(conn: Any, group_id: int) -> dict[str, Any]:
    row = groups.get(conn, group_id)
    assert row is not None
    return {name: getattr(row, name) for name in ("name", "unit_id", "department_id", "mode", "tied_at")}


async def test_a_web_letter_is_sent_when_it_was_fetched(office: Open) -> None:
    class Page(FakeChannel):
        async def send(self, message: Outgoing, *, letter: int = 0) -> Sent:
            return replace(await super().send(message, letter=letter), pending=True)

    async with office() as it:
        it.channel = Page()
        it.running.app.add(it.channel)
        await it.account_of(CADRE, "u-binh")
        sent = await it.told()
        await it.quiet()
        assert ((await it.row(sent)).state, (await it.row(sent)).sent_at) == ("handed", None)
        await it.write(lambda conn: outbox.arrived(conn, [sent], it.now))
        assert ((await it.row(sent)).state, (await it.row(sent)).sent_at) == ("sent", it.now)


# Live cards.


async def shown_card(it: Office, to: str | int) -> tuple[tuple[int, int], int]:
    case = await it.case()
    number = await it.letter("card", to, case)
    await it.quiet()
    return case, number


async def refresh(it: Office, case: tuple[int, int], card: int, to: str | int) -> int:
    """The case is accepted, and its card is to show it."""
    await it.write(lambda conn: cases.change(conn, case[0], 1, state="accepted"))
    return await it.letter("card", to, case, edits=card, silent=True)


async def test_a_card_that_was_shown_is_changed_in_its_place(office: Open) -> None:
    async with office() as it:
        await it.account_of(OFFICIAL, "u-hoa")
        case, card = await shown_card(it, OFFICIAL)
        before = it.texts("u-hoa")
        edit = await refresh(it, case, card, OFFICIAL)
        await it.quiet()
        assert (await it.row(edit)).state == "sent"
        assert len(it.texts("u-hoa")) == 1
        assert it.texts("u-hoa") != before


async def test_an_edit_to_somebody_who_stopped_ends(office: Open) -> None:
    async with office() as it:
        await it.account_of(OFFICIAL, "u-hoa")
        case, card = await shown_card(it, OFFICIAL)
        edit = await refresh(it, case, card, OFFICIAL)
        it.channel.trouble["u-hoa"] = errors.PersonStopped()
        await it.quiet()
        assert ((await it.row(edit)).state, (await it.row(edit)).attempts) == ("skipped", 2)


async def test_an_edit_in_a_group_that_moved_ends(office: Open) -> None:
    async with office() as it:
        group = await it.group_of("g-pkt", department_code="PKT")
        case, card = await shown_card(it, group)
        edit = await refresh(it, case, card, group)
        it.channel.trouble["g-pkt"] = errors.GroupMoved(moved_to="g-new")
        await it.quiet()
        assert ((await it.row(edit)).state, (await it.row(edit)).attempts) == ("skipped", 2)


async def test_a_chat_that_changed_hands_does_not_see_what_its_former_owner_did(office: Open) -> None:
    async with office() as it:
        await it.account_of(OFFICIAL, "u-phone")
        case, card = await shown_card(it, OFFICIAL)
        await it.account_of(CADRE, "u-phone")  # the office's phone was handed on
        before = it.texts("u-phone")
        edit = await refresh(it, case, card, OFFICIAL)
        await it.quiet()
        assert (await it.row(edit)).state == "skipped"
        assert it.texts("u-phone") == before


async def test_a_card_whose_message_is_gone_is_let_be(office: Open) -> None:
    async with office() as it:
        await it.account_of(OFFICIAL, "u-hoa")
        case, card = await shown_card(it, OFFICIAL)
        it.channel.chats.clear()
        edit = await refresh(it, case, card, OFFICIAL)
        await it.quiet()
        assert ((await it.row(edit)).state, (await it.row(edit)).error) == ("skipped", "message_gone")


# Stuck letters.


async def test_administrators_hear_once_a_day_of_stuck_letters_for_a_week(office: Open) -> None:
    async with office() as it:
        await it.account_of(ADMIN, "u-tri")
        await it.account_of(OFFICIAL, "u-hoa")
        it.channel.trouble["u-hoa"] = errors.Refused()
        await it.letter("stuck", OFFICIAL, params={"n": 1})  # nobody is told of this one's end by itself
        await it.quiet()
        heard = []
        for _ in range(12):
            await it.tick()
            await it.tick()
            await it.quiet()
            heard.append(len(it.texts("u-tri")))
            await it.later(days=1)
        assert heard[:3] == [1, 2, 3]
        assert heard[-1] == heard[-2] == 7, "then it is an old story; `danvan stuck` still tells it"


async def test_again_gives_a_letter_all_its_tries_back(office: Open) -> None:
    async with office() as it:
        await it.account_of(CADRE, "u-binh")
        sent = await it.told()
        failed = {"state": "failed", "next_at": None, "attempts": 41, "error": "network"}
        await it.write(lambda conn: conn.execute(update(letter).where(letter.c.id == sent).values(**failed)))
        await it.later(days=5)
        it.channel.trouble["u-binh"] = errors.Unreachable()
        assert await it.write(lambda conn: outbox.again(conn, sent, it.now))
        await it.quiet()
        assert (await it.row(sent)).state == "waiting"
        it.channel.trouble.clear()
        await it.later(seconds=30)
        assert len(it.texts("u-binh")) == 1
        assert not await it.write(lambda conn: outbox.again(conn, sent, it.now)), "a sent letter is not stuck"
        assert not await it.write(lambda conn: outbox.again(conn, 999_999, it.now))


# The trial (rule 11).


def figures() -> dict[str, Any]:
    petitions = {"received": 1, "before": 0, "answered": 0, "answered_before": 0, "overdue": 0, "rows": []}
    practices = {"count": 0, "before": 0, "fields": [], "titles": []}
    week = {"year": 2026, "week": 47, "scope": ["Xã Võ Nhai", ""], "monday": "2026-11-16", "at": "", "days_off": 0}
    return {**week, "practices": practices, "petitions": petitions, "silent": []}


async def everything(it: Office) -> list[int]:
    """A letter of every template, to people and groups who all have chats of their own."""
    await it.account_of(CADRE, "u-binh")
    await it.account_of(OFFICIAL, "u-hoa")
    await it.account_of(ADMIN, "u-tri")
    full, brief = await it.group_of("g-pkt", department_code="PKT"), await it.group_of("g-pkt-2", department_code="PKT")
    case = await it.case(holder=OFFICIAL, state="accepted")
    ids = [await it.letter("card", to, case) for to in (OFFICIAL, full, brief)]
    moves = [
        await it.move(case[0], what, "Đã rõ")
        for what in ("accept", "acknowledge", "ask", "answer", "refuse", "forward")
    ]
    ids += [await it.letter("told", CADRE, (case[0], move)) for move in moves]
    ids.append(await it.letter("replied", OFFICIAL, (case[0], await it.move(case[0], "reply", "Đây ạ"))))
    ids += [await it.letter("alarm", ADMIN, case, params={"why": why}) for why in ("unrouted", "unreached")]
    ids.append(await it.letter("alarm", ADMIN, case, params={"why": "unreachable"}))
    ids.append(await it.letter("unreachable", OFFICIAL, case))
    ids.append(await it.letter("file_bad", CADRE, case, params={"why": "file_big"}))
    ids.append(await it.letter("stuck", ADMIN, params={"n": 2}))
    ids.append(await it.letter("summary", brief, params=figures()))
    times = dict.fromkeys(("made_at", "reply_by", "due_at"), it.now)
    whose = {"person_id": await it.person(CADRE), "unit_id": await it.read(unit_of), "kind": "see"}
    request = await it.write(lambda conn: privacy.ask(conn, **whose, **times))
    for template, to in (("data_asked", ADMIN), ("data_late", ADMIN), ("data_answer", CADRE)):
        ids.append(await it.letter(template, to, params={"request": request}))
    given = {"role_id": 1, "successor_id": await it.person(OFFICIAL), "first": date(2026, 12, 1), "made_at": it.now}
    passed = {"handover": await it.write(lambda conn: handover.agree(conn, **given)), "what": "agreed"}
    for template, to in (("handover", OFFICIAL), ("handover_given", CADRE), ("handover_seen", ADMIN)):
        ids.append(await it.letter(template, to, params=passed))
    ids.append(await it.letter("leave", OFFICIAL, params={"what": "set", "about": await it.person(CADRE)}))
    unit_id = await it.read(unit_of)
    ids.append(await it.letter("preview", OFFICIAL, params={"unit": unit_id, "week": "2026-W48"}))
    said = {"author_id": whose["person_id"], "unit_id": unit_id, "words": "Mời họp", "target": {}}
    number = await it.write(lambda conn: announce.put(conn, it.now, it.now, [], **said))
    ids.append(await it.letter("announcement", CADRE, params={"id": number}))
    return ids


@pytest.mark.parametrize("whom", ["mau-pkt-2", "phone"])
async def test_in_a_trial_every_letter_goes_marked_to_one_person_and_nowhere_else(office: Open, whom: str) -> None:
    trial_to = "+84 900 000 026" if whom == "phone" else whom
    async with office(mode="trial", trial_to=trial_to) as it:
        tester = next(
            p for p in it.running.app.state.registry.people.values() if whom == p.code or p.phone == "0900000026"
        )
        await it.account_of(tester.code, "u-trial")
        ids = await everything(it)
        await it.quiet()
        rows = [await it.row(number) for number in ids]
        assert {row.template for row in rows} == EVERY_TEMPLATE == set(words_of._MAKERS)
        assert {(row.state, row.chat) for row in rows} == {("sent", "u-trial")}
        assert set(it.channel.chats) == {"u-trial"}
        said = it.texts("u-trial")
        assert len(said) == len(ids)
        assert all(text.startswith(MARK) for text in said), said
        assert any("một nhóm" in text.splitlines()[0] for text in said)

        # The case moves: the cards are changed where they stand, marked as well.
        case_id = rows[0].case_id
        await it.write(lambda conn: cases.change(conn, case_id, 1, state="answered"))
        for row in rows[:3]:
            to = row.group_id or OFFICIAL
            await it.letter("card", to, (case_id, row.history_id), edits=row.id, silent=True)
        await it.quiet()
        assert set(it.channel.chats) == {"u-trial"}
        assert len(it.texts("u-trial")) == len(ids)
        assert it.texts("u-trial")[:3] != said[:3]
        assert all(text.startswith(MARK) for text in it.texts("u-trial"))


async def test_going_back_to_a_trial_changes_nothing_in_real_chats(office: Open) -> None:
    """Cards were shown while live; during the trial they stay as they are."""
    async with office() as it:
        await it.account_of(OFFICIAL, "u-hoa")
        await it.account_of(SECOND, "u-trial")
        group = await it.group_of("g-pkt", department_code="PKT")
        case, mine = await shown_card(it, OFFICIAL)
        in_group = await it.letter("card", group, case)
        await it.quiet()
        before = {chat: it.texts(chat) for chat in it.channel.chats}
        await it.stop()
        it.mode, it.trial_to = "trial", SECOND
        await it.start()
        edits = [await refresh(it, case, mine, OFFICIAL), await it.letter("card", group, case, edits=in_group)]
        await it.quiet()
        assert [(await it.row(number)).state for number in edits] == ["skipped", "skipped"]
        assert {chat: it.texts(chat) for chat in it.channel.chats} == before


async def test_going_live_does_not_go_on_telling_the_tester(office: Open) -> None:
    async with office(mode="trial", trial_to=SECOND) as it:
        await it.account_of(SECOND, "u-trial")
        group = await it.group_of("g-pkt", department_code="PKT")
        case = await it.case()
        cards = [await it.letter("card", OFFICIAL, case), await it.letter("card", group, case)]
        await it.quiet()
        before = it.texts("u-trial")
        assert len(before) == 2
        await it.stop()
        it.mode, it.trial_to = "live", ""
        await it.start()
        await refresh(it, case, cards[0], OFFICIAL)
        await it.letter("card", group, case, edits=cards[1])
        await it.quiet()
        assert it.texts("u-trial") == before


@pytest.mark.parametrize("trial_to", ["", "nobody", "0999999999"])
async def test_a_trial_to_nobody_writes_to_nobody(office_sqlite: Open, trial_to: str) -> None:
    async with office_sqlite(mode="trial", trial_to=trial_to) as it:
        await everything(it)
        await it.quiet()
        assert it.channel.chats == {}
        assert {row.state for row in await it.letters()} == {"failed"}


async def test_the_trials_cards_let_nobody_move_what_is_not_theirs(office: Open) -> None:
    """The tester sees an office's card with its buttons; pressed, typed or replied to, they are still not the office."""
    async with office(mode="trial", trial_to="mau-truong-xom-2") as it:
        it.users["Thu"] = "u-trial"
        await it.account_of("mau-truong-xom-2", "u-trial")
        group = await it.group_of("g-pkt", department_code="PKT")
        case = await it.case()
        ids = [await it.letter("card", OFFICIAL, case), await it.letter("card", group, case)]
        await it.quiet()
        pressed = 0
        for seen in list(it.channel.chats["u-trial"]):
            for button in [button for row in seen.message.buttons for button in row]:
                await it.receive("Thu", tap=button.data, message=seen.id, query=f"q{it.keys}")
                pressed += 1
            await it.receive("Thu", text="Đã sửa xong", reply_to=seen.id)
        for word in ("nhận", "trả lời", "chuyển", "hỏi", "trả lại"):
            await it.receive("Thu", text=f"{word} KN-0001")
            await it.receive("Thu", text="Đã sửa xong")
        await it.quiet()
        assert pressed >= 8
        after = await it.read(lambda conn: cases.get(conn, case[0]))
        assert after is not None
        assert (after.state, after.version, after.holder_id) == ("new", 1, None)
        assert after.state in OPEN
        assert {row.id for row in await it.letters()} == set(ids), "and nobody is written to"


async def test_live_it_goes_to_those_it_is_for_unmarked(office: Open) -> None:
    async with office() as it:
        ids = await everything(it)
        await it.quiet()
        assert {row.state for row in [await it.row(number) for number in ids]} == {"sent"}
        assert set(it.channel.chats) == {"u-binh", "u-hoa", "u-tri", "g-pkt", "g-pkt-2"}
        said = [text for chat in it.channel.chats for text in it.texts(chat)]
        assert len(said) == len(ids)
        assert not [text for text in said if "🧪" in text]


# Pace.


class Clock:
    """A loop's time that only sleeping moves."""

    def __init__(self) -> None:
        self.time, self.slept = 1000.0, []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds


async def test_one_chats_letters_keep_its_pace(office_sqlite: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()

    class Loop:
        def time(self) -> float:
            return clock.time

    class Asyncio:
        """`delivery`'s own view of it."""

        sleep = staticmethod(clock.sleep)
        get_running_loop = staticmethod(Loop)
        CancelledError = asyncio.CancelledError

    async with office_sqlite() as it:
        it.channel.limits = replace(BUTTONS, pace=1.0, group_pace=3.0)
        await it.account_of(OFFICIAL, "u-hoa")
        await it.account_of(SECOND, "u-lan")
        group = await it.group_of("g-pkt", department_code="PKT")
        for to in (OFFICIAL, OFFICIAL, OFFICIAL, SECOND):
            await it.letter("card", to, await it.case())
        monkeypatch.setattr(delivery, "asyncio", Asyncio)
        await it.quiet()
        assert clock.slept == [1.0, 1.0], "the first waits for nothing, nor does another chat's"
        clock.slept.clear()
        clock.time += 0.25
        await it.letter("card", OFFICIAL, await it.case())
        await it.quiet()
        assert clock.slept == [0.75]
        clock.slept.clear()
        for _ in range(2):
            await it.letter("card", group, await it.case())
        await it.quiet()
        assert clock.slept == [3.0]


async def test_no_column_is_left_behind(office: Open) -> None:
    """Whatever happens to it, a letter that is not waiting is not looked at again."""
    async with office() as it:
        await everything(it)
        await it.quiet()
        settled = ("sent", "failed", "skipped", "unknown", "handed")
        query = select(letter.c.id).where(letter.c.state.in_(settled), letter.c.next_at.is_not(None))
        assert await it.read(lambda conn: conn.execute(query).all()) == []
