"""Custom menus as the platforms write them, and as we do (protocol B5, C8)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.channels.base import SAYS, Button
from bot.errors import PlatformError

_NO_MENU = 46003


def menu_of(ask: Callable[[], Mapping[str, Any]]) -> tuple[Button, ...]:
    """The menu that *ask* fetches; empty where the platform says that there is none. Raises PlatformError."""
    try:
        return from_platform(ask())
    except PlatformError as error:
        if error.errcode == _NO_MENU:
            return ()
        raise


def to_platform(buttons: Sequence[Button]) -> dict[str, Any]:
    """The body of menu/create."""
    return {"button": [_written(button) for button in buttons]}


def from_platform(found: Mapping[str, Any]) -> tuple[Button, ...]:
    """The buttons in an answer of menu/get, which official accounts wrap in `menu`."""
    menu = found.get("menu", found)
    return tuple(_read(one) for one in tables(menu.get("button") if isinstance(menu, dict) else None))


def below(button: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What *button* holds: a list in menu/get, a table with a `list` in get_current_selfmenu_info."""
    held = button.get("sub_button")
    return tables(held.get("list") if isinstance(held, dict) else held)


def tables(value: object) -> list[dict[str, Any]]:
    """The tables in a list; nothing where it is no list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _written(button: Button) -> dict[str, Any]:
    if button.buttons:
        return {"name": button.name, "sub_button": [_written(one) for one in button.buttons]}
    if button.url:
        return {"type": "view", "name": button.name, "url": button.url}
    return {"type": "click", "name": button.name, "key": SAYS + button.says}


def _read(one: Mapping[str, Any]) -> Button:
    name, kind = str(one.get("name", "")), str(one.get("type", ""))
    held = tuple(_read(inner) for inner in below(one))
    if held:
        return Button(name, buttons=held)
    if kind == "view":
        return Button(name, url=str(one.get("url", "")))
    key = str(one.get("key", ""))
    if kind == "click" and key.startswith(SAYS):
        return Button(name, says=key.removeprefix(SAYS))
    return Button(name, other=f"{kind} {key}".strip())
