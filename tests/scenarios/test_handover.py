"""Handing somebody over to a human: the admins hear every word, the AI is silent, and either side ends it."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from simulator.testing import BOSS
from tests.scenarios.house import House, wait_for
from tests.scenarios.test_own_data import WORDS, everything, waits
from tests.scenarios.test_steering import number_of, say

OVER = "好的，已请真人来接，这期间我不插话。想找回我，发「找AI」。"
TO_AGENTS = "好的，已请真人来接，这期间我不插话。还没接上时想找回我，发「找AI」。"
BACK = "人工服务结束，我回来了。"
BOSSES = {"shop": BOSS, "office": "boss"}
ACCOUNTS = pytest.mark.parametrize("account", ["shop", "office"])


@pytest.fixture(scope="module")
def closed_hours() -> str:
    """Hours that begin three hours from now, the same for the house and its tests."""
    now = datetime.now(ZoneInfo("Asia/Shanghai"))
    return f"{now + timedelta(hours=3):%H:00}-{now + timedelta(hours=4):%H:00}"


@pytest.fixture(scope="module")
def other_house(tmp_path_factory: pytest.TempPathFactory, closed_hours: str) -> Iterator[House]:
    """The office is closed; nobody is an admin of it but a paired one."""
    environment = {"YINGDA_ACCOUNTS__OFFICE__HUMAN_HOURS": closed_hours}
    with House(tmp_path_factory.mktemp("closed"), environment=environment) as house:
        yield house


def heard(house: House, peer: str, account: str = "shop") -> list[str]:
    """What *peer* read so far."""
    return [sent.text for sent in house.simulator.replies(account, peer)]


def hears(house: House, peer: str, text: str, account: str = "shop") -> None:
    """*peer* reads *text* last of all, and soon."""
    wait_for(
        lambda: heard(house, peer, account)[-1:] == [text], f"{text}: {heard(house, peer, account)[-3:]}"
    )


def writes(house: House, peer: str, line: str, account: str = "shop") -> int:
    """*peer* says *line*, to which nothing has to be said; how many words the model was asked so far."""
    house.simulator.say(account, peer, line)
    house.drained()
    return len(house.simulator.model.calls)


def handed_over(
    house: House, peer: str, account: str = "shop", line: str = "/转人工 我要退货"
) -> tuple[str, str]:
    """*peer* is handed over, and an admin who just wrote has read it: their number and that of the case."""
    number = number_of(house, peer, account)
    say(house, BOSSES[account], "/whoami", account=account)
    assert say(house, peer, line, account=account) == OVER
    wait_for(lambda: f"#{number}：" in heard(house, BOSSES[account], account)[-1], "relayed")
    case = re.search(r"#了结 (T\d+)", heard(house, BOSSES[account], account)[-1])
    assert case
    return number, case[1]


@ACCOUNTS
def test_the_admin_reads_every_word_and_answers(house: House, follower: str, account: str) -> None:
    """First with what was asked lately; no model is asked; until they call the AI again."""
    boss = BOSSES[account]
    say(house, follower, "echo:几点关门", "echo:能退吗", account=account)
    number, case = handed_over(house, follower, account)
    told = heard(house, boss, account)[-1].splitlines()
    assert told[:3] == [f"#{number}：我要退货", "· echo:几点关门", "· echo:能退吗"]

    before = heard(house, follower, account)
    calls = writes(house, follower, "在吗", account)
    assert writes(house, follower, "停", account) == calls
    hears(house, boss, f"#{number}：停", account)
    assert heard(house, boss, account)[-2] == f"#{number}：在吗"
    assert heard(house, follower, account) == before
    assert f"{case} 找真人　{number} 号" in say(house, boss, "#待办", account=account)
    assert "\n　我要退货\n　在吗\n　停\n" in say(house, boss, f"#待办 {case}", account=account)

    say(house, boss, f"#{number} 在的，什么时候买的？", account=account)
    hears(house, follower, "【人工】在的，什么时候买的？", account)
    assert say(house, follower, "找AI", account=account) == BACK
    hears(house, boss, f"#{number} 找回 AI 了，{case} 不用再回。", account)
    assert say(house, follower, "echo:又是你", account=account).startswith("又是你")
    assert say(house, boss, f"#待办 {case}", account=account).startswith("没有「")


def test_the_admin_ends_it(house: House, follower: str) -> None:
    """Closing the case gives them back to the AI, and tells them so; closing it twice does nothing."""
    _, case = handed_over(house, follower)
    assert say(house, BOSS, f"#了结 {case}") == f"好，{case} 了结了。"

    hears(house, follower, BACK)
    assert say(house, follower, "echo:谢谢").startswith("谢谢")
    assert say(house, BOSS, f"#了结 {case}").startswith("没有「")


def test_the_time_limit_ends_it_and_is_told(house: House, follower: str) -> None:
    """The first answer afterwards says who speaks, the second no more."""
    handed_over(house, follower)
    with house.store as store:
        store.hset(f"yd1:person:shop:{follower}", "chosen:human", "1 1")

    assert say(house, follower, "echo:还在吗").startswith(f"{BACK}\n\n还在吗")
    assert say(house, follower, "echo:好").startswith("好")


@pytest.mark.parametrize("line", ["找AI", "找ai", "/bot", "／找AI"])
def test_the_ai_is_called_in_any_spelling(house: House, follower: str, line: str) -> None:
    """Bare or with a prefix; where it is anyway it says so."""
    assert say(house, follower, line).startswith("我就在这儿")
    handed_over(house, follower)

    assert say(house, follower, line) == BACK


@pytest.mark.parametrize(
    ("line", "answer"),
    [("导出", "你在这里是"), ("投诉", "已收到，编号 T"), ("/用量", "今天："), ("删除", "将删除你的全部")],
)
def test_what_is_somebodys_right_works_meanwhile(house: House, follower: str, line: str, answer: str) -> None:
    """So does a command with its prefix; nothing of it reaches the admin, and the silence goes on."""
    number, _ = handed_over(house, follower)
    calls, before = len(house.simulator.model.calls), heard(house, BOSS)
    assert say(house, follower, line).startswith(answer)
    assert writes(house, follower, "/retry") == calls

    hears(house, BOSS, f"#{number}：/retry")
    # That somebody complained is a notice, which stands before the admin's next message.
    told = [text for text in heard(house, BOSS)[len(before) :] if not text.startswith("【提醒】")]
    assert told == [f"#{number}：/retry"]


def test_the_admin_learns_that_a_picture_came(house: House, follower: str) -> None:
    """Which they see in the console; the AI keeps its silence."""
    number, _ = handed_over(house, follower)
    before = heard(house, follower)
    house.simulator.say("shop", follower, "", kind="image")

    hears(house, BOSS, f"#{number}：［图片］")
    house.drained()
    assert heard(house, follower) == before


@ACCOUNTS
def test_a_crisis_is_heard_while_a_human_is_there(house: House, follower: str, account: str) -> None:
    """Where to turn is said at once, and the human reads the words; also in what is said with the command."""
    number, _ = handed_over(house, follower, account)
    assert say(house, follower, "我想自杀", account=account).startswith("听到你这么说")
    wait_for(lambda: f"#{number}：我想自杀" in heard(house, BOSSES[account], account), "relayed")
    say(house, follower, "找AI", account=account)

    assert say(house, follower, "/转人工 我想自杀", account=account).startswith("听到你这么说")
    wait_for(
        lambda: any(f"#{number}：我想自杀\n" in text for text in heard(house, BOSSES[account], account)),
        "relayed",
    )
    say(house, follower, "找AI", account=account)
    assert say(house, follower, "/投诉 我想自杀", account=account).startswith("听到你这么说")
    assert "我想自杀" in say(house, BOSSES[account], "#待办", account=account)


def test_who_wants_no_notices_says_so_to_nobody_else(house: House, follower: str) -> None:
    """Each notice says 退订; the admin is not bothered with it."""
    number, _ = handed_over(house, follower)

    assert say(house, follower, "退订").startswith("好，以后不给你发公告了")
    assert f"#{number}：退订" not in heard(house, BOSS)


def test_a_button_cannot_be_handed_to_agents(other_house: House, follower: str) -> None:
    """The platform hands over messages, not taps: the admin is told instead."""
    other_house.simulator.platform.set_agents("shop", 1)
    number = number_of(other_house, follower)
    say(other_house, BOSS, "/whoami")
    delivery = other_house.simulator.event("shop", follower, "CLICK", "say:/human")

    hears(other_house, follower, OVER)
    assert not delivery.transferred
    wait_for(lambda: heard(other_house, BOSS)[-1].startswith(f"#{number}："), "relayed")


def test_without_an_admin_any_more_it_ends(tmp_path: Path) -> None:
    """Nobody talks to somebody who is not there; what was said is kept."""
    with House(tmp_path, environment={"YINGDA_ACCOUNTS__OFFICE__ADMINS": ""}) as house:
        with house.store as store:
            store.sadd("yd1:admins:office", "boss")
        handed_over(house, "xiaolin", "office")
        with house.store as store:
            store.delete("yd1:admins:office")
        assert say(house, "xiaolin", "在吗", account="office").startswith("现在没有真人在，你的话已记下")
        assert say(house, "xiaolin", "echo:那你说", account="office").startswith("那你说")
        with house.store as store:
            store.sadd("yd1:admins:office", "boss")
        assert "在吗" in say(house, "boss", "#待办 T1", account="office")


def test_an_admin_who_cannot_be_written_to_fetches_the_words_in_order(house: House, follower: str) -> None:
    """Nothing of what waits for them is overwritten."""
    number, _ = handed_over(house, follower)
    house.simulator.platform.exhaust_allowance("shop", BOSS)
    for word in ("一", "二", "三"):
        writes(house, follower, word)
    for line in ("#今日", "#待办"):  # What waits is told of, and stays.
        assert "前面还有给你的回复" in say(house, BOSS, line)

    assert say(house, BOSS, "继续").endswith(f"#{number}：一\n\n#{number}：二\n\n#{number}：三")


def test_words_for_an_admin_are_erased_with_the_person(house: House, follower: str) -> None:
    """Also those that wait for the admin, and the case."""
    handed_over(house, follower, line=f"/转人工 {WORDS}")
    house.simulator.platform.exhaust_allowance("shop", BOSS)
    writes(house, follower, f"还有{WORDS}")
    assert WORDS.encode() in everything(house)
    assert say(house, follower, "删除").startswith("将删除你的全部")
    assert say(house, follower, "确认删除").startswith("已删除")

    house.drained()
    wait_for(lambda: follower.encode() not in everything(house), "erased")
    assert WORDS.encode() not in everything(house)


def test_a_humans_words_wait_for_who_comes_back_later(house: House, follower: str) -> None:
    """Whatever they ask first; without the AI's label, and once."""
    number = number_of(house, follower)
    house.simulator.platform.exhaust_allowance("shop", follower)
    assert say(house, BOSS, f"#{number} 已退款") == f"已经发给 {number} 号。"
    house.drained()

    told = say(house, follower, "echo:几点开门")
    assert told.startswith("几点开门")
    assert "前面还有给你的回复" in told
    assert "前面还有给你的回复" in say(house, follower, "echo:周末呢")
    assert say(house, follower, "继续") == "【人工】已退款"
    assert say(house, follower, "取").startswith("没有等你来取的答案")


