"""The machine and the program: disk, key, clock, forms, catalogs, backup, letters, timed work."""

from __future__ import annotations

import gettext
import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, make_url, select

from bot.checks import Finding, Look
from handlers.clock import day, stamp, today
from handlers.words import LANGUAGES
from locales import __file__ as _locales
from storage import calendar, outbox, privacy
from storage.cases import OPEN
from storage.models.cases import case
from storage.models.letters import update

ROOM = 500 * 2**20
SHARE = 0.1
OLD = timedelta(days=2)
STUCK = timedelta(hours=1)
LATE = timedelta(days=30)
AHEAD = timedelta(minutes=2)


def check(look: Look) -> list[Finding]:
    """Everything about the machine and the program."""
    return [*_disk(look), *_key(look), *_clock(look), *_program(look), *_work(look), *_backup(look)]


def _disk(look: Look) -> Iterator[Finding]:
    _ = look.words
    places = {Path(look.settings.media_dir).resolve()}
    url = make_url(look.settings.database_url)
    if url.get_backend_name() == "sqlite":
        places.add(Path(url.database or "").resolve().parent)
    for place in sorted(places):
        there = next(path for path in (place, *place.parents) if path.exists())
        use = shutil.disk_usage(there)
        if use.free < ROOM or use.free < SHARE * use.total:
            yield Finding(
                "disk",
                "error" if use.free < ROOM else "warning",
                _("The disk of {place} is filling: {free} MB are free.").format(place=there, free=use.free // 2**20),
                _("Delete what is not needed, move old backups elsewhere, or add a larger disk."),
            )


def _key(look: Look) -> Iterator[Finding]:
    _, path = look.words, look.settings.key_file
    if path is not None and os.name == "posix" and path.exists() and path.stat().st_mode & 0o077:
        yield Finding(
            "key",
            "warning",
            _("Others on this machine can read the key {path}.").format(path=path),
            _("Run: chmod 600 {path}").format(path=path),
        )


def _clock(look: Look) -> Iterator[Finding]:
    _, newest = look.words, look.conn.execute(select(func.max(update.c.at))).scalar()
    if newest is not None and newest > look.now + AHEAD:
        yield clock_off(look, newest - look.now)


def clock_off(look: Look, by: timedelta) -> Finding:
    """The machine's clock is wrong by so much (it is behind where positive)."""
    minutes = round(by.total_seconds() / 60)
    _ = look.words
    lead = (
        _("The clock of this machine is {n} minutes behind.")
        if minutes >= 0
        else _("The clock of this machine is {n} minutes ahead.")
    )
    return Finding(
        "clock",
        "error",
        lead.format(n=abs(minutes)),
        _("Let the system set its time by itself (timedatectl set-ntp true; on Windows: Settings, Time)."),
    )


def _program(look: Look) -> Iterator[Finding]:
    _ = look.words
    year = today(look.now).year
    if not calendar.knows(look.conn, range(year, year + 2)):
        yield Finding("calendar", "warning", _("Next year's holidays are not known yet."), _("Run: danvan migrate"))
    for lang in LANGUAGES:
        broken = _catalog(lang)
        if broken:
            yield Finding(
                "catalog",
                "error",
                _("The words in “{lang}” cannot be read: {why}.").format(lang=lang, why=broken),
                _("Install the program anew."),
            )


def _catalog(lang: str) -> str:
    """What is wrong with a language's words; nothing when they load and there are some."""
    try:
        found = gettext.translation("danvan", Path(_locales).parent, [lang])
    except (OSError, ValueError, UnicodeDecodeError) as error:
        return type(error).__name__
    return "" if found.gettext("Main menu") and found.info() else "empty"


def _work(look: Look) -> Iterator[Finding]:
    _ = look.words
    stuck = outbox.stuck(look.conn, look.now - STUCK)
    if stuck:
        yield Finding(
            "stuck",
            "error",
            _.n("One letter could not be sent.", "{n} letters could not be sent.", len(stuck)),
            _("See which and why: danvan stuck. Then send again: danvan resend NUMBER"),
        )
    late = select(func.count()).where(case.c.state.in_(OPEN), case.c.due_at < look.now - LATE)
    count = int(look.conn.execute(late).scalar_one())
    if count:
        yield Finding(
            "overdue",
            "warning",
            _.n(
                "One petition is overdue by more than thirty days.",
                "{n} petitions are overdue by more than thirty days.",
                count,
            ),
            _("Their departments find them in the list of overdue work."),
        )
    ran = outbox.last_run(look.conn, "daily")
    if look.settings.mode == "live" and (ran is None or look.now - ran > OLD):
        yield Finding(
            "daily",
            "error",
            _("The daily work last ran on {time}: is the server running?").format(time=stamp(ran))
            if ran
            else _("The daily work has never run: is the server running?"),
            _("Start it: danvan run (on a server: systemctl start danvan)"),
        )
    requests = privacy.late(look.conn, look.now)
    if requests:
        yield Finding(
            "data",
            "error",
            _.n(
                "One request about personal data is late.", "{n} requests about personal data are late.", len(requests)
            ),
            _("See them: danvan data list. Answer: danvan data answer NUMBER"),
        )


def _backup(look: Look) -> Iterator[Finding]:
    _, last = look.words, outbox.last_run(look.conn, "backup")
    if last is None or look.now - last > OLD:
        yield Finding(
            "backup",
            "error",
            _("The last backup is of {day}.").format(day=day(last)) if last else _("There is no backup yet."),
            _("Make one: danvan backup. Let it run every night (see docs)."),
        )
