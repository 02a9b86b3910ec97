"""The custom menu: shown, pushed, tapped; and what the platform refuses, in plain words."""

import re
import time
from typing import Any

import pytest

from simulator.testing import BOSS, Delivery
from tests.scenarios.house import House, wait_for
from tests.scenarios.test_steering import UNKNOWN, say

ADMINS = {"shop": BOSS, "office": "boss"}
LOST = "这个菜单我接不上了，直接打字告诉我想问什么就行。"


def tap(house: House, peer: str, key: str, account: str = "shop") -> str:
    """Tap a button of the menu; the reply."""
    before = len(house.simulator.replies(account, peer))
    house.simulator.event(account, peer, "CLICK", key)
    house.simulator.wait_replies(account, peer, before + 1)
    house.drained()
    return house.simulator.replies(account, peer)[-1].text


def keys(menu: dict[str, Any]) -> list[str]:
    """What the buttons of a menu send."""
    return [one["key"] for top in menu["button"] for one in top.get("sub_button") or [top]]


@pytest.mark.parametrize("account", ["shop", "office"])
def test_an_admin_sees_and_pushes_the_menu(house: House, account: str) -> None:
    """None yet, then ours; what somebody else changed is named, and put right by pushing again."""
    boss, platform = ADMINS[account], house.simulator.platform
    shown = say(house, boss, "#菜单", account=account)
    assert shown.startswith("现在还没有菜单。发「#菜单 推送」，会放上：\n问小答：新对话 · 换个角色")
    assert platform.menu(account) is None

    pushed = say(house, boss, "#菜单 推送", account=account)
    assert pushed.startswith("菜单放上去了，大家 5 分钟内能看到：\n问小答：新对话 · 换个角色 · 重答一次")
    menu = platform.menu(account)
    assert menu
    assert menu["button"][0]["sub_button"][0] == {"type": "click", "name": "新对话", "key": "say:/new"}
    assert say(house, boss, "/menu show", account=account).startswith("现在的菜单就是这样，不用改：")

    menu["button"][0]["sub_button"][0] = {"type": "view", "name": "广告", "url": "https://ad.example/"}
    differs = say(house, boss, "/menu", account=account)
    assert "去掉　问小答 › 广告\n多出　问小答 › 新对话" in differs
    say(house, boss, "/menu push", account=account)
    assert "say:/new" in keys(platform.menu(account) or {})
    assert "推送菜单" in say(house, boss, "#操作记录", account=account)


@pytest.mark.parametrize("line", ["#菜单", "/menu push", "#菜单 推送", "/scenes", "#扫码"])
def test_a_stranger_learns_of_no_menu(house: House, follower: str, line: str) -> None:
    """And changes none."""
    before = house.simulator.platform.menu("shop")
    word = line.lstrip("/#").split(" ")[0]

    assert say(house, follower, line).startswith(UNKNOWN.format(word=word))
    assert house.simulator.platform.menu("shop") == before


def test_anything_else_behind_the_word_is_explained(house: House) -> None:
    """Neither shown nor pushed by mistake."""
    for argument in ("delete", "推", "x" * 500):
        assert say(house, BOSS, f"/menu {argument}").startswith("发「#菜单」看现在的菜单")


@pytest.mark.parametrize(
    ("errcode", "said"),
    [
        (48001, "没成：这个账号没有自定义菜单的权限（48001）"),
        (40164, "没成：平台不认识这台机器的地址 127.0.0.1（40164）"),
        (45009, "没成：今天查菜单、改菜单的次数用完了（45009）"),
        (40018, "没成：平台不收这样的菜单（40018）"),
        (40125, "没成：平台不认我们的账号或密钥（40125）"),
        (-1, "没成：平台这会儿没回应（-1）"),
        (65301, "没成：平台不肯（65301）"),
    ],
)
def test_what_the_platform_refuses_is_told_in_plain_words(house: House, errcode: int, said: str) -> None:
    """With what to do; and the account goes on answering at once, whatever a menu was refused for."""
    for line in ("#菜单", "#菜单 推送"):
        house.simulator.platform.fail_sends("shop", errcode, times=1)
        assert say(house, BOSS, line).startswith(said)
        assert say(house, BOSS, "echo:还在").startswith("还在")


def test_an_account_without_menus_hears_so(house: House) -> None:
    """An unverified subscription account, and an app that is another's."""
    house.simulator.platform.fail_sends("office", 301002, times=1)
    assert say(house, "boss", "#菜单", account="office").startswith("没成：应用停用了，或者 AgentId")


@pytest.mark.parametrize("account", ["shop", "office"])
def test_every_button_of_the_default_menu_is_understood(house: House, follower: str, account: str) -> None:
    """A tap on it does what its words do when they are typed."""
    say(house, ADMINS[account], "#菜单 推送", account=account)
    say(house, follower, "echo:先问一句", account=account)
    for key in keys(house.simulator.platform.menu(account) or {}):
        told = tap(house, follower, key, account)
        assert not told.startswith(("没有「", LOST)), key
    say(house, follower, "找AI", account=account)
    assert say(house, follower, "echo:好", account=account).startswith("好")


