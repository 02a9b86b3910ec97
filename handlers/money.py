"""What answers cost: asked before the model is, and written down with the answer."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, get_args

from bot.messages import Reply
from bot.store.inbox import Turn
from bot.store.ledger import Allowed, Limits, Spent
from bot.store.memory import Recalled
from bot.store.people import Unit
from bot.store.turns import Plan, Write
from config.prices import MICROS
from config.wording import Texts
from handlers import grants, models, raising
from handlers.reply import planned
from handlers.words import texts_of

if TYPE_CHECKING:  # the web process imports this through the commands; both would bring openai along
    from bot.model import Answer
    from bot.wiring.bot import Bot
    from handlers.asking import Asked

ALERT_SHARE = 0.8
"""The owner hears of a day's money when so much of it is spent."""
_AFTER_S = 20 * 60.0
"""So long after an answer must be there it has been sent or given up (handlers.turn.TRIES_MAX): what is set
aside for it is free again even if it was never settled."""
_SAID = {
    "account": "account_rests",
    "answers": "answers_used",
    "tokens": "tokens_used",
    "cost": "tokens_used",
}


def is_priced(bot: "Bot") -> bool:
    """Whether money can be counted: the price of a model that may be used is known."""
    return any(model in bot.prices.models for model in bot.settings.chat.all_models)


def unpriced(bot: "Bot") -> tuple[str, ...]:
    """Models that may be used and whose price is not known: no limit of money stops them."""
    return tuple(model for model in bot.settings.chat.all_models if model not in bot.prices.models)


def uncounted(bot: "Bot", texts: Texts, account: str, days: int, number: int | None = None) -> str:
    """What to add to sums of money of so many days, of everybody or of one: whose answers are not in them."""
    used = bot.ledger.models(account, days, number) if is_priced(bot) else frozenset()
    models = sorted(used - bot.prices.models.keys())
    return texts.say("sums_lack", models="、".join(models)) if models else ""


def limits(bot: "Bot") -> Limits:
    """What holds where nothing else was set from the chat; money only where it can be counted."""
    found = bot.settings.limits
    return Limits(round(found.daily_cost * MICROS) if is_priced(bot) else 0, found.per_person_per_day)


def reserved(bot: "Bot", turn: Turn, question: "Asked") -> Allowed:
    """Whether the model may be asked, with money set aside; the owner hears when the day's runs out."""
    recalled = question.recalled
    price = bot.prices.models.get(models.used(bot, recalled))
    completion = models.wanted(bot, recalled).most_tokens or bot.settings.chat.reply_tokens
    allowed = bot.ledger.reserve(
        turn.chat,
        turn.message.person,
        recalled.profile,
        n=turn.lease.n,
        most=price.micros(question.prompt_tokens, 0, completion) if price else 0,
        tokens=question.prompt_tokens + completion,
        for_s=bot.settings.chat.deadline_s + _AFTER_S,
        limits=limits(bot),
    )
    if (
        allowed.limit
        and allowed.verdict in ("ok", "account")
        and allowed.spent >= ALERT_SHARE * allowed.limit
    ):
        raising.tell_spending(bot, turn.chat.account, allowed.spent, allowed.limit)
    return allowed


def refused(bot: "Bot", turn: Turn, recalled: Recalled, allowed: Allowed) -> Plan:
    """What the person hears when nothing may be spent on them now."""
    words = texts_of(bot, turn, recalled).say(_SAID[allowed.verdict], count=allowed.limit)
    why = bot.days.why(turn.chat.account, "quota")
    return planned(bot, turn, recalled, Reply.of(words), state="refused", writes=(why,))


def entered(
    bot: "Bot", turn: Turn, question: "Asked", answer: "Answer | None", said: str
) -> tuple[Write, ...]:
    """The ledger's entry for an answer, or for one that was stopped after the words *said*."""
    release = bot.ledger.release(turn.chat)
    usage = answer.usage if answer is not None else None
    if usage is None or usage.counted:
        prompt, cached = models.prompt_tokens(bot, question), 0
        completion = models.counter(bot, question.recalled).count(said)
    else:
        prompt, cached, completion = usage.prompt, usage.cached, usage.completion
    model = models.used(bot, question.recalled)
    price = bot.prices.models.get(model)
    spent = Spent(
        prompt,
        cached,
        completion,
        answers=1,
        counted=int(usage is None or usage.counted),
        cost=price.micros(prompt, cached, completion) if price else 0,
    )
    profile, paid_by = question.recalled.profile, question.paid_by
    drawn = bot.ledger.draw(turn.message.person, spent, paid_by)
    return release, bot.ledger.enter(turn.chat, profile, model, spent, paid_by), *drawn


def released(bot: "Bot", turn: Turn, question: "Asked") -> tuple[Write, ...]:
    """What is written down of an answer that failed: of one that was begun, what was read of it."""
    begun = turn.steps.begun
    return entered(bot, turn, question, None, begun) if begun else (bot.ledger.release(turn.chat),)


def limited(bot: "Bot", texts: Texts, most: Mapping[str, int]) -> str:
    """`50 次 · ¥2.00`: the *most* that may be used of each kind; 0 is no limit, and so is none of them."""
    shown = [grants.shown(texts, unit, most[unit]) for unit in get_args(Unit) if most.get(unit)]
    shown += [amount(bot, most["cost"])] if most.get("cost") else []
    return grants.BETWEEN.join(shown) or texts.say("no_limit")


def of_everybody(bot: "Bot", account: str) -> dict[str, int]:
    """The most that somebody without limits of their own may use in a day. Raises StoreAway."""
    return by_kind(bot.ledger.usual(account, limits(bot)))


def by_kind(usual: Limits) -> dict[str, int]:
    """What *usual* limits for one person."""
    return {"answers": usual.person_answers, "tokens": usual.person_tokens, "cost": usual.person_cost}


def amount(bot: "Bot", micros: int) -> str:
    """Money as people read it: `¥0.31`."""
    sign = {"CNY": "¥", "USD": "$", "EUR": "€"}.get(bot.prices.currency, f"{bot.prices.currency} ")
    return f"{sign}{micros / MICROS:.2f}"
