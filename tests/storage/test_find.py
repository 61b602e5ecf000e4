"""The one query behind lists, search and the table page: what each list holds, and that it never shows more than the rights table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import URL, Connection, create_engine, insert

from bot import sample
from handlers import access, facts, rights
from handlers import find as finder
from handlers import registry as registries
from handlers.registry import Absence, Registry, Role
from storage import find
from storage import registry as registry_rows
from storage.engine import ENGINE_OPTIONS
from storage.find import Filter, Scope
from storage.migrate import synchronous
from storage.models import registry as tables
from storage.models.base import metadata
from storage.models.cases import case, form
from tests.storage.conftest import NOW

DAY = date(2026, 11, 25)
EVERYTHING = [("petition", [("", 0)]), ("practice", [("", 0)])]
ME = 1


def report(number: int, **values: Any) -> dict[str, Any]:
    row = {
        "subject": "petition", "code": f"KN-{number:04d}", "unit_id": 2, "hamlet_id": 3, "department_id": 1,
        "holder_id": None, "reporter_id": 4, "draft_id": number, "form_hash": "h", "category": "giao_thong",
        "kind": "feedback", "urgency": "cao", "state": "new", "version": 1, "title": "Cầu hỏng", "answers": {},
        "folded": "cau treo qua suoi bi hong", "made_at": NOW - timedelta(days=3), "due_at": NOW + timedelta(days=7),
        "closed_at": None,
    }  # fmt: skip
    return row | values


def put(conn: Connection, *rows: dict[str, Any]) -> None:
    for number, row in enumerate(rows, 1):
        conn.execute(insert(case).values(report(number) | row))


def found(conn: Connection, limit: int = 50, offset: int = 0, **wanted: Any) -> list[int]:
    """The drafts' numbers of what is found, in its order."""
    rows = find.find(conn, EVERYTHING, Filter(**wanted), NOW, limit, offset)
    assert find.count(conn, EVERYTHING, Filter(**wanted), NOW) >= len(rows)
    return [row.draft_id for row in rows]


LATE, SOON = NOW - timedelta(minutes=1), NOW + timedelta(hours=1)
SHELF = (
    {"holder_id": ME, "state": "accepted", "due_at": SOON},
    {"state": "new"},
    {"state": "sent", "subject": "practice", "category": "kinh_te", "due_at": None},
    {"state": "accepted", "holder_id": 5, "due_at": LATE},
    {"state": "asked", "holder_id": ME},
    {"state": "answered", "holder_id": ME, "due_at": LATE, "closed_at": NOW - timedelta(days=1)},
    {"state": "refused", "closed_at": NOW},
)


@pytest.mark.parametrize(
    ("which", "expected"),
    [
        ("mine", [1, 5]),  # what is answered is not in my hands any more
        ("new", [3, 2]),
        ("overdue", [4]),
        ("asked", [5]),
        ("open", [3, 4, 1, 2, 5]),  # without a deadline by the day it came
        ("closed", [7, 6]),
        ("", [7, 6, 5, 4, 3, 2, 1]),
    ],
)
def test_a_list_holds_what_its_name_says_in_the_order_it_is_worked(
    conn: Connection, which: str, expected: list[int]
) -> None:
    put(conn, *SHELF)
    assert found(conn, which=which, me=(ME,)) == expected
    assert find.count(conn, EVERYTHING, Filter(which=which, me=(ME,)), NOW) == len(expected)


def test_the_counts_on_the_buttons_are_those_of_the_lists(conn: Connection) -> None:
    put(conn, *SHELF)
    assert find.counts(conn, EVERYTHING, (ME,), NOW) == {"mine": 2, "new": 2, "overdue": 1, "asked": 1, "open": 5}


def test_nothing_at_all_counts_as_nought(conn: Connection) -> None:
    assert set(find.counts(conn, EVERYTHING, (ME,), NOW).values()) == {0}
    assert set(find.counts(conn, [], (ME,), NOW).values()) == {0}


