"""What the process holds in memory of the database: the registry and the compiled forms, reloaded when they change."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from handlers import registry as registries
from handlers.form import Form, load
from handlers.registry import Registry
from handlers.turn import Forms
from storage import forms as form_rows
from storage import registry as registry_rows
from storage.engine import Database


@dataclass(frozen=True, slots=True)
class State:
    """One consistent reading."""

    registry: Registry
    forms: Forms
    web: str = ""  # where people reach the web channel, without a slash at its end


def read(conn: Connection) -> State:
    """Everything the handlers need in memory."""
    by_hash: dict[str, Form] = {}
    latest: dict[str, Form] = {}
    for row in form_rows.all_forms(conn):
        form = load(row.compiled)
        by_hash[row.hash] = form
        latest[row.name] = form
    return State(registries.build(registry_rows.read(conn)), Forms(by_hash, latest))


async def newer(db: Database, known: State) -> State:
    """The state to go on with: the same object while nothing has changed."""

    def look(conn: Connection) -> State:
        version, _sample = registry_rows.version(conn)
        return known if version == known.registry.version else replace(read(conn), web=known.web)

    return await db.read(look)
