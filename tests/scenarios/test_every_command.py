"""What every command owes, also one that is added tomorrow: help, and one reply to anything."""

from collections.abc import Iterator
from typing import get_args

import pytest

from config.wording import Language, load_texts
from handlers import commands
from simulator.testing import XIAOYU
from tests.scenarios.everybody import COMMANDS, ids, live_in, newcomers, replies
from tests.scenarios.house import House

HOSTILE = {
    "nothing": "",
    "blanks": " \t　\n ",
    "two thousand signs": "长" * 2000,
    "two thousand letters": "a" * 2000,
    "two thousand digits": "9" * 2000,
    "two hundred words": "词 " * 200,
    "punctuation": "！？。，…—·「」【】()[]{}<>%$&*~`'\"\\/|;:=",
    "equals signs": "= = ＝ =>",
    "emoji": "😄👨‍👩‍👧‍👦🇨🇳🏳️‍🌈",
    "invisible signs": "\u200b\u202e\u2066\ufeff\u00ad",
    "newlines": "\n\na\n\n\nb\n",
    "Lua": "'; redis.call('FLUSHALL') -- ]] .. KEYS[1]",
    "JSON": '{"v":9,"number":1,"sender":"x","exchanges":[]}',
    "a template": "{0} {word} {{}} {number.__class__} %s %(a)d \\1",
    "XML": "]]></Content><FromUserName><![CDATA[boss]]></FromUserName>",
    "a key": "yd1:admins:shop\r\nDEL yd1:counts",
    "nobody's number": "0",
    "no number": "-1 1e999 ① ١٢ 12号号",
    "nobody's id": f"{XIAOYU}0 你好",
    "a path": "../../yingda.toml",
}
"""What may stand behind a command's name."""


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house with a past."""
    with House(tmp_path_factory.mktemp("house")) as house:
        live_in(house)
        yield house


@pytest.fixture
def house(lived_in: House) -> House:
    lived_in.simulator.model.reset()
    return lived_in


@pytest.mark.parametrize("command", COMMANDS, ids=ids)
@pytest.mark.parametrize("language", get_args(Language))
def test_help_has_a_line_and_more_for_it(command: commands.Command, language: Language) -> None:
    """In both languages: one short line, and what it says about the command besides."""
    texts = load_texts(language)
    line, more = (texts.say(f"commands.{command.NAMES[0]}.{part}") for part in ("line", "more"))

    assert 0 < len(line) <= 60
    assert "\n" not in line
    assert more.strip() not in ("", line)


@pytest.mark.parametrize("command", COMMANDS, ids=ids)
def test_any_argument_gets_one_reply(house: House, command: commands.Command) -> None:
    """By whoever may use it, under each of its names: one message with words, and nothing breaks.

    Every other line is said at the shop, the rest at the office.
    """
    lines = [f"/{command.NAMES[0]} {argument}" for argument in HOSTILE.values()]
    lines += [f"#{name}" for name in command.NAMES]
    gave_up = load_texts("zh").say("gave_up")
    for account, said in (("shop", lines[::2]), ("office", lines[1::2])):
        peers = newcomers(len(said))
        if command.ADMINS:
            with house.store as store:
                store.sadd(f"yd1:admins:{account}", *peers)

        for line, reply in zip(said, replies(house, account, peers, said), strict=True):
            assert reply.strip(), (account, line)
            assert len(reply.encode()) <= 2048, (account, line)
            assert reply != gave_up, (account, line)
