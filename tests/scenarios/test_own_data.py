"""What is one's own: usage, votes, complaints, export, and erasing everything."""

import re
import time
from pathlib import Path
from secrets import token_hex

import pytest

from bot.messages import Event, InboundMessage, Part, Text
from bot.store.inbox import Inbox
from bot.store.scripts import Scripts
from bot.store.values import dump
from simulator.testing import BOSS
from tests.scenarios.house import House, wait_for
from tests.scenarios.test_steering import number_of, say

FORGOTTEN = "已删除。下次见面，就当我们第一次认识。"
WORDS = "紫藤花架下的猫"


def everything(house: House) -> bytes:
    """Every key and value in the store."""
    found: list[bytes] = []
    with house.store as store:
        for key in store.scan_iter("*"):
            found.append(key)
            found.append(store.dump(key) or b"")
            kind = store.type(key)
            if kind == b"string":
                found.append(store.get(key) or b"")
            elif kind == b"hash":
                found += [part for pair in store.hgetall(key).items() for part in pair]
            elif kind == b"list":
                found += store.lrange(key, 0, -1)
            elif kind == b"zset":
                found += store.zrange(key, 0, -1)
            elif kind == b"set":
                found += store.smembers(key)
    return b"\n".join(found)


OURS: dict[str, Part] = {
    "human": Text("【人工】的话"),
    "handback": Event("handback", "1"),
    "relay": Text("#{number}：给管理员的话"),
    "report": Text("公告发完了"),
    "broadcast": Text("公告"),
}
"""Words of ours by their kind, and what their message holds."""


def waits(house: House, account: str, peer: str, kind: str, number: str = "999999") -> None:
    """Words of ours about number *number* come to *peer*, and are dealt with."""
    part = OURS[kind]
    if isinstance(part, Text):
        part = Text(part.text.format(number=number))
    msg_id = f"{kind}:{token_hex(4)}:{number}"
    message = InboundMessage(account, peer, peer, msg_id, kind, (part,), int(time.time()))
    with house.store as store:
        inbox = Inbox(Scripts(store), "test")
        inbox.accept(message, cuts=False, allowance=None, nonce=None, attempt=token_hex(8))
    house.drained()


@pytest.mark.parametrize("account", ["shop", "office"])
@pytest.mark.parametrize("kind", OURS)
def test_words_of_ours_bring_nobody_back(house: House, follower: str, account: str, kind: str) -> None:
    """They waited for somebody who was erased meanwhile, who hears nothing of them and stays unknown."""
    number = number_of(house, follower, account)
    say(house, follower, "/forget", "确认删除", account=account)
    told = house.simulator.replies(account, follower)
    waits(house, account, follower, kind, number)

    assert follower.encode() not in everything(house)
    assert house.simulator.replies(account, follower) == told


@pytest.mark.parametrize("account", ["shop", "office"])
def test_who_says_so_twice_is_erased(house: House, follower: str, account: str) -> None:
    """Afterwards no key and no value holds their id or their words; the next word is a stranger's."""
    number = number_of(house, follower, account)
    say(
        house,
        follower,
        f"echo:{WORDS}",
        "踩",
        f"/投诉 {WORDS}",
        "新对话",
        f"echo:又是{WORDS}",
        account=account,
    )
    say(house, follower, "换角色", "/换角色 翻译", "历史对话", f"echo:再来{WORDS}", "导出", account=account)
    assert WORDS.encode() in everything(house)

    assert say(house, follower, "/forget", account=account).startswith("将删除你的全部对话和设置")
    assert say(house, follower, "确认删除", account=account).startswith("已删除")
    house.drained()
    wait_for(lambda: follower.encode() not in everything(house), "erased")
    assert WORDS.encode() not in everything(house)
    assert number_of(house, follower, account) != number


def test_what_was_kept_after_they_were_asked_is_erased_too(house: House, follower: str) -> None:
    """The end of an answer that nobody could be told of, for one."""
    say(house, follower, "/whoami", "删除", account="office")
    kept = dump({"text": WORDS, "ai": True, "told": False})
    with house.store as store:
        store.set(f"yd1:rest:office:{follower}", kept, px=100_000)
    assert say(house, follower, "确认删除", account="office") == FORGOTTEN

    assert WORDS.encode() not in everything(house)
    assert follower.encode() not in everything(house)


