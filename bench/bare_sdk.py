"""The baseline of an answer: the bare SDK call, as many at once as there are people.

`python -m bench.bare_sdk BASE_URL HOW_MANY` prints the seconds until the last answer, and of CPU for each.
"""

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import openai

from bench.stage import FILLER

ROOT = Path(__file__).resolve().parents[1]


def bare_calls(base_url: str, how_many: int) -> tuple[float, float]:
    """Make the calls in a process where nothing else runs; (seconds in all, CPU milliseconds of each)."""
    line = [sys.executable, "-m", "bench.bare_sdk", base_url, str(how_many)]
    done = subprocess.run(line, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    took_s, cpu_ms = json.loads(done.stdout)
    return took_s, cpu_ms


async def _calls(base_url: str, how_many: int) -> None:
    limits = httpx2.Limits(max_connections=how_many, max_keepalive_connections=how_many)
    async with openai.AsyncOpenAI(
        base_url=base_url,
        api_key="sk-simulated-0000",
        max_retries=0,
        http_client=openai.DefaultAioHttpClient(limits=limits),
    ) as client:

        async def ask() -> None:
            stream = await client.chat.completions.create(
                model="stand-in", messages=[{"role": "user", "content": FILLER}], stream=True
            )
            async for _chunk in stream:
                pass

        await asyncio.gather(*(ask() for _ in range(how_many)))


def main() -> None:
    """See above."""
    base_url, how_many = sys.argv[1], int(sys.argv[2])
    began, cpu = time.perf_counter(), time.process_time()
    asyncio.run(_calls(base_url, how_many))
    json.dump([time.perf_counter() - began, (time.process_time() - cpu) / how_many * 1000], sys.stdout)


if __name__ == "__main__":
    main()
