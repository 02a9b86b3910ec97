"""Custom menus between our form and the platforms', and what a tap on one becomes."""

from typing import Any

import pytest

from bot.channels._inbound import inbound
from bot.channels._menus import from_platform, menu_of, to_platform
from bot.channels.base import Button
from bot.channels.console import AutoReply, Console, Entry, Keyword, Rule, read_console
from bot.errors import AccountUnfit, PlatformError
from bot.messages import Event, InboundMessage, Text
from tests.bot.channels.accounts import official

SHEET = {
    "button": [
        {"type": "click", "name": "新对话", "key": "say:/new"},
        {"name": "更多", "sub_button": [{"type": "view", "name": "帮助", "url": "https://a.example/"}]},
    ]
}
"""The body of menu/create as the sheet has it (protocol B5), with a key of ours."""
OURS = (
    Button("新对话", says="/new"),
    Button("更多", buttons=(Button("帮助", url="https://a.example/"),)),
)
AS_READ = {
    "menu": {
        "button": [
            {"type": "click", "name": "今日歌曲", "key": "V1001", "sub_button": []},
            {
                "name": "菜单",
                "sub_button": [
                    {"type": "view", "name": "搜索", "url": "http://a.example/", "sub_button": []},
                    {"type": "miniprogram", "name": "店", "url": "http://b.example", "appid": "wx1"},
                    {"type": "click", "name": "赞", "key": "say:赞", "sub_button": []},
                ],
            },
        ]
    }
}
"""An answer of menu/get in the form of the platform's own page on it."""


def test_a_menu_is_written_as_the_sheet_has_it() -> None:
    """And read back as the same."""
    assert to_platform(OURS) == SHEET
    assert from_platform({"menu": SHEET}) == OURS
    assert from_platform({"errcode": 0, "errmsg": "ok", **SHEET}) == OURS


def test_a_menu_of_others_is_read_as_far_as_it_goes() -> None:
    """A key that is not ours and a kind that we do not make are something else, told apart."""
    assert from_platform(AS_READ) == (
        Button("今日歌曲", other="click V1001"),
        Button(
            "菜单",
            buttons=(
                Button("搜索", url="http://a.example/"),
                Button("店", other="miniprogram"),
                Button("赞", says="赞"),
            ),
        ),
    )


@pytest.mark.parametrize(
    "answer", [{}, {"menu": None}, {"menu": []}, {"button": "x"}, {"menu": {"button": [1, None, "x"]}}]
)
def test_an_answer_of_another_form_is_no_menu(answer: dict[str, Any]) -> None:
    """It breaks nothing."""
    assert from_platform(answer) == ()


def test_no_menu_is_an_empty_one() -> None:
    """46003 says that there is none; any other code is an error."""

    def refuse(errcode: int) -> dict[str, Any]:
        raise AccountUnfit(errcode)

    assert menu_of(lambda: refuse(46003)) == ()
    with pytest.raises(PlatformError):
        menu_of(lambda: refuse(48001))


def event(name: str, key: str) -> InboundMessage:
    """An event as it is read from its fields."""
    fields = {"FromUserName": "oU", "CreateTime": "1700000000", "MsgType": "event", "Event": name}
    return inbound("shop", {**fields, "EventKey": key})


@pytest.mark.parametrize("name", ["CLICK", "click"])
def test_a_button_that_says_something_is_words(name: str) -> None:
    """On both platforms; they allow what a tap allows, and are known again by who, when and what."""
    said = event(name, "say:/换角色 翻译")

    assert (said.kind, said.text) == ("text", "/换角色 翻译")
    allowance = official().allowance(said)
    assert allowance is not None
    assert (allowance.kind, allowance.count, allowance.window_s) == ("tapped", 3, 60)
    assert said.msg_id == event(name, "say:/换角色 翻译").msg_id != event(name, "say:/new").msg_id


@pytest.mark.parametrize("key", ["", "NEW", "say:", "say: \n", "SAY:/new", " say:/new", "x" * 5000])
def test_any_other_button_says_nothing(key: str) -> None:
    """It stays a tap, to be told so."""
    tapped = event("CLICK", key)

    assert (tapped.kind, tapped.parts) == ("click", (Event("click", key),))


@pytest.mark.parametrize("name", ["VIEW", "SCAN", "subscribe", "scancode_push", "template_card_event"])
def test_only_a_click_says_words(name: str) -> None:
    """No other event's key is ever taken for somebody's words."""
    assert not any(isinstance(part, Text) for part in event(name, "say:/new").parts)


ARTICLES = {"list": [{"title": "新茶", "author": "店", "content_url": "https://a.example/tea"}]}
REPLIES = {
    "is_add_friend_reply_open": 1,
    "is_autoreply_open": 1,
    "add_friend_autoreply_info": {"type": "text", "content": "谢谢关注"},
    "message_default_autoreply_info": {"type": "text", "content": "稍后回复"},
    "keyword_autoreply_info": {
        "list": [
            {
                "rule_name": "r",
                "create_time": 1423028166,
                "reply_mode": "reply_all",
                "keyword_list_info": [
                    {"type": "text", "match_mode": "contain", "content": "营业时间"},
                    {"type": "text", "match_mode": "equal", "content": "几点"},
                ],
                "reply_list_info": [
                    {"type": "text", "content": "十点到九点"},
                    {"type": "img", "content": "MEDIA"},
                ],
            }
        ]
    },
}
MENU = {
    "is_menu_open": 1,
    "selfmenu_info": {
        "button": [
            {
                "name": "更多",
                "sub_button": {
                    "list": [
                        {"type": "view", "name": "官网", "url": "http://a.example/?a=1#b"},
                        {"type": "news", "name": "文章", "value": "ID", "news_info": ARTICLES},
                    ]
                },
            },
            {"type": "text", "name": "电话", "value": "0571"},
        ]
    },
}
"""Both in the form of the platform's own pages on them."""


def test_the_console_is_read() -> None:
    """Greeting, replies by keyword, and what each button does."""
    assert read_console(REPLIES, MENU) == Console(
        AutoReply("text", "谢谢关注"),
        AutoReply("text", "稍后回复"),
        (
            Rule(
                (Keyword("营业时间", contains=True), Keyword("几点", contains=False)),
                (AutoReply("text", "十点到九点"), AutoReply("img", "MEDIA")),
                all=True,
            ),
        ),
        (
            Entry(
                "更多",
                "",
                "",
                (
                    Entry("官网", "view", "http://a.example/?a=1#b"),
                    Entry("文章", "news", "ID\n新茶 https://a.example/tea"),
                ),
            ),
            Entry("电话", "text", "0571"),
        ),
    )


@pytest.mark.parametrize("answer", [{}, {"keyword_autoreply_info": [], "add_friend_autoreply_info": "x"}])
def test_an_empty_console_has_nothing(answer: dict[str, Any]) -> None:
    """Nor has one whose answer is of another form."""
    assert read_console(answer, answer) == Console(None, None, (), ())
