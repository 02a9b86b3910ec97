"""QR codes choose role, welcome and model, and are counted; and whose welcome is said."""

import time
from collections.abc import Iterator
from itertools import count

import pytest

from simulator.testing import BOSS
from tests.scenarios.house import House
from tests.scenarios.test_own_data import everything
from tests.scenarios.test_roles import told_to_model
from tests.scenarios.test_steering import say

SCENES = '''
[accounts.shop.scenes.fair]
role = "翻译"
welcome = """
这里是{title}在书展的{assistant}。
{examples}
说中文或英文都行。"""

[accounts.shop.scenes.desk]
role = "teacher"

[accounts.shop.scenes."门口 1"]

[accounts.shop.scenes.smart]
model = "stand-in"
'''
_seconds = count(1)
NOTICE = "\n回答由 AI 生成，可能有误，要紧的事请再核实。"
FAIR = "这里是青禾书店在书展的小答。\n说中文或英文都行。"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A shop with four codes and a welcome of its own; people differ."""
    environment = {"YINGDA_ACCOUNTS__SHOP__WELCOME": "欢迎光临{title}，我是{assistant}。"}
    with House(tmp_path_factory.mktemp("scenes"), extra=SCENES, environment=environment) as house:
        yield house


def arrive(house: House, peer: str, event: str, key: str = "") -> str:
    """Follow or scan; the reply."""
    before = len(house.simulator.replies("shop", peer))
    # An event has no id: what the same person does twice in a second is one to everybody.
    house.simulator.event("shop", peer, event, key, created_at=int(time.time()) + next(_seconds))
    house.simulator.wait_replies("shop", peer, before + 1)
    house.drained()
    return house.simulator.replies("shop", peer)[-1].text


def table(house: House) -> dict[str, str]:
    """What /scenes says, by code."""
    head, *lines = say(house, BOSS, "#扫码").splitlines()
    assert head == "扫码，今天 / 7 天 / 30 天："
    return dict(line.split("　") for line in lines)


def scans(house: House, name: str) -> tuple[int, int]:
    """Today's scans of a code, and its new followers."""
    found = table(house).get(name, "扫 0 / 0 / 0，新关注 0 / 0 / 0")
    scanned, followed = (part.split(" ", 1)[1].split(" / ") for part in found.split("，"))
    assert len(set(scanned)) == len(set(followed)) == 1, "all of it was today"
    return int(scanned[0]), int(followed[0])


def test_a_new_follower_gets_what_the_code_chooses(house: House, follower: str) -> None:
    """Its welcome before any other, its role from the first question on."""
    assert arrive(house, follower, "subscribe", "qrscene_fair") == FAIR + NOTICE
    say(house, follower, "echo:你好")

    assert "你是一位中英翻译" in told_to_model(house)


def test_a_code_without_a_welcome_names_its_role(house: House, follower: str) -> None:
    """Behind the account's own welcome."""
    told = arrive(house, follower, "subscribe", "qrscene_desk")

    assert told == f"欢迎光临青禾书店，我是小答。\n现在我是「老师」。想换，发「换角色」。{NOTICE}"


def test_whoever_follows_already_takes_the_role_once(house: House, follower: str) -> None:
    """Another role begins a new conversation; the same code again lets it go on."""
    say(house, follower, "echo:桃子")
    assert arrive(house, follower, "SCAN", "fair") == FAIR
    say(house, follower, "echo:李子")
    assert "桃子" not in str(house.simulator.model.calls[-1].messages)
    assert arrive(house, follower, "SCAN", "fair") == FAIR
    say(house, follower, "echo:再来")

    assert "李子" in str(house.simulator.model.calls[-1].messages)
    assert arrive(house, follower, "SCAN", "desk") == "现在我是「老师」。想换，发「换角色」。"


def test_a_scan_is_answered_in_its_own_request(house: House, follower: str) -> None:
    """Which costs none of the three messages that it allows."""
    say(house, follower, "/whoami")

    assert house.simulator.event("shop", follower, "SCAN", "fair").passive == FAIR
    house.drained()


