"""bot/text.py: cutting by bytes and planning within a send allowance."""

import time
from pathlib import Path

import pytest
import regex
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.markdown import plain
from bot.text import Plan, beginnings, indented, plan, split

FILES = Path(__file__).parent.parent / "data"
LINK = '<a href="https://a.cn/x">看。这里，好</a>'
MORE = "还有后文，发「继续」接着看。"

EMOJI = ["👨‍👩‍👧‍👦", "💪🏽", "🇨🇳", "❤️", "e\u0301", "각", "नि", "👩🏻‍🚀"]
BREAKS = [" ", "\n", "\n\n", "\r\n", "\u3000", "\n \n", "\n  \n", "\n```\n", "【题】\n\n", "    x = 1\n"]
SIGNS = ["你好", "。", "！", "，", ". ", "a", "word ", "\ud800", "\u0301", "https://a.cn/b?c=1.2", LINK]
WORDS = st.lists(st.sampled_from([*EMOJI, *BREAKS, *SIGNS]), max_size=80).map("".join)


def numbered(index: int, count: int) -> str:
    return f"— AI 生成 · {index}/{count} —"


def no_mark(_index: int, _count: int) -> str:
    return ""


def squeezed(text: str) -> str:
    """*text* without white space."""
    return "".join(text.split())


def whole(text: str) -> str:
    return regex.sub(r"[\ud800-\udfff]", "\ufffd", text)


@given(WORDS | st.text(st.characters()), st.integers(4, 200))
@example("\u0301" * 50, 5)
@example("a\n" + " " * 300 + "b", 50)
@example("a" + LINK + "\u0301" * 40, 60)
def test_every_part_fits_and_nothing_is_lost(text: str, limit: int) -> None:
    """Parts fit, are valid UTF-8, have no blank edges, and joined are the text."""
    parts = split(text, limit)

    assert all(0 < len(part.encode()) <= limit for part in parts)
    assert all(part == part.rstrip() and part.strip("\n") == part for part in parts)
    if limit > len(LINK.encode()):
        assert squeezed("".join(parts)) == squeezed(whole(text))


@given(st.lists(st.sampled_from([*EMOJI, "字", "a", "。", " "])).map("".join), st.integers(32, 100))
def test_no_grapheme_cluster_is_split(text: str, limit: int) -> None:
    """What a person sees as one sign arrives in one message."""
    found = [cluster for part in split(text, limit) for cluster in regex.findall(r"\X", part)]

    assert [c for c in found if c.strip()] == [c for c in regex.findall(r"\X", text) if c.strip()]


@given(WORDS, st.integers(60, 300))
def test_no_link_of_ours_is_split(text: str, limit: int) -> None:
    """A link is whole wherever it fits."""
    parts = split(text, limit)

    assert sum(part.count(LINK) for part in parts) == text.count(LINK)