def test_pages_follow_each_other_without_gap_or_repeat(conn: Connection) -> None:
    put(conn, *[{"due_at": NOW} for _ in range(13)])
    pages = [found(conn, 5, place, which="open") for place in (0, 5, 10, 15)]
    assert [len(page) for page in pages] == [5, 5, 3, 0]
    assert sorted(number for page in pages for number in page) == list(range(1, 14))


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"code": "KN-0002"}, [2]),
        ({"hamlet_ids": (4, 5)}, [4, 2]),
        ({"category": "dat_dai"}, [3]),
        ({"people": (5,)}, [4, 1]),  # who reported it, and who holds it
        ({"words": ("cau", "hong")}, [4, 3, 1]),
        ({"words": ("hong", "cau"), "hamlet_ids": (5,)}, [4]),
        ({"words": ("cau", "dien")}, []),
        ({"words": ("ca", "hon")}, [4, 3, 1]),  # half a word finds the whole one
        ({"words": ("on",)}, []),  # but not from its middle
        ({"kind": "proposal"}, [3]),
        ({"state": "asked"}, [2]),
        ({"subject": "practice"}, []),
        ({"since": NOW - timedelta(hours=1)}, [4]),
        ({"until": NOW - timedelta(days=3), "category": "giao_thong"}, [1]),
        ({"since": NOW - timedelta(days=3), "until": NOW - timedelta(hours=1)}, [3, 2]),
    ],
)
def test_a_search_narrows_by_everything_that_is_asked_at_once(
    conn: Connection, wanted: dict[str, Any], expected: list[int]
) -> None:
    put(
        conn,
        {"reporter_id": 5, "made_at": NOW - timedelta(days=3, seconds=1)},
        {"hamlet_id": 4, "folded": "duong lun", "state": "asked"},
        {"category": "dat_dai", "kind": "proposal"},
        {"hamlet_id": 5, "holder_id": 5, "made_at": NOW - timedelta(hours=1)},
    )
    assert found(conn, **wanted) == expected


@pytest.mark.parametrize(
    ("word", "expected"), [("1%", []), ("100%", [1]), ("a_b", [2]), ("a_", [2]), ("1/", [3]), ("'", []), ("10", [4, 1])]
)
def test_what_means_something_to_the_database_is_looked_for_as_it_stands(
    conn: Connection, word: str, expected: list[int]
) -> None:
    put(conn, {"folded": "giam 100% hoc phi"}, {"folded": "ma a_b"}, {"folded": "xom 1/2"}, {"folded": "ma acb 1000"})
    assert found(conn, words=(word,)) == expected


@pytest.mark.parametrize(
    ("order", "expected"),
    [("pressing", [2, 1, 3]), ("latest", [3, 2, 1]), ("oldest", [1, 2, 3]), ("code", [3, 2, 1]), ("state", [2, 1, 3]),
     ("hamlet", [2, 3, 1]), ("category", [3, 2, 1])],
)  # fmt: skip
def test_every_order(conn: Connection, order: str, expected: list[int]) -> None:
    put(
        conn,
        {"code": "KN-3", "hamlet_id": 4, "due_at": NOW},
        {"code": "KN-2", "due_at": NOW - timedelta(days=1), "state": "accepted"},
        {"code": "KN-1", "due_at": NOW + timedelta(days=9), "category": "dat_dai"},
    )
    assert [row.draft_id for row in find.find(conn, EVERYTHING, Filter(), NOW, 9, order=order)] == expected


def test_every_order_has_a_test() -> None:
    assert set(find.ORDERS) == {"pressing", "latest", "oldest", "code", "state", "hamlet", "category"}


def test_an_empty_scope_opens_nothing(conn: Connection) -> None:
    put(conn, {}, {"subject": "practice", "category": "kinh_te"})
    scopes: tuple[Scope, ...] = ([], [("petition", []), ("practice", [])])
    for nobody in scopes:
        assert find.find(conn, nobody, Filter(), NOW, 9) == []
    assert [row.subject for row in find.find(conn, [("practice", [("", 0)])], Filter(), NOW, 9)] == ["practice"]


# The scope of a query and the question asked of each case must agree, whoever is what.

