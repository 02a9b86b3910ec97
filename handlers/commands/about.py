"""/about 关于: who answers here, who answers for it, and what is kept."""

from typing import TYPE_CHECKING

from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from handlers import privacy
from handlers.reply import told
from handlers.words import texts_of

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("about", "关于", "隐私")
ADMINS = False
CUTS = False
PLACE = 0  # /me lists it.


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """Three lines, with the address of the page where there is one."""
    settings, account = bot.settings, bot.accounts[turn.chat.account]
    link = privacy.address(settings, turn.chat.account)
    return told(
        bot,
        turn,
        recalled,
        "about_linked" if link else "about_here",
        assistant=account.settings.assistant,
        model=privacy.model_name(settings),
        responsible=privacy.responsible_line(settings, texts_of(bot, turn, recalled)),
        days=settings.memory.days,
        link=link,
    )
