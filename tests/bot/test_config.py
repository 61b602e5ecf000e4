"""Settings: from the environment before the file, checked, their secrets in no print."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from bot.config import Settings
from bot.load_settings import Given, Wrong, load

TOKEN, OTHER = "123456:AAgeheim-eins", "654321:AAgeheim_zwei"
SECRETS = {
    "DATABASE_URL": "postgresql+asyncpg://danvan:geheim@db/danvan",
    "TRIAL_TO": "0912geheim",
    "TELEGRAM_TOKEN": f"{TOKEN}, {OTHER}",
    "TELEGRAM_PROXY": "http://user:geheim@proxy:3128",
    "TELEGRAM_WEBHOOK_SECRET": "geheim",
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No danvan.toml but the test's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DANVAN_KEY_FILE")
    return tmp_path


def given(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        monkeypatch.setenv(f"DANVAN_{name}", value)


def test_the_defaults_run_on_a_laptop_and_write_to_nobody() -> None:
    found = load()
    assert found == Settings(key_file=Path("danvan.key"))
    assert found.mode == "trial"
    assert found.http_host == "127.0.0.1"
    assert found.database_url == "sqlite+aiosqlite:///danvan.db"
    assert not found.metrics_public


def test_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, **SECRETS, MODE="live", HTTP_PORT="8080", MEDIA_DIR="/srv/media", METRICS_PUBLIC="true")
    found = load()
    assert found.telegram_tokens == (TOKEN, OTHER)
    assert (found.mode, found.http_port, found.media_dir) == ("live", 8080, Path("/srv/media"))
    assert found.metrics_public
    assert found.database_url == SECRETS["DATABASE_URL"]


def test_from_the_file(folder: Path) -> None:
    (folder / "danvan.toml").write_text(
        f'mode = "live"\nhttp_port = 9000\ntelegram_token = "{TOKEN}"\n', encoding="utf-8"
    )
    found = load()
    assert (found.mode, found.http_port, found.telegram_tokens) == ("live", 9000, (TOKEN,))


def test_the_environment_comes_before_the_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "danvan.toml").write_text('mode = "live"\nhttp_port = 9000\n', encoding="utf-8")
    given(monkeypatch, HTTP_PORT="9001")
    found = load()
    assert (found.mode, found.http_port) == ("live", 9001)


def test_a_word_too_many_in_the_file_is_named(folder: Path) -> None:
    """A mistyped setting would else be left at its default unseen."""
    (folder / "danvan.toml").write_text('trail_to = "0912345678"\n', encoding="utf-8")
    with pytest.raises(Wrong, match=r"DANVAN_TRAIL_TO: there is no such setting \(see danvan.toml\)"):
        load()


@pytest.mark.parametrize("text", ["mode = live", "\x00", "= 1", "mode = 'live"])
def test_a_file_that_cannot_be_read(folder: Path, text: str) -> None:
    (folder / "danvan.toml").write_text(text, encoding="utf-8")
    with pytest.raises(Wrong, match=r"^danvan\.toml: "):
        load()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MODE", "LIVE!"),
        ("HTTP_PORT", "-1"),
        ("HTTP_PORT", "http"),
        ("METRICS_PUBLIC", "perhaps"),
        ("DATABASE_URL", "sqlite:///x.db"),
        ("DATABASE_URL", "geheim"),
        ("DATABASE_URL", "postgresql+asyncpg://a:geheim@b:port/c"),
        ("TELEGRAM_TOKEN", "geheim"),
        ("TELEGRAM_TOKEN", f"{TOKEN},geheim"),
        ("TELEGRAM_TOKEN", f"{TOKEN},{TOKEN}x"),
        ("TELEGRAM_WEBHOOK_SECRET", "geheim geheim"),
        ("TELEGRAM_API", "api.telegram.org"),
        ("PUBLIC_URL", "ftp://danvan.example"),
    ],
)
def test_what_cannot_be_is_named_without_its_value(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    given(monkeypatch, **{name: value})
    with pytest.raises(Wrong) as wrong:
        load()
    assert str(wrong.value).startswith(f"DANVAN_{name}: ")
    assert "geheim" not in str(wrong.value)
    assert "\n" not in str(wrong.value)


def test_everything_that_is_wrong_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, MODE="x", HTTP_PORT="x")
    with pytest.raises(Wrong) as wrong:
        load()
    assert [line.partition(":")[0] for line in str(wrong.value).splitlines()] == ["DANVAN_MODE", "DANVAN_HTTP_PORT"]


def test_secrets_are_in_no_print(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, **SECRETS)
    found = load()
    for said in (repr(found), str(found), repr(Given()), f"{Given()}", repr(vars(Given()))):
        for secret in ("geheim", "0912", "654321"):
            assert secret not in said


def test_every_setting_has_a_meaning_and_reaches_the_program() -> None:
    assert all(field.description for field in Given.model_fields.values())
    names = {field.name for field in fields(Settings)}
    assert {name.replace("telegram_token", "telegram_tokens") if name == "telegram_token" else name
            for name in Given.model_fields} == names  # fmt: skip


def test_the_serving_process_gets_the_same_from_its_child(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, **SECRETS)
    child = [sys.executable, "-m", "bot.load_settings"]
    values = json.loads(subprocess.run(child, capture_output=True, check=True).stdout)
    values |= {"media_dir": Path(values["media_dir"]), "key_file": Path(values["key_file"])}
    values |= {"backup_dir": Path(values["backup_dir"])}
    values |= {"telegram_tokens": tuple(values["telegram_tokens"])}
    assert Settings(**values) == load()
