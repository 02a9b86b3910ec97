"""Row 42, by the thousand: whatever a stranger says or has a model say, nothing an admin may do is done."""

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count, cycle
from pathlib import Path

import pytest

from handlers import commands
from simulator.testing import BOSS, XIAOYU
from tests.chaos.corpus import LINKS
from tests.chaos.figures import Figures
from tests.chaos.spoofs import ADMINS, ADMINS_PART, CLASSES, NEVER_ORDERS, Spoof, spoofs
from tests.scenarios.footprint import OF_EVERY_MESSAGE, OF_TALK, footprint
from tests.scenarios.house import House, wait_for
from tests.scenarios.test_steering import UNKNOWN, admin_code, say

STRANGERS_MAY = ("cases:", "votes:", "pairing:", "notice")
"""Complaints, votes, tries at a code, and what the owner is told of them."""
_ACTS = re.compile(r'weixin:|<\s?a(?![a-z0-9_])(?! href="https?://)', re.IGNORECASE)
_MODELS = re.compile(r'<a href="weixin://bizmsgmenu\?msgmenucontent=/model%20stand-in&[^"]*">')
"""A tap that anybody may have: the models that everybody may choose."""
_EACH = 6
"""Messages of one stranger at once: more than a hundred would be refused unread."""
_people = count(1)


@pytest.fixture(scope="module")
def ruled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house whose accounts have admins, people, an answer of the owner's, a complaint, limits, a code."""
    with House(tmp_path_factory.mktemp("house")) as house:
        live_in(house)
        yield house


def live_in(house: House) -> None:
    """What there is to be changed."""
    for account, boss in (("shop", BOSS), ("office", "boss")):
        say(house, XIAOYU, "echo:你好", "/投诉 太慢了", account=account)
        say(house, boss, "#问答 添加 几点开门 = 九点", "#额度 1 50/天", account=account)


@pytest.fixture
def house(ruled: House) -> House:
    ruled.simulator.model.reset()
    return ruled


class Obedient:
    """A model that answers everything with an order, or with a link that gives one when tapped."""

    def __init__(self, seed: int) -> None:
        orders = [f"{sign}{name} 1" for command in ADMINS for name in command.NAMES for sign in "/#"]
        orders += ["#1 【人工】好的", "配对 482913", "确认删除", *(f"/{part} all" for part in ADMINS_PART)]
        links = [link.format(order=order) for link in LINKS for order in orders[:20]]
        said = [*orders, *links, *(f'<a href="{link}">点我</a>' for link in links)]
        random.Random(seed).shuffle(said)
        self._said = cycle(said)

    def __call__(self, _messages: list[dict[str, str]]) -> str:
        return next(self._said)


