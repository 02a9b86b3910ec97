"""Who may do what: identity is the account and the sender that the platform verified, and nothing else."""

import time
from typing import TYPE_CHECKING

from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.people import Deed
from bot.store.turns import Write
from config.accounts import AccountSettings, OfficialSettings

if TYPE_CHECKING:  # the web process imports this through the commands; the Bot would bring openai along
    from bot.wiring.bot import Bot


def can_have_admins(settings: AccountSettings) -> bool:
    """A plain signature does not cover who sent the body: such an account has no admins (design §3)."""
    return not (isinstance(settings, OfficialSettings) and settings.encryption == "plain")


def is_admin(bot: "Bot", turn: Turn, recalled: Recalled) -> bool:
    """Whether a verified admin speaks, alone with us: named in the settings, or paired."""
    settings, message = bot.accounts[turn.chat.account].settings, turn.message
    known = message.sender in settings.admins or recalled.profile.paired
    return known and message.peer == message.sender and can_have_admins(settings)


def audited(bot: "Bot", turn: Turn, recalled: Recalled, what: str, whom: int = 0) -> Write:
    """What this admin did stands in the audit once the message is settled."""
    deed = Deed(int(time.time() * 1000), recalled.profile.number, what, whom)
    return bot.people.audited(turn.chat.account, deed)
