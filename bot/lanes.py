"""Letters on their way: chats side by side, one chat's letters in order."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from bot.delivery import Plan
    from handlers.messages import Address

log = structlog.get_logger(__name__)
ON_THEIR_WAY = 200
LOOK_AGAIN = 2.0  # seconds
PATIENCE = 5.0


class Lanes:
    """A task for each chat's share of a claim, after what that chat was sent before. `send` sends and records one."""

    def __init__(self, send: Callable[[Plan], Awaitable[None]]) -> None:
        self._send = send
        self._last: dict[Address | None, asyncio.Task[None]] = {}
        self._stopping = False
        self.tasks: dict[asyncio.Task[None], list[Plan]] = {}

    @property
    def room(self) -> bool:
        """Whether more may be claimed."""
        return sum(map(len, self.tasks.values())) < ON_THEIR_WAY

    def busy(self) -> tuple[set[int], set[int]]:
        """The people and groups whose letters these are."""
        on_way = [plan.letter for plans in self.tasks.values() for plan in plans]
        return {row.person_id for row in on_way} - {None}, {row.group_id for row in on_way} - {None}

    def add(self, plans: list[Plan]) -> None:
        """Each chat's in order."""
        by_chat: dict[Address | None, list[Plan]] = defaultdict(list)
        for plan in plans:
            by_chat[plan.to].append(plan)
        for to, mine in by_chat.items():
            self._last[to] = task = asyncio.create_task(self._in_order(self._last.get(to), mine))
            self.tasks[task] = mine

    async def _in_order(self, before: asyncio.Task[None] | None, plans: list[Plan]) -> None:
        if before is not None:
            await asyncio.wait([before])
        for plan in plans:
            if not self._stopping:
                await self._send(plan)

    async def wait(self, kick: asyncio.Event) -> None:
        """Until a chat has had its letters, or there may be more to claim."""
        kicked = asyncio.create_task(kick.wait())
        await asyncio.wait([kicked, *self.tasks], timeout=LOOK_AGAIN, return_when=asyncio.FIRST_COMPLETED)
        kicked.cancel()
        for task in [task for task in self.tasks if task.done()]:
            del self.tasks[task]
            if (error := task.exception()) is not None:  # not a failed send, which has a name: these claims run out
                log.error("letters_failed", error=type(error).__name__)
        self._last = {to: task for to, task in self._last.items() if task in self.tasks}

    async def stop(self) -> None:
        """Each chat's present letter is finished, so that it need not go out again; the others wait for the next start."""
        self._stopping = True
        if self.tasks:
            _, late = await asyncio.wait(self.tasks, timeout=PATIENCE)
            for task in late:
                task.cancel()
