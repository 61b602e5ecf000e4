"""Logs never hold what people wrote, who they are, or a token: not even when an exception's text quotes all of it."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import sys
import threading
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest
import structlog
from sqlalchemy import Connection, insert

from bot import logs
from bot.channels import errors
from handlers import dispatch
from storage.models.registry import person
from tests.bot.conftest import Open
from tests.bot.office import CADRE, OFFICIAL

TOKEN = "123456789:AAgeheim-geheim_geheim"
SECRETS = ("Bí mật của bà Tám", "Nông Thị Tám", "0912 345 678", "0912345678", "+84912345678", TOKEN, "AAgeheim")
QUOTE = " ".join(SECRETS)


class QuoteError(Exception):
    """Says everything it should not."""


def quote() -> None:
    raise QuoteError(QUOTE)


@pytest.fixture(autouse=True)
def said(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Set up as `danvan run` does; what goes to standard error."""
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    monkeypatch.setattr(logging, "raiseExceptions", logging.raiseExceptions)
    handlers, stream = logging.root.handlers[:], io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    logs.setup()
    yield stream
    logging.root.handlers[:] = handlers


def clean(said: io.StringIO) -> list[dict[str, Any]]:
    """What was logged, a JSON object a line; none of the secrets in it."""
    for secret in SECRETS:
        assert secret not in said.getvalue()
    return [json.loads(line) for line in said.getvalue().splitlines()]


def test_an_exception_is_its_class_and_where(said: io.StringIO) -> None:
    try:
        quote()
    except QuoteError as error:
        structlog.get_logger().exception("update_failed", error=type(error).__name__)
    (line,) = clean(said)
    assert (line["event"], line["error"], line["level"]) == ("update_failed", "QuoteError", "error")
    assert line["where"][-1].startswith("test_logs.py:")


def test_tokens_and_phones_are_struck_out_of_any_value(said: io.StringIO) -> None:
    url = f"https://api.telegram.org/bot{TOKEN}/sendMessage of 0912 345 678 and +84912345678"
    structlog.get_logger().warning("something", url=url)
    (line,) = clean(said)
    assert line["url"] == "https://api.telegram.org/bot<token>/sendMessage of <phone> and <phone>"


def test_a_librarys_logs_too(said: io.StringIO) -> None:
    log = logging.getLogger("aiohttp.server")
    try:
        quote()
    except QuoteError:
        log.exception("Error handling request from %s", QUOTE)
    log.error("Task exception was never retrieved\nfuture: <Task exception=QuoteError('%s')>", QUOTE)
    log.info("not this")
    first, second = clean(said)
    assert (first["event"], first["error"]) == ("Error handling request from %s", "QuoteError")
    assert first["where"][-1].startswith("test_logs.py:")
    assert second["event"] == "Task exception was never retrieved"


def test_last_words(said: io.StringIO) -> None:
    """What ends the program, or one of its threads, is not printed by Python."""
    try:
        quote()
    except QuoteError as error:
        sys.excepthook(type(error), error, error.__traceback__)

    thread = threading.Thread(target=quote)
    thread.start()
    thread.join()
    assert [(line["event"], line["error"]) for line in clean(said)] == [
        ("ended", "QuoteError"),
        ("thread_ended", "QuoteError"),
    ]


async def test_a_task_nobody_waited_for(said: io.StringIO) -> None:
    asyncio.get_running_loop().call_exception_handler(
        {"message": "Task exception was never retrieved", "exception": QuoteError(QUOTE), "task": QUOTE}
    )
    (line,) = clean(said)
    assert (line["error"], line["logger"]) == ("QuoteError", "asyncio")


def test_for_a_terminal_nothing_else_is_shown(said: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", said)
        logs.setup(human=True)
    try:
        quote()
    except QuoteError:
        structlog.get_logger().exception("failed")
        logging.getLogger("x").exception("failed %s", QUOTE)
    assert said.getvalue().count("failed") == 2
    for secret in SECRETS:
        assert secret not in said.getvalue()


# The program itself.


async def test_a_handler_that_raises_with_all_of_it(
    office: Open, said: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with office() as it:
        await it.account_of(CADRE, "u-binh")
        it.users["Binh"] = "u-binh"
        errors_raised = iter([QuoteError(QUOTE), aiohttp.InvalidURL(f"http://x/bot{TOKEN}/{QUOTE}"), KeyError(QUOTE)])

        def fail(_turn: object) -> list[Any]:
            raise next(errors_raised)

        monkeypatch.setattr(dispatch, "handle", fail)
        for _ in range(3):
            await it.receive("Binh", text=QUOTE, nickname="Nông Thị Tám")
        await it.quiet()
        assert len(it.texts("u-binh")) == 3, "an apology each"
    failed = [line for line in clean(said) if line["event"] == "update_failed"]
    assert [line["error"] for line in failed] == ["QuoteError", "InvalidURL", "KeyError"]


async def test_a_database_that_refuses_a_row(office: Open, said: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL names the key it refused in its message: `Key (code)=(0912345678) already exists`."""
    async with office() as it:
        await it.account_of(CADRE, "u-binh")
        it.users["Binh"] = "u-binh"
        row = {"code": "0912345678", "name": "Nông Thị Tám"}
        await it.write(lambda conn: conn.execute(insert(person).values(**row)))

        def fail(turn: Any) -> list[Any]:
            conn: Connection = turn.conn
            conn.execute(insert(person).values(**row))
            raise AssertionError("it was taken")

        monkeypatch.setattr(dispatch, "handle", fail)
        await it.receive("Binh", text="Bí mật của bà Tám")
        await it.quiet()
    (failed,) = [line for line in clean(said) if line["event"] == "update_failed"]
    assert failed["error"] == "IntegrityError"
    assert any(place.startswith("unit.py:") for place in failed["where"]), "where among ours it happened"


async def test_a_messenger_whose_errors_quote_the_message(office_sqlite: Open, said: io.StringIO) -> None:
    async with office_sqlite() as it:
        await it.account_of(OFFICIAL, "u-hoa")
        await it.account_of(CADRE, "u-binh")
        it.users["Binh"] = "u-binh"
        it.channel.trouble = {"u-hoa": errors.Refused(QUOTE), "u-binh": QuoteError(QUOTE)}  # type: ignore[dict-item]
        await it.letter("card", OFFICIAL, await it.case(title="Bí mật của bà Tám"))
        await it.told()
        await it.receive("Binh", text="menu")
        await it.quiet()
    events = [line["event"] for line in clean(said)]
    assert events.count("letter_failed") >= 2
    assert "answer_unsaid" in events


async def test_an_ordinary_day_is_a_few_lines_without_anybody(office_sqlite: Open, said: io.StringIO) -> None:
    async with office_sqlite() as it:
        await it.account_of(CADRE, "u-binh")
        it.users["Binh"] = "u-binh"
        for text in ("phản ánh", QUOTE, "hủy"):
            await it.receive("Binh", text=text, nickname="Nông Thị Tám")
        await it.told()
        await it.quiet()
        people = it.running.app.state.registry.people.values()
        err = said.getvalue()
        assert len(err.splitlines()) < 10
        for one in people:
            assert one.name not in err
            assert one.phone not in err
        for word in ("u-binh", "phản ánh", "Cầu xóm hỏng", *SECRETS):
            assert word not in err
