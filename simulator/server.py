"""The one aiohttp application: Tencent's API, the stand-in model, and (with a key) the page."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from aiohttp import web

from simulator import official, wecom
from simulator.api import add_routes, unknown_path
from simulator.callbacks import Caller
from simulator.doings import Doings
from simulator.world import World

TICK_S = 1.0
SHUTDOWN_S = 0.5
"""How long open requests (the page's stream never ends) may go on when we stop."""
BODY_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Platform:
    """The running parts: state, the client that delivers callbacks, and what people can do."""

    world: World
    caller: Caller
    doings: Doings


Extend = Callable[[web.Application, Platform], None]


def build(
    world: World, callbacks: Sequence[str], extend: Extend | None = None
) -> tuple[web.Application, Platform]:
    """The application for *world*, delivering to *callbacks*; *extend* adds the page's part."""
    caller = Caller(world, callbacks)
    platform = Platform(world, caller, Doings(world, caller))
    app = web.Application(client_max_size=BODY_BYTES)
    app.cleanup_ctx.append(_running(platform))
    add_routes(app, world, official.ROUTES + wecom.routes(world.clock))
    app.router.add_post("/v1/chat/completions", world.standin.chat)
    app.router.add_get("/v1/models", world.standin.models)
    if extend:
        extend(app, platform)
    app.router.add_route("*", "/{path:.*}", _unknown)
    return app, platform


async def _unknown(request: web.Request) -> web.Response:
    return unknown_path(request)


def _running(platform: Platform) -> Callable[[web.Application], AsyncIterator[None]]:
    async def run(_app: web.Application) -> AsyncIterator[None]:
        await platform.caller.start()
        ticking = asyncio.create_task(_tick(platform.world))
        yield
        await stop_task(ticking)
        await platform.doings.stop()
        await platform.caller.stop()
        platform.world.phones.save()

    return run


async def stop_task(task: asyncio.Task[None]) -> None:
    """Cancel *task* and wait until it is gone."""
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def _tick(world: World) -> None:
    """Once a second: end typing nobody ended, and save the phones if they changed."""
    while True:
        await asyncio.sleep(TICK_S)
        world.end_stale_typing()
        await asyncio.to_thread(world.phones.save)


async def listen(app: web.Application, host: str, port: int) -> tuple[web.AppRunner, int]:
    """Serve *app*; port 0 takes a free one. Returns the runner and the port."""
    # A client that hangs up (the bot stopping a stream) ends the handler at once.
    runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=SHUTDOWN_S)
    await runner.setup()
    site = web.TCPSite(runner, host, port, backlog=4096)
    await site.start()
    bound: int = runner.addresses[0][1]
    return runner, bound
