"""The custom menu of an official account, and what its console had set up before (protocol B5)."""

from simulator.api import OK, Ask, ErrcodeError, Route, Told, permitted
from simulator.words import words


def menu_create(ask: Ask) -> Told:
    """POST menu/create: 1 – 3 buttons with at most 5 below each."""
    account = permitted(ask, "menu")
    asked = ask.json()
    buttons = asked.get("button")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
        raise ErrcodeError(40017)
    for button in buttons:
        if not isinstance(button, dict) or len(button.get("sub_button") or []) > 5:
            raise ErrcodeError(40023)
        if len(str(button.get("name", "")).encode()) > 16:
            raise ErrcodeError(40018)
    account.menu = asked
    return Told(OK)


def menu_get(ask: Ask) -> Told:
    account = permitted(ask, "menu")
    if account.menu is None:
        raise ErrcodeError(46003)
    return Told({"menu": account.menu})


def menu_delete(ask: Ask) -> Told:
    permitted(ask, "menu").menu = None
    return Told(OK)


def selfmenu(ask: Ask) -> Told:
    """GET get_current_selfmenu_info: open to every kind of account."""
    account = ask.account("official")
    return Told(
        {"is_menu_open": int(account.menu is not None), "selfmenu_info": account.menu or {"button": []}}
    )


def autoreply(ask: Ask) -> Told:
    ask.account("official")
    return Told(
        {"is_add_friend_reply_open": 0, "is_autoreply_open": 0, "keyword_autoreply_info": {"list": []}}
    )


_MENU = words("自定义菜单", "custom menu")

ROUTES = [
    Route("POST", "/cgi-bin/menu/create", "official", "menu", _MENU, menu_create),
    Route("GET", "/cgi-bin/menu/get", "official", "menu", _MENU, menu_get),
    Route("GET", "/cgi-bin/menu/delete", "official", "menu", _MENU, menu_delete),
    Route("GET", "/cgi-bin/get_current_selfmenu_info", "official", "menu", _MENU, selfmenu),
    Route("GET", "/cgi-bin/get_current_autoreply_info", "official", "menu", _MENU, autoreply),
]