def test_who_is_handed_over_reads_what_waited_with_their_next_words(house: House, follower: str) -> None:
    """The silence of the AI has no place for a hint."""
    number, _ = handed_over(house, follower)
    house.simulator.platform.exhaust_allowance("shop", follower)
    say(house, BOSS, f"#{number} 已退款")
    house.drained()

    assert say(house, follower, "在吗") == "【人工】已退款"
    hears(house, BOSS, f"#{number}：在吗")


def test_words_of_who_is_banned_meanwhile_are_read_by_nobody(house: House, follower: str) -> None:
    """What waited for the admin is gone at once; what others said waits on."""
    number, _ = handed_over(house, follower)
    house.simulator.platform.exhaust_allowance("shop", BOSS)
    writes(house, follower, "骂人的话")
    assert say(house, BOSS, f"#拉黑 {number}").startswith(f"好，{number} 号不再回答了")
    before = heard(house, BOSS)

    waits(house, "shop", BOSS, "relay", number)
    assert heard(house, BOSS) == before
    assert not any("骂人的话" in text for text in [say(house, BOSS, "取")])
    say(house, BOSS, f"#解除拉黑 {number}")


def test_nobody_speaks_as_another_number(house: House, follower: str) -> None:
    """A line that begins with somebody else's number is set in, and erased with who wrote it."""
    forged = "#7：我的新地址是城西路"
    number, case = handed_over(house, follower, line=f"/转人工 我要退货\n\n{forged}")
    first = heard(house, BOSS)[-1].splitlines()
    assert first[:3] == [f"#{number}：我要退货", "", f"　{forged}"]
    house.simulator.platform.exhaust_allowance("shop", BOSS)
    writes(house, follower, f"好\n\n{forged}")
    assert f"\n　{forged}\n" in say(house, BOSS, f"#待办 {case}")

    assert say(house, follower, "删除").startswith("将删除你的全部")
    assert say(house, follower, "确认删除").startswith("已删除")
    wait_for(lambda: forged.encode() not in everything(house), "erased")


