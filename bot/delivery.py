"""Letters to others: claim, commit, send, record (rules 3 and 4). What fails is named, retried, ended, and told to a human."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot import metrics, outcome
from bot.channels import Channel, Sent, errors
from bot.channels.render import fit
from bot.lanes import Lanes
from handlers import letters
from handlers.cards import View
from handlers.messages import Address, Outgoing
from handlers.people import normal_phone
from handlers.post import refresh
from handlers.words import DEFAULT, Words, words_for
from storage import accounts, cases, groups, outbox, web

if TYPE_CHECKING:
    from bot.app import App

log = structlog.get_logger(__name__)
AT_ONCE = 20  # letters of one claim: to one group, at its pace, they are out before the claim runs out


class Plan(NamedTuple):
    """A letter with its words and where it goes; `message` none: nothing to say, `trouble` says why not.

    `shows` is the version of the case as a card's words have it; `error` is our own mistake while making the words.
    """

    letter: Any
    to: Address | None
    message: Outgoing | None
    words: Words
    trouble: str = ""
    shows: int = 0
    error: errors.SendError | None = None


class Delivery:
    """One per process. In trial mode every letter goes, marked, to one person of the roster and nowhere else (rule 11)."""

    def __init__(self, app: App, *, trial_to: str | None) -> None:
        self._app = app
        self._trial_to = trial_to
        self._last_sent: dict[Address, float] = {}
        self._lanes = Lanes(self._send_one)

    async def recover(self) -> None:
        """At a start, before anything is sent: what a program that died had claimed is due now, without waiting.

        A summary it may have sent is not sent again; an administrator is told (rule 2).
        """
        now, registry, unknown = self._app.clock(), self._app.state.registry, errors.OutcomeUnknown()
        if self._trial_to is not None and self._trial_person() is None:
            log.warning("trial_to_is_nobody", hint="DANVAN_TRIAL_TO is neither a code nor a phone of the roster")

        def work(conn: Connection) -> None:
            outbox.free(conn, now)
            for letter in outbox.interrupted(conn):
                result = outcome.of_error(unknown, letter, now)
                outbox.settle(conn, letter.id, **result.values)
                outcome.follow_up(conn, registry, letter, None, result, unknown, now)

        await self._app.db.write(work)

    async def run(self) -> int:
        """Send what is due until all is sent; returns how many letters were taken.

        Chats side by side, one chat's letters in order and at its pace; nobody waits for another's pace, so more is
        claimed while some are on their way.
        """
        taken, lanes = 0, self._lanes
        try:
            while True:
                self._app.letters_due.clear()
                plans = await self._app.db.write(self._claim) if lanes.room else []
                taken += len(plans)
                lanes.add(plans)
                if not plans and not lanes.tasks:
                    return taken
                if not plans or not lanes.room:
                    await lanes.wait(self._app.letters_due)
        except asyncio.CancelledError:
            await lanes.stop()
            raise

    def _claim(self, conn: Connection) -> list[Plan]:
        people, groups_ = self._lanes.busy()
        return [self._plan(conn, row) for row in outbox.claim(conn, self._app.clock(), AT_ONCE, people, groups_)]

    async def _send_one(self, plan: Plan) -> None:
        if plan.error is not None:
            await self._record(plan, outcome.of_error(plan.error, plan.letter, self._app.clock()), plan.error)
            return
        channel = self._app.channels.get((plan.to.channel, plan.to.bot)) if plan.to else None
        if plan.message is None or channel is None or plan.to is None:
            unserved = plan.message is not None and not plan.letter.edits  # its bot is no longer among the settings
            await self._record(plan, outcome.nothing("no_channel" if unserved else plan.trouble))
            return
        if plan.letter.edits and not channel.limits.edit:
            await self._record(plan, outcome.nothing(""))
            return
        await self._pace(plan.to, channel, group=plan.letter.group_id is not None)
        if outcome.once(plan.letter):
            await self._app.db.write(lambda conn: outbox.sending(conn, plan.letter.id))
        try:
            sent = await self._send(channel, plan.message, plan)
        except errors.SendError as error:
            log.info("letter_failed", letter=plan.letter.id, template=plan.letter.template, error=error.code)
            await self._record(plan, outcome.of_error(error, plan.letter, self._app.clock()), error)
        else:
            await self._record(plan, outcome.sent(sent, plan.to, self._app.clock()))

    async def _send(self, channel: Channel, message: Outgoing, plan: Plan) -> Sent:
        """Piece by piece. Raises `SendError` and nothing else: our own mistake ends like every other failure."""
        sent: Sent | None = None
        try:
            for piece in fit(message, channel.limits, plan.words):
                sent = await channel.send(piece, letter=plan.letter.id)
        except Exception as error:
            named = isinstance(error, errors.SendError)
            if not named:
                log.error("letter_failed", letter=plan.letter.id, error=type(error).__name__)
            if outcome.once(plan.letter) and (sent is not None or not named):
                raise errors.OutcomeUnknown("in part") from error  # its beginning may stand there already
            if named:
                raise
            raise errors.SendError from error
        return sent or Sent("")

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
            values = result.values
            if values["state"] == "handed" and web.has_all_of(conn, plan.letter.id):
                values = values | {"state": "sent", "sent_at": now}  # a page was quicker than this record
            outbox.settle(conn, plan.letter.id, **values)
            outdated = self._outdated(conn, plan, now)
            return outcome.follow_up(conn, registry, plan.letter, plan.to, result, error, now) or outdated

        if await self._app.db.write(work):
            self._app.letters_due.set()

    @staticmethod
    def _outdated(conn: Connection, plan: Plan, now: datetime) -> bool:
        """A card whose case moved while it was on its way: that move did not know of it, so it is refreshed now."""
        case = cases.locked(conn, plan.letter.case_id) if plan.shows and not plan.letter.edits else None
        return (
            case is not None and case.version != plan.shows and outbox.put(conn, now, [refresh(plan.letter, case)]) > 0
        )

    def _plan(self, conn: Connection, letter: Any) -> Plan:
        registry = self._app.state.registry
        person = registry.people.get(letter.person_id or -1)
        words = words_for(person.language if person else DEFAULT)
        to, edit, trouble = self._where(conn, letter)
        if to is None:
            return Plan(letter, None, None, words, trouble)
        try:
            message = letters.compose(View(conn, registry, words, self._app.clock()), letter, to, edit=edit)
        except SQLAlchemyError:
            raise  # the transaction is spoilt: all of this claim is tried again
        except Exception as error:  # noqa: BLE001 - one letter that cannot be made must not hold up all others
            log.error("letter_unmade", letter=letter.id, template=letter.template, error=type(error).__name__)
            return Plan(letter, to, None, words, error=errors.SendError())
        if message is not None and self._trial_to is not None:
            message = replace(message, text=self._trial_mark(letter, words) + message.text)
        case = cases.get(conn, letter.case_id) if letter.template == "card" else None
        return Plan(letter, to, message, words, shows=case.version if case is not None else 0)

    def _where(self, conn: Connection, letter: Any) -> tuple[Address | None, str, str]:
        if letter.edits:
            shown = outbox.get(conn, letter.edits)
            if shown is None or not shown.external or not self._is_still_theirs(conn, letter, shown):
                return None, "", ""
            return Address(shown.channel, shown.bot, shown.chat), shown.external, ""
        if self._trial_to is not None:
            return self._of_person(conn, self._trial_person())
        if letter.group_id is not None:
            group = groups.get(conn, letter.group_id)
            if group is None or group.gone_at is not None:
                return None, "", "group_gone"
            return Address(group.channel, group.bot, group.chat), "", ""
        return self._of_person(conn, letter.person_id, agreed=letter.template != "data_answer")

    def _is_still_theirs(self, conn: Connection, letter: Any, shown: Any) -> bool:
        """May the message of a shown card be changed? Not in a real chat during a trial, nor after the chat changed hands."""
        if letter.group_id is not None and self._trial_to is None:
            group = groups.get(conn, letter.group_id)
            return group is not None and group.gone_at is None and group.chat == shown.chat
        whose = self._trial_person() if self._trial_to is not None else letter.person_id
        account = accounts.find(conn, shown.channel, shown.bot, shown.chat)
        return account is not None and account.stopped is None and account.person_id == whose

    def _of_person(
        self, conn: Connection, person_id: int | None, *, agreed: bool = True
    ) -> tuple[Address | None, str, str]:
        """The account last used, of those that can be reached and (but for an answer about their own data) have agreed."""
        for account in accounts.of_person(conn, person_id) if person_id is not None else ():
            if (
                account.stopped is None
                and (account.consent is not None or not agreed)
                and (account.channel, account.bot) in self._app.channels
            ):
                return Address(account.channel, account.bot, account.user), "", ""
        return None, "", "no_account"

    def _trial_person(self) -> int | None:
        people, phone = self._app.state.registry.people.values(), normal_phone(self._trial_to or "")
        return next((p.id for p in people if p.code == self._trial_to or (p.phone and p.phone == phone)), None)

    def _trial_mark(self, letter: Any, words: Words) -> str:
        person = self._app.state.registry.people.get(letter.person_id or -1)
        whom = person.name if person is not None else words("a group")
        return "🧪 " + words("TRIAL. In live use this would go to: {whom}").format(whom=whom) + "\n\n"


def report(conn: Connection, now: datetime, admins: list[int]) -> int:
    """Once a day: tell administrators how many letters are stuck. Returns how many letters that queues."""
    # After a week it has been told often enough; `danvan stuck` still lists it.
    found = [row for row in outbox.stuck(conn, now - timedelta(hours=6)) if now - row.made_at < timedelta(days=7)]
    if not found:
        return 0
    rows = [
        {"dedupe": f"stuck:{now:%Y-%m-%d}:p{who}", "template": "stuck", "person_id": who, "params": {"n": len(found)}}
        for who in admins
    ]
    return outbox.put(conn, now, rows)
