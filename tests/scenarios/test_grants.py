"""Beyond the day's limits: what is granted, codes, the account's most money; and who used what."""

import re

import pytest

from simulator.testing import BOSS
from tests.scenarios.house import House, wait_for
from tests.scenarios.test_own_data import everything
from tests.scenarios.test_steering import number_of, say

USED_UP = "今天的 1 次用完啦，明天 0 点恢复。急事发「转人工」。"


def codes_of(told: str) -> list[str]:
    """The codes in what the admin reads."""
    return [line for line in told.splitlines() if re.fullmatch(r"[A-Z2-9]{5}-[A-Z2-9]{5}", line)]


def limited(house: House, follower: str) -> str:
    """Their number; they may have one answer a day."""
    number = number_of(house, follower)
    say(house, BOSS, f"/quota {number} 1/day")
    return number


def test_what_is_granted_is_used_behind_the_days_share(house: House, follower: str) -> None:
    """Exactly so many answers more, which /usage tells."""
    number = limited(house, follower)
    assert say(house, BOSS, f"#赠送 {number} 号 2") == f"好，送给 {number} 号 2 次，不过期。"
    assert "另外还有送的 2 次，不过期。" in say(house, follower, "用量")

    for words in ("一", "二", "三"):
        assert say(house, follower, f"echo:{words}").startswith(words)
    assert say(house, follower, "echo:四") == USED_UP
    assert "送的" not in say(house, follower, "用量")
    assert "今天：3 次" in say(house, follower, "用量")


def test_a_grant_is_taken_back(house: House, follower: str) -> None:
    """What is left of it."""
    number = limited(house, follower)
    say(house, BOSS, f"/grant {number} 5 answers", f"/grant {number} 30000 tokens")
    assert "送的 5 次 · 30000 词元" in say(house, follower, "用量")
    say(house, BOSS, f"/grant {number} off")
    say(house, follower, "echo:一")

    assert say(house, follower, "echo:二") == USED_UP


@pytest.mark.parametrize("amount", ["", "x", "-5", "0", "5 元", "1.5", "9" * 12, "5/天"])
def test_a_grant_that_is_not_understood_is_explained(house: House, follower: str, amount: str) -> None:
    """With examples to copy."""
    number = number_of(house, follower)

    assert "#赠送 12 50 次" in say(house, BOSS, f"/grant {number} {amount}")


def test_nobody_is_granted_anything_by_mistake(house: House) -> None:
    """A number that nobody has."""
    assert say(house, BOSS, "/grant 9999 5").startswith("没找到「9999」")


def test_a_code_is_redeemed_once(house: House, follower: str) -> None:
    """Shown once to the admin, worth tokens, gone for the next."""
    limited(house, follower)
    told = say(house, BOSS, "#兑换码 新建 3 100000")
    codes = codes_of(told)
    assert "3 个，每个 100000 词元，用一次" in told
    assert len(codes) == 3
    assert "有兑换码" in say(house, follower, "用量")
    assert say(house, follower, f"兑换 {codes[0].lower()}").startswith("兑换好了：100000 词元")
    assert say(house, follower, f"/兑换 {codes[0]}") == "没有这个码，或者已经用过了。"
    assert say(house, f"{follower}_two", f"/兑换 {codes[0]}") == "没有这个码，或者已经用过了。"

    tokens = len(house.simulator.model.calls)
    for words in ("一", "二", "三"):
        assert say(house, follower, f"echo:{words}").startswith(words)
    used = sum(call.tokens for call in house.simulator.model.calls[tokens + 1 :])
    assert f"送的 {100_000 - used} 词元" in say(house, follower, "用量")


def test_codes_are_listed_and_voided(house: House, follower: str) -> None:
    """By batch; a voided one is worth nothing."""
    told = say(house, BOSS, "/codes new 2 7 次")
    batch = re.search(r"第 (\d+) 批", told)
    assert batch
    assert f"第 {batch[1]} 批　还剩 2 个，每个 7 次" in say(house, BOSS, "#兑换码")

    assert say(house, BOSS, f"/codes void {batch[1]}") == "好，2 个码作废了。"
    assert say(house, follower, f"/redeem {codes_of(told)[0]}") == "没有这个码，或者已经用过了。"
    assert say(house, BOSS, f"/codes void {batch[1]}").startswith("没有能作废的码")
    assert f"第 {batch[1]} 批" not in say(house, BOSS, "/codes")


@pytest.mark.parametrize(
    "line", ["new", "new 5", "new 0 5", "new 51 5", "new 5 x", "new 5 5 元", "void", "?"]
)
def test_codes_that_are_not_understood_are_explained(house: House, line: str) -> None:
    """With examples to copy, and nothing made."""
    assert "#兑换码 新建 20 10000 词元" in say(house, BOSS, f"/codes {line}")


