"""The program and the emulator, each in a process of its own. Only these are ever killed, by their own handles."""

from __future__ import annotations

import asyncio
import base64
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from aiohttp import ClientError, ClientSession, ClientTimeout

from tests.conversation.world import free_port

TOKEN = "700001:AAtest-secret"
SECRET = "dung-ai-biet"
START = 60  # seconds a start may take on a busy machine


@dataclass
class Program:
    """`danvan run`. `starts` has the seconds from each start to its first answer; `webhook` or long polling."""

    url: str
    folder: Path
    api: str
    webhook: bool
    port: int = field(default_factory=free_port)
    starts: list[float] = field(default_factory=list)
    kills: int = 0
    process: subprocess.Popen[bytes] | None = None

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        given = {
            "DATABASE_URL": self.url,
            "MEDIA_DIR": str(self.folder / "media"),
            "MODE": "live",
            "HTTP_PORT": str(self.port),
            "TELEGRAM_TOKEN": TOKEN,
            "TELEGRAM_API": self.api,
        }
        if self.webhook:
            given |= {"TELEGRAM_WEBHOOK_SECRET": SECRET, "PUBLIC_URL": self.base}
        return os.environ | {f"DANVAN_{name}": value for name, value in given.items()}

    async def start(self, http: ClientSession) -> None:
        """Answering when this returns."""
        begun = time.monotonic()
        with (self.folder / "danvan.log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: ASYNC220 - waited for below; its own handle is what kills it
                [sys.executable, "-m", "bot", "run"],
                cwd=self.folder,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        async with asyncio.timeout(START):
            while not await self._answers(http):
                assert self.process.poll() is None, f"it did not start:\n{self.log()[-2000:]}"
                await asyncio.sleep(0.02)
        self.starts.append(time.monotonic() - begun)

    async def _answers(self, http: ClientSession) -> bool:
        try:
            async with http.get(f"{self.base}/healthz") as answer:
                return answer.status == 200
        except (ClientError, OSError, TimeoutError):
            return False

    def kill(self) -> None:
        """SIGKILL: it has no say in it. It must have been alive."""
        assert self.process is not None
        assert self.process.poll() is None, f"it had ended by itself:\n{self.log()[-2000:]}"
        self.process.kill()
        self.process.wait()
        self.kills += 1

    async def stop(self) -> int:
        """SIGTERM: it finishes what it took. Returns its exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return await asyncio.to_thread(self.process.wait, 30)

    def close(self) -> None:
        """Whatever happened, nothing is left running."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def log(self) -> str:
        return (self.folder / "danvan.log").read_text(encoding="utf-8", errors="replace")


@dataclass
class Telegram:
    """The emulator of the Bot API, steered through its control addresses."""

    process: subprocess.Popen[str]
    base: str
    http: ClientSession

    @classmethod
    async def start(cls, http: ClientSession) -> Self:
        words = [sys.executable, "-m", "tests.emulator", "--port", "0", "--token", TOKEN]
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)  # noqa: ASYNC220
        assert process.stdout is not None
        base = await asyncio.to_thread(process.stdout.readline)
        assert base, "the emulator did not start"
        return cls(process, base.strip(), http)

    async def control(self, path: str, **body: Any) -> Any:
        async with self.http.post(f"{self.base}/control/{path}", json=body) as answer:
            assert answer.status == 200, f"{path}: {answer.status} {await answer.text()}"
            return await answer.json()

    async def look(self, path: str) -> Any:
        async with self.http.get(f"{self.base}/control/{path}") as answer:
            return await answer.json()

    async def do(self, user: int, what: str, **given: Any) -> Any:
        if isinstance(given.get("content"), bytes):
            given["content"] = base64.b64encode(given["content"]).decode()
        return await self.control("do", user=user, what=what, **{"with": given})

    async def messages(self, chat: int) -> list[dict[str, Any]]:
        return list((await self.look(f"chat/{chat}"))["messages"])

    async def updates(self) -> list[int]:
        """Every update there ever was."""
        return list(next(iter((await self.look("state"))["updates"].values())))

    async def calls(self) -> int:
        """How many calls of methods the program has made."""
        return int((await self.look("state"))["calls"])

    async def waiting(self) -> int:
        return int(sum((await self.look("state"))["waiting"].values()))

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()


def session() -> ClientSession:
    """For everybody's calls; no call may hang for ever."""
    return ClientSession(timeout=ClientTimeout(total=40))
