"""The one line that a wrong configuration is answered with: which key, and what to do about it."""

import re
from collections.abc import Callable
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

Path = tuple[str, ...]

_UNPRINTABLE = re.compile(r"[^\x20-\x7e\u4e00-\u9fff]")
_LATER = {"kf", "aibot"}
_CHANNELS = {"official", "wecom"}

_TOO_SMALL = "must be at least {ge}"
_TOO_LARGE = "must be at most {le}"
_NUMBER = "must be a number"
_WHOLE = "must be a whole number"
_FLAG = "must be true or false"
_WORDS = "must be text in quotes"
_TABLE = "must be a table of keys"
_ADVICE = {
    "extra_forbidden": "is not a key that Yingda knows; correct or remove it",
    "literal_error": "must be {expected}",
    "greater_than_equal": _TOO_SMALL,
    "greater_than": "must be more than {gt}",
    "less_than_equal": _TOO_LARGE,
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "bool_type": _FLAG,
    "bool_parsing": _FLAG,
    "string_type": _WORDS,
    "tuple_type": "must be a list",
    "model_type": _TABLE,
    "model_attributes_type": _TABLE,
    "dict_type": _TABLE,
    "string_too_long": "is too long; {max_length} characters are the most",
    "too_long": "holds too many entries; {max_length} are the most",
    "string_pattern_mismatch": "is no account name; begin with a-z and use only a-z, 0-9 and _",
    "union_tag_not_found": 'is missing; write channel = "official" or "wecom"',
    "setting": "{advice}",
}
_NO_ACCOUNT = (
    "no account is configured; try `make demo` first, or add your own with `flask --app app connect` "
    "(config/example.toml shows every key)"
)


class ConfigError(Exception):
    """The configuration cannot be used; `str(error)` is one line naming the key, never its value."""

    def __init__(self, line: str) -> None:
        super().__init__(shown(line))


def shown(text: str) -> str:
    """*text* with everything that could break or colour a line written as an escape."""
    return _UNPRINTABLE.sub(lambda match: ascii(match.group())[1:-1], text)


def wrong(advice: str, key: str = "") -> PydanticCustomError:
    """The error a validator raises: *advice* continues a sentence whose subject is the key.

    A validator of a whole section names the *key* it means, that of all settings `section.key`.
    """
    return PydanticCustomError("setting", "{advice}", {"advice": advice, "key": key})


def explain(
    error: ValidationError, name_of: Callable[[Path], str], missing: Callable[[Path], str]
) -> ConfigError:
    """One line about the first thing that is wrong, and how many more there are.

    *name_of* gives a key's name as its owner wrote it, *missing* the names it could be written under.
    """
    problems = error.errors(include_url=False, include_input=False)
    if _no_account(problems[0]):
        return ConfigError(f"accounts: {_NO_ACCOUNT}")
    line = _sentence(problems[0], name_of, missing)
    others = len({_path(problem) for problem in problems} - {_path(problems[0])})
    more = f" (and {others} more to mend after this)" if others else ""
    return ConfigError(line + more)


def _no_account(problem: ErrorDetails) -> bool:
    return _path(problem) == ("accounts",) and problem["type"] in {"missing", "too_short"}


def _sentence(problem: ErrorDetails, name_of: Callable[[Path], str], missing: Callable[[Path], str]) -> str:
    path = _path(problem)
    if problem["type"] == "missing" or _context(problem).get("advice") == "missing":
        return f"{missing(path)} is missing; add it, config/example.toml says where it is found"
    return f"{name_of(path)} {_advice(problem)}"


def _advice(problem: ErrorDetails) -> str:
    kind, context = problem["type"], _context(problem)
    if kind == "union_tag_invalid":
        return _channel_advice(str(context.get("tag")))
    return _ADVICE.get(kind, "is not valid; config/example.toml shows how it is written").format_map(context)


def _channel_advice(tag: str) -> str:
    if tag in _LATER:
        return 'names a kind of account that is not available yet; use "official" or "wecom" for now'
    return 'must be "official" or "wecom"'


def _path(problem: ErrorDetails) -> Path:
    """Where the problem is, as keys: without list positions, pydantic's marks and the union's tag."""
    path = tuple(str(step) for step in problem["loc"] if isinstance(step, str) and step != "[key]")
    if path[:1] == ("accounts",) and len(path) > 2 and path[2] in _CHANNELS:
        path = (*path[:2], *path[3:])
    if problem["type"].startswith("union_tag"):
        return (*path, "channel")
    key = _context(problem).get("key")
    return (*path, *str(key).split(".")) if key else path


def _context(problem: ErrorDetails) -> dict[str, Any]:
    return problem.get("ctx", {})
