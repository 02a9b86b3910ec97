"""What the figures of the day say of a turn that ends."""

import time
from typing import TYPE_CHECKING

from bot.messages import OURS, State
from bot.store.inbox import Turn
from bot.store.turns import Write
from handlers import menus

if TYPE_CHECKING:  # the web process imports handlers through the commands; the Bot would bring openai along
    from bot.wiring.bot import Bot


def of_turn(
    bot: "Bot", turn: Turn, states: tuple[State, ...], took_ms: int, reason: str
) -> tuple[Write, ...]:
    """A message that ends in the first of *states*, and those that end with it; of our own words nothing."""
    if turn.message.kind in OURS:
        return ()
    person, now_ms = turn.message.person, int(time.time() * 1000)
    counted = bot.days.count(person, states, took_ms, reason=reason, doubled=turn.steps.doubled)
    account = bot.accounts[turn.chat.account]
    button = menus.tapped(turn.message, account.settings, account.texts)
    taps = (bot.days.tapped(turn.chat.account, button),) if button else ()
    return (*counted, *taps, *bot.roster.spoke(person, bot.ledger.day(), now_ms))
