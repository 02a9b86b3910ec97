"""The owner's own answers: added from the chat, given at once without the model, in the request itself."""

import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from simulator.callbacks import Delivery
from simulator.testing import BOSS
from tests.scenarios.house import House, wait_for
from tests.scenarios.test_passive import PASSIVE, unverified
from tests.scenarios.test_steering import number_of, say


@pytest.fixture
def shop(house: House) -> House:
    """A house whose shop has no entries yet."""
    with house.store as store:
        store.delete("yd1:faq:shop")
        store.hdel("yd1:changes:shop", "faq", "paused")
    return house


def add(house: House, *entries: str) -> str:
    """The boss adds them all; what is said to the last one."""
    return say(house, BOSS, *(f"#问答 添加 {entry}" for entry in entries))


def asks(house: House, peer: str, text: str, account: str = "shop") -> Delivery:
    """Somebody asks; when it returns everything is answered."""
    delivery = house.simulator.say(account, peer, text)
    house.drained()
    return delivery


def test_an_added_answer_comes_in_the_request_without_the_model(shop: House, follower: str) -> None:
    """Once, as it was written, without the AI label and without the notice for newcomers."""
    assert add(shop, "周末几点关门 = 晚上十点，\n节假日照常。") == "记下了，第 1 条：周末几点关门"
    calls = len(shop.simulator.model.calls)
    delivery = asks(shop, follower, "请问周末什么时候关门呀？")

    assert delivery.passive == "晚上十点，\n节假日照常。"
    assert len(shop.simulator.replies("shop", follower)) == 1
    assert len(shop.simulator.model.calls) == calls
    assert shop.counts()["settled:answered"] >= 1


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("#问答 添加 关键词 发货 快递 = 48 小时内", "发货走什么快递"),
        ("/faq add keywords delivery,parcel => 48 小时内", "when is my PARCEL out for delivery?"),
        ("＃问答　加　地址在哪＝48 小时内", "地址在哪里"),
        ("/FAQ Add 几点开门=48 小时内", "几点开门"),
        ("#问答 几点开门 ＝＞ 48 小时内", "你们几点开门？"),
        ("#问答 3 天能到吗 = 48 小时内", "3天能到么"),
    ],
)
def test_an_entry_may_be_written_in_many_ways(shop: House, follower: str, line: str, asked: str) -> None:
    """Chinese or English words, either width, with an arrow, keywords behind their word."""
    assert say(shop, BOSS, line).startswith("记下了，第 1 条：")

    assert asks(shop, follower, asked).passive == "48 小时内"


def test_what_nobody_wrote_goes_to_the_model_and_is_acknowledged_at_once(shop: House, follower: str) -> None:
    """A request waits for a known answer, never for a model's."""
    add(shop, "周末几点关门 = 十点")
    shop.simulator.model.set(first_byte_s=2.0)
    delivery = shop.simulator.say("shop", follower, "echo:周末几点开门")

    assert (delivery.statuses, delivery.passive) == ([200], None)
    assert delivery.ack_ms[0] < 1500
    assert shop.simulator.wait_replies("shop", follower, 1)[0].text.startswith("周末几点开门")


def test_what_was_answered_is_part_of_the_talk(shop: House, follower: str) -> None:
    """The model knows of it afterwards, and 「重答」 asks it the same."""
    add(shop, "平时几点关门 = 九点")
    say(shop, follower, "平时几点关门", "echo:那周末呢")
    told = shop.simulator.model.calls[-1].messages
    assert [one["content"] for one in told[-3:]] == ["平时几点关门", "九点", "echo:那周末呢"]

    say(shop, follower, "新对话", "平时几点关门", "重答")
    assert shop.simulator.model.calls[-1].question.startswith("平时几点关门")


def test_an_entry_is_listed_shown_changed_and_deleted(shop: House, follower: str) -> None:
    """By its number; the same question once more changes the answer and keeps the number."""
    add(shop, "几点开门 = 九点", "关键词 发货 快递 = 48 小时内")
    assert say(shop, BOSS, "#问答 列表").splitlines() == [
        "问答，第 1/1 页：",
        "1　几点开门 → 九点",
        "2　关键词 发货 快递 → 48 小时内",
    ]
    assert say(shop, BOSS, "#问答 1") == "第 1 条\n问：几点开门\n答：九点"
    assert add(shop, "几点 开门？ = 十点") == "改好了，第 1 条：几点 开门？"
    assert add(shop, "关键词 快递 发货 = 两天") == "改好了，第 2 条：关键词 快递 发货"
    assert asks(shop, follower, "几点开门").passive == "十点"
    assert say(shop, BOSS, "#问答 删除 1") == "删掉了，第 1 条：几点 开门？"
    assert asks(shop, follower, "几点开门").passive is None
    assert add(shop, "几点开门 = 八点").startswith("记下了，第 3 条")

    newest = say(shop, BOSS, "#操作记录").splitlines()[:3]
    assert [line.split("：")[1] for line in newest] == ["添加问答 3", "删除问答 1", "改问答 2"]


