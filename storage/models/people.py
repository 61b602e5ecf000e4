"""Accounts, invites, consents, groups, web sessions: how a person of the roster meets the program."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint, text

from storage.models.base import Json, Key, UtcTime, metadata

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
    Column("offered", Json),  # the choices last offered: [[label, payload, is_control], …]
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
    Column("body", Json, nullable=False),
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

counter = Table(  # what may be counted but not kept: denunciations and complaints
    "counter",
    metadata,
    Column("month", String(7), primary_key=True),
    Column("unit_id", ForeignKey("unit.id"), primary_key=True),
    Column("kind", String(40), primary_key=True),
    Column("count", Integer, nullable=False, server_default=text("0")),
)
