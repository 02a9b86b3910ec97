"""What is asked of the model, and what is remembered of its answer."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.conversation import MESSAGE_TOKENS, Exchange, cut_question, messages, room, trim
from bot.store.inbox import Turn
from bot.store.ledger import PaidBy
from bot.store.memory import Recalled
from bot.store.turns import Write
from handlers import commands, roles
from handlers.words import texts_of

if TYPE_CHECKING:  # the web process imports this through the commands; the Bot would bring openai along
    from bot.wiring.bot import Bot


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with as much of the chat's memory before it as the model has room for.

    Attributes:
        system: what the model is told first.
        hint: what it is told about this very question, and nobody remembers.
        tokens: what the question counts for.
        prompt_tokens: what everything that is told to the model counts for.
        shortened: whether the end of the question had to go.
        paid_by: what its answer is paid by.
    """

    turn: Turn
    recalled: Recalled
    system: str
    history: tuple[Exchange, ...]
    question: str
    hint: str
    tokens: int
    shortened: bool
    prompt_tokens: int
    paid_by: PaidBy = "day"

    def messages(self, bot: "Bot") -> list[dict[str, str]]:
        """As the chat API takes them; an answer that the person has begun to read is to be gone on with."""
        question = f"{self.question}\n\n{self.hint}" if self.hint else self.question
        return messages(self.system, self.history, question, self.turn.steps.begun)

    def remembered(self, bot: "Bot", said: str) -> Write:
        """The exchange becomes part of the memory, and the oldest leave it for that."""
        exchange = Exchange(self.question, said, self.tokens + bot.tokens.count(said))
        kept = trim((*self.history, exchange), fixed_tokens=0, budget=bot.budget) or (exchange,)
        return bot.memory.remember(self.turn.chat, self.recalled.session, kept)


def asked(bot: "Bot", turn: Turn, recalled: Recalled) -> Asked:
    """The words of *turn*, or those that it wants answered once more, within the budgets."""
    words, recalled = _meant(turn, recalled)
    hint = texts_of(bot, turn, recalled).say("retry_hint") if words != turn.message.text else ""
    system, system_tokens = roles.system(bot, turn, recalled)
    space = room(system_tokens + bot.tokens.count(hint), bot.budget)
    question, shortened = cut_question(words.strip(), room_tokens=space, count=bot.tokens.count)
    tokens = bot.tokens.count(question)
    history = trim(recalled.history, fixed_tokens=system_tokens + tokens, budget=bot.budget)
    prompt = (
        system_tokens + tokens + sum(one.tokens for one in history) + MESSAGE_TOKENS * (2 + 2 * len(history))
    )
    return Asked(turn, recalled, system, history, question, hint, tokens, shortened, prompt)


def _meant(turn: Turn, recalled: Recalled) -> tuple[str, Recalled]:
    """The question, and what was said before it."""
    called = commands.parse(turn.message.text)
    if called is None or not commands.has(called, "asks"):
        return turn.message.text, recalled
    if recalled.failed:
        return recalled.failed, recalled
    return recalled.history[-1].question, replace(recalled, history=recalled.history[:-1])


def begun_alone(bot: "Bot", turn: Turn) -> tuple[Write, ...]:
    """What is remembered of an answer whose first words were sent, and whose rest will never come."""
    if not turn.steps.begun:
        return ()
    recalled = bot.memory.recall(turn.chat, turn.message.person)
    return (asked(bot, turn, recalled).remembered(bot, turn.steps.begun),)
