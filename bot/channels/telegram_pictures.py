"""Sending pictures: one with its words and buttons, several as albums of ten. Telegram keeps what it was given once."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

import structlog
from telegram import Bot, InputMediaPhoto, Message

from bot.channels import errors
from bot.channels import telegram_methods as methods
from bot.channels.telegram_request import Failed
from handlers.messages import Outgoing

Picture = tuple[str, str | bytes]  # (content hash, Telegram's file_id or the bytes)
REMEMBERED = 1000

_log = structlog.get_logger(__name__)


class Pictures:
    """Puts pictures into chats. `media` finds a picture by its hash; a `file_id` is of one bot, so each has its own."""

    def __init__(self, api: Bot, media: Callable[[str], Path]) -> None:
        self._api = api
        self._media = media
        self._known: OrderedDict[str, str] = OrderedDict()

    async def send(self, message: Outgoing) -> tuple[str, bool]:
        """(id of the first picture or "", whether the words and buttons went with it). Raises `Failed`.

        Pictures missing from the store are passed over: the words matter more.
        """
        pictures = [picture for digest in message.photos if (picture := await self._find(digest))]
        if not pictures:
            if not message.text:
                raise errors.FileMissing("the picture is not in the store")
            return "", False
        try:
            return await self._send(message, pictures)
        except Failed as failed:
            known = [digest for digest in message.photos if digest in self._known]
            if not (known and isinstance(failed.named(), errors.FileMissing)):
                raise
            for digest in known:  # Telegram has forgotten what we thought it had
                del self._known[digest]
            return await self.send(message)

    async def _send(self, message: Outgoing, pictures: list[Picture]) -> tuple[str, bool]:
        """A single picture carries everything when the words fit a caption; an album cannot carry buttons at all."""
        fits = len(message.text.encode("utf-16-le")) // 2 <= methods.LIMITS.caption and not message.ask
        carried = fits and (len(pictures) == 1 or not message.buttons)
        first = ""
        for start in range(0, len(pictures), methods.ALBUM):
            some = pictures[start : start + methods.ALBUM]
            caption = message.text if carried and not start else ""
            shown = await (self._one if len(some) == 1 else self._several)(message, some, caption, carried)
            self._remember(some, shown)
            first = first or str(shown[0].message_id)
        return first, carried

    async def _one(self, message: Outgoing, some: list[Picture], caption: str, carried: bool) -> list[Message]:  # noqa: FBT001
        extra = methods.addressed(message)
        chat = extra.pop("chat_id")
        if carried and (markup := methods.keyboard(message)):
            extra["reply_markup"] = markup
        return [await self._api.send_photo(chat, some[0][1], caption or None, filename="0.jpg", api_kwargs=extra)]

    async def _several(self, message: Outgoing, some: list[Picture], caption: str, _: bool) -> list[Message]:  # noqa: FBT001
        extra = methods.addressed(message)
        chat = extra.pop("chat_id")
        first = InputMediaPhoto(some[0][1], caption or None, filename="0.jpg")
        others = [InputMediaPhoto(file, filename=f"{number}.jpg") for number, (_, file) in enumerate(some[1:], 1)]
        return list(await self._api.send_media_group(chat, [first, *others], api_kwargs=extra))

    def _remember(self, some: list[Picture], shown: list[Message]) -> None:
        for (digest, _), message in zip(some, shown, strict=False):
            if message.photo:
                self._known[digest] = message.photo[-1].file_id
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    async def _find(self, digest: str) -> Picture | None:
        if digest in self._known:
            self._known.move_to_end(digest)
            return digest, self._known[digest]
        try:
            return digest, await asyncio.to_thread(lambda: self._media(digest).read_bytes())
        except OSError:
            _log.warning("telegram.picture_missing", digest=digest[:12])
            return None
