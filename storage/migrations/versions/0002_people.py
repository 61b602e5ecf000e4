"""Accounts, invites, consents, groups, the web chat, counters."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Creates the tables of `storage/models/people.py`."""
    op.create_table(
        "web_message",
        sa.Column("id", Key, primary_key=True),
        sa.Column("chat", sa.String(64), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("edits", Key),
        sa.Column("letter_id", Key),
        sa.Column("own_key", sa.String(130), unique=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True)),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_web_message_chat_id", "web_message", ["chat", "id"])
    op.create_index("ix_web_message_letter_id", "web_message", ["letter_id"])
    op.create_table(
        "web_session",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column("user", sa.String(64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_web_session_user", "web_session", ["user"])
    op.create_table(
        "account",
        sa.Column("id", Key, primary_key=True),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("bot", sa.String(64), nullable=False),
        sa.Column("user", sa.String(64), nullable=False),
        sa.Column("person_id", Key, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("consent", sa.String(16)),
        sa.Column("draft_id", Key),
        sa.Column("offered", sa.JSON()),
        sa.Column("stopped", sa.String(32)),
        sa.Column("tied_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("channel", "bot", "user"),
    )
    op.create_index("ix_account_person_id", "account", ["person_id"])
    op.create_table(
        "consent",
        sa.Column("id", Key, primary_key=True),
        sa.Column("person_id", Key, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("version", sa.String(16), nullable=False),
        sa.Column("text_hash", sa.String(64), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("account", sa.String(130), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "counter",
        sa.Column("month", sa.String(7), primary_key=True),
        sa.Column("unit_id", Key, sa.ForeignKey("unit.id"), primary_key=True),
        sa.Column("kind", sa.String(40), primary_key=True),
        sa.Column("count", sa.Integer(), nullable=False, server_default=sa.text("0")),
    )
    op.create_table(
        "chat_group",
        sa.Column("id", Key, primary_key=True),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("bot", sa.String(64), nullable=False),
        sa.Column("chat", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("unit_id", Key, sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("department_id", Key, sa.ForeignKey("department.id")),
        sa.Column("mode", sa.String(8), nullable=False, server_default="brief"),
        sa.Column("tied_by", Key, sa.ForeignKey("person.id")),
        sa.Column("tied_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("channel", "bot", "chat"),
    )
    op.create_table(
        "invite",
        sa.Column("id", Key, primary_key=True),
        sa.Column("code_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("person_id", Key, sa.ForeignKey("person.id")),
        sa.Column("unit_id", Key, sa.ForeignKey("unit.id")),
        sa.Column("department_id", Key, sa.ForeignKey("department.id")),
        sa.Column("mode", sa.String(8)),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
    )


def downgrade() -> None:
    """Drops them, and what they hold."""
    op.drop_table("invite")
    op.drop_table("chat_group")
    op.drop_table("counter")
    op.drop_table("consent")
    op.drop_table("account")
    op.drop_table("web_session")
    op.drop_table("web_message")