@pytest.mark.parametrize(
    ("text", "limit", "parts"),
    [
        ("", 10, []),
        (" \n\n ", 10, []),
        ("短", 10, ["短"]),
        ("甲甲甲。\n\n乙乙乙。", 20, ["甲甲甲。", "乙乙乙。"]),
        ("甲甲。乙乙！”丙丙丙丙", 24, ["甲甲。乙乙！”", "丙丙丙丙"]),
        ("One two. Three four", 16, ["One two.", "Three four"]),
        ("Version 3.14 is out", 11, ["Version", "3.14 is out"]),
        ("甲甲甲甲，乙乙乙乙", 18, ["甲甲甲甲，", "乙乙乙乙"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("见 https://a.cn/long/path 吧", 24, ["见", "https://a.cn/long/path", "吧"]),
        ("甲\n    缩进保留\n    乙", 20, ["甲\n    缩进保留", "    乙"]),
        ("甲甲。\n\n【题】\n\n乙乙乙乙", 26, ["甲甲。", "【题】\n\n乙乙乙乙"]),
        ("甲甲甲甲👨‍👩‍👧乙", 20, ["甲甲甲甲", "👨‍👩‍👧", "乙"]),
    ],
)
def test_cuts_where_a_reader_would(text: str, limit: int, parts: list[str]) -> None:
    """Paragraph before sentence before clause or word before sign."""
    assert split(text, limit) == parts


@pytest.mark.parametrize("fence", [("\n \n", "\n  \n"), ("\n```py\n", "\n```\n")])
def test_a_code_block_that_fits_a_part_stays_whole(fence: tuple[str, str]) -> None:
    """Blank lines in code are no paragraphs; only a block longer than a part is cut, at a line."""
    code = "\n\n".join(f"    line({number})" for number in range(8))
    text = f"{'前' * 60}。{fence[0]}{code}{fence[1]}{'后' * 60}。"

    assert sum(code in part for part in split(text, 220)) == 1
    assert all(line in "\n".join(split(text, 100)).split("\n") for line in code.split("\n"))


def test_a_link_longer_than_a_part_is_reduced_to_its_words() -> None:
    """Half a tag would be shown as typed."""
    assert split(f'见<a href="https://a.cn/{"x" * 100}">这里</a>吧', 40) == ["见这里吧"]


@pytest.mark.parametrize("limit", [-1, 0, 3])
def test_a_limit_that_holds_no_sign_is_refused(limit: int) -> None:
    """One code point takes up to four bytes."""
    with pytest.raises(ValueError, match="4 bytes"):
        split("甲", limit)


@given(WORDS, st.integers(160, 400), st.integers(1, 5), st.booleans())
@example("a\n" + " " * 900 + "b。" * 400, 160, 2, True)
@settings(max_examples=200)
def test_plans_of_the_rest_reproduce_the_text(text: str, limit: int, parts_max: int, marked: bool) -> None:
    """「继续」 until nothing is left: every part fits with its marks, nothing is lost or doubled."""
    mark, single, more = (numbered, "（AI 生成）", MORE) if marked else (no_mark, "", "")
    said, rest = "", text
    while rest:
        planned = plan(rest, limit_bytes=limit, parts_max=parts_max, mark=mark, single=single, more=more)
        count = len(planned.parts)
        assert count <= parts_max
        assert len(planned.rest) < len(rest)
        for index, part in enumerate(planned.parts, 1):
            assert len(part.encode()) <= limit
            tail = f"\n{more}" if more and planned.rest and index == count else ""
            label = single if count == 1 else mark(index, count)
            assert part.endswith(f"\n{label}{tail}" if label else tail)
            said += part.removesuffix(tail).removesuffix(f"\n{label}" if label else "")
        rest = planned.rest

    assert squeezed(said) == squeezed(whole(text))


@pytest.mark.parametrize("text", ["", " \n "])
def test_nothing_to_say_plans_nothing(text: str) -> None:
    """An empty answer sends no message."""
    assert plan(text, limit_bytes=100, parts_max=4, mark=numbered, more=MORE) == Plan((), "")


def test_a_lone_part_carries_the_single_label() -> None:
    """No 1/1 where there is nothing to count."""
    planned = plan("好的。", limit_bytes=100, parts_max=4, mark=numbered, single="（AI 生成）", more=MORE)

    assert planned == Plan(("好的。\n（AI 生成）",), "")


def test_one_part_and_a_rest_says_that_there_is_more() -> None:
    """The tightest allowance still tells the person how to go on."""
    planned = plan("甲乙丙丁。" * 20, limit_bytes=100, parts_max=1, mark=numbered, single="（AI）", more=MORE)

    assert planned.parts[0].endswith(f"。\n（AI）\n{MORE}")
    assert planned.rest.startswith("甲乙丙丁。")


@pytest.mark.parametrize(("limit", "parts_max"), [(20, 4), (100, 0)])
def test_a_plan_without_room_is_refused(limit: int, parts_max: int) -> None:
    """Marks alone are no answer."""
    with pytest.raises(ValueError, match="no room"):
        plan("甲" * 100, limit_bytes=limit, parts_max=parts_max, mark=numbered, more=MORE)


def test_a_long_answer_reads_well_in_four_messages_and_a_rest() -> None:
    """The golden example, to be read by people: tests/data/long_answer.md as it arrives on a phone."""
    rest = plain((FILES / "long_answer.md").read_text(), links=True)
    arrived = []
    while rest:
        planned = plan(rest, limit_bytes=2048, parts_max=4, mark=numbered, single="（AI 生成）", more=MORE)
        arrived += [f"{part}\n======== {len(part.encode())} 字节\n" for part in planned.parts]
        rest = planned.rest
        arrived += ["======== 继续\n"] if rest else []

    assert "".join(arrived) == (FILES / "long_answer.txt").read_text()
    assert arrived.index("======== 继续\n") == 4


LONG = ["a", "!", "。", " ", "\n", " \n", "  \n", "```\n", "【", "\u0301", "👨‍👩‍👧", "https://a.cn/", "<a "]


@pytest.mark.parametrize("piece", LONG)
def test_cutting_time_grows_with_the_length_only(piece: str) -> None:
    """Four times the length costs about four times the time; squared it would be sixteen."""

    def seconds(characters: int) -> float:
        source = "x" + (piece * characters)[:characters] + "x"
        begun = time.process_time()
        split(source, 2048)
        return time.process_time() - begun

    assert seconds(100_000) < 12 * max(seconds(25_000), 0.1)


@pytest.mark.parametrize(
    ("text", "longest"),
    [
        pytest.param("第一句。第二句还没", "第一句。", id="last sentence"),
        pytest.param("One. Two is 3.14", "One.", id="a number is no end"),
        pytest.param("还没有一句", "", id="no sentence"),
        pytest.param("说明：\n1. 先洗菜\n2. 再切", "说明：\n1. 先洗菜\n", id="a line of a list"),
        pytest.param("看。\n```py\na = 1\nb。", "看。\n", id="open code block"),
        pytest.param(
            "看。\n```py\na = 1\n```\n好了。还", "看。\n```py\na = 1\n```\n好了。", id="closed code block"
        ),
        pytest.param("这是**重点。还没完", "", id="open bold"),
        pytest.param("见[这里。](https://a.cn/x", "", id="open link"),
        pytest.param("如下。\n| 甲 | 乙 |\n|---|---|\n| 1 | 2 |\n", "如下。\n", id="a table may go on"),
    ],
)
def test_an_answer_begins_with_whole_sentences(text: str, longest: str) -> None:
    """What is shown early ends with a sentence or line, and holds nothing open."""
    assert next(beginnings(text), "") == longest


@given(WORDS)
def test_every_beginning_is_a_beginning(text: str) -> None:
    """Longest first, each a prefix."""
    found = list(beginnings(text))

    assert all(text.startswith(begun) for begun in found)
    assert [len(begun) for begun in found] == sorted({len(begun) for begun in found}, reverse=True)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("", ""),
        ("好", "好"),
        ("好\n\n#7：我的新地址", "好\n\n　#7：我的新地址"),
        (
            "好\r\n#7：一\r＃7：二\u2028#7：三\x0b#7：四\x85#7：五",
            "好\n　#7：一\n　＃7：二\n　#7：三\n　#7：四\n　#7：五",
        ),
        ("\n#7：一", "\n　#7：一"),
    ],
)
def test_no_line_but_the_first_begins_at_the_edge(words: str, shown: str) -> None:
    """Whatever breaks a line, so that nobody can pass for somebody else."""
    assert indented(words) == shown
