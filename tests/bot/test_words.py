"""Finding listed words: however they are written, not where they only seem to stand, and quickly."""

import random
import time

import pytest

from bot.words import Words

BLOCKED = Words(["赌博网站", "加v信", "bad word", "don't", "naïve", "中", "ＡＢＣ"])
CLAUSES = Words(["我想死。", "。不想活了", "想跳楼", "i want to die.", "kill myself"], within_clause=True)


@pytest.mark.parametrize(
    "text",
    [
        "赌博网站",
        "哪个赌博网站好",
        "赌 博 网 站",
        "赌\u200b博\ufeff网\u2060站",
        "赌*博-网_站",
        "赌，博、网；站",
        "赌\u3000博网站",
        "赌😀博网站",
        "加V信",
        "加Ｖ信",
        "加 v 信",
        "bad word",
        "A BAD  WORD!",
        "ｂａｄ　ｗｏｒｄ",
        "bad-word, really",
        "bad_word",
        "b\u00adad wo\u200drd",
        "b\u0336a\u0336d\u0336 word",
        "𝐛𝐚𝐝 𝔴𝔬𝔯𝔡",
        "是bad word吗",
        "I dont know",
        "I DON’T know",
        "naïve",
        "nai\u0308ve",
        "集中",
        "abc",
    ],
)
def test_a_listed_word_is_found_however_it_is_written(text: str) -> None:
    """Width, case, blanks, signs and what nobody sees hide nothing."""
    assert BLOCKED.found(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "这块蛋糕很冰。毒蛇也在这里",
            "很冰！毒蛇",
            "很冰？毒蛇",
            "很冰!\n毒蛇",
            "很冰\n毒蛇",
            "很冰\r\n毒蛇",
        ),
        *("很冰…毒蛇", "很冰. 毒蛇", "很冰？」「毒蛇", "很冰\u2028毒蛇", "- 很冰\n- 毒蛇", "很冰｡毒蛇"),
        *("too bad. Word is fun", "bad\nword", "bad! word", "how bad? word", "bad...word"),
    ],
)
def test_no_word_is_put_together_from_two_sentences(text: str) -> None:
    """What ends one word of an answer and begins the next sentence or line is no listed word."""
    assert not Words(["冰毒", "bad word"]).found(text)


@pytest.mark.parametrize(
    "text", ["冰毒", "有冰 毒吗", "冰、毒", "冰*毒", "冰，毒", "好。冰毒。", "www.bad.example", "3.5 折"]
)
def test_a_stop_that_is_part_of_a_listed_word_counts(text: str) -> None:
    """That of an address or a number; one around a word says nothing."""
    assert Words(["冰毒。", "www.bad.example", "3.5折"]).found(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "\n", "，。！", "😀", "\u200b"),
        *("赌博", "网站赌博", "赌个博网站", "加信v"),
        *("badword", "bad words", "a bad sword", "bad worse word", "bad 的 word", "abcd", "xabc", "a b c"),
    ],
)
def test_what_only_resembles_a_word_is_not_found(text: str) -> None:
    """English stands as whole words; Chinese in its order, with no other character between."""
    assert not BLOCKED.found(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "我想死",
            "我想死。",
            "我 想 死",
            "我想死 真的",
            "我想死😭真的",
            "我想死，真的",
            "我想死...",
            "我想死😭",
            "累。我想死！",
            "我想死\n了",
        ),
        *("不想活了", "累，不想活了吗", "想 跳 楼", "想跳楼了"),
        *(
            "I want to die",
            "i want to die.",
            "I want\u200b to DIE!!",
            "ok\ni want to die\nok",
            "kill myself now",
        ),
    ],
)
def test_a_clause_that_is_listed_is_found(text: str) -> None:
    """A stop in the list is any end of a clause, also that of the text."""
    assert CLAUSES.found(text)


@pytest.mark.parametrize(
    "text",
    [
        *("我想死你了", "我想死这个味道", "我不想，死也不想", "你不想活了", "想跳，楼下有人", "我想。死"),
        *(
            "i want to die laughing",
            "i want to. die",
            "skill myself",
            "kill. myself",
        ),
    ],
)
def test_another_clause_is_not(text: str) -> None:
    """What a comma or stop parts is not put together."""
    assert not CLAUSES.found(text)


@pytest.mark.parametrize("phrases", [[], [""], ["…", "！", " ", "😀", "\u200b", "'"]])
def test_a_list_of_nothing_finds_nothing(phrases: list[str]) -> None:
    """A line without a letter would be in every text."""
    for within_clause in (False, True):
        words = Words(phrases, within_clause=within_clause)
        assert len(words) == 0
        assert not words.found("什么 anything …！")


def test_the_same_word_written_twice_counts_once() -> None:
    """What is compared is the form, not the line."""
    assert len(Words(["赌博", "赌 博", "Bad Word", "bad  word"])) == 2


def test_every_listed_word_is_found_where_it_stands_among_others() -> None:
    """Many words that begin alike, one inside of the other: each is found in a text of all the rest."""
    words = ["赌", "赌博", "赌博网", "赌博网站大全", "博彩", "ab", "ab cd", "ab cd ef"]
    for word in words:
        assert Words([word]).found(f"这里有{word}在")
        others = Words([other for other in words if other not in word])
        assert not others.found(f"这里有{word}在"), word


def many(count: int) -> Words:
    """*count* Chinese and as many English words."""
    dice = random.Random(7)
    chinese = [
        "".join(chr(dice.randint(0x4E00, 0x9FFF)) for _ in range(dice.randint(2, 8))) for _ in range(count)
    ]
    english = ["".join(dice.choices("abcdefgh", k=dice.randint(6, 20))) for _ in range(count)]
    return Words([*chinese, *english])


def cpu_s(words: Words, text: str) -> float:
    """The least time of five that looking through *text* takes this thread."""
    took = []
    for _ in range(5):
        began = time.thread_time()
        assert not words.found(text)
        took.append(time.thread_time() - began)
    return min(took)


@pytest.mark.parametrize(
    "letter",
    [
        pytest.param("的", id="one sign"),
        pytest.param("很长的一段话，", id="chinese"),
        pytest.param("ab cd ", id="english"),
        pytest.param("加", id="a beginning over and over"),
    ],
)
def test_thousands_of_words_cost_about_as_much_as_reading(letter: str) -> None:
    """Ten thousand words, ten thousand characters: well under what anybody notices; and it grows in line."""
    words = many(5000)
    text = (letter * 40_000)[:40_000]
    short, long = cpu_s(words, text[:10_000]), cpu_s(words, text)

    assert short < 0.2
    assert long < 8 * short + 0.02


def test_a_list_made_to_be_slow_is_not() -> None:
    """A hundred words of every length that all begin as the text does."""
    words = Words("法" * length + "x" for length in range(1, 101))

    assert cpu_s(words, "法" * 10_000) < 2.0
