"""The cards of 「试一试」: what each does, what should happen, and how the last try went."""

import asyncio
from dataclasses import dataclass, replace
from typing import Any, Literal

from simulator import experiments as lab
from simulator.server import Platform
from simulator.words import UserError, Words, words

State = Literal["idle", "running", "passed", "failed", "not_yet"]


@dataclass(slots=True)
class Card:
    """One experiment on the page; without *experiment* it is not built yet."""

    id: str
    title: Words
    does: Words
    expect: Words
    experiment: lab.Experiment | None
    state: State = "idle"
    verdict: Words | None = None

    def as_json(self) -> dict[str, Any]:
        shown = {"id": self.id, "title": self.title, "does": self.does, "expect": self.expect}
        return shown | {"state": self.state, "verdict": self.verdict}


ONCE = words("只答一次", "exactly one answer")


CARDS: tuple[Card, ...] = (
    Card(
        "three_times",
        words("同一条送 3 次", "Delivered 3 times"),
        words("微信把同一条消息同时送来三遍", "WeChat delivers the same message three times at once"),
        ONCE,
        lab.three_times,
    ),
    Card(
        "kill_worker",
        words("💥 杀掉工人", "💥 Kill the worker"),
        words("回答到一半，把工人进程强行杀掉", "the worker process is killed in the middle of an answer"),
        words("几秒后接着答，只答一次", "the answer comes seconds later, exactly once"),
        lab.kill_worker,
    ),
    Card(
        "restart_store",
        words("重启数据库", "Restart the store"),
        words("刚收下消息，数据库就被杀掉重启", "the store is killed right after it took a message"),
        words("消息没丢，只答一次", "nothing is lost, exactly one answer"),
        lab.restart_store,
    ),
    Card(
        "model_slow",
        words("模型 8 秒才开口", "The model takes 8 s"),
        words("替身模型 8 秒后才出第一个字", "the stand-in says nothing for 8 s"),
        words("微信马上收到确认，答案随后到", "WeChat is acknowledged at once, the answer follows"),
        lab.model_slow,
    ),
    Card(
        "model_cut",
        words("模型断线", "The model breaks off"),
        words("替身模型说到一半断开", "the stand-in's connection breaks half-way"),
        words("重新问一次，对方只看到一份完整的回答", "asked again; the person sees one whole answer"),
        lab.model_cut,
    ),
    Card(
        "model_429",
        words("模型说太忙 (429)", "The model says 429"),
        words("替身模型先回一次 429，请 1 秒后再来", "the stand-in answers 429 once, “come back in 1 s”"),
        words("等一会儿再问，只答一次", "it waits and asks again; exactly one answer"),
        lab.model_429,
    ),
    Card(
        "token_revoked",
        words("令牌失效", "Token revoked"),
        words("微信提前作废了访问令牌", "WeChat ends the access token before its time"),
        words("只重新取 1 次令牌，答案照样到", "one refresh, and the answer arrives"),
        lab.token_revoked,
    ),
    Card(
        "allowance_used",
        words("额度用尽", "Allowance used up"),
        words("回答长过微信准发的 5 条", "an answer longer than the 5 messages WeChat allows"),
        words("不会被拒，剩下的留着，发「继续」再给", "nothing is refused; the rest waits for 「继续」"),
        lab.allowance_used,
    ),
    Card(
        "unverified",
        words("未认证的订阅号", "Unverified account"),
        words(
            "这种号不能主动发消息，只能在回调里直接答",
            "such an account may only answer inside the callback",
        ),
        words("第一版还不支持", "not supported in the first version"),
        None,
        "not_yet",
    ),
    Card(
        "hundred_people",
        words("100 人同时问", "100 people at once"),
        words("一百个人在同一刻发消息", "a hundred people write at the same moment"),
        words("人人都有自己的回答，看最慢的那个", "everyone gets their own answer; see the slowest"),
        lab.hundred_people,
    ),
)
"""Every card as it is before its first try, in the order of the page."""


class Cards:
    """Runs the experiments one after the other; a card shows `running` from the moment it is chosen."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._cards = {card.id: replace(card) for card in CARDS}
        self._one_at_a_time = asyncio.Lock()

    def as_json(self) -> list[dict[str, Any]]:
        return [card.as_json() for card in self._cards.values()]

    def start(self, card_id: str) -> dict[str, Any]:
        """Start the experiment of *card_id* and return its card. Raises UserError for an unknown one."""
        card = self._cards.get(card_id)
        if card is None:
            raise UserError("没有这张卡片", "no such card")
        if card.experiment is not None and card.state != "running":
            self._show(card, "running", None)
            self._platform.doings.background(self._run(card, card.experiment))
        return card.as_json()

    async def _run(self, card: Card, experiment: lab.Experiment) -> None:
        async with self._one_at_a_time:
            try:
                outcome = await experiment(lab.Lab(self._platform))
            except UserError as error:
                outcome = lab.Outcome(False, error.text)
        self._show(card, "passed" if outcome.passed else "failed", outcome.verdict)

    def _show(self, card: Card, state: State, verdict: Words | None) -> None:
        card.state, card.verdict = state, verdict
        self._platform.world.feed.publish("card", card.as_json())
