"""What answers cost: asked before the model is, and written down with the answer."""

from typing import TYPE_CHECKING

from bot.messages import Reply
from bot.store.inbox import Turn
from bot.store.ledger import Limits, Spent
from bot.store.memory import Recalled
from bot.store.turns import Plan, Write
from config.prices import MICROS
from handlers import raising
from handlers.asking import Asked
from handlers.reply import planned

if TYPE_CHECKING:  # the web process imports this through the commands; both would bring openai along
    from bot.model import Answer
    from bot.wiring.bot import Bot

ALERT_SHARE = 0.8
"""The owner hears of a day's money when so much of it is spent."""
_AFTER_S = 60.0
"""What is set aside for an answer is free again so long after it must have ended."""
_SAID = {
    "account": "account_rests",
    "answers": "answers_used",
    "tokens": "tokens_used",
    "cost": "tokens_used",
}


def limits(bot: "Bot") -> Limits:
    """What holds where nothing else was set from the chat; money only where it can be counted."""
    known = bot.settings.chat.model in bot.prices.models
    found = bot.settings.limits
    return Limits(round(found.daily_cost * MICROS) if known else 0, found.per_person_per_day)


def refused(bot: "Bot", turn: Turn, recalled: Recalled, question: Asked) -> Plan | None:
    """What the person hears when nothing may be spent on them now; None after money was set aside."""
    price = bot.prices.models.get(bot.settings.chat.model)
    most = price.micros(question.prompt_tokens, 0, bot.settings.chat.reply_tokens) if price else 0
    for_s = bot.settings.chat.deadline_s + _AFTER_S
    person = turn.message.person
    allowed = bot.ledger.reserve(
        turn.chat, person, recalled.profile, most=most, for_s=for_s, limits=limits(bot)
    )
    if (
        allowed.limit
        and allowed.verdict in ("ok", "account")
        and allowed.spent >= ALERT_SHARE * allowed.limit
    ):
        raising.tell_spending(bot, turn.chat.account, allowed.spent, allowed.limit)
    if allowed.verdict == "ok":
        return None
    words = bot.accounts[turn.chat.account].texts.say(_SAID[allowed.verdict], count=allowed.limit)
    return planned(bot, turn, recalled, Reply.of(words), state="refused")


def entered(bot: "Bot", turn: Turn, question: Asked, answer: "Answer | None", said: str) -> tuple[Write, ...]:
    """The ledger's entry for an answer, or for one that was stopped after the words *said*."""
    release = bot.ledger.release(turn.chat)
    usage = answer.usage if answer is not None else None
    if usage is None or usage.counted:
        prompt, cached, completion = question.prompt_tokens, 0, bot.tokens.count(said)
    else:
        prompt, cached, completion = usage.prompt, usage.cached, usage.completion
    model = bot.settings.chat.model
    price = bot.prices.models.get(model)
    spent = Spent(
        prompt,
        cached,
        completion,
        answers=1,
        counted=int(usage is None or usage.counted),
        cost=price.micros(prompt, cached, completion) if price else 0,
    )
    return release, bot.ledger.enter(turn.chat, question.recalled.profile, model, spent)


def released(bot: "Bot", turn: Turn, question: Asked) -> tuple[Write, ...]:
    """What is written down of an answer that failed: of one that was begun, what was read of it."""
    begun = turn.steps.begun
    return entered(bot, turn, question, None, begun) if begun else (bot.ledger.release(turn.chat),)


def amount(bot: "Bot", micros: int) -> str:
    """Money as people read it: `¥0.31`."""
    sign = {"CNY": "¥", "USD": "$", "EUR": "€"}.get(bot.prices.currency, f"{bot.prices.currency} ")
    return f"{sign}{micros / MICROS:.2f}"
