"""What becomes of a letter: one row of a table for every way a send can fail, and who is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from bot import outcome
from bot.channels import Sent, errors
from bot.commands.letters import SENTENCES
from handlers.messages import Address
from handlers.words import words_for
from tests.bot.conftest import Open
from tests.bot.office import ADMIN, CADRE, OFFICIAL, Office

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
EVERY = sorted(
    (kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.SendError)),
    key=lambda kind: kind.__name__,
)


def letter(template: str = "told", *, group: bool = False, **values: Any) -> Any:
    row = {"template": template, "group_id": 1 if group else None, "attempts": 1, "made_at": NOW, "error": None}
    return SimpleNamespace(**(row | values))


# error: (state of a letter to one person, seconds until the next try or none, is somebody told)
TABLE: dict[type[errors.SendError], tuple[str, int | None, bool]] = {
    errors.SendError: ("waiting", 30, False),
    errors.Throttled: ("waiting", 30, False),
    errors.Unreachable: ("waiting", 30, False),
    errors.OutcomeUnknown: ("waiting", 30, False),
    errors.PersonStopped: ("waiting", 0, False),
    errors.GroupGone: ("failed", None, True),
    errors.GroupMoved: ("waiting", 0, False),
    errors.NotChanged: ("sent", None, False),
    errors.MessageGone: ("skipped", None, False),
    errors.BadToken: ("waiting", 30, False),
    errors.Refused: ("failed", None, True),
    errors.FileMissing: ("failed", None, True),
    errors.FileTooBig: ("failed", None, True),
    errors.NotYet: ("waiting", 30, False),
}


def test_no_way_to_fail_is_left_out() -> None:
    assert set(TABLE) == set(EVERY)
    assert len({kind.code for kind in EVERY}) == len(EVERY)


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.code)
def test_the_table(kind: type[errors.SendError]) -> None:
    state, wait, ended = TABLE[kind]
    result = outcome.of_error(kind(), letter(), NOW)
    assert result.values["state"] == state
    assert result.values.get("next_at") == (None if wait is None else NOW + timedelta(seconds=wait))
    assert result.values["error"] == kind.code
    assert result.ended is ended
    assert ("sent_at" in result.values) is (state == "sent")


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.code)
def test_a_groups_summary_differs_only_where_the_outcome_is_unknown(kind: type[errors.SendError]) -> None:
    result = outcome.of_error(kind(), letter("summary", group=True), NOW)
    state, _, ended = ("unknown", None, True) if kind is errors.OutcomeUnknown else TABLE[kind]
    assert (result.values["state"], result.ended) == (state, ended)


def test_a_card_of_a_group_is_sent_again_when_the_outcome_is_unknown() -> None:
    assert outcome.of_error(errors.OutcomeUnknown(), letter("card", group=True), NOW).values["state"] == "waiting"


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.code)
def test_every_way_to_fail_has_a_sentence_for_people(kind: type[errors.SendError]) -> None:
    assert SENTENCES[kind.code] == kind.sentence
    assert words_for("vi")(kind.sentence) != kind.sentence
    assert kind.fault in ("ours", "messenger", "person", "network")


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(1, 30), (2, 120), (3, 600), (4, 1800), (5, 3600), (6, 7200), (7, 7200), (40, 7200)]
)
def test_waits_grow(attempts: int, seconds: int) -> None:
    result = outcome.of_error(errors.Unreachable(), letter(attempts=attempts), NOW)
    assert result.values["next_at"] == NOW + timedelta(seconds=seconds)


def test_the_messenger_may_ask_for_longer_but_not_for_less() -> None:
    longer = outcome.of_error(errors.Throttled(retry_after=90), letter(), NOW)
    assert longer.values["next_at"] == NOW + timedelta(seconds=90)
    less = outcome.of_error(errors.Throttled(retry_after=3), letter(), NOW)
    assert less.values["next_at"] == NOW + timedelta(seconds=30)


@pytest.mark.parametrize("kind", [errors.Unreachable, errors.Throttled, errors.BadToken, errors.SendError])
def test_after_three_days_it_ends(kind: type[errors.SendError]) -> None:
    made = NOW - outcome.END
    at_last = outcome.of_error(kind(), letter(attempts=40, made_at=made), NOW)
    assert at_last.values["state"] == "waiting"
    over = outcome.of_error(kind(), letter(attempts=41, made_at=made - timedelta(seconds=1)), NOW)
    assert (over.values["state"], over.ended) == ("failed", True)
    assert "next_at" not in over.values


def test_after_a_long_downtime_it_gets_its_tries_too() -> None:
    result = outcome.of_error(errors.Unreachable(), letter(attempts=1, made_at=NOW - timedelta(days=9)), NOW)
    assert result.values["state"] == "waiting"


@pytest.mark.parametrize("kind", [errors.PersonStopped, errors.GroupMoved])
def test_the_same_refusal_twice_is_not_tried_over_and_over_at_once(kind: type[errors.SendError]) -> None:
    again = outcome.of_error(kind(), letter(attempts=2, error=kind.code), NOW)
    assert again.values["next_at"] == NOW + timedelta(seconds=120)
    old = {"attempts": 40, "error": kind.code, "made_at": NOW - timedelta(days=4)}
    assert outcome.of_error(kind(), letter(**old), NOW).ended


def test_sent_and_handed() -> None:
    to = Address("web", "web", "p-1")
    assert outcome.sent(Sent("7"), to, NOW).values["sent_at"] == NOW
    handed = outcome.sent(Sent("7", pending=True), to, NOW)
    assert handed.values["state"] == "handed"
    assert "sent_at" not in handed.values
    assert (handed.values["chat"], handed.values["external"]) == ("p-1", "7")


# Who is told, on a real database.


async def fail(office: Office, chat: str, error: errors.SendError) -> None:
    office.channel.trouble[chat] = error
    await office.quiet()


async def test_who_handles_the_case_is_told_that_its_reporter_cannot_be_reached(office: Open) -> None:
    async with office() as it:
        await it.account_of(CADRE, "u-binh")
        await it.account_of(OFFICIAL, "u-hoa")
        sent = await it.told()
        await fail(it, "u-binh", errors.PersonStopped())
        assert ((await it.row(sent)).state, (await it.row(sent)).error) == ("failed", "no_account")
        (said,) = it.texts("u-hoa")
        assert "KN-0001" in said
        assert "09000" in said, "whom to call is what helps"
        assert [row.state for row in await it.letters("unreachable")] == ["sent"]
        assert await it.letters("alarm") == []


async def test_where_nobody_holds_it_the_administrators_are_told(office: Open) -> None:
    async with office() as it:
        await it.account_of(CADRE, "u-binh")
        await it.account_of(ADMIN, "u-tri")
        await it.told(holder="")
        await fail(it, "u-binh", errors.PersonStopped())
        (alarm,) = await it.letters("alarm")
        assert alarm.person_id == await it.person(ADMIN)
        assert "KN-0001" in it.texts("u-tri")[0]


async def test_no_letters_about_letters_about_letters(office: Open) -> None:
    async with office() as it:
        await it.account_of(CADRE, "u-binh")
        await it.told()  # nobody but the reporter has an account
        await fail(it, "u-binh", errors.PersonStopped())
        await it.later(days=1)
        assert [row.template for row in await it.letters()] == ["told", "unreachable"]


async def test_a_group_that_is_gone_is_marked_and_told_of(office: Open) -> None:
    async with office() as it:
        await it.account_of(ADMIN, "u-tri")
        group = await it.group_of("g-pkt", department_code="PKT")
        sent = await it.letter("card", group, await it.case())
        await fail(it, "g-pkt", errors.GroupGone())
        assert ((await it.row(sent)).state, (await it.row(sent)).error) == ("failed", "group_gone")
        assert it.texts("u-tri")
        later = await it.letter("card", group, await it.case())
        it.channel.trouble.clear()
        await it.quiet()
        assert (await it.row(later)).error == "group_gone", "nothing is sent to a group that is gone"
        assert it.texts("g-pkt") == []


async def test_a_group_that_moved_gets_its_letter_at_the_new_address_at_once(office: Open) -> None:
    async with office() as it:
        group = await it.group_of("g-old", department_code="PKT")
        sent = await it.letter("card", group, await it.case())
        await fail(it, "g-old", errors.GroupMoved(moved_to="g-new"))
        assert len(it.texts("g-new")) == 1
        assert ((await it.row(sent)).state, (await it.row(sent)).chat) == ("sent", "g-new")


async def test_a_group_that_moved_to_one_tied_already_does_not_run_in_circles(office: Open) -> None:
    async with office() as it:
        await it.group_of("g-new", department_code="PKT")
        group = await it.group_of("g-old", department_code="PKT")
        sent = await it.letter("card", group, await it.case())
        await fail(it, "g-old", errors.GroupMoved(moved_to="g-new"))
        assert ((await it.row(sent)).state, (await it.row(sent)).attempts) == ("failed", 2)


async def test_what_is_refused_reaches_the_administrators(office: Open) -> None:
    async with office() as it:
        await it.account_of(OFFICIAL, "u-hoa")
        await it.account_of(ADMIN, "u-tri")
        sent = await it.letter("card", OFFICIAL, await it.case())
        await fail(it, "u-hoa", errors.Refused())
        assert (await it.row(sent)).state == "failed"
        assert len(it.texts("u-tri")) == 1
        it.channel.trouble.clear()
        await it.later(days=2)
        assert len(it.texts("u-hoa")) == 0, "repeating a refused letter is useless"
