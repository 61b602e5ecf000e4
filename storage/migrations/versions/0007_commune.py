"""A commune at work: leave, one-time pages, access log, data requests, announcements, templates; what is personal is sealed.

Texts that were stored before stay readable and are sealed by `storage.reseal` right after the migration.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Time = sa.DateTime(timezone=True)


def _key() -> sa.Column[int]:
    return sa.Column("id", Key, primary_key=True)


def _to(name: str, table: str, *, required: bool = True, index: bool = False) -> sa.Column[int]:
    return sa.Column(name, Key, sa.ForeignKey(f"{table}.id"), nullable=not required, index=index)


def upgrade() -> None:
    """Adds all of it."""
    _columns()
    _registry()
    _pages()
    _law()
    _words()


def _columns() -> None:
    with op.batch_alter_table("person") as person:
        person.alter_column("phone", type_=sa.Text(), existing_type=sa.String(20), existing_nullable=True)
        person.drop_constraint("uq_person_phone", type_="unique")
        person.add_column(sa.Column("phone_mark", sa.String(64)))
        person.create_unique_constraint("uq_person_phone_mark", ["phone_mark"])
    with op.batch_alter_table("chat_group") as group:
        group.add_column(sa.Column("weekday", sa.Integer()))
        group.add_column(sa.Column("hour", sa.Integer()))
        group.add_column(sa.Column("wants", sa.String(10), nullable=False, server_default="all"))
    with op.batch_alter_table("history", table_kwargs={"sqlite_autoincrement": True}) as history:
        history.add_column(sa.Column("other_id", Key))
        history.create_foreign_key("fk_history_other_id", "person", ["other_id"], ["id"])
    op.create_index("ix_report_holder_id", "report", ["holder_id"])
    op.create_index("ix_report_hamlet_id", "report", ["hamlet_id"])
    op.create_index("ix_letter_group_id", "letter", ["group_id"])


def _registry() -> None:
    op.create_table(
        "absence",
        _key(),
        _to("person_id", "person", index=True),
        _to("substitute_id", "person"),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        _to("made_by", "person", required=False),
        sa.Column("made_at", Time, nullable=False),
    )
    op.create_table(
        "handover",
        _key(),
        _to("role_id", "role", index=True),
        _to("successor_id", "person"),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("until", sa.Date()),
        _to("made_by", "person", required=False),
        sa.Column("made_at", Time, nullable=False),
        sa.Column("state", sa.String(8), nullable=False, index=True),
        sa.Column("done_at", Time),
        sa.Column("counts", sa.JSON()),
    )


def _pages() -> None:
    op.create_table(
        "page_link",
        sa.Column("code_hash", sa.String(64), primary_key=True),
        _to("person_id", "person", index=True),
        sa.Column("page", sa.String(16), nullable=False),
        sa.Column("made_at", Time, nullable=False),
        sa.Column("expires_at", Time, nullable=False),
        sa.Column("used_at", Time),
    )
    op.create_table(
        "page_session",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        _to("person_id", "person", index=True),
        sa.Column("page", sa.String(16), nullable=False),
        sa.Column("made_at", Time, nullable=False),
        sa.Column("expires_at", Time, nullable=False),
    )


def _law() -> None:
    op.create_table(
        "access_log",
        _key(),
        sa.Column("at", Time, nullable=False, index=True),
        _to("person_id", "person", required=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("case_id", Key, index=True),
        _to("about_id", "person", required=False),
    )
    op.create_table(
        "data_request",
        _key(),
        _to("person_id", "person", index=True),
        _to("unit_id", "unit"),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("words", sa.Text()),
        sa.Column("made_at", Time, nullable=False),
        sa.Column("reply_by", Time, nullable=False),
        sa.Column("due_at", Time, nullable=False),
        sa.Column("state", sa.String(8), nullable=False, index=True),
        sa.Column("answer", sa.Text()),
        _to("answered_by", "person", required=False),
        sa.Column("answered_at", Time),
    )
    op.create_table(
        "consent_text",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("text", sa.Text(), nullable=False),
    )
    op.create_table(
        "anonymised",
        sa.Column("case_id", Key, sa.ForeignKey("report.id"), primary_key=True),
        sa.Column("at", Time, nullable=False),
        sa.Column("months", sa.Integer()),
    )
    op.create_table(
        "key_check",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("mark", sa.String(64), nullable=False),
    )


def _words() -> None:
    op.create_table(
        "announcement",
        _key(),
        _to("author_id", "person"),
        _to("unit_id", "unit"),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("target", sa.JSON(), nullable=False),
        sa.Column("recipients", sa.Integer(), nullable=False),
        sa.Column("made_at", Time, nullable=False),
        sa.Column("stopped_at", Time),
    )
    op.create_table(
        "week_note",
        sa.Column("unit_id", Key, sa.ForeignKey("unit.id"), primary_key=True),
        sa.Column("week", sa.String(8), primary_key=True),
        sa.Column("decision", sa.String(8), nullable=False),
        sa.Column("words", sa.Text()),
        sa.Column("words_by", Key, sa.ForeignKey("person.id")),
        _to("person_id", "person"),
        sa.Column("at", Time, nullable=False),
    )
    op.create_table(
        "reply_template",
        _key(),
        _to("department_id", "department", index=True),
        sa.Column("category", sa.String(40)),
        sa.Column("title", sa.String(80), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        _to("made_by", "person", required=False),
        sa.Column("changed_at", Time, nullable=False),
        sa.Column("gone_at", Time),
    )


def downgrade() -> None:
    """Drops them, and what they hold. Sealed columns stay sealed: an older program cannot read them."""
    for table in (
        "reply_template", "week_note", "announcement", "key_check", "anonymised", "consent_text", "data_request", "access_log",
        "page_session", "page_link", "handover", "absence",
    ):  # fmt: skip
        op.drop_table(table)
    op.drop_index("ix_letter_group_id", "letter")
    op.drop_index("ix_report_hamlet_id", "report")
    op.drop_index("ix_report_holder_id", "report")
    with op.batch_alter_table("history", table_kwargs={"sqlite_autoincrement": True}) as history:
        history.drop_constraint("fk_history_other_id", type_="foreignkey")
        history.drop_column("other_id")
    with op.batch_alter_table("chat_group") as group:
        for column in ("wants", "hour", "weekday"):
            group.drop_column(column)
    with op.batch_alter_table("person") as person:
        person.drop_constraint("uq_person_phone_mark", type_="unique")
        person.drop_column("phone_mark")
        person.create_unique_constraint("uq_person_phone", ["phone"])
        person.alter_column("phone", type_=sa.String(20), existing_type=sa.Text(), existing_nullable=True)
