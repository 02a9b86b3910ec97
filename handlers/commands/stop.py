"""/stop 停: say no more of what is being answered."""

from typing import TYPE_CHECKING

from bot.messages import Reply
from bot.store.inbox import Turn
from bot.store.turns import Plan
from handlers.reply import planned

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("stop", "停")
CUTS = True
PLACE = 30


def run(bot: "Bot", turn: Turn, argument: str) -> Plan:
    """The cut that came with this message has stopped everything older; what waits to be fetched goes too."""
    said = Reply.of(bot.accounts[turn.chat.account].texts.say("stopped"))
    return planned(bot, turn, said, state="command", writes=(bot.memory.drop_rest(turn.chat),))
