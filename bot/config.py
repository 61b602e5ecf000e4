"""Every setting, with its meaning: from the environment (`DANVAN_…`) or `danvan.toml`; defaults run on a laptop."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource


class Settings(BaseSettings):
    """Read once at start. Secrets are blank in every print and log."""

    model_config = SettingsConfigDict(env_prefix="DANVAN_", toml_file="danvan.toml", extra="ignore", frozen=True)

    database_url: str = Field("sqlite+aiosqlite:///danvan.db", description="Where everything is kept")
    media_dir: Path = Field(Path("danvan-media"), description="Folder for photos and files")
    mode: Literal["trial", "live"] = Field(
        "trial", description="trial: no real office is written to; live: letters go out"
    )
    trial_to: str = Field("", description="Trial: the code or phone of the roster's person who gets every letter")
    http_host: str = Field("127.0.0.1", description="Address the server listens on")
    http_port: int = Field(8765, description="Port the server listens on", ge=0, le=65535)
    public_url: str = Field("", description="The address people reach this server by, for links and webhooks")
    metrics_public: bool = Field(False, description="Answer /metrics to others than this machine")
    telegram_token: SecretStr = Field(SecretStr(""), description="Telegram bot tokens, comma-separated")
    telegram_api: str = Field("https://api.telegram.org", description="Base address of the Bot API server")
    telegram_proxy: SecretStr = Field(SecretStr(""), description="Proxy for calls to Telegram")
    telegram_webhook_secret: SecretStr = Field(
        SecretStr(""), description="With it: webhook at /telegram/webhook; without: polling"
    )

    @model_validator(mode="after")
    def _webhook_has_an_address(self) -> Settings:
        if not self.database_url.startswith(("sqlite+aiosqlite:", "postgresql+asyncpg:")):
            raise ValueError("DANVAN_DATABASE_URL must begin with sqlite+aiosqlite: or postgresql+asyncpg:")
        return self

    @property
    def telegram_tokens(self) -> list[str]:
        """One per bot."""
        return [token.strip() for token in self.telegram_token.get_secret_value().split(",") if token.strip()]

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments before the environment before the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)