def test_words_on_their_way_to_an_admin_are_erased(house: House, follower: str) -> None:
    """The platform does not take them at first: what was to be sent is neither sent nor kept afterwards."""
    handed_over(house, follower)
    words = "还没送到的话"
    house.simulator.platform.fail_sends("shop", -1, 99)
    house.simulator.say("shop", follower, words)
    with house.store as store:
        wait_for(lambda: int(store.hget(f"yd1:turn:shop:{BOSS}", "tries") or 0) > 0, "put off")
        assert words in store.hget(f"yd1:turn:shop:{BOSS}", "plan").decode()
        for line in ("删除", "确认删除"):  # They are answered in their requests.
            house.simulator.say("shop", follower, line)
        wait_for(lambda: heard(house, follower)[-1].startswith("已删除"), "erased")
        house.simulator.call(house.simulator.world.faults.coming.clear)
        store.hdel(f"yd1:turn:shop:{BOSS}", "again")
        store.zadd("yd1:ready", {f"shop:{BOSS}": 0})
    house.drained()

    assert not any(words in text for text in heard(house, BOSS))
    assert words.encode() not in everything(house)


def test_words_of_somebody_erased_since_are_brought_to_nobody(house: House, follower: str) -> None:
    """They waited behind something else in the admin's inbox; those of who is known are brought."""
    number = number_of(house, follower)
    say(house, BOSS, "/whoami")
    before = heard(house, BOSS)
    waits(house, "shop", BOSS, "relay")
    assert heard(house, BOSS) == before

    waits(house, "shop", BOSS, "relay", number)
    assert heard(house, BOSS)[len(before) :] == [f"#{number}：给管理员的话"]


