"""Updates and their answers; letters to others; what the timed jobs did."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table

from storage.models.base import Json, Key, SealedJson, UtcTime, metadata

update = Table(
    "incoming",
    metadata,
    Column("channel", String(16), primary_key=True),
    Column("bot", String(64), primary_key=True),
    Column("key", String(130), primary_key=True),  # of a denunciation: only a hash
    Column("at", UtcTime, nullable=False),
    Column("answer", SealedJson),  # unsaid words; none once they are said
    Column("attempts", Integer, nullable=False, default=0, server_default="0"),
    Column("next_at", UtcTime),  # set while something is unsaid
    Column("failed", String(80)),  # the error's class and the update's kind and size; never its words
)
Index("ix_incoming_next_at", update.c.next_at)
Index("ix_incoming_at", update.c.at)

letter = Table(
    "letter",
    metadata,
    Column("id", Key, primary_key=True),
    Column("dedupe", String(120), nullable=False, unique=True),
    Column("person_id", ForeignKey("person.id")),
    Column("group_id", ForeignKey("chat_group.id")),
    Column("template", String(24), nullable=False),
    Column("version", Integer, nullable=False, default=1, server_default="1"),
    Column("case_id", ForeignKey("report.id")),
    Column("history_id", ForeignKey("history.id")),
    Column("params", Json),
    Column("silent", Boolean, nullable=False, default=False, server_default="0"),
    Column("state", String(10), nullable=False),  # waiting, claimed, sending, handed, sent, skipped, failed, unknown
    Column("attempts", Integer, nullable=False, default=0, server_default="0"),
    Column("made_at", UtcTime, nullable=False),
    Column("next_at", UtcTime),  # set while waiting or claimed: when to look at it (again)
    Column("sent_at", UtcTime),
    Column("channel", String(16)),
    Column("bot", String(64)),
    Column("chat", String(64)),
    Column("external", String(64)),
    Column("edits", Key),  # a live card's refresh: the letter whose message is changed
    Column("error", String(32)),
)
Index("ix_letter_next_at", letter.c.next_at)
Index("ix_letter_case_id", letter.c.case_id)
Index("ix_letter_group_id", letter.c.group_id)
Index("ix_letter_external", letter.c.channel, letter.c.bot, letter.c.chat, letter.c.external)

job = Table(
    "job",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("last_at", UtcTime, nullable=False),
    Column("counts", Json),
)

key_check = (
    Table(  # one row: which key the sealed columns were sealed with, so that a wrong one is noticed at the start
        "key_check",
        metadata,
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("mark", String(64), nullable=False),
    )
)
