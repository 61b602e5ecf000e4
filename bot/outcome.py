"""What becomes of a letter: sent, tried again, ended; and who is told when it is ended."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection

from bot.channels import Sent, errors
from handlers.clock import today
from handlers.messages import Address
from handlers.registry import Registry
from storage import accounts, cases, groups, outbox

BACKOFF = (30, 120, 600, 1800, 3600, 7200)  # seconds between tries
END = timedelta(days=3)  # a letter that could not go out for so long is a human's matter


class Result(NamedTuple):
    """Columns to set on the letter; `ended` when it will not be tried again though it did not go out."""

    values: dict[str, Any]
    ended: bool = False


def once(letter: Any) -> bool:
    """A group's summary never stands there twice (rule 2); all else is better said twice than not at all."""
    return letter.template == "summary" and letter.group_id is not None


def nothing(trouble: str) -> Result:
    """There was nothing to say (any more), or nobody to say it to."""
    return Result({"state": "failed" if trouble else "skipped", "error": trouble or None}, ended=bool(trouble))


def sent(sent: Sent, to: Address, now: datetime) -> Result:
    """It went out; `handed` while the person's device has not fetched it."""
    where = {"channel": to.channel, "bot": to.bot, "chat": to.chat, "external": sent.external, "error": None}
    if sent.pending:
        return Result({"state": "handed", **where})
    return Result({"state": "sent", "sent_at": now, **where})


def of_error(error: errors.SendError, letter: Any, now: datetime) -> Result:
    """The table of rule 4."""
    if isinstance(error, errors.NotChanged):
        return Result({"state": "sent", "sent_at": now, "error": error.code})
    if isinstance(error, errors.MessageGone):
        return Result({"state": "skipped", "error": error.code})
    if isinstance(error, errors.OutcomeUnknown) and once(letter):
        # Sent again it might stand in the group twice; a person is asked to look instead (rule 2).
        return Result({"state": "unknown", "error": error.code}, ended=True)
    elsewhere = isinstance(error, errors.PersonStopped | errors.GroupMoved)
    if elsewhere and letter.error != error.code:  # by another account, at the new address; not over and over at once
        return Result({"state": "waiting", "next_at": now, "error": error.code})
    old = now - letter.made_at > END and letter.attempts > len(BACKOFF)  # after a long downtime it gets its tries too
    if old or not (error.retry or elsewhere):
        return Result({"state": "failed", "error": error.code}, ended=True)
    wait = max(BACKOFF[min(letter.attempts, len(BACKOFF)) - 1], error.retry_after)
    return Result({"state": "waiting", "next_at": now + timedelta(seconds=wait), "error": error.code})


def follow_up(
    conn: Connection,
    registry: Registry,
    letter: Any,
    to: Address | None,
    result: Result,
    error: errors.SendError | None,
    now: datetime,
) -> bool:
    """In the same transaction: mark who cannot be reached, tell who waits. True when letters were queued."""
    if to is not None and isinstance(error, errors.PersonStopped):
        accounts.stop(conn, to.channel, to.bot, to.chat, error.code)
        return True
    if to is not None and isinstance(error, errors.GroupMoved):
        groups.moved(conn, to.channel, to.bot, to.chat, error.moved_to, now)
        return True
    if to is not None and isinstance(error, errors.GroupGone) and letter.group_id is not None:
        groups.gone(conn, to.channel, to.bot, to.chat, now)
    return _tell(conn, registry, letter, now) if result.ended else False


def _tell(conn: Connection, registry: Registry, letter: Any, now: datetime) -> bool:
    """Whoever waits for a letter that cannot go out: the handler for the reporter's, administrators for all else."""
    if letter.template in ("alarm", "stuck", "unreachable"):
        return False  # no letters about letters about letters
    case = cases.get(conn, letter.case_id) if letter.case_id is not None else None
    if case is not None and letter.template == "told" and case.holder_id is not None:
        row = {
            "template": "unreachable",
            "case_id": case.id,
            "person_id": registry.away(today(now)).get(case.holder_id, case.holder_id),
            "dedupe": f"unreachable:{letter.id}",
        }
        return outbox.put(conn, now, [row]) > 0
    admins = sorted({role.person_id for role in registry.roles if role.code == "quan_tri" and role.on(today(now))})
    template, params = ("alarm", {"why": "unreachable"}) if case is not None else ("stuck", {"n": 1})
    rows = [
        {
            "template": template,
            "case_id": letter.case_id,
            "person_id": who,
            "params": params,
            "dedupe": f"ended:{letter.id}:p{who}",
        }
        for who in admins
    ]
    return outbox.put(conn, now, rows) > 0
