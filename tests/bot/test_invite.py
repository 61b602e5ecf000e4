"""`danvan invite`: for one, for everybody on paper, who is here, taken back, a lost phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, select
from typer.testing import CliRunner

from bot.cli import app
from handlers.people import normal_code
from storage import accounts, web
from storage.engine import ENGINE_OPTIONS
from storage.migrate import synchronous
from storage.models import people
from storage.models.registry import person

Danvan = Callable[..., tuple[int, str]]
NOW = datetime(2026, 11, 25, 2, tzinfo=UTC)
WHO = "mau-truong-xom-1"


@pytest.fixture
def danvan(prepared_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Danvan:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DANVAN_DATABASE_URL", prepared_url)

    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["invite", *words])
        return done.exit_code, done.output

    return run


def code_in(text: str) -> str:
    found = re.search(r"\b[0-9A-Z]{5}-[0-9A-Z]{5}\b", text)
    assert found is not None, text
    return normal_code(found[0])


def works(url: str, code: str) -> bool:
    engine = create_engine(synchronous(url), **ENGINE_OPTIONS)
    with engine.connect() as conn:
        found = accounts.invite(conn, code, datetime.now(UTC)) is not None
    engine.dispose()
    return found


def tied(url: str) -> None:
    """The hamlet head is here, through the web chat, which is open."""
    engine = create_engine(synchronous(url), **ENGINE_OPTIONS)
    with engine.begin() as conn:
        key = conn.execute(select(person.c.id).where(person.c.code == WHO)).scalar_one()
        accounts.tie(conn, "web", "web", "u1", key, NOW)
        web.open_session(conn, "token", "u1", datetime.now(UTC))
    engine.dispose()


def count(url: str, table: object) -> int:
    engine = create_engine(synchronous(url), **ENGINE_OPTIONS)
    with engine.connect() as conn:
        found = conn.execute(select(func.count()).select_from(table)).scalar_one()  # type: ignore[arg-type]
    engine.dispose()
    return int(found)


def test_everybody_on_paper(danvan: Danvan, prepared_url: str) -> None:
    tied(prepared_url)
    done, said = danvan("--all", "moi.html", "--unit", "05716")
    assert done == 0
    assert "1 người đã vào rồi" in said
    page = Path("moi.html").read_text(encoding="utf-8")
    codes = re.findall(r"<div class=code>([0-9A-Z]{5}-[0-9A-Z]{5})</div>", page)
    assert len(codes) == len(set(codes)) == int(re.findall(r"(\d+) mã", said)[0]) > 20
    assert all(works(prepared_url, normal_code(code)) for code in codes)
    assert page.count("<svg") == len(codes)
    assert page.count("<li>") == 3 * len(codes), "three lines each"
    assert page.count("<section>") == page.count("<h1>")
    assert "Xóm Đồng Mây" in page
    assert not re.search(r"\b09\d{8}\b", page), "no telephone number on paper"
    assert "src=" not in page, "nothing is loaded from elsewhere"
    _done, again = danvan("--all", "moi2.html", "--everybody")
    assert "đã vào rồi" not in again
    assert not works(prepared_url, normal_code(codes[0])), "a newer code voids the older"


def test_a_unit_nobody_knows(danvan: Danvan) -> None:
    assert danvan("--all", "x.html", "--unit", "99999")[0] == 1
    assert not Path("x.html").exists()


def test_who_is_here(danvan: Danvan, prepared_url: str) -> None:
    tied(prepared_url)
    done, said = danvan("--list")
    assert done == 0
    lines = said.splitlines()
    assert [line for line in lines if line.startswith("✓")] == [line for line in lines if "\tweb\t25/11/2026\t" in line]
    assert lines[-1].startswith("1 trên ")


def test_taken_back(danvan: Danvan, prepared_url: str) -> None:
    code = code_in(danvan(WHO)[1])
    assert works(prepared_url, code)
    assert danvan(WHO, "--revoke")[0] == 0
    assert not works(prepared_url, code)


def test_a_lost_phone(danvan: Danvan, prepared_url: str) -> None:
    tied(prepared_url)
    old = code_in(danvan(WHO)[1])
    done, said = danvan(WHO, "--untie")
    assert done == 0
    assert "Đã gỡ 1 tài khoản." in said
    assert count(prepared_url, people.account) == count(prepared_url, people.web_session) == 0
    assert count(prepared_url, people.access_log) == 1
    assert not works(prepared_url, old)
    assert works(prepared_url, code_in(said))


def test_nobody_is_named(danvan: Danvan) -> None:
    assert danvan()[0] == 2
    assert danvan("nobody")[0] == 1
