"""Events down to a page: Server-Sent Events, or one long poll at a time where a proxy holds streams back."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.channels.web_guard import HEADERS, reply
from bot.channels.web_hub import Event, Stream
from bot.channels.web_messages import PAGE_ID, BadMessage
from storage import web as rows

if TYPE_CHECKING:
    from bot.channels.web import WebChannel

BEAT = 20.0  # seconds of silence after which the page hears that we are still there
LIFE = 600.0  # a stream ends after this and the page returns: rights are looked at again
POLL = 25.0
PART = 200


def event_of(bubble: rows.Bubble) -> Event:
    """A row as the page gets it. An own bubble carries the id its page gave it, so that it is not shown twice."""
    at = bubble.at.isoformat()
    event: Event = {"kind": "message", "id": bubble.id, "chat": bubble.chat, "body": bubble.body, "at": at}
    if bubble.edits:
        event |= {"kind": "edit", "edits": bubble.edits}
    if bubble.own:
        user, _, client = bubble.own.partition(":")
        event |= {"user": user, "client": client}
    return event


async def events(request: web.Request, channel: WebChannel, user: str, chats: frozenset[str]) -> web.StreamResponse:
    """Everything after `?after=`, then what happens. `?poll=1` answers as soon as there is something."""
    after, page = request.query.get("after", "0"), request.query.get("page", "")
    if not after.isdecimal() or len(after) > 15 or (page and not PAGE_ID.fullmatch(page)):
        raise BadMessage
    stream = Stream(user, page, chats)
    channel.hub.join(stream)  # before the table is read, so that nothing falls between; the page knows each id
    try:
        stream_wants(stream, channel)
        if request.query.get("poll"):
            return await _poll(request, stream, channel, int(after))
        return await _stream(request, stream, channel, int(after))
    finally:
        channel.hub.leave(stream)


def stream_wants(stream: Stream, channel: WebChannel) -> None:
    """Files asked for while no page was open."""
    for ref in channel.uploads.wanted(stream.user):
        stream.put({"kind": "want", "id": f"w{ref}", "ref": ref})


async def _news(stream: Stream, channel: WebChannel, after: int) -> list[Event]:
    found = await channel.db.read(lambda conn: rows.news(conn, stream.chats, after, PART))
    return [event_of(bubble) for bubble in found]


async def _poll(request: web.Request, stream: Stream, channel: WebChannel, after: int) -> web.Response:
    """`?have=` names what is not in the table and the page already has; it would be handed out again at once."""
    have = set(request.query.get("have", "")[:4000].split(","))
    found, end = await _news(stream, channel, after), time.monotonic() + POLL
    while not channel.hub.closed:
        left = 0.0 if found and stream.queue.empty() else end - time.monotonic()
        try:
            event = await asyncio.wait_for(stream.queue.get(), left) if left > 0 else None
        except TimeoutError:
            break
        if event is None:
            break
        found += [] if event["id"] in have else [event]
    return reply({"events": found})


async def _stream(request: web.Request, stream: Stream, channel: WebChannel, after: int) -> web.StreamResponse:
    # X-Accel-Buffering: nginx would otherwise hold events back until its buffer is full.
    kept = {"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    response = web.StreamResponse(headers=HEADERS | kept)
    await response.prepare(request)
    end = time.monotonic() + LIFE
    try:
        await response.write(_frame({"kind": "hello", "id": ""}))
        backlog = await _news(stream, channel, after)
        for event in backlog:
            await response.write(_frame(event))
        if len(backlog) == PART:
            return response  # more than one part: the page confirms these and returns for the rest
        while time.monotonic() < end and not channel.hub.closed:
            await response.write(await _next(stream))
    except (ConnectionResetError, _Closed):
        pass
    return response


class _Closed(Exception):
    pass


async def _next(stream: Stream) -> bytes:
    try:
        event = await asyncio.wait_for(stream.queue.get(), BEAT)
    except TimeoutError:
        return b": beat\n\n"
    if event is None:
        raise _Closed
    return _frame(event)


def _frame(event: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode() + b"\n\n"
