"""How long what is kept: a commune's months for closed cases, fixed times for letters, logs and pages.

The months are the consent text's promise (`retention_months` of the commune, else of the province, 24 where neither is
set): data is kept no longer than its purpose needs (Law 91/2025/QH15).
"""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from handlers import facts
from handlers.registry import Registry
from handlers.words import DEFAULT, words_for
from storage import privacy, retention

EACH_RUN = 200  # cases; people write meanwhile
MONTHS, LOG_MONTHS = 24, 24
LETTERS = timedelta(days=90)
UNREAD = timedelta(days=90)  # as long as a browser stays signed in without being used
FAREWELL = timedelta(days=1)  # how long an erased person's account waits for the letter that says so


def run(conn: Connection, registry: Registry, now: datetime, most: int = EACH_RUN) -> dict[str, int]:
    """One bounded run; what it did, by kind, `cases` being `most` when there is more to do. Running it again harms nothing."""
    done = Counter(cases=_cases(conn, registry, now, most))
    done["letters"] = retention.letters_before(conn, now - LETTERS, 10 * most)
    done["logs"] = retention.logs_before(conn, months_before(now, LOG_MONTHS))
    done["requests"] = retention.requests_before(conn, months_before(now, LOG_MONTHS))
    done["pages"] = retention.pages_before(conn, now, now - UNREAD)
    return dict(done)


def _cases(conn: Connection, registry: Registry, now: datetime, most: int) -> int:
    left = most
    for unit in registry.units.values():
        if unit.kind == "commune" and left:
            months = months_of(registry, unit.id)
            found = retention.closed(conn, unit.id, months_before(now, months), left)
            for case in found:
                anonymise(conn, case, now, months)
            left -= len(found)
    return most - left


def months_of(registry: Registry, unit_id: int) -> int:
    """A commune's retention months."""
    typed = registry.setting(unit_id, "retention_months", str(MONTHS))
    return int(typed) if typed.isdecimal() and int(typed) else MONTHS


def months_before(now: datetime, months: int) -> datetime:
    """The same day and time so many months ago; the month's last day where it has no such day."""
    year, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    return now.replace(year=year, month=month + 1, day=min(now.day, monthrange(year, month + 1)[1]))


def anonymise(conn: Connection, case: Any, now: datetime, months: int | None) -> None:
    """A closed case keeps its code, category, place in the counts and times, and nothing of its words and people.

    `months` is the rule that ended it; none: its reporter asked for it.
    """
    _ = words_for(DEFAULT)
    table = facts.fields() if case.subject == "practice" else facts.categories()
    story = (
        _("(removed after {months} months, as the law asks)").format(months=months)
        if months
        else _("(removed at the reporter's request)")
    )
    retention.anonymise(conn, case, table[case.category].name(DEFAULT), story, now, months)


def untie(conn: Connection, now: datetime) -> int:
    """Accounts of erased people whose farewell has gone out, or has had its day. Returns how many people."""
    gone = [row for row in privacy.to_untie(conn) if not row.waits or row.answered_at < now - FAREWELL]
    for row in gone:
        privacy.untie(conn, row.person_id)
    return len(gone)
