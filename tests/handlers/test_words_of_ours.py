"""Words that nobody asked for where they arrive, and that the platform does not take now: kept in order."""

import json
import re
import secrets
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from redis import Redis

from bot.channels.base import Allowance, Limits, OutText
from bot.channels.official import Official
from bot.channels.wecom import Wecom
from bot.errors import AllowanceSpent
from bot.messages import Chat, InboundMessage, Person, Text
from bot.store import keys
from bot.store.memory import Rest
from bot.wiring.bot import Bot, build_bot
from config.settings import load
from handlers.turn import take_turns
from tests.bot.store.desk import steady
from tests.handlers.test_owner_words import TOML

BOSS, XIAOYU = "oBoss", "oU"


class Line:
    """A platform that takes every message, but none for who is in *spent*."""

    def __init__(self, account: str, limits: Limits) -> None:
        self.account, self.limits = account, limits
        self.spent: set[str] = set()
        self.sent: defaultdict[str, list[str]] = defaultdict(list)

    def send(self, peer: str, out: OutText) -> None:
        """Takes it, or refuses it with 45015."""
        if peer in self.spent:
            raise AllowanceSpent(45015, "out of response count limit")
        self.sent[peer].append(f"{out.text}\n{out.label}".strip())

    def allowance(self, message: InboundMessage) -> Allowance | None:
        """As much as a test needs."""
        return Allowance("typed", 900, 172_800)

    def agents_online(self) -> bool:
        """Nobody is there."""
        return False


class Desk:
    """A worker's own Bot, taken through its turns in this thread."""

    def __init__(self, bot: Bot, store: Redis, account: str) -> None:
        self.bot, self.store, self.account = bot, store, account
        line = bot.channels[account]
        assert isinstance(line, Line)
        self.line = line
        self._said = 0

    def say(self, peer: str, *lines: str) -> list[str]:
        """*peer* says the *lines*; what they read meanwhile."""
        before = len(self.line.sent[peer])
        for line in lines:
            self._said += 1
            message = InboundMessage(self.account, peer, peer, f"m{self._said}", "text", (Text(line),), 1)
            self.bot.inbox.accept(
                message,
                cuts=False,
                allowance=self.line.allowance(message),
                nonce=None,
                attempt=secrets.token_hex(8),
            )
            self.turns(peer, BOSS, XIAOYU, BOSS)
        return self.line.sent[peer][before:]

    def turns(self, *peers: str) -> None:
        """Whatever waits for them is dealt with."""
        for peer in peers:
            take_turns(self.bot, Chat(self.account, peer))

    def waiting(self, peer: str) -> list[str]:
        """What is in their answer inbox."""
        box = self.bot.answers.box(Chat(self.account, peer), 0)
        return [one.answer.text for one in box.waiting]

    def answered(self, peer: str) -> str:
        """The answer to what they said last, which waits for its request."""
        found = self.store.hgetall(keys.answers(Chat(self.account, peer)))
        kept = {name: value for name, value in found.items() if name.startswith(b"answer:")}
        last = max(kept, key=lambda name: int(name.removeprefix(b"answer:")))
        return str(json.loads(kept[last])["text"])

    def keep_rest(self, peer: str, rest: Rest) -> None:
        """*rest* is behind their 「继续」."""
        self.store.set(
            keys.rest(Chat(self.account, peer)), self.bot.memory.keep_rest(Chat("x", "y"), rest).value
        )

    def numbered(self, peer: str) -> str:
        """Their short number; they have spoken."""
        found = self.bot.people.find(self.account, peer)
        assert found
        return str(found[0])


def opened(store: Redis, store_url: str, folder: Path, account: str, *, reply: str = "service") -> Desk:
    """The admin of *account* is BOSS; the shop sends by itself, unless *reply* says otherwise."""
    text = TOML.replace(
        'channel = "official"', f'channel = "official"\nreply = "{reply}"\nadmins = ["{BOSS}"]'
    )
    text = text.replace('channel = "wecom"', f'channel = "wecom"\nadmins = ["{BOSS}"]')
    (folder / "yingda.toml").write_text(f'{text}\n[redis]\nurl = "{store_url}"\n')
    bot = build_bot(load({}, folder / "yingda.toml"))
    lines = {"shop": Line("shop", Official.limits), "office": Line("office", Wecom.limits)}
    steady(store)
    return Desk(replace(bot, channels=lines), store, account)  # type: ignore[arg-type]


@pytest.fixture
def shop(store: Redis, store_url: str, tmp_path: Path) -> Desk:
    """An official account that may write to people."""
    return opened(store, store_url, tmp_path, "shop")


