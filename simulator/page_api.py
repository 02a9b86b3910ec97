"""The page's interface: its state, its stream of changes, and everything its buttons do."""

import asyncio
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from aiohttp import web

from simulator.cards import Cards
from simulator.doings import EVENTS
from simulator.health import Health
from simulator.manner import MODES
from simulator.model_choice import choose_model
from simulator.resend import resend, tamper
from simulator.server import Extend, Platform, stop_task
from simulator.stream import stream
from simulator.words import UserError, words

PAGE = Path(__file__).parent / "page"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# What cannot stand in the page itself: nobody may show it in a frame of theirs.
_GUARD = {"Content-Security-Policy": "frame-ancestors 'none'", "X-Content-Type-Options": "nosniff"}


class PageApi:
    """Serves the page of *platform* to whoever has *key*."""

    def __init__(self, platform: Platform, key: str, health: Health, cards: Cards) -> None:
        self._platform, self._world, self._doings = platform, platform.world, platform.doings
        self._key, self._health, self._cards = key, health, cards

    def add_to(self, app: web.Application) -> None:
        """Add the page, its static files and /sim/*."""
        add = app.router.add_route
        add("GET", "/", self._index)
        if PAGE.is_dir():
            app.router.add_static("/page/", PAGE)
        add("GET", "/sim/state", self._guarded(self._state))
        add("GET", "/sim/events", self._guarded(self._events))
        add("GET", "/sim/rows/{id}", self._guarded(self._row))
        add("GET", "/sim/export", self._guarded(self._export))
        add("GET", "/sim/dialogue", self._guarded(self._dialogue))
        posts: dict[str, Callable[[web.Request, dict[str, Any]], Awaitable[dict[str, Any]]]] = {
            "/sim/say": self._say,
            "/sim/event": self._event,
            "/sim/people": self._people,
            "/sim/rows/{id}/resend": self._resend,
            "/sim/rows/{id}/tamper": self._tamper,
            "/sim/accounts/{name}": self._account,
            "/sim/faults": self._faults,
            "/sim/cards/{id}": self._card,
            "/sim/model": self._model,
            "/sim/clear": self._clear,
        }
        for path, answer in posts.items():
            add("POST", path, self._guarded(_json(answer)))

    def _guarded(self, handler: Handler) -> Handler:
        async def guard(request: web.Request) -> web.StreamResponse:
            given = request.headers.get("X-Key") or request.query.get("k", "")
            if not hmac.compare_digest(given.encode(), self._key.encode()):
                return web.json_response(
                    {"error": words("钥匙不对，请从启动时给的地址打开", "wrong key")}, status=403
                )
            origin = request.headers.get("Origin")
            own = {f"http://{request.host}", f"https://{request.host}"}
            if request.method == "POST" and origin is not None and origin not in own:
                return web.json_response({"error": words("来源不对", "wrong origin")}, status=403)
            return await handler(request)

        return guard

    async def _index(self, _request: web.Request) -> web.StreamResponse:
        return web.FileResponse(PAGE / "index.html", headers=_GUARD)

    async def _state(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response(self._snapshot())

    def _snapshot(self) -> dict[str, Any]:
        world = self._world
        chats = [chat for chat in world.phones.people if world.phones.listed(chat)]
        return {
            "last_event": str(world.feed.last),
            "accounts": [account.as_json() for account in world.accounts.values()],
            "people": world.phones.as_json(),
            "bubbles": world.phones.bubbles_json(),
            "groups": world.wire.groups.as_json(),
            "rows": [row.as_json() for row in world.wire.rows.values()],
            "typing": [
                {"account": account, "peer": peer, "on": True} for account, peer in world.typing_until
            ],
            "allowances": [world.allowance_json(chat) for chat in chats],
            "health": self._health.as_json(),
            "cards": self._cards.as_json(),
            "faults": self._faults_json(),
        }

    async def _events(self, request: web.Request) -> web.StreamResponse:
        return await stream(request, self._world.feed)

    async def _row(self, request: web.Request) -> web.StreamResponse:
        found = self._world.wire.bodies(request.match_info["id"])
        if found is None:
            return web.json_response({"error": words("更早的已省略", "kept no more")}, status=404)
        return web.json_response(found)

    async def _export(self, _request: web.Request) -> web.StreamResponse:
        text = json.dumps(self._world.wire.export(), ensure_ascii=False, indent=1)
        return _download(text, "wire.json", "application/json")

    async def _dialogue(self, request: web.Request) -> web.StreamResponse:
        chat = (request.query.get("account", ""), request.query.get("peer", ""))
        lines = [f"    ({said!r}, {heard!r}),\n" for said, heard in self._world.phones.dialogue(chat)]
        return _download("DIALOGUE = [\n" + "".join(lines) + "]\n", "dialogue.py", "text/x-python")

    async def _say(self, _request: web.Request, asked: dict[str, Any]) -> dict[str, Any]:
        chat = self._chat(asked)
        kind, text = str(asked.get("kind", "text")), str(asked.get("text", ""))
        done = self._doings.say(chat, kind, text, menu_id=str(asked.get("menu_id") or ""))
        self._doings.background(self._doings.deliver(done))
        return {"bubble": done[1].id}

    async def _event(self, _request: web.Request, asked: dict[str, Any]) -> dict[str, Any]:
        event = str(asked.get("event"))
        if event not in EVENTS:
            raise UserError("没有这个事件", "no such event")
        done = self._doings.event(self._chat(asked), event, str(asked.get("key") or ""))
        self._doings.background(self._doings.deliver(done))
        return {"bubble": done[1].id}

    def _chat(self, asked: dict[str, Any]) -> tuple[str, str]:
        chat = (str(asked.get("account")), str(asked.get("peer")))
        if self._world.phones.person(chat) is None:
            raise UserError("没有这个人", "no such person")
        return chat

    async def _people(self, _request: web.Request, asked: dict[str, Any]) -> dict[str, Any]:
        return self._doings.newcomer(str(asked.get("account")), str(asked.get("name", "")).strip()).as_json()

    async def _resend(self, request: web.Request, _asked: dict[str, Any]) -> dict[str, Any]:
        return {"row": (await resend(self._platform, request.match_info["id"])).id}

    async def _tamper(self, request: web.Request, _asked: dict[str, Any]) -> dict[str, Any]:
        row = await tamper(self._platform, request.match_info["id"])
        return {"row": row.id, "status": row.status}

    async def _account(self, request: web.Request, asked: dict[str, Any]) -> dict[str, Any]:
        return self._doings.change(request.match_info["name"], asked).as_json()

    def _faults_json(self) -> dict[str, Any]:
        manner, faults = self._world.standin.manner, self._world.faults
        model = {
            "first_byte_s": manner.first_byte_s,
            "chunks_per_s": manner.chunks_per_s,
            "mode": manner.mode,
        }
        return {"model": model, "platform": {"delay_ms": faults.delay_ms, "errcode": faults.errcode}}

    async def _faults(self, _request: web.Request, asked: dict[str, Any]) -> dict[str, Any]:
        standin, faults = self._world.standin, self._world.faults
        model, platform = asked.get("model") or {}, asked.get("platform") or {}
        now = standin.manner
        mode = model.get("mode", now.mode)
        if mode not in MODES:
            raise UserError("没有这种状态", "no such mode")
        first, pace = (
            _number(model, "first_byte_s", now.first_byte_s),
            _number(model, "chunks_per_s", now.chunks_per_s),
        )
        standin.manner = replace(now, first_byte_s=first, chunks_per_s=pace, mode=mode, times=None)
        faults.delay_ms = int(_number(platform, "delay_ms", faults.delay_ms))
        faults.errcode = int(_number(platform, "errcode", faults.errcode, least=-1))
        self._world.feed.publish("faults", self._faults_json())
        return self._faults_json()

    async def _card(self, request: web.Request, _asked: dict[str, Any]) -> dict[str, Any]:
        return self._cards.start(request.match_info["id"])

    async def _model(self, _request: web.Request, asked: dict[str, Any]) -> dict[str, Any]:
        await choose_model(self._world, asked)
        self._health.look_at_model()
        return {"ok": True}

    async def _clear(self, _request: web.Request, _asked: dict[str, Any]) -> dict[str, Any]:
        self._world.wire.clear()
        return {}


def _number(table: dict[str, Any], name: str, usual: float, *, least: float = 0.0) -> float:
    found = table.get(name, usual)
    if not isinstance(found, int | float) or isinstance(found, bool) or not least <= found <= 120_000:
        raise UserError(f"{name} 要是一个数", f"{name} has to be a number")
    return float(found)


def _json(answer: Callable[[web.Request, dict[str, Any]], Awaitable[dict[str, Any]]]) -> Handler:
    """JSON in and out; what the person asked for and cannot have becomes 400 with the reason."""

    async def serve(request: web.Request) -> web.StreamResponse:
        try:
            asked = await request.json() if request.can_read_body else {}
            if not isinstance(asked, dict):
                raise UserError("请求不是 JSON 对象", "the request is not a JSON object")
            return web.json_response(await asyncio.shield(answer(request, asked)))
        except UserError as error:
            return web.json_response({"error": error.text}, status=400)
        except ValueError:
            return web.json_response({"error": words("请求不是 JSON", "the request is not JSON")}, status=400)

    return serve


def _download(text: str, name: str, kind: str) -> web.Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Type": f"{kind}; charset=utf-8",
    }
    return web.Response(body=text.encode(), headers=headers)


def with_page(key: str) -> Extend:
    """What adds the page, its health watch and its cards to the application."""

    def extend(app: web.Application, platform: Platform) -> None:
        health = Health(platform.world, platform.caller)
        PageApi(platform, key, health, Cards(platform)).add_to(app)

        async def watching(_app: web.Application) -> AsyncIterator[None]:
            task = asyncio.create_task(health.watch())
            yield
            await stop_task(task)

        app.cleanup_ctx.append(watching)

    return extend
