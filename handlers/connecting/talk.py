"""A conversation on the terminal, in the sentences of zh.toml or en.toml."""

import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from config.wording import Language, Texts

_INVISIBLE = "\ufeff\u200b\u200c\u200d\u2060\u3000 \t\r\n"


class _WordedError(Exception):
    """Something that is told by the sentence *key*."""

    def __init__(self, key: str, **fields: object) -> None:
        super().__init__(key)
        self.key = key
        self.fields = fields


class FormError(_WordedError):
    """An answer that cannot be right; it is asked again."""


class StopError(_WordedError):
    """The conversation cannot go on; the sentence says what to do."""


Check = Callable[[str], str]
"""Gives a clean answer back, or raises FormError."""


class Talk:
    """Speaks one language. Every question ends in click.Abort on Ctrl-C or at the end of the input."""

    def __init__(self, language: Language) -> None:
        file = Path(__file__).with_name(f"{language}.toml")
        self._texts = Texts(tomllib.loads(file.read_text(encoding="utf-8")))

    def word(self, key: str, **fields: object) -> str:
        """A sentence, without saying it."""
        return self._texts.say(key, **fields).strip("\n")

    def say(self, key: str, **fields: object) -> None:
        """Print a sentence."""
        click.echo(self.word(key, **fields))

    def step(self, number: int, key: str) -> None:
        """Print the title of a step."""
        click.secho(f"\n{number}/5  {self.word(key)}", bold=True)

    def good(self, key: str, **fields: object) -> None:
        """Print what went well."""
        click.secho(f"✓ {self.word(key, **fields)}", fg="green")

    def bad(self, key: str, **fields: object) -> None:
        """Print what went wrong, and what to do about it."""
        click.secho(f"✗ {self.word(key, **fields)}", fg="yellow")

    def warn(self, key: str, **fields: object) -> None:
        """Print what is worth knowing beforehand."""
        click.secho(f"! {self.word(key, **fields)}", fg="yellow")

    def ask(self, key: str, check: Check, *, hidden: bool = False, default: str = "") -> str:
        """The answer to a question, asked until *check* accepts it; copied blanks around it go.

        A *hidden* answer is not shown while it is typed or pasted, and nowhere else either.
        """
        while True:
            said: str = click.prompt(
                self.word(key), default=default, show_default=bool(default), hide_input=hidden
            )
            try:
                return check(said.strip(_INVISIBLE))
            except FormError as wrong:
                self.bad(wrong.key, **wrong.fields)

    def choose(self, key: str, options: Sequence[str], **fields: object) -> int:
        """The index of the option chosen; the first by plain Enter."""
        self.say(key, **fields)
        for number, option in enumerate(options, 1):
            click.echo(f"  {number}. {option}")

        def check(said: str) -> str:
            if said.isascii() and said.isdigit() and 1 <= int(said) <= len(options):
                return said
            raise FormError("wrong_choice", last=len(options))

        return int(self.ask("choice", check, default="1")) - 1

    def pause(self, key: str) -> str:
        """Wait for Enter; what was typed before it, in lower case."""
        return self.ask(key, str.lower)
