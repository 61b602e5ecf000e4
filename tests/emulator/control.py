"""The people's side over HTTP, for tests that start the program in a process of its own.

`POST /control/do` with `{"user": id, "what": "say", "with": {"text": "…"}}` lets somebody do something; chats and
messages are named by their ids. All answers are JSON.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.emulator.state import Chat, Press, Shown

if TYPE_CHECKING:
    from tests.emulator.server import BotApi

Json = dict[str, Any]
DEEDS = {"say", "tap", "key", "contact", "location", "photo", "album", "voice", "document", "sticker", "edit", "block"}


def routes(api: BotApi) -> list[web.RouteDef]:
    """The control addresses."""
    control = Control(api)
    return [
        web.post("/control/bot", control.bot),
        web.post("/control/user", control.user),
        web.post("/control/group", control.group),
        web.post("/control/do", control.do),
        web.post("/control/fault", control.fault),
        web.post("/control/again", control.again),
        web.get("/control/chat/{chat}", control.chat),
        web.get("/control/state", control.state),
    ]


class Control:
    """One handler for each address. `bot` in a request is a bot's id, by default the first bot's."""

    def __init__(self, api: BotApi) -> None:
        self._api = api

    async def bot(self, request: web.Request) -> web.Response:
        made = self._api.bot(**await request.json())
        return web.json_response({"id": made.id, "token": made.token, "username": made.username})

    async def user(self, request: web.Request) -> web.Response:
        made = self._api.user(**await request.json())
        return web.json_response({**made.user, "phone": made.phone})

    async def group(self, request: web.Request) -> web.Response:
        asked = await request.json()
        members = [self._api.people[number] for number in asked.get("members", [])]
        made = self._api.group(asked["title"], members, None, asked.get("kind", "group"))
        return web.json_response({"id": made.id})

    async def do(self, request: web.Request) -> web.Response:
        asked = await request.json()
        if asked["what"] not in DEEDS:
            raise web.HTTPBadRequest(text=f"one of {sorted(DEEDS)}")
        person = self._api.people[asked["user"]]
        given = dict(asked.get("with", {}))
        chat = self._chat(given.pop("chat", 0), asked.get("bot", 0), person.id)
        if asked["what"] in ("tap", "edit"):
            found = chat.find(given.pop("message"))
            if found is None:
                raise web.HTTPNotFound(text="no such message")
            given["message"] = found
        else:
            given["to"] = chat
        if "reply" in given:
            given["reply"] = chat.find(given["reply"])
        if "content" in given:
            given["content"] = base64.b64decode(given["content"])
        if asked["what"] == "block":
            given["bot"] = given.pop("to").bot
        return web.json_response(_plain(getattr(person, asked["what"])(**given)))

    async def fault(self, request: web.Request) -> web.Response:
        self._api.fail(**await request.json())
        return web.json_response(True)

    async def again(self, request: web.Request) -> web.Response:
        """Delivers updates a second time: of `bot`, those numbered in `updates`, or all."""
        asked = await request.json()
        bot = next(bot for bot in self._api.bots.values() if asked.get("bot") in (None, bot.id))
        for number in asked.get("updates") or list(bot.log):
            self._api.feed.again(bot, number)
        return web.json_response(len(bot.log))

    async def chat(self, request: web.Request) -> web.Response:
        number = int(request.match_info["chat"])
        chat = self._chat(number, int(request.query.get("bot", 0)), number)
        return web.json_response({"messages": [m.plain() for m in chat.messages], "keyboard": chat.keyboard})

    async def state(self, _: web.Request) -> web.Response:
        api = self._api
        return web.json_response(
            {
                "waiting": {bot.id: len(bot.updates) for bot in api.bots.values()},
                "updates": {bot.id: list(bot.log) for bot in api.bots.values()},
                "webhooks": {bot.id: bot.webhook.get("url", "") for bot in api.bots.values()},
                "violations": api.violations,
                "refused": api.refused,
                "calls": len(api.calls),
            }
        )

    def _chat(self, number: int, bot: int, person: int) -> Chat:
        if number < 0:
            return self._api.groups[number]
        account = next((one for one in self._api.bots.values() if one.id == bot), self._api.first)
        return self._api.people[person].chat(account)


def _plain(done: Any) -> Any:
    if isinstance(done, Shown):
        return done.plain()
    if isinstance(done, Press):
        return {"query": done.id}
    return [_plain(one) for one in done] if isinstance(done, list) else done
