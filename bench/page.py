"""What `make bench` writes to docs/benchmarks.md: where it ran, the figures beside baselines, profiles."""

import platform
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

from bench.figures import Figure
from bench.profiles import Profile
from launching.store import find_binary
from tests.chaos.report import machine

HEADINGS = {
    "acknowledged": "Acknowledgement of a callback, beside a bare Flask route",
    "callback": "What a callback costs, beside a bare Flask route and a bare PING",
    "reply": "What we add to a reply, beyond the model's own time",
    "crowd": "Many people at the same moment, beside as many bare SDK calls",
    "parked": "Requests that wait for their answer",
    "flow": "Throughput with a model that takes no time, beside the bare SDK call",
    "model": "Reading a streamed answer: one event loop, beside the SDK in threads",
    "store": "The store, beside the bare text",
}
COLUMNS = ("what", "figure", "to reach", "baseline", "ratio", "", "from")
BAR = 40


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Under which a run was made."""

    commit: str
    began: float
    scale: float
    paces_ms: Sequence[float] = ()
    """What a fixed loop cost at the start and after each measure: how much the machine itself changed."""

    def rows(self) -> Iterable[tuple[str, str]]:
        """As lines of a table."""
        yield "commit", self.commit
        yield "began", datetime.fromtimestamp(self.began, UTC).strftime("%Y-%m-%d %H:%M UTC")
        yield "took", f"{(time.time() - self.began) / 60:.1f} minutes"
        yield "machine", machine()
        yield "Python", platform.python_version()
        yield "store", find_binary().version
        yield "seed", "none: every message is distinct, and nothing is drawn by chance"
        if self.paces_ms:
            paces = f"{min(self.paces_ms):.0f}–{max(self.paces_ms):.0f} ms"
            yield (
                "pace of the machine",
                f"a million additions took {paces} of CPU ({len(self.paces_ms)} times)",
            )
        if self.scale != 1:
            yield "scale", f"{self.scale:g} of a whole run: too short to be compared"


def page(circumstances: Circumstances, figures: Sequence[Figure], profiles: Sequence[Profile]) -> str:
    """The whole page."""
    missed = sum(row.reached is False for row in figures)
    promised = sum(row.reached is not None for row in figures)
    lines = [
        f"# The last run of `make bench`: {promised - missed} of {promised} figures reached",
        "",
        "Written by the command itself. Load, simulator, store, web processes and workers share the machine:",
        "absolute figures drift with it, ratios of one run count.",
        "Load is open-loop: a message leaves when it is due, and its latency counts from then.",
        "",
        *table(("", ""), circumstances.rows()),
        "",
    ]
    order = tuple(HEADINGS)
    by_topic = sorted(figures, key=lambda row: order.index(row.topic))
    for topic, rows in groupby(by_topic, key=lambda row: row.topic):
        lines += [f"## {HEADINGS[topic]}", "", *table(COLUMNS, (row.cells() for row in rows)), ""]
    for profile in profiles:
        lines += [f"## Where the CPU goes: {profile.what}", "", profile.how, "", *_chart(profile), ""]
    return "\n".join(lines)


def _chart(profile: Profile) -> list[str]:
    """A bar for each part of the code, as text: readable in any viewer, and in a diff."""
    bars = [
        f"{part.name:<28} {'█' * round(share * BAR):<{BAR}} {share:5.1%}" for part, share in profile.shares
    ]
    done = [(part.name, part.done) for part, _ in profile.shares if part.done]
    return ["```text", *bars, "```", "", *table(("part", "what was done about it"), done)]


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    """A Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return [f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines]
