"""`danvan check`: for each fault a commune with just that fault, the sentence a clerk then reads, and the exit code."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, delete, insert, select, update
from typer.testing import CliRunner

from bot.checks import machine
from bot.cli import app
from storage import outbox, privacy
from storage.engine import ENGINE_OPTIONS
from storage.migrate import synchronous
from storage.models import letters, people
from storage.models import registry as tables

NOW = datetime.now(UTC)
Fault = Callable[[Connection], object]


@pytest.fixture
def url(prepared_sqlite: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """A commune that would work live: everybody is here, a group is tied, a backup is made."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DANVAN_DATABASE_URL", prepared_sqlite)
    monkeypatch.setenv("DANVAN_MODE", "live")
    monkeypatch.setenv("DANVAN_TELEGRAM_TOKEN", "123:abc")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: shutil._ntuple_diskusage(2**40, 0, 2**39))
    change(prepared_sqlite, healthy)
    return prepared_sqlite


def change(url: str, work: Fault) -> None:
    engine = create_engine(synchronous(url), **ENGINE_OPTIONS)
    with engine.begin() as conn:
        work(conn)
    engine.dispose()


def healthy(conn: Connection) -> None:
    for key in conn.execute(select(tables.person.c.id)).scalars().all():
        account = {"channel": "web", "bot": "web", "user": f"u{key}", "person_id": key, "consent": "1"}
        conn.execute(insert(people.account).values(**account, tied_at=NOW, used_at=NOW))
    commune = conn.execute(select(tables.unit.c.id).where(tables.unit.c.kind == "commune")).scalar_one()
    conn.execute(
        insert(people.group).values(channel="web", bot="web", chat="g", name="Xã", unit_id=commune, tied_at=NOW)
    )
    outbox.ran(conn, "backup", NOW, {})
    outbox.ran(conn, "daily", NOW, {})


def check(*words: str) -> tuple[int, str]:
    run = CliRunner().invoke(app, ["check", "--offline", *words])
    assert run.exception is None or isinstance(run.exception, SystemExit), run.exception
    return run.exit_code, run.output


def test_a_commune_in_order(url: str) -> None:
    code, said = check()
    assert code == 0, said
    assert said.splitlines() == [
        "✓ Cán bộ và cơ quan: không có gì sai",
        "✓ Ứng dụng chat: không có gì sai",
        "✓ Máy và chương trình: không có gì sai",
        "Mọi thứ đều ổn.",
    ]


def no_routing(conn: Connection) -> None:
    conn.execute(delete(tables.routing).where(tables.routing.c.category == "moi_truong"))


def nobody_in(conn: Connection, code: str = "PKT") -> None:
    department = select(tables.department.c.id).where(tables.department.c.code == code).scalar_subquery()
    conn.execute(delete(tables.role).where(tables.role.c.department_id == department))


def unreached(conn: Connection) -> None:
    department = select(tables.department.c.id).where(tables.department.c.code == "PKT").scalar_subquery()
    members = select(tables.role.c.person_id).where(tables.role.c.department_id == department)
    conn.execute(update(people.account).where(people.account.c.person_id.in_(members)).values(stopped="stopped"))


def no_cadre(conn: Connection) -> None:
    hamlet = select(tables.unit.c.id).where(tables.unit.c.name == "Xóm Đồng Mây").scalar_subquery()
    conn.execute(delete(tables.role).where(tables.role.c.unit_id == hamlet))


def not_come_in(conn: Connection) -> None:
    hamlet = select(tables.unit.c.id).where(tables.unit.c.name == "Xóm Đồng Mây").scalar_subquery()
    cadres = select(tables.role.c.person_id).where(tables.role.c.unit_id == hamlet)
    conn.execute(delete(people.account).where(people.account.c.person_id.in_(cadres)))


def no_admin(conn: Connection) -> None:
    conn.execute(delete(tables.role).where(tables.role.c.code == "quan_tri"))


def no_duty_phone(conn: Connection) -> None:
    conn.execute(delete(tables.setting).where(tables.setting.c.name == "duty_phone"))


def no_way_in(conn: Connection) -> None:
    one = conn.execute(select(tables.person.c.id).where(tables.person.c.code == "mau-mat-tran-1")).scalar_one()
    conn.execute(update(tables.person).where(tables.person.c.id == one).values(phone=None, phone_mark=None))
    conn.execute(delete(people.account).where(people.account.c.person_id == one))


def ending(conn: Connection) -> None:
    last = date.today() + timedelta(days=5)  # noqa: DTZ011 - the check goes by today's date as well
    conn.execute(update(tables.role).where(tables.role.c.code == "quan_tri").values(valid_to=last))


def no_group(conn: Connection) -> None:
    conn.execute(delete(people.group))


def behind(conn: Connection) -> None:
    later = {"channel": "web", "bot": "web", "key": "k", "at": NOW + timedelta(hours=1)}
    conn.execute(insert(letters.update).values(**later))


def stuck(conn: Connection) -> None:
    outbox.put(conn, NOW, [{"dedupe": "d", "template": "stuck", "state": "failed", "next_at": None}])


def no_daily(conn: Connection) -> None:
    outbox.ran(conn, "daily", NOW - timedelta(days=3), {})


def old_backup(conn: Connection) -> None:
    outbox.ran(conn, "backup", NOW - timedelta(days=9), {})