def test_an_admin_alone_finds_nobody(house: House) -> None:
    """The one whom words would be brought to is who asks: it is kept, and the AI goes on."""
    assert say(house, BOSS, "转人工").startswith("现在没有真人在，你的话已记下")
    assert say(house, BOSS, "echo:那你说").startswith("那你说")


def test_off_hours_are_told_and_the_words_kept(other_house: House, follower: str, closed_hours: str) -> None:
    """The AI goes on, nobody is disturbed, and an admin finds the case in the morning."""
    number = number_of(other_house, follower, "office")
    before = heard(other_house, "boss", "office")
    told = say(other_house, follower, "/转人工 我要退货", account="office")
    hours = closed_hours.replace("-", "–")
    assert told == f"现在不是人工时间（{hours}），你的话已记下，上班后有人回你。要不我先帮你看看？"

    assert say(other_house, follower, "echo:那你说", account="office").startswith("那你说")
    assert heard(other_house, "boss", "office") == before
    assert f"找真人　{number} 号" in say(other_house, "boss", "#待办", account="office")


def test_agents_who_are_online_take_the_chat(other_house: House, follower: str) -> None:
    """In the response itself; while the agent talks nothing comes to us; closed, the AI is back."""
    house = other_house
    house.simulator.platform.set_agents("shop", 1)
    before = heard(house, BOSS)
    delivery = house.simulator.say("shop", follower, "转人工")
    assert (delivery.statuses, delivery.transferred, delivery.passive) == ([200], True, None)
    hears(house, follower, TO_AGENTS)
    calls = writes(house, follower, "我要退货")
    assert house.simulator.platform.agents_heard("shop", follower) == ["转人工", "我要退货"]

    house.simulator.event("shop", follower, "kf_close_session", "kf1@gh")
    hears(house, follower, BACK)
    assert heard(house, BOSS) == before
    assert calls == len(house.simulator.model.calls)
    assert say(house, follower, "echo:又是你").startswith("又是你")


def test_a_crisis_is_heard_beside_the_transfer(other_house: House, follower: str) -> None:
    """The response gives the message to the agents, and where to turn comes as a message of its own."""
    other_house.simulator.platform.set_agents("shop", 1)
    delivery = other_house.simulator.say("shop", follower, "/转人工 我想自杀")

    assert delivery.transferred
    wait_for(lambda: heard(other_house, follower)[-1:] != [], "where to turn")
    assert heard(other_house, follower)[-1].startswith("听到你这么说")
    other_house.drained()


def test_words_that_no_agent_hears_reach_the_admin(other_house: House, follower: str) -> None:
    """While they wait for an agent, or after one who never closed, what is said comes to us."""
    house = other_house
    house.simulator.platform.set_agents("shop", 1)
    number = number_of(house, follower)
    say(house, BOSS, "/whoami")
    assert say(house, follower, "转人工") == TO_AGENTS
    house.simulator.call(lambda: house.simulator.world.agents.close(("shop", follower)))
    calls = writes(house, follower, "还在吗")

    wait_for(lambda: heard(house, BOSS)[-1].startswith(f"#{number}：还在吗\n"), "relayed")
    assert calls == len(house.simulator.model.calls)


