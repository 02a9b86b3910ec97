"""Whether the ledger is right: what it holds against what the stand-in says that its answers used."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Self

from config.prices import Price, load_prices
from simulator.standin import Call
from tests.chaos.oracle import WORD, Chat
from tests.scenarios.house import House

MODEL = "deepseek-chat"
PRICED = {"YINGDA_CHAT__MODEL": MODEL, "YINGDA_LIMITS__DAILY_COST": "1000"}
"""A house whose answers cost money, so that some is set aside for each while it is made."""


@dataclass(frozen=True, slots=True)
class Books:
    """Tokens (prompt and completion together), answers and cost in millionths, from both sides.

    Attributes:
        entered, answers, cost, counted: what the ledger holds; *counted* answers had no figures of the model.
        told: what the stand-in told of all its calls, also to somebody who had died.
        owed, owed_answers, owed_cost: the same of the last call for each word that was answered.
        aside: chats for which money is still set aside.
    """

    entered: int
    answers: int
    cost: int
    counted: int
    told: int
    owed: int
    owed_answers: int
    owed_cost: int
    aside: int

    @classmethod
    def of(cls, house: House, answered: set[str]) -> Self:
        """As they are now; *answered* are the words that people were answered."""
        sums = _ledger(house)
        calls = [call for call in house.simulator.model.calls if call.used is not None]
        last = {word: call for call in calls for word in WORD.findall(call.question)}
        # Lines that were merged are one question, and one answer.
        owed = list({id(last[word]): last[word] for word in answered}.values())
        price = load_prices().models[MODEL]
        with house.store as store:
            aside = sum(store.hlen(key) for key in store.keys("yd1:aside:*"))
        return cls(
            sums["prompt"] + sums["completion"],
            sums["answers"],
            sums["cost"],
            sums["counted"],
            sum(map(_tokens, calls)),
            sum(map(_tokens, owed)),
            len(owed),
            sum(_cost(price, call) for call in owed),
            aside,
        )

    def hold(self, in_flight: int) -> None:
        """Nothing is missing or twice; only calls *in_flight* when a process died are not entered."""
        assert (self.entered, self.answers, self.cost) == (self.owed, self.owed_answers, self.owed_cost), self
        assert self.counted == 0, self
        assert self.aside == 0, self
        assert self.told >= self.entered, self
        assert in_flight or self.told == self.entered, self


def words_of(house: House, chats: list[Chat]) -> set[str]:
    """The words that came back to *chats*."""
    heard = (sent.text.split("\n", 1)[0].strip() for chat in chats for sent in house.simulator.replies(*chat))
    return {text for text in heard if text[:1] == "w" and text[1:7].isdigit()}


def _ledger(house: House) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    with house.store as store:
        for key in store.keys("yd1:ledger:*"):
            for field, value in store.hgetall(key).items():
                whose, _, rest = field.decode().partition("|")
                kind = rest.rpartition("|")[2] if whose.isdecimal() else whose if not rest else ""
                sums[kind] += int(value)
    return sums


def _tokens(call: Call) -> int:
    return sum(call.used or (0, 0))


def _cost(price: Price, call: Call) -> int:
    prompt, completion = call.used or (0, 0)
    return price.micros(prompt, 0, completion)
