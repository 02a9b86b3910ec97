"""The acknowledgement: how long the platform waits for it, and what it costs; beside a bare Flask route."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bench import gauge
from bench.figures import Figures, percentile
from bench.offered import Outcome, Plan, offer
from bench.stage import FILLER, Stage, stage
from bot.messages import InboundMessage, Text
from bot.store.client import web_client
from bot.store.inbox import Inbox
from bot.store.scripts import Scripts
from tests.chaos.loris import Loris

RATES = (100, 500, 1000)
SECONDS = 8.0
PROMISED_RATE = 500
HANDS = 64
STALLED = 300
PINGS = 3000


@dataclass(frozen=True, slots=True)
class _Run:
    outcome: Outcome
    cpu_us: float
    """Of all web processes, for each callback."""


def measure(figures: Figures, scale: float) -> None:
    """All rates, then saturation, then with a model that is dead and clients that stall."""
    with stage(workers=0) as running:
        bare_port = running.start_bare()
        warm(running, running.web_ports[0], "web0")
        warm(running, bare_port, "bare")
        for rate in RATES:
            seconds = SECONDS * scale
            bare = _offered(running, bare_port, "bare", rate, seconds)
            ours = _offered(running, running.web_ports[0], "web0", rate, seconds)
            _tell_latency(figures, f"{rate} a second", ours, bare, promised=rate == PROMISED_RATE)
            if rate == PROMISED_RATE:
                _tell_cpu(figures, ours, bare)
        _saturate(figures, running, bare_port, int(6000 * scale))
        _round_trips(figures, running, int(PINGS * scale))
    with stage(workers=1) as running:
        warm(running, running.web_ports[0], "web0")
        running.simulator.model.set(mode="hang")
        dead = _offered(running, running.web_ports[0], "web0", PROMISED_RATE, SECONDS * scale)
        _tell_latency(figures, "500 a second, model dead, worker busy", dead, None, promised=True)
    with stage(workers=0) as running:
        warm(running, running.web_ports[0], "web0")
        with Loris(running.web_ports[0], STALLED):
            slow = _offered(running, running.web_ports[0], "web0", PROMISED_RATE, SECONDS * scale)
        _tell_latency(figures, f"500 a second, {STALLED} stalled clients", slow, None, promised=True)


def warm(running: Stage, port: int, name: str, how_many: int = 300) -> None:
    """Let caches, connections and threads begin."""
    _offered(running, port, name, 100, how_many / 100)


def _offered(running: Stage, port: int, name: str, rate: float, seconds: float) -> _Run:
    requests = running.callbacks(running.people(int(rate * seconds)), port=port)
    return _costing(running, name, lambda: offer(Plan(requests, rate=rate)))


def _costing(running: Stage, name: str, run: Callable[[], Outcome]) -> _Run:
    before = gauge.cpu_s(running.pid(name))
    outcome = run()
    return _Run(outcome, (gauge.cpu_s(running.pid(name)) - before) / len(outcome.took_ms) * 1e6)


def _tell_latency(figures: Figures, what: str, ours: _Run, bare: _Run | None, *, promised: bool) -> None:
    took, sample = ours.outcome.took_ms, f"{len(ours.outcome.took_ms)} callbacks"
    beside = bare.outcome.took_ms if bare else None
    for share, name, at_most in ((0.5, "p50", None), (0.99, "p99", 25.0 if promised else None)):
        other = percentile(beside, share) if beside else None
        value = percentile(took, share)
        figures.put("acknowledged", f"{what}, {name}", value, "ms", sample, at_most=at_most, beside=other)
    most = 1000.0 if promised else None
    other = max(beside) if beside else None
    figures.put("acknowledged", f"{what}, max", max(took), "ms", sample, at_most=most, beside=other)
    figures.put("acknowledged", f"{what}, not answered 200", ours.outcome.refused, "", sample, at_most=0)


def _tell_cpu(figures: Figures, ours: _Run, bare: _Run) -> None:
    sample = f"{len(ours.outcome.took_ms)} callbacks at {PROMISED_RATE} a second"
    figures.put(
        "callback", "CPU of all web processes", ours.cpu_us, "µs", sample, at_most=500, beside=bare.cpu_us
    )
    figures.put(
        "callback", "…, as a multiple of the bare route", ours.cpu_us / bare.cpu_us, "×", sample, at_most=2.5
    )


def _saturate(figures: Figures, running: Stage, bare_port: int, how_many: int) -> None:
    runs = {}
    for name, port in (("bare", bare_port), ("web0", running.web_ports[0])):
        requests = running.callbacks(running.people(how_many), port=port)
        runs[name] = _costing(running, name, lambda r=requests: offer(Plan(r, hands=HANDS)))  # type: ignore[misc]
    ours, bare = runs["web0"].outcome, runs["bare"].outcome
    sample = f"{how_many} callbacks by {HANDS} connections"
    figures.put(
        "acknowledged",
        "at saturation, callbacks a second",
        how_many / ours.lasted_s,
        "/s",
        sample,
        beside=how_many / bare.lasted_s,
    )
    figures.put(
        "acknowledged",
        "at saturation, p99",
        percentile(ours.took_ms, 0.99),
        "ms",
        sample,
        beside=percentile(bare.took_ms, 0.99),
    )


def _round_trips(figures: Figures, running: Stage, how_many: int) -> None:
    """One accept against one PING, with the same client."""
    client = web_client(f"redis://127.0.0.1:{running.store_port}/0")
    inbox = Inbox(Scripts(client), "bench")
    said = InboundMessage("office", "", "", "", "text", (Text(FILLER),), 1_700_000_000)
    chats = [f"oAccept_{number:020d}" for number in range(how_many)]

    def accept(peer: str) -> None:
        message = replace(said, peer=peer, sender=peer, msg_id=peer)
        inbox.accept(message, cuts=False, allowance=None, nonce=None, attempt=peer)

    accept("warm")
    ping_us = _each_us(lambda _peer: client.ping(), chats)
    accept_us = _each_us(accept, chats)
    sample = f"{how_many} in a row"
    figures.put("callback", "one accept, in time of CPU", accept_us, "µs", sample, beside=ping_us)
    client.close()


def _each_us(call: Callable[[str], object], peers: Sequence[str]) -> float:
    began = time.process_time()
    for peer in peers:
        call(peer)
    return (time.process_time() - began) / len(peers) * 1e6
