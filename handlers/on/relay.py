"""Words of somebody who talks to a human, on their way to an admin, who answers with `#12 …`."""

import structlog

from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from bot.wiring.bot import Bot
from handlers import handed, rights, unasked

KINDS = ("relay",)

_WAITING_MOST = 20_000
"""Characters that wait for an admin who cannot be written to; what is said beyond is in the case alone."""

log = structlog.get_logger(__name__)


def reply(bot: Bot, turn: Turn, recalled: Recalled) -> Plan:
    """As `handlers.handover` wrote them, if it is still for this admin to read them; no model is asked."""
    if handed.is_void(bot, turn) or not rights.is_admin(bot, turn, recalled):
        return Plan("ignored")
    if recalled.rest is not None and len(recalled.rest.text) > _WAITING_MOST:
        log.warning("relay left to the case", account=turn.chat.account, n=turn.lease.n)
        return Plan("command")
    return unasked.said(bot, turn, recalled, turn.message.text)
