"""The table of moves has no dead end, no state out of reach, and a reason for every refusal."""

from __future__ import annotations

from itertools import product

import pytest

from handlers.status import CLOSED, NONE, OPEN, PETITION, PRACTICE, TABLE, NotAllowed, allowed, move

SUBJECTS = (PETITION, PRACTICE)
ROLES = ("reporter", "department", "intake", "superior", "system")
ACTIONS = sorted({action for _, _, action, _ in TABLE})


def _states(subject: str) -> set[str]:
    return {state for s, state, _, _ in TABLE if s == subject} | {to for (s, *_), to in TABLE.items() if s == subject}


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_state_is_reached_from_the_beginning(subject: str) -> None:
    reached = {NONE}
    while True:
        more = {to for (s, state, *_), to in TABLE.items() if s == subject and state in reached} - reached
        if not more:
            break
        reached |= more
    assert reached == _states(subject)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_open_state_leads_to_an_end(subject: str) -> None:
    ends = {state for state in _states(subject) if state in CLOSED}
    assert ends
    leads = set(ends)
    while True:
        more = {state for (s, state, *_), to in TABLE.items() if s == subject and to in leads} - leads
        if not more:
            break
        leads |= more
    assert leads == _states(subject)


def test_every_state_is_open_or_closed() -> None:
    states = _states(PETITION) | _states(PRACTICE)
    assert states == OPEN | CLOSED | {NONE}
    assert not OPEN & CLOSED


@pytest.mark.parametrize("state", ["new", "accepted", "asked"])
def test_an_open_petition_can_always_be_moved_by_those_it_lies_with(state: str) -> None:
    for role in ("department", "intake", "superior"):
        assert {"forward", "ask", "answer", "refuse"} <= set(allowed(PETITION, state, role))


def test_the_straight_way_of_a_petition() -> None:
    state = move(PETITION, NONE, "send", "reporter")
    state = move(PETITION, state, "accept", "department")
    state = move(PETITION, state, "ask", "department")
    assert state == "asked"
    state = move(PETITION, state, "reply", "reporter")
    assert state == "accepted"
    state = move(PETITION, state, "answer", "department")
    assert state == "answered"
    assert move(PETITION, state, "answer", "superior") == "answered"


def test_a_refusal_goes_back_to_the_intake_office_which_alone_refuses_for_good() -> None:
    assert move(PETITION, "new", "refuse", "department") == "new"
    assert move(PETITION, "new", "refuse", "intake") == "refused"
    assert move(PETITION, "refused", "forward", "intake") == "new"


def test_the_way_of_a_good_practice() -> None:
    state = move(PRACTICE, NONE, "send", "reporter")
    state = move(PRACTICE, state, "ask", "department")
    state = move(PRACTICE, state, "reply", "reporter")
    assert move(PRACTICE, state, "acknowledge", "department") == "acknowledged"


@pytest.mark.parametrize(
    ("state", "action", "role", "reason"),
    [
        ("accepted", "accept", "department", "This petition has already been accepted."),
        ("answered", "accept", "department", "This petition has already been answered."),
        ("new", "reply", "reporter", "No question is waiting for an answer here."),
        ("new", "answer", "reporter", "Only the department this case lies with can do that."),
        ("asked", "reply", "department", "Only the person who sent this can do that."),
        ("refused", "accept", "intake", "This petition has already been closed by a refusal."),
        ("asked", "accept", "department", "That cannot be done with this case now."),
    ],
)
def test_a_refused_move_says_why(state: str, action: str, role: str, reason: str) -> None:
    with pytest.raises(NotAllowed) as refused:
        move(PETITION, state, action, role)
    assert refused.value.reason == reason


def test_buttons_and_moves_agree() -> None:
    for subject, state, action, role in product(SUBJECTS, sorted(OPEN | CLOSED | {NONE}), ACTIONS, ROLES):
        if action in allowed(subject, state, role):
            assert move(subject, state, action, role) in OPEN | CLOSED
        else:
            with pytest.raises(NotAllowed):
                move(subject, state, action, role)


def test_strangers_move_nothing() -> None:
    assert allowed(PETITION, "new", "stranger") == ()
    with pytest.raises(NotAllowed):
        move(PETITION, "new", "accept", "stranger")
