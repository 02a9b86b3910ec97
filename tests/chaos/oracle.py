"""The oracle of every chaos test: none lost, doubled at most ambiguous, in order, all settled and drained."""

import re
import threading
import time
from collections import defaultdict
from dataclasses import dataclass
from itertools import count

from simulator.callbacks import Delivery
from tests.scenarios.house import House, wait_for

Chat = tuple[str, str]
WORD = re.compile(r"^(?:echo:)?(w\d{6})\s*$", re.MULTILINE)
"""One word as it is asked or comes back: on a line of its own, several where lines were merged."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of everything that was said; *lost* and *doubled* count messages, *disordered* chats."""

    said: int
    acknowledged: int
    lost: int
    doubled: int
    doubled_wecom: int
    disordered: int
    ambiguous: int
    model_calls: int


@dataclass(frozen=True, slots=True)
class Word:
    """One word that was said, and when (epoch seconds) its delivery ended."""

    text: str
    acknowledged: bool
    at: float


class Oracle:
    """Says numbered words and afterwards judges what people heard; safe from any thread.

    Every word is unique in the house and is asked back by the stand-in's `echo:`, so that a reply tells which
    message it answers and who was meant.
    """

    def __init__(self, house: House) -> None:
        self.house = house
        self.deliveries: list[Delivery] = []
        self._numbers = count(1)
        self._said: dict[Chat, list[Word]] = defaultdict(list)
        self._lock = threading.Lock()
        self._ambiguous_before = house.counts().get("ambiguous_sends", 0)
        self._calls_before = len(house.simulator.model.calls)

    def say(self, account: str, peer: str, *, times: int = 1, parallel: bool = False) -> Delivery:
        """One new word from *peer*, delivered as the platform does; in order within one calling thread."""
        text = f"w{next(self._numbers):06d}"
        delivery = self.house.simulator.say(account, peer, f"echo:{text}", times=times, parallel=parallel)
        word = Word(text, delivery.acknowledged, time.time())
        with self._lock:
            self._said[(account, peer)].append(word)
            self.deliveries.append(delivery)
        return delivery

    def heard(self, account: str, peer: str) -> list[str]:
        """The words that came back to *peer*, in order; one message holds those of lines that were merged."""
        return [word for words, _ in self._heard(account, peer) for word in words]

    def answered(self) -> bool:
        """Whether everything acknowledged so far has come back."""
        return not any(self._lost(chat, words) for chat, words in self._words().items())

    def latencies_s(self) -> list[float]:
        """For each acknowledged word that came back: seconds from its acknowledgement to its first reply."""
        return [max(heard - acknowledged, 0.0) for acknowledged, heard in self.waits()]

    def waits(self) -> list[tuple[float, float]]:
        """For each acknowledged word that came back: when that was, and its first reply (epoch seconds)."""
        found: list[tuple[float, float]] = []
        for chat, words in self._words().items():
            first = {word: at for heard, at in reversed(self._heard(*chat)) for word in heard}
            found += [
                (word.at, first[word.text]) for word in words if word.acknowledged and word.text in first
            ]
        return found

    def calls(self) -> dict[str, list[float]]:
        """When (epoch seconds) the model was called for each word."""
        asked: dict[str, list[float]] = defaultdict(list)
        for call in self.house.simulator.model.calls[self._calls_before :]:
            for word in WORD.findall(call.question):
                asked[word].append(call.t)
        return asked

    def verdict(self) -> Verdict:
        """The counts as they are now."""
        lost = 0
        doubled = {"official": 0, "wecom": 0}
        said = self._words()
        for chat, words in said.items():
            others = set(self.heard(*chat)) - {word.text for word in words}
            assert not others, f"{chat} heard another's words: {others}"
            lost += self._lost(chat, words)
            doubled[self.house.simulator.accounts[chat[0]].channel] += self._repeats(chat)
        counts = self.house.counts()
        return Verdict(
            said=sum(len(words) for words in said.values()),
            acknowledged=sum(word.acknowledged for words in said.values() for word in words),
            lost=lost,
            doubled=sum(doubled.values()),
            doubled_wecom=doubled["wecom"],
            disordered=len(self.disordered()),
            ambiguous=counts.get("ambiguous_sends", 0) - self._ambiguous_before,
            model_calls=len(self.house.simulator.model.calls) - self._calls_before,
        )

    def disordered(self) -> dict[Chat, tuple[list[str], list[Word]]]:
        """The chats that heard their answers out of order, with what was heard and what was said.

        Only acknowledged words have a place: one that the platform gave up may still arrive, from a web
        process that stalled, after what its person said next.
        """
        found: dict[Chat, tuple[list[str], list[Word]]] = {}
        for chat, words in self._words().items():
            first = list(dict.fromkeys(self.heard(*chat)))
            known = [word.text for word in words if word.acknowledged]
            if [text for text in first if text in known] != [text for text in known if text in first]:
                found[chat] = (first, words)
        return found

    def judge(self, limit_s: float = 20.0) -> Verdict:
        """Wait until everything acknowledged is answered and the house is drained; then hold the promises."""
        wait_for(self.answered, "everything acknowledged is answered", limit_s)
        self.house.drained()
        verdict = self.verdict()
        assert verdict.lost == 0, verdict
        assert verdict.doubled <= verdict.ambiguous, verdict
        assert verdict.doubled_wecom == 0, verdict
        assert verdict.disordered == 0, (verdict, self.disordered())
        return verdict

    def _words(self) -> dict[Chat, list[Word]]:
        with self._lock:
            return {chat: list(words) for chat, words in self._said.items()}

    def _heard(self, account: str, peer: str) -> list[tuple[list[str], float]]:
        replies = self.house.simulator.replies(account, peer)
        return [(WORD.findall(sent.text), sent.t) for sent in replies]

    def _repeats(self, chat: Chat) -> int:
        """How many messages said what had been said."""
        known: set[str] = set()
        repeats = 0
        for words, _ in self._heard(*chat):
            repeats += not known.isdisjoint(words)
            known.update(words)
        return repeats

    def _lost(self, chat: Chat, words: list[Word]) -> int:
        heard = set(self.heard(*chat))
        return sum(word.acknowledged and word.text not in heard for word in words)
