"""Forms, drafts, cases, their history and files."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Creates the tables of `storage/models/cases.py`."""
    op.create_table(
        "form",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("source_hash", sa.String(64), nullable=False),
        sa.Column("compiled", sa.JSON(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "draft",
        sa.Column("id", Key, primary_key=True),
        sa.Column("person_id", Key, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("form_hash", sa.String(64), sa.ForeignKey("form.hash"), nullable=False),
        sa.Column("form_name", sa.String(40), nullable=False),
        sa.Column("case_id", Key),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_draft_person_id", "draft", ["person_id"])
    op.create_table(
        "number",
        sa.Column("unit_id", Key, sa.ForeignKey("unit.id"), primary_key=True),
        sa.Column("prefix", sa.String(4), primary_key=True),
        sa.Column("last", sa.Integer(), nullable=False),
    )
    op.create_table(
        "report",
        sa.Column("id", Key, primary_key=True),
        sa.Column("subject", sa.String(10), nullable=False),
        sa.Column("code", sa.String(12), nullable=False),
        sa.Column("unit_id", Key, sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("hamlet_id", Key, sa.ForeignKey("unit.id")),
        sa.Column("department_id", Key, sa.ForeignKey("department.id"), nullable=False),
        sa.Column("holder_id", Key, sa.ForeignKey("person.id")),
        sa.Column("reporter_id", Key, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("draft_id", Key, nullable=False, unique=True),
        sa.Column("form_hash", sa.String(64), sa.ForeignKey("form.hash"), nullable=False),
        sa.Column("category", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("urgency", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("place", sa.Text()),
        sa.Column("lat", sa.Float()),
        sa.Column("lon", sa.Float()),
        sa.Column("households", sa.Integer()),
        sa.Column("since", sa.Date()),
        sa.Column("source", sa.String(16)),
        sa.Column("contact", sa.Text()),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True)),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("unit_id", "code"),
    )
    op.create_index("ix_report_department_id_state", "report", ["department_id", "state"])
    op.create_index("ix_report_reporter_id", "report", ["reporter_id"])
    op.create_index("ix_report_unit_id_closed_at", "report", ["unit_id", "closed_at"])
    op.create_index("ix_report_unit_id_made_at", "report", ["unit_id", "made_at"])
    op.create_table(
        "history",
        sa.Column("id", Key, primary_key=True),
        sa.Column("case_id", Key, sa.ForeignKey("report.id"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", Key, sa.ForeignKey("person.id")),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("from_state", sa.String(16), nullable=False),
        sa.Column("to_state", sa.String(16), nullable=False),
        sa.Column("department_id", Key, sa.ForeignKey("department.id")),
        sa.Column("reason", sa.String(40)),
        sa.Column("words", sa.Text()),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_history_case_id", "history", ["case_id"])
    op.create_table(
        "file",
        sa.Column("id", Key, primary_key=True),
        sa.Column("case_id", Key, sa.ForeignKey("report.id"), nullable=False),
        sa.Column("history_id", Key, sa.ForeignKey("history.id")),
        sa.Column("person_id", Key, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("bot", sa.String(64), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("name", sa.Text()),
        sa.Column("mime", sa.String(100)),
        sa.Column("size", sa.Integer()),
        sa.Column("sha256", sa.String(64)),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("error", sa.String(32)),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("next_at", sa.DateTime(timezone=True)),
        sa.Column("shown", sa.Boolean(), nullable=False, server_default="1"),
    )
    op.create_index("ix_file_case_id", "file", ["case_id"])
    op.create_index("ix_file_state_next_at", "file", ["state", "next_at"])


def downgrade() -> None:
    """Drops them, and what they hold."""
    op.drop_table("file")
    op.drop_table("history")
    op.drop_table("report")
    op.drop_table("number")
    op.drop_table("draft")
    op.drop_table("form")
