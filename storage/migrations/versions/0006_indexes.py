"""Indexes for what is asked while people wait: whose picture is it, which groups has a department."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Adds them."""
    op.create_index("ix_file_sha256", "file", ["sha256"])
    op.create_index("ix_chat_group_department_id", "chat_group", ["department_id"])


def downgrade() -> None:
    """Drops them."""
    op.drop_index("ix_chat_group_department_id", "chat_group")
    op.drop_index("ix_file_sha256", "file")
