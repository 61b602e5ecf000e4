"""What cadres type, and what must then stand in the database: every line matters, so a lost or doubled one shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

from bot import sample
from handlers import facts

PHOTO = "(photo)"
CATEGORIES = ("giao_thong", "giao_duc", "van_hoa_the_thao", "y_te", "bhxh_bhyt")
KINDS = ("feedback", "proposal")
URGENCIES = ("cao", "binh_thuong", "thap")
SOURCES = ("meeting", "seen")
URGENCY_PLACES = ("khan_cap", "cao", "binh_thuong", "thap")
SOURCE_PLACES = ("citizen", "meeting", "seen", "behalf")
SKIP, SEND = "bỏ qua", "gửi"


@dataclass
class Report:
    """`answers` is the expected JSON but for the hamlet, which is given by name; `mark` is in no other report."""

    mark: str
    subject: str
    lines: list[str]
    answers: dict[str, Any]
    hamlet: str
    files: int = 0
    code: str = field(default="", compare=False)


def petition(mark: str, random: Random, *, photos: bool) -> Report:
    """Ten questions, two commands; numbers choose, as on a phone without buttons."""
    category, hamlet = random.choice(CATEGORIES), random.choice(sample.HAMLETS[:8])
    kind, urgency, source = random.choice(KINDS), random.choice(URGENCIES), random.choice(SOURCES)
    households = random.randrange(2, 900)
    story = f"Bà con trong xóm gặp khó khăn đã lâu, đề nghị xem xét, việc {mark}"
    count = random.randrange(1, 3) if photos and random.random() < 0.5 else 0
    lines = [
        "phản ánh",
        story,
        facts.categories()[category].vi,
        str(KINDS.index(kind) + 1),
        f"xóm {hamlet}",
        f"gần nhà văn hóa, chỗ {mark}",
        "10/11/2025",
        f"{households} hộ",
        str(URGENCY_PLACES.index(urgency) + 1),
        str(SOURCE_PLACES.index(source) + 1),
        *([PHOTO] * count + ["xong"] if count else [SKIP]),
        SEND,
    ]
    answers = {
        "story": story,
        "category": category,
        "kind": kind,
        "place": {"words": f"gần nhà văn hóa, chỗ {mark}"},
        "since": "2025-11-10",
        "households": households,
        "urgency": urgency,
        "source": source,
    }
    return Report(mark, "petition", lines, answers, f"Xóm {hamlet}", count)


def practice(mark: str, random: Random) -> Report:
    """Ten questions, two commands."""
    area, hamlet = random.choice(list(facts.fields().values())), random.choice(sample.HAMLETS[:8])
    households, land = random.randrange(2, 900), random.randrange(100, 9000)
    title, story = f"Cách làm hay số {mark}", f"Cả xóm họp bàn ba lần rồi cùng làm, chuyện {mark}"
    lines = [
        "việc hay",
        title,
        area.vi,
        f"xóm {hamlet}",
        story,
        "1/3/2025",
        f"{households} hộ",
        "12tr4",
        f"{land} m2",
        f"Xóm đẹp hơn, kết quả {mark}",
        SKIP,
        SEND,
    ]
    answers = {
        "title": title,
        "field": area.code,
        "story": story,
        "since": "2025-03-01",
        "households": households,
        "money": 12_400_000,
        "land": land,
        "result": f"Xóm đẹp hơn, kết quả {mark}",
    }
    return Report(mark, "practice", lines, answers, f"Xóm {hamlet}")


def report(mark: str, random: Random, *, photos: bool) -> Report:
    """Two petitions for one practice."""
    return practice(mark, random) if random.random() < 1 / 3 else petition(mark, random, photos=photos)
