"""Alembic runs this for every command; `storage.migrate` opens the connection and the transaction."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

from storage.models import metadata
from storage.models.base import Sealable, Sealed, SealedJson, UtcTime


def render(kind: str, item: Any, _context: object) -> str | Literal[False]:
    """A drafted revision names the database's own type: the models may change, a revision may not."""
    types = {UtcTime: "sa.DateTime(timezone=True)", Sealed: "sa.Text()", Sealable: "sa.Text()", SealedJson: "sa.JSON()"}
    return types.get(type(item), False) if kind == "type" else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,  # also gives the migrations the naming convention of keys and indexes
    transactional_ddl=True,
    compare_server_default=True,
    render_item=render,
    render_as_batch=True,  # SQLite cannot alter a column in its place
)
with context.begin_transaction():
    context.run_migrations()
