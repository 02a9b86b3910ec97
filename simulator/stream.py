"""Server-sent events: the feed as the page's browser reads it, from where it left off."""

import json

from aiohttp import web

from simulator.feed import Change, Feed

PING_S = 10.0


async def stream(request: web.Request, feed: Feed) -> web.StreamResponse:
    """Send what came after Last-Event-ID (or `since`), then every change; `reload` if too much was missed."""
    asked = request.headers.get("Last-Event-ID") or request.query.get("since", "")
    at = int(asked) if asked.isascii() and asked.isdigit() else feed.last
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    await response.prepare(request)
    await response.write(b": here\n\n")
    while True:
        changes = feed.since(at)
        if changes is None:
            at = feed.last
            await response.write(_event(Change(at, "reload", {})))
            continue
        if changes:
            at += len(changes)
            await response.write(b"".join(_event(change) for change in changes))
        elif not await feed.wait(PING_S):
            await response.write(b": ping\n\n")


def _event(change: Change) -> bytes:
    content = json.dumps(change.content, ensure_ascii=False)
    return f"id: {change.number}\nevent: {change.name}\ndata: {content}\n\n".encode()
