"""What rows about a failing model share: people who each meet a fault of their own."""

import time
from collections import defaultdict
from collections.abc import Mapping
from itertools import count
from typing import cast

from config.wording import load_texts
from tests.bot.faulty_model import Behaviour, Exchange, FaultyModel, Request
from tests.scenarios.house import House

TEXTS = load_texts("zh")

_rounds = count(1)


class Talk:
    """Everybody says one word at once; what the model does then depends on the word."""

    def __init__(self, house: House, provider: FaultyModel) -> None:
        self.house = house
        self.asked_at: dict[str, list[float]] = defaultdict(list)
        self.provider = provider
        self._round = next(_rounds)

    def say(self, plan: Mapping[str, Behaviour], account: str = "shop") -> None:
        """Each word of *plan* is said by a person of its own."""

        async def behave(exchange: Exchange) -> None:
            word = question(exchange.request)
            self.asked_at[word].append(time.time())
            await plan[word](exchange)

        self.provider.script(behave)
        for word in plan:
            assert self.house.simulator.say(account, self.peer(word), word).acknowledged

    def peer(self, word: str) -> str:
        return f"oModel_{self._round}_{word}"

    def say_more(self, word: str, more: str, behaviour: Behaviour, account: str) -> None:
        """Whoever said *word* says *more* and is answered."""
        self.provider.script(behaviour)
        before = len(self.house.simulator.replies(account, self.peer(word)))
        self.house.simulator.say(account, self.peer(word), more)
        self.house.simulator.wait_replies(account, self.peer(word), before + 1)
        self.house.drained()

    def heard(self, word: str, account: str = "shop") -> str:
        """The one text that came back, without the notice to somebody new; nothing comes after it."""
        self.house.simulator.wait_replies(account, self.peer(word), 1, 20.0)
        self.house.drained()
        (sent,) = self.house.simulator.replies(account, self.peer(word))
        return sent.text.split(f"\n\n{TEXTS.say('ai_notice')}")[0].strip()

    def took_s(self, word: str, account: str = "shop") -> float:
        """From the first request to the model until the person had the text."""
        return self.house.simulator.replies(account, self.peer(word))[0].t - self.asked_at[word][0]


def asked_with(request: Request) -> list[dict[str, str]]:
    """All messages of a call."""
    return cast(list[dict[str, str]], request.body["messages"])


def question(request: Request) -> str:
    """What the person said."""
    return asked_with(request)[-1]["content"]


def first(fault: Behaviour, then: Behaviour) -> Behaviour:
    """*fault* once, afterwards *then*."""
    waiting = [fault]

    async def behave(exchange: Exchange) -> None:
        await (waiting.pop() if waiting else then)(exchange)

    return behave
