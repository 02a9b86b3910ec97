"""The story of one answer: take the chat, decide what to say, save it, send it part by part, settle, next."""

import time

import structlog

from bot.errors import (
    AccountUnfit,
    AllowanceSpent,
    ContentRefused,
    LeaseLost,
    PlatformError,
    StoreError,
    TextTooLong,
    YingdaError,
)
from bot.messages import OURS, Chat, Reply, State
from bot.store.behind import ended_along
from bot.store.inbox import Turn
from bot.store.ledger import of_ledger
from bot.store.notices import of_notices, untold
from bot.store.turns import Plan, Write
from bot.wiring.bot import Bot
from config.logs import short_hash
from handlers import (
    barred,
    broadcasting,
    commands,
    early,
    figures,
    handed,
    merging,
    passive,
    raising,
    unasked,
    unsent,
)
from handlers.asking import begun_alone
from handlers.on import HANDLERS
from handlers.reply import planned, reworded, smaller
from handlers.sending import again, send
from handlers.words import recall, texts_of

TRIES_MAX = 60
"""Attempts to send before a message is given up: about a quarter of an hour, with pauses of 8 to 16 s."""
SUSPECT_S = 0.5
"""When a suspect that has to wait for another one is looked at again."""

log = structlog.get_logger(__name__)


def take_turns(bot: Bot, chat: Chat) -> None:
    """Answer everything that waits in *chat*, in order; leave at once when somebody is at it already.

    Whatever goes wrong, the message stays in the inbox and is taken up again.
    """
    # Even if its lease ended while the store was away: to take the chat anew would cost the answer.
    if bot.leases.holds(chat):
        return
    try:
        turn = bot.inbox.take(chat)
        if turn is None:
            return
        with bot.leases.keep(turn.lease):
            while turn is not None:
                turn = _answer_safely(bot, turn)
    except LeaseLost:
        log.info("chat taken over", account=chat.account, chat=short_hash(str(chat)))
    except StoreError as error:
        log.warning(
            "turn left to the sweeper", account=chat.account, error=type(error).__name__, reason=str(error)
        )


def _answer_safely(bot: Bot, turn: Turn) -> Turn | None:
    """Answer; a message during which processes died is, after half of the deaths forgiven, answered alone.

    What kills a process takes all its turns along. Started together again, they would die together until the
    innocent are given up with the guilty: so this process has only one suspect at a time.
    """
    if 2 * turn.steps.deaths < bot.settings.turn.max_deaths:
        return _answer(bot, turn)
    if not bot.one_suspect.acquire(blocking=False):
        bot.inbox.hand_back(turn.lease, delay_s=SUSPECT_S)
        return None
    try:
        return _answer(bot, turn)
    finally:
        bot.one_suspect.release()


def _answer(bot: Bot, turn: Turn) -> Turn | None:
    """The head of the inbox, from start to end; the next turn, or None when nothing is to be done now."""
    try:
        if turn.steps.deaths >= 2 * bot.settings.turn.max_deaths:  # not even the apology went out
            spent = of_ledger(turn.steps.plan.writes) if turn.steps.plan else ()
            return _settled(bot, turn, "dead_letter", spent)
        plan = turn.steps.plan
        if plan is None or plan.begun:
            plan = _saved(bot, turn, early.behind(turn, _decide(bot, turn)))
        elif handed.is_void(bot, turn):
            return _settled(bot, turn, plan.state, untold(plan.writes))
        return _deliver(bot, turn, plan)
    except PlatformError as error:
        raising.tell_refused(bot, turn.chat.account, error, turn.steps.tries)
        if not error.retry or turn.steps.tries >= TRIES_MAX:
            return _give_up(bot, turn, error)
        delay_s = error.wait_s or min(15.0, 0.5 * 2 ** min(turn.steps.tries, 5))
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


def _saved(bot: Bot, turn: Turn, plan: Plan) -> Plan:
    """*plan*, which from now on is the one that is carried out."""
    bot.inbox.save(turn, plan)
    return plan


def _decide(bot: Bot, turn: Turn) -> Plan:
    """What this message is answered with."""
    recalled = recall(bot, turn)
    if turn.steps.deaths >= bot.settings.turn.max_deaths:
        if turn.message.kind in OURS:  # nobody waits for an answer
            erased = not recalled.profile.number and turn.message.kind != "relay"
            return Plan("ignored" if erased else "dead_letter")
        gave_up = Reply.of(texts_of(bot, turn, recalled).say("gave_up"))
        return planned(bot, turn, recalled, gave_up, state="dead_letter", writes=begun_alone(bot, turn))
    outlasts = commands.outlast_a_cut(turn.message) or handed.of(recalled) is not None
    if turn.lease.stopped and not outlasts:
        return Plan("stopped", writes=begun_alone(bot, turn))
    merging.merge(bot, turn, recalled)
    return barred.barred(bot, turn, recalled) or HANDLERS[turn.message.kind].reply(bot, turn, recalled)