@pytest.mark.parametrize("code", [45047, 48001])
def test_a_farewell_that_cannot_be_sent_leaves_nothing(tmp_path: Path, code: int) -> None:
    """No request waits for it, and the platform takes no message: it is done all the same."""
    with House(tmp_path) as house:
        say(house, "oFarewell", f"echo:{WORDS}", "删除")
        house.simulator.platform.fail_sends("shop", code, 1)
        message = InboundMessage("shop", "oFarewell", "oFarewell", "x", "text", (Text("确认删除"),), 1)
        with house.store as store:
            inbox = Inbox(Scripts(store), "test")
            inbox.accept(message, cuts=False, allowance=None, nonce=None, attempt="a")
        house.drained()

        assert b"oFarewell" not in everything(house)
        assert WORDS.encode() not in everything(house)


def test_money_that_was_set_aside_is_free_however_a_message_ends(house: House, follower: str) -> None:
    """A worker died over its answer, and it was never planned."""
    with house.store as store:
        store.hset("yd1:aside:shop", f"shop:{follower}", "100 9999999999999 1 day 1 100")
        say(house, follower, "/whoami")
        assert not store.hexists("yd1:aside:shop", f"shop:{follower}")


@pytest.mark.parametrize("line", ["确认删除", "/forget confirm", "/删除 确认"])
def test_nothing_is_erased_without_being_asked_first(house: House, follower: str, line: str) -> None:
    """The second word alone is the first."""
    say(house, follower, f"echo:{WORDS}")

    assert say(house, follower, line).startswith("将删除你的全部对话和设置")
    assert WORDS in say(house, follower, "导出")


def test_a_ban_survives_being_erased(house: House, follower: str) -> None:
    """Erasing is no way around it; and it is open to who is banned."""
    number = number_of(house, follower)
    say(house, BOSS, f"/ban {number}")
    assert say(house, follower, "/forget").startswith("将删除")
    assert say(house, follower, "确认删除").startswith("已删除")

    assert say(house, follower, "在吗").startswith("你的使用已暂停")


def test_an_export_holds_what_was_said_and_marks_the_ai(house: House, follower: str) -> None:
    """Also of conversations that were put away."""
    say(house, follower, "echo:一", "新对话", "echo:二")
    told = say(house, follower, "导出")

    for line in ("你：echo:一", "AI：一", "你：echo:二", "AI：二", follower):
        assert line in told


def everything_of(house: House, peer: str, *lines: str) -> str:
    """What they say, then their export to its end."""
    if lines:
        say(house, peer, *lines)
    before = len(house.simulator.replies("shop", peer))
    last = say(house, peer, "导出")
    while "发「继续」接着看" in last:
        last = say(house, peer, "继续")
    return "\n".join(sent.text for sent in house.simulator.replies("shop", peer)[before:])


def test_an_export_leaves_out_nothing_that_erasing_takes(house: House, follower: str) -> None:
    """What they set, were given, complained of, voted and never got an answer to; in plain words."""
    number = number_of(house, follower)
    say(house, BOSS, f"/grant {number} 7", f"/quota {number} 88 次", f"/allow {number}")
    say(house, follower, "/language zh", "退订", "/设置 温度 0.3", "/换角色 翻译", "echo:一")
    say(house, follower, "/踩 太短了", "/投诉 周日没开门", "/转人工 想退一本书", "找AI")
    house.simulator.model.set(mode="500")
    say(house, follower, "echo:没人答的")
    house.simulator.model.reset()
    told = everything_of(house, follower)

    for words in (
        *("送的还剩：7 次", "你每天最多：88 次", "身份：已放行", "不收公告", "语言：中文", "温度：0.3"),
        *(
            "换角色：翻译",
            "你写的原因：太短了",
            "你：周日没开门",
            "AI：一",
            "没答上的，你：echo:没人答的",
        ),
        *(" 投诉　", " 找真人　", "你：想退一本书"),
    ):
        assert words in told, words
    for internal in ("muted", "own ", "role=", "language=", "chosen", "human"):
        assert internal not in told, internal


def test_an_export_holds_what_waits_behind_more(house: House, follower: str) -> None:
    """Marked as the AI's."""
    house.simulator.model.set(answers=lambda messages: "书店周日也开门。" * 500)
    say(house, follower, "周日开门吗")
    house.simulator.model.reset()

    assert "发「继续」能看的，AI：书店" in everything_of(house, follower)


