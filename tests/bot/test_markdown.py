"""bot/markdown.py: what a text message shows of a model's Markdown."""

import re
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot import markdown, text
from bot.markdown import plain

SHOWN = [
    # Words
    ("**粗** *斜* __粗__ ~~删~~ ***都***", "粗 斜 粗 删 都"),
    ("**重点：**请看**这里。**好", "重点：请看这里。好"),
    ("2 ** 3 和 *args, \\*\\*kwargs", "2 ** 3 和 *args, **kwargs"),
    ("用 `x**2` 和 `a_b`", "用 x**2 和 a_b"),
    ("一&amp;二&nbsp;三", "一&二 三"),
    ("第一行\n第二行  \n第三行", "第一行\n第二行\n第三行"),
    ("甲\r\n\r\n\r\n\r\n乙\r丙", "甲\n\n乙\n丙"),
    ("响\x07铃\x00\ufffe &#12;完", "响铃 完"),
    ("一家 👨‍👩‍👧 人", "一家 👨‍👩‍👧 人"),
    ("半\ud83d个", "半\ufffd个"),
    ("", ""),
    # Headings, lines, quotes
    ("# 大\n## 小 *斜*\n### 【已有】\n#\n正文", "【大】\n\n【小 斜】\n\n【已有】\n\n正文"),
    ("上\n\n---\n\n下", "上\n\n———\n\n下"),
    ("> 引一\n> 引二\n>\n> - 项", "｜ 引一\n｜ 引二\n｜\n｜ · 项"),
    # Lists
    ("- 甲\n* 乙\n\n- 丙", "· 甲\n\n· 乙\n\n· 丙"),
    ("- 甲\n\n- 乙\n\n- 丙", "· 甲\n· 乙\n· 丙"),
    ("3. 甲\n4. 乙\n   - 丙\n     1. 丁\n5. 戊", "3. 甲\n4. 乙\n  · 丙\n    1. 丁\n5. 戊"),
    ("- [ ] 未\n- [x] 已", "· ☐ 未\n· ☑ 已"),
    ("1. 甲\n\n   又\n2. 乙", "1. 甲\n  又\n\n2. 乙"),
    # Code: the frame is a line of one space above and of two below
    ("前\n```py\nif a:\n\n    b()\n```\n后", "前\n \nif a:\n\n    b()\n  \n后"),
    ("```\n只有码\n```", "只有码"),
    ("前\n```py\n没有完", "前\n \n没有完"),
    ("- ```\n  码\n  ```\n- 乙", "·\n \n  码\n  \n· 乙"),
    # Tables
    ("|城市|票价|\n|-|-:|\n|上海|**553**|\n|北京||", "· 城市：上海\n  票价：553\n· 城市：北京"),
    ("|项|\n|-|\n|甲|\n|乙|", "项\n甲\n乙"),
    ("|甲|乙|\n|-|-|", "甲 | 乙"),
    ("| 城市 | 票价\n|--", "| 城市 | 票价\n|--"),
    # Links and images
    ("[站](https://a.cn/x?y=1)", '<a href="https://a.cn/x?y=1">站</a>'),
    ("[**站** `a<b`](https://a.cn)", '<a href="https://a.cn">站 a＜b</a>'),
    ("[站](https://a.cn/路 '题')", '<a href="https://a.cn/%E8%B7%AF">站</a>'),
    (
        "[https://a.cn](https://a.cn) <https://b.cn> [](https://c.cn)",
        "https://a.cn https://b.cn https://c.cn",
    ),
    ("看 https://a.cn/a/__init__.py?x=*1* 吧", "看 https://a.cn/a/__init__.py?x=1 吧"),
    ("![图](https://a.cn/i.png)", '<a href="https://a.cn/i.png">图</a>'),
    ("[![图](https://a.cn/i.png)](https://b.cn)", '<a href="https://b.cn">图</a>'),
    ("[甲](/相对) [乙](mailto:a@b.cn) [丙](ftp://a.cn)", "甲 乙 丙"),
    ("[站][1]\n\n[1]: https://a.cn", "[站][1]\n\n[1]: https://a.cn"),
    ("[半个](https://a.cn", "[半个](https://a.cn"),
    # What could act
    ("[点](weixin://bizmsgmenu?msgmenucontent=删除&msgmenuid=1)", "点"),
    ("[点](javascript:alert(1)) <javascript:alert(1)>", "点 javascript:alert(1)"),
    ('<a href="weixin://bizmsgmenu?msgmenucontent=x">点</a>', "点"),
    ("直接 WeiXin://dl/chat", "直接 WeiXin：//dl/chat"),
    ("[甲](https://a.cn/?u=weixin://x)", '<a href="https://a.cn/?u=weixin%3A//x">甲</a>'),
    ("`<a href='weixin://x'>点</a>` i<a;", "< a href='weixin：//x'>点< /a> i< a;"),
    ("&lt;a href='x'>点&lt;/a>", "点"),
    ("<\x00a href=x", "< a href=x"),
    ("红<br>绿<font color='red'>蓝</font> List<String> 1 < 2", "红\n绿蓝 List<String> 1 < 2"),
]


