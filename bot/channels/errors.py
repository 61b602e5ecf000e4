"""Every way a send can fail, each with three answers: try again? whose fault? what does a person read?

The sentences are msgids; whoever shows them passes them through gettext.
"""

from __future__ import annotations

from typing import ClassVar, Literal

Fault = Literal["ours", "messenger", "person", "network"]


class SendError(Exception):
    """The common base. `retry_after` is in seconds and only ever set by the messenger."""

    code: ClassVar[str] = "internal"
    retry: ClassVar[bool] = True
    fault: ClassVar[Fault] = "ours"
    sentence: ClassVar[str] = "The program made a mistake while sending."

    def __init__(self, detail: str = "", *, retry_after: float = 0.0, moved_to: str = "") -> None:
        super().__init__(detail)
        self.retry_after = retry_after
        self.moved_to = moved_to


class Throttled(SendError):
    """The messenger asks us to slow down."""

    code = "throttled"
    fault = "messenger"
    sentence = "The messenger asked us to wait before sending more."


class Unreachable(SendError):
    """The messenger did not answer; nothing was sent."""

    code = "network"
    fault = "network"
    sentence = "The messenger could not be reached."


class OutcomeUnknown(SendError):
    """The connection broke after we had sent: the message may or may not have arrived."""

    code = "unknown"
    fault = "network"
    sentence = "It is not known whether the message arrived."


class PersonStopped(SendError):
    """The person blocked the bot or closed the account: never retry, tell whoever waits for them."""

    code = "stopped"
    retry = False
    fault = "person"
    sentence = "The person has blocked the bot or closed the account."


class GroupGone(SendError):
    """The bot is no longer in the group."""

    code = "group_gone"
    retry = False
    fault = "person"
    sentence = "The bot is no longer a member of the group."


class GroupMoved(SendError):
    """The group has a new id (`moved_to`); send there."""

    code = "group_moved"
    fault = "messenger"
    sentence = "The group has moved to a new address."


class NotChanged(SendError):
    """An edit that changes nothing: as good as done."""

    code = "not_changed"
    retry = False
    fault = "messenger"
    sentence = "The message already reads like this."


class MessageGone(SendError):
    """The message to edit is gone or too old; say it anew if it matters."""

    code = "message_gone"
    retry = False
    fault = "messenger"
    sentence = "The message to change no longer exists."


class BadToken(SendError):
    """The messenger refuses our token: only an administrator can mend it."""

    code = "token"
    retry = True
    fault = "ours"
    sentence = "The messenger refuses the bot's token."


class Refused(SendError):
    """The messenger says the request itself is wrong: our mistake, repeating it is useless."""

    code = "refused"
    retry = False
    fault = "ours"
    sentence = "The messenger refused the message."


class FileMissing(SendError):
    """The file can no longer be had from the messenger."""

    code = "file_missing"
    retry = False
    fault = "messenger"
    sentence = "The file can no longer be fetched. Please send it again."


class FileTooBig(SendError):
    """The file is larger than the messenger lets a bot fetch."""

    code = "file_big"
    retry = False
    fault = "person"
    sentence = "The file is too big. Please send a smaller one."


class NotYet(SendError):
    """The device holding the file has not handed it over yet (web): wait, this is no failure."""

    code = "not_yet"
    fault = "person"
    sentence = "The file is still on the sender's device."