def test_an_export_speaks_ones_language(house: House, follower: str) -> None:
    """Nothing of it is in the other one."""
    told = everything_of(
        house, follower, "/language en", "echo:one", "/bad too short", "/complain the door is shut"
    )

    for words in (
        "anguage: English",
        "Your reason: too short",
        " complaint, ",
        "You: the door is shut",
        "AI: one",
    ):
        assert words in told, words
    assert not re.search("[\u4e00-\u9fff]", told), told


def test_a_complaint_reaches_the_admin_and_is_closed(house: House, follower: str) -> None:
    """With its number, their words and what they had been told; answered as a human."""
    number = number_of(house, follower)
    say(house, follower, "echo:关门时间是十点")
    kept = say(house, follower, "/投诉 关门时间不对")
    assert kept.startswith("已收到，编号 T")
    case = kept.split("编号 ")[1].split("，")[0]
    todo = say(house, BOSS, "#待办")
    assert f"{case} 投诉　{number} 号" in todo
    assert "「关门时间不对」" in todo

    assert say(house, BOSS, f"#{number} 抱歉，周日九点关") == f"已经发给 {number} 号。"
    wait_for(lambda: house.simulator.replies("shop", follower)[-1].text == "【人工】抱歉，周日九点关", "said")
    assert say(house, BOSS, f"#了结 {case}") == f"好，{case} 了结了。"
    assert case not in say(house, BOSS, "#待办")


def test_a_number_sign_is_talk_from_everybody_else(house: House, follower: str) -> None:
    """`#12 …` speaks to number 12 only where an admin says it."""
    assert "#12" in say(house, follower, "echo:#12 在吗")
    say(house, follower, "#12 在吗")
    assert house.simulator.model.calls[-1].question == "#12 在吗"


def test_votes_are_bound_to_the_last_answer(house: House, follower: str) -> None:
    """Without an answer there is nothing to vote on."""
    assert say(house, follower, "赞").startswith("还没有答过什么")
    say(house, follower, "echo:好答案")
    assert say(house, follower, "赞").startswith("谢谢")
    assert say(house, follower, "/踩 太短了").startswith("记下了")


def test_a_bad_vote_reaches_the_admins(house: House, follower: str) -> None:
    """Counted in the day's figures, and with its reason behind the last talks; no address in it taps."""
    number = number_of(house, follower)
    say(house, follower, "echo:九点开门", "赞", "echo:十点关门", "/踩 <a href='weixin://x'>太短了")

    assert re.search(r"^👍 [1-9]\d*，👎 [1-9]\d*。", say(house, BOSS, "#今日"), re.MULTILINE)
    told = say(house, BOSS, "#最近").split("最近的 👎：\n")[1]
    assert re.match(rf"👎 {number} 号 [^：]+：＜a href='weixin：//x'>太短了\n", told)
    assert told.splitlines()[1] == "echo:十点关门 → 十点关门"


def test_a_paused_account_asks_no_model(house: House, follower: str) -> None:
    """People hear that it rests; an admin is answered; resumed, so is everybody; 「重答」 asks again."""
    say(house, BOSS, "#暂停")
    calls = len(house.simulator.model.calls)
    assert say(house, follower, "echo:在吗") == "我先歇会儿，晚点再来找我吧。"
    assert len(house.simulator.model.calls) == calls
    assert say(house, BOSS, "echo:我在").startswith("我在")
    say(house, BOSS, "#恢复")

    assert say(house, follower, "重答").startswith("在吗")
    assert say(house, follower, "echo:还在吗").startswith("还在吗")


def test_an_admin_sees_the_day_and_what_was_asked(house: House, follower: str) -> None:
    """Figures that were counted, and the last talk with numbers."""
    number = number_of(house, follower)
    say(house, follower, "echo:问一句")
    stats, recent = say(house, BOSS, "#今日"), say(house, BOSS, "#最近")

    assert stats.startswith("今天 ")
    assert "▁" in stats or "█" in stats
    assert "费用：今天 ¥" in stats
    assert recent.splitlines()[0].startswith(f"{number} 号 ")
    assert "echo:问一句 → 问一句" in recent


def test_mine_is_a_list_of_taps(house: House, follower: str) -> None:
    """Everything of one's own, one tap away."""
    told = say(house, follower, "我的")

    assert told.count("weixin://bizmsgmenu") == 10
    assert len(told.encode()) <= 2048
