"""What danvan serves in the benchmark: the whole province's 92 communes, 2,000 cadres who have agreed, an official each."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, insert, select

from bot import prepare, sample
from handlers import facts
from storage.engine import ENGINE_OPTIONS
from storage.migrate import synchronous
from storage.models import people
from storage.models import registry as tables

USERS = 2_000
FIRST_USER = 1_000_000  # Telegram ids of the cadres; the officials' follow
BOT = "7000000001"
KEY = "danvan.key"


def make(path: Path) -> None:
    """A prepared database at `path`: tables, forms, registry, accounts. Its journal is folded in, so it can be copied."""
    url = f"sqlite+aiosqlite:///{path}"
    prepare.prepare(url, path.with_name(KEY))
    engine = create_engine(synchronous(url), **ENGINE_OPTIONS)
    with engine.begin() as conn:
        rows = province()
        sample.write(conn, rows)
        table = tables.person
        known = {row.code: row.id for row in conn.execute(select(table.c.id, table.c.code))}
        cadres = sorted(code for code in known if code.startswith("bench-"))
        officials = sorted(
            {row["department"] + row["unit"]: row["person"] for row in rows["role"] if row["department"]}.values()
        )
        conn.execute(insert(people.account), list(accounts([known[code] for code in [*cadres, *officials]])))
    engine.dispose()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def province() -> sample.Rows:
    """Every commune's sample registry, and the cadres spread over all hamlets."""
    merged: sample.Rows = {}
    for code in facts.communes():
        for table, rows in sample.registry(code).items():
            fresh = [_own(row, code) for row in rows if row.get("kind") != "province" or not merged.get(table)]
            merged.setdefault(table, []).extend(fresh)
    hamlets = [row["code"] for row in merged["unit"] if row["kind"] == "hamlet"]
    for n in range(USERS):
        # Neighbours in this order lie in different communes, so that the petitions spread as a province's do.
        hamlet = hamlets[(n * 8 + n // len(facts.communes())) % len(hamlets)]
        code = f"bench-{n:05d}"
        merged["person"].append({"code": code, "name": f"Hoàng Thị Hoa {n}", "phone": f"0988{n:06d}", "language": "vi"})
        merged["role"].append({"person": code, "code": "truong_thon", "unit": hamlet, "department": None})
    return merged


def _own(row: dict[str, Any], commune: str) -> dict[str, Any]:
    """The samples name their people alike; here each commune has its own."""
    changed = dict(row)
    if "phone" in row:
        changed |= {"code": f"{row['code']}-{commune}", "phone": f"09{commune}{row['phone'][-3:]}"}
    if "person" in row:
        changed["person"] = f"{row['person']}-{commune}"
    return changed


def accounts(person_ids: list[int]) -> Iterator[dict[str, Any]]:
    """One Telegram account each, consent given."""
    now = datetime.now(UTC)
    for n, person in enumerate(person_ids):
        yield {
            "channel": "telegram",
            "bot": BOT,
            "user": str(FIRST_USER + n),
            "person_id": person,
            "consent": facts.consent().version,
            "tied_at": now,
            "used_at": now,
        }


def copy(template: Path, into: Path) -> None:
    """A fresh database for a round."""
    shutil.copyfile(template, into)


def check(path: Path, round_: dict[str, Any]) -> list[str]:
    """What is wrong with the database of a server that was killed right after the round; empty when nothing is.

    Nothing acknowledged may be missing, and there must be exactly as many petitions and drafts as the people made.
    """
    with sqlite3.connect(path) as connection:
        count = lambda sql: connection.execute(sql).fetchone()[0]  # noqa: E731
        found = {
            "updates": count("SELECT count(*) FROM incoming WHERE failed IS NULL"),
            "failed": count("SELECT count(*) FROM incoming WHERE failed IS NOT NULL"),
            "petitions": count("SELECT count(*) FROM report"),
            "codes": count("SELECT count(DISTINCT unit_id || code) FROM report"),
            "moves": count("SELECT count(*) FROM history"),
            "drafts": count("SELECT count(*) FROM draft"),
            "cards": count("SELECT count(*) FROM letter WHERE template = 'card'"),
            "integrity": count("PRAGMA integrity_check"),
        }
    sent = round_["sent"]
    wanted = {
        "updates": round_["acknowledged"],
        "failed": 0,
        "petitions": sent,
        "codes": sent,
        "moves": sent,
        "drafts": round_["open"],
        "cards": sent,
        "integrity": "ok",
    }
    return [f"{name}: {found[name]} instead of {wanted[name]}" for name in wanted if found[name] != wanted[name]]
