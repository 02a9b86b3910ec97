"""A fuzzing process: `python -m tests.chaos.fuzzer ENGINE RUNS SEED LAYERS FOLDER`.

It is a process of its own because atheris ends with its process, and because memory is measured. The web
process's own app is fired at, with a real store; configuration and store come from the environment as always.
"""

import importlib
import importlib.util
import json
import logging
import os
import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as hypothesis_seed
from hypothesis import strategies as st
from redis import Redis

from simulator.accounts import load
from tests.chaos.fuzzing import TOKENS, Case, Gun, Judge

WATCHED = ["bot.channels", "bot.messages", "handlers.callback", "handlers.commands"]
"""What atheris measures the coverage of."""
LOOK_EVERY = 500
PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 2**20


def rss_mb() -> float:
    """The memory this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_MB


class Loud(logging.Handler):
    """Remembers what was logged as an error: the callback's last guard would turn a crash into a 400."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(f"{record.msg}: {sys.exc_info()[1]!r}")


@dataclass
class Session:
    """The runs of one process, and what is written of them at the end."""

    judge: Judge
    store: Redis
    runs: int
    seed: int
    engine: str
    layers: Sequence[str]
    folder: Path
    loud: Loud
    done: int = 0
    accepted: int = 0
    base_mb: float = 0.0
    most_mb: float = 0.0
    began: float = field(default_factory=time.monotonic)

    def run(self, case: Case) -> None:
        """One input; every few hundred the memory is read and the store, which would grow, is emptied."""
        self.loud.heard.clear()
        self.judge.hold(case)
        assert not self.loud.heard, (self.loud.heard, case)
        self.done += 1
        if self.done % LOOK_EVERY == 0 or self.done == self.runs:
            self.look()

    def look(self) -> None:
        """Memory, and what the store kept: exactly what was acknowledged."""
        self.most_mb = max(self.most_mb, rss_mb())
        self.base_mb = self.base_mb or self.most_mb
        counts = self.store.hgetall("yd1:counts")
        self.accepted += int(counts.get(b"accepted", 0)) + int(counts.get(b"duplicates_dropped", 0))
        self.store.flushdb()
        assert self.accepted == self.judge.kept, (self.accepted, self.judge.kept)

    def write(self) -> None:
        """Leave the result."""
        told = {
            "runs": self.done,
            "seed": self.seed,
            "engine": self.engine,
            "answers": dict(sorted(self.judge.answers.items())),
            "kept": self.accepted,
            "slowest_ms": round(self.judge.slowest_s * 1000, 1),
            "growth_mb": round(self.most_mb - self.base_mb, 1),
            "seconds": round(time.monotonic() - self.began, 1),
        }
        (self.folder / "result.json").write_text(json.dumps(told))

    def cases(self) -> list[Case]:
        """The well-formed cases of our layers."""
        return [
            Case(name, layer, payload)
            for name, by_layer in self.judge.gun.seeds.items()
            for layer in self.layers
            for payload in by_layer[layer]
        ]


def by_hypothesis(session: Session) -> None:
    """Splices and pieces; finds the smallest failing input."""
    pieces = st.lists(st.sampled_from(TOKENS) | st.binary(max_size=8), max_size=8).map(b"".join)
    where = st.floats(0, 1)

    @hypothesis_seed(session.seed)
    @settings(
        max_examples=session.runs,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.sampled_from(session.cases()), pieces, where, where)
    def fuzz(case: Case, piece: bytes, start: float, length: float) -> None:
        at = int(start * len(case.payload))
        payload = case.payload[:at] + piece + case.payload[at + int(length * 40) :]
        session.run(Case(case.account, case.layer, payload))

    fuzz()
    if session.done < session.runs:
        session.look()
    session.write()


def by_chance(session: Session) -> None:
    """Random splices: where there is no atheris."""
    chance = random.Random(session.seed)
    cases = session.cases()
    for _ in range(session.runs):
        case = chance.choice(cases)
        at = chance.randint(0, len(case.payload))
        piece = b"".join(chance.choices(TOKENS, k=chance.randint(0, 4)))
        payload = case.payload[:at] + piece + case.payload[at + chance.randint(0, 20) :]
        session.run(Case(case.account, case.layer, payload))
    session.write()


def by_atheris(session: Session, atheris: Any) -> None:
    """Guided by the coverage of WATCHED; libFuzzer ends the process, so the last run leaves the result."""
    corpus = session.folder / "corpus"
    corpus.mkdir()
    cases = session.cases()
    kinds = sorted({(case.account, case.layer) for case in cases})
    for number, case in enumerate(cases):
        kind = bytes([kinds.index((case.account, case.layer))])
        (corpus / f"{number:03d}").write_bytes(kind + case.payload)
    words = ("".join(f"\\x{byte:02x}" for byte in token) for token in TOKENS if len(token) < 60)
    (session.folder / "words").write_text("".join(f'"{word}"\n' for word in words))

    def one(data: bytes) -> None:
        if data:
            session.run(Case(*kinds[data[0] % len(kinds)], data[1:]))
        if session.done == session.runs:
            session.write()
            os._exit(0)

    options = ["-verbosity=0", "-max_len=6000", "-timeout=20", "-rss_limit_mb=2048", f"-seed={session.seed}"]
    options += [f"-dict={session.folder}/words", f"-artifact_prefix={session.folder}/", str(corpus)]
    atheris.Setup([sys.argv[0], *options], one)
    atheris.Fuzz()


def main(engine: str, runs: int, seed: int, layers: str, folder: Path) -> None:
    """Import the web process's app as gunicorn would, and run *runs* inputs against it."""
    bring: Callable[[str], Any] = importlib.import_module
    atheris = bring("atheris") if engine == "atheris" else None
    if atheris:
        with atheris.instrument_imports(include=WATCHED):
            app = bring("app").app
    else:
        app = bring("app").app
    loud = Loud()
    logging.root.setLevel(logging.INFO if runs <= 50_000 else logging.ERROR)
    logging.root.addHandler(loud)
    judge = Judge(app, Gun(load(Path(os.environ["YINGDA_CONFIG"]))))
    store = Redis.from_url(os.environ["REDIS_URL"])
    store.flushdb()
    session = Session(judge, store, runs, seed, engine, layers.split(","), folder, loud)
    if atheris:
        by_atheris(session, atheris)
    else:
        {"hypothesis": by_hypothesis, "chance": by_chance}[engine](session)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], Path(sys.argv[5]))
