"""Lines that pile up while an answer is made, answered together: people press return between two thoughts.

Only plain talk is joined, and only where it would have been the next thing to be answered anyway: never
across a command, an event or another kind, and never where a request of the platform waits for one line's own
answer.
"""

from typing import TYPE_CHECKING

import structlog

from bot.conversation import cut_question, room
from bot.messages import InboundMessage, Text
from bot.store.behind import Behind, joined
from bot.store.faq import VERSION
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from handlers import access, commands, handed, passive, roles

if TYPE_CHECKING:  # the web process imports handlers through the commands; the Bot would bring openai along
    from bot.wiring.bot import Bot

log = structlog.get_logger(__name__)


def merge(bot: "Bot", turn: Turn, recalled: Recalled) -> None:
    """Join to *turn* what waits behind it, durably, before anything is done about either.

    A question that a model was asked before, by a process that died, stays as it was. Raises LeaseLost,
    StoreAway.
    """
    if not turn.behind or not _may(bot, turn):
        return
    # A human reads every line as it was written, and an access code is a line of its own.
    if handed.of(recalled) is not None or access.is_closed_to(recalled):
        return
    along = _fitting(bot, turn, recalled)
    if along:
        bot.inbox.join(turn, along)
        log.info("lines merged", account=turn.chat.account, n=turn.lease.n, lines=len(along) + 1)


def _may(bot: "Bot", turn: Turn) -> bool:
    """Whether lines may be joined to this turn."""
    steps, account = turn.steps, turn.chat.account
    if not bot.settings.turn.merge_waiting or steps.merged or steps.asked or turn.lease.stopped:
        return False
    if steps.deaths:  # Whatever kills processes takes nobody's next line along.
        return False
    # Where it is not known yet whether an account may write by itself, requests wait for answers too.
    return not passive.may_be(bot, turn) or bot.deliveries.of(account) == "service"


def _fitting(bot: "Bot", turn: Turn, recalled: Recalled) -> list[Behind]:
    """As many of the lines behind as can be told to the model whole."""
    head = turn.message
    if not is_plain(head) or _is_known(bot, turn, recalled, head):
        return []
    _, system_tokens = roles.system(bot, turn, recalled)
    space = room(system_tokens, bot.budget)
    along: list[Behind] = []
    for one in turn.behind:
        if not is_plain(one.message) or one.message.sender != head.sender:
            break
        if _is_known(bot, turn, recalled, one.message):
            break
        together = joined(head, (*along, one)).text
        if commands.parse(together) or cut_question(together, room_tokens=space, count=bot.tokens.count)[1]:
            break
        along.append(one)
    return along


def _is_known(bot: "Bot", turn: Turn, recalled: Recalled, message: InboundMessage) -> bool:
    """Whether the owner wrote the answer to *message*: its request may wait (handlers/parking.py)."""
    version = recalled.changes.get(VERSION, "")
    return bool(version) and bot.faq.of(turn.chat.account, version).asked(message.text) is not None


def is_plain(message: InboundMessage) -> bool:
    """Whether *message* is a line of talk, which nothing but the model would answer.

    A line that begins like a command is none, and neither is a number: it may choose or fetch something.
    """
    text = message.text.strip()
    typed = message.kind == "text" and all(isinstance(p, Text) and not p.menu_id for p in message.parts)
    return (
        typed
        and bool(text)
        and text[0] not in commands.PREFIXES
        and not text.isdecimal()
        and commands.parse(text) is None
    )
