"""Crowds: many people write at the same moment; when is the last one answered, and what does it take."""

from dataclasses import dataclass

from bench import gauge
from bench.acknowledge import warm
from bench.bare_sdk import bare_calls
from bench.figures import Figures
from bench.offered import Plan, offer
from bench.stage import stage
from tests.scenarios.house import wait_for

ANSWER_CHUNKS = 80
PSS_MB = 300.0


@dataclass(frozen=True, slots=True)
class Crowd:
    """*people* at once, a model of *model_s*; *streamed*: the answer comes in 80 chunks, 40 a second."""

    people: int
    model_s: float
    most_s: float
    workers: int = 1
    streamed: bool = False

    @property
    def what(self) -> str:
        """In words."""
        chunks = "40 chunks/s" if self.streamed else "1 chunk"
        processes = f"{self.workers} worker process{'es' if self.workers > 1 else ''}"
        return f"{self.people} people at once, model {self.model_s:g} s, {chunks}, {processes}"


CROWDS = (
    Crowd(64, 1.0, 1.5),
    Crowd(400, 2.0, 4.0),
    Crowd(400, 2.0, 6.0, streamed=True),
    Crowd(1000, 2.0, 15.0, streamed=True),
    Crowd(1000, 2.0, 10.0, workers=2, streamed=True),
)


def measure(figures: Figures, scale: float) -> None:
    """Each crowd in a house of its own."""
    for crowd in CROWDS:
        _measure(figures, crowd, max(int(crowd.people * scale), 1))


def _measure(figures: Figures, crowd: Crowd, people: int) -> None:
    with stage(workers=crowd.workers, threads=people) as running:
        warm(running, running.web_ports[0], "web0", 60)
        chunks = ANSWER_CHUNKS if crowd.streamed else 1
        first_s = crowd.model_s - (chunks - 1) / 40 if crowd.streamed else crowd.model_s
        running.simulator.model.set(
            first_byte_s=max(first_s, 0.0), chunks=chunks, chunks_per_s=40.0 if crowd.streamed else 0.0
        )
        bare_s, _ = bare_calls(f"{running.simulator.base_url}/v1", people)
        chats = running.people(people)
        sent = offer(Plan(running.callbacks(chats)))
        wait_for(lambda: len(running.heard_at(chats)) == people, "everybody is answered", 120.0)
        last_s = max(running.heard_at(chats)) - min(sent.due)
        memory_mb = max(gauge.pss_mb(pid) for pid in running.workers)
    sample = f"{people} replies"
    figures.put(
        "crowd", f"{crowd.what}: last reply", last_s, "s", sample, at_most=crowd.most_s, beside=bare_s
    )
    figures.put("crowd", "…, largest worker, PSS", memory_mb, "MB", sample, at_most=PSS_MB)
