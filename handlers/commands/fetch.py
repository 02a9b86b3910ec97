"""/answers 取: the answers that came too late for their request."""

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.channels.base import tappable
from bot.messages import Reply
from bot.store.answers import Waiting
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from bot.text import half_width
from config.wording import Texts
from handlers import passive
from handlers.reply import planned, told
from handlers.words import texts_of

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("answers", "取")
ADMINS = False
CUTS = False
PLACE = 25
TRAITS = ("fetches", "numbered")


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """The one with that number, or as many as fit, oldest first, and what else waits."""
    in_request = passive.is_passive(bot, turn)
    box = bot.answers.box(turn.chat, turn.lease.n)
    if in_request and box.told:
        return Plan("command")  # Nobody would see it; what waits stays where it is.
    waiting = box.waiting
    number = half_width(argument).lstrip("# ")
    chosen = [one for one in waiting if not number or str(one.number) == number]
    if not chosen:
        return told(bot, turn, recalled, "nothing_waits")
    texts = texts_of(bot, turn, recalled)
    others = [one for one in waiting if one not in chosen]
    shown, rest = _fitting(texts, passive.page_bytes(bot, turn, ""), chosen, others)
    text = "\n\n".join((*(passive.headed(texts, one) for one in shown), *rest))
    taken = [bot.answers.take(turn.chat, one) for one in shown]
    kept = [bot.memory.keep_rest(turn.chat, one.rest) for one in shown if one.rest]
    plan = Plan("command", writes=(*taken, *kept))
    if in_request:
        return passive.offered_text(bot, turn, plan, text)
    shown_all = replace(recalled, late=False, rest=None)
    return planned(bot, turn, shown_all, Reply.of(text), state="command", writes=plan.writes)


def _fitting(
    texts: Texts, left: int, chosen: list[Waiting], others: list[Waiting]
) -> tuple[list[Waiting], list[str]]:
    """Those that fit into *left* bytes, at least one, and a line for each that is left over.

    Behind one that goes on 「继续」 has to mean that one, so it is the last.
    """
    shown: list[Waiting] = []
    for one in chosen:
        needs = len(passive.headed(texts, one).encode()) + 2
        if shown and left < needs:
            break
        left -= needs
        shown.append(one)
        if one.rest:
            break
    left_over = [*chosen[len(shown) :], *others]
    lines = _unnumbered(texts, sum(not one.number for one in left_over))
    left -= sum(len(line.encode()) + 2 for line in lines)
    for one in left_over if left >= 0 else ():
        line = _line(texts, one) if one.number else ""
        left -= len(line.encode()) + 2
        if left >= 0 and line:
            lines.append(line)
    return shown, lines


def _unnumbered(texts: Texts, count: int) -> list[str]:
    """That so many wait which nobody was told a number of."""
    fetch = texts.say("fetch_words", number="").strip()
    link = tappable(fetch, texts.say("fetch_here"))
    return [texts.say("still_more", count=count, link=link, fetch=fetch)] if count else []


def _line(texts: Texts, waiting: Waiting) -> str:
    words = texts.say("fetch_words", number=waiting.number)
    return tappable(words, texts.say("still_there", number=waiting.number, question=waiting.answer.question))
