"""Words: a command, or a question for the model."""

import structlog

from bot.conversation import Exchange, cut_question, messages, room, trim
from bot.errors import LeaseLost, ModelError, ModelStopped, PlatformError, StoreError
from bot.messages import Reply
from bot.model import Answer
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from bot.wiring.bot import Bot
from config.logs import short_hash
from handlers import commands, owner
from handlers.reply import planned

KINDS = ("text",)

TYPING_S = 15.0
"""How long the platform shows the typing status (protocol B3)."""
TYPINGS = 2
"""More often would be refused: the person must have done something within the last 30 s (protocol B3)."""

log = structlog.get_logger(__name__)


def reply(bot: Bot, turn: Turn) -> Plan:
    """A command's words, a hint for an unknown one, or the model's answer."""
    text = turn.message.text.strip()
    texts = bot.accounts[turn.chat.account].texts
    if not text:
        return planned(bot, turn, Reply.of(texts.say("empty_text")), state="refused")
    called = commands.parse(text)
    recalled = bot.memory.recall(turn.chat, turn.message.person)
    if called is None or (called.word == "继续" and not called.prefixed and recalled.rest is None):
        # With nothing left to fetch, 「继续」 is what people say to a model.
        return _asked(bot, turn, text, recalled)
    if called.command is None:
        said = Reply.of(texts.say("unknown_command", word=called.word))
        return planned(bot, turn, said, state="command", recalled=recalled)
    return called.command.run(bot, turn, called.argument)


def _asked(bot: Bot, turn: Turn, text: str, recalled: Recalled) -> Plan:
    """Memory → model → reply. A failed turn is told politely and not remembered."""
    account = bot.accounts[turn.chat.account]
    space = room(account.system_tokens, bot.budget)
    question, shortened = cut_question(text, room_tokens=space, count=bot.tokens.count)
    asked = bot.tokens.count(question)
    history = trim(recalled.history, fixed_tokens=account.system_tokens + asked, budget=bot.budget)
    try:
        answer = _answer(bot, turn, messages(account.system, history, question))
    except ModelStopped:
        if turn.lease.lost:
            raise LeaseLost(turn.chat.account) from None
        return Plan("stopped")
    except ModelError as error:
        log.warning("model failed", account=turn.chat.account, error=type(error).__name__, n=turn.lease.n)
        owner.tell_model_failed(bot, error)
        return planned(bot, turn, Reply.of(account.texts.say(error.told or "answer_failed")), state="refused")
    # What broke off or ran into its length says so, to the person and in memory.
    said = answer.text if answer.whole else f"{answer.text}…"
    exchange = Exchange(question, said, asked + bot.tokens.count(said))
    kept = trim((*history, exchange), fixed_tokens=0, budget=bot.budget) or (exchange,)
    head = f"{account.texts.say('too_long', chars=len(question))}\n\n" if shortened else ""
    return planned(
        bot,
        turn,
        Reply.of(head + said, ai=True),
        state="answered",
        recalled=recalled,
        writes=(bot.memory.remember(turn.chat, recalled.session, kept), bot.notices.model_works()),
    )


def _answer(bot: Bot, turn: Turn, asked: list[dict[str, str]]) -> Answer:
    """Ask the model, showing the typing status meanwhile; a cut or a lost lease stops it at once."""
    bot.inbox.record(turn, {"model": turn.lease.token}, count="model_calls")
    call = bot.model.ask(asked)
    with turn.lease.stops(call.stop):
        for _ in range(TYPINGS):
            _show_typing(bot, turn)
            bot.failpoints.reach("mid_llm")
            if call.wait(TYPING_S):
                break
        call.wait(bot.settings.chat.deadline_s)
    answer = call.result()
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


def _show_typing(bot: Bot, turn: Turn) -> None:
    try:
        bot.channels[turn.chat.account].typing(turn.chat.peer)
    except (PlatformError, StoreError) as error:
        log.debug("typing not shown", chat=short_hash(str(turn.chat)), error=type(error).__name__)
