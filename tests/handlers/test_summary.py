"""The week's figures: right by scope and by week, kind in a quiet one, nobody named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, event, insert, select

from bot import sample
from handlers import registry as registries
from handlers import summary
from handlers.clock import VN
from handlers.nameless import names_somebody
from handlers.registry import Registry
from handlers.words import words_for
from storage import registry as registry_rows
from storage.migrate import synchronous
from storage.models.base import metadata
from storage.models.cases import case, form
from storage.models.people import group

START = datetime(2026, 11, 23, tzinfo=VN)  # Monday of 2026-W48; Tuesday is a holiday
FRIDAY = datetime(2026, 11, 27, 16, 0, tzinfo=VN)


@dataclass
class World:
    """A sample commune and a short way to put cases into it."""

    conn: Connection
    registry: Registry = field(init=False)
    made: int = 0

    def __post_init__(self) -> None:
        sample.write(self.conn, sample.registry())
        sample.demo(self.conn, START)
        self.conn.execute(insert(form).values(hash="h", name="petition", source_hash="s", compiled={}, added_at=START))
        self.registry = registries.build(registry_rows.read(self.conn))

    def unit(self, kind: str, place: int = 0) -> int:
        return sorted(u.id for u in self.registry.units.values() if u.kind == kind)[place]

    def department(self, code: str) -> int:
        return next(d.id for d in self.registry.departments.values() if d.code == code)

    def group(self, chat: str) -> Any:
        return self.conn.execute(select(group).where(group.c.chat == chat)).one()

    def put(self, subject: str = "petition", *, days: float = 0, closed: float | None = None, **values: Any) -> None:
        """A case sent `days` after Monday morning and closed `closed` days after it."""
        self.made += 1
        morning = START + timedelta(hours=9)
        row = {
            "subject": subject,
            "code": f"K-{self.made}",
            "unit_id": self.unit("commune"),
            "hamlet_id": self.unit("hamlet"),
            "department_id": self.department("PKT" if subject == "petition" else "BXDD"),
            "reporter_id": 1,
            "draft_id": self.made,
            "form_hash": "h",
            "category": "giao_thong" if subject == "petition" else "kinh_te",
            "kind": "feedback",
            "urgency": "cao",
            "state": "new" if closed is None else "answered",
            "version": 1,
            "title": "Đường hỏng",
            "answers": {},
            "folded": "",
            "made_at": morning + timedelta(days=days),
            "due_at": morning + timedelta(days=days + 30),
            "closed_at": None if closed is None else morning + timedelta(days=closed),
        }
        self.conn.execute(insert(case).values({**row, **values}))

    def build(self, chat: str = "g:xa", week: int = 48, now: datetime | None = None) -> Any:
        """As it is stored and read again: JSON."""
        data = summary.build(self.conn, self.registry, self.group(chat), 2026, week, now)
        return json.loads(json.dumps(data))

    def said(self, lang: str = "en", **how: Any) -> str:
        return summary.text(self.build(**how), words_for(lang))


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    engine = create_engine(synchronous(database_url))
    metadata.create_all(engine)
    with engine.begin() as connection:
        yield World(connection)
    engine.dispose()


def test_received_answered_overdue_by_department(world: World) -> None:
    world.put()
    world.put(days=2, closed=3)
    world.put(days=-6, closed=1)  # came last week, answered in this one
    world.put(days=-20, due_at=START)  # late
    world.put(days=1, department_id=world.department("CA"), category="ma_tuy")
    world.put(days=8)  # next week's
    petitions = world.build()["petitions"]
    assert petitions == {
        "received": 3,
        "before": 1,
        "answered": 2,
        "answered_before": 0,
        "overdue": 1,
        "rows": [["Phòng Kinh tế", 2, 2, 1], ["Công an xã", 1, 0, 0]],
    }


def test_the_week_is_viet_nams(world: World) -> None:
    world.put(made_at=START - timedelta(seconds=1))
    world.put(made_at=START)
    world.put(made_at=START + timedelta(days=7) - timedelta(seconds=1))
    world.put(made_at=START + timedelta(days=7))
    assert world.build(week=47)["petitions"]["received"] == 1
    assert world.build(week=48)["petitions"]["received"] == 2
    assert world.build(week=49)["petitions"]["received"] == 1


def test_a_department_sees_only_its_own(world: World) -> None:
    world.put()
    world.put(department_id=world.department("CA"))
    world.put("practice")
    data = world.build("g:pkt")
    assert data["petitions"]["received"] == 1
    assert data["practices"]["count"] == 0
    assert data["silent"] == []
    assert "Công an" not in world.said(chat="g:pkt")


def test_a_hamlets_group_sees_only_its_own(world: World) -> None:
    world.put(hamlet_id=world.unit("hamlet", 1))
    world.put(hamlet_id=world.unit("hamlet", 2))
    row = SimpleNamespace(unit_id=world.unit("hamlet", 1), department_id=None)
    data = summary.build(world.conn, world.registry, row, 2026, 48)
    assert data["petitions"]["received"] == 1
    assert data["silent"] == []


def test_the_provinces_group_counts_by_commune(world: World) -> None:
    world.put()
    row = SimpleNamespace(unit_id=world.unit("province"), department_id=None)
    assert summary.build(world.conn, world.registry, row, 2026, 48)["petitions"]["received"] == 1


def test_overdue_is_counted_at_the_moment_of_posting(world: World) -> None:
    world.put(due_at=FRIDAY + timedelta(hours=1))  # Friday 17:00
    assert world.build(now=FRIDAY)["petitions"]["overdue"] == 0
    assert world.build(now=FRIDAY + timedelta(hours=2))["petitions"]["overdue"] == 1
    assert world.build()["petitions"]["overdue"] == 1


def test_a_past_week_counts_what_was_late_then(world: World) -> None:
    world.put(days=-20, due_at=START, closed=10)
    assert world.build(week=48)["petitions"]["overdue"] == 1
    assert world.build(week=49)["petitions"]["overdue"] == 0


def test_good_practices_come_first_with_three_titles_that_name_nobody(world: World) -> None:
    for place, title in enumerate(
        ("Hiến đất mở đường", "Ông Nông Văn Tú hiến đất", "Camera an ninh", "Đường hoa", "Nuôi ong")
    ):
        world.put("practice", days=place / 10, title=title, category="kinh_te" if place < 3 else "van_hoa_xa_hoi")
    world.put("practice", days=-3)
    practices = world.build()["practices"]
    assert practices == {
        "count": 5,
        "before": 1,
        "fields": [["kinh_te", 3], ["van_hoa_xa_hoi", 2]],
        "titles": ["Nuôi ong", "Đường hoa", "Camera an ninh"],
    }
    said = world.said()
    assert said.index("Good practices: 5 (last week 1, up 4)") < said.index("Petitions received")
    assert "Nông Văn Tú" not in said
    assert "• Economy: 3" in said


def test_hamlets_are_silent_after_four_weeks(world: World) -> None:
    world.put(days=-21, hamlet_id=world.unit("hamlet", 0))  # the first Monday of the four weeks
    world.put("practice", days=-22, hamlet_id=world.unit("hamlet", 1))
    for place in range(2, 8):
        world.put(hamlet_id=world.unit("hamlet", place))
    assert world.build()["silent"] == ["Xóm Suối Trong"]
    assert "Nothing heard for four weeks from: Xóm Suối Trong." in world.said()


def test_the_figures_of_half_a_week_say_so(world: World) -> None:
    assert "Figures up to 16:00 on 27/11." in world.said(now=FRIDAY)
    assert "Figures up to" not in world.said(now=FRIDAY + timedelta(days=5))


def test_a_quiet_week_over_tet_is_kind(world: World) -> None:
    data = summary.build(world.conn, world.registry, world.group("g:xa"), 2027, 6)
    said = summary.text(data, words_for("en"))
    assert data["days_off"] == 3  # 8 to 10 February 2027
    assert "A quiet week: nothing new was reported." in said
    assert "This week had 3 public holidays." in said
    assert "Petitions" not in said
    vietnamese = summary.text(data, words_for("vi"))
    assert vietnamese.startswith("📋 Tổng hợp tuần 6 (08/02 – 14/02/2027)\nXã Võ Nhai")
    assert "Tuần này có 3 ngày nghỉ lễ." in vietnamese


def test_what_is_late_is_told_in_a_quiet_week_too(world: World) -> None:
    world.put(days=-30, due_at=START)
    said = world.said()
    assert "A quiet week" in said
    assert "Overdue: 1" in said


def test_no_category_is_spelled_out(world: World) -> None:
    world.put(category="ma_tuy", department_id=world.department("CA"), title="Ma túy ở xóm")
    for lang in ("vi", "en"):
        said = world.said(lang).lower()
        assert "ma túy" not in said
        assert "drug" not in said


def test_it_always_fits(world: World) -> None:
    for place, title in enumerate(("Đường " * 200, "Hoa " * 300, "x" * 5000)):
        world.put("practice", days=place / 10, title=title)
    data = world.build()
    data["petitions"]["rows"] = [[f"Phòng {'rất dài ' * 60}{i}", 1, 1, 1] for i in range(60)]
    data["silent"] = ["Xóm " + "xa " * 90] * 500
    for lang in ("vi", "en"):
        said = summary.text(data, words_for(lang))
        assert len(said) <= summary.LIMIT
        assert "48" in said.splitlines()[0]
        assert "490" in said


def test_no_query_reads_all_petitions(sqlite_url: str) -> None:
    engine = create_engine(synchronous(sqlite_url))
    metadata.create_all(engine)
    seen: list[tuple[str, Any]] = []
    with engine.begin() as conn:
        world = World(conn)
        event.listen(conn, "before_cursor_execute", lambda c, cur, sql, params, ctx, many: seen.append((sql, params)))
        world.build()
        plans = [
            row.detail
            for sql, params in seen.copy()
            if "FROM report" in sql
            for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", params)
        ]
    engine.dispose()
    assert plans
    assert [plan for plan in plans if plan.startswith("SCAN report")] == []


@pytest.mark.parametrize(
    ("now", "week"),
    [
        (FRIDAY, (2026, 48)),
        (FRIDAY - timedelta(seconds=1), (2026, 47)),
        (datetime(2026, 11, 30, 9, tzinfo=VN), (2026, 48)),  # after a weekend's downtime
        (datetime(2027, 1, 1, 16, tzinfo=VN), (2026, 53)),
        (datetime(2027, 1, 4, 0, tzinfo=VN), (2026, 53)),
        (datetime(2027, 1, 8, 16, tzinfo=VN), (2027, 1)),
        (datetime(2026, 11, 27, 9, 0, tzinfo=UTC), (2026, 48)),
    ],
)
def test_the_week_whose_friday_has_come(now: datetime, week: tuple[int, int]) -> None:
    assert summary.week_of(now) == week


@pytest.mark.parametrize(
    ("title", "named"),
    [
        ("Ông Thắng hiến đất", True),
        ("mô hình của chị Hoa", True),
        ("ong nong van tu hien dat", True),
        ("Hộ Triệu Thị Mến thoát nghèo", True),
        ("Gọi 0912 345 678 để học nghề", True),
        ("Lý Văn Páo nuôi trâu", True),
        ("Hiến đất mở đường xóm", False),
        ("Ông bà mẫu mực, con cháu thảo hiền", False),
        ("Anh em đoàn kết", False),
        ("Tổ liên gia an toàn phòng cháy chữa cháy", False),
        ("20 hộ chung tay làm đường hoa", False),
        ("Chị em giúp nhau nuôi gà", False),
    ],
)
def test_who_is_named(title: str, named: bool) -> None:
    assert names_somebody(title) is named
