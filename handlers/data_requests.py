"""What a person may ask about their own data, by when it must be answered, and what an answer does.

Law 91/2025/QH15 and Decree 356/2025/NĐ-CP: a first answer within 2 working days; a copy or a correction within 10 days,
the end of consent within 15, deletion within 20; one extension of at most 15. A commune may set shorter times
(`data_reply_days`, `data_see_days`, `data_correct_days`, `data_withdraw_days`, `data_delete_days`).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from handlers import access, deadlines, retention, rights, status
from handlers.clock import VN, today
from handlers.registry import Registry
from handlers.words import N_, words_for
from storage import accounts, outbox, privacy, updates
from storage import retention as rows

REPLY_DAYS = 2
DAYS = {"see": 10, "correct": 10, "withdraw": 15, "delete": 20}
EXTENSION = 15
MOST = {"data_reply_days": REPLY_DAYS} | {f"data_{kind}_days": days for kind, days in DAYS.items()}
"""The settings and the law's limits, which a commune may only shorten."""
KINDS = {
    "see": N_("a copy of their data"),
    "correct": N_("a correction"),
    "withdraw": N_("consent withdrawn"),
    "delete": N_("deletion of their data"),
}
REASONS = {  # why a request may be refused, by the code in a button
    "whose": N_("It is not certain that the request comes from the person the data is about."),
    "duty": N_("The law obliges the office to keep this data."),
    "unclear": N_("It is not clear what is asked for. Please ask once more and say it in more detail."),
}
NOBODY = N_("A person whose data was deleted")


class NotAnswered(Exception):
    """The request stays as it is. `reason` is a msgid, `values` what it names."""

    def __init__(self, reason: str, **values: Any) -> None:
        super().__init__(reason.format(**values))
        self.reason = reason
        self.values = values


def number(request_id: int) -> str:
    """How people name a request."""
    return f"DL{request_id}"


def make(conn: Connection, registry: Registry, now: datetime, person_id: int, kind: str, words: str = "") -> Any:
    """The request's row, new or (asked twice) as it stands, and letters to who must answer it."""
    known = privacy.waiting(conn, person_id, kind)
    if known is not None and not words:
        return known
    unit_id = _unit(registry, person_id, today(now))
    row = {"person_id": person_id, "unit_id": unit_id, "kind": kind, "words": words or None, "made_at": now}
    found = privacy.ask(conn, **row, **_times(registry, unit_id, kind, now))
    request = privacy.get(conn, found)
    _tell_office(conn, registry, request, now, "data_asked", f"data_asked:{found}")
    return request


def _unit(registry: Registry, person_id: int, day: date) -> int:
    """The commune that must answer; the province where the person belongs to none."""
    own = access.communes_of(registry, person_id, day)
    province = registry.province()
    return own[0] if own else province.id if province is not None else next(iter(registry.units))


def _times(registry: Registry, unit_id: int, kind: str, now: datetime) -> dict[str, datetime]:
    reply = _days(registry, unit_id, "data_reply_days")
    days = _days(registry, unit_id, f"data_{kind}_days")
    first = deadlines.working_day(today(now), reply, registry.calendar)
    return {"reply_by": _closing(first), "due_at": _closing(today(now) + timedelta(days=days))}


def _days(registry: Registry, unit_id: int, name: str) -> int:
    """A commune's own time; never longer than the law's."""
    typed = registry.setting(unit_id, name, str(MOST[name]))
    return min(int(typed), MOST[name]) if typed.isdecimal() and int(typed) else MOST[name]


def _closing(day: date) -> datetime:
    return datetime.combine(day, deadlines.CLOSING, VN)


def office(conn: Connection, registry: Registry, unit_id: int, day: date) -> list[int]:
    """Who answers in a commune: those with the office "data" there, of them who can be reached; if nobody, the province's too.

    Where nobody at all can be reached it is all of them, so that somebody is told of letters that do not arrive.
    """
    found = _holders(registry, unit_id, day)
    reached = outbox.members_with_account(conn, sorted(found))
    province = registry.province()
    if not reached and province is not None:
        found |= _holders(registry, province.id, day)
        reached = outbox.members_with_account(conn, sorted(found))
    return sorted(reached or found)


def _holders(registry: Registry, unit_id: int, day: date) -> set[int]:
    return {person for code in rights.OFFICE["data"] for person in registry.holders(code, unit_id, day)}


