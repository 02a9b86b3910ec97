"""What every command owes, also one that is added tomorrow: help, one reply to anything, and its rights."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import get_args

import pytest

from config.wording import Language, load_texts
from handlers import commands
from simulator.testing import BOSS, XIAOYU
from tests.chaos.spoofs import ADMINS_PART
from tests.scenarios.footprint import OF_EVERY_MESSAGE, footprint
from tests.scenarios.house import House

COMMANDS = commands.all_commands()
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
MEANT = (
    *("", "1", "2", "#1", BOSS, XIAOYU, "boss", "on", "off", "开", "关", "list", "show", "push"),
    *("1 你好", "1 5/day", "everyone 5/day", "所有人 5/天", "add 问 = 答", "del 1", "T1", "new 20 10000"),
    *("1 2 3", "code 1234", "open", "大家好", "确认"),
)
"""What commands of today or tomorrow may understand."""
_people = count(1)


def ids(command: commands.Command) -> str:
    return command.NAMES[0]


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house in which every account has people with numbers, talk, a complaint, a vote and an answer."""
    with House(tmp_path_factory.mktemp("house")) as house:
        for account, boss in (("shop", BOSS), ("office", "boss")):
            for peer, line in (
                *((XIAOYU, line) for line in ("echo:你好", "赞", "/投诉 太慢了", "/role cook", "echo:再见")),
                *((boss, line) for line in ("#问答 添加 几点开门 = 九点", "#额度 2 50/天", "echo:在")),
            ):
                house.simulator.say(account, peer, line)
            house.drained()
        yield house


@pytest.fixture
def house(lived_in: House) -> House:
    lived_in.simulator.model.reset()
    return lived_in


def newcomers(how_many: int) -> list[str]:
    return [f"oAnybody_{next(_people):019d}" for _ in range(how_many)]


def said_by_all(house: House, account: str, peers: Sequence[str], lines: Sequence[str]) -> None:
    """Each of *peers* says one line, all at once; nothing breaks of it."""
    with ThreadPoolExecutor(24) as pool:
        told = pool.map(lambda peer, line: house.simulator.say(account, peer, line), peers, lines)
        assert all(delivery.acknowledged for delivery in told)
    house.drained()
    assert "turn crashed" not in house.log("worker0")
    assert house.counts().get("settled:dead_letter", 0) == 0


def replies(house: House, account: str, peers: Sequence[str], lines: Sequence[str]) -> list[str]:
    """Each of *peers* says one line; the one reply to each."""
    said_by_all(house, account, peers, lines)
    heard = [[sent.text for sent in house.simulator.replies(account, peer)] for peer in peers]
    assert [texts for texts in heard if len(texts) != 1] == []
    return [texts[0] for texts in heard]


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
    """By whoever may use it, under each of its names: one message with words, and nothing breaks."""
    lines = [f"/{command.NAMES[0]} {argument}" for argument in HOSTILE.values()]
    lines += [f"#{name}" for name in command.NAMES]
    peers = newcomers(len(lines))
    if command.ADMINS:
        with house.store as store:
            store.sadd("yd1:admins:shop", *peers)
    gave_up = load_texts("zh").say("gave_up")

    for line, reply in zip(lines, replies(house, "shop", peers, lines), strict=True):
        assert reply.strip(), line
        assert len(reply.encode()) <= 2048, line
        assert reply != gave_up, line


@pytest.mark.parametrize("command", [found for found in COMMANDS if found.ADMINS], ids=ids)
def test_it_is_an_unknown_word_to_everybody_but_admins(house: House, command: commands.Command) -> None:
    """Also to an admin of another account; nothing is changed but what is their own."""
    lines = [f"/{command.NAMES[0]} {argument}" for argument in MEANT]
    lines += [f"#{name} 1" for name in command.NAMES[1:]]
    peers = newcomers(len(lines))
    with house.store as store:
        store.sadd("yd1:admins:office", *peers[::2])
    before = footprint(house, without=OF_EVERY_MESSAGE, but=peers)
    said = replies(house, "shop", peers, lines)

    words = [line[1:].split()[0].lower() for line in lines]
    assert said == [f"没有「{word}」这个用法，发「帮助」看看我会什么。" for word in words]
    assert footprint(house, without=OF_EVERY_MESSAGE, but=peers) == before


@pytest.mark.parametrize("part", ADMINS_PART)
def test_an_admins_part_of_everybodys_command_is_nothing_to_others(house: House, part: str) -> None:
    """Also to an admin of another account: it names a model that nobody has, and tells of nothing more."""
    lines = [
        f"{sign}{part} {models}" for sign in "/#" for models in ("", "all", "全部", "stand-in", "a、b", "1")
    ]
    peers = newcomers(len(lines))
    with house.store as store:
        store.sadd("yd1:admins:office", *peers[::2])
    before = footprint(house, without=OF_EVERY_MESSAGE, but=peers)

    for line, reply in zip(lines, replies(house, "shop", peers, lines), strict=True):
        assert reply.startswith("没有叫「"), line
        assert "「#换模型 放行」" not in reply, line
    assert footprint(house, without=OF_EVERY_MESSAGE, but=peers) == before


@pytest.mark.parametrize("command", [found for found in COMMANDS if found.ADMINS], ids=ids)
def test_it_reaches_into_no_other_account(house: House, command: commands.Command) -> None:
    """An admin of the office changes nothing of the shop, whatever they name."""
    before = footprint(house, without=OF_EVERY_MESSAGE, account="shop")
    peers = newcomers(len(MEANT))
    with house.store as store:
        store.sadd("yd1:admins:office", *peers)
    said_by_all(house, "office", peers, [f"/{command.NAMES[0]} {argument}" for argument in MEANT])

    assert footprint(house, without=OF_EVERY_MESSAGE, account="shop") == before
