"""Somebody who follows already scans a QR code of the account's."""

from bot.messages import Reply
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from bot.wiring.bot import Bot
from handlers import scenes, welcome
from handlers.reply import planned

KINDS = ("scan",)


def reply(bot: Bot, turn: Turn, recalled: Recalled) -> Plan:
    """What the code's scene has to say; it is counted in any case."""
    scene = scenes.of(turn.message, bot.accounts[turn.chat.account].settings)
    writes = scenes.left_behind(bot, turn, recalled)
    said = welcome.of_a_scan(bot, turn, recalled, scene) if scene else ""
    if not said:
        return Plan("ignored", writes=writes)
    return planned(bot, turn, recalled, Reply.of(said), state="answered", writes=writes)
