"""Answers that go out in a request of the platform, and wait in the answer inbox until one carries them."""

import re
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.channels.base import OutText, tappable
from bot.messages import OURS, Text
from bot.store import keys
from bot.store.answers import Answer, Waiting
from bot.store.inbox import Turn
from bot.store.memory import Recalled, Rest
from bot.store.notices import untold
from bot.store.turns import Plan, Write
from bot.text import fitting, shortened
from bot.text import plan as laid_in_parts
from config.wording import Texts
from handlers import handed, owner
from handlers.words import texts_again, texts_of

if TYPE_CHECKING:  # the web process imports this through the commands; the Bot would bring openai along
    from bot.wiring.bot import Bot

UNAUTHORIZED = frozenset({48001, 40200})
"""Codes by which the platform says that this kind of account may not write by itself (protocol B2)."""
_QUESTION_CHARS = 24
_BETWEEN = "\n\n"
_QUESTION_BYTES = 96
_HEAD_BYTES = 240
"""Kept free for what stands above and below a page: number, question, label."""
_NOTICES_LEAVE_BYTES = 600
"""An answer's page that notices would make shorter than this goes without them."""
HELD_MOST = 40
"""To so many waiting answers no words of ours are added: of fifty the oldest would go."""


def may_be(bot: "Bot", turn: Turn) -> bool:
    """Whether a request may be waiting for this turn."""
    account = turn.chat.account
    reply = bot.accounts[account].settings.reply
    return bool(bot.channels[account].limits.response_bytes) and reply != "service"


def is_passive(bot: "Bot", turn: Turn) -> bool:
    """Whether this turn's answer goes into a request, or else into the answer inbox.

    As long as it is not known what the platform lets an account do, only an answer that comes too late for
    its request tries the customer-service API. Raises StoreAway.
    """
    if not may_be(bot, turn):
        return False
    account = turn.chat.account
    if bot.accounts[account].settings.reply == "passive":
        return True
    learned = bot.deliveries.of(account)
    # For words that nobody asked for no request waits: they are tried where it is not known.
    waits = turn.message.kind not in OURS and not is_late(bot, turn)
    return learned == "passive" or (learned == "" and waits)


def only_answers(bot: "Bot", account: str) -> bool:
    """Whether *account* may not write by itself, as far as is known. Raises StoreAway."""
    if not bot.channels[account].limits.response_bytes:
        return False
    reply = bot.accounts[account].settings.reply
    return reply == "passive" or (reply == "auto" and bot.deliveries.of(account) == "passive")


def is_late(bot: "Bot", turn: Turn) -> bool:
    """Whether no request can be waiting for this turn any more."""
    return time.time() > turn.accepted_ms / 1000 + bot.settings.reply.passive_total_s


def room(bot: "Bot", turn: Turn) -> int:
    """Bytes of the text of one response."""
    return bot.channels[turn.chat.account].limits.response_bytes


def page_bytes(bot: "Bot", turn: Turn, before: str) -> int:
    """Bytes of an answer's page behind *before*, so that it can be fetched with its question above it."""
    return room(bot, turn) - _HEAD_BYTES - len(before.encode())


def holds_notices(bot: "Bot", turn: Turn, notices: str) -> bool:
    """Whether a page behind *notices* is still worth reading."""
    return page_bytes(bot, turn, notices) >= _NOTICES_LEAVE_BYTES


def offered(bot: "Bot", turn: Turn, recalled: Recalled, plan: Plan) -> Plan:
    """*plan* with its parts as one answer in the inbox; one that waits stands in front if both fit."""
    text = _BETWEEN.join(_shown(part) for part in plan.parts)
    if not text:
        return plan
    writes: list[Write] = []
    texts, most = texts_of(bot, turn, recalled), page_bytes(bot, turn, "")
    box = bot.answers.box(turn.chat, turn.lease.n)
    # Behind the back of its request an answer would only carry another one into the inbox.
    # So would words that nobody asked for, and the number that the person was told would find nothing.
    waits = () if box.told or turn.message.kind in OURS else box.waiting
    untold = [one for one in waits if not one.number]  # such as a human's words
    for waiting in waits:
        if waiting in untold[1:]:
            continue  # They are read in their order.
        both = _BETWEEN.join((headed(texts, waiting), text))
        if not waiting.answer.rest and len(both.encode()) <= most:
            text = both
            writes.append(bot.answers.take(turn.chat, waiting))
            untold = [one for one in untold if one is not waiting]
            break
    told = _BETWEEN.join((text, hint(texts)))
    if untold and len(told.encode()) <= most:
        text = told
    return offered_text(bot, turn, Plan(plan.state, writes=(*plan.writes, *writes)), text)


