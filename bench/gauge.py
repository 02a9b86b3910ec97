"""What processes cost, read from /proc (Linux): CPU time and proportional memory, children included."""

import os
import time
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    """*pid* and all its descendants."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in family(int(child)))]


def pace_ms() -> float:
    """What a fixed loop costs at this moment, in ms of CPU: it drifts, and every figure with it."""
    began = time.process_time()
    total = 0
    for number in range(1_000_000):
        total += number
    return (time.process_time() - began) * 1000


def cpu_s(*pids: int) -> float:
    """Seconds of CPU, user and system, that these processes and their descendants have used so far."""
    return sum(_own_cpu_s(one) for pid in pids for one in family(pid))


def pss_mb(pid: int) -> float:
    """Proportional memory of a process and its descendants, in MB."""
    return sum(_own_pss_kb(one) for one in family(pid)) / 1024


def _own_cpu_s(pid: int) -> float:
    # The name in brackets may hold blanks, so what counts is counted from behind it.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _own_pss_kb(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