def test_a_tap_is_a_command_a_role_or_a_question(house: House, follower: str) -> None:
    """Exactly as if it had been typed."""
    assert tap(house, follower, "say:新对话") == "好，我们从头聊。前面说的我先放下了。"
    assert tap(house, follower, "say:/换角色 翻译").startswith("好，现在是「翻译」")
    assert tap(house, follower, "say:/continue") == "都说完啦，没有后文了。想问别的，直接打字。"
    assert tap(house, follower, "say:echo:店在哪？").startswith("店在哪？")
    assert house.simulator.model.calls[-1].question == "echo:店在哪？"
    assert "你是一位中英翻译" in str(house.simulator.model.calls[-1].messages[0])


@pytest.mark.parametrize("account", ["shop", "office"])
def test_taps_are_counted_by_their_button(house: House, follower: str, account: str) -> None:
    """Of the menu that there is, each tap once; words that are typed, or of no button of ours, are none."""

    def taps(button: str) -> int:
        found = re.search(rf"^{button}　点 (\d+) / \1 / \1$", told(), re.MULTILINE)
        return int(found[1]) if found else 0

    def told() -> str:
        return say(house, ADMINS[account], "#扫码", account=account)

    before = taps("我的 › 今日用量")
    tap(house, follower, "say:/usage", account)
    say(house, follower, "/usage", account=account)
    tap(house, follower, "say:/whoami", account)
    house.simulator.event(account, follower, "CLICK", "say:/usage", times=3, created_at=int(time.time()) + 5)
    house.drained()

    assert taps("我的 › 今日用量") == before + 2
    assert "点菜单，今天 / 7 天 / 30 天：" in told()
    assert "whoami" not in told()


@pytest.mark.parametrize(("key", "told"), [("say:/stop", "好，不答了"), ("say:/new", "好，我们从头聊")])
def test_a_tap_cuts_the_running_answer(house: House, follower: str, key: str, told: str) -> None:
    """「新对话」 and 「停」 from the menu act the moment they are accepted."""
    house.simulator.model.set(first_byte_s=4.0)
    house.simulator.say("shop", follower, "echo:正在写")
    wait_for(lambda: any("正在写" in call.question for call in house.simulator.model.calls), "asked")

    assert tap(house, follower, key).startswith(told)
    assert len(house.simulator.replies("shop", follower)) == 1


def answered_in_its_request(delivery: Delivery) -> str:
    """What the response to the callback said."""
    return delivery.passive or ""


@pytest.mark.parametrize(("key", "said"), [("say:/new", "好，我们从头聊"), ("NEW", LOST)])
def test_a_tap_is_answered_in_its_own_request(house: House, follower: str, key: str, said: str) -> None:
    """Which costs none of the three messages that it allows."""
    house.simulator.say("shop", follower, "/whoami")
    assert answered_in_its_request(house.simulator.event("shop", follower, "CLICK", key)).startswith(said)
    house.drained()


@pytest.mark.parametrize("key", ["", "NEW", "say:", "say: \t ", "SAY:/new", "说:/new", "k" * 9000, "say"])
def test_a_button_that_is_not_ours_is_never_met_with_silence(house: House, follower: str, key: str) -> None:
    """And asks no model."""
    calls = len(house.simulator.model.calls)

    assert tap(house, follower, key) == LOST
    assert len(house.simulator.model.calls) == calls


@pytest.mark.parametrize("words", ["/ban 1", "#拉黑 1", "/menu push", "#", "/pair 1", "/audit", "＃额度"])
def test_a_tap_has_the_rights_of_who_taps(house: House, follower: str, words: str) -> None:
    """An admin's word in a key is an unknown one to everybody else."""
    assert tap(house, follower, f"say:{words}").startswith("没有「")


def test_an_admin_may_steer_by_tapping(house: House) -> None:
    """Whoever tapped is as certain as whoever wrote."""
    assert tap(house, BOSS, "say:#拉黑 99999").startswith("没找到")
    assert tap(house, BOSS, "say:#").startswith("管理用的几句")


def test_words_in_a_key_are_only_words(house: House, follower: str) -> None:
    """However hostile they are; each tap is accepted once."""
    for words in (
        "{0}{assistant}",
        "<a href='weixin://x'>x</a>",
        "说" * 9000,
        "#12 你好",
        "say:/new",
    ):
        before = len(house.simulator.replies("shop", follower))
        house.simulator.event("shop", follower, "CLICK", f"say:echo:{words}", times=3)
        house.simulator.wait_replies("shop", follower, before + 1)
        house.drained()
    assert house.counts().get("settled:dead_letter", 0) == 0
