"""The simulator for tests and benchmarks: runs in a thread of its own, is used with plain calls."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import urlencode

from aiohttp import web
from yarl import URL

from simulator.accounts import Account, Mode, demo_accounts
from simulator.bodies import Inbound, Packet, Stamp, message_fields, new_msg_id, pack
from simulator.callbacks import HEADERS, Attempt, Delivery, stamp_now
from simulator.handles import LoopThread, ModelHandle, PlatformHandle
from simulator.page_api import with_page
from simulator.people import Sent, demo_people
from simulator.server import Platform, build, listen
from simulator.standin import Call
from simulator.world import Rules, World

Result = TypeVar("Result")

XIAOYU = "oXiaoyu_yingda_demo_000000000"
BOSS = "oBoss_yingda_demo_0000000000"
XIAOLIN = "xiaolin"

__all__ = ["BOSS", "XIAOLIN", "XIAOYU", "Attempt", "Call", "Delivery", "Packet", "Sent", "Simulator"]


class Simulator:
    """Tencent's side of the wire on a free loopback port; a context manager, safe from any thread.

    Accounts `shop` (official, in *mode*) and `office` (WeCom) have fresh secrets; whoever speaks and is not
    known yet comes in as follower or member. The stand-in answers at once and in one chunk until `model.set`
    says otherwise. With a *key* the page is served too; *state* is the folder of phones.json and model.json.
    """

    def __init__(
        self, *, mode: Mode = "safe", rules: Rules | None = None, key: str = "", state: Path | None = None
    ) -> None:
        self._key, self._state = key, state
        self._rules = rules or Rules(retry_every_s=0.5)
        self._heard = threading.Condition()
        self._loop = LoopThread()
        self._callbacks: list[str] = ["http://127.0.0.1:9"]
        self.accounts: dict[str, Account] = demo_accounts(mode)
        self.base_url = ""

    def __enter__(self) -> Self:
        self._loop.thread.start()
        self._loop.run(self._start())
        self.model = ModelHandle(self._loop, self.world)
        self.platform = PlatformHandle(self._loop, self.world)
        self.clock = self.world.clock
        self.model.reset()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.run(self._runner.cleanup())
        self._loop.stop()

    async def _start(self) -> None:
        self.world = World(self.accounts, self._state, self._rules)
        for account in self.accounts.values():
            for person in demo_people(account.name, account.channel, account.admins):
                self.world.phones.add(person)
        self.world.phones.heard.append(self._notify)
        app, self._parts = build(self.world, self._callbacks, with_page(self._key) if self._key else None)
        self._runner: web.AppRunner
        self._runner, port = await listen(app, "127.0.0.1", 0)
        self.base_url = f"http://127.0.0.1:{port}"

    def _notify(self) -> None:
        with self._heard:
            self._heard.notify_all()

    @property
    def parts(self) -> Platform:
        """The running parts, for tests of the simulator itself."""
        return self._parts

    def call(self, work: Callable[[], Result]) -> Result:
        """Run *work* in the simulator's own thread: the only safe way to change its world."""
        return self._loop.call(work)

    def set_callback(self, *urls: str) -> None:
        """The bot's base addresses, used in turn: `http://127.0.0.1:8000` → …/callback/<account>."""
        self._loop.call(lambda: self._parts.caller.point_at(urls))

    def config_toml(self, extra: str = "") -> str:
        """A configuration with which the bot talks to this simulator; *extra* tables are appended."""
        shop, office = self.accounts["shop"], self.accounts["office"]
        key = 'encryption = "plain"' if shop.mode == "plain" else f'aes_key = "{shop.aes_key}"'
        return f"""[chat]
base_url = "{self.base_url}/v1"
api_key = "sk-simulated-0000"
model = "stand-in"

[limits]
daily_cost = 0
per_person_per_day = 0

[accounts.shop]
channel = "official"
app_id = "{shop.receive_id}"
app_secret = "{shop.secret}"
token = "{shop.token}"
{key}
api_base = "{self.base_url}"
reply = "service"
title = "青禾书店"
admins = ["{BOSS}"]

[accounts.office]
channel = "wecom"
corp_id = "{office.receive_id}"
agent_id = {office.agent_id}
secret = "{office.secret}"
token = "{office.token}"
aes_key = "{office.aes_key}"
api_base = "{self.base_url}"
admins = ["boss"]
{extra}
"""

    def say(
        self,
        account: str,
        peer: str,
        text: str,
        msg_id: int | None = None,
        times: int = 1,
        *,
        parallel: bool = False,
        kind: str = "text",
        menu_id: str = "",
    ) -> Delivery:
        """Deliver a message (*times* over: the same MsgId) and return how that went, without the answer.

        With *times* > 1 the attempts of all copies are in one Delivery.
        """

        async def inside() -> Delivery:
            done = self._parts.doings.say((account, peer), kind, text, menu_id=menu_id, msg_id=msg_id)
            return _joined(await self._parts.doings.deliver(done, times=times, parallel=parallel))

        return self._loop.run(inside())

    def event(
        self,
        account: str,
        peer: str,
        name: str,
        key: str = "",
        *,
        created_at: int | None = None,
        times: int = 1,
        parallel: bool = False,
    ) -> Delivery:
        """Deliver an event: subscribe, unsubscribe, SCAN, CLICK, enter_agent or any other name."""

        async def inside() -> Delivery:
            done = self._parts.doings.event((account, peer), name, key, created_at)
            return _joined(await self._parts.doings.deliver(done, times=times, parallel=parallel))

        return self._loop.run(inside())

    def packet(
        self,
        account: str,
        peer: str,
        text: str,
        *,
        msg_id: int | None = None,
        timestamp: int | None = None,
        nonce: str | None = None,
        mode: Mode | None = None,
        signed_as: Account | None = None,
    ) -> Packet:
        """A ready text callback to send with `send_raw`, whole or spoiled; *signed_as* has other secrets."""
        stamp = stamp_now(self.world)
        stamp = Stamp(str(timestamp or stamp.timestamp), stamp.nonce if nonce is None else nonce)
        signer = signed_as or self.accounts[account]
        fields = (*message_fields(signer.channel, "text", text), ("MsgId", msg_id or new_msg_id()))
        return pack(signer, Inbound(account, peer, int(time.time()), fields, "", text), stamp, mode=mode)

    def send_raw(
        self,
        account: str,
        query: dict[str, str] | str,
        body: bytes = b"",
        *,
        method: str = "POST",
        headers: dict[str, str] | None = None,
    ) -> Attempt:
        """One request to the account's callback, exactly as given; status 0 if nothing came within 5 s."""
        base = self._parts.caller.bases[0]
        text = query if isinstance(query, str) else urlencode(query)
        url = URL(f"{base}/callback/{account}?{text}", encoded=True)
        return self._loop.run(self._parts.caller.request(method, url, body, headers or HEADERS))

    def configure(self, account: str, token: str, aes_key: str) -> None:
        """Set the callback's Token and EncodingAESKey in the platform's console ("" for none)."""
        mode: Mode = "safe" if aes_key else "plain"
        new = replace(self.accounts[account], token=token, aes_key=aes_key, mode=mode)
        self._loop.call(lambda: self.accounts.update({account: new}))

    def verify(self, account: str, echo: str = "5161061540317") -> Attempt:
        """The URL check of the platform's console."""
        return self._loop.run(self._parts.caller.verify(self.accounts[account], echo))

    def replies(self, account: str, peer: str) -> list[Sent]:
        """What reached *peer* so far, in order."""
        return list(self.world.phones.sent.get((account, peer), ()))

    def wait_replies(self, account: str, peer: str, count: int, timeout_s: float = 10.0) -> list[Sent]:
        """Wait until *peer* has at least *count* messages. Raises AssertionError with what there was."""
        with self._heard:
            arrived = self._heard.wait_for(lambda: len(self.replies(account, peer)) >= count, timeout_s)
        found = self.replies(account, peer)
        if not arrived:
            texts = [sent.text[:80] for sent in found]
            raise AssertionError(
                f"{account}:{peer} has {len(found)} of {count} replies after {timeout_s} s: {texts}"
            )
        return found

    @property
    def typing_calls(self) -> list[tuple[str, str, str]]:
        """Every typing call: (account, peer, command)."""
        return list(self.world.typing_calls)


def _joined(deliveries: Sequence[Delivery]) -> Delivery:
    first = deliveries[0]
    for other in deliveries[1:]:
        first.attempts += other.attempts
        first.acknowledged = first.acknowledged and other.acknowledged
        first.notice = first.notice or other.notice
        first.passive = first.passive or other.passive
        first.transferred = first.transferred or other.transferred
    return first
