"""Words that nobody asked for where they arrive: whatever waits behind 「继续」 there goes on waiting."""

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.messages import Reply
from bot.store.inbox import Turn
from bot.store.memory import Recalled, Rest
from bot.store.notices import untold
from bot.store.turns import Plan, Write
from handlers import passive, unread
from handlers.owner import is_before
from handlers.reply import planned
from handlers.words import recall, texts_of

if TYPE_CHECKING:  # the web process imports this through the commands; the Bot would bring openai along
    from bot.wiring.bot import Bot


def said(bot: "Bot", turn: Turn, recalled: Recalled, words: str, writes: tuple[Write, ...] = ()) -> Plan:
    """The Plan that sends *words*; what of them is too long waits."""
    alone = replace(recalled, rest=None, late=False)
    plan = planned(bot, turn, alone, Reply.of(words), state="command", writes=writes)
    rest, others = bot.memory.without_rest(turn.chat, plan.writes)
    if rest is None:
        return plan
    return replace(plan, writes=(*others, _waits(bot, turn, recalled, rest)))


def put_by(bot: "Bot", turn: Turn, plan: Plan, index: int) -> tuple[Write, ...]:
    """The writes of *plan*, whose parts from *index* on are not taken by the platform now: they wait."""
    recalled = recall(bot, turn)
    more = f"\n{texts_of(bot, turn, recalled).say('more_behind')}"
    writes = plan.writes if index else untold(plan.writes)
    behind: tuple[str, ...] = ()
    if passive.room(bot, turn):
        answer, others = bot.answers.without(turn.chat, writes)
        behind = (answer.text.removesuffix(more), answer.rest) if answer else ()
    else:
        later, others = bot.memory.without_rest(turn.chat, writes)
        before = recalled.rest.text if recalled.rest else ""
        behind = (later.text.removeprefix(before).strip(),) if later else ()
    if turn.message.kind == "relay" and unread.is_enough(bot, turn, recalled):
        return others
    unsent = [part.text.removesuffix(more) for part in plan.parts[index:] if not is_before(part)]
    words = "\n\n".join(filter(None, (*unsent, *behind)))
    if not words:
        return others
    return (*others, _waits(bot, turn, recalled, Rest(words, ai=False, told=False)))


def _waits(bot: "Bot", turn: Turn, recalled: Recalled, later: Rest) -> Write:
    """*later* waits: in the answer inbox, for as long as answers do and whatever else is asked; where there
    is none, behind 「继续」 and behind what waits there already."""
    if passive.room(bot, turn):
        return passive.put_by(bot, turn, texts_of(bot, turn, recalled), later.text)
    later = replace(later, text=passive.numbered(turn, later.text))
    return bot.memory.keep_rest(turn.chat, _joined(recalled.rest, later))


def _joined(waiting: Rest | None, later: Rest) -> Rest:
    """Both, in order; what may hold a model's words is labelled."""
    if waiting is None:
        return later
    return replace(later, text=f"{waiting.text}\n\n{later.text}", ai=waiting.ai)
