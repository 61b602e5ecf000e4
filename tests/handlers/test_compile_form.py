"""Adding a form: what pyxform or our subset does not take is refused, naming sheet and row."""

from __future__ import annotations

import pytest

from handlers.compile_form import FormRefused, compile_source, source_hash

SETTINGS = """| settings | | | | | | |
| | form_title | form_title_en | form_id | version | default_language | review |
| | Thử | Trial | trial | 3 | Tiếng Việt (vi) | no |

"""
HEAD = (
    "| survey | | | | | | | | | | |\n| | type | name | required | relevant | constraint | default | appearance | unit |"
)
WORDS = "".join(
    f" {kind}::{lang} |"
    for kind in ("label", "short", "constraint_message")
    for lang in ("Tiếng Việt (vi)", "English (en)")
)
CHOICES = """
| choices | | | | |
| | list_name | name | label::Tiếng Việt (vi) | label::English (en) |
| | colours | red | Đỏ | Red |
| | colours | blue | Xanh | Blue |
"""


def row(
    kind: str = "text",
    name: str = "a",
    required="",
    relevant="",
    constraint="",
    default="",
    appearance="",
    unit="",
    words="Câu | Q | Câu | Q | Sai | Wrong",
):
    return (
        f"| | {kind} | {name} | {required} | {relevant} | {constraint} | {default} | {appearance} | {unit} | {words} |"
    )


def compiled(*rows: str, settings: str = SETTINGS, choices: str = CHOICES, head: str = HEAD + WORDS):
    return compile_source(f"{settings}{head}\n" + "\n".join(rows) + "\n" + choices, "trial")


def test_a_form_compiles():
    form = compiled(
        row(required="yes"),
        row("select_one colours", "b", default="red", relevant="${a} != ''"),
        row("select_multiple colours", "c"),
        row("select_one_from_file hamlets.csv", "d"),
        row("decimal", "e", unit="m2", constraint=". > 0"),
    )
    assert (form["name"], form["version"], form["review"]) == ("trial", "3", False)
    assert form["title"] == {"vi": "Thử", "en": "Trial"}
    a, b, c, d, e = form["questions"]
    assert (a["required"], b["required"]) == (True, False)
    assert [choice["name"] for choice in b["choices"]] == [choice["name"] for choice in c["choices"]] == ["red", "blue"]
    assert b["relevant"]["tree"] == ["!=", ["ref", "a"], ["text", ""]]
    assert (d["list"], d["choices"], e["unit"]) == ("hamlets", [], "m2")


@pytest.mark.parametrize(
    ("rows", "where"),
    [
        ((row(), row("video", "b")), r"sheet survey, row 3: the question type 'video'"),
        ((row(), row("begin_group", "b"), row("end_group", "")), r"sheet survey, row 3: the question type"),
        ((row(name="a" * 17),), r"sheet survey, row 2: the name"),
        ((row(name="Tên"),), r"name"),
        ((row(relevant="${zz} = 1"),), r"zz"),
        ((row(), row(name="b", relevant="count(${a}) > 1")), r"sheet survey, row 3: relevant: count"),
        ((row(constraint="jr:choice-name(., 'x')"),), r"constraint"),
        ((row(appearance="signature"),), r"sheet survey, row 2: the appearance"),
        ((row(unit="kg"),), r"sheet survey, row 2: the unit"),
        ((row(required="maybe"),), r"sheet survey, row 2: 'maybe'"),
        ((row("date", default="today()"),), r"sheet survey, row 2: a default"),
        ((row("select_one colours", default="green"),), r"sheet survey, row 2: the default 'green'"),
        ((row(words="Câu | | Câu | Q | Sai | Wrong"),), r"sheet survey, row 2: label is missing in English"),
        ((row(words="Câu | Q | Câu | | Sai | Wrong"),), r"sheet survey, row 2: short is missing in English"),
        ((row(constraint=". != 'x'", words="Câu | Q | Câu | Q | Sai |"),), r"sheet survey, row 2: constraint_message"),
        ((row("select_one nothing"),), r"nothing"),
        ((row(), row()), r"a"),
    ],
)  # fmt: skip
def test_a_question_outside_the_subset_is_refused(rows: tuple[str, ...], where: str):
    with pytest.raises(FormRefused, match=where):
        compiled(*rows)


def test_other_sheets_are_refused_too():
    with pytest.raises(FormRefused, match="settings, row 2: form_id"):
        compiled(row(), settings=SETTINGS.replace("| trial |", "| other |"))
    with pytest.raises(FormRefused, match="settings, row 2: the title in English"):
        compiled(row(), settings=SETTINGS.replace("Trial", ""))
    with pytest.raises(FormRefused, match="settings, row 2: default_language"):
        compiled(row(), settings=SETTINGS.replace("Tiếng Việt (vi)", "Tiếng Việt"))
    with pytest.raises(FormRefused, match="choices, row 3: the name"):
        compiled(row("select_one colours"), choices=CHOICES.replace("blue", "b" * 33))
    with pytest.raises(FormRefused, match="choices, row 3: label is missing"):
        compiled(row("select_one colours"), choices=CHOICES.replace("| Blue |", "| |"))
    with pytest.raises(FormRefused, match="survey, row 1: the column 'requird'"):
        compiled(row(), head=HEAD.replace("required", "requird") + WORDS)
    with pytest.raises(FormRefused):
        compile_source("no table at all", "trial")


def test_the_hash_of_a_text_tells_whether_to_compile_again():
    assert source_hash("a") == source_hash("a") != source_hash("b")
