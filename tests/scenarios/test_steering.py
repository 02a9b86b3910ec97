"""The owner steers from the chat: becoming an admin, people by their numbers, bans, quotas, the audit."""

import re
import subprocess
import sys

import pytest

from simulator.testing import BOSS
from tests.scenarios.house import ROOT, House, wait_for

UNKNOWN = "没有「{word}」这个用法"


def say(house: House, peer: str, *lines: str, account: str = "shop") -> str:
    """Say *lines* one after another; the last reply."""
    before = len(house.simulator.replies(account, peer))
    for number, line in enumerate(lines, before + 1):
        house.simulator.say(account, peer, line)
        house.simulator.wait_replies(account, peer, number)
        house.drained()
    return house.simulator.replies(account, peer)[-1].text


def number_of(house: House, peer: str, account: str = "shop") -> str:
    """What /whoami says."""
    found = re.search(r"你在这里是 (\d+) 号", say(house, peer, "/whoami", account=account))
    assert found
    return found[1]


def admin_code(house: House, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What the owner runs on the machine."""
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", "admin-code", *arguments],
        env={
            "YINGDA_CONFIG": str(house.folder / "yingda.toml"),
            "REDIS_URL": f"redis://127.0.0.1:{house.store_port}/0",
        },
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_code_on_the_screen_makes_an_admin(house: House, follower: str) -> None:
    """Six digits, once; a wrong one is said to be wrong, and a used one is a word like any other."""
    printed = admin_code(house, "shop").stdout
    code = re.search(r"配对 (\d{6})", printed)
    assert code, printed
    wrong = "000000" if code[1] != "000000" else "111111"

    assert say(house, follower, f"配对 {wrong}").startswith("这个码不对")
    assert say(house, follower, f"配对 {code[1]}").startswith("配对好了，你是管理员")
    assert "管理员" in say(house, follower, "/whoami")
    assert say(house, f"{follower}_two", f"配对 {code[1]}").startswith(UNKNOWN.format(word="配对"))


@pytest.mark.parametrize("arguments", [(), ("nothing",)])
def test_the_account_has_to_be_named(house: House, arguments: tuple[str, ...]) -> None:
    """With two accounts the command says which there are."""
    ended = admin_code(house, *arguments)

    assert ended.returncode == 1
    assert "{shop, office}" in ended.stderr


@pytest.mark.parametrize(
    "line",
    [
        "#",
        "/ban 1",
        "#拉黑 1",
        "/unban 1",
        "/audit",
        "#操作记录",
        "/quota everyone 1/day",
        "#额度",
        "/commands",
    ],
)
def test_a_stranger_hears_what_everybody_hears_of_an_unknown_word(
    house: House, follower: str, line: str
) -> None:
    """Nobody learns that there is anything to be had."""
    word = line.lstrip("/#").split(" ")[0] or "#"

    assert say(house, follower, line) == f"没有「{word}」这个用法，发「帮助」看看我会什么。"


@pytest.mark.parametrize("line", ["拉黑 1", "额度", "操作记录"])
def test_an_admins_word_without_its_prefix_is_talk(house: House, follower: str, line: str) -> None:
    """Also to an admin: only `#` or `/` makes it a command."""
    for peer in (follower, BOSS):
        say(house, peer, line)
        assert house.simulator.model.calls[-1].question == line


def test_who_is_banned_hears_one_sentence_at_once(house: House, follower: str) -> None:
    """Also the answer that is being written stops; lifted, everything is as before."""
    number = number_of(house, follower)
    house.simulator.model.set(first_byte_s=3.0)
    house.simulator.say("shop", follower, "echo:正在写")
    wait_for(lambda: any("正在写" in call.question for call in house.simulator.model.calls), "asked")
    assert say(house, BOSS, f"#拉黑 {number}").startswith(f"好，{number} 号不再回答了")
    house.drained()
    house.simulator.model.reset()
    assert not any("正在写" in sent.text for sent in house.simulator.replies("shop", follower))
    assert say(house, follower, "在吗").startswith("你的使用已暂停")
    assert say(house, follower, "/help").startswith("你的使用已暂停")

    say(house, BOSS, f"#解除拉黑 {number} 号")
    assert say(house, follower, "echo:又能聊了").startswith("又能聊了")


@pytest.mark.parametrize("line", ["继续", "取", "配对", "echo:在吗"])
def test_who_is_banned_reaches_no_model(house: House, follower: str, line: str) -> None:
    """With no word, while nothing waits for them."""
    say(house, follower, "echo:你好")
    say(house, BOSS, f"/ban {number_of(house, follower)}")
    house.drained()
    calls = len(house.simulator.model.calls)

    assert say(house, follower, line).startswith("你的使用已暂停")
    assert len(house.simulator.model.calls) == calls


def test_what_an_admin_did_stands_in_the_audit(house: House, follower: str) -> None:
    """Who, what and to whom, by numbers."""
    number, boss = number_of(house, follower), number_of(house, BOSS)
    say(house, BOSS, f"/ban {number}", f"/unban {follower}")

    newest = say(house, BOSS, "#操作记录").splitlines()[:2]
    assert [line.split("　")[1] for line in newest] == [
        f"{boss} 号：解除拉黑（{number} 号）",
        f"{boss} 号：拉黑（{number} 号）",
    ]


@pytest.mark.parametrize("named", ["", "9999", "nobody", "-1", "1 号号", "x" * 500])
def test_nobody_is_banned_by_mistake(house: House, named: str) -> None:
    """A number or id that nobody has is said to be that; an admin is left alone."""
    assert say(house, BOSS, f"/ban {named}").startswith("没找到")


def test_an_admin_cannot_ban_themselves(house: House) -> None:
    """Who is named in the settings stays able to steer."""
    boss = number_of(house, BOSS)

    assert say(house, BOSS, f"/ban {boss}") == f"{boss} 号是管理员，不能拉黑。"


def test_a_quota_ends_the_day_politely(house: House, follower: str) -> None:
    """For one person: so many answers, then a sentence; another number opens it, and 「重答」 asks again."""
    number = number_of(house, follower)
    assert say(house, BOSS, f"#额度 {number} 2/天") == f"好，{number} 号每天：2 次。"
    assert say(house, follower, "echo:一", "echo:二").startswith("二")
    calls = len(house.simulator.model.calls)

    assert say(house, follower, "echo:三") == "今天的 2 次用完啦，明天 0 点恢复。急事发「转人工」。"
    assert len(house.simulator.model.calls) == calls
    assert "今天还能问 0 次" in say(house, follower, "用量")
    say(house, BOSS, f"#额度 {number} 不限")
    assert say(house, follower, "重答").startswith("三")
    assert say(house, follower, "echo:四").startswith("四")


@pytest.mark.parametrize("line", ["#暂停 12", "/pause 10 分钟", "#恢复 12"])
def test_a_pause_is_never_about_one_person(house: House, follower: str, line: str) -> None:
    """It says how to do either, and everybody is answered on."""
    told = say(house, BOSS, line)

    assert "整个号" in told
    assert "拉黑 12」" in told
    assert say(house, follower, "echo:在吗").startswith("在吗")


@pytest.mark.parametrize(
    "line",
    [
        "#额度",
        "#额度 所有人",
        "#额度 所有人 很多",
        "#额度 12 -3",
        "#额度 12 3/年",
        "#额度 12 0",
        "#额度 12 0.5",
    ],
)
def test_a_quota_that_is_not_understood_is_explained(house: House, line: str) -> None:
    """With examples to copy, and what holds now."""
    told = say(house, BOSS, line)

    assert told.startswith("现在每人每天：不限")
    assert "#额度 所有人 50/天" in told


@pytest.mark.parametrize("word", ["取消", "默认", "default"])
def test_a_limit_that_is_taken_back_is_no_gift(house: House, follower: str, word: str) -> None:
    """What everybody may use holds again, for them, and what the settings say, for everybody."""
    number = number_of(house, follower)
    try:
        assert say(house, BOSS, "#额度 所有人 2/天") == "好，每人每天：2 次。"
        assert say(house, BOSS, f"#额度 {number} 2000 词元") == f"好，{number} 号每天：2 次 · 2000 词元。"
        assert say(house, BOSS, f"#额度 {number} 不限") == f"好，{number} 号每天：不限。"
        assert say(house, BOSS, f"#额度 {number} {word}") == f"好，{number} 号每天：2 次。"
        assert "今天还能问 2 次" in say(house, follower, "用量")
    finally:
        assert say(house, BOSS, f"#额度 所有人 {word}") == "好，每人每天：不限。"
    assert "今天不限次数" in say(house, follower, "用量")
    assert "改额度 默认" in say(house, BOSS, "#操作记录")


def test_usage_adds_up_to_what_the_model_counted(house: House, follower: str) -> None:
    """The ledger holds the provider's own figures."""
    before = len(house.simulator.model.calls)
    say(house, follower, "echo:一", "echo:二二", "echo:三三三")
    tokens = sum(call.tokens for call in house.simulator.model.calls[before:])

    assert f"今天：3 次，{tokens} 词元" in say(house, follower, "用量")


def test_erasing_oneself_opens_no_new_quota(house: House, follower: str) -> None:
    """Who was erased is new here, but has used what they used today, and keeps their own limit."""
    number = number_of(house, follower)
    say(house, BOSS, f"#额度 {number} 2/天")
    say(house, follower, "echo:一", "echo:二", "/forget")
    assert say(house, follower, "确认删除").startswith("已删除")

    assert say(house, follower, "echo:三") == "今天的 2 次用完啦，明天 0 点恢复。急事发「转人工」。"


def test_an_answer_that_is_stopped_was_paid_for(house: House, follower: str) -> None:
    """Nobody asks for nothing by stopping what they asked."""
    house.simulator.model.set(first_byte_s=5.0)
    house.simulator.say("shop", follower, "echo:算了")
    wait_for(lambda: any("算了" in call.question for call in house.simulator.model.calls), "asked")
    say(house, follower, "停")
    house.simulator.model.reset()

    assert "今天：1 次" in say(house, follower, "用量")


def test_a_number_as_long_as_a_message_is_talk(house: House, follower: str) -> None:
    """Nobody counts that far."""
    assert say(house, follower, f"echo:{'9' * 500}").startswith("9" * 400)
    house.simulator.say("shop", follower, "7" * 9000)
    house.drained()

    assert house.counts().get("settled:dead_letter", 0) == 0


@pytest.mark.parametrize("line", ["/help pair", "/帮助 配对", "/help ban", "/help 拉黑"])
def test_help_tells_strangers_of_no_admins(house: House, follower: str, line: str) -> None:
    """As of any unknown word."""
    assert say(house, follower, line).startswith("没有叫「")


def test_lone_sign_lists_what_an_admin_can_do(house: House) -> None:
    """`#` alone, in one message."""
    told = say(house, BOSS, "#")

    assert told.startswith("管理用的几句")
    assert "拉黑 /ban" in told
    assert len(told.encode()) <= 2048
