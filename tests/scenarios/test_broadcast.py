"""A notice to everybody: shown, confirmed, handed out, stopped, and not a person twice, whoever dies."""

import re
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from simulator.testing import BOSS
from tests.scenarios.house import House, wait_for
from tests.scenarios.test_own_data import everything
from tests.scenarios.test_steering import number_of, say

SURE = re.compile(r"现在能发到 (\d+) 人；退订的 (\d+) 人、发不到的 (\d+) 人不发")
DONE = re.compile(r"公告发完了：发到 (\d+) 人，退订 (\d+) 人，发不到 (\d+) 人。")
# WeCom lets thirty messages a minute through to one member, admins too: several of them take part.
OPEN = {
    "YINGDA_ACCOUNTS__SHOP__NOTICES_TO_ALL": "true",
    "YINGDA_ACCOUNTS__OFFICE__ADMINS": "boss,deputy,clerk",
}


def zone_where_it_is(hour: int) -> dict[str, str]:
    """The setting for an owner whose clock shows about *hour* now."""
    ahead = (hour - datetime.now(UTC).hour + 11) % 24 - 11
    return {"YINGDA_TIME__ZONE": f"Etc/GMT{-ahead:+d}"}


@pytest.fixture(scope="module")
def daytime(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """At noon, with notices switched on for both accounts."""
    folder = tmp_path_factory.mktemp("daytime")
    with House(folder, environment={**OPEN, **zone_where_it_is(12)}) as house:
        yield house


def crowd(house: House, name: str, count: int) -> list[str]:
    """So many colleagues who are known by their numbers."""
    people = [f"{name}{number:03d}" for number in range(count)]
    house.simulator.call(lambda: [house.simulator.world.person_of(("office", peer)) for peer in people])
    with house.store as store:
        for peer in people:
            number = store.hincrby("yd1:people:office", "last", 1)
            store.hset("yd1:people:office", str(number), peer)
            store.hset(f"yd1:person:office:{peer}", mapping={"v": 1, "number": number, "since": 1})
    return people


def heard(house: House, account: str, peer: str, words: str) -> int:
    """How often *peer* read a notice of *words*."""
    return sum(sent.text.startswith(f"【公告】{words}\n") for sent in house.simulator.replies(account, peer))


def confirmed(house: House, words: str, account: str = "office", boss: str = "boss") -> tuple[int, ...]:
    """The admin writes and confirms *words*; how many can be reached, want none, cannot be reached."""
    shown = SURE.match(say(house, boss, f"#公告 {words}", account=account))
    assert shown
    before = len(house.simulator.replies(account, boss))
    say(house, boss, "#公告 确认", account=account)
    # The notice itself may have come to its author too by now.
    assert house.simulator.replies(account, boss)[before].text.startswith("开始发了")
    return tuple(map(int, shown.groups()))


def result(house: House, words: str = "公告发完了", account: str = "office", boss: str = "boss") -> str:
    """What the admin is told at the end."""

    def last() -> str:
        return house.simulator.replies(account, boss)[-1].text

    wait_for(lambda: last().startswith(words), "the result", 30.0)
    house.drained()
    return last()


def test_each_reads_a_notice_in_their_own_language(daytime: House, follower: str) -> None:
    """The owner's words as they are, ours around them as each person likes."""
    assert say(daytime, follower, "/language en", account="office") == "I speak English now."
    confirmed(daytime, "明天盘点")
    result(daytime)

    told = daytime.simulator.replies("office", follower)[-1].text
    assert told == "[Notice] 明天盘点\nFor no more notices, send /mute"


def test_colleagues_get_it_once_and_who_wants_none_does_not(daytime: House, follower: str) -> None:
    """The figures before and afterwards are the same, and the audit says who did it."""
    wanting, unwanting = crowd(daytime, f"{follower}a", 3), f"{follower}_none"
    assert say(daytime, unwanting, "退订", account="office").startswith("好，以后不给你发公告了")
    figures = confirmed(daytime, "明天休息一天")

    done = DONE.fullmatch(result(daytime))
    assert done
    assert tuple(map(int, done.groups())) == figures
    assert figures[1] >= 1
    assert [heard(daytime, "office", peer, "明天休息一天") for peer in wanting] == [1, 1, 1]
    assert heard(daytime, "office", "boss", "明天休息一天") == 1
    assert heard(daytime, "office", unwanting, "明天休息一天") == 0
    assert "：发公告 " in say(daytime, "boss", "#操作记录", account="office")
    assert daytime.counts().get("settled:dead_letter", 0) == 0
    say(daytime, unwanting, "订阅", account="office")
    confirmed(daytime, "后天照常")
    result(daytime)
    assert heard(daytime, "office", unwanting, "后天照常") == 1


def test_followers_are_reached_while_the_platform_allows_it(daytime: House, follower: str) -> None:
    """Who wrote within 48 hours and may still be sent something; the others are counted, and left alone."""
    say(daytime, follower, "/whoami")
    for peer in (f"{follower}_spent", f"{follower}_late"):
        say(daytime, peer, "/whoami")
    with daytime.store as store:
        store.hset(f"yd1:allowance:shop:{follower}_spent", "typed_left", 0)
        store.hset(f"yd1:allowance:shop:{follower}_late", "typed_until", 1)
    _, _, unreachable = confirmed(daytime, "周末有活动", "shop", BOSS)
    done = DONE.fullmatch(result(daytime, account="shop", boss=BOSS))

    assert done
    assert int(done[3]) == unreachable >= 2
    assert heard(daytime, "shop", follower, "周末有活动") == 1
    assert "不想收公告，发「退订」。" in daytime.simulator.replies("shop", follower)[-1].text
    for peer in (f"{follower}_spent", f"{follower}_late"):
        assert heard(daytime, "shop", peer, "周末有活动") == 0


def test_who_has_left_is_unreachable_and_no_dead_letter(daytime: House, follower: str) -> None:
    """The platform says so when it is tried; nothing waits for them afterwards, and nobody is bothered."""
    say(daytime, follower, "/whoami")
    daytime.simulator.event("shop", follower, "unsubscribe")
    daytime.drained()
    before = daytime.counts().get("settled:refused", 0)
    _, _, unreachable = confirmed(daytime, "还在吗", "shop", BOSS)
    done = DONE.fullmatch(result(daytime, account="shop", boss=BOSS))

    assert done
    assert int(done[3]) == unreachable + 1
    assert daytime.counts()["settled:refused"] == before + 1
    assert daytime.counts().get("settled:dead_letter", 0) == 0
    with daytime.store as store:
        assert not store.exists(f"yd1:rest:shop:{follower}")


def test_a_colleague_who_is_none_any_more_is_unreachable(daytime: House, follower: str) -> None:
    """WeCom refuses the member; that is counted, and no dead letter."""
    gone = f"{follower}_gone"
    with daytime.store as store:
        number = store.hincrby("yd1:people:office", "last", 1)
        store.hset("yd1:people:office", str(number), gone)
        store.hset(f"yd1:person:office:{gone}", mapping={"v": 1, "number": number, "since": 1})
    count, _, unreachable = confirmed(daytime, "还在公司吗")
    done = DONE.fullmatch(result(daytime))

    assert done
    assert (int(done[1]), int(done[3])) == (count - 1, unreachable + 1)
    assert daytime.counts().get("settled:dead_letter", 0) == 0
    with daytime.store as store:
        store.hdel("yd1:people:office", str(number))


def test_nothing_goes_out_before_the_same_admin_confirms_it(daytime: House, follower: str) -> None:
    """Another admin has nothing to confirm; what is confirmed is what was shown last, once."""
    (peer,) = crowd(daytime, f"{follower}b", 1)
    assert SURE.match(say(daytime, "boss", "#公告 先写的", account="office"))
    assert say(daytime, "deputy", "#公告 确认", account="office").startswith("给大家发公告")
    assert SURE.match(say(daytime, "boss", "#公告 后写的", account="office"))
    say(daytime, "boss", "#公告 「确定」。", account="office")
    result(daytime)
    assert say(daytime, "boss", "#公告 确认", account="office").startswith("给大家发公告")

    assert heard(daytime, "office", peer, "后写的") == 1
    assert heard(daytime, "office", peer, "先写的") == 0


def test_another_account_hears_nothing_of_it(daytime: House, follower: str) -> None:
    """Its people are its own."""
    say(daytime, follower, "/whoami")
    confirmed(daytime, "只给同事")
    result(daytime)

    assert heard(daytime, "shop", follower, "只给同事") == 0


def test_it_is_stopped_in_the_middle(daytime: House, follower: str) -> None:
    """Whoever has not got it by then does not; the next one may begin."""
    people = crowd(daytime, f"{follower}c", 90)
    confirmed(daytime, "等一下", boss="clerk")
    wait_for(lambda: any(heard(daytime, "office", peer, "等一下") for peer in people), "the first one")
    for line in ("#公告 别的", "#公告 停"):
        daytime.simulator.say("office", "clerk", line)
    told = result(daytime, "公告停下了", boss="clerk")

    said = [sent.text for sent in daytime.simulator.replies("office", "clerk")]
    assert any(text.startswith("上一条公告还在发") for text in said)
    reached = sum(heard(daytime, "office", peer, "等一下") for peer in people)
    assert 0 < reached < 90
    assert "其余的人没有发" in told
    assert say(daytime, "clerk", "#公告 停！", account="office") == "没有正在发的公告。"


@pytest.mark.parametrize(
    "line", ["#公告", "/notice", "/notice confirm", "#公告 确认。", "#公告 ＯＫ！", "#公告 好"]
)
def test_with_nothing_to_send_it_says_how(daytime: House, line: str) -> None:
    """No words, or none that wait."""
    assert say(daytime, "deputy", line, account="office").startswith("给大家发公告：")


def test_one_too_long_for_a_message_is_refused(daytime: House) -> None:
    """It would come in pieces; the number that is named is the most that fits."""
    told = say(daytime, "deputy", "#公告 " + "长" * 700, account="office")
    assert say(daytime, "deputy", "#公告 确认", account="office").startswith("给大家发公告")
    fits = re.match(r"太长了，一条消息放不下。缩到 (\d+) 个字以内", told)
    assert fits
    words = "长" * int(fits[1])
    assert say(daytime, "deputy", f"#公告 {words}长", account="office").startswith("太长了")
    say(daytime, "deputy", f"#公告 {words}", account="office")  # shown in two messages, with what is asked
    assert any(SURE.match(sent.text) for sent in daytime.simulator.replies("office", "deputy")[-2:])
    say(daytime, "deputy", "#公告 停", account="office")


def test_who_erases_themselves_leaves_no_draft(daytime: House, follower: str) -> None:
    """Their words are nowhere; the deputy of a day is an admin by the settings alone."""
    assert SURE.match(say(daytime, "deputy", "#公告 紫藤花架下的公告", account="office"))
    say(daytime, "deputy", "/forget", account="office")
    assert say(daytime, "deputy", "确认删除", account="office").startswith("已删除")
    daytime.drained()

    assert "紫藤花架下的公告".encode() not in everything(daytime)


def test_an_official_account_is_closed_unless_the_owner_opens_it(house: House) -> None:
    """A customer-service message is no newsletter."""
    assert say(house, BOSS, "#公告 大家好").startswith("这个号没有打开公告")


@pytest.mark.parametrize("line", ["/notice 大家好", "#公告 确认", "#公告"])
def test_a_stranger_sends_nothing(daytime: House, follower: str, line: str) -> None:
    """An unknown word like any other."""
    assert say(daytime, follower, line, account="office").startswith("没有「")


def at_night(folder: Path) -> House:
    """A house for a context manager, where it is eleven in the evening."""
    return House(folder, environment={**OPEN, **zone_where_it_is(23)})


def left_over(house: House) -> str:
    """A notice that was begun by day waits for the colleague whose name this is; a worker leaves it alone."""
    say(house, "boss", "/whoami", account="office")
    (peer,) = crowd(house, "sleeper", 1)
    with house.store as store:
        fields = {"v": 1, "name": "9", "words": "睡了吗", "by": 1, "cursor": 0, "last": 2, "queued": 0}
        fields |= {"skipped": 0, "unreachable": 0, "moved": store.time()[0] * 1000}
        store.hset("yd1:broadcast:office", mapping=fields)
        store.sadd("yd1:broadcasts", "office")
        wait_for(lambda: 0 < store.pttl("yd1:broadcast_held:office") <= 1000, "a worker has looked at it")
        assert store.hget("yd1:broadcast:office", "cursor") == b"0"
    return peer


def test_nobody_is_disturbed_at_night(tmp_path: Path) -> None:
    """Neither by a new one nor by one that waited."""
    with at_night(tmp_path) as house:
        assert say(house, "boss", "#公告 睡了吗", account="office").startswith("22:00 到 8:00 不发公告")
        assert heard(house, "office", left_over(house), "睡了吗") == 0


@pytest.mark.chaos
def test_what_waited_through_the_night_goes_out_in_the_morning(tmp_path: Path) -> None:
    """A worker by whose clock it is noon goes on where it was left."""
    with at_night(tmp_path) as house:
        peer = left_over(house)
        house.stop("worker0", signal.SIGKILL)
        house.start_worker(1, zone_where_it_is(12))
        wait_for(lambda: heard(house, "office", peer, "睡了吗") == 1, "the morning")


@pytest.mark.chaos
@pytest.mark.parametrize("kills", [1, 6])
def test_workers_die_over_it_and_nobody_gets_it_twice(daytime: House, follower: str, kills: int) -> None:
    """SIGKILL in the middle, again and again: everybody once, and the figures are right."""
    people = crowd(daytime, f"{follower}d{kills}", 30 * (kills + 1))

    def reached() -> int:
        return sum(heard(daytime, "office", peer, "停电通知") for peer in people)

    before = len([one for one in daytime.simulator.replies("office", "boss") if DONE.match(one.text)])
    figures = confirmed(daytime, "停电通知")
    for number in range(kills):
        wait_for(lambda number=number: reached() > 20 * number, "some have it", 30.0)  # type: ignore[misc]
        daytime.stop("worker0", signal.SIGKILL)
        daytime.start_worker(0)
    done = DONE.fullmatch(result(daytime))
    assert done

    assert [heard(daytime, "office", peer, "停电通知") for peer in people] == [1] * len(people)
    assert tuple(map(int, done.groups())) == figures
    reports = [one for one in daytime.simulator.replies("office", "boss") if DONE.match(one.text)]
    assert len(reports) == before + 1


def test_a_closed_account_writes_to_who_was_let_in(daytime: House, follower: str) -> None:
    """Who was not is neither counted nor written to."""
    inside, outside = f"{follower}_in", f"{follower}_out"
    say(daytime, outside, "/whoami", account="office")
    number = number_of(daytime, inside, "office")
    say(daytime, "deputy", f"/allow {number}", "/allow list", account="office")
    try:
        figures = confirmed(daytime, "只给名单上的人", boss="deputy")
        result(daytime, boss="deputy")
    finally:
        say(daytime, "deputy", "/allow open", account="office")

    assert figures[0] < figures[1]
    assert heard(daytime, "office", inside, "只给名单上的人") == 1
    assert heard(daytime, "office", outside, "只给名单上的人") == 0
    assert heard(daytime, "office", "deputy", "只给名单上的人") == 0


def test_an_account_of_which_nothing_is_known_yet_may_try(tmp_path: Path) -> None:
    """A verified account with the settings as they come."""
    environment = {**OPEN, **zone_where_it_is(12), "YINGDA_ACCOUNTS__SHOP__REPLY": "auto"}
    with House(tmp_path, environment=environment) as house:
        assert SURE.search(say(house, BOSS, "#公告 大家好"))
