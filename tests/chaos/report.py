"""What `make chaos` writes to docs/chaos.md: where it ran, what passed and what failed, every figure."""

import os
import platform
import re
import subprocess
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from launching.store import find_binary
from tests.chaos.figures import Figures

ROOT = Path(__file__).parents[2]
WORST_LAST = ("passed", "skipped", "failed")
ROW = re.compile(r"test_row_(\d\d)_(\w+)")


@dataclass(slots=True)
class Outcome:
    """How one test, with one set of parameters, ended, and the seconds it took."""

    result: str = "passed"
    seconds: float = 0.0

    def add(self, result: str, seconds: float) -> None:
        """One more phase of it (setup, call, teardown); the worst one counts."""
        self.result = max(self.result, result, key=WORST_LAST.index)
        self.seconds += seconds


@dataclass(eq=False)
class Report:
    """A pytest plugin that gathers what happens and writes *path* at the end, whatever the end."""

    path: Path
    seed: int
    figures: Figures
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    commit: str = field(default_factory=lambda: commit_now())  # noqa: PLW0108  Defined below.
    began: float = field(default_factory=time.time)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.outcomes.setdefault(report.nodeid, Outcome()).add(report.outcome, report.duration)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.unread.append(report.nodeid)

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        self.path.write_text(self.text(int(exitstatus)))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.write_line(f"written: {self.path}")

    def text(self, exit_status: int) -> str:
        """The whole page."""
        lines = [
            f"# The last run of `make chaos`: {self._headline(exit_status)}",
            "",
            "Written by the command itself; [reliability.md](reliability.md) says what is promised.",
            "Times are of this machine and of what else it did; zeroes are not.",
            "",
            *_table(("", ""), self._circumstances()),
            "",
            *self._failures(),
            "## Figures",
            "",
            *_table(("what", "figure", "to reach", "from"), self.figures.rows),
            "",
            "## Tests",
            "",
            "One line is one test; those with a number are a row of the list of faults in reliability.md.",
            "",
            *_table(("row", "what is seen", "passed", "failed", "skipped", "seconds"), self._tests()),
        ]
        return "\n".join(lines) + "\n"

    def _headline(self, exit_status: int) -> str:
        failed = self._count("failed")
        if failed or self.unread:
            unread = f", {len(self.unread)} files could not be read" if self.unread else ""
            return f"FAILED, {failed} of {len(self.outcomes)} tests{unread}"
        if exit_status != pytest.ExitCode.OK:
            return f"BROKEN OFF after {len(self.outcomes)} tests"
        skipped = self._count("skipped")
        return f"{self._count('passed')} tests passed" + (f", {skipped} skipped" if skipped else "")

    def _circumstances(self) -> Iterator[tuple[str, str]]:
        now = commit_now()
        yield "commit", self.commit if now == self.commit else f"{self.commit}; at the end {now}"
        yield "began", datetime.fromtimestamp(self.began, UTC).strftime("%Y-%m-%d %H:%M UTC")
        yield "took", f"{(time.time() - self.began) / 60:.1f} minutes"
        yield "machine", machine()
        yield "Python", platform.python_version()
        yield "store", find_binary().version
        yield "seed", f"{self.seed} (`CHAOS_SEED={self.seed} make chaos` repeats it)"
        for result in reversed(WORST_LAST):
            yield f"tests {result}", str(self._count(result))

    def _failures(self) -> list[str]:
        failed = [name for name, outcome in self.outcomes.items() if outcome.result == "failed"]
        if not failed and not self.unread:
            return []
        failed += [f"{name} (could not be read)" for name in self.unread]
        return ["## What failed", "", *(f"- `{name}`" for name in failed), ""]

    def _tests(self) -> Iterator[tuple[str, ...]]:
        """One line for each test function, rows first and in their order."""
        together: dict[tuple[str, str], list[Outcome]] = {}
        for name, outcome in self.outcomes.items():
            together.setdefault(_row_and_sentence(name), []).append(outcome)
        for (row, sentence), outcomes in sorted(together.items(), key=lambda one: (not one[0][0], one[0])):
            counts = [sum(outcome.result == one for outcome in outcomes) for one in WORST_LAST]
            passed, skipped, failed = map(str, counts)
            seconds = sum(outcome.seconds for outcome in outcomes)
            yield row, sentence, passed, failed, skipped, f"{seconds:.1f}"

    def _count(self, result: str) -> int:
        return sum(outcome.result == result for outcome in self.outcomes.values())


def commit_now() -> str:
    """The commit of the working tree, and whether anything in it differs from that."""
    head = _git("rev-parse", "HEAD")
    if not head:
        return "unknown (not a git checkout)"
    # The page itself is written by the run and so does not count.
    changed = [line for line in _git("status", "--porcelain").splitlines() if line[3:] != "docs/chaos.md"]
    return f"{head} and {len(changed)} changed or new files" if changed else head


def machine() -> str:
    """Cores, memory and processor."""
    memory_gb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory_gb:.1f} GiB RAM, {platform.system()} {platform.machine()}"


def _git(*arguments: str) -> str:
    try:
        answer = subprocess.run(("git", *arguments), cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return answer.stdout.rstrip()


def _row_and_sentence(name: str) -> tuple[str, str]:
    function = name.rsplit("::", 1)[-1].split("[", 1)[0]
    row = ROW.fullmatch(function)
    sentence = row[2] if row else function.removeprefix("test_")
    return (row[1] if row else ""), sentence.replace("_", " ")


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    lines = [head, tuple("---" for _ in head), *rows]
    return [f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines]
