"""One Telegram bot: updates in by webhook or long polling, everything out through `telegram.Bot`.

Telegram being away stops nothing: what introduces the bot there (webhook, commands, description) is tried again in the
background, and sends fail with the errors of `bot.channels.errors`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import aiohttp
import structlog
from aiohttp import web
from telegram import Bot, Message
from telegram.error import TelegramError

from bot.channels import Receiver, Sent, errors
from bot.channels import telegram_methods as methods
from bot.channels.telegram_hello import introduce
from bot.channels.telegram_pictures import Pictures
from bot.channels.telegram_polling import Polling
from bot.channels.telegram_request import AiohttpRequest, Failed
from bot.channels.telegram_updates import ALLOWED
from bot.channels.telegram_webhook import Webhook, understood
from handlers.messages import Outgoing

Json = dict[str, Any]
PUBLIC_API = "https://api.telegram.org"
WAITING = 200  # presses whose spinner is being stopped at once

_log = structlog.get_logger(__name__)
logging.getLogger("telegram").setLevel(logging.WARNING)  # below that it writes down the text of every message


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds: how long Telegram may stay silent, its long poll (whole ones, cut to 50 there), the first pause after a failure."""

    silence: float = 30.0
    poll: int = 50
    pause: float = 1.0


WAITS = Waits()