def fetched(desk: Desk, peer: str) -> str:
    """All that waits for *peer*, as they read it page by page."""
    pages: list[str] = []
    while desk.waiting(peer) or "「继续」" in "".join(pages[-1:]):
        pages += desk.say(peer, "继续" if "「继续」" in "".join(pages[-1:]) else "取")
    return "\n\n".join(pages)


def test_a_humans_answer_outlives_every_other_question(shop: Desk) -> None:
    """What is behind 「继续」 goes with the next question; the words of a human stay, and bear no label."""
    shop.say(XIAOYU, "/whoami")
    number = shop.numbered(XIAOYU)
    shop.keep_rest(XIAOYU, Rest("模型写的后文", ai=True, told=False))
    shop.line.spent = {XIAOYU}
    assert shop.say(BOSS, f"#{number} 已退款") == [f"已经发给 {number} 号。"]
    assert shop.waiting(XIAOYU) == ["【人工】已退款"]
    shop.line.spent = set()

    (first,) = shop.say(XIAOYU, "/whoami")
    assert "前面还有给你的回复" in first
    assert "前面还有给你的回复" in shop.say(XIAOYU, "/help")[-1]
    assert 0 < shop.store.pttl(keys.answers(Chat("shop", XIAOYU))) <= keys.ANSWERS_MS
    assert shop.say(XIAOYU, "取") == ["【人工】已退款"]
    assert shop.waiting(XIAOYU) == []


def test_who_talks_to_a_human_reads_what_waited_with_their_next_words(shop: Desk) -> None:
    """They hear nothing else, so nothing could hint at it."""
    shop.say(XIAOYU, "/human 要退货")
    number = shop.numbered(XIAOYU)
    shop.line.spent = {XIAOYU}
    shop.say(BOSS, f"#{number} 一", f"#{number} 二")
    shop.line.spent = set()

    assert shop.say(XIAOYU, "在吗") == ["【人工】一\n\n【人工】二"]
    assert shop.line.sent[BOSS][-1] == f"#{number}：在吗"
    assert shop.say(XIAOYU, "好") == []


@pytest.mark.parametrize("sent", [0, 1, 2])
def test_long_words_wait_whole_and_in_order(shop: Desk, sent: int) -> None:
    """However many messages of them went out."""
    shop.say(XIAOYU, "/whoami")
    number = shop.numbered(XIAOYU)
    words = "".join(f"第{i:03d}件。" for i in range(700))
    line, send = shop.line, shop.line.send

    def some(peer: str, out: OutText) -> None:
        line.spent = {XIAOYU} if len(line.sent[XIAOYU]) >= before + sent else set()
        send(peer, out)

    before = len(line.sent[XIAOYU])
    line.send = some  # type: ignore[method-assign]
    shop.say(BOSS, f"#{number} {words}", f"#{number} 完了")
    assert len(line.sent[XIAOYU]) == before + sent
    line.send, line.spent = send, set()  # type: ignore[method-assign]
    fetched(shop, XIAOYU)

    told = "".join(line.sent[XIAOYU][before:])
    order = [int(found) for found in re.findall(r"第(\d{3})件。", told)]
    assert order == list(range(700))
    assert told.count("【人工】") == 2
    assert told.endswith("【人工】完了")
    assert "AI" not in told


def test_an_admin_reads_everything_that_waited_whatever_they_ask_first(shop: Desk) -> None:
    """In the order in which it was said; of several pages it is told that more waits."""
    shop.say(BOSS, "/whoami")
    shop.say(XIAOYU, "/human 要退货")
    number = shop.numbered(XIAOYU)
    shop.line.spent = {BOSS}
    shop.say(XIAOYU, *(f"{index}{'长' * 400}" for index in range(5)))
    shop.line.spent = set()
    shop.say(BOSS, "#今日", "#待办")
    first = shop.say(BOSS, "取")[-1]
    assert "还有 4 条没看" in first

    told = first + fetched(shop, BOSS)
    assert re.findall(rf"#{number}：(\d)长", told) == list("01234")


