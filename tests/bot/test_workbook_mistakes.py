"""Every kind of mistake in one workbook each, with the very sentence the clerk reads."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.styles import Font

from bot.workbook.problems import Found, UnreadableError
from bot.workbook.read import read
from tests.bot.workbooks import VI, Sheets, look, notes, problems, save

UNITS = ["Ghi chú", "Xã, phường", "Thôn, xóm, tổ", "Mã đơn vị", "Có từ ngày", "Không còn từ", "Thay đổi",
         "Tên cũ / thôn kia", "Ngày thay đổi"]  # fmt: skip
PEOPLE = ["Ghi chú", "Mã cán bộ", "Họ và tên", "Điện thoại", "Vai trò", "Xã, phường", "Thôn, xóm, tổ", "Cơ quan",
          "Cấp trên", "Người thay", "Giữ vai trò từ", "Nghỉ từ", "Ngôn ngữ"]  # fmt: skip
HAMLETS = [UNITS, ["", "Xã Võ Nhai", "Xóm Na"], ["", "Xã Võ Nhai", "Xóm Nà"], ["", "Xã Võ Nhai", "Xóm Đồng Mây"]]
HEAD = "Trưởng thôn (xóm, bản)"


def person(name="Nông Văn A", phone="0912345678", role=HEAD, hamlet="Xóm Đồng Mây", **more):
    keys = ["note", "code", "name", "phone", "role", "commune", "hamlet", "department", "superior", "substitute",
            "from", "to", "language"]  # fmt: skip
    row = {"name": name, "phone": phone, "role": role, "hamlet": hamlet, "commune": "Xã Võ Nhai", **more}
    return [row.get(key) for key in keys]


def people(*rows) -> Sheets:
    return {"Đơn vị": HAMLETS, "Cán bộ": [PEOPLE, *rows]}


def sheet(title, *rows) -> Sheets:
    return {"Đơn vị": HAMLETS, title: rows}


CASES = {
    "no name": (people(person(name=None)), "Sheet “Cán bộ”, dòng 2, cột C (Họ và tên): đang để trống. Ô này phải điền."),
    "short phone": (
        people(person(phone="09123")),
        "Sheet “Cán bộ”, dòng 2, cột D (Điện thoại): “09123” có 5 chữ số. Số di động có 10 chữ số, bắt đầu bằng 03, 05, 07, 08 hoặc 09.",
    ),
    "two phones": (
        people(person(phone="0912345678 / 0987654321")),
        "Sheet “Cán bộ”, dòng 2, cột D (Điện thoại): “0912345678 / 0987654321” có hai số. Chỉ ghi số dùng Zalo hoặc Telegram.",
    ),
    "letters in a phone": (
        people(person(phone="O912345678")),
        "Sheet “Cán bộ”, dòng 2, cột D (Điện thoại): “O912345678” có chữ cái. Chỉ ghi chữ số, ví dụ 0912345678.",
    ),
    "one phone, two people": (
        people(person(), person(name="Ma Thị B", role="Bí thư chi bộ")),
        "Sheet “Cán bộ”, dòng 3, cột D (Điện thoại): 0912345678 là số của Nông Văn A (mã 05716-cb0001). Nếu là cùng một người, hãy ghi mã đó; nếu không, hãy sửa lại số.",
    ),
    "role not in the list": (
        people(person(role="Bí thư chi bô thôn")),
        "Sheet “Cán bộ”, dòng 2, cột E (Vai trò): “Bí thư chi bô thôn” không có trong danh sách chọn. Có phải là: Bí thư chi bộ?",
    ),
    "hamlet role without hamlet": (
        people(person(hamlet=None)),
        f"Sheet “Cán bộ”, dòng 2, cột G (Thôn, xóm, tổ): đang để trống, nhưng “{HEAD}” là vai trò ở thôn. Hãy ghi thôn, xóm nào.",
    ),
    "commune role with hamlet": (
        people(person(role="Quản trị hệ thống")),
        "Sheet “Cán bộ”, dòng 2, cột G (Thôn, xóm, tổ): “Quản trị hệ thống” là vai trò ở cấp xã. Hãy để trống ô thôn, hoặc chọn vai trò khác.",
    ),
    "unknown hamlet": (
        people(person(hamlet="Xóm Đồng Mai")),
        "Sheet “Cán bộ”, dòng 2, cột G (Thôn, xóm, tổ): “Xóm Đồng Mai” không phải thôn của Xã Võ Nhai. Có phải là: Xóm Đồng Mây? Thôn mới phải ghi ở sheet Đơn vị trước.",
    ),
    "hamlet that could be two": (
        people(person(hamlet="xom na!")),
        "Sheet “Cán bộ”, dòng 2, cột G (Thôn, xóm, tổ): “xom na!” có thể là: Xóm Na (05716-01); Xóm Nà (05716-02). Hãy ghi đúng như ở sheet Đơn vị, hoặc ghi mã.",
    ),
    "official without department": (
        people(person(role="Công chức đơn vị xử lý", hamlet=None)),
        "Sheet “Cán bộ”, dòng 2, cột H (Cơ quan): đang để trống, nhưng “Công chức đơn vị xử lý” phải thuộc một cơ quan. Hãy ghi cơ quan nào.",
    ),
    "unknown department": (
        people(person(role="Công chức đơn vị xử lý", hamlet=None, department="Phòng Kinh tê huyện")),
        "Sheet “Cán bộ”, dòng 2, cột H (Cơ quan): “Phòng Kinh tê huyện” không phải cơ quan của Xã Võ Nhai. Có phải là: Phòng Kinh tế?",
    ),
    "superior is nobody": (
        people(person(superior="Ông Ké")),
        "Sheet “Cán bộ”, dòng 2, cột I (Cấp trên): “Ông Ké” không có trong danh sách cán bộ. Hãy ghi đúng họ tên như trong danh sách, hoặc số điện thoại, hoặc mã.",
    ),
    "own superior": (
        people(person(superior="Nông Văn A")),
        "Sheet “Cán bộ”, dòng 2, cột I (Cấp trên): Không ai là cấp trên hay người thay của chính mình.",
    ),
    "superiors in a circle": (
        people(
            person(superior="Ma Thị B"), person("Ma Thị B", "0987654321", "Bí thư chi bộ", superior="0912345678"),
        ),
        "Sheet “Cán bộ”, dòng 2, cột I (Cấp trên): Cấp trên bị vòng tròn: Nông Văn A -> Ma Thị B -> Nông Văn A. Phải có người đứng đầu.",
    ),
    "no day": (
        people(person(to="cuối năm")),
        "Sheet “Cán bộ”, dòng 2, cột L (Nghỉ từ): “cuối năm” không phải là ngày. Hãy viết như 01/12/2026.",
    ),
    "American day": (
        people(person(to="12/25/2026")),
        "Sheet “Cán bộ”, dòng 2, cột L (Nghỉ từ): “12/25/2026” viết ngược tháng và ngày. Hãy viết 25/12/2026.",
    ),
    "off before it began": (
        people(person(**{"from": "01/12/2026", "to": "01/12/2026"})),
        "Sheet “Cán bộ”, dòng 2, cột L (Nghỉ từ): “Nghỉ từ” phải sau “Giữ vai trò từ”.",
    ),
    "the same row twice": (people(person(), person()), "Sheet “Cán bộ”, dòng 3: trùng với dòng 2. Chỉ giữ một dòng."),
    "a namesake elsewhere": (
        people(person(phone=None), person(phone=None, hamlet="Xóm Nà", role="Bí thư chi bộ")),
        "Sheet “Cán bộ”, dòng 3, cột C (Họ và tên): Trong xã đã có Nông Văn A ở nơi khác (mã 05716-cb0001). Nếu là cùng một người, hãy ghi mã đó; nếu là người khác, hãy ghi số điện thoại.",
    ),
    "two names for one code": (
        people(person(code="a1"), person(code="a1", name="Nông Văn Anh", role="Bí thư chi bộ")),
        "Sheet “Cán bộ”, dòng 3, cột C (Họ và tên): dòng 2 ghi người này tên là Nông Văn A. Hãy ghi cùng một tên ở cả hai dòng.",
    ),
    "code with diacritics": (
        people(person(code="cán bộ 1")),
        "Sheet “Cán bộ”, dòng 2, cột B (Mã cán bộ): “cán bộ 1” không dùng làm mã được: chỉ gồm chữ không dấu, chữ số, dấu gạch nối; nhiều nhất 32 ký tự.",
    ),
    "a name too long": (
        people(person(name="x" * 201)),
        "Sheet “Cán bộ”, dòng 2, cột C (Họ và tên): dài 201 ký tự; nhiều nhất là 200.",
    ),
    "commune that could be two": (
        {"Đơn vị": [UNITS, ["", "Tân Lập"]]},
        "Sheet “Đơn vị”, dòng 2, cột B (Xã, phường): “Tân Lập” có thể là: Xã Quảng Bạch (02038); Phường Tích Lương (05500). Hãy ghi đủ tên kèm chữ Xã hoặc Phường, hoặc ghi mã.",
    ),
    "commune unknown": (
        {"Đơn vị": [UNITS, ["", "Xã Vỏ Nhài B"]]},
        "Sheet “Đơn vị”, dòng 2, cột B (Xã, phường): “Xã Vỏ Nhài B” không phải xã, phường của tỉnh. Có phải là: Xã Võ Nhai? Hoặc hãy ghi mã 5 chữ số.",
    ),
    "which commune": (
        {"Đơn vị": [UNITS, ["", "Xã Võ Nhai"], ["", "Xã Phú Lạc"], ["", "", "Xóm Na"]]},
        "Sheet “Đơn vị”, dòng 4, cột B (Xã, phường): đang để trống, mà sổ có nhiều xã. Hãy ghi xã, phường nào.",
    ),
    "wrong official code": (
        {"Đơn vị": [UNITS, ["", "Xã Võ Nhai", "", "5794"]]},
        "Sheet “Đơn vị”, dòng 2, cột D (Mã đơn vị): Xã Võ Nhai có mã chính thức là 05716, không phải 5794.",
    ),
    "code of another hamlet": (
        {"Đơn vị": [UNITS, ["", "Xã Võ Nhai", "Xóm Na", "h1"], ["", "Xã Phú Lạc", "Xóm Na", "h1"]]},
        "Sheet “Đơn vị”, dòng 3, cột D (Mã đơn vị): mã “h1” là của Xóm Na. Mỗi đơn vị có một mã riêng.",
    ),
    "commune renamed here": (
        {"Đơn vị": [UNITS, ["", "Xã Võ Nhai", "", "", "", "", "Đổi tên", "Xã Cũ", "01/01/2026"]]},
        "Sheet “Đơn vị”, dòng 2, cột G (Thay đổi): chỉ thôn, xóm, tổ dân phố mới đổi tên, sáp nhập hoặc tách ở đây.",
    ),
    "an old name but no change": (
        {"Đơn vị": [UNITS, ["", "Xã Võ Nhai", "Xóm Na", "", "", "", "", "Xóm Cũ"]]},
        "Sheet “Đơn vị”, dòng 2, cột G (Thay đổi): đang để trống, nhưng bên cạnh có ghi tên cũ hoặc thôn khác. Hãy chọn loại thay đổi.",
    ),
    "a change without its day": (
        {"Đơn vị": [UNITS, ["", "Xã Võ Nhai", "Xóm Na", "", "", "", "Đổi tên", "Xóm Cũ"]]},
        "Sheet “Đơn vị”, dòng 2, cột I (Ngày thay đổi): đang để trống. Ô này phải điền.",
    ),
    "merged into itself": (
        {"Đơn vị": [UNITS, ["", "Xã Võ Nhai", "Xóm Na", "", "", "", "Nhập vào", "Xóm Na", "01/01/2026"]]},
        "Sheet “Đơn vị”, dòng 2, cột H (Tên cũ / thôn kia): Một thôn không thể nhập vào hay tách từ chính nó.",
    ),
    "gone before it was": (
        {"Đơn vị": [UNITS, ["", "Xã Võ Nhai", "Xóm Na", "", "01/02/2026", "01/01/2026"]]},
        "Sheet “Đơn vị”, dòng 2, cột F (Không còn từ): “Có từ ngày” phải trước “Không còn từ”.",
    ),
    "department without code": (
        sheet("Cơ quan", ["Xã, phường", "Mã cơ quan", "Tên cơ quan"], ["Xã Võ Nhai", "", "Hội Sinh vật cảnh"]),
        "Sheet “Cơ quan”, dòng 2, cột B (Mã cơ quan): đang để trống, mà “Hội Sinh vật cảnh” không phải cơ quan quen thuộc. Hãy đặt cho cơ quan này một mã ngắn.",
    ),
    "department without name": (
        sheet("Cơ quan", ["Xã, phường", "Mã cơ quan", "Tên cơ quan"], ["Xã Võ Nhai", "HSVC", ""]),
        "Sheet “Cơ quan”, dòng 2, cột C (Tên cơ quan): đang để trống, mà “HSVC” không phải mã quen thuộc. Hãy ghi tên cơ quan.",
    ),
    "category unknown": (
        sheet("Phân công", ["Lĩnh vực", "Cơ quan chủ trì"], ["Điện, chiếu sáng ngõ", "PKT"]),
        "Sheet “Phân công”, dòng 2, cột A (Lĩnh vực): “Điện, chiếu sáng ngõ” không có trong danh sách chọn. Có phải là: Chiếu sáng, vỉa hè, cây xanh, thoát nước đô thị?",
    ),
    "leads and helps": (
        sheet("Phân công", ["Lĩnh vực", "Cơ quan chủ trì", "Cơ quan phối hợp"], ["khac", "PKT", "CA; Phòng Kinh tế"]),
        "Sheet “Phân công”, dòng 2, cột C (Cơ quan phối hợp): Phòng Kinh tế đã là cơ quan chủ trì; xin bỏ ở ô này.",
    ),
    "full group of no department": (
        sheet("Nhóm", ["Tên nhóm", "Cách hiện"], ["Nhóm xã", "Đầy đủ"]),
        "Sheet “Nhóm”, dòng 2, cột B (Cách hiện): Nhóm hiện đầy đủ phải là nhóm riêng của một cơ quan. Hãy ghi cơ quan nào, hoặc chọn “Gọn”.",
    ),
    "hour of no clock": (
        sheet("Nhóm", ["Tên nhóm", "Giờ gửi tổng hợp"], ["Nhóm xã", "25h"]),
        "Sheet “Nhóm”, dòng 2, cột B (Giờ gửi tổng hợp): “25h” không phải số nguyên từ 0 đến 23.",
    ),
    "months of no number": (
        sheet("Lời nhắn", ["Lời nhắn nào", "Nội dung"], ["Số tháng lưu dữ liệu", "hai năm"]),
        "Sheet “Lời nhắn”, dòng 2, cột B (Nội dung): “hai năm” không phải số nguyên từ 1 đến 600.",
    ),
    "a column is missing": (
        {"Đơn vị": HAMLETS, "Cán bộ": [["Họ và tên", "Điện thoại"], ["Nông Văn A", "0912345678"]]},
        "Sheet “Cán bộ”, dòng 1: Thiếu cột “Vai trò”. Hãy thêm lại cột này (đặt ở đâu cũng được).",
    ),
    "no headings": (
        {"Đơn vị": HAMLETS, "Cán bộ": [["Nông Văn A", "0912345678"], ["Ma Thị B", "0987654321"]]},
        "Sheet “Cán bộ”: Không thấy dòng tiêu đề cột. Cột đầu phải là “Mã cán bộ”.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_each_mistake_is_named(case, tmp_path: Path) -> None:
    sheets, sentence = CASES[case]
    assert problems(save(tmp_path / "w.xlsx", sheets)) == [sentence]


def test_a_workbook_with_many_mistakes_names_them_all_at_once(tmp_path: Path) -> None:
    rows = [person(name=f"Nông Văn {n}", phone=None, hamlet="Xóm Lạ Hoắc") for n in range(3)]
    said = problems(save(tmp_path / "w.xlsx", people(*rows, person(phone="1"), person("Ma Thị B", None, "vua"))))
    assert [line.split(":")[0] for line in said] == [
        "Sheet “Cán bộ”, dòng 2, cột G (Thôn, xóm, tổ)",
        "Sheet “Cán bộ”, dòng 5, cột D (Điện thoại)",
        "Sheet “Cán bộ”, dòng 6, cột E (Vai trò)",
    ]
    assert said[0].endswith("; dòng 3, 4 cũng vậy")


def test_who_names_a_person_whose_own_row_is_wrong_is_not_told_twice(tmp_path: Path) -> None:
    rows = [person(phone="1"), person("Ma Thị B", "0987654321", "Bí thư chi bộ", superior="Nông Văn A")]
    assert len(problems(save(tmp_path / "w.xlsx", people(*rows)))) == 1


def unreadable(path: Path) -> str:
    with pytest.raises(UnreadableError) as caught:
        read(path, Found(VI))
    return str(caught.value)


def test_files_that_are_no_workbook(tmp_path: Path) -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
    (old := tmp_path / "cu.xls").write_bytes(ole)
    (secret := tmp_path / "kin.xlsx").write_bytes(ole + "EncryptedPackage".encode("utf-16-le"))
    (text := tmp_path / "ds.csv").write_text("a,b", encoding="utf-8")
    good = save(tmp_path / "good.xlsx", people(person()))
    (cut := tmp_path / "hong.xlsx").write_bytes(good.read_bytes()[:-2000] + good.read_bytes()[-30:])
    other = save(tmp_path / "khac.xlsx", {"Trang 1": [["a", "b"]]})
    assert unreadable(tmp_path / "x.xlsx") == f"Không có tệp {tmp_path / 'x.xlsx'}."
    assert unreadable(old) == "Đây là tệp Excel đời cũ (.xls). Hãy mở bằng Excel rồi lưu thành .xlsx."
    assert unreadable(secret) == "Sổ này có mật khẩu. Hãy mở bằng Excel, bỏ mật khẩu (File, Info) rồi lưu lại."
    assert unreadable(text) == "ds.csv không phải sổ Excel. Hãy mở bằng Excel rồi lưu thành .xlsx."
    assert unreadable(tmp_path).startswith("Không mở được tệp")
    assert unreadable(cut).startswith(("Tệp hong.xlsx bị hỏng", "hong.xlsx không phải sổ Excel"))
    assert unreadable(other) == (
        "Sổ không có sheet nào trong số: “Đơn vị”, “Cơ quan”, “Cán bộ”, “Phân công”, “Nhóm”, “Lịch”, “Lời nhắn”. "
        "Tạo sổ trống bằng lệnh: danvan init"
    )


def test_a_workbook_with_macros_and_a_word_document(tmp_path: Path) -> None:
    import zipfile

    good = save(tmp_path / "macro.xlsm", people(person()))
    with zipfile.ZipFile(good, "a") as package:
        package.writestr("xl/vbaProject.bin", b"x")
    with zipfile.ZipFile(tmp_path / "thu.docx", "w") as package:
        package.writestr("word/document.xml", "<x/>")
    assert unreadable(good) == "Sổ này có chứa macro (.xlsm). Hãy lưu lại trong Excel thành sổ thường (.xlsx)."
    assert unreadable(tmp_path / "thu.docx") == "thu.docx không phải sổ Excel. Hãy mở bằng Excel rồi lưu thành .xlsx."


def test_an_old_font_is_recognised_by_its_letters_or_its_name(tmp_path: Path) -> None:
    path = save(tmp_path / "w.xlsx", people(person(name="N«ng V¨n An"), person("Lý", "0987654321", "Bí thư chi bộ")))
    book = load_workbook(path)
    book["Cán bộ"]["C3"].font = Font(name=".VnTime")
    book.save(path)
    old = "Sheet “Cán bộ”, dòng {}, cột C (Họ và tên): gõ bằng phông cũ (.VnTime, TCVN3): “{}”. Đúng ra là “{}”: xin gõ lại bằng Unicode."
    assert problems(path) == [old.format(2, "N«ng V¨n An", "Nông Văn An"), old.format(3, "Lý", "Lý")]


def test_formulas(tmp_path: Path) -> None:
    path = save(tmp_path / "w.xlsx", people(person(name='="Nông"&" A"')))  # openpyxl saves no computed value
    assert problems(path)[0] == (
        "Sheet “Cán bộ”, dòng 2, cột C (Họ và tên): Công thức chưa được tính. Hãy mở sổ bằng Excel, lưu lại rồi nhập lại; hoặc gõ thẳng giá trị."
    )
    path = save(tmp_path / "v.xlsx", people(person(name="#REF!")))
    book = load_workbook(path)
    assert book["Cán bộ"]["C2"].data_type == "e"
    assert problems(path)[0] == (
        "Sheet “Cán bộ”, dòng 2, cột C (Họ và tên): Công thức cho kết quả #REF!. Hãy sửa công thức, hoặc gõ thẳng giá trị."
    )


def test_words_that_excel_turned_into_a_day(tmp_path: Path) -> None:
    from datetime import date

    path = save(tmp_path / "w.xlsx", {"Đơn vị": [UNITS, ["", "Xã Võ Nhai", date(2026, 2, 1)]]})
    assert problems(path) == [
        "Sheet “Đơn vị”, dòng 2, cột C (Thôn, xóm, tổ): Excel đã tự đổi chữ trong ô thành ngày 01/02/2026. Hãy đặt định dạng ô là Text (Văn bản) rồi gõ lại.",
    ]


def test_notes_say_how_things_were_understood(tmp_path: Path) -> None:
    sheets = {
        "Đơn vị": [UNITS, ["", "Sảng Mộc"], ["", "Tràng Xá", "Xóm Na"]],
        "Cán bộ": [[*PEOPLE, "Lương"], ["VÍ DỤ", "", "Người Thật"]],
    }
    path = save(tmp_path / "w.xlsx", sheets)
    book = load_workbook(path)
    book["Đơn vị"].row_dimensions[3].hidden = True
    book.save(path)
    assert look(path)[1].problems == []
    said = notes(path)
    assert "Sheet “Đơn vị”, dòng 3: Dòng này đang bị ẩn trong Excel; vẫn được nhập như các dòng khác." in said
    assert "Sheet “Cán bộ”, dòng 1: Không biết cột “Lương” nên không đọc." in said
    assert (
        "Sheet “Cán bộ”, dòng 2, cột A (Ghi chú): Dòng này mang dấu VÍ DỤ nên không được đọc. Nếu là dữ liệu thật, hãy xóa dấu đó."
        in said
    )
