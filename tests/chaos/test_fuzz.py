"""Nothing that is sent to a callback gets a 5xx, takes long, fills memory or gets in unverified (row 38)."""

import importlib.util
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from simulator.accounts import demo_accounts
from tests.chaos.figures import Figures
from tests.chaos.fuzzing import INNER, OUTER
from tests.scenarios.house import ROOT

HAVE_ATHERIS = importlib.util.find_spec("atheris") is not None
"""There are wheels for Linux on x86-64 only (requirements-dev.txt); elsewhere chance mutates."""


def config_toml() -> str:
    """An account of each kind with secrets of its own, and a model that is never asked.

    Nobody answers here, so that a request that waits for its answer waits shortly.
    """
    shop, office = demo_accounts()["shop"], demo_accounts()["office"]
    paper = demo_accounts("plain")["shop"]
    return f"""[chat]
base_url = "http://127.0.0.1:9/v1"
model = "none"
[reply]
passive_answer_s = 0.01
[accounts.shop]
channel = "official"
reply = "service"
app_id = "{shop.receive_id}"
app_secret = "{shop.secret}"
token = "{shop.token}"
aes_key = "{shop.aes_key}"
[accounts.paper]
channel = "official"
reply = "service"
encryption = "plain"
app_id = "{paper.receive_id}"
app_secret = "{paper.secret}"
token = "{paper.token}"
[accounts.office]
channel = "wecom"
corp_id = "{office.receive_id}"
agent_id = {office.agent_id}
secret = "{office.secret}"
token = "{office.token}"
aes_key = "{office.aes_key}"
"""


@dataclass(frozen=True, slots=True)
class Job:
    """What one fuzzing process does."""

    engine: str
    runs: int
    layers: tuple[str, ...]

    def start(self, folder: Path, store: str, seed: int) -> "subprocess.Popen[bytes]":
        """The process, in a *folder* of its own and with a *store* of its own."""
        folder.mkdir()
        (folder / "yingda.toml").write_text(config_toml())
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("YINGDA", "OPENAI"))
        }
        own = {"YINGDA_CONFIG": str(folder / "yingda.toml"), "REDIS_URL": store}
        told = [self.engine, str(self.runs), str(seed), ",".join(self.layers), str(folder)]
        with (folder / "log").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "tests.chaos.fuzzer", *told],
                cwd=ROOT,
                env={**kept, **own},
                stdout=log,
                stderr=log,
            )


def fuzz(folder: Path, store_port: int, seed: int, jobs: Sequence[Job]) -> list[dict[str, Any]]:
    """All *jobs* at once; their results."""
    folders = [folder / str(number) for number in range(len(jobs))]
    stores = [f"redis://127.0.0.1:{store_port}/{number + 1}" for number in range(len(jobs))]
    started = [
        job.start(own, store, seed + number)
        for number, (job, own, store) in enumerate(zip(jobs, folders, stores, strict=True))
    ]
    try:
        ends = [process.wait() for process in started]
    finally:
        for process in started:
            process.kill()
            process.wait()
    for own, end in zip(folders, ends, strict=True):
        log = (own / "log").read_text(errors="replace").splitlines()
        assert end == 0, "\n".join(line for line in log if not line.startswith('{"ts"'))[-4000:]
    return [json.loads((own / "result.json").read_text()) for own in folders]


def judged(results: list[dict[str, Any]], figures: Figures) -> None:
    """Every answer was judged when it came: hold the rest of the promises, and put down the figures."""
    answers: Counter[str] = sum((Counter(result["answers"]) for result in results), Counter())
    assert all(answers[f"{layer} 200"] for layer in (*OUTER, *INNER)), f"never let in: {answers}"
    statuses: Counter[str] = Counter()
    for name, number in answers.items():
        statuses[name.split()[1]] += number
    assert set(statuses) <= {"200", "400", "403", "413"}
    total, signed = answers.total(), sum(answers[name] for name in answers if name.split()[0] in INNER)
    told = ", ".join(f"{status}: {number}" for status, number in sorted(statuses.items()))
    seeds = ", ".join(str(result["seed"]) for result in results)
    sample = f"{total} inputs, {signed} of them validly signed; {told}; seeds {seeds}"
    figures.put("fuzzed callbacks answered 5xx", 0, "0", sample)
    kept = sum(result["kept"] for result in results)
    figures.put("fuzzed callbacks let in unverified", 0, "0", f"{kept} let in, each verified a second time")
    slowest = max(result["slowest_ms"] for result in results)
    figures.put("slowest fuzzed callback", f"{slowest} ms", "< 1 s", f"{total} inputs")
    # hypothesis remembers every input it makes: that memory is its own.
    grown = max(result["growth_mb"] for result in results if result["engine"] != "hypothesis")
    assert grown < 50, results
    figures.put("memory after fuzzing", f"+{grown} MB", "< 50 MB", f"{total} inputs")


@pytest.mark.parametrize(
    ("guided", "by_hypothesis"), [(2_000, 500), pytest.param(9_000, 2_000, marks=pytest.mark.chaos)]
)
def test_row_38_thousands_of_inputs(
    tmp_path: Path, store_port: int, seed: int, figures: Figures, guided: int, by_hypothesis: int
) -> None:
    """hypothesis and atheris, outside and validly signed; a real store keeps what gets in."""
    engine = "atheris" if HAVE_ATHERIS else "chance"
    jobs = [Job(engine, guided, OUTER), Job(engine, guided, INNER)]
    jobs += [Job("hypothesis", by_hypothesis, (*OUTER, *INNER))]
    results = fuzz(tmp_path, store_port, seed, jobs)

    assert sum(result["runs"] for result in results) >= 2 * guided + by_hypothesis
    judged(results, figures)


@pytest.mark.chaos
@pytest.mark.timeout(1500)
def test_row_38_a_million_inputs(tmp_path: Path, store_port: int, seed: int, figures: Figures) -> None:
    """Half outside, half validly signed, guided by the coverage of the code that reads a callback."""
    engine = "atheris" if HAVE_ATHERIS else "chance"
    results = fuzz(tmp_path, store_port, seed, [Job(engine, 500_000, OUTER), Job(engine, 500_000, INNER)])

    assert sum(result["runs"] for result in results) >= 1_000_000
    judged(results, figures)
