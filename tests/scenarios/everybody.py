"""Many people at once in a house with a past, for what every command owes."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count

from handlers import commands
from simulator.testing import BOSS, XIAOYU
from tests.scenarios.house import House

COMMANDS = commands.all_commands()
_people = count(1)


def ids(command: commands.Command) -> str:
    return command.NAMES[0]


def live_in(house: House) -> None:
    """Every account has people with numbers, talk, a complaint, a vote and an answer of the owner's."""
    for account, boss in (("shop", BOSS), ("office", "boss")):
        for peer, line in (
            *((XIAOYU, line) for line in ("echo:你好", "赞", "/投诉 太慢了", "/role cook", "echo:再见")),
            *((boss, line) for line in ("#问答 添加 几点开门 = 九点", "#额度 2 50/天", "echo:在")),
        ):
            house.simulator.say(account, peer, line)
        house.drained()


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
    """Each of *peers* says one line; the one reply to each, without what an admin should know before it."""
    said_by_all(house, account, peers, lines)
    everything = [[sent.text for sent in house.simulator.replies(account, peer)] for peer in peers]
    heard = [[text for text in texts if not text.startswith("【提醒】")] for texts in everything]
    strange = {line: texts for line, texts in zip(lines, heard, strict=True) if len(texts) != 1}
    assert not strange, strange
    return [texts[0] for texts in heard]
