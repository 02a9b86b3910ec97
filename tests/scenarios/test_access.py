"""Who may talk: everybody, who knows the code, or who is on the list."""

import re
from collections.abc import Iterator

import pytest

from simulator.testing import BOSS
from tests.scenarios.house import House
from tests.scenarios.test_steering import number_of, say

NEEDED = "这里要先写访问码"


@pytest.fixture(autouse=True)
def _open_again(house: House) -> Iterator[None]:
    """Every test leaves the account open."""
    yield
    say(house, BOSS, "/allow open")


def new_code(house: House, line: str = "#放行 访问码") -> str:
    """The access code that the admin reads once."""
    told = say(house, BOSS, line).splitlines()
    assert told[0] == "好，从现在起要先写访问码才能用："
    return told[1]


def calls(house: House) -> int:
    """How often a model was asked."""
    return len(house.simulator.model.calls)


def test_who_sends_the_code_once_is_in(house: House, follower: str) -> None:
    """Before that one friendly sentence and no model; afterwards, also with a new code, as everybody."""
    code = new_code(house)
    before = calls(house)
    for line in ("你好", "你们周末几点关门呀", "echo:在吗？", "帮助", "换角色"):
        assert say(house, follower, line).startswith(NEEDED)
    assert calls(house) == before

    assert say(house, follower, code.lower().replace("-", "")) == "好，可以聊了。想问什么，直接打字。"
    assert say(house, follower, "echo:进来了").startswith("进来了")
    assert new_code(house, "/allow code") != code
    assert say(house, follower, "echo:还在").startswith("还在")
    assert say(house, f"{follower}_two", code) == "这个码不对。看清楚再发一次；没有码，问问给你这个号的人。"


def test_a_code_that_the_admin_made_up_holds(house: House, follower: str) -> None:
    """However it is spelled."""
    assert new_code(house, "/allow code spring-2026") == "spring-2026"

    assert say(house, follower, "Spring2026").startswith("好，可以聊了")


@pytest.mark.parametrize(
    "code", ["12345", "a b", "spring 2026", "x" * 33, "spring/2026", "------", "书友二零二六"]
)
def test_a_code_that_nobody_could_send_is_refused(house: House, follower: str, code: str) -> None:
    """Too short, too long, or not one word; nothing changes."""
    assert say(house, BOSS, f"/allow code {code}").startswith("访问码要 6 到 32 位")

    assert say(house, follower, "echo:在吗").startswith("在吗")


def test_five_wrong_tries_end_in_a_pause(house: House, follower: str) -> None:
    """The right code is not looked at either; for everybody else it is."""
    code = new_code(house)
    for number in range(5):
        assert say(house, follower, f"guess-{number}").startswith("这个码不对")
    assert re.fullmatch(r"试得太多了，过 (9|10) 分钟再试。", say(house, follower, code))
    assert say(house, follower, "你好").startswith(NEEDED)

    assert say(house, f"{follower}_two", code).startswith("好，可以聊了")


def test_the_list_holds_who_was_put_on_it(house: House, follower: str) -> None:
    """They tell their number; put on and taken off by it."""
    number = number_of(house, follower)
    assert say(house, BOSS, "/allow list").startswith("现在只有名单上的人能用")
    before = calls(house)
    assert say(house, follower, "echo:在吗") == (
        f"这里只给名单上的人用。你是 {number} 号，把这个号告诉管理员，请他加上你。"
    )
    assert calls(house) == before

    assert say(house, BOSS, f"#放行 {number} 号") == f"好，{number} 号可以用了。"
    assert say(house, follower, "echo:谢谢").startswith("谢谢")
    assert say(house, BOSS, f"/allow {number} off") == f"好，{number} 号不在名单上了。"
    assert say(house, follower, "echo:在吗").startswith("这里只给名单上的人用")
    assert say(house, BOSS, "#放行").startswith("现在只有名单上的人能用")


@pytest.mark.parametrize("mode", ["code", "list"])
def test_what_is_somebodys_right_stays_open(house: House, follower: str, mode: str) -> None:
    """Complaining, export, erasing; and the code that makes an admin is looked at. An admin is always in."""
    say(house, BOSS, f"/allow {mode}")

    assert say(house, follower, "/投诉 进不来").startswith("已收到，编号 T")
    assert "你在这里是" in say(house, follower, "导出")
    assert say(house, follower, "配对 000000").startswith("没有「配对」这个用法")
    assert say(house, follower, "/forget").startswith("将删除你的全部对话和设置")
    assert say(house, follower, "确认删除").startswith("已删除")
    assert say(house, BOSS, "echo:我在").startswith("我在")


def test_who_was_erased_has_to_come_in_anew(house: House, follower: str) -> None:
    """Nothing of them is kept, so nothing lets them in."""
    code = new_code(house)
    assert say(house, follower, code).startswith("好，可以聊了")
    say(house, follower, "/forget", "确认删除")

    assert say(house, follower, "你好").startswith(NEEDED)


def test_each_account_has_its_own_door(house: House, follower: str) -> None:
    """Closed here, open there."""
    new_code(house)

    assert say(house, follower, "echo:在吗", account="office").startswith("在吗")


@pytest.mark.parametrize("line", ["/allow 9999", "#放行 nobody", "/allow -1", "/allow openn"])
def test_nobody_is_let_in_by_mistake(house: House, line: str) -> None:
    """Who is not there is said not to be; nothing changes."""
    assert say(house, BOSS, line).startswith("没找到")


def test_half_a_word_is_explained(house: House, follower: str) -> None:
    """A number with a word that means nothing."""
    number = number_of(house, follower)

    assert say(house, BOSS, f"/allow {number} maybe").startswith("这样发：")


@pytest.mark.parametrize("line", ["/allow open", "#放行 1", "/who", "#排行", "/grant 1 5", "/codes", "#封顶"])
def test_a_stranger_learns_of_none_of_it(house: House, follower: str, line: str) -> None:
    """As of any unknown word."""
    word = line.lstrip("/#").split(" ")[0]

    assert say(house, follower, line) == f"没有「{word}」这个用法，发「帮助」看看我会什么。"


@pytest.mark.parametrize("mode", ["code", "list"])
@pytest.mark.parametrize("line", ["继续", "取", "配对", "/配对", "取 3"])
def test_no_word_opens_a_closed_door(house: House, follower: str, mode: str, line: str) -> None:
    """What would be talk with nothing behind it reaches no model."""
    say(house, BOSS, f"/allow {mode}")
    before = calls(house)

    say(house, follower, line)
    assert calls(house) == before


def test_a_code_is_looked_at_alone(house: House, follower: str) -> None:
    """Also where a greeting waits in front of it."""
    code = new_code(house)
    house.stop("worker0")
    house.simulator.say("shop", follower, "你好")
    house.simulator.say("shop", follower, code)
    house.start_worker(0)
    house.simulator.wait_replies("shop", follower, 2, 30.0)

    told = [sent.text for sent in house.simulator.replies("shop", follower)]
    assert told[0].startswith(NEEDED)
    assert told[1].startswith("好，可以聊了")
