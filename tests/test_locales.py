"""The catalogs are whole, and the rules that say so notice what is not."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from handlers.words import LANGUAGES, words_for
from locales import check, sources, tools

ROOT = Path(__file__).parent.parent


def test_the_catalogs_are_whole() -> None:
    assert tools.problems(ROOT) == []


def test_every_language_of_the_program_has_a_catalog() -> None:
    assert set(tools.LANGUAGES) == set(LANGUAGES)


def test_words_are_spoken_in_both_languages() -> None:
    sentence = "The file is too big. Please send a smaller one."
    assert words_for("en")(sentence) == sentence
    assert words_for("vi")(sentence) != sentence
    assert words_for("fr")(sentence) == words_for("vi")(sentence)


def code(tmp_path: Path, text: str) -> Path:
    for package in sources.PACKAGES:
        (tmp_path / package).mkdir()
    (tmp_path / "bot" / "a.py").write_text(textwrap.dedent(text), encoding="utf-8")
    return tmp_path


def test_sentences_are_found_wherever_they_are_marked(tmp_path: Path) -> None:
    root = code(
        tmp_path,
        """
        LATER = N_("later")
        class Error:
            sentence: ClassVar[str] = "of a class"
        class Worse(Error):
            sentence = "of another"
        def f(_, turn, n):
            Rule(sentence="of a rule")
            return _("here"), turn._("there"), turn.words("a" if n else "b"), _.n("one", "many {n}", n), _(LATER)
        """,
    )
    found = [sentence.one for sentence in sources.sentences(root)]
    assert sorted(found) == sorted(["later", "of a class", "of another", "of a rule", "here", "there", "a", "b", "one"])
    assert tools.extract(root).get("one").id == ("one", "many {n}")


def test_an_f_string_is_refused_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(sources.SourceError, match=r"bot/a\.py:2"):
        sources.sentences(code(tmp_path, '\n_(f"hello {name}")\n'))


def catalog(language: str | None, **words: object) -> Catalog:
    made = Catalog(locale=language)
    for key, text in words.items():
        made.add(key.replace("_", " "), text)
    return made


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "not translated"),
        ("gửi {m}", "placeholders"),
        ("gửi", "placeholders"),
        ("gửi {n} {n", "placeholders"),
        ("gu\u031b\u0309i {n}", "NFC"),
        ("gửi {n} ", "space"),
    ],
)
def test_what_is_wrong_with_a_translation_is_named(text: str, problem: str) -> None:
    template, made = Catalog(), Catalog(locale="vi")
    template.add("send {n}")
    made.add("send {n}", text)
    (line,) = check.catalog_problems("vi", template, made)
    assert line.startswith("vi: ")
    assert problem in line


def test_a_fuzzy_a_missing_and_a_dead_entry_are_named() -> None:
    template, made = catalog(None, send="", stop=""), catalog("vi", gone="mất")
    made.add("send", "gửi", flags=["fuzzy"])
    lines = check.catalog_problems("vi", template, made)
    assert lines == ["vi: missing: 'stop'", "vi: no longer used: 'gone'", "vi: fuzzy: 'send'"]


def test_english_reads_as_in_the_code() -> None:
    assert check.catalog_problems("en", catalog(None, send=""), catalog("en", send="sent")) == [
        "en: English must read as in the code: 'send'"
    ]


def test_only_the_singular_may_leave_the_number_out() -> None:
    template, english, vietnamese = Catalog(), Catalog(locale="en"), Catalog(locale="vi")
    key = ("one photo", "{n} photos")
    template.add(key)
    english.add(key, key)
    vietnamese.add(key, ("{n} ảnh",))
    assert check.catalog_problems("en", template, english) == []
    assert check.catalog_problems("vi", template, vietnamese) == []
    uncounted = Catalog(locale="vi")
    uncounted.add(key, ("ảnh",))
    assert len(check.catalog_problems("vi", template, uncounted)) == 1


def test_merging_keeps_what_was_translated_and_drops_what_is_gone() -> None:
    template = catalog(None, send="", stop="", new="")
    kept = tools.merge(template, "vi", [catalog("vi", send="gửi", gone="mất"), catalog("vi", send="x", stop="dừng")])
    assert {message.id: message.string for message in kept if message.id} == {"send": "gửi", "stop": "dừng", "new": ""}


def test_what_is_saved_is_read_back_and_saved_again_unchanged(tmp_path: Path) -> None:
    made = tools.merge(catalog(None, send=""), "vi", [catalog("vi", send="gửi")])
    tools.save(made, tmp_path / "a.po")
    first = (tmp_path / "a.po").read_bytes()
    tools.save(tools.load(tmp_path / "a.po", "vi"), tmp_path / "b.po")
    assert b"EMAIL" not in first
    assert tools.load(tmp_path / "b.po", "vi").get("send").string == "gửi"


def test_an_unknown_command_is_answered_with_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert tools.main(["frobnicate"]) == 2
    assert "extract|update|compile|check" in capsys.readouterr().err
