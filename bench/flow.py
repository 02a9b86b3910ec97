"""Throughput: a model that takes no time; how many messages a second, and what one costs in CPU."""

from bench import gauge
from bench.acknowledge import warm
from bench.bare_sdk import bare_calls
from bench.figures import Figures
from bench.offered import Plan, offer
from bench.stage import stage
from tests.scenarios.house import wait_for

PEOPLE = 2000
CHUNKS = 4


def measure(figures: Figures, scale: float) -> None:
    """Everybody writes once, with two worker processes; the simulator takes its share of the two cores."""
    people = int(PEOPLE * scale)
    with stage(workers=2) as running:
        warm(running, running.web_ports[0], "web0")
        running.simulator.model.set(first_byte_s=0.0, chunks=CHUNKS, chunks_per_s=0.0)
        _, bare_ms = bare_calls(f"{running.simulator.base_url}/v1", people)
        chats = running.people(people)
        requests = running.callbacks(chats)
        ours = (running.pid("web0"), *running.workers)
        before = gauge.cpu_s(*ours)
        sent = offer(Plan(requests, hands=16))
        wait_for(lambda: len(running.heard_at(chats)) == people, "everybody is answered", 120.0)
        cpu_ms = (gauge.cpu_s(*ours) - before) / people * 1000
        lasted_s = max(running.heard_at(chats)) - min(sent.due)
    sample = f"{people} messages, {CHUNKS} chunks each, 2 worker processes"
    figures.put("flow", "messages a second, model 0 s", people / lasted_s, "/s", sample, at_least=150)
    figures.put(
        "flow", "CPU of web and workers for a message", cpu_ms, "ms", sample, at_most=8, beside=bare_ms
    )