@pytest.mark.parametrize(
    "line", ["#问答", "/faq", "#问答 添加", "#问答 加 =", "#问答 ？ = 答", "/faq add 问 ="]
)
def test_what_is_not_an_entry_is_explained(shop: House, line: str) -> None:
    """With examples to copy, and how many there are."""
    told = say(shop, BOSS, line)

    assert told.startswith("现在有 0 条问答")
    assert "#问答 添加 周末几点关门 = 晚上十点" in told


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (f"#问答 添加 {'问' * 201} = 答", "没记下：问最多 200 字"),
        (f"#问答 添加 问 = {'答' * 501}", "没记下：问最多 200 字"),
        ("#问答 添加 关键词 一 二 三 四 五 六 = 答", "没记下：问最多 200 字"),
        (f"#问答 添加 关键词 {'词' * 21} = 答", "没记下：问最多 200 字"),
        ("#问答 添加 帮助 = 答", "没记下：「帮助」是我的用法"),
        ("#问答 添加 /stop = 答", "没记下：「/stop」是我的用法"),
        ("#问答 删除 9", "没有第「9」条"),
        ("#问答 删除", "没有第「」条"),
        ("#问答 删除 last", "没有第「last」条"),
        ("#问答 9", "没有第「9」条"),
        ("#问答 9" + "9" * 300, "没有第「999"),
    ],
)
def test_what_cannot_be_is_said_to_be_that(shop: House, line: str, told: str) -> None:
    """One sentence, and nothing is changed."""
    assert say(shop, BOSS, line).startswith(told)
    with shop.store as store:
        assert store.hkeys("yd1:faq:shop") == []


def test_the_longest_entry_is_one_message(shop: House, follower: str) -> None:
    """Asked and answered in the request; shown to the admin in full."""
    question, answer = "问" * 200, "答" * 500
    add(shop, f"{question} = {answer}")

    assert asks(shop, follower, question).passive == answer
    say(shop, BOSS, "#问答 1")
    assert answer[:400] in "".join(sent.text for sent in shop.simulator.replies("shop", BOSS)[-2:])


def test_a_long_list_has_pages_and_an_end(shop: House) -> None:
    """Ten on each; a page that is not there is the last; five hundred entries are enough."""
    with shop.store as store:
        for number in range(1, 501):
            value = {"v": 1, "question": f"第{number}问" + "长" * 150, "answer": "答" * 400, "words": []}
            store.hset("yd1:faq:shop", str(number), json.dumps(value, ensure_ascii=False))
        store.hset("yd1:faq:shop", "last", 500)
        store.hset("yd1:changes:shop", "faq", "filled")
    first, last = say(shop, BOSS, "#问答 列表"), say(shop, BOSS, "/faq list 50")

    assert first.startswith("问答，第 1/50 页：\n1　第1问")
    assert first.endswith("下一页，发「#问答 列表 2」。")
    assert len(first.encode()) <= 2048
    assert last.startswith("问答，第 50/50 页：\n491　")
    assert "下一页" not in last
    for beyond in ("51", "0", "-1", "很多", "9" * 50):
        assert say(shop, BOSS, f"#问答 列表 {beyond}") in (first, last)
    assert add(shop, "第五百零一问 = 答").startswith("没记下：已经有 500 条了")
    assert add(shop, f"第500问{'长' * 150} = 新的答案").startswith("改好了，第 500 条")


