"""The custom menu as it should be, and how it differs from the one that the platform shows."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.channels.base import TAPPED, Button
from bot.messages import InboundMessage, Text
from config.accounts import AccountSettings
from config.menus import MenuItem
from config.wording import Texts
from handlers import commands

_ASK = ("new", "role", "retry", "continue")
_MINE = ("usage", "sessions", "human", "complain", "about")
_TOP_BYTES = 12
"""A name over this is not shown whole at the bottom of the chat: four Chinese characters (protocol B5)."""


def ours(settings: AccountSettings, texts: Texts) -> tuple[Button, ...]:
    """The menu of the settings; without one the default menu, of the commands that there are."""
    if settings.menu:
        return tuple(replace(_button(top), buttons=_items(top.items)) for top in settings.menu)
    ask = texts.say("menu_ask", assistant=settings.assistant)
    if len(ask.encode()) > _TOP_BYTES:
        ask = texts.say("menu_chat")
    tops = [_top(texts, ask, _ASK), _top(texts, texts.say("menu_mine"), _MINE)]
    if settings.own_items:
        tops.insert(0, Button(texts.say(f"menu_own_{settings.audience}"), buttons=_items(settings.own_items)))
    return tuple(tops)


def listed(buttons: Sequence[Button]) -> str:
    """A menu in words: a line for each button of its bottom row."""
    return "\n".join(_line(top) for top in buttons)


def changes(theirs: Sequence[Button], now: Sequence[Button], texts: Texts) -> list[str]:
    """What becomes of *theirs* when *now* takes its place, a line a button; none where they are equal."""
    before, after = dict(_paths(theirs)), dict(_paths(now))
    lines = [texts.say("menu_gone", button=path) for path in before if path not in after]
    lines += [texts.say("menu_added", button=path) for path in after if path not in before]
    lines += [
        texts.say("menu_changed", button=path)
        for path, button in after.items()
        if path in before and before[path] != button
    ]
    return lines or ([] if tuple(theirs) == tuple(now) else [texts.say("menu_moved")])


def misspelt(buttons: Sequence[Button]) -> list[str]:
    """Words with a command's prefix that say no command; whoever taps such a button hears that."""
    calls = ((button.says, commands.parse(button.says)) for _, button in _paths(buttons))
    return [words for words, called in calls if called is not None and called.command is None]


def says(buttons: Sequence[Button]) -> dict[str, str]:
    """What each button says that says something, on one line, with the names that lead to it."""
    return {_on_one_line(one.says): path for path, one in reversed([*_paths(buttons)]) if one.says}


def tapped(message: InboundMessage, settings: AccountSettings, texts: Texts) -> str:
    """What the button says that was tapped; empty where none was, or none of those that there are now."""
    words = next(
        (part.text for part in message.parts if isinstance(part, Text) and part.menu_id == TAPPED), ""
    )
    said = _on_one_line(words)
    return said if said and said in says(ours(settings, texts)) else ""


def _on_one_line(words: str) -> str:
    return " ".join(words.split())


def _top(texts: Texts, name: str, named: Sequence[str]) -> Button:
    there = (one for one in named if one in commands.registry())
    return Button(
        name, buttons=tuple(Button(texts.say(f"menu_names.{one}"), says=f"/{one}") for one in there)
    )


def _items(items: Sequence[MenuItem]) -> tuple[Button, ...]:
    return tuple(_button(item) for item in items)


def _button(item: MenuItem) -> Button:
    return Button(item.name, item.says or "", item.url or "")


def _line(top: Button) -> str:
    return f"{top.name}：{' · '.join(one.name for one in top.buttons)}" if top.buttons else top.name


def _paths(buttons: Sequence[Button], above: str = "") -> Iterator[tuple[str, Button]]:
    """What can be tapped, by the names that lead to it."""
    for button in buttons:
        path = f"{above}{button.name}"
        if button.buttons:
            yield from _paths(button.buttons, f"{path} › ")
        else:
            yield path, button
