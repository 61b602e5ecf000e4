"""Units, departments, people, roles, routing, settings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Creates the tables of `storage/models/registry.py`."""
    op.create_table(
        "calendar_day",
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("works", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
    )
    op.create_table(
        "person",
        sa.Column("id", Key, primary_key=True),
        sa.Column("code", sa.String(64), nullable=False, unique=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("phone", sa.String(20), unique=True),
        sa.Column("language", sa.String(8), nullable=False, server_default="vi"),
    )
    op.create_table(
        "registry_version",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sample", sa.Boolean(), nullable=False, server_default="0"),
        sa.Column("changed_at", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "unit",
        sa.Column("id", Key, primary_key=True),
        sa.Column("code", sa.String(32), nullable=False, unique=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("parent_id", Key, sa.ForeignKey("unit.id")),
        sa.Column("valid_from", sa.Date()),
        sa.Column("valid_to", sa.Date()),
    )
    op.create_table(
        "department",
        sa.Column("id", Key, primary_key=True),
        sa.Column("unit_id", Key, sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.UniqueConstraint("unit_id", "code"),
    )
    op.create_table(
        "setting",
        sa.Column("unit_id", Key, sa.ForeignKey("unit.id"), primary_key=True),
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("value", sa.Text(), nullable=False),
    )
    op.create_table(
        "role",
        sa.Column("id", Key, primary_key=True),
        sa.Column("person_id", Key, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("unit_id", Key, sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("department_id", Key, sa.ForeignKey("department.id")),
        sa.Column("valid_from", sa.Date()),
        sa.Column("valid_to", sa.Date()),
        sa.UniqueConstraint("person_id", "code", "unit_id", "department_id"),
    )
    op.create_index("ix_role_person_id", "role", ["person_id"])
    op.create_table(
        "routing",
        sa.Column("category", sa.String(40), primary_key=True),
        sa.Column("unit_id", Key, sa.ForeignKey("unit.id"), primary_key=True),
        sa.Column("department_id", Key, sa.ForeignKey("department.id"), nullable=False),
    )


def downgrade() -> None:
    """Drops them, and what they hold."""
    op.drop_table("routing")
    op.drop_table("role")
    op.drop_table("setting")
    op.drop_table("department")
    op.drop_table("unit")
    op.drop_table("registry_version")
    op.drop_table("person")
    op.drop_table("calendar_day")