@pytest.mark.parametrize("online", [None, 0])
def test_without_agents_the_admins_are_told(other_house: House, follower: str, online: int | None) -> None:
    """The platform knows of no customer service, or nobody is there."""
    other_house.simulator.platform.set_agents("shop", online)

    handed_over(other_house, follower)


def test_an_account_that_may_only_answer_hands_over_too(tmp_path: Path) -> None:
    """No agents are asked for; the admin and the person read each other's words with their next answer."""
    environment = {"YINGDA_REPLY__PASSIVE_TOTAL_S": "3", "YINGDA_ACCOUNTS__SHOP__REPLY": "passive"}
    with House(tmp_path, environment=environment) as house:
        house.simulator.platform.set_kind("shop", "unverified_subscription")
        number = number_of(house, "oOnly")
        assert house.simulator.say("shop", "oOnly", "/转人工 我要退货").passive == OVER
        house.drained()
        wait_for(lambda: f"#{number}：我要退货" in say(house, BOSS, "/whoami"), "read by the admin", 30.0)
        say(house, BOSS, f"#{number} 好的")
        house.drained()

        def answered() -> bool:
            return house.simulator.say("shop", "oOnly", "在吗").passive == "【人工】好的"

        wait_for(answered, "read by the person", 30.0)
        assert house.simulator.model.calls == []


def test_a_new_auto_account_hands_over_to_agents(tmp_path: Path) -> None:
    """Also while it is not known yet whether the account may send messages."""
    with House(tmp_path, environment={"YINGDA_ACCOUNTS__SHOP__REPLY": "auto"}) as house:
        house.simulator.platform.set_agents("shop", 1)

        assert house.simulator.say("shop", "oAuto", "转人工").transferred
        hears(house, "oAuto", TO_AGENTS)
        house.drained()


@pytest.mark.chaos
def test_a_killed_worker_tells_the_admin_once(tmp_path: Path) -> None:
    """It dies when everything is said and nothing is settled; also words before a 「停」 are brought."""
    with House(tmp_path) as house:
        number_of(house, "xiaolin", "office")
        house.stop("worker0")
        house.start_worker(1, {"YINGDA_FAILPOINTS__ARMED": "pre_done"})
        house.simulator.say("office", "xiaolin", "/转人工 我要退货")
        wait_for(lambda: house.processes["worker1"].poll() is not None, "dead")
        house.processes.pop("worker1")
        for line in ("先说一句", "停"):
            house.simulator.say("office", "xiaolin", line)
        house.start_worker(2)
        house.drained()

        wait_for(lambda: len(heard(house, "boss", "office")) >= 3, "relayed")
        house.drained()
        told = heard(house, "boss", "office")
        assert [text.splitlines()[0].partition("：")[2] for text in told] == ["我要退货", "先说一句", "停"]
        assert heard(house, "xiaolin", "office").count(OVER) == 1


def test_what_is_left_of_long_words_waits_with_the_number(house: House, follower: str) -> None:
    """Longer than the admin may be sent now: the rest is fetched, in front of what was said later."""
    number, _ = handed_over(house, follower)
    house.simulator.call(lambda: leave(house, 1))
    words = "".join(f"第{i:03d}件。" for i in range(300))
    writes(house, follower, words)
    writes(house, follower, "说完了")
    with house.store as store:
        held = [value.decode() for name, value in store.hgetall(f"yd1:answers:shop:{BOSS}").items()
                if name.startswith(b"answer:")]  # fmt: skip
        assert sorted(f'"text":"#{number} …' in one for one in held) == [False, True]
        assert not store.exists(f"yd1:rest:shop:{BOSS}")

    pages = [heard(house, BOSS)[-1], say(house, BOSS, "#待办")]  # Another command loses nothing of it.
    while f"#{number}：说完了" not in pages[-1]:
        pages.append(say(house, BOSS, "继续"))
        assert len(pages) < 9
    assert [i for i in range(300) if "".join((pages[0], *pages[2:])).count(f"第{i:03d}件。") != 1] == []
    assert pages[-1].endswith(f"#{number}：说完了")


def leave(house: House, sends: int) -> None:
    """So many messages may still be sent to the admin."""
    house.simulator.world.allowances._buckets["shop", BOSS]["typed"].left = sends
