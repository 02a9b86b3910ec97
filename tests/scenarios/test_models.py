"""Models, and other settings of one's own: within the owner's bounds, and charged as used."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from config.prices import load_prices
from simulator.testing import BOSS
from tests.scenarios.house import House, link_of, wait_for
from tests.scenarios.test_steering import number_of, say


@pytest.fixture(scope="module")
def shared_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One with three models: the usual one, one whose price is known, and one whose is not."""
    environment = {
        "YINGDA_CHAT__MODELS": "gpt-4o, nobody-knows",
        "YINGDA_CHAT__TEMPERATURE_MAX": "0.8",
        "YINGDA_CHAT__REPLY_TOKENS": "800",
    }
    with House(tmp_path_factory.mktemp("house"), environment=environment) as house:
        yield house


def asked(house: House) -> dict[str, Any]:
    """The last request to the model."""
    return house.simulator.model.calls[-1].body


def ledger(house: House, number: str) -> dict[str, int]:
    """What stands in the ledgers of all days about the person with *number*."""
    with house.store as store:
        rows = [store.hgetall(key) for key in store.keys("yd1:ledger:shop:*")]
    found = {name.decode(): int(value) for row in rows for name, value in row.items()}
    return {name: value for name, value in found.items() if number in name.split("|")}


def test_the_model_that_was_chosen_answers_and_is_charged(house: House, follower: str) -> None:
    """At its own price; what has none is counted in tokens."""
    number = number_of(house, follower)
    told = say(house, follower, "换模型")
    assert told.startswith("现在用的是「stand-in」。换一个：")
    assert say(house, follower, link_of(told.splitlines()[2])) == "好，现在用「gpt-4o」。"
    say(house, follower, "echo:你好")
    assert asked(house)["model"] == "gpt-4o"
    call = house.simulator.model.calls[-1]
    row = ledger(house, number)
    prompt, completion = row[f"{number}|gpt-4o|prompt"], row[f"{number}|gpt-4o|completion"]
    cached = row.get(f"{number}|gpt-4o|cached", 0)
    assert prompt + completion == call.tokens
    assert row[f"cost|{number}"] == load_prices().models["gpt-4o"].micros(prompt, cached, completion) > 0

    say(house, follower, "/model nobody-knows", "echo:再来")
    assert asked(house)["model"] == "nobody-knows"
    after = ledger(house, number)
    assert after[f"cost|{number}"] == row[f"cost|{number}"]
    assert after[f"{number}|nobody-knows|answers"] == 1
    assert not any("stand-in" in name for name in after)


def test_money_that_is_not_counted_is_told(house: House, follower: str) -> None:
    """Of a model without a price: where money is limited, and wherever it is summed up."""
    number = number_of(house, follower)
    assert "没有价格" not in say(house, follower, "用量")
    say(house, follower, "/model nobody-knows", "echo:一")

    for peer, line in ((follower, "用量"), (BOSS, "#今日"), (BOSS, "#排行")):
        assert "nobody-knows 没有价格，它的回答没算在钱里。" in say(house, peer, line), line
    for line in ("#封顶", "#封顶 30"):
        told = say(house, BOSS, line)
        assert told.startswith(("每天的上限：", "好，每天的上限：¥30.00。"))
        assert "注意：nobody-knows 没有价格" in told
        assert "gpt-4o" not in told
    say(house, BOSS, "#封顶 默认", f"/quota {number} 100000 词元", f"/quota {number} 3 次")
    assert re.search(r"今天还能用：2 次 · 9\d{4} 词元。", say(house, follower, "用量"))


def test_an_answer_that_is_stopped_is_charged_under_its_model(house: House, follower: str) -> None:
    """Counted here, because no provider told."""
    number = number_of(house, follower)
    say(house, follower, "/model gpt-4o")
    house.simulator.model.set(first_byte_s=5.0)
    house.simulator.say("shop", follower, "echo:算了")
    wait_for(lambda: any("算了" in call.question for call in house.simulator.model.calls), "asked")
    say(house, follower, "停")
    house.simulator.model.reset()
    row = ledger(house, number)

    assert row.get(f"{number}|gpt-4o|counted") == 1
    assert row[f"{number}|gpt-4o|prompt"] > 0


