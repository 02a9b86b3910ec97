"""Watches whether the bot's web, workers and store answer, and which model is in use."""

import asyncio
import json
import time
from typing import Any

from yarl import URL

from simulator.callbacks import Caller
from simulator.words import Words, words
from simulator.world import World

LOOK_S = 2.0
LOOK_WHEN_DOWN_S = 0.5
SIGN_OF_LIFE_S = 9.0

WEB_DOWN = words(
    "应答没在运行：回到终端，再运行 make demo", "Yingda is not running: run `make demo` in a terminal"
)
STORE_DOWN = words("数据库没回应，微信会再送一次", "the store does not answer; WeChat will send again")
NO_WORKER = words(
    "没有工人在干活，消息先排着，不会丢", "no worker is running; messages wait and are not lost"
)


class Health:
    """What the state dots at the top of the page show."""

    def __init__(self, world: World, caller: Caller) -> None:
        self._world, self._caller = world, caller
        self._web = self._store = "down"
        self._workers = 0
        self._model = self._model_json()
        self._shown: dict[str, Any] = {}

    def as_json(self) -> dict[str, Any]:
        return {
            "web": self._web,
            "workers": self._workers,
            "store": self._store,
            "model": self._model,
            "bot_hint": self._hint(),
        }

    def _hint(self) -> Words | None:
        if self._web == "down":
            return WEB_DOWN
        if self._store == "down":
            return STORE_DOWN
        return None if self._workers else NO_WORKER

    def _model_json(self) -> dict[str, Any]:
        real = self._world.real_model()
        if real:
            return {"state": "up", "name": str(real.get("model", "")), "standin": False}
        return {"state": "up", "name": "stand-in", "standin": True}

    def look_at_model(self) -> None:
        self._model = self._model_json()
        self._publish()

    def _publish(self) -> None:
        now = self.as_json()
        if now != self._shown:
            self._shown = now
            self._world.feed.publish("health", now)

    async def watch(self) -> None:
        """Look again and again, faster while something is down."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_WHEN_DOWN_S if self._hint() else LOOK_S)

    async def look(self) -> None:
        """Ask /healthz and /readyz once."""
        base = self._caller.bases[0]
        alive = await self._caller.request("GET", URL(f"{base}/healthz"), timeout_s=LOOK_S)
        self._web = "up" if alive.status == 200 else "down"
        self._store, self._workers = "down", 0
        if alive.status == 200:
            ready = await self._caller.request("GET", URL(f"{base}/readyz"), timeout_s=LOOK_S * 2)
            self._read(ready.body)
        self._model = self._model_json()
        self._publish()

    def _killed(self) -> int:
        """A worker that was just killed here still counts with the bot until its sign of life ends."""
        return int(time.monotonic() - self._world.worker_killed < SIGN_OF_LIFE_S)

    def _read(self, body: bytes) -> None:
        try:
            told = json.loads(body)
            self._store = "up" if told.get("store") == "up" else "down"
            self._workers = max(0, int(told.get("workers") or 0) - self._killed())
        except (ValueError, AttributeError, TypeError):
            self._store, self._workers = "down", 0
