"""What we add to a reply: from when a message was due to the phone, less the model's own time."""

from dataclasses import dataclass

from bench.acknowledge import warm
from bench.figures import Figures, percentile
from bench.offered import Plan, offer
from bench.stage import Stage, stage
from tests.scenarios.house import wait_for

MODEL_S = 1.0
SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Crowd:
    """So many people who chat at the same time, how often each writes, and what we may add, in ms."""

    people: int
    every_s: float = 5.0
    p50_ms: float | None = None
    p95_ms: float | None = None


CROWDS = (Crowd(1, every_s=2.0), Crowd(50, p50_ms=20.0, p95_ms=60.0), Crowd(200))


def measure(figures: Figures, scale: float) -> None:
    """One person alone, then fifty, then two hundred."""
    with stage() as running:
        warm(running, running.web_ports[0], "web0")
        running.simulator.model.set(first_byte_s=MODEL_S)
        for crowd in CROWDS:
            added = _added_ms(running, crowd, SECONDS * scale)
            sample = f"{len(added)} replies, each person writes every {crowd.every_s:.0f} s"
            what = f"added to a reply, {crowd.people} people"
            for share, name, at_most in ((0.5, "p50", crowd.p50_ms), (0.95, "p95", crowd.p95_ms)):
                figures.put(
                    "reply", f"{what}, {name}", percentile(added, share), "ms", sample, at_most=at_most
                )


def _added_ms(running: Stage, crowd: Crowd, seconds: float) -> list[float]:
    """Everybody writes in turn, the same number of times; nobody waits for anybody."""
    people, rounds = crowd.people, max(round(seconds / crowd.every_s), 1)
    # One follower may be sent five messages for what they wrote at once, a colleague any number.
    chats = running.people(people, "office" if people == 1 else "")
    requests = running.callbacks(chats * rounds)
    sent = offer(Plan(requests, rate=people / crowd.every_s))
    wait_for(lambda: len(running.heard_at(chats, rounds)) == people, "everybody is answered", 60.0)
    added = []
    for index, chat in enumerate(chats):
        replies = running.simulator.replies(*chat)
        added += [
            (reply.t - due - MODEL_S) * 1000
            for reply, due in zip(replies, sent.due[index::people], strict=True)
        ]
    return added
