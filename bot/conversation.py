"""Pure: what of a conversation is told to the model, within a budget of tokens."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import regex

MESSAGE_TOKENS = 4
"""What the chat format itself costs for each message, by OpenAI's counting; generous for other models."""
QUESTION_TOKENS = 200
"""So much of a question must fit beside what the model is told first."""

GO_ON = (
    "（你上面的回答断在了半途。请从断开的地方直接接着写：不要重复已经写过的，也不要解释。）\n"
    "(Your answer above broke off half-way. Go on exactly where it ends; repeat nothing and explain nothing.)"
)
"""Asked behind the beginning of an answer: some providers refuse a call that ends with the model's words."""

# For each half of a flag `\X` alone counts the whole run of flags from its start, which is quadratic.
_CLUSTER = regex.compile(r"[\U0001F1E6-\U0001F1FF]{2}[\p{GCB=Extend}\p{GCB=ZWJ}\p{GCB=SpacingMark}]*+|\X")


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question with its answer, and how many tokens the two count for."""

    question: str
    answer: str
    tokens: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one question asks for besides its words; nothing that is unset is sent.

    Attributes:
        model: by the provider's name; unset: the usual one.
        most_tokens: so many at most for the answer.
    """

    model: str = ""
    temperature: float | None = None
    most_tokens: int | None = None

    def wishes(self, most_name: str) -> dict[str, float]:
        """What the API takes besides the model; *most_name* is what it calls the most tokens."""
        found = {"temperature": self.temperature, most_name: self.most_tokens}
        return {name: wish for name, wish in found.items() if wish is not None}


USUAL = Wanted()


@dataclass(frozen=True, slots=True)
class Budget:
    """How many tokens a call may take.

    Attributes:
        total: system text, history and question together (`memory.budget_tokens`).
        reply: kept free for the answer.
        window: all that the model can see at once, answer included.
    """

    total: int
    reply: int
    window: int

    @property
    def ask(self) -> int:
        """Tokens for system text, history and question."""
        return max(0, min(self.total, self.window - self.reply))


def room(system_tokens: int, budget: Budget) -> int:
    """Tokens left for the question when no history is told."""
    return max(0, budget.ask - system_tokens - 2 * MESSAGE_TOKENS)


def trim(history: Sequence[Exchange], *, fixed_tokens: int, budget: Budget) -> tuple[Exchange, ...]:
    """The newest whole exchanges that fit beside *fixed_tokens* (system text and question)."""
    left = budget.ask - fixed_tokens - 2 * MESSAGE_TOKENS
    kept: list[Exchange] = []
    for exchange in reversed(history):
        left -= exchange.tokens + 2 * MESSAGE_TOKENS
        if left < 0:
            break
        kept.append(exchange)
    return tuple(reversed(kept))


def cut_question(question: str, *, room_tokens: int, count: Callable[[str], int]) -> tuple[str, bool]:
    """*question*, cut at a grapheme so that it counts for at most *room_tokens*; and whether it was cut."""
    # A token is at least one byte: what is short enough in bytes need not be counted.
    if len(question.encode("utf-8", "replace")) <= room_tokens or count(question) <= room_tokens:
        return question, False
    clusters = _CLUSTER.findall(question)
    low, high = 0, len(clusters)
    while low < high:
        middle = (low + high + 1) // 2
        if count("".join(clusters[:middle])) <= room_tokens:
            low = middle
        else:
            high = middle - 1
    return "".join(clusters[:low]), True


def messages(
    system: str, history: Sequence[Exchange], question: str, begun: str = ""
) -> list[dict[str, str]]:
    """The call's messages: system, then question and answer in turn, then the question.

    An answer that the person has already *begun* to read follows as the model's own, to be gone on with.
    """
    told = [{"role": "system", "content": system}]
    for exchange in history:
        told.append({"role": "user", "content": exchange.question})
        told.append({"role": "assistant", "content": exchange.answer})
    told.append({"role": "user", "content": question})
    if begun:
        told += [{"role": "assistant", "content": begun}, {"role": "user", "content": GO_ON}]
    return told


def joined(begun: str, rest: str) -> str:
    """The whole of an answer that was *begun* and gone on with, even if *rest* repeats the beginning."""
    if not begun:
        return rest
    rest = rest.removeprefix(begun.strip())
    gap = " " if begun[-1:].isascii() and not begun[-1:].isspace() and rest[:1].isalnum() else ""
    return f"{begun}{gap}{rest}"
