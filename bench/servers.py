"""The two servers as processes of their own, and what the kernel knows of them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from bench.world import KEY

ROOT = Path(__file__).resolve().parent.parent
SECRET = "bench-secret"
TOKEN = "7000000001:AAbenchbenchbenchbenchbenchbenchbenc"


class Server:
    """One running bot. `ready`: seconds from the process's start to the first answer of /healthz."""

    def __init__(self, command: list[str], port: int, env: dict[str, str], folder: Path, cores: set[int]) -> None:
        self.port = port
        self.log = folder / "server.log"
        start = time.perf_counter()
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command,
                cwd=folder,
                env={**os.environ, **env, "PYTHONPATH": str(ROOT)},
                stdout=log,
                stderr=log,
                preexec_fn=(lambda: os.sched_setaffinity(0, cores)) if cores else None,
            )
        self.ready = self._wait() - start

    def _wait(self) -> float:
        end = time.perf_counter() + 60
        while time.perf_counter() < end and self.process.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                    connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n")
                    if connection.recv(64).startswith(b"HTTP/1.1 200"):
                        return time.perf_counter()
            except OSError:
                pass
            time.sleep(0.01)
        self.kill()
        raise SystemExit(f"the server did not start:\n{self.log.read_text(errors='replace')[-3000:]}")

    @property
    def peak(self) -> float:
        """Peak resident memory so far, in MiB, as `top` and systemd count."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
        return 0.0

    def kill(self) -> None:
        """SIGKILL: whatever was acknowledged must be on disk by now."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def aiogram(api: str, folder: Path, cores: set[int], *, loop: str) -> Server:
    """The plain bot."""
    port = free_port()
    command = [sys.executable, "-m", "bench.aiogram_bot", str(port), api, TOKEN, SECRET, loop]
    return Server(command, port, {}, folder, cores)


def danvan(api: str, folder: Path, cores: set[int]) -> Server:
    """`danvan run`, as in production: SQLite with synchronous=FULL in `folder`, letters going out."""
    port = free_port()
    env = {
        "DANVAN_DATABASE_URL": f"sqlite+aiosqlite:///{folder / 'danvan.db'}",
        "DANVAN_MEDIA_DIR": str(folder / "media"),
        "DANVAN_KEY_FILE": str(folder.parent / KEY),
        "DANVAN_MODE": "live",
        "DANVAN_HTTP_PORT": str(port),
        "DANVAN_TELEGRAM_TOKEN": TOKEN,
        "DANVAN_TELEGRAM_API": api,
        "DANVAN_TELEGRAM_WEBHOOK_SECRET": SECRET,
    }
    return Server([sys.executable, "-m", "bot", "run"], port, env, folder, cores)
