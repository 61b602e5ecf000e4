"""What the workbook adds: who stands above and in for whom, co-departments, groups to come, the units' history."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Adds to the tables of `storage/models/registry.py`."""
    with op.batch_alter_table("role") as role:
        role.add_column(sa.Column("superior_id", Key))
        role.add_column(sa.Column("substitute_id", Key))
        role.create_foreign_key("fk_role_superior_id", "person", ["superior_id"], ["id"])
        role.create_foreign_key("fk_role_substitute_id", "person", ["substitute_id"], ["id"])
    with op.batch_alter_table("routing") as routing:
        routing.add_column(sa.Column("co_departments", sa.JSON()))
        routing.add_column(sa.Column("province_department", Key))
        routing.create_foreign_key("fk_routing_province_department", "department", ["province_department"], ["id"])
    op.create_table(
        "unit_change",
        sa.Column("id", Key, primary_key=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("old_unit_id", Key, sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("new_unit_id", Key, sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("old_name", sa.String(200), nullable=False),
        sa.Column("new_name", sa.String(200), nullable=False),
        sa.UniqueConstraint("day", "kind", "old_unit_id", "new_unit_id"),
    )
    op.create_table(
        "group_plan",
        sa.Column("id", Key, primary_key=True),
        sa.Column("unit_id", Key, sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("department_id", Key, sa.ForeignKey("department.id")),
        sa.Column("mode", sa.String(8), nullable=False, server_default="brief"),
        sa.Column("weekday", sa.Integer()),
        sa.Column("hour", sa.Integer()),
        sa.UniqueConstraint("unit_id", "name"),
    )


def downgrade() -> None:
    """Drops them, and what they hold."""
    op.drop_table("group_plan")
    op.drop_table("unit_change")
    with op.batch_alter_table("routing") as routing:
        routing.drop_constraint("fk_routing_province_department", type_="foreignkey")
        routing.drop_column("province_department")
        routing.drop_column("co_departments")
    with op.batch_alter_table("role") as role:
        role.drop_constraint("fk_role_substitute_id", type_="foreignkey")
        role.drop_constraint("fk_role_superior_id", type_="foreignkey")
        role.drop_column("substitute_id")
        role.drop_column("superior_id")
