"""The store: how much memory an idle conversation takes, and how many scripts a turn."""

from bench.acknowledge import warm
from bench.figures import Figures
from bench.offered import Plan, offer
from bench.stage import FILLER, Stage, stage
from tests.scenarios.house import wait_for

PEOPLE = 100
ROUNDS = 10
ANSWER = "好的。可以先把最想说的一句放到最前面，再把例子放在后面，最后用一句话收尾；这样读的人不会迷路。" * 2


def measure(figures: Figures, scale: float) -> None:
    """A hundred people with ten exchanges each, all answered and idle."""
    people = max(int(PEOPLE * scale), 2)
    with stage() as running:
        warm(running, running.web_ports[0], "web0")
        running.simulator.model.set(answers=lambda _asked: ANSWER)
        chats = running.people(people)
        before_bytes, before_calls = _used_bytes(running), _script_calls(running)
        for round_ in range(1, ROUNDS + 1):
            offer(Plan(running.callbacks(chats), rate=50))
            wait_for(lambda r=round_: len(running.heard_at(chats, r)) == people, "answered", 60.0)  # type: ignore[misc]
        running.drained()
        calls = _script_calls(running) - before_calls
        used = _used_bytes(running) - before_bytes
    told = ROUNDS * len((FILLER + ANSWER).encode())
    sample = f"{people} conversations of {ROUNDS} exchanges"
    figures.put("store", "bytes of an idle conversation", used / people, "B", sample, beside=told)
    figures.put(
        "store", "scripts a message, accepting and the beat included", calls / people / ROUNDS, "", sample
    )


def _used_bytes(running: Stage) -> int:
    with running.store as client:
        return int(client.info("memory")["used_memory_dataset"])


def _script_calls(running: Stage) -> int:
    """How often a script was called: nearly all round trips of a turn are that."""
    with running.store as client:
        return int(client.info("commandstats")["cmdstat_evalsha"]["calls"])
