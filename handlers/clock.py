"""Vietnam's time at the edge; inside all times are aware UTC and given as arguments."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

VN = ZoneInfo("Asia/Ho_Chi_Minh")


def today(now: datetime) -> date:
    """The day it is in Viet Nam."""
    return now.astimezone(VN).date()


def day(moment: datetime | date | None) -> str:
    """`08/12/2026`; empty for none."""
    if moment is None:
        return ""
    if isinstance(moment, datetime):
        moment = moment.astimezone(VN).date()
    return f"{moment:%d/%m/%Y}"


def stamp(moment: datetime) -> str:
    """`14:05 08/12` in Viet Nam."""
    return f"{moment.astimezone(VN):%H:%M %d/%m}"
