"""A question for the model: the memory before it, the answer behind it, and what may happen meanwhile."""

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import structlog

from bot.conversation import joined
from bot.errors import (
    LeaseLost,
    ModelBusy,
    ModelError,
    ModelKeyRefused,
    ModelRefused,
    ModelStopped,
    PlatformError,
    StoreError,
)
from bot.messages import Reply
from bot.store.days import Why
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan, Write
from bot.store.voices import Heard
from bot.text import shortened
from config.logs import short_hash
from handlers import early, handed, models, moderation, money, passive, raising, rights
from handlers.asking import Asked, asked, begun_alone
from handlers.reply import after_one, planned
from handlers.words import texts_of

if TYPE_CHECKING:  # the web process imports this through the commands; both would bring openai along
    from bot.model import Answer, Call
    from bot.wiring.bot import Bot

TYPING_AFTER_S = 0.2
"""An answer that is there sooner needs no typing status, and no call for it."""
TYPING_S = 15.0
"""How long the platform shows the typing status (protocol B3)."""
TYPINGS = 2
"""More often would be refused: the person must have done something within the last 30 s (protocol B3)."""
HEARD_CHARS = 60
"""So much of a question and of an answer is kept for the owner."""
WORDS_AGAIN_S = 0.5
"""When an answer that has no whole sentence yet is looked at again."""

log = structlog.get_logger(__name__)


def ask(bot: "Bot", turn: Turn, recalled: Recalled) -> Plan:
    """Memory → model → reply. A failed turn is told politely and not remembered."""
    question = asked(bot, turn, recalled)
    begun = turn.steps.begun  # by a process that died: what was admitted then is gone on with
    refused, question = _admitted(bot, turn, recalled, question)
    if refused is not None:
        return refused
    try:
        answer = _answer(bot, turn, question)
    except ModelStopped:
        if turn.lease.lost:
            raise LeaseLost(turn.chat.account) from None
        entry = money.entered(bot, turn, question, None, turn.steps.begun)
        return Plan("stopped", writes=(*begun_alone(bot, turn), *entry))
    except ModelError as error:
        return _failed(bot, turn, recalled, question, error)
    # What broke off or ran into its length says so, to the person and in memory.
    said = joined(begun, answer.text if answer.whole else f"{answer.text}…")
    if turn.steps.begun != begun:
        recalled = after_one(recalled)
    paid = (
        bot.notices.model_works(),
        *((bot.memory.drop_failed(turn.chat),) if recalled.failed else ()),
        *money.entered(bot, turn, question, answer, said),
    )
    if not moderation.may_go_out(bot, turn, said):
        return moderation.held_back(bot, turn, recalled, (*begun_alone(bot, turn), *paid))
    looked_through = heard(bot, turn, recalled, question.question, said)
    writes = (question.remembered(bot, said), *paid, *looked_through)
    back, ended = handed.back(bot, turn, recalled)
    unsaid = said.removeprefix(turn.steps.begun)
    if not unsaid.strip():
        return Plan("answered", writes=writes)
    texts = texts_of(bot, turn, recalled)
    head = f"{texts.say('too_long', chars=len(question.question))}\n\n" if question.shortened else ""
    reply = Reply.of(back + head + unsaid, ai=True)
    return planned(bot, turn, recalled, reply, state="answered", writes=(*writes, *ended))


def _admitted(bot: "Bot", turn: Turn, recalled: Recalled, question: Asked) -> tuple[Plan | None, Asked]:
    """What is said while the account rests or nothing may be spent; None where the model is asked, and the
    question with what pays for its answer. What is refused so is kept for 「重答」."""
    begun = bool(turn.steps.begun)
    kept = bot.memory.keep_failed(turn.chat, question.question)
    if not begun and "paused" in recalled.changes and not rights.is_admin(bot, turn, recalled):
        resting = Reply.of(texts_of(bot, turn, recalled).say("resting"))
        writes = (bot.days.why(turn.chat.account, "paused"), kept)
        return planned(bot, turn, recalled, resting, state="refused", writes=writes), question
    allowed = money.reserved(bot, turn, question)
    question = replace(question, paid_by=allowed.paid_by)
    if begun or allowed.verdict == "ok":
        return None, question
    refused = money.refused(bot, turn, recalled, allowed)
    return replace(refused, writes=(*refused.writes, kept)), question


