"""Which question a text asks: what is overlooked, and what never is."""

import time

import pytest

from bot.likeness import Known, Questions

SHOP = Questions(
    [
        Known(1, "周末几点关门？", "十点。"),
        Known(2, "能退货吗", "七天内能退。"),
        Known(3, "What time do you open?", "At nine."),
        Known(4, "How do I return an umbrella?", "At the desk."),
        Known(5, "A 套餐一共多少钱", "98 元。"),
        Known(6, "上海到北京几天", "两天。"),
        Known(7, "运费你们出吗", "我们出。"),
        Known(8, "C++ 课什么时候开始", "周五。"),
        Known(9, "发货", "48 小时内。", ("发货",)),
        Known(10, "发货 快递", "用顺丰。", ("发货", "快递")),
        Known(11, "art", "Room 3.", ("art",)),
        Known(12, "2 人", "坐吧台。", ("2", "座位")),
    ]
)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("周末几点关门", 1),
        ("  周末，几点关门？！", 1),
        ("请问你们周末什么时候关门呀？", 1),
        ("您好，周末是几点钟关门的呢", 1),
        ("可以退货吗", 2),
        ("能不能退货", 2),
        ("可不可以退货", 2),
        ("ＷＨＡＴ ｔｉｍｅ do you open", 3),
        ("Hello, when do you open please", 3),
        ("how to return an umbrella", 4),
        ("How can I return the umbrella", 4),
        ("a套餐一共什么价", 5),
        ("c++课几时开始", 8),
        ("什么时候发货？", 9),
        ("发货了没有，走什么快递", 10),
        ("where is the ART room", 11),
        ("2 人的座位", 12),
    ],
)
def test_the_same_question_is_known_by_its_words(text: str, number: int) -> None:
    """Case, width, blanks, punctuation, politeness, particles, other words for the same, keywords."""
    found = SHOP.asked(text)

    assert found is not None
    assert found.number == number


@pytest.mark.parametrize(
    "text",
    [
        "周末几点开门",
        "平时几点关门",
        "不能退货吗",
        "退货",
        "B 套餐一共多少钱",
        "北京到上海几天",
        "运费我出吗",
        "C 课什么时候开始",
        "套餐一共多少钱",
        "how to return a umbrette",
        "where do I start",
        "12 人的座位",
        "你好",
        "吗",
        "",
        " \n",
        "？！",
        "\ud800",
        "关" * 100_000,
        "发货" + "了" * 60,
    ],
)
def test_what_could_mean_something_else_is_left_to_the_model(text: str) -> None:
    """One sign may turn a question round; a long text says more than its keywords."""
    assert SHOP.asked(text) is None


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("contract number", "contact number"),
        ("dessert menu", "desert menu"),
        ("which country", "which county"),
        ("trial class", "trail class"),
        ("return an umbrella", "return an umbrela"),
        ("有酒吗", "有酒吧吗"),
        ("有酒吗", "有酒吧"),
        ("有网吗", "有网吧吗"),
        ("有茶吗", "有茶吧吗"),
        ("退款", "退款了吗"),
        ("退款吗", "退款了"),
        ("退款吗", "退款啦？"),
        ("请问", "您好"),
    ],
)
def test_another_question_that_looks_alike_is_another_question(question: str, text: str) -> None:
    """A letter less is another word, 酒吧 is no 酒, what is done is not what can be done; both ways."""
    assert Questions([Known(1, question, "")]).asked(text) is None
    assert Questions([Known(1, text, "")]).asked(question) is None


def test_the_older_of_two_same_questions_counts() -> None:
    """Whatever their order in the store."""
    two = Questions([Known(5, "几点开门", "五"), Known(3, "几点开门？", "三")])

    assert [entry.number for entry in two.entries] == [3, 5]
    assert two.asked("几点开门") == two.entries[0]
    assert two.same(Known(0, "几点开门！", "")) == two.entries[0]
    assert two.same(Known(0, "几点开门", "", ("开门",))) is None


def test_a_miss_among_many_costs_next_to_nothing() -> None:
    """Five hundred questions, the most that fit, and words that are nearly theirs."""
    many = [Known(n, f"opening hours of branch number {n}", "at nine") for n in range(400)]
    many += [Known(n, f"word{n}", "yes", (f"word{n}", "delivery")) for n in range(400, 500)]
    questions, best_s = Questions(many), 1.0
    for _ in range(5):
        began = time.perf_counter()
        assert questions.asked("openning hours of branch number 900") is None
        best_s = min(best_s, time.perf_counter() - began)

    assert best_s < 0.05
