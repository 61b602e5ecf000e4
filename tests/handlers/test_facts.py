"""The shipped facts are whole and agree with each other."""

from __future__ import annotations

import unicodedata
from string import Formatter

import pytest

from handlers import facts


def test_communes_of_the_province() -> None:
    communes = facts.communes()
    assert facts.province() == ("19", "Tỉnh Thái Nguyên")
    assert len(communes) == 92
    assert sum(c.type == "phuong" for c in communes.values()) == 15
    assert all(len(code) == 5 and code.isdigit() for code in communes)
    assert communes["05716"].name == "Xã Võ Nhai"
    assert communes["05788"].name == "Xã Phú Lạc"  # some packages have 05794
    assert all(c.name.startswith("Phường " if c.type == "phuong" else "Xã ") for c in communes.values())


def test_categories_point_at_known_things() -> None:
    categories = facts.categories()
    assert len(categories) == 41
    for category in categories.values():
        assert category.department in facts.departments()
        assert category.province_department in facts.province_departments()
        assert category.urgency in facts.urgencies()
        assert category.vi
        assert category.en not in ("", category.vi)
    assert {c.code for c in categories.values() if c.sensitive} == {"ma_tuy", "bao_luc_gia_dinh_tre_em"}
    assert list(categories)[-1] == "khac"


def test_every_emergency_category_has_a_number_to_call() -> None:
    assert all(c.hotline for c in facts.categories().values() if c.urgency == "khan_cap")


def test_departments_are_named_by_the_kind_of_commune() -> None:
    economy = facts.departments()["PKT"]
    assert economy.title("xa") == "Phòng Kinh tế"
    assert economy.title("phuong") == "Phòng Kinh tế, Hạ tầng và Đô thị"
    assert economy.title("phuong", "en") == "Economy, Infrastructure and Urban Division"
    assert economy.name("en") == "Economic Division"


def test_other_lists() -> None:
    assert len(facts.fields()) == 4
    assert all(f.example() and f.example("en") for f in facts.fields().values())
    assert len(facts.roles()) == 18
    assert [k for k, kind in facts.kinds().items() if kind.petition] == ["feedback", "proposal"]
    assert [u.days for u in facts.urgencies().values()] == [1, 3, 10, 10]
    assert facts.urgencies()["cao"].name("vi") == "Gấp"


def test_what_is_read_is_nfc() -> None:
    names = [c.name for c in facts.communes().values()] + [c.vi for c in facts.categories().values()]
    phrases = [phrase for phrases in facts.triage().values() for phrase in phrases]
    assert all(unicodedata.is_normalized("NFC", text) for text in names + phrases)


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_consent_says_the_same_in_both_languages() -> None:
    consent = facts.consent()
    assert consent.version == "2026-2"
    assert _places(consent.vi) == _places(consent.en) == {"controller", "months", "phone"}
    assert "máy" in consent()
    assert "machine" in consent("en")


@pytest.mark.parametrize(
    ("code", "places"), [("to_cao_ask", set()), ("to_cao", set()), ("khieu_nai", {"phone"}), ("emergency", {"hotline"})]
)
def test_replies_have_the_same_gaps_in_both_languages(code: str, places: set[str]) -> None:
    assert _places(facts.reply(code)("vi")) == _places(facts.reply(code)("en")) == places


def test_an_emergency_names_the_number_first() -> None:
    assert facts.reply("emergency")().format(hotline="114").splitlines()[0].endswith("114")
