"""`danvan data …` as a clerk uses it, beside a server that runs; and what an answer does."""

from __future__ import annotations

import asyncio
import re
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, select

from handlers import data_requests
from handlers.clock import VN
from storage import accounts, cases, drafts, privacy
from storage import registry as registry_rows
from storage.engine import ENGINE_OPTIONS
from storage.migrate import synchronous
from storage.models import cases as tables
from storage.models.people import data_request
from storage.models.registry import person, registry_version, role, setting
from tests.bot.conftest import Open
from tests.bot.office import CADRE, OFFICIAL, Office, id_of, unit_of
from tests.bot.test_cli import danvan, ended, healthy, plain, started
from tests.conversation.world import free_port

CLERK = "mau-van-phong-1"


async def run(it: Office, folder: Path, *words: str) -> Any:
    return await asyncio.to_thread(danvan, folder, "data", *words, DATABASE_URL=it.url)


async def carried(it: Office) -> None:
    """The letters the command has queued, by its own clock."""
    it.now = datetime.now(UTC)
    await it.quiet()


async def asked(it: Office, kind: str, words: str = "", who: str = CADRE, at: datetime | None = None) -> int:
    """The number of the request; the cadre has an account and the clerk too."""
    await it.account_of(CADRE, "u-binh")
    await it.account_of(CLERK, "u-lan")
    registry = it.running.app.state.registry

    def work(conn: Connection) -> int:
        return int(data_requests.make(conn, registry, at or it.now, id_of(conn, who), kind, words).id)

    return await it.write(work)


async def test_list_and_answer(office: Open, tmp_path: Path) -> None:
    async with office(now=datetime.now(UTC)) as it:
        nothing = await run(it, tmp_path, "list")
        assert (nothing.returncode, nothing.stdout) == (0, "No request waits for an answer.\n")
        number = await asked(it, "correct", "Số mới là 0912 345 678")
        await it.quiet()
        assert "Số mới là 0912 345 678" in it.texts("u-lan")[-1]
        shown = await run(it, tmp_path, "list")
        assert (shown.returncode, shown.stderr) == (0, "")
        first, second = shown.stdout.splitlines()
        assert re.match(rf"DL{number}\topen\ta correction\t.+ \({CADRE}\), Xã Võ Nhai\tasked ", first)
        assert second == "\t“Số mới là 0912 345 678”"
        done = await run(it, tmp_path, "answer", f"DL{number}", "--done", "Đã sửa số điện thoại.")
        assert (done.returncode, done.stdout) == (0, f"DL{number} is done, and the person is told.\n")
        await carried(it)
        assert (
            it.texts("u-binh")[-1]
            == f"✅ Yêu cầu DL{number}: thông tin của đồng chí đã được sửa.\n\nĐã sửa số điện thoại."
        )
        plain(
            await run(it, tmp_path, "answer", str(number), "--refuse", "x"),
            1,
            rf"Request DL{number} has been answered already\.",
        )
        assert (await run(it, tmp_path, "list")).stdout == "No request waits for an answer.\n"
        assert f"DL{number}\tdone" in (await run(it, tmp_path, "list", "--all")).stdout


async def test_refused_with_a_reason(office_sqlite: Open, tmp_path: Path) -> None:
    async with office_sqlite(now=datetime.now(UTC)) as it:
        number = await asked(it, "see")
        plain(await run(it, tmp_path, "answer", str(number), "--refuse", ""), 1, r"Please say why it is refused: .*")
        assert (await run(it, tmp_path, "answer", str(number), "--refuse", "Chưa rõ là ai")).returncode == 0
        await carried(it)
        assert "Chưa rõ là ai" in it.texts("u-binh")[-1]
        assert "0900 099 999" in it.texts("u-binh")[-1]


async def test_overdue_ends_with_one(office_sqlite: Open, tmp_path: Path) -> None:
    async with office_sqlite(now=datetime.now(UTC)) as it:
        await asked(it, "see", at=it.now - timedelta(days=7))
        run_ = await run(it, tmp_path, "list")
        assert run_.returncode == 1
        assert "\tOVERDUE\t" in run_.stdout


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("answer", "12", "--done", ""), 1, r"There is no request DL12\."),
        (("answer", "twelve", "--done", ""), 2, r"twelve is no number of a request\. Example: 12"),
        (("answer", "12"), 2, r'Say either --done "…" or --refuse "…"\.'),
        (("answer", "12", "--done", "", "--refuse", "x"), 2, r'Say either --done "…" or --refuse "…"\.'),
        (("extend", "12"), 1, r"There is no request DL12\."),
        (("access", "12", "--unit", "05716"), 2, r"12 is no code of a case\. Example: KN12"),
        (("access", "KN12", "--unit", "05716"), 1, r"There is no case KN-0012 in unit 05716\."),
        (("access", "KN12", "--unit", "1"), 1, r"There is no case KN-0012 in unit 1\."),
        (("consent", "0999999999"), 1, r"Nobody on the roster has the code or phone 0999999999\."),
    ],
)
def test_mistakes_are_one_sentence(
    tmp_path: Path, prepared_sqlite: str, words: tuple[str, ...], code: int, sentence: str
) -> None:
    plain(danvan(tmp_path, "data", *words, DATABASE_URL=prepared_sqlite), code, sentence)


