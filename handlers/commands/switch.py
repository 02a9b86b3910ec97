"""/switch 切换对话: go on with a conversation that was put away."""

from typing import TYPE_CHECKING

from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from bot.text import half_width, shortened
from handlers.commands import sessions
from handlers.reply import told

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("switch", "切换对话")
ADMINS = False
CUTS = False
PLACE = 0  # /sessions shows how.
TRAITS = ("numbered",)

_TITLE_CHARS = 14


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """The one with that number in /sessions; without a number the list."""
    older = bot.memory.older(turn.chat, recalled)
    number = half_width(argument).strip().lstrip("#")
    if not number or not older:
        return sessions.run(bot, turn, recalled, "")
    chosen = {str(place): one for place, one in enumerate(older, 1)}.get(number)
    if chosen is None:
        return told(bot, turn, recalled, "no_such_session", count=len(older))
    writes = bot.memory.switch(turn.chat, recalled, chosen)
    title = shortened(chosen.history[0].question, _TITLE_CHARS)
    return told(bot, turn, recalled, "session_now", title=title, writes=writes)
