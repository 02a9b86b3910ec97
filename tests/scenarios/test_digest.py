"""The daily digest: once, whatever number of workers run or die; on demand for admins; never for nothing."""

import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from simulator.testing import BOSS
from tests.scenarios.house import House, wait_for
from tests.scenarios.test_steering import say

OWNER = '\n[owner]\naccount = "office"\nperson = "boss"\n'


def noon() -> str:
    """A zone where it is about noon, so that no midnight comes while the tests run."""
    hours = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-hours:+d}"


ZONE = noon()


def yesterday() -> str:
    return f"{datetime.now(ZoneInfo(ZONE)) - timedelta(days=1):%Y-%m-%d}"


def lived(house: House, account: str, people: int) -> None:
    """Yesterday at *account*."""
    with house.store as store:
        store.hset(
            f"yd1:day:{account}:{yesterday()}",
            mapping={"answered": 40, "refused": 2, "s3": 40, "why:slow": 2},
        )
        store.pfadd(f"yd1:day_people:{account}:{yesterday()}", *(f"o{number}" for number in range(people)))
        store.hset(f"yd1:ledger:{account}:{yesterday()}", "cost", 1_590_000)


def digests(house: House, account: str = "office", peer: str = "boss") -> list[str]:
    """Those that reached somebody."""
    return [sent.text for sent in house.simulator.replies(account, peer) if sent.text.startswith("【昨日】")]


def on_the_wire(house: House) -> str:
    """Every request of the bot so far."""
    rows = house.simulator.world.wire.rows
    return house.simulator.call(lambda: "\n".join(row.raw for row in rows.values()))


def morning(folder: Path, extra: str = OWNER) -> House:
    """A house before its first worker starts, in a zone where the hour has come."""
    return House(folder, extra=extra, workers=0, environment={"YINGDA_TIME__ZONE": ZONE})


def marked(house: House, text: str) -> None:
    """Have the owner be told of something else: a digest that was due would have come before."""
    house.simulator.platform.fail_sends("shop", 40200, 1)
    house.simulator.say("shop", f"oMark_{text}", f"echo:{text}")
    replies = house.simulator.replies
    wait_for(
        lambda: any("40200" in sent.text for sent in replies("office", "boss")), "the mark is told", 30.0
    )


@pytest.mark.chaos
def test_two_workers_and_two_that_follow_tell_it_once(tmp_path: Path) -> None:
    """Of both accounts in one message; killed and started again they know that it was told."""
    with morning(tmp_path) as house:
        lived(house, "shop", 5)
        lived(house, "office", 2)
        for number in range(2):
            house.start_worker(number)
        house.await_ready()
        house.simulator.wait_replies("office", "boss", 1, 20.0)
        with house.store as store:
            wait_for(lambda: store.exists("yd1:notice_told:digest:office") == 1, "it is known as told")
        for number in range(2):
            house.stop(f"worker{number}", signal.SIGKILL)
        for number in range(2, 4):
            house.start_worker(number)
        house.await_ready()
        marked(house, "later")

        (told,) = digests(house)
        assert told.split("\n") == [
            f"【昨日】{yesterday()[5:]}　7 人 · 84 条 · ¥3.18",
            "一般 3 秒内答完，慢的 3 秒。",
            "丢失 0 · 重复 0 · 没答上 4（多半是模型太慢）",
            "shop：5 人 · 42 条 · ¥1.59",
            "office：2 人 · 42 条 · ¥1.59",
        ]


@pytest.mark.chaos
def test_a_worker_that_dies_while_it_tells_makes_no_second(tmp_path: Path) -> None:
    """Killed between the call and its answer: the next one repeats it word for word, which shows once."""
    with morning(tmp_path) as house:
        lived(house, "shop", 5)
        house.simulator.platform.delay(4000)
        house.start_worker(0)
        with house.store as store:
            wait_for(lambda: "message/send" in on_the_wire(house), "the platform is asked", 40.0)
            assert store.exists("yd1:notice_told:digest:office") == 0
            house.stop("worker0", signal.SIGKILL)
            house.simulator.platform.delay(0)
            store.delete("yd1:notice_held:digest:office", "yd1:notice_pace")  # two minutes later
            house.start_worker(1)
            wait_for(lambda: store.exists("yd1:notice_told:digest:office") == 1, "it is told", 40.0)

        assert len(digests(house)) == 1


def test_without_an_owner_an_admin_reads_it_before_an_answer(tmp_path: Path) -> None:
    """As every notice; a stranger does not."""
    with morning(tmp_path, extra="") as house:
        lived(house, "shop", 5)
        house.start_worker(0)
        house.await_ready()
        with house.store as store:
            wait_for(lambda: store.exists("yd1:notice:digest:shop") == 1, "it is kept")
        assert say(house, "oStranger", "echo:早").startswith("早")
        house.simulator.say("shop", BOSS, "echo:早上好")
        first, second = house.simulator.wait_replies("shop", BOSS, 2)
        house.drained()

        assert first.text.startswith("【昨日】")
        assert not first.ai
        assert second.text.startswith("早上好")
        assert say(house, BOSS, "echo:再说").startswith("再说")


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house on its first day, whose owner wants a digest."""
    with morning(tmp_path_factory.mktemp("quiet")) as house:
        house.start_worker(0)
        house.await_ready()
        yield house


def test_nothing_is_told_of_a_day_without_messages(quiet: House) -> None:
    """Neither by itself nor on demand."""
    marked(quiet, "quiet")

    assert digests(quiet) == []
    assert say(quiet, BOSS, "/digest") == "昨天没有人发消息。"


@pytest.mark.parametrize("line", ["#日报", "/digest", "/日报 什么"])
def test_an_admin_asks_for_the_digest_of_their_account(quiet: House, line: str) -> None:
    """Of no other; as often as they like."""
    lived(quiet, "shop", 5)
    lived(quiet, "office", 2)

    told = say(quiet, BOSS, line).split("\n")
    assert told[0] == f"【昨日】{yesterday()[5:]}　5 人 · 42 条 · ¥1.59"
    assert len(told) == 3
    assert say(quiet, "boss", line, account="office").startswith(f"【昨日】{yesterday()[5:]}　2 人")


@pytest.mark.parametrize(("line", "word"), [("/digest", "digest"), ("#日报", "日报")])
def test_a_stranger_learns_nothing_of_it(quiet: House, follower: str, line: str, word: str) -> None:
    """As of every unknown word."""
    assert say(quiet, follower, line) == f"没有「{word}」这个用法，发「帮助」看看我会什么。"
