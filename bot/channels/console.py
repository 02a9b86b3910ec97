"""What an owner set up in an official account's console, as the platform tells it before we take over.

The forms of get_current_autoreply_info and get_current_selfmenu_info are those of the platform's own pages on
them; whatever is not of that form is left out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.channels._menus import below, tables


@dataclass(frozen=True, slots=True)
class AutoReply:
    """One automatic reply: its *kind* in the platform's terms (`text`, `img` …), and its words if any."""

    kind: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """Keywords, and what is said to each of them: *all* of the replies, or any one."""

    keywords: tuple[str, ...]
    replies: tuple[AutoReply, ...]
    all: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One button of the menu that does something: `view` opens *value*, `text` says it, `click` sends it."""

    name: str
    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Console:
    """All of it; *usual* is the reply to whatever no keyword fits."""

    welcome: AutoReply | None
    usual: AutoReply | None
    rules: tuple[Rule, ...]
    menu: tuple[Entry, ...]


def read_console(replies: Mapping[str, Any], menu: Mapping[str, Any]) -> Console:
    """From the platform's two answers."""
    rules = _table(replies.get("keyword_autoreply_info")).get("list")
    buttons = _table(menu.get("selfmenu_info")).get("button")
    return Console(
        _said(replies.get("add_friend_autoreply_info")),
        _said(replies.get("message_default_autoreply_info")),
        tuple(_rule(one) for one in tables(rules)),
        tuple(entry for one in tables(buttons) for entry in _entries(one)),
    )


def _rule(one: Mapping[str, Any]) -> Rule:
    keywords = (str(word.get("content", "")).strip() for word in tables(one.get("keyword_list_info")))
    replies = (_said(reply) for reply in tables(one.get("reply_list_info")))
    return Rule(
        tuple(word for word in keywords if word),
        tuple(reply for reply in replies if reply),
        one.get("reply_mode") == "reply_all",
    )


def _said(value: object) -> AutoReply | None:
    found = _table(value)
    kind = str(found.get("type", ""))
    if not kind:
        return None
    return AutoReply(kind, str(found.get("content", "")).strip() if kind == "text" else "")


def _entries(button: dict[str, Any]) -> Iterator[Entry]:
    """What can be tapped of *button*: itself, or what it holds."""
    held = below(button)
    for one in held or [button]:
        value = next((str(one[key]) for key in ("url", "value", "key") if one.get(key)), "")
        yield Entry(str(one.get("name", "")), str(one.get("type", "")), value)


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
