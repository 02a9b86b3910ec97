"""Answers that the owner wrote: given at once, without the model and without the AI label.

They are remembered like a model's, so that 「那周末呢」 makes sense behind one, and 「重答」 asks the model.
"""

from typing import TYPE_CHECKING

from bot.messages import Reply
from bot.store.faq import VERSION
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from handlers import handed, rights
from handlers.answering import heard
from handlers.asking import asked
from handlers.reply import planned

if TYPE_CHECKING:  # the web process imports handlers through the commands; the Bot would bring openai along
    from bot.wiring.bot import Bot


def answered(bot: "Bot", turn: Turn, recalled: Recalled) -> Plan | None:
    """The owner's answer to these words; None where there is none, or it is the model's turn already.

    It costs nothing, so that quotas do not matter; a paused account rests. Raises StoreAway, StoreUnfit.
    """
    version = recalled.changes.get(VERSION, "")
    if not version or turn.steps.begun:
        return None
    if "paused" in recalled.changes and not rights.is_admin(bot, turn, recalled):
        return None
    entry = bot.faq.of(turn.chat.account, version).asked(turn.message.text)
    if entry is None:
        return None
    back, ended = handed.back(bot, turn, recalled)
    writes = (
        asked(bot, turn, recalled).remembered(bot, entry.answer),
        *((bot.memory.drop_failed(turn.chat),) if recalled.failed else ()),
        *heard(bot, turn, recalled, turn.message.text.strip(), entry.answer),
        bot.days.faq(turn.chat),
        *ended,
    )
    return planned(bot, turn, recalled, Reply.of(back + entry.answer), state="answered", writes=writes)
