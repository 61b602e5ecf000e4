"""What would not work live: each check looks at one subject and says in plain words what is wrong and what cures it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection

from bot.config import Settings
from handlers.registry import Registry
from handlers.words import Words


@dataclass(frozen=True, slots=True)
class Finding:
    """`kind` groups what is of one kind, so that a long list can be cut; `level` error: it would not work live."""

    kind: str
    level: Literal["error", "warning"]
    sentence: str
    cure: str


@dataclass(frozen=True, slots=True)
class Look:
    """What a check may look at."""

    conn: Connection
    registry: Registry
    settings: Settings
    words: Words
    now: datetime
