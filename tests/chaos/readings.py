"""What chaos tests read off running processes, off the store and off a web process that is knocked at."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from bot.store import keys
from tests.scenarios.house import ROOT, House

Knock = tuple[str, bytes]
"""Address and body of one POST."""

QUEUE_FOREVER = ("rq:queues", "rq:workers")
"""What RQ keeps without an end: sets of the queues, of which there is one, and of the workers that run."""


def rss_mb(pid: int) -> float:
    """The resident memory of a process and its children, in MB."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    own = next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
    return own / 1024 + sum(rss_mb(int(child)) for child in children)


def percentile(samples: Iterable[float], share: float) -> float:
    """The smallest sample that at least *share* of them do not exceed."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def knock(requests: Sequence[Knock]) -> list[float]:
    """The milliseconds of each POST, one after another, from a process where nothing else runs."""
    asked = json.dumps([(url, body.decode()) for url, body in requests])
    line = [sys.executable, "-m", "tests.chaos.knocker"]
    done = subprocess.run(
        line, cwd=ROOT, input=asked, stdout=subprocess.PIPE, text=True, check=True, timeout=120
    )
    return [float(ms) for ms in json.loads(done.stdout)]


def without_lifetime(house: House) -> list[str]:
    """Keys of the store that never end although neither bot/store/keys.py nor RQ's list lets them."""
    allowed = tuple(keys.PREFIX + name for name in keys.FOREVER) + QUEUE_FOREVER
    with house.store as store:
        names = [name.decode() for name in store.scan_iter(count=1000)]
        endless = [name for name in names if store.ttl(name) == -1]
    return [name for name in endless if not name.startswith(allowed)]


def census(house: House) -> dict[str, int]:
    """How many keys of each kind the store holds."""
    found: dict[str, int] = {}
    with house.store as store:
        for name in store.scan_iter(count=1000):
            kind = ":".join(name.decode().split(":")[:2])
            found[kind] = found.get(kind, 0) + 1
    return found


def shim(folder: Path, source: str) -> dict[str, str]:
    """The environment in which a Python process runs *source* before anything else."""
    (folder / "sitecustomize.py").write_text(source)
    return {"PYTHONPATH": os.pathsep.join([str(folder), *os.environ.get("PYTHONPATH", "").split(os.pathsep)])}
