"""What people type on a Chinese keyboard: full-width digits, signs and blanks are understood like others."""

import re

import pytest

from simulator.testing import BOSS
from tests.scenarios.house import House, wait_for
from tests.scenarios.test_steering import admin_code, number_of, say


def wide(digits: str) -> str:
    """As a Chinese keyboard writes them."""
    return digits.translate({48 + digit: 0xFF10 + digit for digit in range(10)})


@pytest.mark.parametrize(
    "form",
    [
        *("#{n}：好的", "#{n}，好的", "#{n}号 好的", "#{n} 号 好的", "#{n}好的", "＃{w}　好的"),
        *("/回复 {n}　好的", "/say {w} 好的", "/say #{n} 号 好的"),
    ],
)
def test_an_admins_words_reach_who_is_meant(house: House, follower: str, form: str) -> None:
    """However the number is written; no model is asked."""
    number, calls = number_of(house, follower), len(house.simulator.model.calls)

    assert say(house, BOSS, form.format(n=number, w=wide(number))) == f"已经发给 {number} 号。"
    wait_for(lambda: house.simulator.replies("shop", follower)[-1].text == "【人工】好的", "said")
    assert len(house.simulator.model.calls) == calls


@pytest.mark.parametrize("form", ["#{n}", "# {n}", "＃{w}号：", "# {n} 好的"])
def test_a_number_alone_is_told_what_is_missing(house: House, follower: str, form: str) -> None:
    """No model is asked, and nobody is written to; from anybody else it is talk."""
    number, calls = number_of(house, follower), len(house.simulator.model.calls)
    line = form.format(n=number, w=wide(number))
    assert say(house, BOSS, line).endswith(f"比如「#{number} 好的，这就处理」。")
    assert len(house.simulator.model.calls) == calls

    say(house, follower, line)
    assert house.simulator.model.calls[-1].question == line


def test_a_person_is_found_by_full_width_digits(house: House, follower: str) -> None:
    """By every command that takes one."""
    number = number_of(house, follower)
    written = wide(number)

    assert say(house, BOSS, f"#谁 {written}").startswith(f"{number} 号")
    assert say(house, BOSS, f"/quota {number} 号 50/天") == f"好，{number} 号每天：50 次。"
    assert say(house, BOSS, f"#额度　{written}　５０ 次") == f"好，{number} 号每天：50 次。"
    assert say(house, BOSS, f"#赠送 {written}　5") == f"好，送给 {number} 号 5 次，不过期。"
    assert say(house, BOSS, f"#放行 {written} 号　取消") == f"好，{number} 号不在名单上了。"
    assert say(house, BOSS, f"#拉黑 {written}").startswith(f"好，{number} 号不再回答了")
    assert say(house, BOSS, f"#解除拉黑 {written}号").startswith(f"好，{number} 号又可以聊了")


def test_amounts_are_read_as_they_are_shown(house: House, follower: str) -> None:
    """As /who and /grant write them; other money and parts of an answer are refused."""
    number = number_of(house, follower)
    assert say(house, BOSS, f"/quota {number} 20000 词元") == f"好，{number} 号每天：20000 词元。"
    assert "每天最多：20000 词元" in say(house, BOSS, f"#谁 {number}")
    assert "#额度 12 30/天" in say(house, BOSS, f"/quota {number} 2.7 次")
    try:
        assert say(house, BOSS, "/limit ￥30") == "好，每天的上限：¥30.00。"
        for line in ("/limit $40", "/limit 40 usd", f"/quota {number} 5 usd"):
            assert say(house, BOSS, line).startswith("这里的钱数按「¥"), line
        assert say(house, BOSS, "#封顶").startswith("每天的上限：¥30.00")
        assert "20000 词元" in say(house, BOSS, f"#谁 {number}")
    finally:
        say(house, BOSS, "/limit default", f"/quota {number} off")


def test_a_pairing_code_in_full_width_digits_is_right(house: House, follower: str) -> None:
    """And costs no try."""
    found = re.search(r"配对 (\d{6})", admin_code(house, "shop").stdout)
    assert found

    assert say(house, follower, f"配对 {wide(found[1])}").startswith("配对好了")


@pytest.mark.parametrize("sign", ["／", "＃", "/", "、"])
def test_who_confirms_with_any_sign_is_erased(house: House, follower: str, sign: str) -> None:
    """The words are what counts."""
    say(house, follower, "echo:一", "/forget")

    assert say(house, follower, f"{sign}确认删除").startswith("已删除")


def test_an_admin_reads_one_language(house: House) -> None:
    """Lists too speak the language that the admin chose."""
    say(house, BOSS, "#问答 添加 关键词 发货 快递 = 两天", "/language en")
    try:
        told = say(house, BOSS, "/faq list")
        assert "Page 1" in told or "page 1" in told, told
        assert not re.search("第.*页|关键词", told), told
    finally:
        say(house, BOSS, "/language zh", "#问答 删除 1")
