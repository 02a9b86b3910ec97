"""The custom menu, and what the console of an official account had set up before (protocol B5, C8)."""

from typing import Any

from simulator.accounts import Account
from simulator.api import OK, Ask, ErrcodeError, Route, Told
from simulator.words import words

URL_BYTES, KEY_BYTES = 1024, 128
WITH_KEY = ("click", "scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "pic_weixin")
WITHOUT = ("location_select", "media_id", "article_id", "article_view_limited", "view_limited", "miniprogram")


def menu_create(ask: Ask) -> Told:
    """POST menu/create: 1 – 3 buttons with at most 5 below each, within their bytes."""
    account = _owner(ask)
    asked = ask.json()
    buttons = asked.get("button")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
        raise ErrcodeError(40017)
    for button in buttons:
        below = button.get("sub_button") if isinstance(button, dict) else 0
        if not isinstance(below, list | None) or len(below or []) > 5:
            raise ErrcodeError(40023)
        _check_name(button, 16, 40018)
        for one in below or []:
            _check_name(one, 60 if account.channel == "official" else 16, 40025)
        for one in below or [button]:
            _check_doing(one, is_below=bool(below))
    _put(ask, account, asked)
    return Told(OK)


def _check_name(button: object, most: int, errcode: int) -> None:
    name = button.get("name") if isinstance(button, dict) else None
    if not isinstance(name, str) or not 0 < len(name.encode()) <= most:
        raise ErrcodeError(errcode)


def _check_doing(button: dict[str, Any], *, is_below: bool) -> None:
    kind, key, url = (str(button.get(name, "")) for name in ("type", "key", "url"))
    if kind not in ("view", *WITH_KEY, *WITHOUT):
        raise ErrcodeError(40024 if is_below else 40015)
    if kind in WITH_KEY and not 0 < len(key.encode()) <= KEY_BYTES:
        raise ErrcodeError(40026 if is_below else 40019)
    if kind == "view" and (len(url.encode()) > URL_BYTES or not url.startswith(("http://", "https://"))):
        raise ErrcodeError(40027 if is_below else 40020)


def menu_get(ask: Ask) -> Told:
    """GET menu/get: what programs made; official accounts wrap it in `menu`."""
    account = _owner(ask)
    if account.menu is None:
        raise ErrcodeError(46003)
    return Told({"menu": account.menu} if account.channel == "official" else OK | account.menu)


def menu_delete(ask: Ask) -> Told:
    _put(ask, _owner(ask), None)
    return Told(OK)


def _owner(ask: Ask) -> Account:
    """The account behind the token, if it may have a menu. Raises ErrcodeError."""
    account = ask.account("official")
    fault = ask.world.faults.next_errcode(account.name)
    if fault:
        raise ErrcodeError(fault)
    if account.channel == "wecom" and ask.query.get("agentid") != str(account.agent_id):
        raise ErrcodeError(301002)
    if not account.may("menu"):
        raise ErrcodeError(48001)
    return account


def _put(ask: Ask, account: Account, menu: dict[str, Any] | None) -> None:
    account.menu = menu
    ask.world.feed.publish("account", account.as_json())


def selfmenu(ask: Ask) -> Told:
    """GET get_current_selfmenu_info: open to every kind of account; the console's menu where there is one."""
    account = _official(ask)
    menu = account.console_menu or account.menu
    return Told({"is_menu_open": int(menu is not None), "selfmenu_info": menu or {"button": []}})


def autoreply(ask: Ask) -> Told:
    """GET get_current_autoreply_info: open to every kind of account."""
    empty = {"is_add_friend_reply_open": 0, "is_autoreply_open": 0, "keyword_autoreply_info": {"list": []}}
    return Told(_official(ask).console_replies or empty)


def _official(ask: Ask) -> Account:
    account = ask.account("official")
    if account.channel != "official":
        raise ErrcodeError(40001)
    return account


def tapped_name(account: Account, key: str) -> str:
    """The name of the menu's button with this key or address; empty where there is none."""
    for button in (account.menu or {}).get("button", []):
        for one in button.get("sub_button") or [button]:
            if key and key in (one.get("key"), one.get("url")):
                return str(one["name"])
    return ""


_MENU = words("自定义菜单", "custom menu")

ROUTES = [
    Route("POST", "/cgi-bin/menu/create", "official", "menu", _MENU, menu_create),
    Route("GET", "/cgi-bin/menu/get", "official", "menu", _MENU, menu_get),
    Route("GET", "/cgi-bin/menu/delete", "official", "menu", _MENU, menu_delete),
    Route("GET", "/cgi-bin/get_current_selfmenu_info", "official", "menu", _MENU, selfmenu),
    Route("GET", "/cgi-bin/get_current_autoreply_info", "official", "menu", _MENU, autoreply),
]
