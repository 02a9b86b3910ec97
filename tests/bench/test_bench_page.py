"""The page of `make bench`: nothing is rounded away, and a miss is not hidden."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench import gauge
from bench.figures import Figure, Figures, percentile
from bench.page import HEADINGS, Circumstances, page
from bench.profiles import Part, Profile

ROOT = Path(__file__).parents[2]
HERE = Circumstances("0123abc", 1_790_000_000.0, 1.0)


@pytest.mark.parametrize(
    ("limits", "reached"),
    [
        pytest.param({}, None, id="nothing promised"),
        pytest.param({"at_most": 10.0}, True, id="at the limit"),
        pytest.param({"at_most": 9.9}, False, id="over"),
        pytest.param({"at_least": 10.0}, True, id="enough"),
        pytest.param({"at_least": 10.1}, False, id="too little"),
    ],
)
def test_a_figure_knows_whether_it_keeps_its_limits(limits: dict[str, float], reached: bool | None) -> None:
    """Equal is reached."""
    assert Figure("flow", "messages", 10.0, "/s", "5 messages", **limits).reached is reached


def test_the_page_counts_what_was_missed() -> None:
    """The headline, the cross, the ratio and the sample stand there."""
    figures = Figures(lambda row: None)
    figures.put("acknowledged", "p99", 30.0, "ms", "800 callbacks", at_most=25.0, beside=10.0)
    figures.put("store", "bytes", 4096.0, "B", "9 chats")
    shares = ((Part("store", ("bot/store/",), "one script"), 0.75), (Part("rest", (), ""), 0.25))
    text = page(HERE, figures.rows, [Profile("a worker", "how", shares)])

    assert "0 of 1 figures reached" in text
    assert "| p99 | 30 ms | ≤ 25 | 10 | 3.0 × | ✗ | 800 callbacks |" in text
    assert "| bytes | 4096 B | — | — | — |  | 9 chats |" in text
    assert "75.0%" in text
    assert "| store | one script |" in text
    assert [row.what for row in figures.missed] == ["p99"]


def test_figures_of_one_topic_stand_together() -> None:
    """Whatever order they were measured in; and the page tells how steady the machine was."""
    figures = Figures(lambda row: None)
    for topic in ("store", "acknowledged", "store"):
        figures.put(topic, f"a figure of {topic}", 1.0, "ms", "1 chat")
    text = page(Circumstances("0123abc", 1_790_000_000.0, 1.0, [98.0, 160.4]), figures.rows, [])

    assert text.count(HEADINGS["store"]) == 1
    assert text.index(HEADINGS["acknowledged"]) < text.index(HEADINGS["store"])
    assert "| pace of the machine | a million additions took 98–160 ms of CPU (2 times) |" in text


def test_percentiles_are_samples() -> None:
    """No interpolation: the figure was measured."""
    assert [percentile(range(1, 101), share) for share in (0.0, 0.5, 0.99, 1.0)] == [1, 51, 100, 100]


def test_the_gauge_sees_this_process_work() -> None:
    """CPU grows with work, memory is more than nothing."""
    before = gauge.cpu_s(os.getpid())
    while gauge.cpu_s(os.getpid()) - before < 0.05:
        sum(range(10_000))

    assert gauge.pss_mb(os.getpid()) > 5


def test_a_short_run_measures_the_real_thing(tmp_path: Path) -> None:
    """`python -m bench`, cut very short: real processes, a table, a page that says that it was short."""
    written = tmp_path / "page.md"
    line = [sys.executable, "-m", "bench", "--only", "flow", "--scale", "0.005", "--page", str(written)]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)

    assert done.returncode in (0, 1), done.stderr
    assert "messages a second" in done.stdout
    assert HEADINGS["flow"] in written.read_text()
    assert "0.005 of a whole run" in written.read_text()
