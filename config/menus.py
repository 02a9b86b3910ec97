"""The custom menu in the settings: buttons that say something, open a page, or hold others (protocol B5)."""

import re
from collections.abc import Callable, Iterable
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from config.checks import Name, Section, Words
from config.problems import wrong

SAYS_BYTES = 120
"""So much of a key's 128 bytes is left for the words that it says."""
_URL_BYTES = 1024
_ADDRESS = re.compile(r"https?://[^\s/?#]+(?:[/?#]\S*)?")


def most_bytes(limit: int) -> Callable[[str], str]:
    """A check that a text has at most *limit* bytes of UTF-8."""

    def check(value: str) -> str:
        if len(value.encode()) > limit:
            raise wrong(f"is too long; {limit} bytes are the most, a Chinese character has 3")
        return value

    return check


def is_page(value: str) -> bool:
    """Whether *value* is the address of a page: also with ? and #, which the address of a service has not."""
    return bool(_ADDRESS.fullmatch(value)) and len(value.encode()) <= _URL_BYTES


def _page(value: str) -> str:
    if not is_page(value):
        raise wrong(f"must be a page such as https://host/page, of at most {_URL_BYTES} bytes")
    return value


Page = Annotated[Name, AfterValidator(_page)]
Saying = Annotated[Words, AfterValidator(most_bytes(SAYS_BYTES))]


class MenuItem(Section):
    """A button that does one thing.

    Attributes:
        says: what a tap says as if it were typed: a command, or a question.
        url: the page that a tap opens.
    """

    name: Words
    says: Saying | None = None
    url: Page | None = None

    @model_validator(mode="after")
    def _does_one_thing(self) -> Self:
        if sum(bool(one) for one in self._doings()) != 1:
            keys = ("says", "url", "items")[: len(self._doings())]
            raise wrong(f"needs exactly one of {', '.join(keys)} in each of its tables")
        return self

    def _doings(self) -> tuple[object, ...]:
        return (self.says, self.url)


class MenuButton(MenuItem):
    """A button at the bottom of the chat: it may open a list of *items* instead."""

    items: Annotated[tuple[MenuItem, ...], Field(max_length=5)] = ()

    def _doings(self) -> tuple[object, ...]:
        return (self.says, self.url, self.items)


def check_menu(
    menu: Iterable[MenuButton], own_items: tuple[MenuItem, ...], *, top_bytes: int, item_bytes: int
) -> None:
    """Names within the platform's bytes, and one menu alone. Raises the error of a setting."""
    tops = tuple(menu)
    if tops and own_items:
        raise wrong("has no place in a menu of your own; write these entries into menu", "own_items")
    named = [(top.name, top_bytes, "menu.name") for top in tops]
    named += [(item.name, item_bytes, "menu.items.name") for top in tops for item in top.items]
    named += [(item.name, item_bytes, "own_items.name") for item in own_items]
    for name, limit, key in named:
        if len(name.encode()) > limit:
            raise wrong(f"is too long; {limit} bytes are the most, a Chinese character has 3", key)