def _failed(bot: "Bot", turn: Turn, recalled: Recalled, question: Asked, error: ModelError) -> Plan:
    """The person hears that it is not their fault, and 「重答」 asks again."""
    log.warning("model failed", account=turn.chat.account, error=type(error).__name__, n=turn.lease.n)
    raising.tell_model_failed(bot, error)
    sorry = Reply.of(texts_of(bot, turn, recalled).say(error.told or "answer_failed"))
    writes = (
        *begun_alone(bot, turn),
        bot.memory.keep_failed(turn.chat, question.question),
        *money.released(bot, turn, question),
        bot.days.why(turn.chat.account, _why(error)),
    )
    return planned(bot, turn, recalled, sorry, state="refused", writes=writes)


def _why(error: ModelError) -> Why:
    """What the owner's figures say of a failure."""
    kinds: tuple[tuple[type[ModelError], Why], ...] = (
        (ModelBusy, "busy"),
        (ModelKeyRefused, "key"),
        (ModelRefused, "filtered"),
    )
    # The one reason of ours among the provider's codes (bot.model.call).
    slow: Why = "slow" if str(error).startswith("deadline") else "model"
    return next((why for kind, why in kinds if isinstance(error, kind)), slow)


def heard(bot: "Bot", turn: Turn, recalled: Recalled, question: str, said: str) -> tuple[Write, ...]:
    """What the owner may look through, if text is kept."""
    if not bot.settings.privacy.keep_text:
        return ()
    words = (shortened(question, HEARD_CHARS), shortened(said, HEARD_CHARS))
    return (bot.voices.keep(turn.chat, Heard(int(time.time() * 1000), recalled.profile.number, *words)),)


def _answer(bot: "Bot", turn: Turn, question: Asked) -> "Answer":
    """Ask the model; a cut or a lost lease stops it at once, and so does whatever fails meanwhile."""
    bot.inbox.record(turn, {"model": turn.lease.token}, count="model_calls")
    call = bot.model.ask(question.messages(bot), models.wanted(bot, question.recalled))
    try:
        with turn.lease.stops(call.stop):
            _wait(bot, turn, call, question.recalled)
            answer = call.result()
    except (StoreError, LeaseLost):
        call.stop()
        raise
    log.info(
        "model answered",
        account=turn.chat.account,
        n=turn.lease.n,
        ms=round(answer.total_s * 1000),
        finish=answer.finish,
        whole=answer.whole,
        attempts=answer.attempts,
    )
    return answer


def _wait(bot: "Bot", turn: Turn, call: "Call", recalled: Recalled) -> None:
    """Until the answer is there, show the typing status, and send its first words when it takes long."""
    bot.failpoints.reach("mid_llm")
    began = time.monotonic()
    typings = [TYPING_AFTER_S + TYPING_S * number for number in range(TYPINGS)]
    words = [bot.settings.reply.first_part_s] if early.wanted(bot, turn, recalled) else []
    while typings or words:
        if call.wait(max(min([*typings[:1], *words]) - (time.monotonic() - began), 0.0)):
            return
        now_s = time.monotonic() - began
        if typings and typings[0] <= now_s:
            del typings[0]
            if not passive.is_passive(bot, turn):
                _show_typing(bot, turn)
        if words and words[0] <= now_s:
            words = (
                [] if early.send_first_words(bot, turn, recalled, call.so_far()) else [now_s + WORDS_AGAIN_S]
            )


def _show_typing(bot: "Bot", turn: Turn) -> None:
    try:
        bot.channels[turn.chat.account].typing(turn.chat.peer)
    except (PlatformError, StoreError) as error:
        log.debug("typing not shown", chat=short_hash(str(turn.chat)), error=type(error).__name__)
