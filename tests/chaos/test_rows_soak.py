"""A soak in messages of every kind: keys and memory stay flat, and every key ends some day: row 52."""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.store.memory import SESSIONS_KEPT
from simulator.testing import BOSS
from tests.chaos.figures import Figures
from tests.chaos.readings import census, rss_mb, without_lifetime
from tests.scenarios.house import House, wait_for

WORDS = (
    *("echo:好", "echo:好的", "/help", "帮助", "/new", "停", "继续", "/nonsense", "长文", "echo:再来", " "),
    *("赞", "/踩 没答对", "/投诉 太慢了", "/换角色 cook", "用量", "导出", "/sessions", "退订", "重答"),
)
IN_TWO = (("删除", "确认删除"),)
AT_THE_SHOP = ("转人工", "找AI")
"""Not at the office, where an admin may be sent thirty messages a minute."""
KINDS = ("image", "voice", "video", "location", "link", "sticker")
EVENTS = ("subscribe", "CLICK", "SCAN", "enter_agent", "subscribe", "unsubscribe")
PER_MESSAGE = ("yd1:seen",)
"""Kinds of keys of which each message leaves one, for a day."""
MOST = {"yd1:memory": 1 + SESSIONS_KEPT}
"""How many keys of a kind there may be for each person; of most kinds two."""
FLAT_MB = 20.0


def do_something(house: House, dice: random.Random, peer: str) -> None:
    """One act of *peer*: mostly words and commands, now and then another kind or an event."""
    account = "shop" if peer.startswith("oSoak") else "office"
    act = dice.random()
    if act < 0.75:
        together = (*IN_TWO, AT_THE_SHOP) if account == "shop" else IN_TWO
        for line in dice.choice([*((word,) for word in WORDS), *together]):
            house.simulator.say(account, peer, line)
    elif act < 0.9:
        house.simulator.say(account, peer, "", kind=dice.choice(KINDS))
    else:
        house.simulator.event(account, peer, dice.choice(EVENTS if account == "shop" else EVENTS[3:4]), "K")
        if account == "shop":
            house.simulator.event(account, peer, "subscribe", str(dice.random()))


def live(house: House, seed: int, how_many: int, messages: int) -> None:
    """Have *how_many* people act until *messages* are accepted, and wait until all of them are settled."""
    half = how_many // 2
    people = [f"oSoak{n}" for n in range(half)] + [f"soak{n}" for n in range(half)]
    wanted = house.counts().get("accepted", 0) + messages

    def act(own: list[str]) -> None:
        dice = random.Random(f"{seed} {own[0]}")
        while house.counts().get("accepted", 0) < wanted:
            for peer in dice.sample(own, min(10, len(own))):
                do_something(house, dice, peer)

    with ThreadPoolExecutor(12) as pool:
        for one in [pool.submit(act, people[number::12]) for number in range(12)]:
            one.result()
    wait_for(lambda: house.settled() == house.counts()["accepted"], "all is settled", 120.0)
    house.drained()


def flat_keys(house: House) -> dict[str, int]:
    """The keys of each kind, but for those that each message leaves for a day."""
    return {kind: number for kind, number in census(house).items() if kind not in PER_MESSAGE}


@pytest.mark.timeout(1200)
@pytest.mark.parametrize(
    ("people", "messages"), [(30, 300), pytest.param(300, 20_000, marks=pytest.mark.chaos)]
)
def test_row_52_a_soak_leaves_nothing_behind(
    tmp_path: Path, figures: Figures, seed: int, people: int, messages: int
) -> None:
    """After half of the messages and after all of them: the same keys and memory, no key without an end."""
    with House(tmp_path) as house:
        house.simulator.say("shop", BOSS, "/help")  # Only who has written can be written to.
        began = time.monotonic()
        live(house, seed, people, messages // 2)
        keys_before, memory_before = flat_keys(house), memory(house)
        assert without_lifetime(house) == []
        live(house, seed + 1, people, messages // 2)
        keys_after, memory_after = flat_keys(house), memory(house)
        took_s, accepted = time.monotonic() - began, house.counts()["accepted"]
        assert without_lifetime(house) == []

    grown = {name: memory_after[name] - memory_before[name] for name in memory_after}
    figures.put("soak: messages a second of every kind", f"{accepted / took_s:.0f}", "—", accepted)
    figures.put("soak: keys without a lifetime outside the allow-list", 0, "0", sum(keys_after.values()))
    figures.put(
        "soak: memory in the second half, web and worker, MB",
        ", ".join(f"{grown[name]:+.1f}" for name in ("web0", "worker0")),
        f"< +{FLAT_MB:.0f}",
        accepted,
    )
    assert accepted >= messages
    for kind, number in keys_after.items():
        each = MOST.get(kind, 2)
        assert number <= each * people, f"{kind}: {keys_before} {keys_after}"
        # Not everybody did everything in the first half, but what each message leaves would be many more.
        assert number - keys_before.get(kind, 0) <= each // 2 * people, f"{kind}: {keys_before} {keys_after}"
    assert max(grown.values()) < FLAT_MB, grown


def memory(house: House) -> dict[str, float]:
    """The resident memory of web and worker, in MB."""
    return {name: rss_mb(house.processes[name].pid) for name in ("web0", "worker0")}
