"""The sample registry is whole: whatever is reported there has somebody to answer it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Connection, create_engine, select

from bot import sample
from handlers import facts
from handlers import registry as registries
from handlers.registry import Registry
from storage import registry as registry_rows
from storage.migrate import synchronous
from storage.models.base import metadata
from storage.models.people import account, group

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
DAY = date(2026, 11, 25)


@pytest.fixture
def conn(database_url: str) -> Iterator[Connection]:
    engine = create_engine(synchronous(database_url))
    metadata.create_all(engine)
    with engine.begin() as connection:
        sample.write(connection, sample.registry())
        sample.demo(connection, NOW)
        yield connection
    engine.dispose()


def _registry(conn: Connection) -> Registry:
    return registries.build(registry_rows.read(conn))


def test_it_is_marked_as_the_sample(conn: Connection) -> None:
    assert registry_rows.version(conn) == (1, True)


def test_every_category_has_a_department_with_people(conn: Connection) -> None:
    registry = _registry(conn)
    commune = next(u for u in registry.units.values() if u.kind == "commune")
    assert (commune.code, commune.name) == ("05716", "Xã Võ Nhai")
    for category in facts.categories():
        department = registry.routing[category, commune.id]
        assert registry.members(department, DAY), category


def test_the_fixed_posts_are_held(conn: Connection) -> None:
    registry = _registry(conn)
    commune = next(u for u in registry.units.values() if u.kind == "commune")
    for role in ("lanh_dao_ubnd", "lanh_dao_dang", "phu_trach_dan_van", "quan_tri", "can_bo_truc"):
        assert registry.holders(role, commune.id, DAY), role
    for name, code in (("intake", "VP_HDND_UBND"), ("practice_owner", "BXDD")):
        department = registry.department(commune.id, registry.setting(commune.id, name))
        assert department is not None
        assert department.code == code
        assert registry.members(department.id, DAY)
    assert registry.setting(commune.id, "controller") == "UBND xã Võ Nhai"
    assert registry.setting(commune.id, "retention_months") == "24"
    assert registry.setting(commune.id, "duty_phone")


def test_every_hamlet_has_its_three_posts(conn: Connection) -> None:
    registry = _registry(conn)
    hamlets = [u for u in registry.units.values() if u.kind == "hamlet"]
    assert len(hamlets) == 8
    for hamlet in hamlets:
        for role in ("truong_thon", "bi_thu_chi_bo", "truong_ban_ctmt"):
            assert len(registry.holders(role, hamlet.id, DAY)) == 1


def test_the_demos_phones_tell_one_story(conn: Connection) -> None:
    registry = _registry(conn)
    accounts = {row.user: row for row in conn.execute(select(account))}
    assert set(accounts) == {user for user, _ in sample.DEMO_PHONES.values()}
    assert all(row.consent == facts.consent().version for row in accounts.values())
    cadre, official, clerk = (accounts[f"p-demo-{who}"].person_id for who in ("cadre", "official", "clerk"))
    commune = next(u for u in registry.units.values() if u.kind == "commune")
    roads = registry.routing["giao_thong", commune.id]
    assert {official, clerk} <= set(registry.members(roads, DAY))
    assert {role.code for role in registry.roles_of(cadre, DAY)} == {"truong_thon"}
    groups = {row.chat: row for row in conn.execute(select(group))}
    assert (groups["g:pkt"].department_id, groups["g:pkt"].mode) == (roads, "brief")
    assert (groups["g:xa"].department_id, groups["g:xa"].unit_id) == (None, commune.id)
    assert set(groups) == set(sample.DEMO_PHONES["group"][1])


def test_codes_and_phones_are_the_same_each_time_and_nobody_shares_one() -> None:
    rows = sample.registry()
    assert rows == sample.registry()
    for column in ("code", "phone", "name"):
        values = [person[column] for person in rows["person"]]
        assert len(values) == len(set(values))
    assert all(p["phone"].startswith("09") and len(p["phone"]) == 10 for p in rows["person"])
    assert all(p["code"].startswith("mau-") for p in rows["person"])


def test_a_ward_uses_its_own_words() -> None:
    rows = sample.registry("05860", hamlets=14)
    assert {r["name"] for r in rows["unit"] if r["kind"] == "hamlet"} >= {"Tổ dân phố Đồng Mây", "Tổ dân phố 14"}
    assert "Phòng Kinh tế, Hạ tầng và Đô thị" in {r["name"] for r in rows["department"]}
    assert "to_truong_tdp" in {r["code"] for r in rows["role"]}


def test_an_unknown_commune_is_refused() -> None:
    with pytest.raises(KeyError):
        sample.registry("99999")
