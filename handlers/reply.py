"""From words to a Plan: what the channel shows, in how many messages, labelled and with what is kept."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.channels.base import KEYS_A_MESSAGE, NOTICE_KEY, OutText
from bot.errors import ContentRefused
from bot.markdown import plain
from bot.messages import Reply, State
from bot.store.inbox import Turn
from bot.store.ledger import of_ledger
from bot.store.memory import Recalled, Rest
from bot.store.turns import Plan, Write
from bot.text import plan as laid_in_parts
from bot.text import split
from config.wording import Texts
from handlers import handed, passive, rights
from handlers.owner import Before, before_answer, is_before, told_writes
from handlers.words import texts_again, texts_of

if TYPE_CHECKING:  # the web process imports this through the commands; the Bot would bring openai along
    from bot.wiring.bot import Bot

PARTS_MAX = 4
"""Messages for one answer: an official account may send five for one typed message, and one is kept back."""
_CUT_MIN_BYTES = 120
"""A text under this is not what the platform finds too long."""
_REMINDERS_BYTES = 300
"""Kept free where nothing may be left over: that more waits, and that late answers do."""
MARK_BYTES = 26
"""Kept free in every part for `— AI 生成 · 2/3 —` on a line of its own."""


@dataclass(frozen=True, slots=True)
class Space:
    """In how many messages of how many bytes, without their mark, an answer may go out."""

    parts: int
    text_bytes: int


def planned(
    bot: "Bot",
    turn: Turn,
    recalled: Recalled,
    reply: Reply,
    *,
    state: State,
    writes: tuple[Write, ...] = (),
) -> Plan:
    """The Plan that says *reply*; a model's Markdown becomes what the channel shows."""
    if recalled.picks:  # unless this is a list of its own, whose write comes behind
        writes = (bot.memory.drop_picks(turn.chat), *writes)
    links = bot.channels[turn.chat.account].limits.links
    text = plain(reply.text, links=links) if reply.ai else reply.text
    if not text.strip():  # a rule or a comment alone: the model said nothing that could be shown
        sorry = Rest(texts_of(bot, turn, recalled).say("answer_failed"), ai=False)
        laid_out = lay_out(bot, turn, recalled, sorry, state="refused")
        return replace(laid_out, writes=(*of_ledger(writes), *laid_out.writes))
    laid_out = lay_out(bot, turn, recalled, Rest(text, reply.ai), state=state)
    return replace(laid_out, writes=(*writes, *laid_out.writes))


def told(
    bot: "Bot", turn: Turn, recalled: Recalled, key: str, *, writes: tuple[Write, ...] = (), **fields: object
) -> Plan:
    """The Plan that ends a command with the sentence *key* of config/texts."""
    words = texts_of(bot, turn, recalled).say(key, **fields)
    return planned(bot, turn, recalled, Reply.of(words), state="command", writes=writes)


def lay_out(bot: "Bot", turn: Turn, recalled: Recalled, shown: Rest, *, state: State) -> Plan:
    """The Plan that sends *shown* as it stands, within the channel's bytes and the send allowance.

    What does not fit waits behind 「继续」, before anything that waits there unknown to the person. Someone
    who was never welcomed by a public account reads in the first AI-made answer that it is AI-made. An admin
    reads first what the owner should know.
    """
    # Behind first words a notice would stand in the middle of the answer: it waits for the next one.
    before = before_answer(bot, turn, recalled) if turn.steps.early is None else None
    if passive.is_passive(bot, turn):
        if before is not None and not passive.holds_notices(bot, turn, before.out.text):
            before = None  # They are told with a later answer.
        space = Space(1, passive.page_bytes(bot, turn, before.out.text if before else ""))
        return passive.offered(
            bot, turn, recalled, _with(before, _laid_out(bot, turn, recalled, shown, state, space))
        )
    text_bytes = bot.channels[turn.chat.account].limits.text_bytes
    space = Space(parts_left(recalled) - (before is not None), text_bytes - MARK_BYTES)
    return _with(before, _laid_out(bot, turn, recalled, shown, state, space))


def _with(before: Before | None, laid_out: Plan) -> Plan:
    if before is None:
        return laid_out
    return replace(laid_out, parts=(before.out, *laid_out.parts), writes=(*laid_out.writes, *before.writes))


