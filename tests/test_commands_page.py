"""docs/commands.md is generated from the commands themselves, and kept current."""

import runpy
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"


def test_the_page_of_the_commands_is_current() -> None:
    """`python docs/commands.py` writes it anew."""
    page = runpy.run_path(str(DOCS / "commands.py"))["page"]()

    assert (DOCS / "commands.md").read_text(encoding="utf-8") == page