def test_two_admins_who_add_at_once_lose_nothing(shop: House, follower: str) -> None:
    """Forty entries from two people in the same seconds have forty numbers."""
    with shop.store as store:
        store.sadd("yd1:admins:shop", f"{follower}_admin")
    lines = [f"#问答 添加 第{number}个问题 = 第{number}个答案" for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        peers = [BOSS, f"{follower}_admin"] * 20
        list(pool.map(lambda said: shop.simulator.say("shop", *said), zip(peers, lines, strict=True)))
    shop.drained()
    with shop.store as store:
        numbers = {int(field) for field in store.hkeys("yd1:faq:shop") if field != b"last"}

    assert numbers == set(range(1, 41))
    assert asks(shop, follower, "第39个问题").passive == "第39个答案"


def test_it_is_counted_and_shown_to_the_owner(shop: House, follower: str) -> None:
    """In today's figures and among the last talks."""

    def counted() -> int:
        found = re.search(r"条。\n其中 (\d+) 条用问答答的", say(shop, BOSS, "#今日"))
        return int(found[1]) if found else 0

    before = counted()
    add(shop, "几点开门 = 九点")
    asks(shop, follower, "几点开门")

    assert counted() == before + 1
    assert "几点开门 → 九点" in say(shop, BOSS, "#最近")


def test_who_may_ask_the_model_no_more_is_still_answered(shop: House, follower: str) -> None:
    """It costs nothing; only a paused account rests, and who is banned hears that."""
    number = number_of(shop, follower)
    add(shop, "几点开门 = 九点")
    say(shop, BOSS, f"#额度 {number} 1/天")
    say(shop, follower, "echo:一")
    assert say(shop, follower, "echo:二").startswith("今天的 1 次用完啦")
    assert asks(shop, follower, "几点开门").passive == "九点"

    say(shop, BOSS, "#暂停")
    assert asks(shop, follower, "几点开门").passive == "我先歇会儿，晚点再来找我吧。"
    assert asks(shop, BOSS, "几点开门").passive == "九点"
    say(shop, BOSS, "#恢复", f"#拉黑 {number}")
    assert (asks(shop, follower, "几点开门").passive or "").startswith("你的使用已暂停")


def test_a_known_question_behind_a_slow_one_keeps_its_place(shop: House, follower: str) -> None:
    """In order, each once; the platform is acknowledged in time."""
    add(shop, "几点开门 = 九点")
    shop.simulator.model.set(first_byte_s=3.0)
    with ThreadPoolExecutor(2) as pool:
        slow = pool.submit(shop.simulator.say, "shop", follower, "echo:慢")
        wait_for(lambda: any(call.question == "echo:慢" for call in shop.simulator.model.calls), "asked")
        behind = shop.simulator.say("shop", follower, "几点开门")
        assert slow.result().statuses == behind.statuses == [200]
        assert behind.ack_ms[0] < 5000
    heard = [sent.text for sent in shop.simulator.wait_replies("shop", follower, 2)]

    assert [heard[0][:1], heard[1]] == ["慢", "九点"]
    shop.drained()
    assert len(shop.simulator.replies("shop", follower)) == 2


def test_an_account_knows_its_own_answers_only(shop: House, follower: str) -> None:
    """In a WeCom app too an answer needs no model; what the shop wrote is not said there."""
    add(shop, "几点开门 = 九点")
    say(shop, follower, "echo:几点开门", account="office")
    assert say(shop, follower, "几点开门", account="office") != "九点"
    say(shop, "boss", "#问答 添加 报销找谁 = 找小林", account="office")
    calls = len(shop.simulator.model.calls)

    assert say(shop, follower, "报销找谁？", account="office") == "找小林"
    assert len(shop.simulator.model.calls) == calls
    assert asks(shop, follower, "报销找谁").passive is None


@pytest.mark.chaos
def test_an_entry_survives_the_death_of_the_worker_that_adds_it(tmp_path: Path, follower: str) -> None:
    """It dies before the settling: taken up again it is there once."""
    dying = {"YINGDA_FAILPOINTS__ARMED": "pre_done"}
    with House(tmp_path, workers=0) as house:
        wait_for(lambda: house.get("/healthz")[0] == 200, "the web process", 40.0)
        house.start_worker(1, dying)
        house.simulator.say("shop", BOSS, "#问答 添加 几点开门 = 九点")
        wait_for(lambda: house.processes["worker1"].poll() is not None, "it dies", 40.0)
        house.processes.pop("worker1")
        house.start_worker(2)
        wait_for(lambda: house.counts().get("settled:command", 0) == 1, "it is settled", 40.0)

        assert asks(house, follower, "几点开门").passive == "九点"
        with house.store as store:
            assert len(store.hkeys("yd1:faq:shop")) == 2
        assert say(house, BOSS, "#问答 列表").splitlines()[1] == "1　几点开门 → 九点"


def test_an_account_that_answers_in_the_request_alone_knows_them_too(tmp_path: Path, follower: str) -> None:
    """The first delivery brings it; there is nothing to fetch and no label."""
    with House(tmp_path, environment=PASSIVE) as house:
        unverified(house.simulator)
        house.simulator.say("shop", BOSS, "#问答 添加 几点开门 = 九点")
        house.simulator.model.set(first_byte_s=3.0)
        began = time.monotonic()
        delivery = house.simulator.say("shop", follower, "几点开门？")

        assert (delivery.statuses, delivery.passive) == ([200], "九点")
        assert time.monotonic() - began < 2.5