@pytest.mark.parametrize("name", ["list", "answer", "extend", "access", "consent"])
def test_each_has_help_with_an_example(tmp_path: Path, name: str) -> None:
    found = danvan(tmp_path, "data", name, "--help")
    assert (found.returncode, found.stderr) == (0, "")
    assert f"Example: danvan data {name}" in found.stdout


async def test_one_extension_of_at_most_fifteen_days(office_sqlite: Open, tmp_path: Path) -> None:
    async with office_sqlite(now=datetime.now(UTC)) as it:
        number = await asked(it, "delete")
        before = await it.read(lambda conn: conn.execute(select(data_request.c.due_at)).scalar_one())
        assert (await run(it, tmp_path, "extend", str(number), "--days", "16")).returncode == 2
        assert (await run(it, tmp_path, "extend", str(number), "--days", "15")).returncode == 0
        after = await it.read(lambda conn: conn.execute(select(data_request.c.due_at)).scalar_one())
        assert after - before == timedelta(days=15)
        await carried(it)
        assert f"{after.astimezone(VN):%d/%m/%Y}" in it.texts("u-binh")[-1]
        plain(await run(it, tmp_path, "extend", str(number)), 1, r"The time of DL\d+ has been extended already.*")


@pytest.mark.parametrize(("kind", "days"), [("see", 10), ("correct", 10), ("withdraw", 15), ("delete", 20)])
async def test_the_legal_clock(office_sqlite: Open, kind: str, days: int) -> None:
    """Asked on Friday evening: two working days are Monday and Tuesday; the rest counts days."""
    async with office_sqlite(now=datetime(2026, 11, 27, 20, 0, tzinfo=VN)) as it:
        await asked(it, kind)
        row = await it.read(lambda conn: conn.execute(select(data_request)).one())
        assert row.reply_by == datetime(2026, 12, 1, 17, 0, tzinfo=VN)
        assert row.due_at == datetime(2026, 11, 27, 17, 0, tzinfo=VN) + timedelta(days=days)


async def test_deletion(office: Open, tmp_path: Path) -> None:
    async with office(now=datetime.now(UTC)) as it:
        number = await asked(it, "delete")
        who = await it.person(CADRE)
        closed = await it.case(state="answered", closed_at=it.now, contact="bà Zyxwvu", answers={"story": "Zyxwvu"})
        still = await it.case()
        plain(
            await run(it, tmp_path, "answer", str(number), "--done", ""), 1, r"They still have open cases: KN-0002\. .*"
        )
        assert await it.read(lambda conn: conn.execute(select(tables.anonymised)).first()) is None, "all or nothing"
        await it.write(lambda conn: cases.change(conn, still[0], 1, state="answered", closed_at=it.now))

        def more(conn: Connection) -> None:
            drafts.make(
                conn, who, it.running.app.state.forms.latest["petition"].hash, "petition", None, {"x": 1}, it.now
            )
            row = {
                "person_id": who,
                "version": "1",
                "text_hash": "h",
                "agreed": True,
                "channel": "fake",
                "account": "a",
            }
            accounts.consented(conn, row | {"at": it.now})

        await it.write(more)
        name = it.running.app.state.registry.people[who].name
        done = await run(it, tmp_path, "answer", str(number), "--done", "")
        assert (done.returncode, done.stderr) == (0, "")
        await carried(it)
        await it.tick()
        assert "đã được xóa" in it.texts("u-binh")[-1], "they are told before their account goes"

        def look(conn: Connection) -> dict[str, Any]:
            row = conn.execute(select(person).where(person.c.id == who)).one()
            return {
                "person": (row.name, row.phone, row.phone_mark, row.code),
                "roles": conn.execute(select(role).where(role.c.person_id == who)).first(),
                "accounts": accounts.of_person(conn, who),
                "drafts": drafts.of_person(conn, who),
                "proofs": len(privacy.proofs(conn, who)),
                "case": cases.get(conn, closed[0]),
            }

        left = await it.read(look)
        assert left["person"] == ("Người đã xóa dữ liệu", None, None, f"xoa-{who}")
        assert (left["roles"], left["accounts"], left["drafts"], left["proofs"]) == (None, [], [], 1)
        assert (left["case"].contact, left["case"].answers["story"]) == (None, "(đã xóa theo yêu cầu của người gửi)")
        await it.running.app.load()
        assert it.running.app.state.registry.people[who].name == "Người đã xóa dữ liệu"
        assert name not in str(await it.read(registry_rows.read))