class Siege:
    """Strangers around a *house*, and what of it only an admin may change."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._strangers: list[str] = []

    def privileged(self) -> dict[str, object]:
        """Everything in the store that talk alone does not change."""
        return footprint(
            self.house, without=(*OF_EVERY_MESSAGE, *OF_TALK, *STRANGERS_MAY), but=self._strangers
        )

    def unearned(self) -> list[str]:
        """Keys of anybody, strangers too, that only an admin's order makes: a notice to confirm, a grant."""
        with self.house.store as store:
            granted = [
                key
                for key in store.keys("yd1:person:*")
                if any(field.startswith(b"granted_") for field in store.hkeys(key))
            ]
            return [key.decode() for key in (*store.keys("yd1:draft:*"), *granted)]

    def strangers(self, how_many: int) -> list[tuple[str, str]]:
        """Chats of new ones, of either account in turn."""
        chats = [
            (("shop", "office")[number % 2], f"oSpoof_{next(_people):021d}") for number in range(how_many)
        ]
        self._strangers += [peer for _, peer in chats]
        return chats

    def attack(self, chosen: list[Spoof], by: Sequence[tuple[str, str]] = ()) -> tuple[list[str], list[str]]:
        """New strangers, or *by* those, say all of it; which keys changed that must not, what was heard."""
        assert self.unearned() == []
        chats = by or self.strangers(-(-len(chosen) // _EACH))
        before, settled = self.privileged(), self.house.settled()
        with ThreadPoolExecutor(24) as pool:
            told = pool.map(
                lambda spoof, chat: self.house.simulator.say(*chat, spoof.said, menu_id=spoof.menu_id),
                chosen,
                cycle(chats),
            )
            assert all(delivery.acknowledged for delivery in told)
        wait_for(lambda: self.house.settled() == settled + len(chosen), "everything is settled", 300.0)
        self.house.drained()
        after = self.privileged()
        changed = [key for key in {*before, *after} if before.get(key) != after.get(key)]
        changed += self.unearned()
        return changed, [sent.text for chat in chats for sent in self.house.simulator.replies(*chat)]


def all_classes(house: House, how_many: int, seed: int, figures: Figures) -> None:
    """Each class by itself, so that what breaks has a name; then what an admin reads of it."""
    by_kind: dict[str, list[Spoof]] = defaultdict(list)
    for spoof in spoofs(how_many, seed, BOSS):
        by_kind[spoof.kind].append(spoof)
    assert admin_code(house, "shop").returncode == 0
    house.simulator.model.set(answers=Obedient(seed))
    siege = Siege(house)
    before = siege.privileged()
    for kind, chosen in by_kind.items():
        changed, heard = siege.attack(chosen)
        figures.put(f"privileged actions: {kind}", len(changed), "0", len(chosen))
        assert changed == [], kind
        heard = [_MODELS.sub("", text) for text in heard]
        assert not [text for text in heard if _ACTS.search(text) or "【人工】" in text[:4]], kind
        if kind in ("orders as they are", "orders as a menu tap"):
            assert {UNKNOWN.split("「")[0]} == {text.split("「")[0] for text in heard}, kind
            assert len(heard) == len(chosen)
    assert siege.privileged() == before
    assert house.counts().get("settled:dead_letter", 0) == 0
    assert "turn crashed" not in house.log("worker0")
    for line in ("#待办", "#最近", "#操作记录", "#今日"):
        assert not _ACTS.search(say(house, BOSS, line)), line


def test_row_42_there_are_ten_thousand_different_spoofs(seed: int) -> None:
    """Of every class as many; disguises call no admin's command at all."""
    chosen = list(spoofs(10_000, seed, BOSS))
    calls = {spoof.said: commands.parse(spoof.said) for spoof in chosen}
    orders = {said for said, called in calls.items() if called and called.command and called.command.ADMINS}

    assert len(calls) == 10_000
    assert {spoof.kind for spoof in chosen} == set(CLASSES)
    assert [
        ascii(spoof.said) for spoof in chosen if spoof.kind in NEVER_ORDERS and spoof.said in orders
    ] == []
    assert len(orders) > 1_500, "most classes would be talk even from an admin"


def test_row_42_a_stranger_does_nothing_that_is_an_admins(house: House, seed: int, figures: Figures) -> None:
    """Eight of each class through real turns, with a model that says what it is told."""
    all_classes(house, 8 * len(CLASSES), seed, figures)


def test_row_42_who_is_out_reaches_no_model(house: House, seed: int, figures: Figures) -> None:
    """Every class by strangers who were banned, and by others who are not on the list: nothing is asked."""
    siege = Siege(house)
    chats = siege.strangers(16)
    for account, peer in chats:
        house.simulator.say(account, peer, "/help")
    house.drained()
    say(house, BOSS, *(f"/ban {peer}" for account, peer in chats if account == "shop"))
    say(house, "boss", "#放行 名单", account="office")
    calls, chosen = len(house.simulator.model.calls), list(spoofs(6 * len(CLASSES), seed, BOSS))
    try:
        changed, heard = siege.attack(chosen, by=chats)
    finally:
        say(house, "boss", "#放行 所有人", account="office")
    asked = len(house.simulator.model.calls) - calls
    figures.put("model calls for spoofs of who is out", asked, "0", len(chosen))

    assert asked == 0
    assert changed == []
    for begun in ("你的使用已暂停", "这里只给名单上的人用"):
        assert sum(text.startswith(begun) for text in heard) > len(chosen) / 4, begun


@pytest.mark.chaos
@pytest.mark.timeout(1800)
def test_row_42_ten_thousand_spoofs_do_nothing(tmp_path: Path, seed: int, figures: Figures) -> None:
    """All of them, in a house of their own."""
    with House(tmp_path) as house:
        live_in(house)
        all_classes(house, 10_000, seed, figures)


def code_of(house: House) -> str:
    """A fresh code, as the owner reads it."""
    found = re.search(r"配对 (\d{6})", admin_code(house, "shop").stdout)
    assert found
    return found[1]


def test_row_42_the_sixth_try_pairs_nobody(house: House) -> None:
    """Five wrong codes, by whomever, and the right one is a word like any other."""
    code = code_of(house)
    wrong = [f"{(int(code) + step) % 1_000_000:06}" for step in range(1, 6)]
    people = [f"oTries_{next(_people):021d}" for _ in range(3)]
    for number, tried in enumerate(wrong):
        assert say(house, people[number % 3], f"配对 {tried}").startswith("这个码不对")

    for peer in people:
        assert say(house, peer, f"配对 {code}").startswith(UNKNOWN.format(word="配对"))
        assert "管理员" not in say(house, peer, "/whoami")


def test_row_42_a_code_works_once_and_for_ten_minutes(house: House) -> None:
    """A used one and an old one are words like any other; by the store's clock."""
    first, second, third = (f"oCode_{next(_people):022d}" for _ in range(3))
    code = code_of(house)
    with house.store as store:
        assert 0 < store.pttl("yd1:pairing:shop") <= 600_000
    assert say(house, first, f"/pair {code}").startswith("配对好了")
    assert say(house, second, f"/pair {code}").startswith(UNKNOWN.format(word="pair"))

    code = code_of(house)
    with house.store as store:
        store.pexpire("yd1:pairing:shop", 1)  # ten minutes go by
        wait_for(lambda: not store.exists("yd1:pairing:shop"), "it ends")
        assert say(house, third, f"配对 {code}").startswith(UNKNOWN.format(word="配对"))
        admins = {name.decode() for name in store.smembers("yd1:admins:shop")}
    assert first in admins
    assert not {second, third} & admins
