"""Whom a command's words mean, and what comes behind: `12 50/天`, `#12：好的`, `12号 好的`, `１２　好的`."""

import re

from bot.text import half_width

# 号 belongs to the number unless it begins 号码; behind a blank only where something parts it from the rest.
# An ASCII colon or comma parts nothing from a digit: `#12:30` and `#12,000` are a time and a sum.
_NUMBER = r"(\d{1,9})(?!\d)(?:号(?!码)|\s+号(?=[\s：，、:,]|$))?"
_PARTED = r"(?:(?:[\s：，、]|[:,](?!\d))+|(?=[^\x00-\x7f])|$)"
_SOMEBODY = re.compile(rf"[#＃]?{_NUMBER}{_PARTED}(.*)", re.DOTALL)
_SAID_TO = re.compile(rf"[#＃](\s*){_NUMBER}{_PARTED}(.+)", re.DOTALL)
_ONLY_NUMBER = re.compile(r"[#＃]\s*(\d{1,9})\s*号?[\s：，、:,]*")


def somebody(argument: str) -> tuple[str, str]:
    """The person that *argument* begins with, as `People.find` takes them, and the rest of it."""
    line = argument.strip()
    found = _SOMEBODY.fullmatch(line)
    if found:
        return half_width(found[1]), found[2].strip()
    named, rest = (*line.split(None, 1), "", "")[:2]
    return named, rest


def said_to(line: str) -> tuple[str, str] | None:
    """The number and the words of `#12 好的` however they are parted; None for any other *line*.

    There are no words behind a lone `#12`, nor in `# 12 好的`, which may as well be a heading.
    """
    alone = _ONLY_NUMBER.fullmatch(line)
    if alone:
        return half_width(alone[1]), ""
    found = _SAID_TO.fullmatch(line)
    return (half_width(found[2]), "" if found[1] else found[3].strip()) if found else None