def _laid_out(bot: "Bot", turn: Turn, recalled: Recalled, shown: Rest, state: State, space: Space) -> Plan:
    """See lay_out; the answer alone, within *space*."""
    texts = texts_of(bot, turn, recalled)
    untold = recalled.rest if recalled.rest and not recalled.rest.told and recalled.rest != shown else None
    reminder = f"\n\n{texts.say('more_behind')}" if untold else ""
    if recalled.late and not passive.is_passive(bot, turn):
        reminder += f"\n\n{passive.hint(texts)}"
    notice = f"\n\n{texts.say('ai_notice')}" if shown.ai and _is_new_here(bot, turn, recalled) else ""
    laid_out = laid_in_parts(
        shown.text,
        limit_bytes=space.text_bytes - len((notice + reminder).encode()),
        parts_max=space.parts,
        mark=lambda index, count: "",
        more=texts.say("more_behind"),
    )
    tail, left = notice if laid_out.rest else reminder + notice, laid_out.rest
    if rights.is_admin(bot, turn, recalled):
        left = handed.carried(shown.text[: len(shown.text) - len(left)], left)
    parts = (*laid_out.parts[:-1], laid_out.parts[-1] + tail)
    rest = Rest("\n\n".join(filter(None, (left, untold.text if untold else ""))), shown.ai)
    writes = [bot.memory.notice(turn.message.person)] if notice else []
    if rest.text:
        writes.append(bot.memory.keep_rest(turn.chat, rest))
    elif recalled.rest:
        writes.append(bot.memory.drop_rest(turn.chat))
    outs = tuple(
        _out(bot, turn, texts, part, index, len(parts), ai=shown.ai) for index, part in enumerate(parts)
    )
    return Plan(state, outs, tuple(writes), stoppable=shown.ai)


def _is_new_here(bot: "Bot", turn: Turn, recalled: Recalled) -> bool:
    """Whether this person still has to be told that a public account's answers are AI-made."""
    return bot.accounts[turn.chat.account].settings.audience == "public" and not recalled.noticed


def one_message_bytes(bot: "Bot", turn: Turn) -> int:
    """How long words may be that always go out in one message, whichever way."""
    limits = bot.channels[turn.chat.account].limits
    most = limits.text_bytes - MARK_BYTES
    return min(most, passive.page_bytes(bot, turn, "")) if limits.response_bytes else most


def smaller(bot: "Bot", turn: Turn, plan: Plan, index: int) -> Plan | None:
    """*plan* with part *index* cut smaller, and what was not sent numbered anew; None if it is short."""
    part = plan.parts[index]
    size = len(part.text.encode())
    if size < _CUT_MIN_BYTES:
        return None
    pieces = split(part.text, size // 2 + 1)
    if is_before(part):
        cut = tuple(replace(part, text=piece, key=part.key + number) for number, piece in enumerate(pieces))
        return replace(plan, parts=(*plan.parts[:index], *cut, *plan.parts[index + 1 :]))
    sent, later = plan.parts[:index], plan.parts[index + 1 :]
    left = [*pieces, *(one.text for one in later)]
    first = sum(one.key % KEYS_A_MESSAGE < NOTICE_KEY for one in sent)
    count = first + len(left)
    ai, texts = bool(part.label), texts_again(bot, turn)
    outs = (_out(bot, turn, texts, text, number, count, ai=ai) for number, text in enumerate(left, first))
    return replace(plan, parts=(*sent, *outs))


def reworded(bot: "Bot", turn: Turn, plan: Plan, index: int) -> Plan | None:
    """*plan* that ends with an apology in the place of part *index*, whose words are not let through.

    Nothing of such an answer is remembered. None where the apology itself is refused, or no model spoke.
    """
    if plan.state != "answered":
        return None
    words = texts_again(bot, turn).say(ContentRefused.told or "answer_failed")
    sorry = OutText(words, key=(turn.lease.n + 1) * KEYS_A_MESSAGE - 1)
    return Plan(
        "refused", (*plan.parts[:index], sorry), (*told_writes(plan.writes, index), *of_ledger(plan.writes))
    )


def that_fit(bot: "Bot", turn: Turn, recalled: Recalled, lines: Sequence[str], foot: str = "") -> str:
    """As many of *lines*, which quote people, as go out now, and *foot*.

    What would wait behind 「继续」 could not be found when one of them is erased.
    """
    if passive.is_passive(bot, turn):
        space = Space(1, passive.page_bytes(bot, turn, "") - _REMINDERS_BYTES)
    else:
        text_bytes = bot.channels[turn.chat.account].limits.text_bytes - MARK_BYTES - _REMINDERS_BYTES
        space = Space(max(1, parts_left(recalled) - 1), text_bytes)  # Notices may take one.
    text = foot
    for count in range(len(lines), 0, -1):
        text = "\n".join(filter(None, (*lines[:count], foot)))
        laid_out = laid_in_parts(
            text, limit_bytes=space.text_bytes, parts_max=space.parts, mark=lambda index, count: ""
        )
        if not laid_out.rest:
            break
    return text


def parts_left(recalled: Recalled) -> int:
    """In how many messages the send allowance lets an answer go out, at least 1; one is kept back."""
    if recalled.sends_left is None:
        return PARTS_MAX
    return max(1, min(PARTS_MAX, recalled.sends_left - 1))


def after_one(recalled: Recalled) -> Recalled:
    """*recalled* when one more message went out since."""
    left = recalled.sends_left
    return recalled if left is None else replace(recalled, sends_left=left - 1)


def _out(bot: "Bot", turn: Turn, texts: Texts, text: str, index: int, count: int, *, ai: bool) -> OutText:
    place = {"index": index + 1, "count": count}
    number = texts.say("number_part", **place) if count > 1 else ""
    label = ""
    if ai and bot.accounts[turn.chat.account].labels_ai:
        label = texts.say("label_part", **place) if count > 1 else texts.say("label_single")
    return OutText(text, number, label, key=turn.lease.n * KEYS_A_MESSAGE + index)
