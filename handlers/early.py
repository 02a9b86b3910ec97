"""The first words of a long answer: sent while the model still writes, and never taken back.

They are part 0 of a plan that is not whole yet. Whatever the turn ends with comes behind them, also when
another process takes it up: then the model is given them as its own, to go on with.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

import structlog

from bot.channels.base import EARLY_KEY, KEYS_A_MESSAGE, OutText
from bot.errors import PlatformError
from bot.markdown import plain
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from bot.text import beginnings
from config.wording import Texts
from handlers import moderation, passive
from handlers.reply import MARK_BYTES, parts_left
from handlers.sending import send
from handlers.words import texts_of

if TYPE_CHECKING:  # the web process imports this through the commands; the Bot would bring openai along
    from bot.wiring.bot import Bot

_SHOWN_MIN = 10
"""「好的。」 alone is not worth a message."""

log = structlog.get_logger(__name__)


def wanted(bot: "Bot", turn: Turn, recalled: Recalled) -> bool:
    """Whether this turn may send first words: once, and only where a message stays free for the rest."""
    pushes = not passive.is_passive(bot, turn)
    has_room = parts_left(recalled) > 1
    return bool(bot.settings.reply.first_part_s) and pushes and has_room and turn.steps.early is None


def send_first_words(bot: "Bot", turn: Turn, recalled: Recalled, said: str) -> bool:
    """Send what is there of the answer up to its last sentence; whether that is done with.

    Nothing is sent, and nothing is lost, where the platform does not take it, or where the words may not be
    said: then nothing of the answer goes out. Raises LeaseLost, StoreAway.
    """
    if turn.lease.stopped:
        return True
    limits = bot.channels[turn.chat.account].limits
    for begun in beginnings(said[: limits.text_bytes]):
        shown = plain(begun, links=limits.links).strip()
        if len(shown) < _SHOWN_MIN:
            break
        if len(shown.encode()) <= limits.text_bytes - MARK_BYTES:
            # All that has come is looked at, so that a word may reach beyond these sentences.
            if not moderation.may_go_out(bot, turn, said):
                return True
            _send(bot, turn, texts_of(bot, turn, recalled), begun, shown)
            return True
    return False


def _send(bot: "Bot", turn: Turn, texts: Texts, begun: str, shown: str) -> None:
    label = texts.say("label_single") if bot.accounts[turn.chat.account].labels_ai else ""
    part = OutText(shown, label=label, key=turn.lease.n * KEYS_A_MESSAGE + EARLY_KEY)
    bot.inbox.save(turn, Plan("answered", (part,), begun=begun))
    try:
        send(bot, turn, 0, part)
    except PlatformError as error:  # if it is not known what became of it, `early` says so
        log.warning(
            "first words not sent", account=turn.chat.account, n=turn.lease.n, error=type(error).__name__
        )


def behind(turn: Turn, plan: Plan) -> Plan:
    """*plan* as it goes on behind the first words that were sent."""
    early = turn.steps.early
    return plan if early is None else replace(plan, parts=(early, *plan.parts))
