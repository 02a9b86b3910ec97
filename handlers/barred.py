"""Who is not answered as everybody else is: somebody who was banned."""

from typing import TYPE_CHECKING

from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from handlers import commands, rights
from handlers.reply import told

if TYPE_CHECKING:  # the web process imports handlers through the commands; the Bot would bring openai along
    from bot.wiring.bot import Bot

_SAID_BY_NOBODY = frozenset({"unsubscribe", "event", "human"})


def barred(bot: "Bot", turn: Turn, recalled: Recalled) -> Plan | None:
    """What somebody hears who was banned; complaining, and what is theirs by law, stays open to them."""
    if (
        not recalled.profile.banned
        or turn.message.kind in _SAID_BY_NOBODY
        or rights.is_admin(bot, turn, recalled)
    ):
        return None
    called = commands.parse(turn.message.text) if turn.message.kind == "text" else None
    if (
        called is not None
        and called.command is not None
        and called.command.NAMES[0] in {*commands.ALWAYS, *commands.FETCHING}
    ):
        return None
    return told(bot, turn, recalled, "banned")
