"""Delivers callbacks as Tencent does: 5 s each, three attempts, the same MsgId, and judges each answer."""

import asyncio
import itertools
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

import aiohttp
from yarl import URL

from simulator.accounts import Account
from simulator.bodies import Inbound, Packet, Stamp, pack, pack_verify
from simulator.explain import NOTICE, TRANSFERRED, WAITS_FOR_AGENT
from simulator.groups import Group
from simulator.people import Bubble, Sent
from simulator.verdict import Verdict, judge
from simulator.wire import Row
from simulator.words import Words, words
from simulator.world import World

HEADERS = {"User-Agent": "Mozilla/4.0", "Accept": "*/*", "Pragma": "no-cache", "Content-Type": "text/xml"}
VERIFY_S = {"official": 5.0, "wecom": 1.0}
TOPICS = {
    "ack": "callback_ok",
    "reply": "callback_reply",
    "transfer": "callback_transfer",
    "failed": "callback_failed",
    "unacceptable": "callback_bad_reply",
}
TAKEN = ("ack", "reply", "transfer")
SILENT_EVENTS = (("Event", "unsubscribe"), ("Event", "enter_agent"))
"""Events after which nobody waits for a word, so that no fault notice is shown."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request and what came back; status 0 when nothing came within 5 s."""

    status: int
    body: bytes
    ms: float


@dataclass(slots=True)
class Delivery:
    """How one message was delivered. *passive* is the reply that came in the response, if any."""

    msg_id: str
    attempts: list[Attempt] = field(default_factory=list)
    acknowledged: bool = False
    notice: bool = False
    passive: str | None = None
    transferred: bool = False

    @property
    def statuses(self) -> list[int]:
        return [attempt.status for attempt in self.attempts]

    @property
    def ack_ms(self) -> list[float]:
        return [attempt.ms for attempt in self.attempts]


def stamp_now(world: World) -> Stamp:
    """A new timestamp and nonce; every attempt gets its own."""
    return Stamp(str(int(world.clock.wall())), str(secrets.randbelow(10**10)))


