"""A checkup in words: one line a check, with what to do."""

from collections.abc import Sequence

from config.wording import Texts
from handlers.checkup.finding import Line

MARKS = {True: "✓", False: "✗", None: "○"}
_INDENT = "  "


def shown(texts: Texts, line: Line) -> str:
    """`✓ shop 时钟：…`; what goes on in further lines is indented."""
    name = texts.say(f"checkup.names.{line.name}")
    said = texts.say(line.finding.key, **line.finding.fields)
    place = f"{line.account} " if line.account else ""
    whole = texts.say("checkup.line", mark=MARKS[line.finding.ok], name=f"{place}{name}", what=said)
    return whole.replace("\n", f"\n{_INDENT}")


def summary(texts: Texts, lines: Sequence[Line]) -> str:
    """How many are to be mended."""
    count = failed(lines)
    return texts.say("checkup.to_mend", count=count) if count else texts.say("checkup.all_well")


def failed(lines: Sequence[Line]) -> int:
    """How many checks found something to mend."""
    return sum(line.finding.ok is False for line in lines)
