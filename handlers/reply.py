"""From words to a Plan: what the channel shows, in how many messages, labelled and with what is kept."""

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.channels.base import OutText
from bot.markdown import plain
from bot.messages import Reply, State
from bot.store.inbox import Turn
from bot.store.memory import Recalled, Rest
from bot.store.turns import Plan, Write
from bot.text import plan

if TYPE_CHECKING:  # the web process imports this through the commands; the Bot would bring openai along
    from bot.wiring.bot import Bot

PARTS_MAX = 4
"""Messages for one answer: an official account may send five for one typed message, and one is kept back."""
_MARK_BYTES = 26
"""Kept free in every part for `— AI 生成 · 2/3 —` on a line of its own."""


def planned(
    bot: "Bot",
    turn: Turn,
    reply: Reply,
    *,
    state: State,
    recalled: Recalled | None = None,
    writes: tuple[Write, ...] = (),
) -> Plan:
    """The Plan that says *reply*; a model's Markdown becomes what the channel shows."""
    recalled = recalled or bot.memory.recall(turn.chat, turn.message.person)
    links = bot.channels[turn.chat.account].limits.links
    text = plain(reply.text, links=links) if reply.ai else reply.text
    if not text.strip():  # a rule or a comment alone: the model said nothing that could be shown
        sorry = Rest(bot.accounts[turn.chat.account].texts.say("answer_failed"), ai=False)
        return lay_out(bot, turn, sorry, state="refused", recalled=recalled)
    laid_out = lay_out(bot, turn, Rest(text, reply.ai), state=state, recalled=recalled)
    return replace(laid_out, writes=(*writes, *laid_out.writes))


def lay_out(bot: "Bot", turn: Turn, shown: Rest, *, state: State, recalled: Recalled) -> Plan:
    """The Plan that sends *shown* as it stands, within the channel's bytes and the send allowance.

    What does not fit waits behind 「继续」, before anything that waits there unknown to the person. Someone
    who was never welcomed by a public account reads in the first AI-made answer that it is AI-made.
    """
    texts = bot.accounts[turn.chat.account].texts
    untold = recalled.rest if recalled.rest and not recalled.rest.told and recalled.rest != shown else None
    reminder = f"\n\n{texts.say('more_behind')}" if untold else ""
    notice = f"\n\n{texts.say('ai_notice')}" if shown.ai and _is_new_here(bot, turn, recalled) else ""
    limit = bot.channels[turn.chat.account].limits.text_bytes - _MARK_BYTES
    laid_out = plan(
        shown.text,
        limit_bytes=limit - len((notice + reminder).encode()),
        parts_max=_parts_max(recalled),
        mark=lambda index, count: "",
        more=texts.say("more_behind"),
    )
    tail = notice if laid_out.rest else reminder + notice
    parts = (*laid_out.parts[:-1], laid_out.parts[-1] + tail)
    rest = Rest("\n\n".join(filter(None, (laid_out.rest, untold.text if untold else ""))), shown.ai)
    writes = [bot.memory.notice(turn.message.person)] if notice else []
    if rest.text:
        writes.append(bot.memory.keep_rest(turn.chat, rest))
    elif recalled.rest:
        writes.append(bot.memory.drop_rest(turn.chat))
    outs = tuple(_out(bot, turn, part, index, len(parts), ai=shown.ai) for index, part in enumerate(parts))
    return Plan(state, outs, tuple(writes), stoppable=shown.ai)


def _is_new_here(bot: "Bot", turn: Turn, recalled: Recalled) -> bool:
    """Whether this person still has to be told that a public account's answers are AI-made."""
    return bot.accounts[turn.chat.account].settings.audience == "public" and not recalled.noticed


def _parts_max(recalled: Recalled) -> int:
    if recalled.sends_left is None:
        return PARTS_MAX
    return max(1, min(PARTS_MAX, recalled.sends_left - 1))


def _out(bot: "Bot", turn: Turn, text: str, index: int, count: int, *, ai: bool) -> OutText:
    account = bot.accounts[turn.chat.account]
    place = {"index": index + 1, "count": count}
    number = account.texts.say("number_part", **place) if count > 1 else ""
    label = ""
    if ai and account.labels_ai:
        label = account.texts.say("label_part", **place) if count > 1 else account.texts.say("label_single")
    return OutText(text, number, label, key=turn.lease.n * PARTS_MAX + index)