class Caller:
    """The platform's HTTP client. *bases* are the bot's addresses, used in turn."""

    def __init__(self, world: World, bases: Sequence[str]) -> None:
        self._world = world
        self._session: aiohttp.ClientSession | None = None
        self.point_at(bases)

    def point_at(self, bases: Sequence[str]) -> None:
        self.bases = [base.rstrip("/") for base in bases]
        self._turns = itertools.cycle(self.bases)

    async def start(self) -> None:
        # Idle connections are closed before the web server closes them, so that none fails a callback.
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=1.0)
        self._session = aiohttp.ClientSession(connector=connector, auto_decompress=False)

    async def stop(self) -> None:
        if self._session:
            await self._session.close()

    def url(self, account: str, query: dict[str, str]) -> URL:
        return URL(f"{next(self._turns)}/callback/{account}?{urlencode(query)}", encoded=True)

    async def request(
        self,
        method: str,
        url: URL,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        timeout_s: float = 5.0,
    ) -> Attempt:
        """One request within *timeout_s* in total; no redirects."""
        if self._session is None:
            raise RuntimeError("start() comes first")
        started = time.perf_counter()
        limit = aiohttp.ClientTimeout(total=timeout_s)
        try:
            async with self._session.request(
                method,
                url,
                data=body or None,
                headers=headers or HEADERS,
                timeout=limit,
                allow_redirects=False,
                skip_auto_headers=("Accept-Encoding",),
            ) as answer:
                content = await answer.read()
                return Attempt(answer.status, content, (time.perf_counter() - started) * 1000)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return Attempt(0, type(error).__name__.encode(), (time.perf_counter() - started) * 1000)

    async def deliver(self, inbound: Inbound, bubble: Bubble | None = None) -> Delivery:
        """Deliver until acknowledged, at most three times; afterwards the person sees the fault notice."""
        world, rules = self._world, self._world.rules
        account = world.accounts[inbound.account]
        group = self._group(inbound, bubble)
        delivery = Delivery(inbound.identity)
        for number in range(1, rules.attempts + 1):
            started = time.perf_counter()
            self._show_attempt(bubble, number)
            packet = pack(account, inbound, stamp_now(world))
            what = words(f"回调 {number}/{rules.attempts}", f"callback {number}/{rules.attempts}")
            attempt, verdict, _ = await self.post(account, inbound, packet, what, group, bubble)
            delivery.attempts.append(attempt)
            if verdict.outcome != "failed":
                break
            if number < rules.attempts:
                await asyncio.sleep(max(rules.retry_every_s - (time.perf_counter() - started), 0.0))
        self._settle(account, inbound, group, bubble, delivery, verdict)
        return delivery

    def _group(self, inbound: Inbound, bubble: Bubble | None) -> Group:
        chat = (inbound.account, inbound.peer)
        person = self._world.person_of(chat)
        group = self._world.wire.groups.begin(chat, person.name, inbound.identity, inbound.title)
        if inbound.is_silent:
            self._world.wire.groups.expect_nothing(group)
        if bubble:
            bubble.group = group.id
        return group

    def _show_attempt(self, bubble: Bubble | None, number: int) -> None:
        if bubble and number > 1:
            bubble.attempt, bubble.state = number, "retry"
            self._world.phones.show(bubble, new=False)

    async def post(
        self,
        account: Account,
        inbound: Inbound,
        packet: Packet,
        what: Words,
        group: Group | None,
        bubble: Bubble | None,
    ) -> tuple[Attempt, Verdict, Row]:
        """One POST with its row on the wire, and the platform's verdict on what came back."""
        wire = self._world.wire
        row = wire.begin("callback", what, "callback_ok", show=False)
        row.account, row.peer, row.packet, row.inbound = account.name, inbound.peer, packet, inbound
        row.decrypted, row.size = packet.inner, len(packet.body)
        row.group = group.id if group else row.group
        if bubble:
            row.bubble = bubble.id
            bubble.rows.append(row.id)
        url = self.url(account.name, packet.query)
        row.raw = f"POST {url.raw_path_qs}\n\n{packet.body.decode(errors='replace')}"
        wire.announce(row)
        attempt = await self.request("POST", url, packet.body, timeout_s=self._world.rules.timeout_s)
        limit, is_event = self._world.rules.passive_bytes, inbound.is_event
        verdict = judge(account, inbound.peer, attempt.status, attempt.body, limit, is_event=is_event)
        row.topic = TOPICS[verdict.outcome]
        row.response = _shown(attempt, verdict)
        wire.end(row, ok=verdict.outcome in TAKEN, status=attempt.status)
        return attempt, verdict, row

    def _settle(
        self,
        account: Account,
        inbound: Inbound,
        group: Group,
        bubble: Bubble | None,
        delivery: Delivery,
        verdict: Verdict,
    ) -> None:
        world, chat = self._world, (inbound.account, inbound.peer)
        delivery.acknowledged = verdict.outcome in TAKEN
        world.wire.groups.acknowledged(group, ok=delivery.acknowledged)
        if bubble:
            bubble.state = "acked" if delivery.acknowledged else "failed"
            bubble.ms = round(delivery.attempts[-1].ms)
            world.phones.show(bubble, new=False)
        if verdict.outcome == "reply":
            delivery.passive = verdict.text
            raw = {"xml": verdict.inner}
            sent = Sent(verdict.text, ai=False, t=world.clock.wall(), raw=raw, passive=True)
            world.deliver(chat, sent, None, group)
        elif verdict.outcome == "transfer":
            delivery.transferred = True
            taken = world.agents.take(chat, inbound.title, account.agents or 0)
            self._grey_line(chat, "transfer", TRANSFERRED if taken else WAITS_FOR_AGENT, group, bubble)
        elif not delivery.acknowledged and account.channel == "official" and not _silent(inbound):
            delivery.notice = True
            self._grey_line(chat, "notice", NOTICE, group, bubble)

    def _grey_line(
        self, chat: tuple[str, str], kind: str, text: str, group: Group, bubble: Bubble | None
    ) -> None:
        """What the platform itself shows in the thread."""
        line = self._world.phones.bubble(chat, "system", kind, text)
        line.group, line.rows = group.id, list(bubble.rows) if bubble else []
        self._world.phones.show(line)

    async def verify(self, account: Account, echo: str) -> Attempt:
        """The URL check that saving the address triggers: the answer has to be *echo*, byte for byte."""
        query, _ = pack_verify(account, echo, stamp_now(self._world))
        row = self._world.wire.begin("callback", words("核对地址", "URL check"), "verify", show=False)
        row.account = account.name
        url = self.url(account.name, query)
        row.raw = f"GET {url.raw_path_qs}"
        attempt = await self.request("GET", url, timeout_s=VERIFY_S[account.channel])
        row.response = _shown(attempt, None)
        ok = attempt.status == 200 and attempt.body == echo.encode()
        self._world.wire.end(row, ok=ok, status=attempt.status, shown=False)
        return attempt


def _silent(inbound: Inbound) -> bool:
    return any(event in inbound.fields for event in SILENT_EVENTS)


def _shown(attempt: Attempt, verdict: Verdict | None) -> str:
    text = attempt.body.decode(errors="replace")
    if not attempt.status:
        return "（5 秒内没有回应 / no answer within 5 s）" if "Timeout" in text else f"（连不上 / {text}）"
    opened = f"\n\n（解密后 / decrypted）\n{verdict.inner}" if verdict and verdict.inner else ""
    reason = f"\n\n（{verdict.reason}）" if verdict and verdict.reason else ""
    return f"HTTP {attempt.status}\n\n{text}{opened}{reason}"
