"""Two ways to read streams: the SDK in threads, and our model client's one event loop; CPU of a call.

`python -m bench.transports WAY BASE_URL HOW_MANY` prints the CPU milliseconds of each call.
"""

import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import openai

from bench.figures import Figures
from bench.stage import FILLER, Stage, stage
from bot.model import Model

ROOT = Path(__file__).resolve().parents[1]
CALLS = 100
CHUNKS = (3, 40, 80)
MESSAGES = [{"role": "user", "content": FILLER}]


def measure(figures: Figures, scale: float) -> None:
    """At 3, 40 and 80 chunks; what we use, beside the SDK's own way in threads."""
    calls = max(int(CALLS * scale), 2)
    with stage(workers=0) as running:
        for chunks in CHUNKS:
            running.simulator.model.set(
                answers=lambda _asked: FILLER * 10, first_byte_s=0.1, chunks=chunks, chunks_per_s=40.0
            )
            threads_ms, loop_ms = (_cpu_ms(running, way, calls) for way in ("threads", "loop"))
            what, sample = (
                f"CPU of a call, {chunks} chunks",
                f"{calls} calls at once; baseline: SDK in threads",
            )
            figures.put("model", what, loop_ms, "ms", sample, beside=threads_ms)


def _cpu_ms(running: Stage, way: str, calls: int) -> float:
    line = [sys.executable, "-m", "bench.transports", way, f"{running.simulator.base_url}/v1", str(calls)]
    done = subprocess.run(line, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return float(done.stdout)


def _threads(base_url: str, calls: int) -> None:
    limits = httpx2.Limits(max_connections=calls, max_keepalive_connections=calls)
    with (
        openai.OpenAI(
            base_url=base_url,
            api_key="sk-simulated-0000",
            max_retries=0,
            http_client=openai.DefaultHttpxClient(limits=limits),
        ) as client,
        ThreadPoolExecutor(calls) as pool,
    ):

        def ask() -> int:
            stream = client.chat.completions.create(
                model="stand-in", messages=[{"role": "user", "content": FILLER}], stream=True
            )
            return sum(1 for _chunk in stream)

        for done in [pool.submit(ask) for _ in range(calls)]:
            done.result()


def _loop(base_url: str, calls: int) -> None:
    model = Model(
        base_url=base_url, api_key="sk-simulated-0000", model="stand-in", deadline_s=60.0, connections=calls
    )
    for call in [model.ask(MESSAGES) for _ in range(calls)]:
        call.result()
    model.close()


WAYS: dict[str, Callable[[str, int], None]] = {"threads": _threads, "loop": _loop}


def main() -> None:
    """See above. The first call pays for the connection and what is imported late, so it does not count."""
    way, base_url, calls = WAYS[sys.argv[1]], sys.argv[2], int(sys.argv[3])
    way(base_url, 1)
    cpu = time.process_time()
    way(base_url, calls)
    sys.stdout.write(f"{(time.process_time() - cpu) / calls * 1000}\n")


if __name__ == "__main__":
    main()
