"""What one update's handler has in hand: the open transaction, who speaks, the registry, the forms, the words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from sqlalchemy import Connection

from handlers.clock import today
from handlers.form import Form
from handlers.messages import Address, Incoming, Outgoing, Rows
from handlers.registry import Person, Registry, Role
from handlers.words import Words
from storage.updates import Found


@dataclass(frozen=True)
class Forms:
    """Compiled forms in memory: every version by its hash, and the one in force by name."""

    by_hash: Mapping[str, Form] = field(default_factory=dict)
    latest: Mapping[str, Form] = field(default_factory=dict)


@dataclass(slots=True)
class Turn:
    """One update's unit of work. `account` is none for a stranger; `numbered` where choices are typed, not tapped."""

    conn: Connection
    now: datetime
    incoming: Incoming
    registry: Registry
    forms: Forms
    words: Words
    account: Found | None = None
    person: Person | None = None
    numbered: bool = False
    web: str = ""  # the web channel's address
    letters: bool = False
    reload: bool = False  # the registry's rows changed: this server reads them before it goes on
    purge: bool = False  # words were deleted that must become unreadable in the files
    _day: date | None = None

    @property
    def me(self) -> Person:
        """The person who speaks; only where the dispatcher has made sure there is one."""
        assert self.person is not None, "a stranger got past the door"
        return self.person

    @property
    def day(self) -> date:
        """Today in Viet Nam; asked for many times an update."""
        if self._day is None:
            self._day = today(self.now)
        return self._day

    @property
    def roles(self) -> list[Role]:
        """What the speaker is today."""
        return self.registry.roles_of(self.me.id, self.day)

    @property
    def private(self) -> Address:
        """The speaker's own chat: its id is the user's on every messenger we speak."""
        return Address(self.incoming.channel, self.incoming.bot, self.incoming.user)

    def say(
        self,
        text: str,
        buttons: Rows = (),
        *,
        to: Address | None = None,
        edit: bool = False,
        photos: tuple[str, ...] = (),
        ask: Literal["", "contact", "location"] = "",
    ) -> Outgoing:
        """An answer. With `edit` the message whose button was pressed is changed in its place."""
        target = to or self.incoming.address
        changed = self.incoming.message if edit and self.incoming.tap and target == self.incoming.address else ""
        return Outgoing(to=target, text=text, buttons=buttons, edit=changed, photos=photos, ask=ask)

    def whisper(self, text: str) -> Outgoing:
        """For the presser's eyes only: a note over the pressed button, or a private message where nothing was pressed."""
        if self.incoming.query:
            return Outgoing(to=self.incoming.address, toast=text, alert=True, query=self.incoming.query)
        return Outgoing(to=self.private, text=text)
