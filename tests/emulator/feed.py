"""How updates reach a bot: getUpdates with its offset, or the webhook with its order and its patience."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import aiohttp

from tests.emulator.state import BotAccount, Refusal

if TYPE_CHECKING:
    from tests.emulator.world import World

Json = dict[str, Any]
DEFAULT_KINDS = ("message", "edited_message", "callback_query", "my_chat_member")
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 0.25  # seconds; Telegram's own go from 2 to about 120
SAME_OFFSET_HELD, SAME_OFFSET_SLOWED = 3.0, 0.5


@dataclass
class Poll:
    """The last getUpdates of a bot."""

    offset: int | None = None
    begun: float = -10.0
    ended: float = -10.0
    running: asyncio.Future[None] | None = None


@dataclass
class Lane:
    """One queue of the webhook: the next update goes only when the one before it has been accepted."""

    waiting: deque[Json] = field(default_factory=deque)
    task: asyncio.Task[None] | None = None


class Feed:
    """All bots' updates."""

    def __init__(self, api: World) -> None:
        self._api = api
        self._polls: dict[int, Poll] = {}
        self._lanes: dict[tuple[int, str], Lane] = {}
        self._session: aiohttp.ClientSession | None = None
        self.refusals: list[int] = []  # statuses the webhook answered that are not 2xx; 0 for a broken connection

    def add(self, bot: BotAccount, kind: str, body: Json) -> int:
        """A new update; 0 when the bot has not subscribed to its kind."""
        if kind not in (bot.allowed or DEFAULT_KINDS):
            return 0
        number, bot.next_update = bot.next_update, bot.next_update + 1
        bot.log[number] = {"update_id": number, kind: body}
        self.again(bot, number)
        return number

    def again(self, bot: BotAccount, number: int) -> None:
        """Delivers an update (once more)."""
        update = bot.log[number]
        bot.updates.append(update)
        bot.updates = deque(sorted(bot.updates, key=lambda u: u["update_id"]))
        if bot.webhook:
            self._enqueue(bot, update)
        self._api.notice()

    def webhook_changed(self, bot: BotAccount) -> None:
        """What waits goes to the new address, or waits for getUpdates."""
        for key in [key for key in self._lanes if key[0] == bot.id]:
            lane = self._lanes.pop(key)
            if lane.task:
                lane.task.cancel()
        if bot.webhook:
            for update in list(bot.updates):
                self._enqueue(bot, update)
        self._api.notice()

    async def close(self) -> None:
        tasks = [lane.task for lane in self._lanes.values() if lane.task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._session:
            await self._session.close()

    # Long polling.

    async def poll(self, bot: BotAccount, wanted: Json) -> list[Json]:
        """Confirms everything below the offset, then waits for something to give."""
        if bot.webhook:
            raise Refusal(
                409,
                "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first",
            )
        poll = self._polls.setdefault(bot.id, Poll())
        if poll.running and not poll.running.done():
            poll.running.set_exception(
                Refusal(
                    409,
                    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
                )
            )
        ended = poll.running = asyncio.get_running_loop().create_future()
        if "allowed_updates" in wanted:
            bot.allowed = wanted["allowed_updates"] or None
        limit, seconds = self._same_offset(poll, wanted)
        self._confirm(bot, wanted.get("offset", 0))
        self._api.notice()
        try:
            return await self._wait(bot, ended, limit, seconds)
        finally:
            poll.ended = self._clock()
            if not ended.done():
                ended.cancel()

    def _same_offset(self, poll: Poll, wanted: Json) -> tuple[int, float]:
        now, offset = self._clock(), wanted.get("offset", 0)
        limit = min(max(wanted.get("limit", 100), 1), 100)
        seconds = float(min(max(wanted.get("timeout", 0), 0), 50))
        if offset == poll.offset:
            if now < poll.begun + SAME_OFFSET_HELD:
                seconds = max(seconds, SAME_OFFSET_HELD)
            if now < poll.ended + SAME_OFFSET_SLOWED:
                limit = 1
        poll.offset, poll.begun = offset, now
        return limit, seconds

    @staticmethod
    def _confirm(bot: BotAccount, offset: int) -> None:
        if offset < 0:
            while len(bot.updates) > -offset:
                bot.updates.popleft()
        while bot.updates and bot.updates[0]["update_id"] < offset:
            bot.updates.popleft()

    async def _wait(self, bot: BotAccount, ended: asyncio.Future[None], limit: int, seconds: float) -> list[Json]:
        until = self._clock() + seconds
        while not bot.updates and (left := until - self._clock()) > 0:
            changed = asyncio.ensure_future(self._api.change.wait())
            await asyncio.wait((changed, ended), timeout=left, return_when=asyncio.FIRST_COMPLETED)
            changed.cancel()
            if ended.done():
                ended.result()
        return list(bot.updates)[:limit]

    # Webhook.

    def _enqueue(self, bot: BotAccount, update: Json) -> None:
        lane = self._lanes.setdefault((bot.id, _lane_of(update)), Lane())
        lane.waiting.append(update)
        if lane.task is None or lane.task.done():
            lane.task = asyncio.ensure_future(self._run(bot, lane))

    async def _run(self, bot: BotAccount, lane: Lane) -> None:
        pause = FIRST_PAUSE
        while lane.waiting:
            update = lane.waiting[0]
            asked = await self._deliver(bot, update)
            if asked is None:
                lane.waiting.popleft()
                if update in bot.updates:
                    bot.updates.remove(update)
                self._api.notice()
                pause = FIRST_PAUSE
            else:
                await asyncio.sleep(min(asked or pause, LONGEST_PAUSE))
                pause = min(pause * 2, LONGEST_PAUSE)

    async def _deliver(self, bot: BotAccount, update: Json) -> float | None:
        """None when accepted, else the seconds the bot asked us to wait (0: it did not say)."""
        headers = (
            {"X-Telegram-Bot-Api-Secret-Token": bot.webhook["secret_token"]} if "secret_token" in bot.webhook else {}
        )
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60))
        try:
            async with self._session.post(bot.webhook["url"], json=update, headers=headers) as answer:
                if not 200 <= answer.status < 300:
                    self.refusals.append(answer.status)
                    return float(answer.headers.get("Retry-After", 0) or 0)
                body = await answer.read()
        except (aiohttp.ClientError, TimeoutError, OSError):
            self.refusals.append(0)
            return 0.0
        if body:
            await self._api.inline(bot, json.loads(body))
        return None

    @staticmethod
    def _clock() -> float:
        return asyncio.get_running_loop().time()


def _lane_of(update: Json) -> str:
    """Messages by chat; presses by person, membership by chat, each in queues of their own."""
    if press := update.get("callback_query"):
        return f"press {press['from']['id']}"
    kind = next(kind for kind in update if kind != "update_id")
    group = "member" if kind == "my_chat_member" else "message"
    return f"{group} {update[kind]['chat']['id']}"
