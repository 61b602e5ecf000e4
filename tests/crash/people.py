"""People with phones: cadres who type whole reports, officials who press and answer. None of them knows of the kills."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import re
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any, Protocol

from aiohttp import ClientError, ClientSession

from tests.conversation.world import picture
from tests.crash import scripts
from tests.crash.processes import Program, Telegram

Json = dict[str, Any]
CODE = re.compile(r"\b(?:KN|DV)-\d{4,}\b")


@dataclass
class Shown:
    """One message on a phone as it reads now; `taps` are the payloads of its buttons."""

    id: int
    chat: str
    text: str
    taps: list[str]
    own: bool = False

    @property
    def code(self) -> str:
        """Of the case a card is about; "" for anything but a card."""
        found = CODE.search(self.text.partition("\n")[0])
        return found[0] if found and any(tap.startswith("c:") for tap in self.taps) else ""


@dataclass
class Ledger:
    """What was done, to be compared with what is there. `over`: nobody begins anything new."""

    reports: dict[str, list[scripts.Report]] = field(default_factory=dict)
    begun: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    pressed: set[str] = field(default_factory=set)
    sent: set[str] = field(default_factory=set)  # keys of what the web pages sent
    acknowledged: int = 0
    repeated: int = 0
    unanswered: int = 0  # calls that a kill cut off, or met nobody
    over: bool = False


class Phone(Protocol):
    """What somebody holds in their hand."""

    user: str

    async def say(self, line: str) -> None:
        """Types a line, or sends a photo."""

    async def screen(self) -> list[Shown]:
        """The messages, oldest first."""

    async def tap(self, shown: Shown, data: str) -> None:
        """Presses a button."""


@dataclass
class TelegramPhone:
    """What is typed is kept by Telegram until the program has acknowledged it."""

    telegram: Telegram
    ledger: Ledger
    number: int
    shade: count[int] = field(default_factory=count)

    @property
    def user(self) -> str:
        return str(self.number)

    async def say(self, line: str) -> None:
        if line == scripts.PHOTO:
            await self.telegram.do(self.number, "photo", content=picture(next(self.shade)))
        else:
            await self.telegram.do(self.number, "say", text=line)

    async def screen(self) -> list[Shown]:
        return await on_screen(self.telegram, self.number)

    async def tap(self, shown: Shown, data: str) -> None:
        await self.telegram.do(self.number, "tap", message=shown.id, data=data)


async def on_screen(telegram: Telegram, chat: int) -> list[Shown]:
    """Of a private chat or a group."""
    return [
        Shown(m["id"], str(chat), m["text"], [data for row in m["buttons"] for _, data in row], not m["from_bot"])
        for m in await telegram.messages(chat)
    ]


@dataclass
class WebPhone:
    """Does what our page does: repeats under the same id until acknowledged, fetches, confirms what it has fetched."""

    program: Program
    http: ClientSession
    ledger: Ledger
    user: str
    random: Random
    chats: tuple[str, ...] = ()
    ids: count[int] = field(default_factory=lambda: count(1))
    bubbles: dict[int, Shown] = field(default_factory=dict)
    heard: list[int] = field(default_factory=list)

    @property
    def token(self) -> str:
        return f"{self.user:x<43}"

    @property
    def digest(self) -> str:
        """How the database knows the token."""
        return hashlib.sha256(self.token.encode()).hexdigest()

    async def say(self, line: str) -> None:
        await self._send(text=line)

    async def tap(self, shown: Shown, data: str) -> None:
        await self._send(tap=data, message=str(shown.id), page="page1", chat=shown.chat)

    async def screen(self) -> list[Shown]:
        return [self.bubbles[number] for number in sorted(self.bubbles)]

    async def _send(self, **what: Any) -> None:
        body = {"id": f"client-{next(self.ids):06}", "chat": self.user, **what}
        self.ledger.sent.add(f"{self.user}:{body['id']}")
        while await self._post("/web/send", body) != 200:  # noqa: ASYNC110 - as the page does
            await asyncio.sleep(0.05)
        self.ledger.acknowledged += 1
        if self.random.random() < 0.15:  # its acknowledgement was lost on the way: the page cannot know
            self.ledger.repeated += 1
            await self._post("/web/send", body)

    async def _post(self, path: str, body: Json) -> int:
        try:
            async with self.http.post(self.program.base + path, json=body, headers=self._headers()) as answer:
                assert answer.status in (200, 503), f"{path}: {answer.status} {await answer.text()}"
                return answer.status
        except (ClientError, OSError, TimeoutError):
            self.ledger.unanswered += 1
            return 0

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def listen(self) -> None:
        """Until cancelled."""
        while True:
            with contextlib.suppress(ClientError, OSError, TimeoutError, json.JSONDecodeError):
                await self._fetch()
            await asyncio.sleep(0.05)

    async def _fetch(self) -> None:
        chats = [self.user, *self.chats]
        after = max(self.heard, default=0)
        address = f"/web/events?poll=1&after={after}" + "".join(f"&chat={chat}" for chat in chats)
        async with self.http.get(self.program.base + address, headers=self._headers()) as answer:
            assert answer.status in (200, 503), f"events: {answer.status}"
            events = (await answer.json())["events"] if answer.status == 200 else []
        for event in events:
            self._take(event)
        got = [event["id"] for event in events if isinstance(event["id"], int)]
        if got:
            await self._post("/web/got", {"ids": got, "chats": chats})

    def _take(self, event: Json) -> None:
        if event["kind"] not in ("message", "edit") or not isinstance(event["id"], int) or event["id"] in self.heard:
            return
        self.heard.append(event["id"])
        body, number = event["body"], event.get("edits") or event["id"]
        taps = [button["data"] for row in body.get("buttons", []) for button in row]
        self.bubbles[number] = Shown(number, event["chat"], body["text"], taps, bool(body.get("own")))


async def cadre(phone: Phone, name: str, ledger: Ledger, random: Random, *, photos: bool) -> None:
    """One report after the other; on Telegram (`photos`) typing ahead where nobody answers, as people do."""
    for number in count(1):
        if ledger.over:
            return
        report = scripts.report(f"{name}{number:03}", random, photos=photos)
        ledger.begun.append(report.mark)
        for line in report.lines:
            await phone.say(line)
            await asyncio.sleep(random.uniform(0.02, 0.8 if photos else 0.3))
        ledger.reports.setdefault(phone.user, []).append(report)


async def official(phone: Phone, ledger: Ledger) -> None:
    """Takes every case that comes, and answers it by word and code; until cancelled."""
    while True:
        latest = {shown.code: shown for shown in await phone.screen() if shown.code}
        for code, shown in latest.items():
            await _work(phone, ledger, code, shown)
        await asyncio.sleep(0.2)


async def _work(phone: Phone, ledger: Ledger, code: str, shown: Shown) -> None:
    first = next((tap for tap in shown.taps if tap.endswith((":accept", ":acknowledge"))), "")
    if first and code not in ledger.pressed:
        ledger.pressed.add(code)
        await phone.tap(shown, first)
    elif not first and code in ledger.pressed and code not in ledger.answers and code.startswith("KN"):
        ledger.answers[code] = f"Đã xem xét và cử người xử lý, trả lời cho {code}"
        await phone.say(f"trả lời {code} {ledger.answers[code]}")
