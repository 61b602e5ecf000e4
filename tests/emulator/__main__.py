"""`python -m tests.emulator --port 8081`: the emulator on its own, steered through `/control/…`."""

from __future__ import annotations

import argparse
import asyncio
import contextlib

from tests.emulator.server import BotApi


async def main(port: int, tokens: list[str]) -> None:
    """Until interrupted. Prints its address once it listens."""
    api = BotApi()
    for token in tokens:
        api.bot(token)
    print(await api.start(port), flush=True)  # noqa: T201 - whoever started it reads this line
    try:
        await asyncio.Event().wait()
    finally:
        await api.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A Telegram Bot API server for tests.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", action="append", default=[], help="a bot to begin with; more by /control/bot")
    given = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main(given.port, given.token))
