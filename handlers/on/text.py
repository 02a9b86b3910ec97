"""Words: a command, or a question for the model."""

import time

import structlog

from bot.conversation import joined
from bot.errors import LeaseLost, ModelError, ModelStopped, PlatformError, StoreError
from bot.messages import Reply
from bot.model import Answer, Call
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from bot.wiring.bot import Bot
from config.logs import short_hash
from handlers import commands, early, owner, passive
from handlers.asking import Asked, asked, begun_alone
from handlers.commands import fetch
from handlers.reply import after_one, planned

KINDS = ("text",)

TYPING_AFTER_S = 0.2
"""An answer that is there sooner needs no typing status, and no call for it."""
TYPING_S = 15.0
"""How long the platform shows the typing status (protocol B3)."""
TYPINGS = 2
"""More often would be refused: the person must have done something within the last 30 s (protocol B3)."""

NUMBER_DIGITS = 5

WORDS_AGAIN_S = 0.5
"""When an answer that has no whole sentence yet is looked at again."""

log = structlog.get_logger(__name__)


def reply(bot: Bot, turn: Turn) -> Plan:
    """A command's words, a hint for an unknown one, or the model's answer."""
    text = turn.message.text.strip()
    texts = bot.accounts[turn.chat.account].texts
    if not text:
        return planned(bot, turn, Reply.of(texts.say("empty_text")), state="refused")
    called = _fetch_by_number(bot, turn, text) or commands.parse(text)
    recalled = bot.memory.recall(turn.chat, turn.message.person)
    bare = called is not None and called.word == "继续" and not called.prefixed
    # With nothing left to fetch, 「继续」 is what people say to a model.
    if called is None or (bare and recalled.rest is None and not recalled.late):
        return _asked(bot, turn, recalled)
    if called.command is None:
        said = Reply.of(texts.say("unknown_command", word=called.word))
        return planned(bot, turn, said, state="command", recalled=recalled)
    return called.command.run(bot, turn, called.argument)


def _fetch_by_number(bot: Bot, turn: Turn, text: str) -> commands.Called | None:
    """The number of an answer that waits fetches it; any other number is a question like every text."""
    text = text.lstrip("#＃")
    if not (text.isdecimal() and len(text) <= NUMBER_DIGITS):
        return None
    waits = any(str(waiting.number) == text for waiting in bot.answers.box(turn.chat, turn.lease.n).waiting)
    return commands.parse(f"/{fetch.NAMES[0]} {text}") if waits else None


def _asked(bot: Bot, turn: Turn, recalled: Recalled) -> Plan:
    """Memory → model → reply. A failed turn is told politely and not remembered."""
    texts = bot.accounts[turn.chat.account].texts
    question = asked(bot, turn, recalled)
    begun = turn.steps.begun  # by a process that died
    try:
        answer = _answer(bot, turn, question)
    except ModelStopped:
        if turn.lease.lost:
            raise LeaseLost(turn.chat.account) from None
        return Plan("stopped", writes=begun_alone(bot, turn))
    except ModelError as error:
        log.warning("model failed", account=turn.chat.account, error=type(error).__name__, n=turn.lease.n)
        owner.tell_model_failed(bot, error)
        sorry = Reply.of(texts.say(error.told or "answer_failed"))
        return planned(bot, turn, sorry, state="refused", writes=begun_alone(bot, turn))
    # What broke off or ran into its length says so, to the person and in memory.
    said = joined(begun, answer.text if answer.whole else f"{answer.text}…")
    writes = (question.remembered(bot, said), bot.notices.model_works())
    unsaid = said.removeprefix(turn.steps.begun)
    if not unsaid.strip():
        return Plan("answered", writes=writes)
    if turn.steps.begun != begun:
        recalled = after_one(recalled)
    head = f"{texts.say('too_long', chars=len(question.question))}\n\n" if question.shortened else ""
    reply = Reply.of(head + unsaid, ai=True)
    return planned(bot, turn, reply, state="answered", recalled=recalled, writes=writes)


def _answer(bot: Bot, turn: Turn, question: Asked) -> Answer:
    """Ask the model; a cut or a lost lease stops it at once, and so does whatever fails meanwhile."""
    bot.inbox.record(turn, {"model": turn.lease.token}, count="model_calls")
    call = bot.model.ask(question.messages(bot))
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


def _wait(bot: Bot, turn: Turn, call: Call, recalled: Recalled) -> None:
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
            words = [] if early.send_first_words(bot, turn, call.so_far()) else [now_s + WORDS_AGAIN_S]


def _show_typing(bot: Bot, turn: Turn) -> None:
    try:
        bot.channels[turn.chat.account].typing(turn.chat.peer)
    except (PlatformError, StoreError) as error:
        log.debug("typing not shown", chat=short_hash(str(turn.chat)), error=type(error).__name__)
