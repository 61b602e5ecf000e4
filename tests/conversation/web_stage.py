"""The stage that is the web chat: the real channel over real HTTP; everybody has a page that does what ours does."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.channels.web import WebChannel
from bot.media import WAIT
from handlers.messages import Button
from storage import web as rows
from tests.conversation.world import Seen, World, free_port, picture

Json = dict[str, Any]
LATER = 503
MARK = "mark "  # a note that our own page sends through the stream, to know that everything before it has come


@dataclass
class Page:
    """One person's open page: hears, confirms, hands over files. `log` is shared: who sees what first writes it down."""

    stage: WebStage
    number: int
    token: str
    user: str = ""
    polls: bool = False
    chats: list[str] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    known: dict[Any, None] = field(default_factory=dict)
    after: int = 0
    marked: int = 0
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None

    @property
    def id(self) -> str:
        """Names this page among those of its user."""
        return f"page{self.number}"

    async def call(self, method: str, path: str, **more: Any) -> Any:
        """One request; what it answers."""
        headers = {"Authorization": f"Bearer {self.token}"}
        async with self.stage.http.request(method, self.stage.base + path, headers=headers, **more) as answer:
            body = await answer.json(content_type=None)
            assert answer.status == 200, f"{method} {path.partition('?')[0]}: {answer.status} {body}"
            return body

    async def post(self, path: str, **body: Any) -> Any:
        """One request with a JSON body."""
        return await self.call("POST", path, json=body)

    async def send(self, **body: Any) -> str:
        """A message of this person under an id of the page's own, which it returns."""
        client = f"client-{next(self.stage.ids):06}"
        for _ in range(self.stage.times):
            while await self._answered("/web/send", {"id": client, **body}) == LATER:
                pass  # the page repeats it under the same id
        return client

    async def _answered(self, path: str, body: Json) -> int:
        headers = {"Authorization": f"Bearer {self.token}"}
        async with self.stage.http.post(self.stage.base + path, headers=headers, json=body) as answer:
            assert answer.status in (200, LATER), f"{path}: {answer.status} {await answer.text()}"
            return answer.status

    async def open(self) -> None:
        """Asks who it is and which chats it shows, and listens to them."""
        await self.close()
        self.chats = [chat["id"] for chat in (await self.call("GET", "/web/hello"))["chats"]]
        self.task = asyncio.create_task(self._listen())

    async def close(self) -> None:
        """The page is put away."""
        if self.task:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)

    async def _listen(self) -> None:
        while True:
            with contextlib.suppress(ClientError):  # the server went away; it comes back
                async for event in self._poll() if self.polls else self._stream():
                    await self._take(event)
            await asyncio.sleep(0.02)

    def _address(self) -> str:
        return f"/web/events?after={self.after}&page={self.id}" + "".join(f"&chat={chat}" for chat in self.chats)

    async def _stream(self) -> AsyncIterator[Json]:
        headers = {"Authorization": f"Bearer {self.token}"}
        async with self.stage.http.get(self.stage.base + self._address(), headers=headers) as answer:
            assert answer.status == 200, answer.status
            async for line in answer.content:
                if line.startswith(b"data: "):
                    yield json.loads(line[6:])

    async def _poll(self) -> AsyncIterator[Json]:
        while True:
            have = ",".join(str(known) for known in list(self.known)[-100:] if not isinstance(known, int))
            for event in (await self.call("GET", f"{self._address()}&poll=1&have={have}"))["events"]:
                yield event

    async def _take(self, event: Json) -> None:
        if event["id"] in self.known:
            return
        if event["kind"] == "toast" and event["text"].startswith(MARK):
            self.known[event["id"]] = None
            self.marked = max(self.marked, int(event["text"].removeprefix(MARK)))
            self.heard.set()
        elif event["kind"] == "want":
            await self._hand_over(event["ref"])
        elif event["kind"] != "hello":
            self.known[event["id"]] = None
            self.stage.appeared(event)
            for sha in event.get("body", {}).get("photos", ()):
                await self._look_at(sha)
            if isinstance(event["id"], int):
                self.after = max(self.after, event["id"])
                await self.post("/web/got", ids=[event["id"]], chats=self.chats)

    async def _hand_over(self, ref: str) -> None:
        content = self.files.pop(ref, None)
        if content is not None:
            await self.call("PUT", f"/web/file/{ref}", data=content)
            self.stage.handed_over += 1

    async def _look_at(self, sha: str) -> None:
        headers = {"Authorization": f"Bearer {self.token}"}
        async with self.stage.http.get(f"{self.stage.base}/web/photo/{sha}", headers=headers) as answer:
            assert answer.status == 200, answer.status
            assert (await answer.read()).startswith((b"\xff\xd8", b"\x89PNG")), "no picture"

    async def caught_up(self, channel: WebChannel) -> None:
        """Everything said until now has been taken."""
        mark = next(self.stage.ids)
        channel.hub.toast(self.user, f"{self.user}/{self.id}", f"{MARK}{mark}", alert=False)
        async with asyncio.timeout(10):
            while self.marked < mark:
                self.heard.clear()
                await self.heard.wait()