@pytest.mark.parametrize(("source", "shown"), SHOWN)
def test_markdown_is_shown_as_words(source: str, shown: str) -> None:
    """Every construct becomes what a person reads on a phone."""
    assert plain(source, links=True) == shown


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("[站](https://a.cn)", "站（https://a.cn）"),
        ("[https://a.cn](https://a.cn)", "https://a.cn"),
        ("![图](https://a.cn/i.png)", "图（https://a.cn/i.png）"),
        ("[甲](https://a.cn/?u=weixin://x)", "甲（https://a.cn/?u=weixin%3A//x）"),
    ],
)
def test_a_channel_without_links_shows_the_address(source: str, shown: str) -> None:
    """Where no `<a>` is shown, the words are followed by the address."""
    assert plain(source, links=False) == shown


def test_what_is_nested_too_deep_stays_as_it_is() -> None:
    """markdown-it would drop these lines."""
    source = "".join("  " * depth + f"- 第{depth}层\n" for depth in range(60))
    shown = plain(source, links=True)

    assert [f"第{depth}层" in shown for depth in range(60)] == [True] * 60


def test_a_long_column_name_is_not_repeated_in_every_row() -> None:
    """A small table cannot grow into megabytes."""
    shown = plain(f"|{'名' * 5000}|b|\n|-|-|\n" + "|甲|乙|\n" * 2000, links=True)

    assert len(shown) < 50_000


def test_splitter_and_renderer_know_the_same_frame() -> None:
    """They stand on one floor and cannot import each other."""
    assert (markdown.CODE_OPENS, markdown.CODE_CLOSES) == (text.CODE_OPENS, text.CODE_CLOSES)


TAGS = ["<", "a", "<a ", "</a>", "href=", '"', "'", ">", "weixin", ":", "//", "weixin://bizmsgmenu?x=1"]
HIDDEN = ["&lt;", "&#60;", "&#97;", "&#58;", "\\", "\x00", "\x01", "\x02", "\x03", "\x04", "\ud800", "甲"]
MARKS = ["*", "**", "_", "`", "~~", "[", "](", ")", "![", "https://a.cn", "|", "- ", "> ", "# ", "1. ", " "]
LINES = ["\n", "\n\n", "```\n", "|-|-|\n"]
HOSTILE = st.lists(st.sampled_from([*TAGS, *HIDDEN, *MARKS, *LINES]), max_size=40).map("".join)


@given(HOSTILE | st.text(st.characters()), st.booleans())
@example("<**a** href=weixin**:**//bizmsgmenu>", True)
@example("[<](https://a.cn)a href=x>", True)
@example("<[a href='x'](https://a.cn)", True)
@example("<`a` href", True)
def test_no_tag_or_address_of_a_foreigner_survives(source: str, links: bool) -> None:
    """Whatever a model writes, only our own http(s) links can be tapped, and nothing raises."""
    shown = plain(source, links=links)
    foreign = re.sub(r'<a href="https?://[^"<>\s]+">[^<>\n]*</a>', "", shown) if links else shown

    assert re.search(r"</?a\b", foreign, re.IGNORECASE) is None
    assert "weixin:" not in shown.lower()
    assert re.search(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]", shown) is None


@given(st.text(alphabet=st.characters(categories=["L", "N"]), max_size=200))
def test_words_alone_stay_as_they_are(words: str) -> None:
    """Without marks there is nothing to change."""
    assert plain(words, links=True) == words


LONG = ["*", "[", "(", "`", "<", "|", "#", "> ", "_", "!", "[](", "- ", "![", "**a", "<a ", "&#", "~~"]
LONG += ["a|\n|-|\n", "```\n"]


@pytest.mark.parametrize("piece", LONG)
def test_time_grows_with_the_length_only(piece: str) -> None:
    """Four times the length costs about four times the time; squared it would be sixteen."""

    def seconds(characters: int) -> float:
        source = (piece * characters)[:characters]
        begun = time.process_time()
        plain(source, links=True)
        return time.process_time() - begun

    assert seconds(40_000) < 12 * max(seconds(10_000), 0.02)


def test_deep_nesting_stays_cheap() -> None:
    """A staircase of lists and a pile of quotes are read once."""
    begun = time.process_time()
    plain("".join(" " * depth + "- a\n" for depth in range(440)), links=True)
    plain("> " * 50_000 + "a", links=True)

    assert time.process_time() - begun < 5
