"""The frame around every cgi-bin call: apply faults, answer as the platform does, log the row."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any

from aiohttp import web

from simulator.accounts import Account
from simulator.errcodes import official_errmsg, wecom_errmsg
from simulator.wire import Row
from simulator.words import Words
from simulator.world import World

OK: dict[str, Any] = {"errcode": 0, "errmsg": "ok"}


class ErrcodeError(Exception):
    """The call is answered with *errcode*."""

    def __init__(self, errcode: int, account: str = "", peer: str = "") -> None:
        super().__init__(errcode)
        self.errcode, self.account, self.peer = errcode, account, peer


@dataclass(slots=True)
class Ask:
    """One call as it came in; *row* is filled in by the handler as it learns whom the call is about."""

    world: World
    query: Mapping[str, str]
    body: bytes
    row: Row

    def json(self) -> dict[str, Any]:
        """The request as JSON, whatever its Content-Type. Raises ErrcodeError(44002 or 47001)."""
        if not self.body:
            raise ErrcodeError(44002)
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            raise ErrcodeError(47001) from None
        if not isinstance(found, dict):
            raise ErrcodeError(47001)
        return found

    def account(self, channel: str) -> Account:
        """Whose access_token this is. Raises ErrcodeError."""
        account, errcode = self.world.of_token(self.query.get("access_token", ""), channel)
        owner = account or self.world.only_account(channel)
        self.row.account = owner.name if owner else ""
        if errcode or account is None:
            raise ErrcodeError(errcode)
        return account


def permitted(ask: Ask, right: str) -> Account:
    """The official account behind the token, if its kind may do *right*. Raises ErrcodeError."""
    account = ask.account("official")
    if account.channel != "official":
        raise ErrcodeError(40001)
    if not account.may(right):
        raise ErrcodeError(48001)
    return account


@dataclass(frozen=True, slots=True)
class Told:
    """The answer; *abort* cuts the connection in its place."""

    content: dict[str, Any]
    abort: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """One documented call. *channel* decides the form of the answer; "any" follows the token."""

    method: str
    path: str
    channel: str
    topic: str
    what: Words
    answer: Callable[[Ask], Told]


def add_routes(app: web.Application, world: World, routes: list[Route]) -> None:
    """Serve *routes*, and answer every other cgi-bin path as unknown."""
    for route in routes:
        app.router.add_route(route.method, route.path, _served(world, route))


def _served(world: World, route: Route) -> Callable[[web.Request], Any]:
    async def serve(request: web.Request) -> web.StreamResponse:
        body = await request.read()
        delay_s = world.faults.delay_ms / 1000
        row = world.wire.begin("api", route.what, route.topic, show=delay_s > 0)
        row.raw = f"{request.method} {request.path_qs}\n\n{body.decode(errors='replace')}"
        row.size = len(body)
        if delay_s:
            await asyncio.sleep(delay_s)
        told = _answer(Ask(world, request.query, body, row), route, request.remote or "127.0.0.1")
        errcode = told.content.get("errcode", 0)
        text = json.dumps(told.content, ensure_ascii=False)
        row.response = "（连接被切断，没有回应 / connection cut, no answer）" if told.abort else text
        status = 0 if told.abort else 200
        world.wire.end(
            row, ok=errcode == 0 and not told.abort, status=status, errcode=errcode, shown=delay_s > 0
        )
        if told.abort and request.transport:
            request.transport.abort()
        kind = (
            "application/json; charset=UTF-8"
            if route.channel == "wecom"
            else "application/json; encoding=utf-8"
        )
        date = formatdate(world.clock.wall() + world.faults.date_off_s, usegmt=True)
        return web.Response(body=text.encode(), headers={"Content-Type": kind, "Date": date})

    return serve


def _answer(ask: Ask, route: Route, ip: str) -> Told:
    try:
        return route.answer(ask)
    except ErrcodeError as refused:
        owner = ask.world.accounts.get(ask.row.account)
        wecom = owner.channel == "wecom" if owner else route.channel == "wecom"
        errmsg = wecom_errmsg(refused.errcode, ip) if wecom else official_errmsg(refused.errcode)
        return Told({"errcode": refused.errcode, "errmsg": errmsg})


def unknown_path(request: web.Request) -> web.Response:
    """A path the platform does not have."""
    content = {"errcode": 404, "errmsg": f"no such interface: {request.path}"}
    return web.json_response(content, status=404)


def text_in(asked: dict[str, Any]) -> str:
    """The words of a send, before anything of it is checked; empty where there are none."""
    text = asked.get("text")
    return str(text.get("content", "")) if isinstance(text, dict) else ""
