"""Who may talk to the web chat: same-origin pages only, by a bearer token; what every answer carries; kind refusals."""

from __future__ import annotations

import hashlib
import ipaddress
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

STATIC = Path(__file__).parent / "web"
WORDS: dict[str, dict[str, str]] = json.loads((STATIC / "words.json").read_text(encoding="utf-8"))
MAX_BODY = 256 * 1024
# 32 random bytes in base64url. The page makes its token itself: a lost answer to "enter" can then be asked for again.
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "media-src 'self' blob:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; frame-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(self), microphone=(self), geolocation=(self)",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Refusal(Exception):
    """An HTTP answer with a code for the page and a sentence for the person."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


def language(request: web.Request) -> str:
    """The page says which; else the browser; else Vietnamese."""
    asked = request.headers.get("X-Lang") or request.query.get("lang") or request.headers.get("Accept-Language") or ""
    return "en" if asked.lower().startswith("en") else "vi"


def refusal(request: web.Request, error: Refusal) -> web.Response:
    """`error` is for the page, `say` for the person."""
    words = WORDS[language(request)]
    say = words.get(f"error.{error.code}", words["error.bad"])
    return reply({"error": error.code, "say": say}, error.status)


def reply(value: Any, status: int = 200) -> web.Response:
    """JSON, never kept by a cache."""
    return web.json_response(value, status=status, headers=HEADERS | {"Cache-Control": "no-store"})


def token_hash(request: web.Request) -> str:
    """The only form of a token that is looked at. Raises 401 where there is none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not TOKEN.fullmatch(token):
        raise Refusal(401, "session")
    return hashlib.sha256(token.encode()).hexdigest()


def same_origin(request: web.Request, public_host: str, *, demo: bool) -> None:
    """No other site may talk to us through a person's browser. Raises 403.

    `demo` gives sessions away, so a name that somebody points at 127.0.0.1 (DNS rebinding) is refused as well.
    """
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    ours = {request.host.lower(), public_host} - {""}
    if origin is not None and urlsplit(origin).netloc.lower() not in ours:
        raise Refusal(403, "origin")
    if site not in ("same-origin", "none"):
        raise Refusal(403, "origin")
    if demo and not _plain_host(request.host, public_host):
        raise Refusal(403, "origin")


def _plain_host(host: str, public_host: str) -> bool:
    name = urlsplit(f"//{host}").hostname or ""
    if name == "localhost" or host.lower() == public_host:
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


async def read_json(request: web.Request) -> Any:
    """The body, bounded before it is read into memory. Raises 413 or 400."""
    if (request.content_length or 0) > MAX_BODY:
        raise Refusal(413, "big")
    raw = bytearray()
    async for chunk in request.content.iter_any():
        raw += chunk
        if len(raw) > MAX_BODY:
            raise Refusal(413, "big")
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        raise Refusal(400, "bad") from None


def client(request: web.Request) -> str:
    """Whose tries are counted: the caller, or the one a proxy on this machine names last."""
    remote = request.remote or ""
    told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    try:
        behind = bool(told) and ipaddress.ip_address(remote).is_loopback
    except ValueError:
        behind = False
    return told[:64] if behind else remote


class Tries:
    """Counts wrong codes per address; bounded in memory. `clock` is monotonic seconds."""

    def __init__(self, clock: Callable[[], float], most: int = 10, seconds: float = 600.0) -> None:
        self._clock, self._most, self._seconds = clock, most, seconds
        self._wrong: dict[str, list[float]] = {}

    def check(self, who: str) -> None:
        """Raises 429 after too many wrong codes."""
        since = self._clock() - self._seconds
        recent = [at for at in self._wrong.get(who, []) if at > since]
        if len(recent) >= self._most:
            raise Refusal(429, "slow")

    def wrong(self, who: str) -> None:
        """One more wrong code."""
        since = self._clock() - self._seconds
        if len(self._wrong) > 10_000:
            self._wrong = {name: at for name, at in self._wrong.items() if at[-1] > since}
        recent = [at for at in self._wrong.get(who, []) if at > since]
        self._wrong[who] = [*recent[-self._most :], self._clock()]
