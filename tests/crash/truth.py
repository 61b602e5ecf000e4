"""What must be true after all the kills, looked at from outside: the database, Telegram's chats, what the pages heard."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from sqlalchemy import Connection, func, select, text

from storage.models import cases, letters, people, registry
from tests.crash.people import Shown
from tests.crash.town import Town

CARD_OF = {"petition": ("send", "accept", "answer"), "practice": ("send", "acknowledge")}


def unfinished(conn: Connection) -> dict[str, int]:
    """What still waits to be said, sent, fetched or kept; empty when all is at rest."""
    update, letter, file = letters.update, letters.letter, cases.file
    asked = {
        "unsaid": select(func.count()).where(update.c.next_at.is_not(None) | update.c.answer.is_not(None)),
        "letters": select(func.count()).where(
            letter.c.next_at.is_not(None) | letter.c.state.in_(("handed", "sending"))
        ),
        "files": select(func.count()).where(file.c.state.in_(("wanted", "claimed"))),
        "drafts": select(func.count()).select_from(cases.draft),
    }
    found = {name: int(conn.execute(query).scalar_one()) for name, query in asked.items()}
    return {name: number for name, number in found.items() if number}


def waiting_letters(conn: Connection) -> list[Any]:
    """Those that `unfinished` counts, for whoever has to find out why."""
    letter = letters.letter
    query = select(letter).where(letter.c.next_at.is_not(None) | letter.c.state.in_(("handed", "sending")))
    return list(conn.execute(query.limit(5)).all())


def sound(conn: Connection) -> None:
    """The database itself."""
    if conn.dialect.name == "sqlite":
        assert conn.execute(text("PRAGMA integrity_check")).scalars().all() == ["ok"]
        assert conn.execute(text("PRAGMA foreign_key_check")).all() == []


def every_report_once(conn: Connection, town: Town) -> None:
    """As many as were sent, with exactly the answers that were typed; numbered without a gap."""
    hamlets = {row.id: row.name for row in conn.execute(select(registry.unit.c.id, registry.unit.c.name))}
    query = select(cases.case, people.account.c.user).join(
        people.account, people.account.c.person_id == cases.case.c.reporter_id
    )
    found: dict[tuple[str, str], Any] = {}
    for row in conn.execute(query):
        key = (row.user, str(row.answers["story"]).rpartition(" ")[2])
        assert key not in found, f"twice: {key}"
        found[key] = row
    sent = {(user, report.mark): report for user, mine in town.ledger.reports.items() for report in mine}
    assert found.keys() == sent.keys()
    for key, report in sent.items():
        row = found[key]
        answers = dict(row.answers)
        assert hamlets[int(answers.pop("hamlet"))] == report.hamlet, key
        assert answers == report.answers, key
        report.code = row.code
    numbers = {row.prefix: row.last for row in conn.execute(select(cases.number))}
    codes = sorted(row.code for row in found.values())
    assert codes == sorted(f"{prefix}-{n:04d}" for prefix, last in numbers.items() for n in range(1, last + 1))


def every_move_once(conn: Connection, town: Town) -> None:
    """Sent, accepted, answered: one row each, with the official's words."""
    history = cases.history
    for row in conn.execute(select(cases.case.c.id, cases.case.c.subject, cases.case.c.code)).all():
        moves = conn.execute(select(history).where(history.c.case_id == row.id).order_by(history.c.id)).all()
        assert tuple(move.action for move in moves) == CARD_OF[row.subject], row.code
        if row.subject == "petition":
            assert moves[-1].words == town.ledger.answers[row.code], row.code


def every_update_once(conn: Connection, town: Town, numbers: list[int]) -> None:
    """Each has its row, none a mistake of the program, and nothing else has one."""
    update = letters.update
    rows = conn.execute(select(update.c.channel, update.c.key, update.c.failed)).all()
    assert [row for row in rows if row.failed] == []
    assert Counter(row.key for row in rows if row.channel == "telegram") == Counter(f"u{n}" for n in numbers)
    assert Counter(row.key for row in rows if row.channel == "web") == Counter(town.ledger.sent)


