"""Requests that wait for their answer: what a thousand of them cost another account, and how much memory."""

import threading

from bench import gauge
from bench.acknowledge import warm
from bench.figures import Figures, percentile
from bench.offered import Plan, offer
from bench.stage import stage

PARKED = 1000
RATE = 100
SECONDS = 3.0
P99_MS, PSS_MB = 50.0, 250.0


def measure(figures: Figures, scale: float) -> None:
    """A thousand followers of a passive account wait; meanwhile colleagues write."""
    parked = int(PARKED * scale)
    with stage(environment={"YINGDA_ACCOUNTS__SHOP__REPLY": "passive"}) as running:
        warm(running, running.web_ports[0], "web0")
        running.simulator.model.set(mode="hang")
        waiting = Plan(running.callbacks(running.people(parked, "shop")))
        others = Plan(running.callbacks(running.people(int(RATE * SECONDS), "office")), rate=RATE)
        # Half a second for all to have arrived; they wait for five.
        load = threading.Thread(target=offer, args=(waiting,))
        load.start()
        running.await_accepted(parked)
        took_ms = offer(others).took_ms
        memory_mb = gauge.pss_mb(running.pid("web0"))
        load.join()
    sample = f"{len(took_ms)} callbacks at {RATE} a second, {parked} requests wait"
    figures.put("parked", "acknowledged, p99", percentile(took_ms, 0.99), "ms", sample, at_most=P99_MS)
    figures.put("parked", "all web processes, PSS", memory_mb, "MB", sample, at_most=PSS_MB)
