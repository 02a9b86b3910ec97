"""The page that `make chaos` writes says plainly what happened; the page for users says what is true."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from config.settings import Settings
from tests.chaos.figures import Figures
from tests.chaos.report import ROOT, Report
from tests.chaos.test_every_row import NOT_YET, ROWS

USER_PAGE = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
ROW_NINE = "tests/chaos/test_rows_x.py::test_row_09_one_answer"


def phase(name: str, outcome: str, when: str = "call") -> pytest.TestReport:
    return pytest.TestReport(name, ("", 0, ""), {}, outcome, None, when, duration=1.5)  # type: ignore[arg-type]


@pytest.fixture
def report(tmp_path: Path) -> Report:
    """Two parameters of row 9, and a test without a row, all passed so far."""
    report = Report(tmp_path / "chaos.md", 4711, Figures())
    for name in (f"{ROW_NINE}[shop]", f"{ROW_NINE}[office]", "tests/chaos/test_storm.py::test_a_storm"):
        report.pytest_runtest_logreport(phase(name, "passed"))
    return report


def test_a_good_run_shows_its_seed_figures_and_rows(report: Report) -> None:
    """Everything that is needed to repeat it and to believe it."""
    report.figures.put("storm: lost", 0, "0", "10000 messages")

    report.pytest_sessionfinish(0)

    page = report.path.read_text()
    assert page.startswith("# The last run of `make chaos`: 3 tests passed\n")
    assert "| storm: lost | 0 | 0 | 10000 messages |" in page
    assert "| 09 | one answer | 2 | 0 | 0 | 3.0 |" in page
    assert "|  | a storm | 1 | 0 | 0 | 1.5 |" in page
    assert "CHAOS_SEED=4711" in page
    assert "What failed" not in page


@pytest.mark.parametrize("when", ["setup", "call", "teardown"])
def test_a_failure_stands_at_the_top(report: Report, when: str) -> None:
    """In whichever phase; a test whose cleaning up failed has not passed."""
    report.pytest_runtest_logreport(phase(f"{ROW_NINE}[shop]", "failed", when))

    page = report.text(1)

    assert page.startswith("# The last run of `make chaos`: FAILED, 1 of 3 tests\n")
    assert f"- `{ROW_NINE}[shop]`" in page
    assert "| 09 | one answer | 1 | 1 | 0 | 4.5 |" in page


def test_a_run_that_was_broken_off_does_not_look_like_a_pass(report: Report) -> None:
    """Ctrl-C after three good tests."""
    assert "BROKEN OFF after 3 tests" in report.text(2).splitlines()[0]


def test_the_page_for_users_lists_every_row() -> None:
    """With what is done and what must be seen."""
    cells = re.findall(r"^\| ([\d, ]+) \|", USER_PAGE, re.MULTILINE)

    assert {int(row) for cell in cells for row in cell.split(",")} == ROWS | NOT_YET


def test_the_page_for_users_names_only_settings_that_exist() -> None:
    """Each `section.key` in it, by the one reader of settings."""
    named = re.findall(r"`([a-z]+)\.([a-z_]+)(?: = [^`]*)?`", USER_PAGE)
    sections = {name: field.annotation for name, field in Settings.model_fields.items()}
    known = {
        (name, key)
        for name, section in sections.items()
        if isinstance(section, type) and issubclass(section, BaseModel)
        for key in section.model_fields
    }

    assert len(named) >= 7
    assert set(named) <= known