def _deliver(bot: Bot, turn: Turn, plan: Plan) -> Turn | None:
    """Send what has not been sent, recording each part before and after; then settle."""
    for index, part in enumerate(plan.parts):
        found = turn.steps.sends.get(index, "planned")
        if found == "sent":
            continue
        if turn.lease.stopped and plan.stoppable:
            return _stopped(bot, turn, plan, sent=index)
        if found == "sending" and not again(bot, turn, index):
            continue
        try:
            send(bot, turn, index, part)
        except AllowanceSpent:
            return _put_by(bot, turn, plan, index)
        except AccountUnfit as error:
            kept_for_later = passive.may_be(bot, turn) and turn.message.kind != "broadcast"
            if not kept_for_later or error.errcode not in passive.UNAUTHORIZED:
                raise
            bot.deliveries.learn(turn.chat.account, "passive")
            raising.tell_passive(bot, turn.chat.account, error)
            if turn.message.kind in OURS:
                return _put_by(bot, turn, plan, index)
            return _deliver(bot, turn, _saved(bot, turn, passive.instead(bot, turn, plan, index)))
        except (TextTooLong, ContentRefused) as error:
            return _deliver(bot, turn, _said_otherwise(bot, turn, plan, index, error))
    return _settled(bot, turn, plan.state, plan.writes)


def _said_otherwise(bot: Bot, turn: Turn, plan: Plan, index: int, error: PlatformError) -> Plan:
    """The plan with a part that the platform does not let through cut smaller, or with an apology for it.

    It takes the place of *plan* before anything of it is sent. Raises *error* where nothing is left to try.
    """
    change = smaller if isinstance(error, TextTooLong) else reworded
    changed = change(bot, turn, plan, index)
    if changed is None:
        raise error
    bot.inbox.save(turn, changed)
    log.warning(
        "answer changed",
        account=turn.chat.account,
        n=turn.lease.n,
        part=index + 1,
        parts=len(changed.parts),
        error=type(error).__name__,
    )
    return changed


def _stopped(bot: Bot, turn: Turn, plan: Plan, sent: int) -> Turn | None:
    """The person said stop between two parts: what was sent stays sent."""
    return _settled(bot, turn, "stopped", unsent.sent_alone(bot, turn, plan, sent))


def _put_by(bot: Bot, turn: Turn, plan: Plan, index: int) -> Turn | None:
    """The platform takes no more until the person writes again: the rest waits."""
    if plan.erases:
        return _settled(bot, turn, plan.state, untold(plan.writes))
    if turn.message.kind == "broadcast":
        return _settled(bot, turn, "refused", broadcasting.unreached(bot, turn, plan.writes))
    if index == 0 and passive.lost_its_minute(bot, turn, plan):
        log.info("answer put into the inbox", account=turn.chat.account, n=turn.lease.n)
        return _settled(bot, turn, plan.state, passive.instead(bot, turn, plan, 0).writes)
    log.warning("allowance spent", account=turn.chat.account, n=turn.lease.n, unsent=len(plan.parts) - index)
    if turn.message.kind in OURS:
        return _settled(bot, turn, plan.state, unasked.put_by(bot, turn, plan, index))
    return _settled(bot, turn, plan.state, unsent.kept(bot, turn, plan, index))


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
    plan = turn.steps.plan
    if plan is not None and turn.message.kind == "broadcast":
        return _settled(bot, turn, "refused", broadcasting.unreached(bot, turn, plan.writes))
    sent = sum(state == "sent" for state in turn.steps.sends.values())
    if plan is not None and plan.state == "command":
        return _settled(bot, turn, *unsent.unheard(turn, plan, error), reason=type(error).__name__)
    writes = unsent.sent_alone(bot, turn, plan, sent) if plan is not None else ()
    return _settled(bot, turn, "dead_letter", writes, reason=type(error).__name__)


def _settled(
    bot: Bot, turn: Turn, state: State, writes: tuple[Write, ...], reason: str = "poison"
) -> Turn | None:
    if handed.is_void(bot, turn):  # Decided before the erasure, it would bring the words back.
        state, writes = "ignored", of_notices(writes)
    if state == "dead_letter":
        raising.tell_put_aside(bot, turn, reason)
    bot.failpoints.reach("pre_done")
    n, chat = turn.lease.n, short_hash(str(turn.chat))  # settling moves the lease on to the next message
    took_ms = int(time.time() * 1000) - turn.accepted_ms
    along, along_state = ended_along(turn.steps.merged, state, turn.lease.cut)
    counted = figures.of_turn(bot, turn, (state, *[along_state] * len(along)), took_ms, reason)
    counted = (*counted, bot.ledger.release(turn.chat))  # However it ended, even if nothing was planned.
    following = bot.inbox.settle(turn, state, (*passive.released(bot, turn, writes), *counted), reason)
    log.info("settled", account=turn.chat.account, chat=chat, n=n, state=state, merged=len(along))
    return following