def test_an_admin_narrows_the_models(house: House, follower: str) -> None:
    """The first is the usual one; who had chosen another is answered by that."""
    try:
        say(house, follower, "/model gpt-4o")
        assert (
            say(house, BOSS, "/model allow nobody-knows stand-in") == "好，大家能用：nobody-knows、stand-in。"
        )
        say(house, follower, "echo:一")
        assert asked(house)["model"] == "nobody-knows"
        assert say(house, follower, "/model gpt-4o").startswith("没有叫「gpt-4o」的模型")
        assert say(house, BOSS, "#换模型 放行 gpt-4o") == "好，大家能用：gpt-4o。"
        assert "换模型" not in say(house, follower, "我的")
        told = say(house, BOSS, "/model allow stand-in、gpt-4o，nobody-knows")
        assert told == "好，大家能用：stand-in、gpt-4o、nobody-knows。"
    finally:
        assert say(house, BOSS, "/model allow all") == "好，大家能用：stand-in、gpt-4o、nobody-knows。"
    say(house, follower, "echo:二")
    assert asked(house)["model"] == "gpt-4o"
    assert "换模型" in say(house, follower, "我的")


@pytest.mark.parametrize("named", ["", "gpt-5", "gpt-4o gpt-5"])
def test_only_what_the_settings_name_can_be_allowed(house: House, named: str) -> None:
    """The owner's list is the bound."""
    told = say(house, BOSS, f"/model allow {named}")

    assert told.startswith("设置里能用的是：stand-in、gpt-4o、nobody-knows。")


def test_a_stranger_allows_nothing(house: House, follower: str) -> None:
    """To them it is a name that no model has, and nothing tells of more."""
    told = say(house, follower, "/model allow nobody-knows")

    assert told.startswith("没有叫「allow nobody-knows」的模型。现在用的是「stand-in」")
    assert "放行" not in told
    assert "放行" in say(house, BOSS, "/model")


def test_going_back_to_the_usual_model(house: House, follower: str) -> None:
    """By a word for it."""
    say(house, follower, "/model gpt-4o")

    assert say(house, follower, "/model default") == "好，现在用「stand-in」。"
    say(house, follower, "echo:一")
    assert asked(house)["model"] == "stand-in"


def test_ones_own_settings_reach_the_model(house: House, follower: str) -> None:
    """What nobody set is not sent at all; set back, it is not again."""
    say(house, follower, "echo:一")
    assert not {"temperature", "max_tokens"} & set(asked(house))
    assert say(house, follower, "/set temperature 0.3") == "好，温度 0.3。"
    assert say(house, follower, "/设置 长短 500") == "好，一次最多答 500 词元。"
    say(house, follower, "echo:二")
    assert (asked(house)["temperature"], asked(house)["max_tokens"]) == (0.3, 500)
    assert "温度</a>　0.3" in say(house, follower, "设置")

    say(house, follower, "/set temperature default", "/set reply_tokens 默认", "echo:三")
    assert not {"temperature", "max_tokens"} & set(asked(house))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("temperature", "温度现在是「默认」。可以设 0 到 0.8"),
        ("温度 0.9", "温度现在是「默认」。可以设 0 到 0.8"),
        ("temperature -1", "温度现在是「默认」"),
        ("temperature nan", "温度现在是「默认」"),
        ("temperature 1e-1", "温度现在是「默认」"),
        ("temperature ٣", "温度现在是「默认」"),
        ("temperature 0.00000001", "温度现在是「默认」"),
        ("reply_tokens 801", "回答长短现在是「默认」。可以设 50 到 800"),
        ("reply_tokens 49", "回答长短现在是「默认」"),
        ("reply_tokens 99.5", "回答长短现在是「默认」"),
        ("reply_tokens x", "回答长短现在是「默认」"),
        ("deadline_s 5", "没有「deadline_s」这一项"),
        (f"{'x' * 400} 5", f"没有「{'x' * 20}」这一项"),
        ("language fr", "我不会说「fr」"),
        ("role 翻译", "好，现在是「翻译」"),
        ("model gpt-4o", "好，现在用「gpt-4o」"),
    ],
)
def test_settings_keep_to_the_owners_bounds(house: House, follower: str, line: str, told: str) -> None:
    """Anything else is explained, and changes nothing."""
    assert say(house, follower, f"/set {line}").startswith(told)


def test_settings_show_admins_more_than_others(house: House, follower: str) -> None:
    """A stranger sees their own five and not a word of what admins can do."""
    told, more = say(house, follower, "设置"), say(house, BOSS, "#设置")

    assert told.startswith("你的设置：")
    assert told.count("weixin://bizmsgmenu") == 5
    assert not any(word in told for word in ("#", "赠送", "/grant", "操作记录"))
    assert more.count("weixin://bizmsgmenu") == 5
    assert "赠送 /grant" in more
    assert "设置 /set" in say(house, BOSS, "#")
    assert "/set" not in say(house, follower, "帮助")


def test_a_number_chooses_a_setting_where_nothing_can_be_tapped(house: House, follower: str) -> None:
    """In the order of the list."""
    told = say(house, follower, "设置", account="office").splitlines()
    assert told[4].startswith("4 温度")

    assert say(house, follower, "4", account="office").startswith("温度现在是「默认」")
