"""A department's numbers beside the weekly summary's: what was done when, in time or late, whatever happened since."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, insert

from storage import numbers
from storage import summary as counts
from storage.models.cases import case, history
from storage.summary import Scope
from tests.storage.conftest import NOW

OURS, THEIRS, INTAKE = 3, 4, 2
SCOPE = Scope((2,), None, OURS)
START, END = NOW - timedelta(days=10), NOW
Move = tuple[float, str, str, int]  # days after START, the action, the state after it, with whom the case is then


def days(number: float) -> datetime:
    return START + timedelta(days=number)


def put(conn: Connection, number: int, *moves: Move, due: float | None = 8, **values: Any) -> None:
    """A petition and its story, as `handlers.act` writes both."""
    closed = next((days(at) for at, _action, after, _with in reversed(moves) if after in ("answered", "refused")), None)
    last = moves[-1]
    row = {
        "subject": "petition", "code": f"KN-{number}", "unit_id": 2, "hamlet_id": 3, "department_id": last[3],
        "reporter_id": 1, "draft_id": number, "form_hash": "h", "category": "giao_thong", "kind": "feedback",
        "urgency": "cao", "state": last[2], "version": 1, "title": "Cầu hỏng", "answers": {}, "folded": "",
        "made_at": days(moves[0][0]), "due_at": None if due is None else days(due),
        "closed_at": closed if last[2] in ("answered", "refused") else None,
    }  # fmt: skip
    key = conn.execute(insert(case).values(row | values).returning(case.c.id)).scalar_one()
    before = ""
    for at, action, after, holder in moves:
        move = {"case_id": key, "at": days(at), "actor_id": 1, "channel": "web", "action": action}
        conn.execute(insert(history).values(**move, from_state=before, to_state=after, department_id=holder))
        before = after


def sent(at: float = 0, to: int = OURS) -> Move:
    return (at, "send", "new", to)


@pytest.mark.parametrize(
    ("moves", "expected"),
    [
        ((sent(), (1, "accept", "accepted", OURS)), (1, 0)),
        ((sent(-5), (-1, "accept", "accepted", OURS)), (0, 0)),  # before the period
        ((sent(), (10, "accept", "accepted", OURS)), (0, 0)),  # at its end, which is not part of it
        ((sent(), (1, "accept", "accepted", OURS), (2, "forward", "new", THEIRS)), (1, 1)),  # elsewhere now: still done
        ((sent(), (1, "refuse", "new", INTAKE)), (0, 1)),
        ((sent(to=INTAKE), (1, "forward", "new", OURS)), (0, 0)),  # passed on to us is not by us
        ((sent(to=THEIRS), (1, "accept", "accepted", THEIRS), (2, "forward", "new", OURS)), (0, 0)),
        ((sent(), (1, "forward", "new", THEIRS), (2, "forward", "new", OURS), (3, "forward", "new", THEIRS)), (0, 1)),
        ((sent(), (1, "accept", "accepted", OURS), (3, "answer", "answered", OURS)), (1, 0)),
        ((sent(to=INTAKE), (1, "refuse", "refused", INTAKE)), (0, 0)),
    ],
)
def test_accepted_and_passed_on_are_moves_of_the_department(
    conn: Connection, moves: tuple[Move, ...], expected: tuple[int, int]
) -> None:
    put(conn, 1, *moves)
    assert numbers.done(conn, SCOPE, START, END) == expected


def test_a_refusal_for_good_at_the_intake_office_is_not_passed_on(conn: Connection) -> None:
    put(conn, 1, sent(to=INTAKE), (1, "refuse", "refused", INTAKE))
    assert numbers.done(conn, Scope((2,), None, INTAKE), START, END) == (0, 0)
    assert numbers.refused(conn, Scope((2,), None, INTAKE), START, END) == 1


@pytest.mark.parametrize(
    ("moves", "expected"),
    [
        ((sent(), (3, "answer", "answered", OURS)), [3]),
        ((sent(), (3, "answer", "answered", OURS), (9, "answer", "answered", OURS)), [3]),  # the second is a supplement
        ((sent(), (1, "refuse", "refused", OURS), (4, "answer", "answered", OURS)), [4]),  # found competent after all
        ((sent(), (2, "accept", "accepted", OURS)), []),
        ((sent(), (11, "answer", "answered", OURS)), []),
    ],
)
def test_when_it_was_first_answered(conn: Connection, moves: tuple[Move, ...], expected: list[int]) -> None:
    put(conn, 1, *moves)
    found = numbers.closings(conn, SCOPE, START, END)
    assert found == [(days(0), days(at), days(8)) for at in expected]
    assert len(found) == sum(counts.answered(conn, SCOPE, START, END).values())  # as the weekly summary counts


def test_without_a_story_the_day_it_was_closed_counts(conn: Connection) -> None:
    put(conn, 1, sent(), state="answered", closed_at=days(5), due=None)
    assert numbers.closings(conn, SCOPE, START, END) == [(days(0), days(5), None)]


def test_open_refused_and_what_about(conn: Connection) -> None:
    put(conn, 1, sent(), (1, "refuse", "refused", OURS))
    put(conn, 2, sent(), category="dat_dai")
    put(conn, 3, sent(), (1, "ask", "asked", OURS), category="dat_dai")
    put(conn, 4, sent(-1), category="moi_truong")
    put(conn, 5, sent(to=THEIRS))
    put(conn, 6, sent(), subject="practice", state="sent", category="kinh_te")
    assert numbers.refused(conn, SCOPE, START, END) == 1
    assert numbers.open_now(conn, SCOPE) == 3
    assert numbers.categories(conn, SCOPE, START, END) == [("dat_dai", 2), ("giao_thong", 1)]
