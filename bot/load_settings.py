"""Every setting with its meaning, from the environment (`DANVAN_…`) or `danvan.toml`, checked by pydantic.

`python -m bot.load_settings` prints them as JSON: the serving process reads them from such a child, because checking costs
thirteen megabytes that would stay.
"""

from __future__ import annotations

import re
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import orjson
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from bot.config import Settings

FILE = "danvan.toml"


class Given(BaseSettings):
    """What was given, as it was given."""

    model_config = SettingsConfigDict(env_prefix="DANVAN_", toml_file=FILE, extra="forbid", frozen=True)

    database_url: SecretStr = Field(SecretStr("sqlite+aiosqlite:///danvan.db"), description="Where everything is kept")
    media_dir: Path = Field(Path("danvan-media"), description="Folder for photos and files")
    key_file: Path = Field(
        Path("danvan.key"), description="The key that seals telephone numbers and reports; keep a copy elsewhere"
    )
    backup_dir: Path = Field(Path("danvan-backups"), description="Folder for backups")
    mode: Literal["trial", "live"] = Field(
        "trial", description="trial: no real office is written to; live: letters go out"
    )
    trial_to: SecretStr = Field(
        SecretStr(""), description="Trial: the code or phone of the roster's person who gets every letter"
    )
    http_host: str = Field("127.0.0.1", description="Address the server listens on")
    http_port: int = Field(8765, description="Port the server listens on", ge=0, le=65535)
    public_url: str = Field("", description="The address people reach this server by, for links and webhooks")
    metrics_public: bool = Field(False, description="Answer /metrics to others than this machine")
    telegram_token: SecretStr = Field(SecretStr(""), description="Telegram bot tokens, comma-separated")
    telegram_api: str = Field("https://api.telegram.org", description="Base address of the Bot API server")
    telegram_proxy: SecretStr = Field(SecretStr(""), description="Proxy for calls to Telegram")
    telegram_webhook_secret: SecretStr = Field(
        SecretStr(""), description="With it: webhook at /telegram/webhook; without: long polling"
    )

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value().startswith(("sqlite+aiosqlite:", "postgresql+asyncpg:")):
            raise ValueError("must begin with sqlite+aiosqlite: or postgresql+asyncpg:")
        try:
            urlsplit(value.get_secret_value()).port  # noqa: B018 - reading it is the check
        except ValueError:
            raise ValueError("its port is not a number") from None
        return value

    @field_validator("telegram_token")
    @classmethod
    def _tokens(cls, value: SecretStr) -> SecretStr:
        tokens = [token.strip() for token in value.get_secret_value().split(",") if token.strip()]
        if not all(re.fullmatch(r"\d+:[A-Za-z0-9_-]+", token) for token in tokens):
            raise ValueError(
                "a token looks like 123456789:ABC…, as BotFather gives it; several are separated by commas"
            )
        if len({token.partition(":")[0] for token in tokens}) < len(tokens):
            raise ValueError("the same bot is named twice")
        return value

    @field_validator("telegram_webhook_secret")
    @classmethod
    def _header_safe(cls, value: SecretStr) -> SecretStr:
        """What Telegram takes as `secret_token` of setWebhook."""
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", value.get_secret_value()):
            raise ValueError("may hold letters without diacritics, digits, _ and - only, at most 256")
        return value

    @field_validator("public_url", "telegram_api")
    @classmethod
    def _address(cls, value: str) -> str:
        if value and not re.match(r"https?://[^/\s]+", value):
            raise ValueError("must begin with https:// (or http://)")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment before the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    def settings(self) -> Settings:
        """As the program uses them."""
        tokens = (token.strip() for token in self.telegram_token.get_secret_value().split(","))
        values = self.model_dump(exclude={"telegram_token"})
        plain: dict[str, Any] = {
            name: v.get_secret_value() if isinstance(v, SecretStr) else v for name, v in values.items()
        }
        return Settings(**plain, telegram_tokens=tuple(token for token in tokens if token))


class Wrong(Exception):
    """Settings that cannot be used; the text names each setting and what is wrong with it, a line each."""


def load() -> Settings:
    """Raises `Wrong`."""
    try:
        return Given().settings()
    except ValidationError as error:
        raise Wrong("\n".join(_sentence(problem) for problem in error.errors())) from None
    except (OSError, ValueError) as error:
        raise Wrong(f"{FILE}: {error}") from None


def _sentence(problem: object) -> str:
    where, message = problem["loc"], problem["msg"]  # type: ignore[index]
    name = "DANVAN_" + "_".join(str(part) for part in where).upper()
    if problem["type"] == "extra_forbidden":  # type: ignore[index]
        return f"{name}: there is no such setting (see {FILE})"
    return f"{name}: {message.removeprefix('Value error, ')}"


def main() -> int:
    """The settings as JSON on standard output; what is wrong on standard error, and 2."""
    try:
        found = load()
    except Wrong as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 2
    sys.stdout.buffer.write(orjson.dumps(asdict(found), default=str))
    return 0


if __name__ == "__main__":
    sys.exit(main())
