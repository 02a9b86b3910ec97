"""Words that nobody asked for where they arrive: whatever waits behind 「继续」 there goes on waiting."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.messages import Reply
from bot.store.inbox import Turn
from bot.store.memory import Recalled, Rest
from bot.store.notices import untold
from bot.store.turns import Plan, Write
from handlers.owner import is_before
from handlers.reply import planned
from handlers.words import recall, texts_of

if TYPE_CHECKING:  # the web process imports this through the commands; the Bot would bring openai along
    from bot.wiring.bot import Bot


def said(bot: "Bot", turn: Turn, recalled: Recalled, words: str, writes: tuple[Write, ...] = ()) -> Plan:
    """The Plan that sends *words*; what of them is too long waits behind what waits already."""
    alone = replace(recalled, rest=None, late=False)
    plan = planned(bot, turn, alone, Reply.of(words), state="command", writes=writes)
    rest, others = bot.memory.without_rest(turn.chat, plan.writes)
    if rest is None:
        return plan
    rest = replace(rest, text=_numbered(turn, rest.text))
    return replace(plan, writes=(*others, bot.memory.keep_rest(turn.chat, _joined(recalled.rest, rest))))


def put_by(bot: "Bot", turn: Turn, plan: Plan, index: int) -> tuple[Write, ...]:
    """The writes of *plan*, whose parts from *index* on are not taken by the platform now: they wait."""
    recalled = recall(bot, turn)
    waiting = recalled.rest
    later, others = bot.memory.without_rest(turn.chat, plan.writes if index else untold(plan.writes))
    behind = later.text.removeprefix(waiting.text if waiting else "").strip() if later else ""
    more = f"\n{texts_of(bot, turn, recalled).say('more_behind')}"
    unsent = [part.text.removesuffix(more) for part in plan.parts[index:] if not is_before(part)]
    words = "\n\n".join(filter(None, (*unsent, behind)))
    if not words:
        return others
    words = _numbered(turn, words)
    return (*others, bot.memory.keep_rest(turn.chat, _joined(waiting, Rest(words, ai=False, told=False))))


def _numbered(turn: Turn, words: str) -> str:
    """What is left of words for an admin, with the person's number in front: by it erasing finds them."""
    found = re.match(r"#\d+", turn.message.text) if turn.message.kind == "relay" else None
    return words if found is None or words.startswith(found[0]) else f"{found[0]} …{words}"


def _joined(waiting: Rest | None, later: Rest) -> Rest:
    """Both, in order; what may hold a model's words is labelled."""
    if waiting is None:
        return later
    return replace(later, text=f"{waiting.text}\n\n{later.text}", ai=waiting.ai)
