"""What docs/ says is so: every command, option, setting, file, link and quoted sentence exists."""

from __future__ import annotations

import ast
import configparser
import json
import re
import shlex
import tomllib
from functools import cache
from pathlib import Path

import pytest
import typer
from babel.messages.pofile import read_po

from bot.cli import app
from bot.load_settings import Given

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = {path.name: path.read_text(encoding="utf-8") for path in sorted(DOCS.glob("*.md"))}
OWN = [name for name in PAGES if name != "personal-data.md"]  # those in which *…* are the program's words
DANVAN = typer.main.get_command(app)
COMMAND = re.compile(r"(?:^|(?<!-[ogOu])[\s\\/>])danvan ((?:[a-z]+|--help)(?:[ ][^\n`|#;&]*)?)")
every_page = pytest.mark.parametrize("page", PAGES)


def code(page: str) -> list[str]:
    """The lines of all blocks, and what stands between backticks."""
    text = PAGES[page]
    blocks = re.findall(r"```(?!toml)\w+\n(.*?)```", text, re.DOTALL)
    spans = re.findall(r"(?<!`)`([^`\n]+)`(?!`)", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    return [line.strip() for block in blocks for line in block.splitlines()] + spans


def commands(page: str) -> list[str]:
    """What is typed after `danvan`; a sentence that goes on after the program's name is none."""
    return [found for line in code(page) for found in COMMAND.findall(line)]


@every_page
def test_every_command_could_be_typed(page: str) -> None:
    """Its name, its options and the number of its words."""
    for typed in commands(page):
        words = shlex.split(typed, posix=False)
        if words == ["--help"]:
            continue
        command = DANVAN
        while hasattr(command, "commands") and words:
            assert words[0] in command.commands, f"danvan {typed}"
            command = command.commands[words.pop(0)]
        shown = [name for parameter in command.params for name in parameter.opts]
        assert {word for word in words if word.startswith("--")} <= {*shown, "--help"}, f"danvan {typed}"
        if words or not any(parameter.required for parameter in command.params):  # else: only spoken of
            command.make_context("danvan", [word.strip("\"'") for word in words])


def test_every_command_is_explained_somewhere() -> None:
    said = {typed.split()[0] for page in PAGES for typed in commands(page)}
    assert set(DANVAN.commands) - said == set()  # type: ignore[attr-defined]


@every_page
def test_every_setting_exists(page: str) -> None:
    named = set(re.findall(r"DANVAN_[A-Z_]*[A-Z]", PAGES[page]))
    assert named <= {f"DANVAN_{name.upper()}" for name in Given.model_fields}
    for block in re.findall(r"```toml\n(.*?)```", PAGES[page], re.DOTALL):
        assert set(tomllib.loads(block)) <= set(Given.model_fields), block


def test_every_setting_is_explained() -> None:
    table = PAGES["may-chu.md"].split("## Tất cả thiết lập")[1]
    assert set(re.findall(r"`(DANVAN_[A-Z_]+)`", table)) == {f"DANVAN_{name.upper()}" for name in Given.model_fields}


def anchors(text: str) -> set[str]:
    """As GitHub makes them of headings."""
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@every_page
def test_every_link_leads_somewhere(page: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", PAGES[page]):
        if target.startswith("http"):
            continue
        name, _, anchor = target.partition("#")
        path = (DOCS / name) if name else (DOCS / page)
        assert path.exists(), target
        assert not anchor or anchor in anchors(path.read_text(encoding="utf-8")), target


@every_page
def test_every_own_file_that_is_copied_exists(page: str) -> None:
    for name in re.findall(r"/opt/danvan/src/(docs/[\w.-]+|requirements\.lock)", PAGES[page]):
        assert (ROOT / name).is_file(), name


# Sentences of the program, quoted as *…*.


@cache
def said() -> list[str]:
    """Everything the program may say: its catalog, the page's words, the texts in its source."""
    found = []
    with (ROOT / "locales" / "vi" / "LC_MESSAGES" / "danvan.po").open("rb") as file:
        for message in read_po(file):
            texts = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
            found += [text for text in texts if text]
    for words in json.loads((ROOT / "bot" / "channels" / "web" / "words.json").read_text(encoding="utf-8")).values():
        found += words.values()
    for path in (path for folder in ("bot", "handlers", "storage") for path in (ROOT / folder).rglob("*.py")):
        found += [text for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if (text := literal(node))]
    for path in (ROOT / "handlers" / "facts").glob("*.json"):
        found += re.findall(r'"((?:[^"\\]|\\.)+)"', path.read_text(encoding="utf-8"))
    return [text for text in found if len(text) > 3]


def literal(node: ast.AST) -> str:
    """A text of the source; what an f-string fills in becomes `{}`."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return ""


@cache
def patterns() -> list[re.Pattern[str]]:
    """Each with anything in its gaps."""
    wanted = (text for text in said() if len(re.sub(r"\{\w*\}", "", text).strip(" .:")) > 6)
    return [re.compile(re.sub(r"\\\{\w*\\\}", ".*", re.escape(" ".join(text.split())))) for text in wanted]


@pytest.mark.parametrize("page", OWN)
def test_every_sentence_of_the_program_is_quoted_as_it_is(page: str) -> None:
    text = re.sub(r"```.*?```|`[^`]*`|\*\*[^*]+\*\*", "", PAGES[page], flags=re.DOTALL)
    for quoted in re.findall(r"(?<!\*)\*([^*\n]+)\*(?!\*)", text):
        known = re.compile(".*".join(re.escape(part) for part in quoted.rstrip(".").split("…")), re.DOTALL)
        spelled = any(known.search(" ".join(text.split())) for text in said())
        assert spelled or any(pattern.search(quoted) for pattern in patterns()), quoted


# The unit files.


def unit(name: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(DOCS / name, encoding="utf-8")
    return parser


@pytest.mark.parametrize("name", ["danvan.service", "danvan-backup.service"])
def test_the_services_are_shut_in_and_start_what_exists(name: str) -> None:
    service = unit(name)["Service"]
    program, command, *words = service["ExecStart"].split()
    assert program == "/opt/danvan/venv/bin/danvan"
    DANVAN.commands[command].make_context(command, words)  # type: ignore[attr-defined]
    assert service["User"] == "danvan"
    assert service["ReadWritePaths"] == service["WorkingDirectory"] == "/var/lib/danvan"
    for name_, value in (("NoNewPrivileges", "yes"), ("ProtectSystem", "strict"), ("UMask", "0077")):
        assert service[name_] == value
    assert service["MemoryMax"]


def test_the_server_is_not_started_again_where_that_would_not_help() -> None:
    assert unit("danvan.service")["Service"]["RestartPreventExitStatus"] == "2", "as tests/bot/test_update.py sees it"


def test_the_timer_starts_the_backup_every_night() -> None:
    timer = unit("danvan-backup.timer")
    assert timer["Timer"]["OnCalendar"].endswith("Asia/Ho_Chi_Minh")
    assert timer["Timer"]["Persistent"] == "true"
    assert (DOCS / "danvan-backup.service").exists(), "of the same name"
