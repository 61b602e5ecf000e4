"""What is personal is unreadable in the database; the key is made once, kept outside, and a wrong one is noticed."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, select, text
from sqlalchemy.exc import IntegrityError

from bot import prepare
from storage import drafts, keys, migrate, registry_write, sealing
from storage.engine import ENGINE_OPTIONS
from storage.models.cases import draft
from storage.models.registry import person
from storage.reseal import reseal
from tests.conversation.world import fresh

NOW = datetime(2026, 11, 25, tzinfo=UTC)
PHONE = "0987650123"


@pytest.fixture(autouse=True)
def same_key_afterwards() -> Iterator[None]:
    """A test that takes another key leaves the others theirs."""
    kept = Path(os.environ["DANVAN_KEY_FILE"])
    yield
    keys.use(kept)


@pytest.fixture
def conn(database_url: str) -> Iterator[Connection]:
    fresh(database_url)
    engine = create_engine(migrate.synchronous(database_url), **ENGINE_OPTIONS)
    with engine.connect() as found:
        yield found
    engine.dispose()


@given(st.binary(max_size=3000))
def test_what_is_sealed_comes_back_and_never_looks_the_same(data: bytes) -> None:
    once, twice = sealing.seal(data), sealing.seal(data)
    assert sealing.unseal(once) == sealing.unseal(twice) == data
    assert once != twice
    assert once.isascii()


@given(st.binary(min_size=1, max_size=40), st.integers(0))
def test_one_changed_letter_is_noticed(data: bytes, place: int) -> None:
    sealed = sealing.seal(data)
    at = 2 + place % (len(sealed) - 4)  # the last letters may only pad
    changed = sealed[:at] + ("A" if sealed[at] != "A" else "B") + sealed[at + 1 :]
    with pytest.raises(sealing.WrongKey):
        sealing.unseal(changed)


def raw(conn: Connection, table: str) -> str:
    return repr([tuple(row) for row in conn.execute(text(f'SELECT * FROM "{table}"'))])


def test_phones_and_drafts_are_unreadable_but_there(conn: Connection) -> None:
    registry_write.add(conn, "person", [{"code": "x", "name": "X", "phone": PHONE}])
    form = conn.execute(text("SELECT hash FROM form LIMIT 1")).scalar_one()
    number = drafts.make(conn, 1, form, "petition", None, {"answers": {"contact": PHONE}}, NOW)
    assert PHONE not in raw(conn, "person") + raw(conn, "draft")
    assert conn.execute(select(person.c.phone).where(person.c.code == "x")).scalar_one() == PHONE
    found = drafts.get(conn, number, 1)
    assert found is not None
    assert found.body == {"answers": {"contact": PHONE}}


def test_two_people_cannot_have_one_phone(conn: Connection) -> None:
    with pytest.raises(IntegrityError):
        registry_write.add(conn, "person", [{"code": c, "name": "X", "phone": PHONE} for c in ("x", "y")])


def test_what_an_older_program_stored_is_read_and_then_sealed(conn: Connection) -> None:
    conn.execute(text(f"INSERT INTO person (code, name, phone, language) VALUES ('old', 'Old', '{PHONE}', 'vi')"))
    owner = conn.execute(select(person.c.id).where(person.c.code == "old")).scalar_one()
    conn.execute(
        text(
            "INSERT INTO draft (id, person_id, form_hash, form_name, body, made_at, changed_at) SELECT 999, "
            f'{owner}, hash, name, \'{{"answers": {{"story": "{PHONE}"}}}}\', added_at, added_at FROM form LIMIT 1'
        )
    )
    body = select(draft.c.body).where(draft.c.id == 999)
    assert conn.execute(body).scalar_one() == {"answers": {"story": PHONE}}
    assert reseal(conn) == 3  # the phone, its mark, the draft
    assert PHONE not in raw(conn, "person") + raw(conn, "draft")
    assert conn.execute(body).scalar_one() == {"answers": {"story": PHONE}}
    assert reseal(conn) == 0


def test_the_key_is_made_with_the_database_and_for_its_owner_only(sqlite_url: str, tmp_path: Path) -> None:
    path = tmp_path / "keys" / "danvan.key"
    prepare.prepare(sqlite_url, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    prepare.prepare(sqlite_url, path)
    assert path.read_bytes() == before


def test_a_missing_or_foreign_key_is_refused_and_none_is_made(sqlite_url: str, tmp_path: Path) -> None:
    path, other = tmp_path / "danvan.key", tmp_path / "other.key"
    prepare.prepare(sqlite_url, path)
    kept = path.read_bytes()
    path.unlink()
    with pytest.raises(keys.KeyTrouble, match="is missing"):
        prepare.prepare(sqlite_url, path)
    assert not path.exists()
    keys.make(other)
    with pytest.raises(keys.KeyTrouble, match="not the key this database"):
        prepare.prepare(sqlite_url, other)
    path.write_bytes(kept)
    prepare.prepare(sqlite_url, path)
    path.write_text("nonsense!\n")
    with pytest.raises(keys.KeyTrouble, match="damaged"):
        prepare.prepare(sqlite_url, path)


def test_a_typed_text_that_looks_sealed_is_no_trouble(conn: Connection) -> None:
    """Whatever a person types comes back as it was."""
    from storage.models.base import Sealable

    kind = Sealable()
    dialect = conn.dialect
    for words in ("~1", "~1abc", "~1" + "A" * 60, "bình thường", sealing.Seal("kín")):
        stored = kind.process_bind_param(words, dialect)
        assert kind.process_result_value(stored, dialect) == words
    assert kind.process_bind_param("bình thường", dialect) == "bình thường"
    assert "kín" not in str(kind.process_bind_param(sealing.Seal("kín"), dialect))
