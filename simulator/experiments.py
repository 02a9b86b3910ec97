"""The experiments behind 「试一试」: each does what happens in real life and judges what came of it."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from simulator.doings import Done
from simulator.people import Person, Sent
from simulator.server import Platform
from simulator.victims import kill
from simulator.words import Words, words

ANSWER_S = 60.0
QUIET_S = 2.5
"""How long to watch for a second answer after the first."""
GUESTS = 100

Chat = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether it went as promised, and the sentence that says so."""

    passed: bool
    verdict: Words


class Lab:
    """What an experiment works with: the platform, and one person who asks."""

    def __init__(self, platform: Platform) -> None:
        self.platform, self.world = platform, platform.world

    @property
    def chat(self) -> Chat:
        """小雨 of the first official account, else the first listed person."""
        listed = [person for person in self.world.phones.people.values() if person.listed]
        official = [one for one in listed if self.world.accounts[one.account].channel == "official"]
        person = next((one for one in official if one.role == "follower"), (official or listed)[0])
        if not person.following:
            person.following = True
            self.world.phones.changed(person)
        return person.account, person.peer

    def ask(self, chat: Chat, text: str = "") -> tuple[Done, str]:
        """Say something with a mark in it that the answer repeats."""
        mark = "k" + secrets.token_hex(3) + "7"
        return self.platform.doings.say(chat, "text", text or f"请在回答里照抄这个记号：{mark}"), mark

    def heard(self, chat: Chat, mark: str) -> list[Sent]:
        return [sent for sent in self.world.phones.sent.get(chat, ()) if mark in sent.text]

    def refusals(self) -> int:
        """How many sends the wire shows as refused for want of allowance."""
        return sum(row.errcode in (45015, 45047) for row in self.world.wire.rows.values())

    async def until(self, met: Callable[[], bool], timeout_s: float = ANSWER_S) -> bool:
        """Wait until *met*; False if it was not in time."""
        end = time.monotonic() + timeout_s
        while not met():
            left_s = end - time.monotonic()
            if left_s <= 0:
                return False
            await self.world.feed.wait(min(left_s, 0.5))
        return True

    async def answered_once(self, chat: Chat, mark: str, began: float) -> Outcome:
        """The usual verdict: exactly one answer, with its time."""
        if not await self.until(lambda: bool(self.heard(chat, mark))):
            return failed(f"{ANSWER_S:.0f} 秒内没有等到回答", f"no answer within {ANSWER_S:.0f} s")
        took_s = time.perf_counter() - began
        await asyncio.sleep(QUIET_S)
        count = len(self.heard(chat, mark))
        text = words(
            f"答了 {count} 次，用了 {took_s:.1f} 秒", f"answered {count} time(s), after {took_s:.1f} s"
        )
        return Outcome(count == 1, text)

    async def with_manner(self, work: Callable[[], Awaitable[Outcome]], **manner: Any) -> Outcome:
        """Do *work* while the stand-in behaves as *manner* says, then let it be as before."""
        if self.world.real_model() is not None:
            return failed(
                "接着真模型时做不了：先换回替身模型", "needs the stand-in model: switch back to it first"
            )
        before = self.world.standin.manner
        self.world.standin.manner = replace(before, **({"mode": "ok", "times": None} | manner))
        try:
            return await work()
        finally:
            self.world.standin.manner = before


def failed(zh: str, en: str) -> Outcome:
    return Outcome(False, words(zh, en))


async def three_times(lab: Lab) -> Outcome:
    """One message, delivered three times at once."""
    chat, began = lab.chat, time.perf_counter()
    done, mark = lab.ask(chat)
    await lab.platform.doings.deliver(done, times=3, parallel=True)
    return await lab.answered_once(chat, mark, began)


async def kill_worker(lab: Lab) -> Outcome:
    """SIGKILL the worker while it is answering."""
    chat, began = lab.chat, time.perf_counter()
    calls = len(lab.world.standin.calls)
    done, mark = lab.ask(chat)
    await lab.platform.doings.deliver(done)
    if lab.world.real_model() is None:
        await lab.until(lambda: len(lab.world.standin.calls) > calls, 10)
    kill(lab.world.state, "worker")
    lab.world.worker_killed = time.monotonic()
    return await lab.answered_once(chat, mark, began)


async def restart_store(lab: Lab) -> Outcome:
    """SIGKILL the store; it comes back with everything it had acknowledged."""
    chat, began = lab.chat, time.perf_counter()
    done, mark = lab.ask(chat)
    await lab.platform.doings.deliver(done)
    kill(lab.world.state, "store")
    return await lab.answered_once(chat, mark, began)