@pytest.mark.parametrize(
    "key", ["门口 1", "smart", "nobody's", "", "qrscene_fair", "x" * 3000, "a\nb", "say:/new"]
)
def test_a_code_with_nothing_to_say_is_only_counted(house: House, follower: str, key: str) -> None:
    """Acknowledged at once, without a word."""
    say(house, follower, "/whoami")
    name = key if key in ("门口 1", "smart") else "其他码"
    before = scans(house, name)
    delivery = house.simulator.event("shop", follower, "SCAN", key)
    house.drained()

    assert delivery.ack_ms[0] < 1500
    assert len(house.simulator.replies("shop", follower)) == 1
    assert scans(house, name) == (before[0] + 1, before[1])


def test_a_code_may_choose_the_model(house: House, follower: str) -> None:
    """Kept with the person, by the model's name."""
    arrive(house, follower, "subscribe", "qrscene_smart")

    with house.store as store:
        assert store.hget(f"yd1:person:shop:{follower}", "chosen:model") == b"stand-in"


def test_scans_and_new_followers_are_counted_once(house: House, follower: str) -> None:
    """However often the platform delivers them; a day has one line for all codes that nobody named."""
    before, others = scans(house, "fair"), scans(house, "其他码")
    for event, key in (
        ("subscribe", "qrscene_fair"),
        ("SCAN", "fair"),
        ("subscribe", "qrscene_?"),
        ("SCAN", "?2"),
    ):
        house.simulator.event("shop", follower, event, key, times=3)
        house.drained()

    assert scans(house, "fair") == (before[0] + 2, before[1] + 1)
    assert scans(house, "其他码") == (others[0] + 2, others[1] + 1)
    arrive(house, follower, "subscribe")
    assert scans(house, "其他码") == (others[0] + 2, others[1] + 1)
    with house.store as store:
        day = store.hgetall(next(iter(store.scan_iter("yd1:day:shop:*"))))
    known = {"fair", "desk", "门口 1", "smart", ""}
    assert {name.decode().split(":", 1)[1] for name in day if b":" in name} <= known


def test_the_welcome_of_the_chat_is_before_that_of_the_settings(house: House, follower: str) -> None:
    """And a code's before both; braces that are not ours stay as they are."""
    with house.store as store:
        store.hset("yd1:changes:shop", "welcome", "{assistant}：今天打折 {x}")
        try:
            assert arrive(house, follower, "subscribe") == "小答：今天打折 {x}" + NOTICE
            assert arrive(house, follower, "subscribe", "qrscene_fair") == FAIR + NOTICE
            store.hset("yd1:changes:shop", "welcome", "我是{assistant}，\n{examples}\n今天打折。")
            assert arrive(house, follower, "subscribe") == "我是小答，\n今天打折。" + NOTICE
        finally:
            store.hdel("yd1:changes:shop", "welcome")
    assert arrive(house, follower, "subscribe") == "欢迎光临青禾书店，我是小答。" + NOTICE


def test_what_a_code_chose_is_erased_with_the_person(house: House, follower: str) -> None:
    """The figures stay, under nobody."""
    arrive(house, follower, "subscribe", "qrscene_fair")
    arrive(house, follower, "subscribe", "qrscene_smart")
    before = scans(house, "fair")
    say(house, follower, "/forget")
    assert say(house, follower, "确认删除").startswith("已删除")

    assert follower.encode() not in everything(house)
    assert scans(house, "fair") == before


def test_an_app_is_told_of_no_settings_that_it_has_not(house: House) -> None:
    """A WeCom app has no codes with scenes; its menu's taps are shown once there are any."""
    told = say(house, "boss", "#扫码", account="office")

    assert told == "企业微信里没有按码定角色这回事；底部的菜单，也还没有人点过。"


def test_a_banned_person_gets_no_role_by_scanning(house: House, follower: str) -> None:
    """They hear what they hear to every word."""
    say(house, follower, "/whoami")
    say(house, BOSS, f"/ban {follower}")

    assert arrive(house, follower, "SCAN", "fair").startswith("你的使用已暂停")
    with house.store as store:
        assert store.hget(f"yd1:person:shop:{follower}", "chosen:role") is None
