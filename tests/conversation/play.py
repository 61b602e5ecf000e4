"""Plays a transcript on a stage and writes down what everybody saw."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from handlers.clock import VN
from handlers.messages import Button, Contact, Incoming, Outgoing
from handlers.vietnamese import fold
from tests.conversation.fake import Seen
from tests.conversation.script import Step, shown
from tests.conversation.stage import Stage


async def play(stage: Stage, steps: list[Step]) -> str:
    """The transcript as it happened."""
    player = Player(stage)
    lines: list[str] = []
    for step in steps:
        if lines and step.verb not in ("with", "group", "") and not lines[-1].startswith("with"):
            lines.append("")
        lines.append(step.line)
        try:
            await player.do(step)
        except AssertionError as error:
            raise AssertionError("\n".join([*lines, *player.news(), f"    ✗ {error}"])) from error
        lines += player.news()
    return "\n".join(lines) + "\n"


class Player:
    """Does what the steps say, the way a person would on this channel."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.said: dict[str, str] = {}  # what was said -> the message's id, for edits
        self._ids = 0

    async def do(self, step: Step) -> None:
        """One line."""
        if step.line.startswith("#"):
            return
        if step.line.startswith("--"):
            await self._time(step.line[2:].strip())
        else:
            verbs: dict[str, Callable[[Step], Awaitable[None]]] = {
                "with": lambda s: self.stage.join(s.who, s.what),
                "joins": lambda s: self.stage.join(s.who, s.what, agreed=False),
                "group": lambda s: self.stage.make_group(s.who, s.what),
                "says": self._says,
                "presses": self._presses,
                "sends": self._sends,
                "replies": self._replies,
                "edits": self._edits,
            }
            await verbs[step.verb](step)
        await self.stage.quiet()

    async def _time(self, what: str) -> None:
        if what == "restart":
            await self.stage.stop()
            await self.stage.start()
        elif what.startswith("at "):
            self.stage.now = datetime.fromisoformat(what[3:]).replace(tzinfo=VN).astimezone(UTC)
        elif found := re.fullmatch(r"(\d+) (minutes?|hours?|days?) later", what):
            unit = found[2].rstrip("s") + "s"
            self.stage.now += timedelta(**{unit: int(found[1])})
        else:
            assert what == "tick", what
        assert self.stage.server is not None
        await self.stage.server.app.speaker.say_unsaid()
        await self.stage.server.schedule.tick()

    async def _receive(self, incoming: Incoming) -> None:
        assert self.stage.server is not None
        await self.stage.server.app.receive(incoming)

    def _message(self) -> str:
        self._ids += 1
        return f"m{self._ids}"

    async def _says(self, step: Step) -> None:
        number = self._message()
        self.said[step.what] = number
        await self._receive(self.stage.incoming(step.who, step.where, text=step.what, message=number))

    async def _presses(self, step: Step) -> None:
        chat = self.stage.groups[step.where] if step.where else self.stage.users[step.who]
        seen, button = self._find(chat, step.what)
        if self.stage.channel.limits.has_buttons:
            tap = self.stage.incoming(
                step.who, step.where, tap=button.data, message=seen.id, query=f"q{self.stage.keys}"
            )
            await self._receive(tap)
        else:
            await self._receive(self.stage.incoming(step.who, step.where, text=_typed(seen, button, step.what)))

    def _find(self, chat: str, label: str) -> tuple[Seen, Button]:
        wanted = fold(label)
        channel = self.stage.channel
        # What is on the screen first; then what was there before it was changed: a slow phone still shows it.
        for seen in [*reversed(channel.chats.get(chat, [])), *reversed(channel.past.get(chat, []))]:
            for button in (button for row in seen.message.buttons for button in row):
                if wanted in fold(button.label):
                    return seen, button
            if not channel.limits.has_buttons and wanted in fold(seen.message.text):
                return seen, Button(label, "")
        raise AssertionError(f"{self.stage.name_of(chat)} sees no button “{label}”")

    async def _sends(self, step: Step) -> None:
        kind, _, rest = step.what.partition(" ")
        if kind == "album":
            album = f"a{self._ids}"
            for _ in range(int(rest)):
                photo = self.stage.attachment("photo")
                await self._receive(
                    self.stage.incoming(
                        step.who, step.where, attachments=(photo,), album=album, message=self._message()
                    )
                )
        elif kind == "pin":
            lat, _, lon = rest.partition(",")
            await self._receive(
                self.stage.incoming(step.who, step.where, location=(float(lat), float(lon)), message=self._message())
            )
        elif kind == "contact":
            phone, _, own = rest.partition(" ")
            await self._receive(self.stage.incoming(step.who, contact=Contact(phone, own == "own")))
        else:
            found = self.stage.attachment(kind)
            text = rest.strip('"')
            await self._receive(
                self.stage.incoming(step.who, step.where, attachments=(found,), text=text, message=self._message())
            )

    async def _replies(self, step: Step) -> None:
        chat = self.stage.groups[step.where] if step.where else self.stage.users[step.who]
        seen = next(seen for seen in reversed(self.stage.channel.chats[chat]) if step.to in seen.message.text)
        await self._receive(
            self.stage.incoming(step.who, step.where, text=step.what, reply_to=seen.id, message=self._message())
        )

    async def _edits(self, step: Step) -> None:
        incoming = self.stage.incoming(step.who, step.where, text=step.what, message=self.said[step.old])
        await self._receive(replace(incoming, edited=True))

    def news(self) -> list[str]:
        """What everybody saw since the last call."""
        news, self.stage.channel.unread = self.stage.channel.unread, []
        return [
            shown(self.stage.name_of(chat), _text(seen.message), _labels(seen.message), seen.news)
            for chat, seen in news
        ]


def _text(message: Outgoing) -> str:
    parts = [
        message.text,
        *(["(photos)"] if message.photos else []),
        *([f"(asks for {message.ask})"] if message.ask else []),
    ]
    return "\n".join(part for part in parts if part)


def _labels(message: Outgoing) -> list[list[str]]:
    return [[button.label for button in row] for row in message.buttons]


def _typed(seen: Seen, _button: Button, label: str) -> str:
    """Where nothing can be pressed: the number before the label, or the word that stands for it."""
    wanted = fold(label)
    for line in seen.message.text.splitlines():
        numbered = re.match(r"(\d+)\. (.*)", line)
        if numbered and wanted in fold(numbered[2]):
            return numbered[1]
        word = re.search(r"«([^»]+)»", line)
        if word and wanted in fold(line):
            return word[1]
    return label
