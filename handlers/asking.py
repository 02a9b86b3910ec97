"""What is asked of the model, and what is remembered of its answer."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.conversation import Exchange, cut_question, messages, room, trim
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Write

if TYPE_CHECKING:  # the web process imports this through the commands; the Bot would bring openai along
    from bot.wiring.bot import Bot


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with as much of the chat's memory before it as the model has room for.

    Attributes:
        tokens: what the question counts for.
        shortened: whether the end of the question had to go.
    """

    turn: Turn
    recalled: Recalled
    history: tuple[Exchange, ...]
    question: str
    tokens: int
    shortened: bool

    def messages(self, bot: "Bot") -> list[dict[str, str]]:
        """As the chat API takes them; an answer that the person has begun to read is to be gone on with."""
        system = bot.accounts[self.turn.chat.account].system
        return messages(system, self.history, self.question, self.turn.steps.begun)

    def remembered(self, bot: "Bot", said: str) -> Write:
        """The exchange becomes part of the memory, and the oldest leave it for that."""
        exchange = Exchange(self.question, said, self.tokens + bot.tokens.count(said))
        kept = trim((*self.history, exchange), fixed_tokens=0, budget=bot.budget) or (exchange,)
        return bot.memory.remember(self.turn.chat, self.recalled.session, kept)


def asked(bot: "Bot", turn: Turn, recalled: Recalled) -> Asked:
    """The words of *turn*, within the budgets."""
    system_tokens = bot.accounts[turn.chat.account].system_tokens
    space = room(system_tokens, bot.budget)
    question, shortened = cut_question(turn.message.text.strip(), room_tokens=space, count=bot.tokens.count)
    tokens = bot.tokens.count(question)
    history = trim(recalled.history, fixed_tokens=system_tokens + tokens, budget=bot.budget)
    return Asked(turn, recalled, history, question, tokens, shortened)


def begun_alone(bot: "Bot", turn: Turn) -> tuple[Write, ...]:
    """What is remembered of an answer whose first words were sent, and whose rest will never come."""
    if not turn.steps.begun:
        return ()
    recalled = bot.memory.recall(turn.chat, turn.message.person)
    return (asked(bot, turn, recalled).remembered(bot, turn.steps.begun),)
