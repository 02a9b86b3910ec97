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
    question: str = "",
) -> Plan:
    """The Plan that says *reply*; a model's Markdown becomes what the channel shows."""
    recalled = recalled or bot.memory.recall(turn.chat, turn.message.person)
    links = bot.channels[turn.chat.account].limits.links
    text = plain(reply.text, links=links) if reply.ai else reply.text
    if not text.strip():  # a rule or a comment alone: the model said nothing that could be shown
        sorry = Rest(bot.accounts[turn.chat.account].texts.say("answer_failed"), ai=False)
        return lay_out(bot, turn, sorry, state="refused", recalled=recalled)
    laid_out = lay_out(bot, turn, Rest(text, reply.ai), state=state, recalled=recalled, question=question)
    return replace(laid_out, writes=(*writes, *laid_out.writes))


def lay_out(
    bot: "Bot", turn: Turn, shown: Rest, *, state: State, recalled: Recalled, question: str = ""
) -> Plan:
    """The Plan that sends *shown* as it stands, within the channel's bytes and the send allowance.

    What does not fit waits behind 「继续」. Someone who was never welcomed by a public account reads in the
    first AI-made answer that it is AI-made.
    """
    account = bot.accounts[turn.chat.account]
    limit = bot.channels[turn.chat.account].limits.text_bytes - _MARK_BYTES
    notice, writes = "", []
    if shown.ai and account.settings.audience == "public" and not recalled.noticed:
        notice = f"\n\n{account.texts.say('ai_notice')}"
        writes.append(bot.memory.notice(turn.message.person))
    planned_text = plan(
        shown.text,
        limit_bytes=limit - len(notice.encode()),
        parts_max=_parts_max(recalled),
        mark=lambda index, count: "",
        more=account.texts.say("more_behind"),
    )
    parts = planned_text.parts
    if planned_text.rest:
        writes.append(bot.memory.keep_rest(turn.chat, Rest(planned_text.rest, shown.ai)))
    elif recalled.rest:
        writes.append(bot.memory.drop_rest(turn.chat))
    if notice and parts:
        parts = (*parts[:-1], parts[-1] + notice)
    outs = tuple(_out(bot, turn, part, index, len(parts), ai=shown.ai) for index, part in enumerate(parts, 1))
    return Plan(state, outs, tuple(writes), question)


def _parts_max(recalled: Recalled) -> int:
    if recalled.sends_left is None:
        return PARTS_MAX
    return max(1, min(PARTS_MAX, recalled.sends_left - 1))


def _out(bot: "Bot", turn: Turn, text: str, index: int, count: int, *, ai: bool) -> OutText:
    account = bot.accounts[turn.chat.account]
    number = account.texts.say("number_part", index=index, count=count) if count > 1 else ""
    label = ""
    if ai and account.labels_ai:
        label = (
            account.texts.say("label_part", index=index, count=count)
            if count > 1
            else account.texts.say("label_single")
        )
    return OutText(text, number, label, key=f"{turn.lease.n}.{index}")
