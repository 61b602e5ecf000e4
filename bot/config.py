"""The settings as the program uses them. They are read and checked by `bot/load_settings.py`, which may be heavy."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Read once at start; the defaults run on a laptop. Secrets are left out of every print."""

    database_url: str = field(default="sqlite+aiosqlite:///danvan.db", repr=False)  # it may hold a password
    media_dir: Path = Path("danvan-media")
    key_file: Path | None = None  # none: the key this process uses already
    backup_dir: Path = Path("danvan-backups")
    mode: Literal["trial", "live"] = "trial"
    trial_to: str = field(default="", repr=False)
    http_host: str = "127.0.0.1"
    http_port: int = 8765
    public_url: str = ""
    metrics_public: bool = False
    telegram_tokens: tuple[str, ...] = field(default=(), repr=False)
    telegram_api: str = "https://api.telegram.org"
    telegram_proxy: str = field(default="", repr=False)
    telegram_webhook_secret: str = field(default="", repr=False)