def may_answer(registry: Registry, person_id: int, request: Any, day: date) -> bool:
    """Has this person the office for this request's commune?"""
    province = registry.province()
    units = rights.offices(registry, person_id, "data", day)
    return request.unit_id in units or (province is not None and province.id in units)


def _tell_office(conn: Connection, registry: Registry, request: Any, now: datetime, template: str, key: str) -> int:
    who = office(conn, registry, request.unit_id, today(now))
    common = {"template": template, "params": {"request": request.id}}
    return outbox.put(conn, now, [common | {"dedupe": f"{key}:p{person}", "person_id": person} for person in who])


def remind(conn: Connection, registry: Registry, now: datetime) -> int:
    """Once a day: requests whose time for a first answer is up. Returns how many letters that queues."""
    return sum(
        _tell_office(conn, registry, request, now, "data_late", f"data_late:{request.id}:{today(now)}")
        for request in privacy.late(conn, now)
    )


def answer(
    conn: Connection, registry: Registry, now: datetime, request_id: int, *, done: bool, words: str, by: int | None
) -> Any:
    """Done or refused, and the person told. `by` none: at the command line. Raises `NotAnswered`.

    Done means for "see" that the copy is on its way; for "delete" that the person is nobody any more.
    """
    request = _still_open(conn, request_id)
    if not done and not words:
        raise NotAnswered(N_("Please say why it is refused: the person has a right to know."))
    if done and request.kind == "delete":
        erase(conn, request.person_id, now)
        privacy.untell(conn, request.person_id)
    state = "done" if done else "refused"
    privacy.settle(conn, request.id, state=state, answer=words or None, answered_by=by, answered_at=now)
    _tell_person(conn, request, now, f"{privacy.FAREWELL}{request.id}")
    return privacy.get(conn, request.id)


def _still_open(conn: Connection, request_id: int) -> Any:
    request = privacy.get(conn, request_id)
    if request is None:
        raise NotAnswered(N_("There is no request {number}."), number=number(request_id))
    if request.state != "open":
        raise NotAnswered(N_("Request {number} has been answered already."), number=number(request_id))
    return request


def _tell_person(conn: Connection, request: Any, now: datetime, key: str) -> None:
    letter = {"template": "data_answer", "person_id": request.person_id, "params": {"request": request.id}}
    outbox.put(conn, now, [letter | {"dedupe": key}])


def extend(conn: Connection, registry: Registry, now: datetime, request_id: int, days: int) -> Any:
    """Once, by at most 15 days; the person is told. Raises `NotAnswered`."""
    request = _still_open(conn, request_id)
    usual = _times(registry, request.unit_id, request.kind, request.made_at)["due_at"]
    if request.due_at > usual:
        raise NotAnswered(
            N_("The time of {number} has been extended already, and may be only once."), number=number(request_id)
        )
    later = usual + timedelta(days=min(max(days, 1), EXTENSION))
    privacy.settle(conn, request.id, due_at=later, reply_by=later)
    _tell_person(conn, request, now, f"{privacy.FAREWELL}{request.id}:longer")
    return privacy.get(conn, request.id)


def withdraw(conn: Connection, registry: Registry, now: datetime, person_id: int) -> Any:
    """At once: nobody has to agree to it. The office learns of it; what was sent stays, for the law asks for that."""
    request = make(conn, registry, now, person_id, "withdraw")
    privacy.withdraw(conn, person_id)
    privacy.settle(conn, request.id, state="done", answered_at=now)
    return request


def erase(conn: Connection, person_id: int, now: datetime) -> None:
    """All that names them goes, but for the proofs of consent, which the law wants kept. Raises `NotAnswered`."""
    still = privacy.open_cases(conn, person_id, sorted(status.OPEN))
    if still:
        sentence = N_("They still have open cases: {codes}. These must be answered or handed over first.")
        raise NotAnswered(sentence, codes=", ".join(still[:10]))
    for case in rows.of_reporter(conn, person_id):
        retention.anonymise(conn, case, now, None)
    for account in accounts.of_person(conn, person_id):
        updates.forget_answers(conn, account.channel, account.bot, account.user)
    privacy.withdraw(conn, person_id)
    privacy.erase(conn, person_id, words_for("vi")(NOBODY), now)