def offered_text(bot: "Bot", turn: Turn, plan: Plan, text: str) -> Plan:
    """*plan* with *text* as its answer in the inbox; what it leaves behind 「继续」 waits there too."""
    rest, writes = bot.memory.without_rest(turn.chat, plan.writes)
    plan = replace(plan, writes=writes)
    asked_for = turn.message.kind not in OURS
    asked = turn.message.text if asked_for else ""
    question = fitting(shortened(asked, _QUESTION_CHARS), _QUESTION_BYTES)
    waits_s = bot.settings.reply.passive_total_s if asked_for and may_be(bot, turn) else 0.0
    answer = Answer(
        question,
        text,
        numbered(turn, rest.text) if rest else "",
        rest.ai if rest else False,
        turn.accepted_ms + round(waits_s * 1000),
    )
    return replace(plan, writes=(*plan.writes, bot.answers.put(turn.chat, answer)))


def put_by(bot: "Bot", turn: Turn, texts: Texts, words: str) -> Write:
    """*words* of ours, which the platform does not take now, wait in the answer inbox page by page."""
    page = laid_in_parts(
        numbered(turn, words),
        limit_bytes=page_bytes(bot, turn, ""),
        parts_max=1,
        mark=lambda index, count: "",
        more=texts.say("more_behind"),
    )
    rest = numbered(turn, page.rest) if page.rest else ""
    return bot.answers.put(turn.chat, Answer("", "".join(page.parts), rest))


def numbered(turn: Turn, words: str) -> str:
    """*words*, or what is left of them; those for an admin begin with whose they are, to be found by it."""
    found = re.match(r"#\d+", turn.message.text) if turn.message.kind == "relay" else None
    return words if found is None or re.match(rf"{found[0]}(?!\d)", words) else f"{found[0]} …{words}"


def lost_its_minute(bot: "Bot", turn: Turn, plan: Plan) -> bool:
    """Whether a model answered a tap, which allows messages for a minute only, and nothing of it went out."""
    allowance = bot.channels[turn.chat.account].allowance(turn.message)
    tapped = allowance is not None and allowance.kind == "tapped"
    return tapped and plan.state == "answered" and turn.steps.early is None and bool(room(bot, turn))


def instead(bot: "Bot", turn: Turn, plan: Plan, index: int) -> Plan:
    """*plan* with its parts from *index* on, which may not be sent, in the answer inbox page by page.

    What an admin should know stays untold; behind an erasure nothing waits.
    """
    if plan.erases:
        return replace(plan, parts=plan.parts[:index], writes=untold(plan.writes))
    texts = texts_again(bot, turn)
    more = texts.say("more_behind")
    late = [part for part in plan.parts[index:] if not owner.is_before(part)]
    text = "\n\n".join(part.text.removesuffix(f"\n{more}") for part in late)
    label = f"\n{texts.say('label_single')}" if any(part.label for part in late) else ""
    if not label:
        before = [part.text for part in plan.parts[:index] if not owner.is_before(part)]
        text = handed.carried(_BETWEEN.join(before), text)
    limit = page_bytes(bot, turn, label)
    page = laid_in_parts(text, limit_bytes=limit, parts_max=1, mark=lambda index, count: "", more=more)
    writes = tuple(plan.writes if index else untold(plan.writes))
    if page.rest:
        left = page.rest if label else handed.carried(text[: len(text) - len(page.rest)], page.rest)
        writes = bot.memory.put_by(turn.chat, Rest(left, ai=bool(label)), writes)
    put_in = Plan(plan.state, plan.parts[:index], writes)
    # What was not answered, such as a word of despair, is kept nowhere.
    asked = wordless(turn) if plan.state == "refused" else turn
    return offered_text(bot, asked, put_in, "".join((*page.parts, label)))


def wordless(turn: Turn) -> Turn:
    """*turn* as if its words were not known."""
    return replace(turn, message=replace(turn.message, parts=(Text("…"),)))


def released(bot: "Bot", turn: Turn, writes: Sequence[Write]) -> tuple[Write, ...]:
    """*writes* of a turn that ends, so that a request does not wait for an answer that never comes.

    For words of ours none waits, and whoever they were for may have been erased.
    """
    if turn.message.kind in OURS:
        return tuple(writes)
    answers = any(write.key == keys.answers(turn.chat) for write in writes if write.op in ("answer", "del"))
    if answers or not may_be(bot, turn) or bot.deliveries.of(turn.chat.account) == "service":
        return tuple(writes)
    return (*writes, bot.answers.put(turn.chat, None))


def headed(texts: Texts, waiting: Waiting) -> str:
    """A waiting answer as it is shown: its number, its question, and whether it may have been seen."""
    if not waiting.answer.question and not waiting.number:
        return waiting.answer.text  # A human's words: nobody asked for them.
    head = texts.say(
        "late_answer",
        number=f" #{waiting.number}" if waiting.number else "",
        question=waiting.answer.question,
        seen=texts.say("maybe_seen") if waiting.seen else "",
    )
    return f"{head.rstrip()}\n{waiting.answer.text}"


def hint(texts: Texts) -> str:
    """That late answers wait, for whoever asks on without having been told."""
    fetch = texts.say("fetch_words", number="").strip()
    return texts.say("late_behind", link=tappable(fetch, texts.say("fetch_here")), fetch=fetch)


def _shown(part: OutText) -> str:
    mark = part.label or part.number
    return f"{part.text}\n{mark}" if mark else part.text