async def _one_answer(lab: Lab) -> Outcome:
    chat, began = lab.chat, time.perf_counter()
    done, mark = lab.ask(chat)
    deliveries = await lab.platform.doings.deliver(done)
    outcome = await lab.answered_once(chat, mark, began)
    ack = f"{deliveries[0].ack_ms[-1]:.0f}"
    zh, en = outcome.verdict["zh"], outcome.verdict["en"]
    return Outcome(
        outcome.passed and deliveries[0].acknowledged,
        words(f"{zh}；{ack} 毫秒就确认收到了", f"{en}; acknowledged after {ack} ms"),
    )


async def model_slow(lab: Lab) -> Outcome:
    """The model needs 8 s for its first word."""
    return await lab.with_manner(lambda: _one_answer(lab), mode="slow")


async def model_cut(lab: Lab) -> Outcome:
    """The model breaks off in the middle of a sentence, once."""
    return await lab.with_manner(lambda: _one_answer(lab), mode="cut", times=1)


async def model_429(lab: Lab) -> Outcome:
    """The model says "too many requests, come back in a second", once."""
    return await lab.with_manner(lambda: _one_answer(lab), mode="429", times=1, retry_after_s=1.0)


async def token_revoked(lab: Lab) -> Outcome:
    """The platform ends the access token before its time."""
    chat, began = lab.chat, time.perf_counter()
    lab.world.tokens.revoke(chat[0])
    before = len(lab.world.tokens.fetches)
    done, mark = lab.ask(chat)
    await lab.platform.doings.deliver(done)
    outcome = await lab.answered_once(chat, mark, began)
    fetched = len(lab.world.tokens.fetches) - before
    zh, en = outcome.verdict["zh"], outcome.verdict["en"]
    return Outcome(
        outcome.passed and fetched == 1,
        words(f"{zh}；重新取了 {fetched} 次令牌", f"{en}; the token was fetched {fetched} time(s)"),
    )


async def allowance_used(lab: Lab) -> Outcome:
    """An answer longer than five messages may carry."""
    chat = lab.chat
    sent = len(lab.world.phones.sent.get(chat, ()))
    refusals = lab.refusals()
    done, _ = lab.ask(chat, "写一篇长文：一本书是怎么做出来的，三千字左右")
    await lab.platform.doings.deliver(done)

    def parts() -> list[Sent]:
        return lab.world.phones.sent.get(chat, [])[sent:]

    if not await lab.until(lambda: any("继续" in part.text for part in parts())):
        return failed(
            f"发了 {len(parts())} 条，没有说怎么看剩下的",
            f"{len(parts())} messages, and no word about the rest",
        )
    await asyncio.sleep(QUIET_S)
    count, refused = len(parts()), lab.refusals() - refusals
    text = words(
        f"发了 {count} 条（最多 5 条），微信拒绝 {refused} 次；剩下的发「继续」就来",
        f"{count} messages of at most 5, {refused} refused; the rest comes after 「继续」",
    )
    return Outcome(count <= 5 and not refused, text)


async def hundred_people(lab: Lab) -> Outcome:
    """A hundred people ask at the same moment."""
    account = lab.chat[0]
    guests = lab.platform.doings.guests(account, GUESTS)
    began = time.perf_counter()
    asked = [(guest, *lab.ask((account, guest.peer))) for guest in guests]
    await asyncio.gather(*(lab.platform.doings.deliver(done) for _, done, _ in asked))

    def answered() -> int:
        return sum(bool(lab.heard((account, guest.peer), mark)) for guest, _, mark in asked)

    everyone = await lab.until(lambda: answered() == GUESTS)
    slowest_s = time.perf_counter() - began
    mixed = sum(_foreign(lab, guest, mark, asked) for guest, _, mark in asked)
    if not everyone:
        return failed(f"{answered()}/{GUESTS} 人得到回答", f"{answered()} of {GUESTS} were answered")
    text = words(
        f"{GUESTS} 人都答了，最慢 {slowest_s:.1f} 秒，串话 {mixed} 次",
        f"all {GUESTS} answered, the slowest after {slowest_s:.1f} s, {mixed} mixed up",
    )
    return Outcome(not mixed, text)


def _foreign(lab: Lab, guest: Person, own: str, asked: list[tuple[Person, Done, str]]) -> int:
    """How many messages to *guest* carry somebody else's mark."""
    texts = [sent.text for sent in lab.world.phones.sent.get((guest.account, guest.peer), ())]
    return sum(any(mark in text for _, _, mark in asked if mark != own) for text in texts)


Experiment = Callable[[Lab], Awaitable[Outcome]]