async def test_who_opened_a_case(office: Open, tmp_path: Path) -> None:
    async with office() as it:
        await it.account_of(CADRE, "u-binh")
        await it.account_of(OFFICIAL, "u-hoa")
        it.users.update(Binh="u-binh", Hoa="u-hoa")
        case, _ = await it.case()
        nobody = await run(it, tmp_path, "access", "KN1", "--unit", "05716")
        assert nobody.stdout == "Nobody but its reporter has opened KN-0001.\n"
        await it.receive("Binh", tap=f"f:{case}")
        await it.receive("Hoa", tap=f"f:{case}")
        await it.receive("Hoa", text="ảnh KN1")
        await it.quiet()
        found = await run(it, tmp_path, "access", "kn-0001", "--unit", "05716")
        assert [line.split("\t")[2:] for line in found.stdout.splitlines()] == [["open", "fake"], ["files", "fake"]]
        assert all(f"({OFFICIAL})" in line for line in found.stdout.splitlines())
        await it.receive("Binh", text="dulieu")
        await it.quiet()
        assert "2 lần, 1 người" in it.texts("u-binh")[-1]


async def test_a_commune_may_be_quicker_than_the_law_but_not_slower(office_sqlite: Open) -> None:
    async with office_sqlite(now=datetime(2026, 11, 25, 9, 0, tzinfo=VN)) as it:

        def set_(conn: Connection) -> None:
            rows = {"data_reply_days": "1", "data_delete_days": "5", "data_see_days": "99"}
            for name, value in rows.items():
                conn.execute(setting.insert().values(unit_id=unit_of(conn), name=name, value=value))
            conn.execute(registry_version.update().values(version=registry_version.c.version + 1))

        await it.write(set_)
        await it.quiet()
        await asked(it, "delete")
        await asked(it, "see")
        rows = await it.read(lambda conn: conn.execute(select(data_request).order_by(data_request.c.id)).all())
        assert [row.reply_by.astimezone(VN).day for row in rows] == [26, 26]
        assert [row.due_at.astimezone(VN).strftime("%d/%m") for row in rows] == ["30/11", "05/12"]


async def test_a_deleted_name_is_in_no_file_while_the_server_runs(tmp_path: Path, prepared_sqlite: str) -> None:
    """Three processes: the server, the command, and who looks at the disk."""
    engine = create_engine(synchronous(prepared_sqlite), **ENGINE_OPTIONS)
    with engine.begin() as conn:
        conn.execute(person.update().where(person.c.code == CADRE).values(name="Nông Thị Zyxwvu"))
        times = dict.fromkeys(("made_at", "reply_by", "due_at"), datetime.now(UTC))
        number = privacy.ask(conn, person_id=id_of(conn, CADRE), unit_id=unit_of(conn), kind="delete", **times)
    engine.dispose()

    def kept() -> bytes:
        return b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())

    port = free_port()
    given = {"MODE": "live", "HTTP_PORT": port, "DATABASE_URL": prepared_sqlite, "MEDIA_DIR": tmp_path / "media"}
    with started(tmp_path, "run", **given) as process:
        await healthy(port, process)
        assert b"Zyxwvu" in kept()
        words = ("data", "answer", str(number), "--done", "")
        done = await asyncio.to_thread(danvan, tmp_path, *words, DATABASE_URL=prepared_sqlite)
        assert (done.returncode, done.stderr) == (0, "")
        assert b"Zyxwvu" not in kept()
        _, out, err = await asyncio.to_thread(ended, process, signal.SIGTERM)
    assert "Zyxwvu" not in out + err
    assert b"Zyxwvu" not in kept()


async def test_a_long_copy_comes_in_pieces_and_is_whole(office_sqlite: Open, tmp_path: Path) -> None:
    async with office_sqlite(now=datetime.now(UTC)) as it:
        number = await asked(it, "see")
        for _ in range(150):
            await it.case(title="Cầu treo xóm Đồng Mây gãy hai thanh ván, trâu bò không qua được")
        await run(it, tmp_path, "answer", str(number), "--done", "")
        before = len(it.texts("u-binh"))
        await carried(it)
        pieces = it.texts("u-binh")[before:]
        assert len(pieces) > 1
        codes = re.findall(r"• (KN-\d{4}) · \d\d/\d\d/\d{4} · Cầu treo", "\n".join(pieces))
        assert sorted(codes) == [f"KN-{n:04d}" for n in range(1, 151)]
