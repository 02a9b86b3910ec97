"""The sentences people see, in each language: looked up by key, filled in, checked when they are loaded."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any, Literal

Language = Literal["zh", "en"]

_FOLDER = Path(__file__).with_name("texts")


class WordingError(KeyError):
    """A text that does not exist, lacks a field, or is not written as a text: a mistake in code or file."""

    def __str__(self) -> str:
        return str(self.args[0])


class Texts:
    """All texts of one language."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        """Raises WordingError for a text whose braces are anything but plain `{field}`."""
        self._texts = dict(texts)
        self._fields = {key: _fields_of(key, text) for key, text in self._texts.items()}

    @property
    def keys(self) -> frozenset[str]:
        """Every key there is."""
        return frozenset(self._texts)

    def fields(self, key: str, /) -> frozenset[str]:
        """The fields that `say(key, …)` needs. Raises WordingError for an unknown key."""
        if key not in self._fields:
            raise WordingError(f"no text is called {key}")
        return self._fields[key]

    def say(self, key: str, /, **fields: object) -> str:
        """The text of *key* with its fields filled in; a value is never read as a template itself.

        In a text of several lines, a line with an empty field is left out; so are a value's last line breaks.
        Raises WordingError for an unknown key or a missing field.
        """
        missing = self.fields(key) - fields.keys()
        if missing:
            raise WordingError(f"{key} needs {', '.join(sorted(missing))}")
        words = {name: str(value).rstrip("\n") for name, value in fields.items()}
        lines = self._texts[key].split("\n")
        kept = [line for line in lines if len(lines) == 1 or _is_full(line, words)]
        return "\n".join(kept).format_map(words)


@cache  # every account has them, and a process reads them once
def load_texts(language: Language) -> Texts:
    """The texts of *language*, from config/texts. Raises WordingError if the file holds anything else."""
    content = (_FOLDER / f"{language}.toml").read_text(encoding="utf-8")
    return Texts(dict(_flat(tomllib.loads(content))))


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """`[commands.help] line = …` becomes `commands.help.line`."""
    for name, value in table.items():
        key = prefix + name
        if isinstance(value, dict):
            yield from _flat(value, f"{key}.")
        elif isinstance(value, str):
            yield key, value
        else:
            raise WordingError(f"{key} is no text")


def _fields_of(key: str, text: str) -> frozenset[str]:
    """Only `{name}`: an index, attribute, conversion or format could reach into what is passed."""
    try:
        pieces = list(Formatter().parse(text))
    except ValueError as error:
        raise WordingError(f"{key}: {error}") from None
    names = [(name, spec, conversion) for _, name, spec, conversion in pieces if name is not None]
    if any(spec or conversion or not name.isidentifier() for name, spec, conversion in names):
        raise WordingError(f"{key} may hold plain {{field}} only")
    return frozenset(name for name, _, _ in names)


def _is_full(line: str, words: Mapping[str, str]) -> bool:
    return all(words[name] for _, name, _, _ in Formatter().parse(line) if name is not None)