def test_nobody_silences_the_others(shop: Desk) -> None:
    """Of one person so much waits and no more; what is beyond is in the case, and the owner is told.

    Once the admin can be written to, every word reaches them, whatever waits still.
    """
    shop.say(BOSS, "/whoami")
    for peer in (XIAOYU, "oV"):
        shop.say(peer, "/human 要退货")
    shop.line.spent = {BOSS}
    said = [f"第{n:02d}句{'长' * 300}" for n in range(15)]
    shop.say(XIAOYU, *said)
    assert len(shop.waiting(BOSS)) == 10
    kept = "".join((*shop.waiting(BOSS), shop.bot.cases.open("shop")[0].text))
    assert [words for words in said if words not in kept] == []
    (told,) = shop.bot.notices.hold("answer:1", 3, ("shop",))
    assert (told.kind, told.details) == ("handover", ("T1",))
    shop.say("oV", "我也在等")

    assert shop.waiting(BOSS)[-1] == f"#{shop.numbered('oV')}：我也在等"
    shop.line.spent = set()
    shop.say(XIAOYU, "还在吗")
    assert shop.line.sent[BOSS][-1] == f"#{shop.numbered(XIAOYU)}：还在吗"


def test_words_of_who_was_banned_are_brought_to_nobody(shop: Desk) -> None:
    """Neither what waits to be fetched nor what is on its way; others' words stay."""
    shop.say(BOSS, "/whoami")
    for peer in (XIAOYU, "oV"):
        shop.say(peer, "/human 要退货")
    shop.line.spent = {BOSS}
    shop.say(XIAOYU, "骂人的话")
    shop.say("oV", "我也在等")
    shop.line.spent = set()
    number, other = shop.numbered(XIAOYU), shop.numbered("oV")
    shop.say(BOSS, f"#拉黑 {number}")
    assert shop.waiting(BOSS) == [f"#{other}：我也在等"]

    before = list(shop.line.sent[BOSS])
    late = InboundMessage("shop", BOSS, BOSS, "late", "relay", (Text(f"#{number}：又骂人"),), 1)
    shop.bot.inbox.accept(late, cuts=False, allowance=None, nonce=None, attempt="a")
    shop.turns(BOSS)
    assert shop.line.sent[BOSS] == before


def test_an_inbox_of_answers_is_never_pushed_full(shop: Desk) -> None:
    """The admin is told, instead of what was said first being lost."""
    shop.say(XIAOYU, "/whoami")
    number = shop.numbered(XIAOYU)
    shop.line.spent = {XIAOYU}
    told: Sequence[str] = shop.say(BOSS, *(f"#{number} 第{index}句" for index in range(41)))

    assert told[39] == f"已经发给 {number} 号。"
    assert told[40].startswith(f"{number} 号那边等着的消息满了")
    assert shop.waiting(XIAOYU) == [f"【人工】第{index}句" for index in range(40)]


def test_an_app_keeps_what_is_left_behind_continue(store: Redis, store_url: str, tmp_path: Path) -> None:
    """It has no answer inbox: in front of what waited already nothing is put."""
    office = opened(store, store_url, tmp_path, "office")
    office.say(XIAOYU, "/whoami")
    number = office.numbered(XIAOYU)
    office.keep_rest(XIAOYU, Rest("后文", ai=True))
    office.line.spent = {XIAOYU}
    office.say(BOSS, f"#{number} 好的")

    rest = office.bot.memory.recall(Chat("office", XIAOYU), Person("office", XIAOYU)).rest
    assert rest == Rest("后文\n\n【人工】好的", ai=True, told=False)
    assert office.waiting(XIAOYU) == []


def test_what_an_account_that_only_answers_has_left_over_is_numbered_too(
    store: Redis, store_url: str, tmp_path: Path
) -> None:
    """Erasing finds it by the number; an answer that has no room for what waits tells of it."""
    shop = opened(store, store_url, tmp_path, "shop", reply="passive")
    shop.say(XIAOYU, "/whoami")
    number = shop.numbered(XIAOYU)
    relay = InboundMessage("shop", BOSS, BOSS, "r1", "relay", (Text(f"#{number}：{'长' * 900}"),), 1)
    for one in (relay, replace(relay, msg_id="r2", parts=(Text(f"#{number}：{'短' * 400}"),))):
        shop.bot.inbox.accept(one, cuts=False, allowance=None, nonce=None, attempt=one.msg_id)
    shop.turns(BOSS)
    first, second = shop.bot.answers.box(Chat("shop", BOSS), 0).waiting
    assert (first.answer.text[:3], first.answer.rest[:5]) == (f"#{number}：", f"#{number} …长")
    assert second.answer.rest == ""

    shop.say(BOSS, "#")
    assert "前面还有给你的回复" in shop.answered(BOSS)
    assert len(shop.waiting(BOSS)) == 2

    shop.say(XIAOYU, "/forget")
    shop.say(XIAOYU, "确认删除")
    assert shop.waiting(BOSS) == []
