"""The story of one answer: take the chat, decide what to say, save it, send it part by part, settle, next."""

import structlog

from bot.channels.base import OutText
from bot.errors import (
    AllowanceSpent,
    LeaseLost,
    PlatformError,
    SendUnsure,
    StoreError,
    YingdaError,
)
from bot.messages import Chat, Reply, State
from bot.store.inbox import Turn
from bot.store.memory import Rest
from bot.store.turns import Plan, Write
from bot.wiring.bot import Bot
from config.logs import short_hash
from handlers import commands
from handlers.on import HANDLERS
from handlers.reply import planned

TRIES_MAX = 60
"""Attempts to send before a message is given up; with pauses up to 15 s that is a quarter of an hour."""

log = structlog.get_logger(__name__)


def take_turns(bot: Bot, chat: Chat) -> None:
    """Answer everything that waits in *chat*, in order; leave at once when another process is at it.

    Whatever goes wrong, the message stays in the inbox and is taken up again.
    """
    try:
        turn = bot.inbox.take(chat)
        if turn is None:
            return
        with bot.leases.keep(turn.lease):
            while turn is not None:
                turn = _answer(bot, turn)
    except LeaseLost:
        log.info("chat taken over", account=chat.account, chat=short_hash(str(chat)))
    except StoreError as error:
        log.warning(
            "turn left to the sweeper", account=chat.account, error=type(error).__name__, reason=str(error)
        )


def _answer(bot: Bot, turn: Turn) -> Turn | None:
    """The head of the inbox, from start to end; the next turn, or None when nothing is to be done now."""
    try:
        if turn.steps.deaths >= 2 * bot.settings.turn.max_deaths:  # not even the apology went out
            return _settled(bot, turn, "dead_letter", ())
        plan = turn.steps.plan or _decide(bot, turn)
        if turn.steps.plan is None:
            bot.inbox.save(turn, plan)
        return _deliver(bot, turn, plan)
    except PlatformError as error:
        if not error.retry or turn.steps.tries >= TRIES_MAX:
            return _give_up(bot, turn, error)
        delay_s = min(15.0, 0.5 * 2 ** min(turn.steps.tries, 5))
        log.warning(
            "send put off", account=turn.chat.account, n=turn.lease.n, code=error.errcode, delay_s=delay_s
        )
        bot.inbox.hand_back(turn.lease, delay_s=delay_s, count="tries")
        return None
    except YingdaError:
        raise
    except Exception:  # The job boundary: a bug may cost one message, never the chat.
        log.exception("turn crashed", account=turn.chat.account, n=turn.lease.n)
        bot.inbox.hand_back(turn.lease, delay_s=1.0, count="deaths")
        return None


def _decide(bot: Bot, turn: Turn) -> Plan:
    """What this message is answered with."""
    if turn.steps.deaths >= bot.settings.turn.max_deaths:
        gave_up = Reply.of(bot.accounts[turn.chat.account].texts.say("gave_up"))
        return planned(bot, turn, gave_up, state="dead_letter")
    if turn.lease.stopped and not commands.cuts(turn.message):  # an older control word is still carried out
        return Plan("stopped")
    return HANDLERS[turn.message.kind].reply(bot, turn)


def _deliver(bot: Bot, turn: Turn, plan: Plan) -> Turn | None:
    """Send what has not been sent, recording each part before and after; then settle."""
    for index, part in enumerate(plan.parts):
        found = turn.steps.sends.get(index, "planned")
        if found == "sent":
            continue
        if turn.lease.stopped and plan.stoppable:
            return _stopped(bot, turn, plan, sent=index)
        if found == "sending" and not _again(bot, turn, index):
            continue
        try:
            _send(bot, turn, index, part)
        except AllowanceSpent:
            return _put_by(bot, turn, plan, index)
    return _settled(bot, turn, plan.state, plan.writes)


def _send(bot: Bot, turn: Turn, index: int, part: OutText) -> None:
    """Send one part: planned → sending → sent. A part that was certainly not sent is planned again."""
    bot.inbox.record(turn, {f"send:{index}": "sending"}, spend=True)
    turn.steps.sends[index] = "sending"
    try:
        bot.channels[turn.chat.account].send(turn.chat.peer, part)
    except SendUnsure:
        raise
    except PlatformError:
        bot.inbox.record(turn, {f"send:{index}": "planned"})
        raise
    bot.inbox.record(turn, {f"send:{index}": "sent"})
    turn.steps.sends[index] = "sent"
    log.info("sent", account=turn.chat.account, n=turn.lease.n, part=index + 1, bytes=len(part.text.encode()))


def _again(bot: Bot, turn: Turn, index: int) -> bool:
    """Whether a part that may have been delivered is sent once more; counted either way (design §1)."""
    checked = bot.channels[turn.chat.account].limits.duplicate_check
    resend = checked or bot.settings.turn.on_ambiguous == "resend"
    state = "planned" if resend else "sent"
    bot.inbox.record(turn, {f"send:{index}": state}, count="ambiguous_sends")
    log.warning(
        "send was ambiguous", account=turn.chat.account, n=turn.lease.n, part=index + 1, resend=resend
    )
    return resend


def _stopped(bot: Bot, turn: Turn, plan: Plan, sent: int) -> Turn | None:
    """The person said stop between two parts: what was sent stays sent, and only that is remembered."""
    answer = "\n".join(part.text for part in plan.parts[:sent])
    kept = [bot.memory.shorten(turn.chat, write, answer) for write in plan.writes] if sent else []
    return _settled(bot, turn, "stopped", tuple(write for write in kept if write))


def _put_by(bot: Bot, turn: Turn, plan: Plan, index: int) -> Turn | None:
    """The platform takes no more until the person writes again: the rest waits for 「继续」."""
    log.warning("allowance spent", account=turn.chat.account, n=turn.lease.n, unsent=len(plan.parts) - index)
    texts = bot.accounts[turn.chat.account].texts
    more, notice = f"\n{texts.say('more_behind')}", f"\n\n{texts.say('ai_notice')}"
    unsent = "\n\n".join(part.text.replace(more, "").replace(notice, "") for part in plan.parts[index:])
    noticed = bot.memory.notice(turn.message.person).key
    writes = [write for write in plan.writes if write.key != noticed]
    rest = Rest(unsent, ai=bool(plan.parts[index].label))
    return _settled(bot, turn, plan.state, bot.memory.put_by(turn.chat, rest, writes))


def _give_up(bot: Bot, turn: Turn, error: PlatformError) -> Turn | None:
    """The platform will not deliver this: kept as a dead letter, and the next message flows."""
    log.error(
        "answer undeliverable",
        account=turn.chat.account,
        n=turn.lease.n,
        error=type(error).__name__,
        code=error.errcode,
        told=error.errmsg,
    )
    return _settled(bot, turn, "dead_letter", (), reason=type(error).__name__)


def _settled(
    bot: Bot, turn: Turn, state: State, writes: tuple[Write, ...], reason: str = "poison"
) -> Turn | None:
    following = bot.inbox.settle(turn, state, writes, reason)
    log.info(
        "settled", account=turn.chat.account, chat=short_hash(str(turn.chat)), n=turn.lease.n, state=state
    )
    return following
