"""Telegram's refusals -> the named ways a send can fail. Pure, so that every wording is a row of a test.

The wordings are those of the official server (tdlib/telegram-bot-api), compared without regard to case.
"""

from __future__ import annotations

from bot.channels import errors

_STOPPED = (
    "blocked by the user",
    "user is deactivated",
    "can't initiate conversation",
    "can't send messages to bots",
    "user not found",
    "peer_id_invalid",
)
_GONE = ("not a member of", "was kicked from", "was deleted", "group chat is deactivated")
_NO_MESSAGE = ("message to edit not found", "message can't be edited", "message_id_invalid")
_NO_FILE = ("wrong file_id", "wrong file identifier", "wrong remote file", "invalid file_id", "temporarily unavailable")


def named(
    code: int, description: str, *, retry_after: float = 0.0, moved_to: str = "", group: bool = False
) -> errors.SendError:
    """The error for an answer that is not 2xx. `description` is Telegram's, never text of a person."""
    said = description.casefold()
    if moved_to:
        return errors.GroupMoved(description, moved_to=moved_to)
    if code == 429 or retry_after:
        return errors.Throttled(description, retry_after=retry_after or 1.0)
    if code == 401 or (code == 404 and said in ("not found", "")):
        return errors.BadToken(description)
    if code == 403 or (code == 400 and "chat not found" in said):
        return _closed(description, said, group=group)
    if code == 413 or "file is too big" in said:
        return errors.FileTooBig(description)
    if code >= 500:
        return _server(code, description, said)
    return _bad_request(description, said, group=group)


def _closed(description: str, said: str, *, group: bool) -> errors.SendError:
    gone = group or any(words in said for words in _GONE)
    return errors.GroupGone(description) if gone else errors.PersonStopped(description)


def _server(code: int, description: str, said: str) -> errors.SendError:
    """A server that is restarting or overloaded says so before it does anything; any other 5xx may come after."""
    if code == 503 or "restart" in said:
        return errors.Unreachable(description)
    return errors.OutcomeUnknown(description)


def _bad_request(description: str, said: str, *, group: bool) -> errors.SendError:
    if "message is not modified" in said:
        return errors.NotChanged(description)
    if any(words in said for words in _NO_MESSAGE):
        return errors.MessageGone(description)
    if any(words in said for words in _STOPPED):
        return errors.PersonStopped(description)
    if group and any(words in said for words in _GONE):
        return errors.GroupGone(description)
    if any(words in said for words in _NO_FILE):
        return errors.FileMissing(description)
    return errors.Refused(description)
