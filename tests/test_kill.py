"""Killed at any moment, nothing that was acknowledged is lost and nothing is there twice (rule 2).

The program runs as people run it, in a process of its own, and is killed with SIGKILL again and again while cadres and
officials use both channels; updates are delivered again, by the messenger that got no answer and for no reason at all.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest

from tests.crash import truth
from tests.crash.people import cadre, official
from tests.crash.processes import Program, Telegram, session
from tests.crash.town import TELEGRAM_CADRES, TELEGRAM_OFFICIALS, WEB_CADRES, WEB_OFFICIALS, Town

REST = 90  # seconds in which everything must have come to rest


@contextlib.asynccontextmanager
async def town_of(url: str, folder: Path, seed: int, *, webhook: bool) -> AsyncIterator[Town]:
    """Everybody settled in, the program not yet started; nothing is left running afterwards."""
    async with session() as http:
        emulator = await Telegram.start(http)
        program = Program(url, folder, emulator.base, webhook)
        try:
            town = Town(url, program, emulator, http)
            await town.settle_in(seed)
            yield town
        finally:
            program.close()
            emulator.close()


async def live_through(town: Town, kills: int, random: Random) -> None:
    """People at work, the program killed and started again; until all is at rest."""
    ledger = town.ledger
    listening = [asyncio.create_task(phone.listen()) for phone in town.web.values()]
    listening += [asyncio.create_task(official(town.telegram[code], ledger)) for code in TELEGRAM_OFFICIALS]
    listening += [asyncio.create_task(official(town.web[code], ledger)) for code in WEB_OFFICIALS]
    phones = [*((town.telegram[code], True) for code in TELEGRAM_CADRES), *((town.web[c], False) for c in WEB_CADRES)]
    typing = [
        asyncio.create_task(cadre(phone, "ABCDEF"[place], ledger, Random(random.random()), photos=photos))
        for place, (phone, photos) in enumerate(phones)
    ]
    try:
        await town.program.start(town.http)
        for _ in range(kills):
            async with moment(town, random):
                town.program.kill()
            await deliver_again(town, random)
            await town.program.start(town.http)
        ledger.over = True
        await asyncio.gather(*typing)
        await at_rest(town)
    finally:
        for task in (*typing, *listening):
            task.cancel()
        ended = await asyncio.gather(*typing, *listening, return_exceptions=True)
    assert [error for error in ended if isinstance(error, Exception)] == []


@contextlib.asynccontextmanager
async def moment(town: Town, random: Random) -> AsyncIterator[None]:
    """When to kill: at any moment; just after something was acknowledged, or said; while nothing can be committed.

    In the last case whatever is acknowledged nevertheless is lost, and will be missed.
    """
    await asyncio.sleep(random.uniform(0.1, 1.2))
    kind = random.choice(["any", "acknowledged", "said", "held", "held"])
    if kind == "held":
        with town.held():
            await asyncio.sleep(random.uniform(0.2, 0.6))
            yield
        return
    if kind != "any":
        await just_after(town, kind, random)
    yield


async def just_after(town: Town, kind: str, random: Random) -> None:
    """The next acknowledgement, or the next call to Telegram."""
    acknowledged, calls = town.ledger.acknowledged, await town.emulator.calls()
    for _ in range(1000):
        if kind == "acknowledged" and town.ledger.acknowledged > acknowledged:
            break
        if kind == "said" and await town.emulator.calls() > calls:
            return
        await asyncio.sleep(0.001)
    await asyncio.sleep(random.uniform(0, 0.02))


async def deliver_again(town: Town, random: Random) -> None:
    """Some updates that were acknowledged long ago, or a moment ago."""
    log = await town.emulator.updates()
    again = {*random.sample(log, min(4, len(log))), *log[-2:]}
    if again:
        town.ledger.repeated += len(again)
        await town.emulator.control("again", updates=sorted(again))


async def at_rest(town: Town) -> None:
    """Every petition answered, every update taken, nothing unsaid, unsent or unfetched."""
    left: dict[str, object] = {}
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(REST):
            while left := await unrest(town):  # noqa: ASYNC110 - it happens in other processes
                await asyncio.sleep(0.3)
    assert not left, f"never came to rest: {left}\n{town.work(truth.waiting_letters)}\n{town.program.log()[-3000:]}"


async def unrest(town: Town) -> dict[str, object]:
    """What is still going on."""
    left: dict[str, object] = {"waiting": await town.emulator.waiting()}
    sent = [report.subject for mine in town.ledger.reports.values() for report in mine]
    left["unpressed"] = len(sent) - len(town.ledger.pressed)
    left["unanswered"] = sent.count("petition") - len(town.ledger.answers)
    left["rows"] = await asyncio.to_thread(town.work, truth.unfinished)
    return {name: what for name, what in left.items() if what}


async def nothing_lost_nothing_doubled(town: Town) -> None:
    """See `truth`."""
    numbers = await town.emulator.updates()
    checks = (
        truth.sound,
        lambda conn: truth.every_report_once(conn, town),
        lambda conn: truth.every_move_once(conn, town),
        lambda conn: truth.every_update_once(conn, town, numbers),
        lambda conn: truth.every_file_once(conn, town),
        lambda conn: truth.every_letter_written(conn, town),
    )
    for check in checks:
        town.work(check)
    twice = await truth.every_letter_seen(town, town.work(truth.letters_to_see))  # type: ignore[arg-type]
    thanked = await truth.every_report_thanked(town)
    assert (await town.emulator.look("state"))["violations"] == []
    ledger, starts = town.ledger, sorted(town.program.starts)
    print(  # noqa: T201 - shown with -s, and when it fails
        f"kills {town.program.kills}, reports {sum(map(len, ledger.reports.values()))}, telegram updates {len(numbers)}, "
        f"web messages {len(ledger.sent)}, delivered again on purpose {ledger.repeated}, calls cut off {ledger.unanswered}, "
        f"letters seen twice {twice}, thanks said twice {thanked}, start {starts[len(starts) // 2]:.2f} s "
        f"({starts[0]:.2f} to {starts[-1]:.2f})"
    )


async def lived_through(url: str, folder: Path, seed: int, kills: int, *, webhook: bool) -> None:
    """The whole story."""
    async with town_of(url, folder, seed, webhook=webhook) as town:
        await live_through(town, kills, Random(seed))
        assert town.program.kills == kills
        assert await town.program.stop() == 0
        await nothing_lost_nothing_doubled(town)


@pytest.mark.slow
async def test_killed_twenty_times(sqlite_url: str, tmp_path: Path) -> None:
    """SQLite, Telegram by webhook."""
    await lived_through(sqlite_url, tmp_path, 20, 20, webhook=True)


@pytest.mark.slow
@pytest.mark.parametrize("webhook", [False, True], ids=["polling", "webhook"])
async def test_killed_on_postgresql(postgres_url: str, tmp_path: Path, webhook: bool) -> None:
    """The same on PostgreSQL, where updates are committed side by side."""
    await lived_through(postgres_url, tmp_path, 5 + webhook, 5, webhook=webhook)
