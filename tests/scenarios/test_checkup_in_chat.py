"""/doctor and /about in the chat: short enough, soon enough, and not for strangers."""

import re
import time

import pytest

from simulator.testing import BOSS
from tests.scenarios.house import House
from tests.scenarios.test_steering import say


@pytest.mark.parametrize(("account", "admin"), [("shop", BOSS), ("office", "boss")])
def test_an_admin_is_told_how_it_stands(house: House, account: str, admin: str) -> None:
    """Two messages at most, what is to be mended first; of this account alone, and nobody is written to."""
    before = len(house.simulator.replies(account, admin))
    house.simulator.say(account, admin, "#体检")
    house.drained()
    sent = house.simulator.replies(account, admin)[before:]
    told = "\n".join(one.text for one in sent)

    assert 1 <= len(sent) <= 2
    marks = re.findall(r"^[✓✗○]", told, re.MULTILINE)
    assert len(marks) == 15
    assert marks == sorted(marks, key="✗○✓".index)
    for name in ("存储", "工作进程", "模型", f"{account} 时钟", f"{account} 凭证"):
        assert f"✓ {name}：" in told
    # Only an official account is asked without writing to somebody.
    assert f"{'✓' if account == 'shop' else '○'} {account} 权限：" in told
    assert ("shop" in told) == (account == "shop")
    assert not any(one.ai for one in sent)


def test_what_is_wrong_comes_first_in_the_chat(house: House) -> None:
    """With the address to allow; the count stands above."""
    house.simulator.platform.refuse_ip("shop", 1)
    told = say(house, BOSS, "/doctor")
    house.simulator.platform.refuse_ip("shop", 0)

    assert re.match(r"有 \d 项要处理，标着 ✗。\n✗ ", told)
    assert "要放行的 IP：127.0.0.1" in told
    assert "✗ shop 公示：" in told


@pytest.mark.chaos
def test_a_model_that_hangs_does_not_keep_the_admin(house: House) -> None:
    """The answer comes within eight seconds, and says what did not."""
    house.simulator.model.set(mode="hang")
    began = time.monotonic()
    told = say(house, "boss", "#体检", account="office")

    assert time.monotonic() - began < 10
    assert "✗ 模型：" in told
    assert "✓ office 凭证：" in told


def test_a_checkup_stands_in_the_audit(house: House) -> None:
    """It asks the model, which costs."""
    say(house, BOSS, "#体检")

    assert say(house, BOSS, "#操作记录").splitlines()[0].endswith("号：体检")


@pytest.mark.parametrize("line", ["#体检", "/doctor"])
def test_a_stranger_hears_nothing_of_a_checkup(house: House, follower: str, line: str) -> None:
    """Nor is the model asked."""
    calls = len(house.simulator.model.calls)

    assert say(house, follower, line).startswith(f"没有「{line[1:]}」这个用法")
    assert len(house.simulator.model.calls) == calls


@pytest.mark.parametrize("line", ["#体检 x", f"/doctor {'长' * 500}"])
def test_what_stands_behind_it_does_no_harm(house: House, line: str) -> None:
    """It is looked at all the same."""
    assert "✓ 存储：" in say(house, BOSS, line)


@pytest.mark.parametrize("line", ["关于", "/about", "隐私", "/about 你是谁"])
def test_everybody_learns_what_answers_them(house: House, follower: str, line: str) -> None:
    """That it is an AI, which model, and what is kept; two lines where the owner has written nothing."""
    told = say(house, follower, line)

    assert told.startswith("我是小答，AI 助手，用的模型是 stand-in。")
    assert told.splitlines()[-1].startswith("对话记到最后一次说话后 30 天")
    assert len(told.splitlines()) == 2


def test_about_names_the_model_of_the_other_account(house: House) -> None:
    """It is for every account, also inside of a company."""
    assert say(house, "lisi", "关于", account="office").startswith("我是小答，AI 助手")
