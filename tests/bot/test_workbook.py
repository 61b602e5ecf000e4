"""The workbook end to end: sample -> file -> database, again, part by part; and a clerk's Excel habits understood."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import Connection, select
from typer.testing import CliRunner

from bot.cli import app
from bot.commands import init, sample
from bot.workbook import lists, snapshot
from bot.workbook import plan as plans
from bot.workbook.apply import apply
from bot.workbook.layout import SHEETS
from bot.workbook.plan import Change
from bot.workbook.snapshot import Snapshot
from bot.workbook.write import write
from handlers import facts
from handlers import registry as registries
from handlers.facts import places
from storage import registry as registry_rows
from storage.models import registry as tables
from storage.models.base import metadata
from storage.models.people import group
from tests.bot.test_workbook_mistakes import HAMLETS, PEOPLE, UNITS, people, person
from tests.bot.workbooks import DAY, NOW, VI, engine, look, notes, problems, save, take


@pytest.fixture
def conn(database_url: str) -> Iterator[Connection]:
    made = engine(database_url)
    metadata.create_all(made)
    with made.begin() as connection:
        yield connection
    made.dispose()


def test_a_sample_comes_back_as_it_was_made(conn: Connection, tmp_path: Path) -> None:
    made = sample.rows(3, 120)
    write(tmp_path / "s.xlsx", VI, made)
    take(conn, tmp_path / "s.xlsx")
    rows = registry_rows.read(conn)
    assert (rows.version, rows.sample) == (1, True)
    kept = {r.code: (r.name, r.phone, r.language) for r in rows.people}
    assert kept == {r["code"]: (r["name"], r["phone"], "vi") for r in made["people"]}
    names = {u.id: u.name for u in rows.units}
    parents = {u.id: names.get(u.parent_id) for u in rows.units}
    departments, codes = {d.id: d.code for d in rows.departments}, {p.id: p.code for p in rows.people}
    roles = {
        (codes[r.person_id], facts.roles()[r.code].vi, names[r.unit_id], departments.get(r.department_id),
         codes.get(r.superior_id))
        for r in rows.roles
    }  # fmt: skip
    assert roles == {
        (r["code"], r["role"], r.get("hamlet") or r["commune"], r.get("department"), r.get("superior"))
        for r in made["people"]
    }
    hamlets = {(u.code, u.name, parents[u.id]) for u in rows.units if u.kind == "hamlet"}
    assert hamlets == {(r["code"], r["hamlet"], r["commune"]) for r in made["units"] if "hamlet" in r}
    assert len(rows.routing) == 3 * len(facts.categories())
    assert len(rows.settings) == 9


def test_twice_changes_nothing(conn: Connection, tmp_path: Path) -> None:
    write(tmp_path / "s.xlsx", VI, sample.rows(2, 60))
    assert take(conn, tmp_path / "s.xlsx")
    before = snapshot.read(conn)
    assert take(conn, tmp_path / "s.xlsx") == []
    assert snapshot.read(conn) == before


def test_what_is_left_out_stays(conn: Connection, tmp_path: Path) -> None:
    take(conn, save(tmp_path / "a.xlsx", people(person(), person("Ma Thị B", "0987654321", "Bí thư chi bộ"))))
    before = snapshot.read(conn)
    take(conn, save(tmp_path / "b.xlsx", {"Cán bộ": [PEOPLE, person("Ma Thị B", None, "Bí thư chi bộ")]}))
    assert snapshot.read(conn) == before


def test_off_from_ends_a_role_on_its_day_and_a_dash_takes_it_back(conn: Connection, tmp_path: Path) -> None:
    take(conn, save(tmp_path / "a.xlsx", people(person())))
    take(conn, save(tmp_path / "b.xlsx", people(person(to=date(2026, 12, 1)))))
    registry = registries.build(registry_rows.read(conn))
    (key,) = registry.people
    assert len(registry.roles_of(key, date(2026, 11, 30))) == 1
    assert registry.roles_of(key, date(2026, 12, 1)) == []
    take(conn, save(tmp_path / "c.xlsx", people(person(to="-"))))
    assert len(registries.build(registry_rows.read(conn)).roles_of(key, date(2027, 1, 1))) == 1


def test_departments_and_routing_are_the_usual_ones_where_left_out(conn: Connection, tmp_path: Path) -> None:
    take(conn, save(tmp_path / "a.xlsx", {"Đơn vị": HAMLETS}))
    now = snapshot.read(conn)
    assert now["department"]["05716", "PKT"] == {"name": "Phòng Kinh tế"}
    assert now["routing"]["moi_truong", "05716"] == {
        "department": "PKT", "co_departments": ["CA"], "province_department": "SO_NNMT",
    }  # fmt: skip
    ward = {"Đơn vị": [UNITS, ["", "05860"]]}
    take(conn, save(tmp_path / "b.xlsx", ward))
    assert snapshot.read(conn)["department"]["05860", "PKT"] == {"name": "Phòng Kinh tế, Hạ tầng và Đô thị"}


def test_routing_of_its_own(conn: Connection, tmp_path: Path) -> None:
    head = ["Lĩnh vực", "Xã, phường", "Cơ quan chủ trì", "Cơ quan phối hợp", "Cơ quan cấp tỉnh"]
    rows = [
        head,
        ["moi_truong", "", "PVHXH", "", ""],
        ["moi_truong", "Xã Phú Lạc", "Công an xã", "Phòng Kinh tế; TYT", "Sở Y tế"],
        ["khac", "Xã Phú Lạc", "VP_HDND_UBND", "-", "-"],
    ]
    take(conn, save(tmp_path / "a.xlsx", {"Đơn vị": [*HAMLETS, ["", "Xã Phú Lạc"]], "Phân công": rows}))
    now = snapshot.read(conn)["routing"]
    assert now["moi_truong", "05716"]["department"] == "PVHXH"
    assert now["moi_truong", "05788"] == {
        "department": "CA", "co_departments": ["PKT", "TYT"], "province_department": "SO_YT",
    }  # fmt: skip
    assert now["khac", "05788"]["co_departments"] == []


def test_a_commune_with_few_departments_is_told_what_has_no_owner(tmp_path: Path) -> None:
    sheets = {
        "Đơn vị": HAMLETS,
        "Cơ quan": [["Mã cơ quan", "Tên cơ quan"], ["VP_HDND_UBND", ""], ["", "Phòng Kinh tế"]],
    }
    path = save(tmp_path / "a.xlsx", sheets)
    wanted, found = look(path)
    assert found.problems == []
    assert {key for key in wanted["department"] if key[0] == "05716"} == {("05716", "VP_HDND_UBND"), ("05716", "PKT")}
    (said,) = notes(path)
    assert said.startswith("Sheet “Đơn vị”: Xã Võ Nhai: có ")
    assert "Công tác Đảng" in said


def test_merges_splits_and_renamings_are_recorded(conn: Connection, tmp_path: Path) -> None:
    take(conn, save(tmp_path / "a.xlsx", people(person(hamlet="Xóm Na"))))
    change = [
        UNITS,
        ["", "Xã Võ Nhai", "Xóm Na", "", "", "", "Nhập vào", "Xóm Hòa Bình", "01/01/2027"],
        ["", "Xã Võ Nhai", "Xóm Hòa Bình", "", "", "", "Đổi tên", "Xóm Đồng Mây", "01/01/2027"],
        ["", "Xã Võ Nhai", "Xóm Mới", "", "", "", "Tách từ", "Xóm Nà", "01/01/2027"],
    ]
    path = save(tmp_path / "b.xlsx", {"Đơn vị": change})
    known = snapshot.read(conn)
    assert any("còn 1 vai trò" in said for said in notes(path, known))
    take(conn, path)
    now = snapshot.read(conn)
    day = date(2027, 1, 1)
    assert now["change"] == {
        (day, "rename", "05716-03", "05716-03"): {"old_name": "Xóm Đồng Mây", "new_name": "Xóm Hòa Bình"},
        (day, "merge", "05716-01", "05716-03"): {"old_name": "Xóm Na", "new_name": "Xóm Hòa Bình"},
        (day, "split", "05716-02", "05716-04"): {"old_name": "Xóm Nà", "new_name": "Xóm Mới"},
    }
    assert now["unit"]["05716-01",]["valid_to"] == date(2026, 12, 31)
    assert now["unit"]["05716-04",]["valid_from"] == day
    assert now["unit"]["05716-03",]["name"] == "Xóm Hòa Bình"
    hamlets = [u for u in registries.build(registry_rows.read(conn)).units.values() if u.kind == "hamlet"]
    assert {u.code for u in hamlets if u.on(date(2026, 12, 31))} == {"05716-01", "05716-02", "05716-03"}
    assert {u.code for u in hamlets if u.on(day)} == {"05716-02", "05716-03", "05716-04"}
    assert take(conn, path) == []


def test_a_new_name_under_the_same_code_is_a_renaming_a_respelling_is_not(conn: Connection, tmp_path: Path) -> None:
    take(
        conn, save(tmp_path / "a.xlsx", {"Đơn vị": [UNITS, ["", "Võ Nhai", "Xóm Na", "h1"], ["", "", "Xom Che", "h2"]]})
    )
    take(conn, save(tmp_path / "b.xlsx", {"Đơn vị": [UNITS, ["", "Võ Nhai", "Xóm Lúa", "h1"], ["", "", "Xóm Chè"]]}))
    now = snapshot.read(conn)
    assert now["change"] == {(DAY, "rename", "h1", "h1"): {"old_name": "Xóm Na", "new_name": "Xóm Lúa"}}
    assert now["unit"]["h2",]["name"] == "Xóm Chè"


def test_groups_calendar_and_texts(conn: Connection, tmp_path: Path) -> None:
    sheets = {
        "Đơn vị": HAMLETS,
        "Nhóm": [["Tên nhóm", "Cơ quan", "Cách hiện", "Gửi tổng hợp vào", "Giờ gửi tổng hợp"],
                 ["Nhóm Kinh tế", "Phòng Kinh tế", "Đầy đủ", "T6", "16h"], ["Nhóm xã", "", "", "", ""]],
        "Lịch": [["Ngày", "Làm hay nghỉ"], ["02/01/2027", "Nghỉ"], [date(2027, 1, 9), "làm"]],
        "Lời nhắn": [["Lời nhắn nào", "Nội dung"], ["Điện thoại trực", 912345678], ["Số tháng lưu dữ liệu", 36],
                     ["Cơ quan tiếp nhận chung", "Trung tâm Phục vụ hành chính công"]],
    }  # fmt: skip
    take(conn, save(tmp_path / "a.xlsx", {"Đơn vị": HAMLETS}))
    sheets["Lời nhắn"][3][1] = "Trung tâm Phục vụ hành chính công xã"
    path = save(tmp_path / "b.xlsx", sheets)
    unit = conn.execute(select(tables.unit.c.id).where(tables.unit.c.code == "05716")).scalar_one()
    department = conn.execute(
        select(tables.department.c.id).where(tables.department.c.unit_id == unit, tables.department.c.code == "PKT")
    ).scalar_one()
    tied = {"channel": "web", "bot": "web", "unit_id": unit, "tied_at": NOW, "name": "x"}
    conn.execute(
        group.insert(),
        [{**tied, "chat": "g:1", "department_id": department}, {**tied, "chat": "g:2", "department_id": None}],
    )
    conn.execute(tables.calendar_day.insert().values(day=date(2027, 1, 2), works=True, source="package"))
    take(conn, path)
    now = snapshot.read(conn)
    assert now["group_plan"] == {
        ("05716", "Nhóm Kinh tế"): {"department": "PKT", "mode": "full", "weekday": 5, "hour": 16},
        ("05716", "Nhóm xã"): {"department": None, "mode": "brief", "weekday": None, "hour": None},
    }
    assert {r.chat: r.mode for r in conn.execute(select(group))} == {"g:1": "full", "g:2": "brief"}
    assert now["calendar_day"] == {(date(2027, 1, 2),): {"works": False}, (date(2027, 1, 9),): {"works": True}}
    assert now["setting"] == {
        ("05716", "duty_phone"): {"value": "0912345678"},
        ("05716", "retention_months"): {"value": "36"},
        ("05716", "intake"): {"value": "TTPVHCC"},
    }
    assert take(conn, path) == []


def test_a_registry_that_others_changed_meanwhile_is_not_written(conn: Connection, tmp_path: Path) -> None:
    path = save(tmp_path / "a.xlsx", people(person()))
    take(conn, path)
    known = snapshot.read(conn)
    wanted, _found = look(save(tmp_path / "b.xlsx", people(person(name="Nông Văn Á"))), known)
    registry_rows.changed(conn)
    changes = plans.plan(wanted, known)
    assert len(changes) == 1
    assert not apply(conn, changes, known, NOW)
    assert snapshot.read(conn)["person"] == known["person"]


def test_phones_may_change_hands(conn: Connection, tmp_path: Path) -> None:
    first, second = person(code="a", phone="0911111111"), person("Ma Thị B", "0922222222", "Bí thư chi bộ", code="b")
    take(conn, save(tmp_path / "a.xlsx", people(first, second)))
    take(conn, save(tmp_path / "b.xlsx", people(person(code="a", phone="0933333333"), second)))
    third = person("Ma Thị B", "0911111111", "Bí thư chi bộ", code="b")
    take(conn, save(tmp_path / "c.xlsx", people(person(code="a", phone="0933333333"), third)))
    phones = {key[0]: values["phone"] for key, values in snapshot.read(conn)["person"].items()}
    assert phones == {"a": "0933333333", "b": "0911111111"}


def test_excels_habits_are_understood(conn: Connection, tmp_path: Path) -> None:
    nfd = unicodedata.normalize("NFD", "  Nông\u00a0Văn   A ")
    rows = [
        ["DANH SÁCH CÁN BỘ XÃ VÕ NHAI"],
        [],
        ["SĐT", "Họ tên", "Chức danh", "xa phuong", "Thôn", "Nghỉ từ ngày"],
        ["I. CÁN BỘ XÓM"],
        [912345678, nfd, "Trưởng xóm", 5716, "dong may", 46357],
        ["+84 987 654 321", "Ma Thị B", "bí thư", None, "Nà", datetime(2026, 12, 1)],  # noqa: DTZ001 - Excel knows no zones
        [2083123456.0, "Lý Văn C", "Trưởng ban công tác Mặt trận", None, "xóm nà", "2026-12-01"],
    ]
    path = save(tmp_path / "a.xlsx", {"don vi": HAMLETS, "CÁN BỘ": rows})
    book = load_workbook(path)
    book["CÁN BỘ"].merge_cells("D5:D7")
    book["CÁN BỘ"].merge_cells("A4:F4")
    book.save(path)
    take(conn, path)
    now = snapshot.read(conn)
    assert sorted(v["phone"] for v in now["person"].values()) == ["02083123456", "0912345678", "0987654321"]
    assert {v["name"] for v in now["person"].values()} == {"Nông Văn A", "Ma Thị B", "Lý Văn C"}
    assert {(key[1], key[2], values["valid_to"]) for key, values in now["role"].items()} == {
        ("truong_thon", "05716-03", date(2026, 11, 30)),
        ("bi_thu_chi_bo", "05716-02", date(2026, 11, 30)),
        ("truong_ban_ctmt", "05716-02", date(2026, 11, 30)),
    }


def test_blank_workbook_has_nothing_to_import_and_all_its_help(tmp_path: Path) -> None:
    write(tmp_path / "w.xlsx", VI)
    wanted, found = look(tmp_path / "w.xlsx")
    assert (found.problems, found.notes) == ([], [])
    assert wanted == Snapshot()
    book = load_workbook(tmp_path / "w.xlsx")
    assert book.sheetnames == ["Hướng dẫn", *(VI(sheet.title) for sheet in SHEETS), "Danh mục"]
    assert book["Danh mục"].sheet_state == "hidden"
    page = book["Cán bộ"]
    assert page.freeze_panes == "B2"
    assert [cell.value for cell in page[1]] == PEOPLE
    assert (page["A2"].value, page["A3"].value) == ("GỢI Ý", "VÍ DỤ")
    rules = {str(rule.sqref): rule for rule in page.data_validations.dataValidation}
    place = lists.KINDS.index("roles")
    listed = [row[place].value for row in book["Danh mục"].iter_rows(min_row=2)]
    assert [word for word in listed if word] == list(lists.names("roles").values())
    assert rules["E2:E20000"].type == "list"
    assert all(0 < len(rule.prompt) <= 255 for rule in rules.values())


def test_the_example_is_skipped_though_its_mark_was_taken_away(tmp_path: Path) -> None:
    write(tmp_path / "w.xlsx", VI)
    book = load_workbook(tmp_path / "w.xlsx")
    for title in ("Đơn vị", "Cán bộ", "Nhóm", "Lịch", "Lời nhắn"):
        book[title]["A2"] = book[title]["A3"] = None
    book.save(tmp_path / "w.xlsx")
    assert problems(tmp_path / "w.xlsx") == []
    assert look(tmp_path / "w.xlsx")[0] == Snapshot()


def test_names_that_several_communes_have_or_had_are_all_asked_about() -> None:
    assert places.ambiguous() == {
        "cam gia": ("05467", "05500"), "gia sang": ("05443", "05467"), "huong son": ("05467", "05908"),
        "song cau": ("01843", "05692"), "tan lap": ("02038", "05500"), "tan long": ("05482", "05674"),
        "tan thanh": ("05500", "05923"), "tan thinh": ("05443", "05563"), "thuong dinh": ("05908", "05941"),
        "trung thanh": ("05500", "05899"), "van lang": ("02143", "05665"), "yen lac": ("02155", "05611"),
    }  # fmt: skip
    assert [c.code for c in places.named("Phường Gia Sàng")] == ["05467"]
    assert [c.code for c in places.named("gia sang")] == ["05443", "05467"]
    assert [c.code for c in places.named("Văn Lăng")] == ["05665"]
    assert [c.code for c in places.named("p. Bắc Kạn")] == ["01843"]


def test_a_sample_of_more_communes_than_the_province_has(tmp_path: Path) -> None:
    made = sample.rows(94, 300)
    assert len(made["people"]) == len({row["phone"] for row in made["people"]}) == 300
    write(tmp_path / "s.xlsx", VI, made)
    wanted, found = look(tmp_path / "s.xlsx")
    assert found.problems == []
    assert sum(values["kind"] == "commune" for values in wanted["unit"].values()) == 94
    assert len(wanted["person"]) == len(wanted["role"]) == 300


def test_changes_are_told_in_words() -> None:
    known, wanted = Snapshot(), Snapshot()
    known["unit"]["h1",] = {"name": "Xóm Na", "valid_to": None}
    change = Change("unit", ("h1",), {"valid_to": date(2026, 12, 31)}, {"valid_to": None})
    assert plans.line(change, wanted, known, VI) == "~ Đơn vị: Xóm Na (h1): … -> 31/12/2026"
    assert plans.counts([change], VI) == ["Đơn vị: 0 thêm mới, 1 thay đổi"]


def test_the_commands_as_a_clerk_runs_them(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DANVAN_DATABASE_URL", database_url)

    def danvan(*words: str) -> tuple[int, list[str]]:
        run = CliRunner().invoke(app, words)
        return run.exit_code, run.output.splitlines()

    assert danvan("init")[0] == 0
    settings = (tmp_path / "danvan.toml").read_text(encoding="utf-8")
    assert danvan("init") == (
        1, ["Đã có danvan.toml, giữ nguyên tệp này.", "Đã có danvan.xlsx, giữ nguyên tệp này."],
    )  # fmt: skip
    assert (tmp_path / "danvan.toml").read_text(encoding="utf-8") == settings
    assert danvan("import", "danvan.xlsx") == (0, ["Sổ chưa có dòng nào. Chưa nhập gì cả."])
    made = danvan("sample", "--communes", "1", "--people", "30", "s.xlsx")
    assert made == (0, ["s.xlsx: 1 communes, 5 hamlets, 30 people"])
    code, said = danvan("import", "--dry-run", "s.xlsx")
    assert (code, said[-1]) == (0, "Đây là chạy thử: chưa ghi gì cả.")
    assert not (tmp_path / "danvan.sqlite3").exists()
    code, said = danvan("import", "s.xlsx")
    assert (code, said[-1]) == (0, "Đã nhập xong. Máy chủ đang chạy sẽ dùng ngay sau vài giây.")
    assert danvan("import", "s.xlsx") == (0, ["Không có gì thay đổi: mọi thứ đã có sẵn."])
    save(tmp_path / "bad.xlsx", {"Cán bộ": [PEOPLE, person(phone="1")]})
    code, said = danvan("import", "bad.xlsx")
    assert (code, said[-1]) == (1, "1 lỗi. Chưa nhập gì cả.")
    code, said = danvan("import", "khong-co.xlsx")
    assert (code, said) == (1, ["Không có tệp khong-co.xlsx."])


def test_every_setting_is_in_the_file_and_the_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.load_settings import Given

    monkeypatch.chdir(tmp_path)
    plain = Given()
    (tmp_path / "danvan.toml").write_text(init.settings_text(VI), encoding="utf-8")
    assert Given() == plain
    text = init.settings_text(VI)
    assert all(f"{name} = " in text for name in Given.model_fields)
    assert set(init.MEANINGS) <= set(Given.model_fields)