def every_file_once(conn: Connection, town: Town) -> None:
    """Kept, on the disk, as many as were sent with the report."""
    query = select(cases.file, cases.case.c.code).join(cases.case, cases.case.c.id == cases.file.c.case_id)
    rows = conn.execute(query).all()
    for row in rows:
        assert row.state == "kept", row
        assert (town.program.folder / "media" / row.sha256[:2] / row.sha256).stat().st_size == row.size
    wanted = {r.code: r.files for mine in town.ledger.reports.values() for r in mine if r.files}
    assert Counter(row.code for row in rows) == Counter(wanted)


def every_letter_written(conn: Connection, town: Town) -> None:
    """Exactly those that the moves cause, one per recipient; every one went out or had nothing to say any more."""
    letter, case = letters.letter, cases.case
    rows = conn.execute(select(letter, case.c.subject, case.c.code).join(case, case.c.id == letter.c.case_id)).all()
    assert len(rows) == conn.execute(select(func.count()).select_from(letter)).scalar_one()
    assert {row.state for row in rows if not row.edits} == {"sent"}
    assert {row.state for row in rows if row.edits} <= {"sent", "skipped"}
    first = [row for row in rows if not row.edits]
    told = Counter(row.code for row in first if row.template == "told")
    cards = Counter(row.code for row in first if row.template == "card")
    assert {row.template for row in first} == {"told", "card"}
    for row in conn.execute(select(case.c.code, case.c.subject, case.c.department_id)).all():
        owner = conn.execute(select(registry.department.c.code).where(registry.department.c.id == row.department_id))
        assert told[row.code] == len(CARD_OF[row.subject]) - 1, row.code
        assert cards[row.code] == (3 if owner.scalar_one() == "PKT" else 1), row.code


async def every_letter_seen(town: Town, rows: list[Any]) -> dict[str, int]:
    """On every recipient's phone: at least once, and no oftener than it was tried. Returns what was seen twice."""
    screens: dict[str, list[Shown]] = defaultdict(list)
    for phone in (*town.telegram.values(), *town.web.values()):
        for shown in await phone.screen():
            screens[shown.chat].append(shown)
    twice: Counter[str] = Counter()
    for row in rows:
        copies = [shown for shown in screens[row.chat] if not shown.own and _is(row, shown)]
        assert 1 <= len(copies) <= row.attempts, (row.channel, row.template, row.code, len(copies), row.attempts)
        if row.channel == "web" and row.template == "told":
            assert len(copies) == 1, row
        twice[f"{row.channel} {row.template}"] += len(copies) - 1
        if row.template == "card":
            live = next(shown for shown in copies if str(shown.id) == row.external)
            assert not any(tap.endswith((":accept", ":acknowledge")) for tap in live.taps), ("an old card", row.code)
    return {name: number for name, number in twice.items() if number}


def _is(row: Any, shown: Shown) -> bool:
    """Whether this message is that letter."""
    head = shown.text.partition("\n")[0]
    if row.template == "card":
        return f"{row.code} · " in head
    if row.code not in head or shown.taps != [f"f:{row.case_id}"]:  # thanks for a report have the menu as well
        return False
    return row.words in shown.text if row.words else "💬" not in head


def letters_to_see(conn: Connection) -> list[Any]:
    """With the case and the move they tell of."""
    letter, case, history = letters.letter, cases.case, cases.history
    query = (
        select(letter, case.c.code, history.c.words, history.c.action)
        .join(case, case.c.id == letter.c.case_id)
        .join(history, history.c.id == letter.c.history_id)
        .where(letter.c.edits.is_(None))
    )
    return list(conn.execute(query).all())


async def every_report_thanked(town: Town) -> int:
    """Each reporter was given the code of each report. Returns how often once more than once."""
    surplus = 0
    for phone in (*town.telegram.values(), *town.web.values()):
        screen = await phone.screen()
        for report in town.ledger.reports.get(phone.user, []):
            said = [shown for shown in screen if not shown.own and "m:menu" in shown.taps and report.code in shown.text]
            assert said, (phone.user, report.code)
            surplus += len(said) - 1
            assert len(said) <= 1 + town.program.kills, (phone.user, report.code)
    return surplus
