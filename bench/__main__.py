"""`python -m bench`: measure everything, print a table, write docs/benchmarks.md. About five minutes."""

import argparse
import sys
import time
from pathlib import Path

from bench import acknowledge, crowds, flow, gauge, parked, replies, storage, transports
from bench.figures import Figure, Figures
from bench.page import Circumstances, page
from bench.profiles import profiles
from tests.chaos.report import commit_now

PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
MEASURES = {
    "acknowledge": acknowledge.measure,
    "replies": replies.measure,
    "crowds": crowds.measure,
    "flow": flow.measure,
    "parked": parked.measure,
    "transports": transports.measure,
    "storage": storage.measure,
}


def main() -> None:
    """Exits with 1 when a figure is missed."""
    asked = _arguments()
    commit, began = commit_now(), time.time()
    figures, paces_ms = Figures(_tell), [gauge.pace_ms()]
    for name in asked.only or MEASURES:
        _line(f"── {name}")
        MEASURES[name](figures, asked.scale)
        paces_ms.append(gauge.pace_ms())
        _line(f"   a million additions: {paces_ms[-1]:.0f} ms of CPU")
    found = [] if asked.only else profiles(asked.scale)
    if asked.page:
        circumstances = Circumstances(commit, began, asked.scale, paces_ms)
        asked.page.write_text(page(circumstances, figures.rows, found))
        _line(f"written: {asked.page}")
    for row in figures.missed:
        _line(f"✗ missed: {' '.join(row.cells())}")
    sys.exit(1 if figures.missed else 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", action="append", choices=MEASURES, help="one measure; writes no page")
    parser.add_argument("--scale", type=float, default=1.0, help="shorter or longer runs; 1 is what counts")
    parser.add_argument("--page", type=Path, help="where to write; docs/benchmarks.md for a whole run")
    asked = parser.parse_args()
    if asked.page is None and not asked.only and asked.scale == 1:
        asked.page = PAGE
    return asked


def _tell(row: Figure) -> None:
    what, figure, limit, beside, ratio, verdict, sample = row.cells()
    _line(f"{verdict or ' '} {what:<52} {figure:>12}  {limit:>8}  {beside:>8} {ratio:>8}  {sample}")


def _line(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
