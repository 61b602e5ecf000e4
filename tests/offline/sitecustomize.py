"""The network is off but for loopback, in this process and in every Python it starts.

`tests/conftest.py` imports this file and puts its folder on PYTHONPATH, where a starting Python finds it by its name.
An audit hook sees every Python socket, also asyncio's; it cannot be taken off again. (uvloop opens its sockets unseen:
the tests run on asyncio's own loop.)
"""

from __future__ import annotations

import ipaddress
import socket
import sys

NAMES = {"localhost", "localhost.localdomain", "ip6-localhost", ""}


class NetworkUsedError(AssertionError):
    """A test, or the program under test, reached for the outside world."""


def is_local(host: object) -> bool:
    """Whether a host of a socket address is this machine; None and "" mean it too."""
    if isinstance(host, bytes | bytearray):
        host = host.decode("ascii", "replace")
    if not isinstance(host, str) or host in NAMES:
        return True
    try:
        return (address := ipaddress.ip_address(host.split("%")[0])).is_loopback or address.is_unspecified
    except ValueError:
        return host == socket.gethostname()


def guard(event: str, arguments: tuple[object, ...]) -> None:
    """The audit hook: refuses to connect, send or look up a name elsewhere. Sockets in the file system pass."""
    if event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        host = arguments[0]
    else:
        return
    if not is_local(host):
        raise NetworkUsedError(f"{event} {host!r}: the network is off in tests")


# Once a process: a child has it by its name before the tests ask for it by theirs.
if sys.modules.setdefault("danvan_offline", sys.modules[__name__]) is sys.modules[__name__]:
    sys.addaudithook(guard)
