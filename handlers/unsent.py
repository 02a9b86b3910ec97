"""What a plan leaves behind of which not every part went out."""

from typing import TYPE_CHECKING

from bot.errors import ContentRefused, PlatformError
from bot.messages import OURS, State
from bot.store import keys
from bot.store.inbox import Turn
from bot.store.ledger import of_ledger
from bot.store.memory import Rest
from bot.store.notices import untold
from bot.store.turns import Plan, Write
from handlers import commands, handed, owner
from handlers.words import texts_again

if TYPE_CHECKING:  # the web process imports handlers through the commands; the Bot would bring openai along
    from bot.wiring.bot import Bot


def sent_alone(bot: "Bot", turn: Turn, plan: Plan, sent: int) -> tuple[Write, ...]:
    """Where only the first *sent* parts of *plan* are ever read: that alone is remembered."""
    answer = said(plan, sent, "\n")
    kept = [bot.memory.shorten(turn.chat, write, answer) for write in plan.writes] if answer else []
    told = owner.told_writes(plan.writes, sent)
    return (*(write for write in kept if write), *told, *of_ledger(plan.writes))


def kept(bot: "Bot", turn: Turn, plan: Plan, index: int) -> tuple[Write, ...]:
    """Where the parts from *index* on wait for 「继续」, until the person writes again. Raises StoreAway."""
    texts = texts_again(bot, turn)
    more, notice = f"\n{texts.say('more_behind')}", f"\n\n{texts.say('ai_notice')}"
    parts = [part for part in plan.parts[index:] if not owner.is_before(part)]
    words = "\n\n".join(part.text.replace(more, "").replace(notice, "") for part in parts)
    if plan.state == "command":
        words = handed.carried(said(plan, index), words)
    noticed = bot.memory.notice(turn.message.person).key
    writes = [write for write in (plan.writes if index else untold(plan.writes)) if write.key != noticed]
    rest = Rest(words, ai=any(part.label for part in parts), told=False)
    waiting = None if index else bot.memory.recall(turn.chat, turn.message.person).rest
    older = waiting.text if waiting and not waiting.told else ""
    return tuple(bot.memory.put_by(turn.chat, rest, writes, older))


def said(plan: Plan, sent: int, between: str = "\n\n") -> str:
    """The words of the first *sent* parts of *plan*, without the notices before them."""
    return between.join(part.text for part in plan.parts[:sent] if not owner.is_before(part))


def unheard(turn: Turn, plan: Plan, error: PlatformError) -> tuple[State, tuple[Write, ...]]:
    """How a command ends of which nobody could be told: it is done, and tried again it would be done twice.

    What it fetched waits on, unless the platform refuses the very words, which would hold up all behind them.
    """
    writes, refused = untold(plan.writes), isinstance(error, ContentRefused)
    fetches = commands.fetches(turn.message)
    if fetches or any(write.op == "taken" for write in writes):
        waits = {keys.answers(turn.chat), keys.rest(turn.chat)}
        writes = tuple(write for write in writes if refused or write.key not in waits)
    lost = turn.message.kind in OURS or (refused and fetches)
    return ("dead_letter" if lost else "command"), writes
