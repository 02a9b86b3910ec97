"""One part of an answer goes out: planned → sending → sent, and what is found half-way after a death."""

from typing import TYPE_CHECKING

import structlog

from bot.channels.base import OutText
from bot.errors import PlatformError, SendUnsure
from bot.store.inbox import Turn
from bot.store.turns import PartState
from handlers import at_once, passive

if TYPE_CHECKING:  # the web process imports this through the commands; the Bot would bring openai along
    from bot.wiring.bot import Bot

log = structlog.get_logger(__name__)


def send(bot: "Bot", turn: Turn, index: int, part: OutText) -> None:
    """Send one part, recording it before and after. A part that was certainly not sent is planned again.

    Raises PlatformError, LeaseLost, StoreAway.
    """
    bot.failpoints.reach("pre_send")
    channel = bot.channels[turn.chat.account]
    # Offered once: of what was ambiguous the request is gone.
    if index == 0 and 0 not in turn.steps.sends and _in_its_request(bot, turn, part):
        return
    bot.inbox.record(turn, {f"send:{index}": "sending"}, spend=True, paces=channel.limits.paces)
    turn.steps.sends[index] = "sending"
    try:
        channel.send(turn.chat.peer, part)
    except SendUnsure:
        raise
    except PlatformError:
        bot.inbox.record(turn, {f"send:{index}": "planned"})
        turn.steps.sends[index] = "planned"
        raise
    bot.failpoints.reach("post_send")
    bot.inbox.record(turn, {f"send:{index}": "sent"})
    turn.steps.sends[index] = "sent"
    if passive.may_be(bot, turn):
        bot.deliveries.learn(turn.chat.account, "service")
    log.info("sent", account=turn.chat.account, n=turn.lease.n, part=index + 1, bytes=len(part.text.encode()))


def _in_its_request(bot: "Bot", turn: Turn, part: OutText) -> bool:
    """Whether the first part went out in the request that the message came in."""
    try:
        if not at_once.handed_over(bot, turn, part):
            return False
    except SendUnsure:
        bot.inbox.record(turn, {"send:0": "sending"})
        turn.steps.sends[0] = "sending"
        raise
    bot.inbox.record(turn, {"send:0": "sent"})
    turn.steps.sends[0] = "sent"
    log.info(
        "sent", account=turn.chat.account, n=turn.lease.n, part=1, bytes=len(part.text.encode()), at_once=True
    )
    return True


def again(bot: "Bot", turn: Turn, index: int) -> bool:
    """Whether a part that may have been delivered is sent once more; counted either way (design §1)."""
    limits = bot.channels[turn.chat.account].limits
    checked = limits.duplicate_check
    if index == 0 and limits.response_bytes:  # What its request may have carried waits for nobody.
        bot.answers.done(turn.chat, turn.lease.n)
    resend = checked or bot.settings.turn.on_ambiguous == "resend"
    state: PartState = "planned" if resend else "sent"
    doubled = turn.steps.doubled + (resend and not checked)
    bot.inbox.record(turn, {f"send:{index}": state, "doubled": str(doubled)}, count="ambiguous_sends")
    turn.steps.sends[index], turn.steps.doubled = state, doubled
    log.warning(
        "send was ambiguous", account=turn.chat.account, n=turn.lease.n, part=index + 1, resend=resend
    )
    return resend
