"""Structured logs, one JSON line each, without message text, names, phone numbers or tokens.

An exception's text may quote what a person wrote (a database's names the row it refused, a network library's the address
with the token in it), so of every exception, ours or a library's, only its class and where it happened are written.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import structlog

OURS = frozenset({"bot", "handlers", "storage"})
_TOKEN = re.compile(r"\d{6,}:[A-Za-z0-9_-]{20,}")
_PHONE = re.compile(r"(?<!\d)(?:\+?84|0)(?:[ .-]?\d){8,10}(?!\d)")


def setup(*, level: int = logging.INFO, human: bool = False) -> None:
    """JSON to standard error; with `human` for a terminal."""
    renderer: Any = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()) if human else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _where_only,
            _nothing_personal,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Library(human=human))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("aiohttp.access").disabled = True
    logging.raiseExceptions = False  # else a record that cannot be written is printed with all that was to be filled in
    sys.excepthook = _ended
    threading.excepthook = _thread_ended


class _Library(logging.Formatter):
    """What libraries log: the first line of their sentence with nothing filled in, for what they would fill in is unknown."""

    def __init__(self, *, human: bool) -> None:
        super().__init__()
        self._human = human

    def format(self, record: logging.LogRecord) -> str:
        error = record.exc_info[1] if record.exc_info else None
        event: dict[str, Any] = {
            "event": str(record.msg).split("\n", 1)[0][:200],
            "logger": record.name,
            "level": record.levelname.lower(),
        }
        if error is not None:
            event |= {"error": type(error).__name__, "where": _where(error)}
        event = dict(_nothing_personal(None, "", event))
        return " ".join(f"{key}={value}" for key, value in event.items()) if self._human else json.dumps(event)


def _ended(_kind: type[BaseException], error: BaseException, _trace: object) -> None:
    """The program's own last words, without those of the error."""
    structlog.get_logger(__name__).critical("ended", error=type(error).__name__, exc_info=error)


def _thread_ended(ended: threading.ExceptHookArgs) -> None:
    structlog.get_logger(__name__).error("thread_ended", error=ended.exc_type.__name__, exc_info=ended.exc_value)


def _where_only(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Of an exception only where it happened: its text may quote what a person wrote."""
    info = event.pop("exc_info", None)
    if info:
        error = info if isinstance(info, BaseException) else sys.exc_info()[1]
        event["where"] = _where(error)
    return event


def _where(error: BaseException | None) -> list[str]:
    """The last places of ours an exception came through, and the very last."""
    frames = traceback.extract_tb(error.__traceback__) if error is not None else []
    places = [(Path(frame.filename).parts[-3:], f"{Path(frame.filename).name}:{frame.lineno}") for frame in frames]
    ours = [place for parts, place in places[:-1] if OURS.intersection(parts[:-1])]
    return [*ours[-7:], *(place for _, place in places[-1:])]


def _nothing_personal(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = _PHONE.sub("<phone>", _TOKEN.sub("<token>", value)) if key != "timestamp" else value
    return event
