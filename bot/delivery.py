"""Letters to others: claim, commit, send, record (rules 3 and 4). What fails is named, retried, ended, and told to a human."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import structlog
from sqlalchemy import Connection

from bot import metrics, outcome
from bot.channels import Channel, Sent, errors
from bot.channels.render import fit
from handlers import letters
from handlers.cards import View
from handlers.messages import Address, Outgoing
from handlers.words import DEFAULT, Words, words_for
from storage import accounts, groups, outbox

if TYPE_CHECKING:
    from bot.app import App

log = structlog.get_logger(__name__)


class Plan(NamedTuple):
    """A letter with its words and where it goes; `message` none: nothing to say, `trouble` says why not."""

    letter: Any
    to: Address | None
    message: Outgoing | None
    words: Words
    trouble: str = ""


class Delivery:
    """One per process. In trial mode every letter goes, marked, to one person of the roster and nowhere else (rule 11)."""

    def __init__(self, app: App, *, trial_to: str | None) -> None:
        self._app = app
        self._trial_to = trial_to
        self._last_sent: dict[Address, float] = {}

    async def run(self) -> int:
        """Send what is due; returns how many letters were taken."""
        taken = 0
        while plans := await self._app.db.write(self._claim):
            taken += len(plans)
            await self._send_all(plans)
        return taken

    def _claim(self, conn: Connection) -> list[Plan]:
        return [self._plan(conn, row) for row in outbox.claim(conn, self._app.clock())]

    async def _send_all(self, plans: list[Plan]) -> None:
        """Chats in parallel, one chat's letters in order and at its pace."""
        by_chat: dict[Address | None, list[Plan]] = defaultdict(list)
        for plan in plans:
            by_chat[plan.to].append(plan)
        await asyncio.gather(*(self._send_in_order(mine) for mine in by_chat.values()))

    async def _send_in_order(self, plans: list[Plan]) -> None:
        for plan in plans:
            await self._send_one(plan)

    async def _send_one(self, plan: Plan) -> None:
        channel = self._app.channels.get((plan.to.channel, plan.to.bot)) if plan.to else None
        if plan.message is None or channel is None or plan.to is None:
            await self._record(plan, outcome.nothing(plan.trouble))
            return
        if plan.letter.edits and not channel.limits.edit:
            await self._record(plan, outcome.nothing(""))
            return
        await self._pace(plan.to, channel, group=plan.letter.group_id is not None)
        try:
            sent = await self._send(channel, plan.message, plan)
        except errors.SendError as error:
            log.info("letter_failed", letter=plan.letter.id, template=plan.letter.template, error=error.code)
            await self._record(plan, outcome.of_error(error, plan.letter, self._app.clock()), error)
        else:
            await self._record(plan, outcome.sent(sent, plan.to, self._app.clock()))

    async def _send(self, channel: Channel, message: Outgoing, plan: Plan) -> Sent:
        sent = Sent("")
        for piece in fit(message, channel.limits, plan.words):
            sent = await channel.send(piece, letter=plan.letter.id)
        return sent

    async def _pace(self, to: Address, channel: Channel, *, group: bool) -> None:
        pace = channel.limits.group_pace if group else channel.limits.pace
        loop = asyncio.get_running_loop()
        wait = self._last_sent.get(to, 0.0) + pace - loop.time()
        if wait > 0:
            await asyncio.sleep(wait)
        if len(self._last_sent) > 10_000:
            self._last_sent.clear()
        self._last_sent[to] = loop.time()

    async def _record(self, plan: Plan, result: outcome.Result, error: errors.SendError | None = None) -> None:
        metrics.SENT.labels(plan.to.channel if plan.to else "none", result.values["state"]).inc()
        now, registry = self._app.clock(), self._app.state.registry

        def work(conn: Connection) -> bool:
            outbox.settle(conn, plan.letter.id, **result.values)
            return outcome.follow_up(conn, registry, plan.letter, plan.to, result, error, now)

        if await self._app.db.write(work):
            self._app.letters_due.set()

    def _plan(self, conn: Connection, letter: Any) -> Plan:
        registry = self._app.state.registry
        person = registry.people.get(letter.person_id or -1)
        words = words_for(person.language if person else DEFAULT)
        to, edit, trouble = self._where(conn, letter)
        if to is None:
            return Plan(letter, None, None, words, trouble)
        message = letters.compose(View(conn, registry, words, self._app.clock()), letter, to, edit=edit)
        if message is not None and self._trial_to is not None:
            message = replace(message, text=self._trial_mark(letter, words) + message.text)
        return Plan(letter, to, message, words)

    def _where(self, conn: Connection, letter: Any) -> tuple[Address | None, str, str]:
        if letter.edits:
            shown = outbox.get(conn, letter.edits)
            if shown is None or not shown.external or (self._trial_to is None and shown.chat is None):
                return None, "", ""
            return Address(shown.channel, shown.bot, shown.chat), shown.external, ""
        if self._trial_to is not None:
            return self._of_person(conn, self._trial_person())
        if letter.group_id is not None:
            group = groups.get(conn, letter.group_id)
            if group is None or group.gone_at is not None:
                return None, "", "group_gone"
            return Address(group.channel, group.bot, group.chat), "", ""
        return self._of_person(conn, letter.person_id)

    def _of_person(self, conn: Connection, person_id: int | None) -> tuple[Address | None, str, str]:
        """The account last used, of those that can be reached."""
        for account in accounts.of_person(conn, person_id) if person_id is not None else ():
            if account.stopped is None and (account.channel, account.bot) in self._app.channels:
                return Address(account.channel, account.bot, account.user), "", ""
        return None, "", "no_account"

    def _trial_person(self) -> int | None:
        people = self._app.state.registry.people.values()
        return next((p.id for p in people if self._trial_to in (p.code, p.phone)), None)

    def _trial_mark(self, letter: Any, words: Words) -> str:
        person = self._app.state.registry.people.get(letter.person_id or -1)
        whom = person.name if person is not None else words("a group")
        return "🧪 " + words("TRIAL. In live use this would go to: {whom}").format(whom=whom) + "\n\n"


def report(conn: Connection, now: datetime, admins: list[int]) -> int:
    """Once a day: tell administrators how many letters are stuck. Returns how many letters that queues."""
    found = outbox.stuck(conn, now - timedelta(hours=6))
    if not found:
        return 0
    rows = [
        {"dedupe": f"stuck:{now:%Y-%m-%d}:p{who}", "template": "stuck", "person_id": who, "params": {"n": len(found)}}
        for who in admins
    ]
    return outbox.put(conn, now, rows)
