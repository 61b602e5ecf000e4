"""Updates and their answers, letters, timed jobs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Creates the tables of `storage/models/letters.py`."""
    op.create_table(
        "incoming",
        sa.Column("channel", sa.String(16), primary_key=True),
        sa.Column("bot", sa.String(64), primary_key=True),
        sa.Column("key", sa.String(130), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.JSON()),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("next_at", sa.DateTime(timezone=True)),
        sa.Column("failed", sa.String(80)),
    )
    op.create_index("ix_incoming_at", "incoming", ["at"])
    op.create_index("ix_incoming_next_at", "incoming", ["next_at"])
    op.create_table(
        "job",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counts", sa.JSON()),
    )
    op.create_table(
        "letter",
        sa.Column("id", Key, primary_key=True),
        sa.Column("dedupe", sa.String(120), nullable=False, unique=True),
        sa.Column("person_id", Key, sa.ForeignKey("person.id")),
        sa.Column("group_id", Key, sa.ForeignKey("chat_group.id")),
        sa.Column("template", sa.String(24), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("case_id", Key, sa.ForeignKey("report.id")),
        sa.Column("history_id", Key, sa.ForeignKey("history.id")),
        sa.Column("params", sa.JSON()),
        sa.Column("silent", sa.Boolean(), nullable=False, server_default="0"),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True)),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.Column("channel", sa.String(16)),
        sa.Column("bot", sa.String(64)),
        sa.Column("chat", sa.String(64)),
        sa.Column("external", sa.String(64)),
        sa.Column("edits", Key),
        sa.Column("error", sa.String(32)),
    )
    op.create_index("ix_letter_case_id", "letter", ["case_id"])
    op.create_index("ix_letter_external", "letter", ["channel", "bot", "chat", "external"])
    op.create_index("ix_letter_next_at", "letter", ["next_at"])


def downgrade() -> None:
    """Drops them, and what they hold."""
    op.drop_table("letter")
    op.drop_table("job")
    op.drop_table("incoming")
