"""What chaos tests share: the seed and the figures of the run, and the options of `make chaos`."""

import os
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.figures import Figures
from tests.chaos.report import Report
from tests.scenarios.house import House

HERE = Path(__file__).parent
FIGURES = pytest.StashKey[Figures]()
SEED = pytest.StashKey[int]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--chaos", action="store_true", help="of tests outside tests/chaos, only those that are marked chaos"
    )
    parser.addoption("--chaos-report", metavar="FILE", type=Path, help="write what the run showed to FILE")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[FIGURES] = Figures()
    # Through the environment, so that processes of pytest-xdist have the same one.
    config.stash[SEED] = int(os.environ.setdefault("CHAOS_SEED", str(random.randrange(10**6))))
    # Without the option these files are read too late for options of their own.
    path: Path | None = config.getoption("--chaos-report", default=None)
    if path is not None:
        config.pluginmanager.register(Report(path, config.stash[SEED], config.stash[FIGURES]))


def pytest_report_header(config: pytest.Config) -> str:
    return _seed_line(config)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if config.getoption("--chaos", default=False):
        for what, figure, to_reach, samples in config.stash[FIGURES].rows:
            terminalreporter.write_line(f"{what}: {figure} (to reach: {to_reach}; {samples})")
    terminalreporter.write_line(_seed_line(config))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--chaos", default=False):
        return
    wanted = [item for item in items if HERE in item.path.parents or item.get_closest_marker("chaos")]
    config.hook.pytest_deselected(items=[item for item in items if item not in wanted])
    items[:] = wanted


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> Figures:
    """Where a test puts down what it measured."""
    return request.config.stash[FIGURES]


@pytest.fixture(scope="session")
def seed(request: pytest.FixtureRequest) -> int:
    """The seed of this run: CHAOS_SEED, or a new one; the command prints it."""
    sys.stdout.write(f"{_seed_line(request.config)}\n")
    return request.config.stash[SEED]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One house for a module whose tests leave it whole."""
    with House(tmp_path_factory.mktemp("house")) as house:
        yield house


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A house that may be broken: one web process, one worker."""
    with House(tmp_path) as house:
        yield house


def _seed_line(config: pytest.Config) -> str:
    seed = config.stash[SEED]
    return f"chaos seed {seed} (CHAOS_SEED={seed} repeats it)"
