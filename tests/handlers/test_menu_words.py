"""The default menu, and how a menu that differs is told."""

from typing import Any

import pytest

from bot.channels._menus import to_platform
from bot.channels.base import Button
from config.accounts import AccountSettings, OfficialSettings, WecomSettings
from config.wording import Language, load_texts
from handlers import menus
from handlers.commands import registry

ZH = load_texts("zh")
SECRETS = {"token": "t0", "aes_key": "a" * 43}


def shop(**more: Any) -> AccountSettings:
    """An official account."""
    fields = {"channel": "official", "app_id": "wx0", "app_secret": "s0", **SECRETS, **more}
    return OfficialSettings.model_validate(fields)


def office(**more: Any) -> AccountSettings:
    """A WeCom app."""
    fields = {"channel": "wecom", "corp_id": "ww0", "agent_id": 1, "secret": "s0", **SECRETS, **more}
    return WecomSettings.model_validate(fields)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    "settings", [shop(), office(), shop(assistant="很长很长的一个名字"), shop(assistant="A")]
)
def test_the_default_menu_is_within_every_platforms_limits(
    settings: AccountSettings, language: Language
) -> None:
    """16 bytes for each name are enough for both platforms (protocol B5, C8); each button says a command."""
    tops = to_platform(menus.ours(settings, load_texts(language)))["button"]

    assert 1 <= len(tops) <= 3
    for top in tops:
        assert len(top["name"].encode()) <= 16
        assert 1 <= len(top["sub_button"]) <= 5
        for one in top["sub_button"]:
            assert len(one["name"].encode()) <= 16, one
            assert one["key"].removeprefix("say:/") in registry()


def test_the_default_menu_speaks_as_designed() -> None:
    """With the commands that there are; the owner's own items stand in front."""
    lines = menus.listed(menus.ours(shop(own_items=[{"name": "官网", "url": "https://a.example/"}]), ZH))

    assert lines.splitlines()[:2] == ["本店：官网", "问小答：新对话 · 换个角色 · 重答一次 · 接着说"]
    assert lines.splitlines()[2].startswith("我的：今日用量 · 历史对话")
    assert "转人工" not in lines or "human" in registry()


def test_a_menu_of_ones_own_replaces_all_of_it() -> None:
    """As it stands in the settings."""
    items = [{"name": "怎么走", "says": "店在哪？"}]
    found = menus.ours(shop(menu=[{"name": "店", "items": items}, {"name": "帮助", "says": "/help"}]), ZH)

    assert found == (
        Button("店", buttons=(Button("怎么走", says="店在哪？"),)),
        Button("帮助", says="/help"),
    )


OLD = (Button("店", buttons=(Button("一", says="a"), Button("二", url="https://b/"))), Button("三", says="c"))


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (OLD, []),
        (OLD[::-1], ["次序不一样"]),
        ((), ["去掉　店 › 一", "去掉　店 › 二", "去掉　三"]),
        ((OLD[0], Button("三", says="d")), ["改了　三"]),
        ((*OLD, Button("四", says="d")), ["多出　四"]),
        (
            (Button("三", buttons=OLD[0].buttons),),
            ["去掉　店 › 一", "去掉　店 › 二", "去掉　三", "多出　三 › 一", "多出　三 › 二"],
        ),
    ],
)
def test_what_changes_is_told_by_name(now: tuple[Button, ...], said: list[str]) -> None:
    """A line for each button that can be tapped."""
    assert menus.changes(OLD, now, ZH) == said


@pytest.mark.parametrize(
    ("says", "unknown"),
    [
        ("/new", False),
        ("新对话", False),
        ("/nosuch", True),
        ("#没有这个", True),
        ("店在哪？", False),
        ("", False),
    ],
)
def test_a_button_that_says_no_command_is_named(says: str, unknown: bool) -> None:
    """Only where it has a command's prefix: everything else is a question."""
    assert menus.misspelt([Button("a", says=says)]) == ([says] if unknown else [])
