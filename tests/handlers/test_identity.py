"""Identity numbers and pictures of cards: what is refused, and above all what is not."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.identity import holds_number, is_picture_of, refused
from handlers.messages import Attachment, Incoming

TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    "text",
    [
        "019185001234",
        "(019185001234)",
        "ông Ba 019085001234 xóm 3",
        "Bà Hoa, 0912345678, 019185001234",
        "019 185 001 234",
        "019185 001234",
        "019.185.001.234",
        "Căn cước 019185001234 của bà Hoa",
        "can cuoc so 019185001234, sinh 1985",
        "cccd:019185001234.",
        "số CCCD: 019 185 001234",
        "cccd 123456789012",  # beside its name any twelve digits
        "số định danh cá nhân: 019199004321",
        "id card 019185001234",
        "cmnd 090123456",
        "CMT: 091234567",
        "Chứng minh nhân dân số 090 123 456",
        "090123456 là số chứng minh nhân dân",
        "cháu sinh năm 2015, mã 019215001234",
    ],
)
def test_a_number_of_a_card(text: str) -> None:
    assert holds_number(text, TODAY)


@pytest.mark.parametrize(
    "text",
    [
        "",
        # amounts
        "12400000 đồng",
        "12.400.000 đồng",
        "100.000.000",
        "123456789012",
        "123.456.789.012 đồng",
        "làm căn cước mất 100000000 đồng",
        "2 450 m2, 38 hộ, 12 400 000 đồng",
        # telephones
        "0912345678",
        "+84912345678",
        "84912345678",
        "0912 345 678",
        "0912.345.678 và 0987.654.321",
        "0912345678 0987654321",
        "0912345678 38",
        "0208 3855 688",
        "Bà con làm căn cước phải chờ lâu, gọi 0912345678",
        "chưa có căn cước, sđt 912345678",
        # days
        "10/11/2026",
        "cccd cấp ngày 12-11-2021",
        "12 tháng 11 năm 2026",
        "năm 2024 2025 2026",
        "20261125 20261126",
        # codes, houses, contracts, meters, places, bank accounts
        "KN-0012",
        "KN12",
        "số nhà 123/45/6",
        "hợp đồng số 12/2026/HĐ-UBND",
        "Hợp đồng 012345678901",  # no sex and century of birth is 3 and 45 not yet
        "mã khách hàng PA02020012345",
        "công tơ 019999999999x",
        "21.594321,105.848123",
        "vị trí 21.59432112 105.84812312",
        "số tài khoản 0491000012345",
        "0191850012345",
        "số tài khoản 003185001234",  # no province has 003
        "tài khoản 019985001234",  # no sex and century is 9
        "019234001234",  # born in 2034
        "001 002 003 004",
        "căn cước công dân của 38 hộ ở xóm 3, 120 người",
    ],
)
def test_what_is_none(text: str) -> None:
    assert not holds_number(text, TODAY)


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_it_never_raises(text: str) -> None:
    holds_number(text, TODAY)
    is_picture_of(text, [text])


@given(st.integers(0, 999_999_999), st.sampled_from(["0{:09d}", "+84{:09d}", "{} đồng", "{:,} đ"]))
def test_no_telephone_and_no_amount_is_one(number: int, form: str) -> None:
    assert not holds_number(form.format(number), TODAY)


@pytest.mark.parametrize(
    ("caption", "name"),
    [
        ("cccd mặt trước", ""),
        ("mặt sau cmnd", ""),
        ("Căn cước của bà Hoa", ""),
        ("Gửi đồng chí ảnh chụp căn cước của bà Hoa ở xóm Đồng Mây", ""),
        ("Giấy chứng minh của ông Ba hai mặt, bà con nhờ gửi giúp lên xã", ""),
        ("", "CCCD_mat_truoc.jpg"),
        ("", "can-cuoc-ba-hoa.pdf"),
        ("", "căn cước.jpg"),
        ("", "IMG_cccd1.jpg"),
        ("", "id card.png"),
    ],
)
def test_a_picture_of_a_card(caption: str, name: str) -> None:
    assert is_picture_of(caption, [name] if name else [])


@pytest.mark.parametrize(
    ("caption", "name"),
    [
        ("Bà con xếp hàng làm căn cước từ sáng sớm tại nhà văn hóa", ""),
        ("Hướng dẫn bà con đăng ký tài khoản định danh điện tử mức 2", ""),
        ("Đường sụt", "IMG_20261125_101010.jpg"),
        ("ảnh chụp mặt trước nhà văn hóa", ""),
        ("", "huong-dan-cap-the-can-cuoc-cho-ba-con-xom-3.docx"),
        ("", "danh sach ho ngheo.xlsx"),
    ],
)
def test_what_is_no_picture_of_one(caption: str, name: str) -> None:
    assert not is_picture_of(caption, [name] if name else [])


def test_words_alone_are_no_picture() -> None:
    """To speak of a card is nothing."""
    assert not refused(Incoming("c", "1", "k", "u", "u", text="căn cước của bà Hoa"), TODAY)
    photo = Attachment("photo", "r", name="a.jpg")
    assert refused(Incoming("c", "1", "k", "u", "u", text="căn cước của bà Hoa", attachments=(photo,)), TODAY)


def test_a_number_in_a_files_name() -> None:
    assert refused(
        Incoming("c", "1", "k", "u", "u", attachments=(Attachment("document", "r", name="019185001234.pdf"),)), TODAY
    )
