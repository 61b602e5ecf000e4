"""One update, one unit of work: who speaks, the handler, the answer, all in one transaction. Runs in the writer's thread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bot import guard
from bot.answers import pack, unpack
from bot.channels import web_own
from bot.state import State
from handlers import dispatch, facts, identity
from handlers.clock import today
from handlers.messages import Address, Incoming, Outgoing
from handlers.turn import Turn
from handlers.words import DEFAULT, LANGUAGES, Words, words_for
from storage import accounts, counters, drafts, updates
from storage import web as web_rows
from storage.updates import Found

SAY_AGAIN = timedelta(seconds=30)
USED = timedelta(hours=12)  # how exactly it is known which account a person used last: letters go there
FRAGMENTS = timedelta(hours=1)  # what was said so shortly before a denunciation may be part of it


@dataclass(frozen=True, slots=True)
class Done:
    """What came of an update. `repeat`: it was here before, `out` is what of its answer is still unsaid."""

    out: list[Outgoing]
    words: Words
    repeat: bool = False
    letters: bool = False
    purge: bool = False
    reload: bool = False


def run(conn: Connection, state: State, incoming: Incoming, now: datetime, *, numbered: bool) -> Done:
    """Handle an ordinary update. Raises what the handler raises; nothing is kept then."""
    found = updates.find(conn, incoming.channel, incoming.bot, incoming.user, incoming.key)
    before = found if found is not None else updates.seen(conn, incoming.channel, incoming.bot, incoming.key)
    words = _words(state, found, incoming)
    if before is not None and before.seen is not None:
        return Done(unpack(before.answer), words, repeat=True)
    turn = Turn(conn, now, incoming, state.registry, state.forms, words, account=found, numbered=numbered)
    turn.web = state.web
    turn.person = state.registry.people.get(found.person_id) if found is not None else None
    out = dispatch.handle(turn)
    if found is not None and now - found.used_at > USED:
        accounts.change(conn, found.id, used_at=now)
    if incoming.channel == "web" and turn.person is not None and _agreed(found):
        web_own.keep(conn, incoming, turn.person.name, now)  # judged by now, so its own page may show it again
    _offer(turn, out)
    answer = pack(out)
    updates.put(conn, incoming.channel, incoming.bot, incoming.key, now, answer, now + SAY_AGAIN if answer else None)
    return Done(out, turn.words, letters=turn.letters, reload=turn.reload, purge=turn.purge)


def _agreed(found: Found | None) -> bool:
    """Of those who have not agreed to the consent text nothing is kept."""
    return found is not None and found.consent == facts.consent().version


def _offer(turn: Turn, out: list[Outgoing]) -> None:
    """Where nothing can be tapped: remember what was last offered, so that a number or its words choose it."""
    if not turn.numbered or turn.account is None:
        return
    mine = [message for message in out if message.to == turn.private and message.buttons]
    buttons = [b for line in mine[-1].buttons for b in line if not b.data.startswith("q:")] if mine else []
    offered = [[b.label, b.data, bool(b.control or b.word)] for b in buttons] or None
    if offered != turn.account.offered:
        accounts.change(turn.conn, turn.account.id, offered=offered)


def _words(state: State, found: Any, incoming: Incoming) -> Words:
    person = state.registry.people.get(found.person_id) if found is not None else None
    if person is not None:
        return words_for(person.language)
    return words_for(incoming.language if incoming.language in LANGUAGES else DEFAULT)


def hold(conn: Connection, state: State, incoming: Incoming, now: datetime) -> Done:
    """It may be a denunciation: keep the hash of its key, ask, and let nothing of it reach the disk (rule 14)."""
    found = updates.find(conn, incoming.channel, incoming.bot, incoming.user, "")
    words = _words(state, found, incoming)
    draft_id = found.draft_id if found is not None and found.draft_id is not None else 0
    out = [] if incoming.group else [guard.question(incoming.address, words, draft_id)]
    return Done(out, words, repeat=not _first_time(conn, incoming, now))


def denounced(conn: Connection, state: State, incoming: Incoming, held: Incoming | None, now: datetime) -> Done:
    """It is one: a counter moves, an interview that led there is wiped; no text, account, reply or file stays."""
    found = updates.find(conn, incoming.channel, incoming.bot, incoming.user, "")
    words = _words(state, found, incoming)
    out = [guard.guidance(incoming.address, words, incoming.query)]
    if not _first_time(conn, incoming, now):
        return Done(out, words, repeat=True)
    if found is not None and (held is not None or incoming.tap == f"d:yes:{found.draft_id}"):
        _forget(conn, incoming, found, now)
    province = state.registry.province()
    if held is not None and province is not None:
        counters.add(conn, f"{today(now):%Y-%m}", province.id, "denunciation")
    return Done(out, words, purge=True)


def _forget(conn: Connection, incoming: Incoming, found: Found, now: datetime) -> None:
    """What led there: the interview (open, or put aside within the hour), and on the web what its bubbles repeated."""
    since = now - FRAGMENTS
    recent = [
        row for row in drafts.of_person(conn, found.person_id) if row.changed_at >= since or row.id == found.draft_id
    ]
    for row in recent:
        since = min(since, row.made_at)
        drafts.drop(conn, row.id)
    updates.forget_answers(conn, incoming.channel, incoming.bot, incoming.chat)
    if incoming.channel == "web":
        web_rows.forget_since(conn, incoming.chat, since)


def refused(conn: Connection, state: State, incoming: Incoming, now: datetime, *, said: bool) -> Done:
    """It holds a number or a picture of an identity card: `said` so, kindly and in private; none of it is kept."""
    text = identity.REFUSED if said else ""
    private = Address(incoming.channel, incoming.bot, incoming.user)
    return note(conn, state, incoming, now, text, to=private)


def note(
    conn: Connection, state: State, incoming: Incoming, now: datetime, text: str, *, to: Address | None = None
) -> Done:
    """Remember an update that needs no handler and say one sentence (a msgid; none: say nothing)."""
    found = updates.find(conn, incoming.channel, incoming.bot, incoming.user, incoming.key)
    words = _words(state, found, incoming)
    if (found is not None and found.seen) or updates.seen(conn, incoming.channel, incoming.bot, incoming.key):
        return Done([], words, repeat=True)
    out = [Outgoing(to=to or incoming.address, text=words(text), query=incoming.query)] if text else []
    answer = pack(out)
    updates.put(conn, incoming.channel, incoming.bot, incoming.key, now, answer, now + SAY_AGAIN if answer else None)
    return Done(out, words)


def failed(conn: Connection, state: State, incoming: Incoming, now: datetime, error: Exception) -> Done:
    """The handler made a mistake: keep the key, kind, size and error class (rule 14), never the words; apologise."""
    found = updates.find(conn, incoming.channel, incoming.bot, incoming.user, incoming.key)
    words = _words(state, found, incoming)
    kind = "tap" if incoming.tap else "event" if incoming.event else "message"
    what = f"{type(error).__name__} {kind} {len(incoming.text)}"[:80]
    sorry = words("Something went wrong on my side. What you wrote before is kept. Please try once more, or type: menu")
    out = [] if incoming.group or incoming.event else [Outgoing(to=incoming.address, text=sorry, query=incoming.query)]
    answer = pack(out)
    updates.put(
        conn, incoming.channel, incoming.bot, incoming.key, now, answer, now + SAY_AGAIN if answer else None, what
    )
    return Done(out, words)


def _first_time(conn: Connection, incoming: Incoming, now: datetime) -> bool:
    key = guard.hashed(incoming)
    if updates.seen(conn, incoming.channel, incoming.bot, key) is not None:
        return False
    updates.put(conn, incoming.channel, incoming.bot, key, now, None, None)
    return True
