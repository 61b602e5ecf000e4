"""Accounts, invites, consents, groups, web sessions: how a person of the roster meets the program."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, text

from storage.models.base import Json, Key, Sealed, SealedJson, UtcTime, metadata

account = Table(
    "account",
    metadata,
    Column("id", Key, primary_key=True),
    Column("channel", String(16), nullable=False),
    Column("bot", String(64), nullable=False),
    Column("user", String(64), nullable=False),
    Column("person_id", ForeignKey("person.id"), nullable=False, index=True),
    Column("consent", String(16)),  # the version agreed to; none yet: nothing but the consent question works
    Column("draft_id", Key),  # the interview this account is in
    Column("offered", SealedJson),  # the choices last offered: [[label, payload, is_control], …]
    Column("stopped", String(32)),  # why the account cannot be reached, as a send error's code
    Column("tied_at", UtcTime, nullable=False),
    Column("used_at", UtcTime, nullable=False),
    UniqueConstraint("channel", "bot", "user"),
)

invite = Table(
    "invite",
    metadata,
    Column("id", Key, primary_key=True),
    Column("code_hash", String(64), nullable=False, unique=True),  # never the code itself
    Column("person_id", ForeignKey("person.id")),
    Column("unit_id", ForeignKey("unit.id")),  # a group's invite: its unit and, if any, department
    Column("department_id", ForeignKey("department.id")),
    Column("mode", String(8)),
    Column("made_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("used_at", UtcTime),
    Column("revoked_at", UtcTime),
)

consent = Table(  # the proof: who agreed to which text, when, through which account
    "consent",
    metadata,
    Column("id", Key, primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("version", String(16), nullable=False),
    Column("text_hash", String(64), nullable=False),
    Column("agreed", Boolean, nullable=False),
    Column("channel", String(16), nullable=False),
    Column("account", String(130), nullable=False),
    Column("at", UtcTime, nullable=False),
)

consent_text = Table(  # the words agreed to: a hash alone proves nothing once a setting in them has changed
    "consent_text",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("text", Text, nullable=False),
)

group = Table(
    "chat_group",
    metadata,
    Column("id", Key, primary_key=True),
    Column("channel", String(16), nullable=False),
    Column("bot", String(64), nullable=False),
    Column("chat", String(64), nullable=False),
    Column("name", String(200), nullable=False),
    Column("unit_id", ForeignKey("unit.id"), nullable=False),
    Column("department_id", ForeignKey("department.id")),
    Column("mode", String(8), nullable=False, default="brief", server_default="brief"),
    Column("tied_by", ForeignKey("person.id")),
    Column("tied_at", UtcTime, nullable=False),
    Column("gone_at", UtcTime),
    Column("weekday", Integer),  # of its weekly summary: 1 Monday … 7 Sunday; not set: its plan's, else the usual
    Column("hour", Integer),
    Column("wants", String(10), nullable=False, default="all", server_default="all"),  # all, petition, practice, none
    UniqueConstraint("channel", "bot", "chat"),
)

Index("ix_chat_group_department_id", group.c.department_id)

web_session = Table(
    "web_session",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("user", String(64), nullable=False, index=True),
    Column("made_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
)

web_message = Table(  # what the page has still to fetch, and the last bubbles it shows again after a reload
    "web_message",
    metadata,
    Column("id", Key, primary_key=True),
    Column("chat", String(64), nullable=False),
    Column("body", SealedJson, nullable=False),
    Column("edits", Key),
    Column("letter_id", Key, index=True),
    Column(
        "own_key", String(130), unique=True
    ),  # a person's own words, kept only after they were judged: the update's key
    Column("made_at", UtcTime, nullable=False),
    Column("fetched_at", UtcTime),
    sqlite_autoincrement=True,
)
Index("ix_web_message_chat_id", web_message.c.chat, web_message.c.id)

page_link = Table(  # a one-time link to a page that shows more than a chat can: the table of cases, …
    "page_link",
    metadata,
    Column("code_hash", String(64), primary_key=True),  # never the code itself
    Column("person_id", ForeignKey("person.id"), nullable=False, index=True),
    Column("page", String(16), nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("used_at", UtcTime),
)

page_session = Table(  # the browser that opened such a link
    "page_session",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False, index=True),
    Column("page", String(16), nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
)

access_log = Table(  # append-only: who opened which case, who took somebody's account away, …
    "access_log",
    metadata,
    Column("id", Key, primary_key=True),
    Column("at", UtcTime, nullable=False, index=True),
    Column("person_id", ForeignKey("person.id")),  # who did it; none: the command line
    Column("channel", String(16), nullable=False),
    Column("action", String(16), nullable=False),  # open, files, table, export, untie, …
    Column("case_id", Key, index=True),
    Column("about_id", ForeignKey("person.id")),  # whom it concerns
)

data_request = Table(  # what a person asks about their own data (Law 91/2025/QH15), and what became of it
    "data_request",
    metadata,
    Column("id", Key, primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False, index=True),
    Column("unit_id", ForeignKey("unit.id"), nullable=False),  # the commune that must answer
    Column("kind", String(10), nullable=False),  # see, correct, withdraw, delete
    Column("words", Sealed),
    Column("made_at", UtcTime, nullable=False),
    Column("reply_by", UtcTime, nullable=False),  # the first answer
    Column("due_at", UtcTime, nullable=False),  # done
    Column("state", String(8), nullable=False),  # open, done, refused
    Column("answer", Sealed),
    Column("answered_by", ForeignKey("person.id")),
    Column("answered_at", UtcTime),
)
Index("ix_data_request_state", data_request.c.state)

announcement = Table(  # words to many; each recipient's copy is a letter
    "announcement",
    metadata,
    Column("id", Key, primary_key=True),
    Column("author_id", ForeignKey("person.id"), nullable=False),
    Column("unit_id", ForeignKey("unit.id"), nullable=False),
    Column("words", Text, nullable=False),
    Column("target", Json, nullable=False),
    Column("recipients", Integer, nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("stopped_at", UtcTime),
)

week_note = Table(  # what the duty official decided about a unit's weekly summary before it goes out
    "week_note",
    metadata,
    Column("unit_id", ForeignKey("unit.id"), primary_key=True),
    Column("week", String(8), primary_key=True),  # 2026-W47
    Column("decision", String(8), nullable=False),  # send, skip
    Column("words", Text),
    Column("words_by", ForeignKey("person.id")),  # whose note it is, whoever decided last
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("at", UtcTime, nullable=False),
)

counter = Table(  # what may be counted but not kept: denunciations and complaints
    "counter",
    metadata,
    Column("month", String(7), primary_key=True),
    Column("unit_id", ForeignKey("unit.id"), primary_key=True),
    Column("kind", String(40), primary_key=True),
    Column("count", Integer, nullable=False, server_default=text("0")),
)
