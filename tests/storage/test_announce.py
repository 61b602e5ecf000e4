"""Announcements on both databases: one letter per recipient, counted by state, stopped while they wait."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select

from storage import announce, drafts, outbox
from storage.models.cases import draft
from storage.models.letters import letter
from storage.models.people import account, group
from tests.storage.conftest import NOW

LATER = NOW + timedelta(hours=10)


def put(conn: Connection, to: list[dict[str, int]], **values: Any) -> int:
    row = {"author_id": 1, "unit_id": 2, "words": "Họp lúc 8 giờ.", "target": {"kind": "all", "unit": 2, "chosen": []}}
    return announce.put(conn, NOW, LATER, to, **(row | values))


def people(count: int) -> list[dict[str, int]]:
    return [{"person_id": person} for person in range(1, count + 1)]


def test_each_recipient_has_one_letter_due_when_it_was_said(conn: Connection) -> None:
    made = put(conn, people(3))
    rows = conn.execute(select(letter).order_by(letter.c.id)).all()
    assert [row.dedupe for row in rows] == [f"announce:{made}:p{person}" for person in (1, 2, 3)]
    assert {(row.template, row.state, row.made_at, row.next_at) for row in rows} == {
        ("announcement", "waiting", NOW, LATER)
    }
    assert all(row.params == {"id": made} for row in rows)
    assert outbox.claim(conn, NOW) == []
    assert len(outbox.claim(conn, LATER)) == 3
    row = announce.get(conn, made)
    assert row is not None
    assert (row.recipients, row.words, row.stopped_at) == (3, "Họp lúc 8 giờ.", None)


def test_stopping_leaves_what_is_sent_and_other_announcements_alone(conn: Connection) -> None:
    first = put(conn, people(4))
    others = [put(conn, people(2)) for _ in range(12)]  # 1 and 10 begin alike
    taken = conn.execute(select(letter.c.id).where(letter.c.dedupe == f"announce:{first}:p1")).scalar_one()
    outbox.settle(conn, taken, state="sent")
    assert announce.stop(conn, first, NOW) == 3
    assert announce.stop(conn, first, NOW) == 0
    assert announce.states(conn, first) == {"sent": 1, "skipped": 3}
    assert [announce.states(conn, other) for other in others] == [{"waiting": 2}] * 12
    row = announce.get(conn, first)
    assert row is not None
    assert row.stopped_at == NOW


def test_who_can_be_reached_however_many_are_asked_about(conn: Connection) -> None:
    common = {"channel": "web", "bot": "web", "tied_at": NOW, "used_at": NOW}
    for person, consent, stopped in ((1, "v1", None), (2, None, None), (3, "v1", "blocked"), (4, "v1", None)):
        row = {"user": f"u{person}", "person_id": person, "consent": consent, "stopped": stopped}
        conn.execute(insert(account).values(common | row))
    assert announce.reachable(conn, range(1, 2501)) == {1, 4}
    assert announce.reachable(conn, []) == set()


def test_only_live_groups_of_these_units(conn: Connection) -> None:
    common = {"channel": "web", "bot": "web", "name": "g", "tied_at": NOW}
    for number, unit, gone in ((1, 2, None), (2, 2, NOW), (3, 3, None), (4, 1, None)):
        conn.execute(insert(group).values(common | {"chat": f"g{number}", "unit_id": unit, "gone_at": gone}))
    assert len(announce.groups_of(conn, {2, 3})) == 2
    assert announce.groups_of(conn, set()) == []


def test_the_latest_first(conn: Connection) -> None:
    made = [put(conn, people(1)) for _ in range(4)]
    put(conn, people(1), author_id=2)
    assert [row.id for row in announce.latest(conn, 1, NOW)] == made[:0:-1]
    assert announce.latest(conn, 1, NOW + timedelta(seconds=1)) == []


def test_a_draft_is_dropped_once(conn: Connection) -> None:
    """Whoever drops it sends it: a press that comes twice must not."""
    made = drafts.make(conn, 1, "h", "announce", None, {"answers": {"words": "Họp"}}, NOW)
    assert conn.execute(select(draft.c.id)).scalars().all() == [made]
    assert [drafts.drop(conn, made), drafts.drop(conn, made)] == [True, False]


@pytest.mark.parametrize("to", [[], [{"group_id": 1}, {"group_id": 2}]])
def test_groups_and_nobody(conn: Connection, to: list[dict[str, int]]) -> None:
    for number in (1, 2):
        row = {"channel": "web", "bot": "web", "chat": f"g{number}", "name": "g", "unit_id": 2, "tied_at": NOW}
        conn.execute(insert(group).values(row | {"id": number}))
    made = put(conn, to)
    found = conn.execute(select(letter.c.dedupe).order_by(letter.c.id)).scalars().all()
    assert list(found) == [f"announce:{made}:g{row['group_id']}" for row in to]


def test_old_ones_go(conn: Connection) -> None:
    made = put(conn, people(1))
    assert announce.purge(conn, NOW) == 0
    assert announce.purge(conn, NOW + timedelta(seconds=1)) == 1
    assert announce.get(conn, made) is None
