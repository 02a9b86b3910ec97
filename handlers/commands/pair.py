"""/pair 配对: become an admin with the one-time code that `flask --app app admin-code` prints."""

from typing import TYPE_CHECKING

from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from bot.text import half_width
from handlers import rights
from handlers.answering import ask
from handlers.reply import told

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("pair", "配对")
ADMINS = False
CUTS = False
PLACE = 0  # Nobody is taught it: whoever has a code was told by the command that printed it.
TRAITS = ("numbered",)


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """An admin from now on; without a code that waits this is a word like any unknown one."""
    settings, message = bot.accounts[turn.chat.account].settings, turn.message
    if message.text.strip().startswith("配对") and not argument:
        return ask(bot, turn, recalled)  # A word like any other.
    unknown = told(bot, turn, recalled, "unknown_command", word="配对" if "配对" in message.text else "pair")
    if message.peer != message.sender or not rights.can_have_admins(settings):
        return unknown
    found = bot.people.pair(message.person, half_width(argument.strip()), message.msg_id)
    if found == "none":
        return unknown
    if found == "wrong":
        return told(bot, turn, recalled, "wrong_code")
    writes = (rights.audited(bot, turn, recalled, "pair"),)
    return told(bot, turn, recalled, "paired", number=recalled.profile.number, writes=writes)