PEOPLE, DEPARTMENTS, COMMUNES = (1, 2, 3), (1, 2, 3, 4), (2, 100)
HAMLETS = {2: (3, 4), 100: (101, 102)}
CATEGORIES = {
    "petition": ["giao_thong", next(code for code, kind in facts.categories().items() if kind.sensitive)],
    "practice": list(facts.fields())[:2],
}
DEPARTMENT_OF = {1: 2, 2: 2, 3: 100, 4: 100}  # its unit, once there are two communes


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def two_communes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """(an engine on a database with a second commune, its registry); kept for all examples of a test."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('find') / 'danvan.sqlite3'}"
        yield from _prepared(url)
        return
    from tests import postgres

    address = request.getfixturevalue("postgres_server")
    with postgres.database(address, "t_find_scope") as made:
        yield from _prepared(synchronous(made))


def _prepared(url: str | URL) -> Iterator[tuple[Any, Registry]]:
    engine = create_engine(url, **ENGINE_OPTIONS)
    metadata.create_all(engine)
    with engine.begin() as conn:
        sample.write(conn, sample.registry())
        conn.execute(insert(form).values(hash="h", name="petition", source_hash="s", compiled={}, added_at=NOW))
        conn.execute(insert(tables.unit).values(id=100, code="99999", kind="commune", name="Xã Kia", parent_id=1))
        for key in HAMLETS[100]:
            values = {"id": key, "code": f"99999-{key}", "kind": "hamlet", "name": f"Xóm {key}", "parent_id": 100}
            conn.execute(insert(tables.unit).values(values))
        for key in (3, 4):
            conn.execute(tables.department.update().where(tables.department.c.id == key).values(unit_id=100))
        known = registries.build(registry_rows.read(conn))
    yield engine, known
    engine.dispose()


@st.composite
def roles(draw: st.DrawFn) -> Role:
    """Any role anywhere, in a department or in none: what a workbook may say, sensible or not."""
    code = draw(st.sampled_from(rights.ROLES))
    unit = draw(st.sampled_from([1, *COMMUNES, *HAMLETS[2], *HAMLETS[100]]))
    department = draw(st.sampled_from([None, *DEPARTMENTS]))
    person = draw(st.sampled_from(PEOPLE))
    until = draw(st.sampled_from([None, DAY, DAY - timedelta(days=1)]))
    return Role(person, code, unit, department, None, until)


@st.composite
def cases(draw: st.DrawFn) -> dict[str, Any]:
    subject = draw(st.sampled_from(["petition", "practice"]))
    commune = draw(st.sampled_from(COMMUNES))
    return {
        "subject": subject,
        "unit_id": commune,
        "hamlet_id": draw(st.sampled_from([None, *HAMLETS[commune]])),
        "department_id": draw(st.sampled_from(DEPARTMENTS)),
        "reporter_id": draw(st.sampled_from([*PEOPLE, 9])),
        "category": draw(st.sampled_from(CATEGORIES[subject])),
    }


LEAVE = st.sampled_from([(), (Absence(1, 2, DAY, DAY),), (Absence(3, 1, DAY - timedelta(days=9), DAY),)])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(roles(), max_size=5), LEAVE, st.lists(cases(), min_size=1, max_size=12))
def test_the_scope_of_a_query_is_the_rights_table(
    two_communes: tuple[Any, Registry], held: list[Role], leave: tuple[Absence, ...], shelf: list[dict[str, Any]]
) -> None:
    engine, places = two_communes
    known = replace(places, roles=tuple(held), absences=leave)
    with engine.connect() as conn:
        put(conn, *shelf)
        for person in PEOPLE:
            for action in rights.ON_CASE:
                scope = access.scope(known, person, action, DAY)
                rows = find.find(conn, scope, Filter(), NOW, 99, sensitive=finder.sensitive())
                allowed = {
                    number
                    for number, row in enumerate(shelf, 1)
                    if rights.may(known, person, action, SimpleNamespace(**row), DAY)
                }
                assert {row.draft_id for row in rows} == allowed, (person, action)
                assert find.count(conn, scope, Filter(), NOW, finder.sensitive()) == len(allowed)
        conn.rollback()
