"""Forms, drafts, cases with their files and history, and the numbers people call them by.

A petition and a good practice share one table: both are told in an interview, routed, carded, asked back about and
answered; what differs is their form and their table of states (`handlers/status.py`).
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Float, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from storage.models.base import Json, Key, Sealable, Sealed, SealedJson, UtcTime, metadata

form = Table(
    "form",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("name", String(40), nullable=False),
    Column("source_hash", String(64), nullable=False),
    Column("compiled", Json, nullable=False),
    Column("added_at", UtcTime, nullable=False),
)

draft = Table(
    "draft",
    metadata,
    Column("id", Key, primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("form_hash", ForeignKey("form.hash"), nullable=False),
    Column("form_name", String(40), nullable=False),
    Column("case_id", Key),  # an answer, a question back, a reply: the case it is about
    Column("body", SealedJson, nullable=False),  # answers, position, which message gave which answer
    Column("made_at", UtcTime, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    sqlite_autoincrement=True,
)
Index("ix_draft_person_id", draft.c.person_id)

case = Table(
    "report",
    metadata,
    Column("id", Key, primary_key=True),
    Column("subject", String(10), nullable=False),  # petition, practice
    Column("code", String(12), nullable=False),
    Column("unit_id", ForeignKey("unit.id"), nullable=False),  # the commune
    Column("hamlet_id", ForeignKey("unit.id")),
    Column("department_id", ForeignKey("department.id"), nullable=False),
    Column("holder_id", ForeignKey("person.id")),
    Column("reporter_id", ForeignKey("person.id"), nullable=False),
    Column("draft_id", Key, nullable=False, unique=True),  # a draft becomes a case once
    Column("form_hash", ForeignKey("form.hash"), nullable=False),
    Column("category", String(40), nullable=False),  # of a practice: its field
    Column("kind", String(16), nullable=False),
    Column("urgency", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("title", Sealable, nullable=False),
    Column("place", Sealable),
    Column("lat", Float),
    Column("lon", Float),
    Column("households", Integer),
    Column("since", Date),
    Column("source", String(16)),
    Column("contact", Sealed),
    Column("answers", SealedJson, nullable=False),
    Column("folded", Text, nullable=False),  # for search: no diacritics, no telephone numbers; empty where sealed
    Column("made_at", UtcTime, nullable=False),
    Column("due_at", UtcTime),
    Column("closed_at", UtcTime),
    UniqueConstraint("unit_id", "code"),
)
Index("ix_report_reporter_id", case.c.reporter_id)
Index("ix_report_holder_id", case.c.holder_id)
Index("ix_report_hamlet_id", case.c.hamlet_id)
Index("ix_report_department_id_state", case.c.department_id, case.c.state)
Index("ix_report_unit_id_made_at", case.c.unit_id, case.c.made_at)
Index("ix_report_unit_id_closed_at", case.c.unit_id, case.c.closed_at)

number = Table(  # the last number given per commune and prefix
    "number",
    metadata,
    Column("unit_id", ForeignKey("unit.id"), primary_key=True),
    Column("prefix", String(4), primary_key=True),
    Column("last", Integer, nullable=False),
)

history = Table(  # append-only: one row a move
    "history",
    metadata,
    Column("id", Key, primary_key=True),
    Column("case_id", ForeignKey("report.id"), nullable=False, index=True),
    Column("at", UtcTime, nullable=False),
    Column("actor_id", ForeignKey("person.id")),
    Column("channel", String(16), nullable=False),
    Column("action", String(16), nullable=False),
    Column("from_state", String(16), nullable=False),
    Column("to_state", String(16), nullable=False),
    Column("department_id", ForeignKey("department.id")),
    Column("reason", String(40)),
    Column("words", Sealable),
    Column("other_id", ForeignKey("person.id")),  # handover: to whom
    sqlite_autoincrement=True,
)

file = Table(
    "file",
    metadata,
    Column("id", Key, primary_key=True),
    Column("case_id", ForeignKey("report.id"), nullable=False, index=True),
    Column("history_id", ForeignKey("history.id")),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("bot", String(64), nullable=False),
    Column("ref", Text, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("name", Sealable),
    Column("mime", String(100)),
    Column("size", Integer),
    Column("sha256", String(64)),
    Column("state", String(10), nullable=False),  # wanted, claimed, kept, bad
    Column("error", String(32)),
    Column("attempts", Integer, nullable=False, default=0, server_default="0"),
    Column("next_at", UtcTime),
    Column("shown", Boolean, nullable=False, default=True, server_default="1"),
)
Index("ix_file_sha256", file.c.sha256)
Index("ix_file_state_next_at", file.c.state, file.c.next_at)

reply_template = Table(  # words a department keeps ready for what it answers often
    "reply_template",
    metadata,
    Column("id", Key, primary_key=True),
    Column("department_id", ForeignKey("department.id"), nullable=False, index=True),
    Column("category", String(40)),  # none: for all
    Column("title", String(80), nullable=False),
    Column("words", Text, nullable=False),
    Column("made_by", ForeignKey("person.id")),
    Column("changed_at", UtcTime, nullable=False),
    Column("gone_at", UtcTime),
)

anonymised = Table(  # retention: that it was done, when, by which rule
    "anonymised",
    metadata,
    Column("case_id", ForeignKey("report.id"), primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("months", Integer),  # the rule; none: at the person's request
)
