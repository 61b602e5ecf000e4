"""Consent: versioned, provable, and taken back at any time."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from sqlalchemy import select

from handlers import facts
from storage import accounts, privacy
from storage.models import cases as tables
from storage.models.people import account, consent
from tests.bot.conftest import Open
from tests.bot.office import CADRE, id_of
from tests.bot.test_cli import danvan


async def test_the_proof_of_a_consent_is_the_text_itself(office: Open, tmp_path: Path) -> None:
    async with office() as it:
        it.users["Binh"] = "u-binh"
        await it.write(lambda conn: accounts.tie(conn, "fake", "1", "u-binh", id_of(conn, CADRE), it.now))
        await it.receive("Binh", text="chào")
        await it.receive("Binh", text="đồng ý")
        await it.quiet()
        asked_ = it.texts("u-binh")[0]
        printed = await asyncio.to_thread(danvan, tmp_path, "data", "consent", CADRE, DATABASE_URL=it.url)
        assert (printed.returncode, printed.stderr) == (0, "")
        assert f"agreed\tversion {facts.consent().version}\tfake 1:u-binh" in printed.stdout
        text = re.sub(r"^ {4}", "", printed.stdout.split("\n", 3)[3], flags=re.MULTILINE).strip()
        assert asked_.startswith(text)


async def test_another_version_asks_everybody_again(office: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """An old agreement is kept as a proof and lets nothing through."""
    async with office() as it:
        await it.account_of(CADRE, "u-binh")
        it.users["Binh"] = "u-binh"
        await it.receive("Binh", text="phản ánh")
        await it.quiet()
        assert "1/" in it.texts("u-binh")[-1]
        newer = facts.Consent("Bản mới {controller} {months} {phone}", "New", "2027-1")
        monkeypatch.setattr(facts, "consent", lambda: newer)
        await it.receive("Binh", text="Cầu gỗ qua suối bị mục Zyxwvu")
        await it.quiet()
        assert it.texts("u-binh")[-1].startswith("Bản mới UBND xã Võ Nhai 24")
        assert await it.read(lambda conn: [row.body["answers"] for row in conn.execute(select(tables.draft))]) == [{}]
        await it.receive("Binh", text="đồng ý")
        await it.quiet()
        row = await it.read(lambda conn: conn.execute(select(consent)).one())
        assert (row.version, row.agreed) == ("2027-1", True)
        assert await it.read(lambda conn: conn.execute(select(account.c.consent)).scalar_one()) == "2027-1"


async def test_withdrawn_is_proven_and_nobody_writes_to_them(office: Open) -> None:
    async with office() as it:
        await it.account_of(CADRE, "u-binh")
        it.users["Binh"] = "u-binh"
        await it.receive("Binh", text="dữ liệu rút ngay")
        await it.quiet()
        rows = await it.read(lambda conn: privacy.proofs(conn, id_of(conn, CADRE)))
        assert [row.agreed for row in rows] == [False]
        told = await it.told()
        await it.quiet()
        assert (await it.row(told)).error == "no_account"
