"""Long polling: ask, hand every update to the program, and only after all are committed ask for the next.

Telegram counts an update as delivered once a larger `offset` is asked for, so the offset is the acknowledgement.
"""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from bot.channels import NotStored
from bot.channels.telegram_request import Failed
from bot.channels.telegram_updates import ALLOWED, order_key

Json = dict[str, Any]
Call = Callable[[str, Json, float], Awaitable[Any]]  # method, parameters, seconds to wait beyond the network's own

LIMIT = 100  # updates in one answer, Telegram's most
TRIES = 5  # how often an update that breaks the program is tried before it is passed over
SLOWEST = 60.0

_log = structlog.get_logger(__name__)


class Polling:
    """One bot's loop. `take` receives one raw update and raises `NotStored` when it was not kept.

    `wait` is the long poll in whole seconds (Telegram cuts it to 50), `pause` the first pause after a failure; pauses double.
    """

    def __init__(
        self, bot: str, call: Call, take: Callable[[Json], Awaitable[None]], *, wait: int = 50, pause: float = 1.0
    ) -> None:
        self._bot = bot
        self._call = call
        self._take = take
        self._wait = wait
        self._pause = pause
        self._offset = 0
        self._told = 0  # the offset Telegram last heard
        self._broken: dict[int, int] = {}
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Until `stop`. Never raises: whatever goes wrong is waited out, and logged when it begins."""
        stopping = asyncio.ensure_future(self._stopping.wait())
        pause, trouble = self._pause, ""
        try:
            while not self._stopping.is_set():
                try:
                    updates = await self._ask(stopping)
                    await self._handle(updates)
                except Exception as error:  # noqa: BLE001 - nothing may end this loop but `stop`
                    trouble = await self._trouble(error, trouble)
                    await self._sleep(_longer(error, pause))
                    pause = min(pause * 2, SLOWEST)
                else:
                    pause, trouble = self._pause, self._well(trouble)
            await self._confirm()
        finally:
            stopping.cancel()

    def stop(self) -> None:
        """No more updates; the ones being handled are finished, then `run` returns."""
        self._stopping.set()

    async def _ask(self, stopping: asyncio.Future[Any]) -> list[Json]:
        """One getUpdates, given up as soon as we stop: what it would have brought is not confirmed and comes again."""
        self._told = self._offset
        wanted = {"offset": self._offset, "limit": LIMIT, "timeout": self._wait, "allowed_updates": list(ALLOWED)}
        asking = asyncio.ensure_future(self._call("getUpdates", wanted, self._wait))
        try:
            await asyncio.wait((asking, stopping), return_when=asyncio.FIRST_COMPLETED)
            if not asking.done():
                return []
            updates = asking.result()
        finally:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
        if not isinstance(updates, list):
            raise Failed(0, "getUpdates answered no list")
        return updates

    async def _handle(self, updates: list[Json]) -> None:
        """Chats in parallel, the updates of one chat in order; the offset rises only when every one is kept."""
        lanes: dict[str, list[Json]] = {}
        for update in updates:
            lanes.setdefault(order_key(update), []).append(update)
        results = await asyncio.gather(*map(self._lane, lanes.values()), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result
        if updates:
            self._offset = updates[-1]["update_id"] + 1
            self._broken.clear()

    async def _lane(self, updates: list[Json]) -> None:
        for update in updates:
            try:
                await self._take(update)
            except NotStored:
                raise
            except Exception as error:
                tries = self._broken[update["update_id"]] = self._broken.get(update["update_id"], 0) + 1
                _log.error("telegram.update_failed", bot=self._bot, tries=tries, error=where(error))
                if tries < TRIES:
                    raise NotStored from error

    async def _trouble(self, error: Exception, before: str) -> str:
        kind = f"{error.code} {error.description}" if isinstance(error, Failed) else where(error)
        if kind != before:
            _log.warning("telegram.polling_waits", bot=self._bot, error=kind)
        if isinstance(error, Failed) and error.code == 409 and "webhook" in error.description:
            try:
                await self._call("deleteWebhook", {}, 0)
            except Failed:
                _log.debug("telegram.webhook_still_set", bot=self._bot)
        return kind

    def _well(self, trouble: str) -> str:
        if trouble:
            _log.info("telegram.polling_again", bot=self._bot)
        return ""

    async def _sleep(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            pass

    async def _confirm(self) -> None:
        """Tells Telegram what is done, so that a restart need not hear it again; a repeat would change nothing."""
        if self._offset > self._told:
            try:
                await self._call("getUpdates", {"offset": self._offset, "limit": 1, "timeout": 0}, 0)
            except Failed:
                _log.debug("telegram.not_confirmed", bot=self._bot)


def where(error: BaseException) -> str:
    """Kind and place of a failure; never its message, which may hold a person's words."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__} {frames[-1].filename}:{frames[-1].lineno}" if frames else type(error).__name__


def _longer(error: Exception, pause: float) -> float:
    """Telegram's own wish, when it has one."""
    wish = float(error.parameters.get("retry_after", 0)) if isinstance(error, Failed) else 0.0
    return max(wish, pause)
