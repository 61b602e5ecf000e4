"""A real PostgreSQL for the tests: one server a session on loopback, from pgserver's wheel or Debian's packages."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MISSING = "no PostgreSQL: neither pgserver's nor Debian's programs can be run (apt-get install postgresql)"
SETTINGS = {  # durable is not what tests need; quick is
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "timezone": "America/New_York",  # far from ours: whoever relies on the server's zone finds out here
}


class PostgresMissingError(Exception):
    """No programs to be had; says what to install."""


def folders() -> list[Path]:
    """Where `initdb` and `postgres` may be, best first. pgserver is looked up, not imported: importing has effects."""
    found = []
    if (spec := importlib.util.find_spec("pgserver")) and spec.origin:
        found.append(Path(spec.origin).parent / "pginstall" / "bin")
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if program := shutil.which("initdb"):
        found.append(Path(program).resolve().parent)
    return [folder for folder in found if (folder / "initdb").exists()]


def user() -> str | None:
    """PostgreSQL refuses to run as root: then it runs as nobody."""
    return "nobody" if hasattr(os, "geteuid") and os.geteuid() == 0 else None


def programs() -> Path:
    """The first folder whose programs run for that user. Raises `PostgresMissingError`."""
    for folder in folders():
        try:
            subprocess.run([folder / "initdb", "--version"], user=user(), check=True, capture_output=True, cwd="/")
        except (OSError, subprocess.SubprocessError):
            continue
        return folder
    raise PostgresMissingError(MISSING)


def free_port() -> int:
    """A port of loopback that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def server() -> Iterator[str]:
    """Yields "postgres@127.0.0.1:PORT" of a fresh server, and ends it. Raises `PostgresMissingError`."""
    binaries, run_as = programs(), user()
    home = Path(tempfile.mkdtemp(prefix="danvan-pg-"))
    data, log = home / "data", home / "log"
    try:
        log.touch()
        if run_as:
            shutil.chown(home, run_as)
            shutil.chown(log, run_as)
        words = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        subprocess.run(
            [binaries / "initdb", "-D", data, *words], user=run_as, check=True, capture_output=True, cwd=home
        )
        port = free_port()
        options = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        with log.open("ab") as output:
            process = subprocess.Popen(
                [binaries / "postgres", "-D", data, "-p", str(port), *options],
                user=run_as,
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
                cwd=home,
            )
        try:
            _wait(process, port, log)
            yield f"postgres@127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGINT)  # "fast": does not wait for clients that a killed program left
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    import psycopg

    for _ in range(600):
        if process.poll() is not None:
            break
        try:
            psycopg.connect(f"host=127.0.0.1 port={port} user=postgres dbname=postgres connect_timeout=2").close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text(errors='replace')}")


@contextmanager
def database(address: str, name: str, template: str = "template0") -> Iterator[str]:
    """Yields the URL, with the asynchronous driver, of a copy of `template`; drops it, connections and all."""
    import psycopg

    with psycopg.connect(f"postgresql://{address}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
        try:
            yield f"postgresql+asyncpg://{address}/{name}"
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())