class TelegramChannel:
    """One bot, named by the number before ":" in its token.

    With `webhook_secret` updates come by webhook (`first`: at /telegram/webhook, else at /telegram/webhook/<bot>), and
    Telegram is told so when `public_url` is known; without it by long polling. `media` finds a picture by its hash.
    """

    name = "telegram"
    limits = methods.LIMITS

    def __init__(
        self,
        token: str,
        *,
        media: Callable[[str], Path],
        api_base: str = PUBLIC_API,
        webhook_secret: str = "",
        public_url: str = "",
        first: bool = True,
        proxy: str = "",
        waits: Waits = WAITS,
    ) -> None:
        self.bot = token.partition(":")[0]
        self.username = ""
        self.path = "/telegram/webhook" if first else f"/telegram/webhook/{self.bot}"
        base = api_base.rstrip("/")
        self._methods, self._files = f"{base}/bot{token}", f"{base}/file/bot{token}"
        self._request = AiohttpRequest(_session, proxy=proxy, timeout=waits.silence)
        self._api = Bot(token, f"{base}/bot", f"{base}/file/bot", self._request, self._request)
        self._pictures = Pictures(self._api, media)
        self._secret, self._public_url = webhook_secret, public_url.rstrip("/")
        self._webhook = Webhook(self, webhook_secret) if webhook_secret else None
        polling = Polling(self.bot, self._call, self._take, wait=waits.poll, pause=waits.pause)
        self._polling = None if webhook_secret else polling
        self._waits = waits
        self._app: Receiver | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._main: list[asyncio.Task[None]] = []
        self._keyboards: set[str] = set()  # chats that still show a reply keyboard

    def routes(self) -> list[web.RouteDef]:
        """The webhook's address; none when polling."""
        return [web.post(self.path, self._webhook.take)] if self._webhook else []

    async def start(self, app: Receiver) -> None:
        """Takes updates from now on; Telegram itself is spoken to in the background."""
        self._app = app
        self._main = [asyncio.create_task(self._introduce())]
        if self._webhook:
            self._webhook.open(app)
        if self._polling:
            self._main.append(asyncio.create_task(self._polling.run()))

    async def stop(self) -> None:
        """No more updates; waits for those being handled and, briefly, for the last small calls."""
        if self._webhook:
            await self._webhook.close()
        for introducing in self._main[:1]:
            introducing.cancel()
        if self._polling:
            self._polling.stop()
        await asyncio.gather(*self._main, return_exceptions=True)
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=3)
            for task in late:
                task.cancel()
        await self._request.shutdown()

    async def send(self, message: Outgoing, *, letter: int = 0) -> Sent:
        """Say it. `external` is the id of the message that carries the words and buttons, "" for a mere toast."""
        try:
            return Sent(await self._send(message))
        except Failed as failed:
            raise failed.named(group=message.to.chat.startswith("-")) from None
        except (TelegramError, ValueError) as error:
            raise errors.Refused(type(error).__name__) from None

    async def fetch(self, ref: str, into: Path) -> None:
        """The file with that `file_id`, at most `limits.file_in` bytes; `into` is written only as a whole."""
        try:
            found = await self._call("getFile", {"file_id": ref}, 0)
            if (found.get("file_size") or 0) > self.limits.file_in:
                raise errors.FileTooBig("getFile says so")
            if not found.get("file_path"):
                raise errors.FileMissing("no file_path")
            await self._request.download(f"{self._files}/{found['file_path']}", into, self.limits.file_in)
        except Failed as failed:
            if failed.code in (400, 404) and not isinstance(failed.named(), errors.FileTooBig):
                raise errors.FileMissing(failed.description) from None
            error = failed.named()
            raise errors.Unreachable(str(error)) if isinstance(error, errors.OutcomeUnknown) else error from None

    async def who(self) -> str:
        """The bot's user name, asked of Telegram now: the token works and Telegram answers. Raises `SendError`."""
        try:
            me = await self._call("getMe", {}, 0)
        except Failed as failed:
            raise failed.named() from None
        return str(me.get("username", ""))

    # What the webhook needs.

    def inline(self, message: Outgoing, pressed: Json | None) -> Json | None:
        """One method as the webhook's answer; None where several calls, or the result, are needed."""
        if message.photos or not (message.text or message.query):
            return None
        if not message.text:
            answer = methods.answer(message.query, message.toast, alert=message.alert)
            return {"method": "answerCallbackQuery", **answer}
        if message.edit:
            if pressed is None or str(pressed["message_id"]) != message.edit:
                return None
            if pressed.get("text"):  # a picture's words cannot be edited, nor a message out of reach: say it anew
                return {"method": "editMessageText", **methods.edit(message)}
        if message.buttons and not message.ask and message.to.chat in self._keyboards:
            return None
        return {"method": "sendMessage", **self._text(message)}

    async def prepare(self, message: Outgoing) -> None:
        """Before `inline`: makes room. If that fails it is said by `send`, which tries again and names the failure."""
        with contextlib.suppress(Failed):
            await self._make_room(message)

    async def _make_room(self, message: Outgoing) -> None:
        """One message cannot both take away the sharing button and bring buttons of its own. Raises `Failed`."""
        chat = message.to.chat
        if chat not in self._keyboards or message.ask or not message.buttons or message.edit:
            return
        gone = {
            "chat_id": int(chat),
            "text": "✓",
            "reply_markup": {"remove_keyboard": True},
            "disable_notification": True,
        }
        await self._call("sendMessage", gone, 0)
        self._keyboards.discard(chat)

    def answer_later(self, query: str, toast: str = "", *, alert: bool = False) -> None:
        """Stops a pressed button's spinner. "Query is too old" and other failures hurt nobody, so they stop nothing."""
        if len(self._tasks) < WAITING:
            self._background(self._answer(methods.answer(query, toast, alert=alert)))

    async def say(self, message: Outgoing) -> bool:
        """`send`, with the failure logged."""
        try:
            await self.send(message)
        except errors.SendError as error:
            _log.warning("telegram.answer_not_said", bot=self.bot, error=error.code)
            return False
        return True

    # Sending.

    async def _send(self, message: Outgoing) -> str:
        if message.query and not (message.text or message.photos):
            await self._answer(methods.answer(message.query, message.toast, alert=message.alert))
            return ""
        if message.query:
            self.answer_later(message.query, message.toast, alert=message.alert)
        if message.edit and message.text and not message.photos:
            edited = await self._edit(message)
            if edited:
                return edited
        shown, carried = await self._pictures.send(message) if message.photos else ("", False)
        if not message.text and message.buttons and not carried:
            message = replace(message, text=message.alt or "⬇️")  # an album cannot carry them itself
        return shown if carried or not message.text else await self._send_text(message)

    async def _edit(self, message: Outgoing) -> str:
        """The edited message's id; "" when it is a picture, whose words `editMessageText` cannot change."""
        try:
            await self._api.edit_message_text(**_known(methods.edit(message), "text", "chat_id", "message_id"))
        except Failed as failed:
            if "no text in the message" in failed.description:
                return ""
            raise
        return message.edit

    async def _send_text(self, message: Outgoing) -> str:
        await self._make_room(message)
        return _id(await self._api.send_message(**_known(self._text(message), "chat_id", "text")))

    def _text(self, message: Outgoing) -> Json:
        """Parameters of sendMessage; keeps count of which chats show a reply keyboard."""
        made, chat = methods.text(message), message.to.chat
        if "keyboard" in made.get("reply_markup", ()):
            self._keyboards.add(chat)
        elif chat in self._keyboards and "reply_markup" not in made:
            self._keyboards.discard(chat)
            made["reply_markup"] = {"remove_keyboard": True}
        return made

    # Taking and introducing.

    async def _take(self, update: Json) -> None:
        incoming = understood(update, self)
        if incoming is not None and self._app is not None:
            await self._app.receive(incoming)

    async def _call(self, method: str, parameters: Json, wait: float) -> Any:
        return await self._request.call(
            f"{self._methods}/{method}", parameters, read_timeout=self._waits.silence + wait
        )

    async def _answer(self, parameters: Json) -> None:
        try:
            await self._call("answerCallbackQuery", parameters, 0)
        except Failed as failed:
            _log.debug("telegram.press_not_answered", bot=self.bot, code=failed.code)

    def _background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _introduce(self) -> None:
        hook: Json | None = None
        if self._webhook:
            address = {
                "url": self._public_url + self.path,
                "secret_token": self._secret,
                "allowed_updates": list(ALLOWED),
            }
            hook = address if self._public_url else {}
        async for me in introduce(self._call, self.bot, hook, self._waits.pause):
            self.username = me.get("username", "")


def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())


def _id(message: Message) -> str:
    return str(message.message_id)


def _known(parameters: Json, *names: str) -> Json:
    """Keyword arguments for a method of `telegram.Bot`: those it names, all others as they stand."""
    rest = {name: value for name, value in parameters.items() if name not in names}
    return {**{name: parameters[name] for name in names}, "api_kwargs": rest}
