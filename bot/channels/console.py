"""What an owner set up in an official account's console, as the platform tells it before we take over.

The forms of get_current_autoreply_info and get_current_selfmenu_info are those of the platform's own pages on
them; whatever is not of that form is left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.channels._menus import below, tables


@dataclass(frozen=True, slots=True)
class AutoReply:
    """One automatic reply: its *kind* in the platform's terms (`text`, `img` …), and its words; of any other
    kind what the platform says of it."""

    kind: str
    content: str = ""


@dataclass(frozen=True, slots=True)
class Keyword:
    """Words that are the whole message, or that any message *contains*."""

    text: str
    contains: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """Keywords, and what is said to each of them: *all* of the replies, or any one."""

    keywords: tuple[Keyword, ...]
    replies: tuple[AutoReply, ...]
    all: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One button of the menu: it holds *entries*, or does something: `view` opens *value*, `text` says it; of
    any other kind *value* is what the platform says of it."""

    name: str
    kind: str
    value: str
    entries: tuple["Entry", ...] = ()


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
        tuple(_entry(one, tuple(_entry(inner) for inner in below(one))) for one in tables(buttons)),
    )


def _rule(one: Mapping[str, Any]) -> Rule:
    keywords = (
        Keyword(str(word.get("content", "")).strip(), word.get("match_mode") == "contain")
        for word in tables(one.get("keyword_list_info"))
    )
    replies = (_said(reply) for reply in tables(one.get("reply_list_info")))
    return Rule(
        tuple(word for word in keywords if word.text),
        tuple(reply for reply in replies if reply),
        one.get("reply_mode") == "reply_all",
    )


def _said(value: object) -> AutoReply | None:
    found = _table(value)
    kind = str(found.get("type", ""))
    if not kind:
        return None
    return AutoReply(kind, str(found.get("content", "")).strip() if kind == "text" else _whole(found))


def _entry(button: Mapping[str, Any], entries: tuple[Entry, ...] = ()) -> Entry:
    kind = str(button.get("type", ""))
    value = str(button.get({"view": "url", "text": "value"}.get(kind, ""), "")) or _whole(button)
    return Entry(str(button.get("name", "")), kind, value, entries)


def _whole(found: Mapping[str, Any]) -> str:
    """By what an owner knows it again: its addresses and ids, and a line for each of its articles."""
    own = (value for key, value in found.items() if key not in ("name", "type") and isinstance(value, str))
    articles = tables(_table(found.get("news_info")).get("list"))
    lines = [own, *((str(one.get(key, "")) for key in ("title", "content_url")) for one in articles)]
    return "\n".join(filter(None, (" ".join(filter(None, line)) for line in lines)))


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