@dataclass
class WebStage(World):
    """With `polls` pages ask again and again instead of holding a stream open."""

    polls: bool = False
    pages: dict[str, Page] = field(default_factory=dict)
    log: list[Json] = field(default_factory=list)
    shown: set[tuple[str, Any]] = field(default_factory=set)
    handed_over: int = 0
    ids: count[int] = field(default_factory=lambda: count(1))
    _http: ClientSession | None = None

    place = ("web", "web")

    @property
    def http(self) -> ClientSession:
        """The browsers' connections."""
        assert self._http is not None, "not started"
        return self._http

    @property
    def base(self) -> str:
        """The address of the server."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def channel(self) -> WebChannel:
        """The program's side."""
        channel = self.running.app.channels[self.place]
        assert isinstance(channel, WebChannel)
        return channel

    async def start(self) -> None:
        """The same address again after a restart; pages come back by themselves."""
        self.port = self.port or free_port()
        await super().start()
        if self._http is None:
            self._http = ClientSession(timeout=ClientTimeout(60))

    async def close(self) -> None:
        """Pages first."""
        for page in self.pages.values():
            await page.close()
        await super().close()
        await self.http.close()

    async def quiet(self) -> None:
        """Everything is said and has arrived; files asked for have been handed over and are kept."""
        await super().quiet()
        await self._caught_up()
        if self.handed_over:
            self.handed_over = 0
            self.now += WAIT  # the worker looks again after some seconds
            await self.running.worker.run()
            self.now -= WAIT
            await super().quiet()
            await self._caught_up()

    async def _caught_up(self) -> None:
        for name, page in self.pages.items():
            assert page.task is not None
            if page.task.done():
                page.task.result()
                raise AssertionError(f"the page of {name} has ended")
            await page.caught_up(self.channel)

    def appeared(self, event: Json) -> None:
        """A page got this."""
        if (event["chat"], event["id"]) not in self.shown:
            self.shown.add((event["chat"], event["id"]))
            self.log.append(event)

    # What people do.

    async def account(self, name: str, invite: str) -> str:
        """Opens the link of the invite in a browser; without one the device was let in earlier."""
        number = len(self.pages) + 1
        page = self.pages[name] = Page(self, number, f"{number:043}", polls=self.polls)
        if invite:
            page.user = (await page.post("/web/enter", code=invite))["user"]
        else:
            digest = hashlib.sha256(page.token.encode()).hexdigest()
            await self.running.db.write(lambda conn: rows.open_session(conn, digest, f"p{number}", self.now))
            page.user = f"p{number}"
        await page.open()
        return page.user

    async def group_chat(self, name: str) -> str:
        """Groups are named, not numbered."""
        return f"g:{name}"

    async def group_known(self) -> None:
        """Pages learn of new groups when they are opened."""
        await super().group_known()
        for page in self.pages.values():
            await page.open()

    async def say(self, who: str, where: str, text: str, reply_to: str = "") -> str:
        """Types it."""
        return await self.pages[who].send(chat=self.chat_of(who, where), text=text, reply_to=reply_to)

    async def edit(self, who: str, where: str, message: str, text: str) -> None:
        """Changes it."""
        await self.pages[who].send(chat=self.chat_of(who, where), text=text, edit=message)

    async def press(self, who: str, where: str, seen: Seen, button: Button) -> None:
        """Presses it."""
        page = self.pages[who]
        await page.send(chat=self.chat_of(who, where), tap=button.data, message=seen.id, page=page.id)

    async def files(self, who: str, where: str, kind: str, count: int, text: str) -> None:
        """All in one message; the bytes wait on the device until they are asked for."""
        page, attachments = self.pages[who], []
        for _ in range(count):
            number = next(self.ids)
            content = picture(number) if kind == "photo" else f"{kind} {number}".encode()
            ref = f"{page.user}/file-{number:06}"
            page.files[ref] = content
            attachments.append({"kind": kind, "ref": ref, "name": "", "mime": "", "size": len(content)})
        more = {"album": f"album-{next(self.ids):06}"} if count > 1 else {}
        await page.send(chat=self.chat_of(who, where), text=text, attachments=attachments, **more)

    async def pin(self, who: str, where: str, at: tuple[float, float]) -> None:
        """The page's own sharing button."""
        await self.pages[who].send(chat=self.chat_of(who, where), location=list(at))

    async def contact(self, who: str, phone: str, *, own: bool) -> None:
        """A browser vouches for nobody's number: it is typed."""
        await self.say(who, "", phone)

    async def sticker(self, who: str, where: str) -> None:
        """A browser has none; a message without anything comes nearest."""
        await self.pages[who].send(chat=self.chat_of(who, where), text="")

    # What they see.

    def news(self) -> list[Seen]:
        """But for what people said themselves."""
        log, self.log = self.log, []
        return [self._news(event) for event in log if not event.get("body", {}).get("own")]

    def _news(self, event: Json) -> Seen:
        chat, kind = self.name_of(event["chat"]), event["kind"]
        if kind == "toast":
            return Seen(chat, event["id"], event["text"], mark="!")
        assert kind in ("message", "edit"), kind
        body = event["body"]
        buttons = [[Button(b["label"], b["data"]) for b in row] for row in body.get("buttons", [])]
        mark, number = ("✎", event["edits"]) if kind == "edit" else ("←", event["id"])
        return Seen(chat, str(number), body["text"], buttons, bool(body.get("photos")), body.get("ask", ""), mark)
