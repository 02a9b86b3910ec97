"""What may not be talked about: a sentence in the place of the model, or of what the model said."""

from dataclasses import replace
from typing import TYPE_CHECKING

import structlog

from bot.markdown import plain
from bot.messages import Reply
from bot.store import keys
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan, Write
from handlers import passive, raising
from handlers.reply import planned
from handlers.words import texts_of

if TYPE_CHECKING:  # the web process imports this through the commands; the Bot would bring openai along
    from bot.wiring.bot import Bot

log = structlog.get_logger(__name__)


def turned_away(bot: "Bot", turn: Turn, recalled: Recalled, text: str) -> Plan | None:
    """What somebody hears who wrote *text* where no model may be asked; None where it may.

    Nothing of their words is kept.
    """
    verdict = bot.moderator.check(text, "in", turn.message.person)
    if verdict == "pass":
        return None
    if verdict == "crisis":
        return _in_crisis(bot, turn, recalled)
    counted = bot.days.tally(turn.chat.account, "blocked_in")
    return _instead(bot, turn, recalled, "blocked_content", (counted,))


def in_crisis(bot: "Bot", turn: Turn, recalled: Recalled, text: str) -> Plan | None:
    """What somebody hears whose *text* says that they may want to end their life; None for every other."""
    verdict = bot.moderator.check(text, "in", turn.message.person)
    return _in_crisis(bot, turn, recalled) if verdict == "crisis" else None


def heard(bot: "Bot", turn: Turn, recalled: Recalled, plan: Plan) -> Plan:
    """*plan*, of words that are for a human; where they may want to end their life, they hear where to turn.

    What the words were for is done all the same.
    """
    if bot.moderator.check(turn.message.text, "in", turn.message.person) != "crisis":
        return plan
    if plan.parts and plan.parts[0].pushed:  # The platform's agents have the request: it carries no words.
        words = texts_of(bot, turn, recalled).say("crisis")
        part, writes = replace(plan.parts[0], text=words), (*plan.writes, _crisis_told(bot, turn, recalled))
        return replace(plan, state="refused", parts=(part,), writes=writes)
    crisis = _in_crisis(bot, turn, recalled)
    said = {keys.answers(turn.chat), keys.rest(turn.chat)}
    return replace(crisis, writes=(*crisis.writes, *(one for one in plan.writes if one.key not in said)))


def may_go_out(bot: "Bot", turn: Turn, said: str) -> bool:
    """Whether the model's words *said*, as far as they have come, may be read."""
    shown = plain(said, links=bot.channels[turn.chat.account].limits.links)
    return bot.moderator.check(shown, "out", turn.message.person) == "pass"


def held_back(bot: "Bot", turn: Turn, recalled: Recalled, writes: tuple[Write, ...]) -> Plan:
    """What is said where the model's words may not be read; *writes* is what is kept all the same."""
    account = turn.chat.account
    log.info("answer held back", account=account, n=turn.lease.n)
    counted = bot.days.tally(account, "blocked_out")
    return _instead(bot, turn, recalled, "blocked_content", (*writes, counted))


def _in_crisis(bot: "Bot", turn: Turn, recalled: Recalled) -> Plan:
    """Where to turn."""
    return _instead(bot, turn, recalled, "crisis", (_crisis_told(bot, turn, recalled),))


def _crisis_told(bot: "Bot", turn: Turn, recalled: Recalled) -> Write:
    """The owner is told who it is, by number; the figures say how many."""
    raising.tell_crisis(bot, turn.chat.account, recalled.profile.number)
    return bot.days.tally(turn.chat.account, "crisis")


def _instead(bot: "Bot", turn: Turn, recalled: Recalled, key: str, writes: tuple[Write, ...]) -> Plan:
    """The sentence alone: what waits behind 「继续」 or as a late answer goes on waiting.

    Where it has to wait for a request itself, it does so without the words that it answers.
    """
    said = Reply.of(texts_of(bot, turn, recalled).say(key))
    alone = replace(recalled, rest=None, late=False)
    return planned(bot, passive.wordless(turn), alone, said, state="refused", writes=writes)
