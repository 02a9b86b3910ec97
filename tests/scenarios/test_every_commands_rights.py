"""Every command's rights, also of one that is added tomorrow: an admin's word is nothing to anybody else."""

from collections.abc import Iterator

import pytest

from handlers import commands
from simulator.testing import BOSS, XIAOYU
from tests.chaos.spoofs import ADMINS_PART
from tests.scenarios.everybody import COMMANDS, ids, live_in, newcomers, replies, said_by_all
from tests.scenarios.footprint import OF_EVERY_MESSAGE, footprint
from tests.scenarios.house import House

MEANT = (
    *("", "1", "2", "#1", BOSS, XIAOYU, "boss", "on", "off", "开", "关", "list", "show", "push"),
    *("1 你好", "1 5/day", "everyone 5/day", "所有人 5/天", "add 问 = 答", "del 1", "T1", "new 20 10000"),
    *("1 2 3", "code 1234", "open", "大家好", "确认"),
)
"""What commands of today or tomorrow may understand."""


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
