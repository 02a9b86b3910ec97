"""/menu 菜单: the custom menu at the bottom of the chat, as the platform shows it and as it should be."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import structlog

from bot.channels.base import Button
from bot.errors import PlatformError, TokenRefused
from bot.messages import Reply
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from handlers import menus, raising, rights
from handlers.owner import harmless
from handlers.reply import planned, told
from handlers.words import texts_of

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("menu", "菜单")
ADMINS = True
CUTS = False
PLACE = 350

_SHOW = ("", "show", "看", "查看")
_PUSH = ("push", "推送")
_TOLD = {
    **dict.fromkeys((40200, 48001, 48002, 48004, 48008), "menu_not_allowed"),
    **dict.fromkeys((40164, 61004, 60020), "menu_ip"),
    **dict.fromkeys((40001, 40013, 40091, 40125, 40243, 41002, 41004), "menu_secret"),
    **dict.fromkeys((40056, 41011, 301002, 50003), "menu_agent"),
    45009: "menu_quota",
    **dict.fromkeys((*range(40015, 40029), 40054, 40055), "menu_not_taken"),
}
"""What an errcode means to whoever set the menu up (protocol B1, B2, B5, C4, C8)."""

log = structlog.get_logger(__name__)


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """`show` compares, `push` puts ours in the place of what there is; both say what the platform said."""
    deed = argument.strip().lower()
    if deed not in (*_SHOW, *_PUSH):
        return told(bot, turn, recalled, "menu_how")
    try:
        return _push(bot, turn, recalled) if deed in _PUSH else _show(bot, turn, recalled)
    except PlatformError as error:
        log.warning("menu call failed", account=turn.chat.account, code=error.errcode)
        address = raising.address_in(error.errmsg) or "?"
        return told(bot, turn, recalled, _told(error), code=error.errcode, detail=address)


def _told(error: PlatformError) -> str:
    """The sentence for *error*; a token that is refused twice is got anew by the next call."""
    away = "menu_away" if error.retry else "menu_refused"
    return away if isinstance(error, TokenRefused) else _TOLD.get(error.errcode, away)


def _push(bot: "Bot", turn: Turn, recalled: Recalled) -> Plan:
    """Done again by a turn that is taken up again, it does the same again."""
    account = bot.accounts[turn.chat.account]
    now = menus.ours(account.settings, account.texts)
    bot.channels[turn.chat.account].menu_create(now)
    unknown = _unknown(bot, turn, recalled, now)
    said = texts_of(bot, turn, recalled).say("menu_pushed", menu=menus.listed(now), unknown=unknown)
    writes = (rights.audited(bot, turn, recalled, "menu push"),)
    return planned(bot, turn, recalled, Reply.of(harmless(said)), state="command", writes=writes)


def _show(bot: "Bot", turn: Turn, recalled: Recalled) -> Plan:
    account = bot.accounts[turn.chat.account]
    now = menus.ours(account.settings, account.texts)
    theirs = bot.channels[turn.chat.account].menu_get()
    texts = texts_of(bot, turn, recalled)
    changes = menus.changes(theirs, now, texts)
    key = "menu_differs" if changes else "menu_same"
    said = texts.say(
        key if theirs else "menu_none",
        menu=menus.listed(now),
        theirs=menus.listed(theirs),
        changes="\n".join(changes),
        unknown=_unknown(bot, turn, recalled, now),
    )
    return planned(bot, turn, recalled, Reply.of(harmless(said)), state="command")


def _unknown(bot: "Bot", turn: Turn, recalled: Recalled, buttons: Sequence[Button]) -> str:
    words = menus.misspelt(buttons)
    said = texts_of(bot, turn, recalled)
    return said.say("menu_unknown", word="、".join(words)) if words else ""