def test_nobody_guesses_a_code(house: House, follower: str) -> None:
    """After five wrong ones none is looked at for an hour, the right one neither, and not by being erased."""
    (code,) = codes_of(say(house, BOSS, "/codes new 1 5 次"))
    for number in range(5):
        assert say(house, follower, f"/redeem WRONG-{number}").startswith("没有这个码")
    assert re.fullmatch(r"试得太多了，过 (59|60) 分钟再试。", say(house, follower, f"/redeem {code}"))
    say(house, follower, "/forget", "确认删除")

    assert say(house, follower, f"/redeem {code}").startswith("试得太多了")
    assert say(house, f"{follower}_two", f"/redeem {code}").startswith("兑换好了：5 次")


@pytest.mark.parametrize("code", ["", "😀", "x" * 500, "ABCDE-23456 ABCDE-23456"])
def test_what_is_no_code_does_no_harm(house: House, follower: str, code: str) -> None:
    """A sentence, and nothing else."""
    expected = "没有这个码" if code else "在后面写上码"

    assert say(house, follower, f"/redeem {code}").startswith(expected)


def test_who_was_erased_leaves_nothing_of_all_this(house: House, follower: str) -> None:
    """Neither what they chose, nor what they were granted, nor that they were let in, names them."""
    number = number_of(house, follower)
    (code,) = codes_of(say(house, BOSS, "/codes new 1 5 次"))
    say(house, BOSS, f"/grant {number} 5", f"/allow {number}")
    say(
        house, follower, f"/redeem {code}", "/redeem WRONG", "/set temperature 0.3", "/language zh", "echo:好"
    )
    say(house, follower, "/forget", "确认删除")
    house.drained()

    wait_for(lambda: follower.encode() not in everything(house), "erased")
    assert "送的" not in say(house, follower, "用量")


def test_the_accounts_most_money_is_set_from_the_chat(house: House, follower: str) -> None:
    """Shown, changed, reached, lifted, and back to what the settings say."""
    try:
        assert say(house, BOSS, "#封顶 30") == "好，每天的上限：¥30.00。"
        assert say(house, BOSS, "#封顶").startswith("每天的上限：¥30.00，今天花了 ¥")
        with house.store as store:
            store.hset("yd1:limits:shop", "daily_cost", 1)
        say(house, follower, "echo:一")
        assert say(house, follower, "echo:二").startswith("今天问的人太多")
        assert say(house, BOSS, "#封顶 取消") == "好，每天的上限：不限。"  # as in the settings
        assert say(house, BOSS, "/limit off") == "好，每天的上限：不限。"
        assert say(house, follower, "echo:三").startswith("三")
    finally:
        assert say(house, BOSS, "/limit default") == "好，每天的上限：不限。"


@pytest.mark.parametrize("amount", ["x", "-1", "0", "0.001", "9999999", "1 2"])
def test_a_limit_that_is_not_understood_is_explained(house: House, amount: str) -> None:
    """0 would be no limit, which only a word means."""
    assert say(house, BOSS, f"/limit {amount}").startswith("后面写钱数")


def test_an_admin_sees_who_was_here(house: House, follower: str) -> None:
    """The last first, and one of them in full."""
    number = limited(house, follower)
    say(house, follower, "echo:一", "/role 翻译")
    say(house, BOSS, f"/grant {number} 4")
    head, _boss, line = say(house, BOSS, "#谁").splitlines()[:3]
    assert head.startswith("最近说过话的")
    assert re.fullmatch(rf"{number} 号　\d\d-\d\d \d\d:\d\d　今天 3 条", line)

    told = say(house, BOSS, f"/who {number}")
    for expected in (
        f"{number} 号\n第一次来：",
        "今天发了：3 条",
        "角色：翻译",
        "今天用了：1 次，",
        "每天最多：1 次",
        "送的还剩：4 次",
    ):
        assert expected in told
    say(house, BOSS, f"/ban {number}")
    assert "身份：已拉黑" in say(house, BOSS, f"/who {follower}")
    assert say(house, BOSS, "/who 9999").startswith("没找到「9999」")


def test_an_admin_sees_who_used_most(house: House, follower: str) -> None:
    """By answers, tokens or money, today and in seven days."""
    number = number_of(house, follower)
    say(house, follower, *(f"echo:{words}" for words in "一二三四五六七八九"))

    for line in ("#排行", "/top tokens", "/top 钱"):
        told = say(house, BOSS, line).splitlines()
        assert told[0] == "今天用得最多的："
        assert "7 天里用得最多的：" in told
        assert any(re.match(rf"{number} 号　9 次，\d+ 词元　¥", one) for one in told)
    assert say(house, BOSS, "/top of the pops").startswith("「#排行」按次数排")