def late_request(conn: Connection) -> None:
    unit = conn.execute(select(tables.unit.c.id).where(tables.unit.c.kind == "commune")).scalar_one()
    times = dict.fromkeys(("made_at", "reply_by", "due_at"), NOW - timedelta(days=40))
    privacy.ask(conn, person_id=1, unit_id=unit, kind="delete", **times)


FAULTS: list[tuple[Fault, int, str, str]] = [
    (no_routing, 1, "✗ Xã Võ Nhai: chưa có ai nhận lĩnh vực “Môi trường, rác thải, ô nhiễm”.", "Phân công"),
    (nobody_in, 1, "✗ Xã Võ Nhai, Phòng Kinh tế: chưa có người, nên sẽ không ai trả lời.", "vào sổ"),
    (unreached, 1, "✗ Xã Võ Nhai, Phòng Kinh tế: có 2 người nhưng chưa ai vào để nhận tin.", "danvan invite --all"),
    (no_cadre, 1, "✗ Xóm Đồng Mây, Xã Võ Nhai: chưa có cán bộ, nên không ai gửi phiếu.", "vào sổ"),
    (not_come_in, 0, "! Xóm Đồng Mây, Xã Võ Nhai: chưa có cán bộ nào vào.", "danvan invite --all"),
    (no_admin, 1, "✗ Xã Võ Nhai: chưa có quản trị viên, nên không ai nhận cảnh báo.", "Quản trị hệ thống"),
    (no_duty_phone, 0, "! Xã Võ Nhai: chưa có số điện thoại trực.", "Lời nhắn"),
    (no_way_in, 0, "không có số điện thoại và chưa vào lần nào.", "danvan invite"),
    (ending, 0, "(Quản trị hệ thống) thôi việc ngày", "bàn giao"),
    (no_group, 0, "! Chưa gắn nhóm chat nào", "--group"),
    (behind, 1, "✗ Đồng hồ máy này chậm", "tự chỉnh giờ"),
    (stuck, 1, "✗ 1 thư không gửi được.", "danvan stuck"),
    (no_daily, 1, "✗ Việc hằng ngày chạy lần cuối lúc", "danvan run"),
    (old_backup, 1, "✗ Bản sao lưu gần nhất là ngày", "danvan backup"),
    (late_request, 1, "✗ 1 yêu cầu về dữ liệu cá nhân đã quá hạn.", "danvan data"),
]


@pytest.mark.parametrize(("fault", "code", "sentence", "cure"), FAULTS, ids=lambda v: getattr(v, "__name__", ""))
def test_a_fault_is_named_with_its_cure(url: str, fault: Fault, code: int, sentence: str, cure: str) -> None:
    change(url, fault)
    found, said = check()
    assert (found, said.count("✗") + said.count("!")) == (code, 1), said
    assert sentence in said
    lines = said.splitlines()
    place = next(place for place, line in enumerate(lines) if sentence in line)
    assert lines[place + 1].strip().startswith("→ ")
    assert cure in lines[place + 1]


def test_a_trial_that_reaches_nobody(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DANVAN_MODE", "trial")
    monkeypatch.setenv("DANVAN_TRIAL_TO", "0999999999")
    code, said = check()
    assert code == 1
    assert "DANVAN_TRIAL_TO không phải ai trong danh sách" in said
    assert "0999999999" not in said


def test_a_webhook_without_an_address(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DANVAN_TELEGRAM_WEBHOOK_SECRET", "s3cret")
    code, said = check()
    assert code == 1
    assert "Webhook của Telegram cần địa chỉ bắt đầu bằng https://" in said
    assert "s3cret" not in said


def test_no_messenger(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DANVAN_TELEGRAM_TOKEN", "")
    assert check()[0] == 0


@pytest.mark.parametrize(("free", "code"), [(100 * 2**20, 1), (50 * 2**30, 0)])
def test_a_disk_that_fills(url: str, monkeypatch: pytest.MonkeyPatch, free: int, code: int) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: shutil._ntuple_diskusage(2**40, 2**40 - free, free))
    found, said = check()
    assert found == code
    assert "sắp đầy" in said


def test_a_key_that_others_can_read(url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = Path(shutil.copy(os.environ["DANVAN_KEY_FILE"], tmp_path / "open.key"))
    path.chmod(0o644)
    monkeypatch.setenv("DANVAN_KEY_FILE", str(path))
    code, said = check()
    assert code == 0
    assert "chmod 600" in said


def test_words_that_cannot_be_read(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_catalog", lambda lang: "OSError" if lang == "en" else "")
    assert check()[0] == 1


def test_an_empty_roster(prepared_sqlite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DANVAN_DATABASE_URL", prepared_sqlite)
    change(prepared_sqlite, lambda conn: conn.execute(delete(tables.role)))
    code, said = check()
    assert code == 1
    assert "Danh sách cán bộ còn trống." in said


def test_long_lists_are_cut_and_told_whole_when_asked(url: str) -> None:
    change(url, lambda conn: conn.execute(delete(tables.routing)))
    _code, said = check()
    assert said.count("chưa có ai nhận lĩnh vực") == 5
    assert "… và 36 mục tương tự" in said
    assert check("--all")[1].count("chưa có ai nhận lĩnh vực") == 41


def test_for_programs(url: str) -> None:
    change(url, old_backup)
    code, said = check("--json")
    rows: list[dict[str, Any]] = json.loads(said)
    assert code == 1
    assert [(row["subject"], row["kind"], row["level"]) for row in rows] == [("machine", "backup", "error")]
