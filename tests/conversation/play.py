"""Plays a transcript on a stage and writes down what everybody saw: the same player for every messenger."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from copy import copy
from datetime import UTC, date, datetime, timedelta

from handlers.clock import VN
from handlers.messages import Button
from handlers.vietnamese import fold
from tests.conversation import reports
from tests.conversation.script import Step, shown
from tests.conversation.world import Seen, World


async def play(stage: World, steps: list[Step]) -> str:
    """The transcript as it happened."""
    player = Player(stage)
    lines: list[str] = []
    for step in steps:
        if lines and step.verb not in ("with", "group", "") and not lines[-1].startswith("with"):
            lines.append("")
        lines.append(step.line)
        try:
            await player.do(step)
        except (AssertionError, TimeoutError) as error:
            raise AssertionError("\n".join([*lines, *player.news(), f"    ✗ {error!r}"])) from error
        lines += player.news()
    return "\n".join(lines) + "\n"


class Player:
    """Does what the steps say, the way a person would; `screens` is what is on the phones, `past` what was there before."""

    def __init__(self, stage: World) -> None:
        self.stage = stage
        self.said: dict[str, str] = {}  # what was said -> the message's id, for edits
        self.screens: dict[str, list[Seen]] = {}
        self.past: dict[str, list[Seen]] = {}
        self.at = ""  # the chat in which the step happens

    async def do(self, step: Step) -> None:
        """One line."""
        self.at = step.where or step.who
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
        elif found := re.fullmatch(r"code (\w+): (.+)", what):
            await self.stage.make_code(found[1], found[2])
        elif found := re.fullmatch(r"no routing of (\w+)", what):
            await self.stage.unroute(found[1])
        elif found := re.fullmatch(r"merge (\S+) into (\S+) on (\S+)", what):
            await self.stage.change_unit("merge", found[1], found[2], date.fromisoformat(found[3]))
        elif found := re.fullmatch(r"rename (\S+) to (.+) on (\S+)", what):
            await self.stage.change_unit("rename", found[1], found[2], date.fromisoformat(found[3]))
        elif found := re.fullmatch(r"(\d+) reports of (\S+) to (\S+)", what):
            await reports.put(self.stage, int(found[1]), found[2], found[3])
        elif found := re.fullmatch(r"(blocked|unblocked|removed|added|migrated): (.+)", what):
            await self.stage.event(found[1], found[2])
        elif found := re.fullmatch(r"(\d+) (minutes?|hours?|days?) later", what):
            unit = found[2].rstrip("s") + "s"
            self.stage.now += timedelta(**{unit: int(found[1])})
        else:
            assert what == "tick", what
        await self.stage.tick()

    async def _says(self, step: Step) -> None:
        self.said[step.what] = await self.stage.say(step.who, step.where, step.what)

    async def _presses(self, step: Step) -> None:
        seen, button = self._find(step.where or step.who, step.what)
        if self.stage.numbered:
            await self.stage.say(step.who, step.where, _typed(seen, step.what))
        else:
            await self.stage.press(step.who, step.where, seen, button)

    def _find(self, chat: str, label: str) -> tuple[Seen, Button]:
        wanted = fold(label)
        # What is on the screen first; then what was there before it was changed: a slow phone still shows it.
        for seen in [*reversed(self.screens.get(chat, [])), *reversed(self.past.get(chat, []))]:
            for button in (button for row in seen.rows for button in row):
                if f" {wanted}" in f" {fold(button.label)}":
                    return seen, button
            if self.stage.numbered and f" {wanted}" in f" {fold(seen.text)}":
                return seen, Button(label, "")
        raise AssertionError(f"{chat} sees no button “{label}”")

    async def _sends(self, step: Step) -> None:
        kind, _, rest = step.what.partition(" ")
        if kind == "pin":
            lat, _, lon = rest.partition(",")
            await self.stage.pin(step.who, step.where, (float(lat), float(lon)))
        elif kind == "contact":
            phone, _, own = rest.partition(" ")
            await self.stage.contact(step.who, phone, own=own == "own")
        elif kind == "sticker":
            await self.stage.sticker(step.who, step.where)
        elif kind == "text":
            times, _, words = rest.partition(" ")
            await self.stage.say(step.who, step.where, words.strip('"') * int(times))
        elif kind == "album":
            await self.stage.files(step.who, step.where, "photo", int(rest), "")
        else:
            await self.stage.files(step.who, step.where, kind, 1, rest.strip('"'))

    async def _replies(self, step: Step) -> None:
        on_screen = reversed(self.screens.get(step.where or step.who, []))
        seen = next((seen for seen in on_screen if step.to in seen.text), None)
        assert seen is not None, f"nothing says {step.to}"
        await self.stage.say(step.who, step.where, step.what, reply_to=seen.id)

    async def _edits(self, step: Step) -> None:
        await self.stage.edit(step.who, step.where, self.said[step.old], step.what)

    def news(self) -> list[str]:
        """What everybody saw since the last call, chat by chat: messengers keep an order within a chat only."""
        found = self.stage.news()
        for seen in found:
            self._show(seen)
        cast = [*self.stage.users, *self.stage.groups]
        found.sort(key=lambda seen: (seen.chat != self.at, cast.index(seen.chat), seen.mark != "!"))
        return [
            shown(seen.chat, _text(seen), [[b.label for b in row] for row in seen.rows], seen.mark) for seen in found
        ]

    def _show(self, seen: Seen) -> None:
        screen = self.screens.setdefault(seen.chat, [])
        if seen.mark == "←":
            screen.append(seen)
        elif seen.mark == "✎":
            place = next((place for place, old in enumerate(screen) if old.id == seen.id), None)
            assert place is not None, f"{seen.chat}: changed what is not there: {seen.text}"
            self.past.setdefault(seen.chat, []).append(copy(screen[place]))
            screen[place] = seen


def _text(seen: Seen) -> str:
    parts = [seen.text, "(photos)" * seen.photos, f"(asks for {seen.ask})" if seen.ask else ""]
    return "\n".join(part for part in parts if part)


def _typed(seen: Seen, label: str) -> str:
    """Where nothing can be pressed: the number before the label, or the word that stands for it."""
    wanted = fold(label)
    for line in seen.text.splitlines():
        numbered = re.match(r"(\d+)\. (.*)", line)
        if numbered and f" {wanted}" in f" {fold(numbered[2])}":
            return numbered[1]
        word = re.search(r"«([^»]+)»", line)
        if word and f" {wanted}" in f" {fold(line)}":
            return word[1]
    return label
