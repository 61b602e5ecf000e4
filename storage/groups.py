"""Chat groups tied to a unit or a department."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, or_, select, update

from storage.models.people import group
from storage.models.registry import group_plan
from storage.upsert import insert_into


def find(conn: Connection, channel: str, bot: str, chat: str) -> Row[Any] | None:
    """The tied group of a chat, unless the bot has left it."""
    query = select(group).where(
        group.c.channel == channel, group.c.bot == bot, group.c.chat == chat, group.c.gone_at.is_(None)
    )
    return conn.execute(query).first()


def get(conn: Connection, group_id: int) -> Row[Any] | None:
    """One group, gone or not."""
    return conn.execute(select(group).where(group.c.id == group_id)).first()


def all_live(conn: Connection) -> list[Row[Any]]:
    """Every group the bot is in."""
    return list(conn.execute(select(group).where(group.c.gone_at.is_(None)).order_by(group.c.id)).all())


def of_department(conn: Connection, department_id: int) -> list[Row[Any]]:
    """The groups a department's cards go to."""
    return list(
        conn.execute(select(group).where(group.c.department_id == department_id, group.c.gone_at.is_(None))).all()
    )


def tie(conn: Connection, channel: str, bot: str, chat: str, **values: Any) -> None:
    """This chat is a unit's or department's group from now on."""
    statement = insert_into(conn, group).values(channel=channel, bot=bot, chat=chat, **values)
    fresh = {**values, "gone_at": None}
    conn.execute(statement.on_conflict_do_update(index_elements=["channel", "bot", "chat"], set_=fresh))


def change(conn: Connection, group_id: int, **values: Any) -> None:
    """Set columns of a group."""
    conn.execute(update(group).where(group.c.id == group_id).values(**values))


def plan(conn: Connection, unit_id: int, department_id: int | None) -> Row[Any] | None:
    """What the workbook wants of the group of a unit or department (weekday, hour)."""
    same = group_plan.c.department_id.is_not_distinct_from(department_id)
    query = select(group_plan).where(group_plan.c.unit_id == unit_id, same).order_by(group_plan.c.id)
    return conn.execute(query).first()


def moved(conn: Connection, channel: str, bot: str, old: str, new: str, now: datetime) -> None:
    """The messenger gave the group a new id. Where that is tied already (both chats tell of it), the old one is gone."""
    where = (group.c.channel == channel, group.c.bot == bot)
    known = select(group.c.id).where(*where, group.c.chat == new)
    values = {"chat": new} if new and conn.execute(known).first() is None else {"gone_at": now}
    conn.execute(update(group).where(*where, group.c.chat == old).values(**values))


def gone(conn: Connection, channel: str, bot: str, chat: str, now: datetime | None) -> None:
    """The bot was removed (or, with none, is back)."""
    conn.execute(
        update(group).where(group.c.channel == channel, group.c.bot == bot, group.c.chat == chat).values(gone_at=now)
    )


def named(conn: Connection, word: str) -> Row[Any] | None:
    """A group by its number, chat id or name: what a person types after `--group`."""
    where = [group.c.chat == word, group.c.name == word]
    if word.isdecimal() and len(word) <= 18:
        where.append(group.c.id == int(word))
    return conn.execute(select(group).where(or_(*where), group.c.gone_at.is_(None)).order_by(group.c.id)).first()
