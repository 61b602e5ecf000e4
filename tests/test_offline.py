"""The guard that keeps tests off the network works, here and in the programs that tests start."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys

import pytest

NetworkUsedError = sys.modules["danvan_offline"].NetworkUsedError

ELSEWHERE = "192.0.2.1"  # an address of RFC 5737: documentation only, nobody's


def test_a_plain_socket_is_refused() -> None:
    with socket.socket() as sock, pytest.raises(NetworkUsedError):
        sock.connect((ELSEWHERE, 80))


def test_a_datagram_is_refused() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as sock, pytest.raises(NetworkUsedError):
        sock.sendto(b"x", (ELSEWHERE, 53))


async def test_asyncio_is_refused() -> None:
    with pytest.raises(NetworkUsedError):
        await asyncio.open_connection(ELSEWHERE, 80)


def test_a_name_is_not_even_looked_up() -> None:
    with pytest.raises(NetworkUsedError, match=r"example\.org"):
        socket.getaddrinfo("example.org", 443)


def test_a_child_is_refused_too() -> None:
    code = f"import socket; socket.create_connection(({ELSEWHERE!r}, 80), 1)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "NetworkUsedError" in run.stderr


async def test_loopback_is_open() -> None:
    served = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0)
    async with served:
        port = served.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("localhost", port)
        assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()
