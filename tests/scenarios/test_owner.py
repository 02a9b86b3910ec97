"""The owner always knows: what broke is pushed, or stands before an admin's answer, or is listed; once."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.testing import BOSS
from tests.scenarios.house import ROOT, House, wait_for

OWNER = '\n[owner]\naccount = "office"\nperson = "boss"\n'
OFFICIAL_OWNER = f'\n[owner]\naccount = "shop"\nperson = "{BOSS}"\n'


@pytest.fixture(scope="module")
def owned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house whose owner reads notices in the WeCom app, with two workers that could both push."""
    with House(tmp_path_factory.mktemp("owned"), extra=OWNER, workers=2) as house:
        yield house


@pytest.fixture
def ownerless(shared_house: House) -> House:
    """A house without [owner], where nothing was raised yet."""
    shared_house.simulator.model.reset()
    forget(shared_house)
    return shared_house


def forget(house: House) -> None:
    """As on a new day: nothing was raised, nothing told, nobody pushes."""
    with house.store as store:
        found = [*store.keys("yd1:notice*"), *store.keys("yd1:model_failing")]
        if found:
            store.delete(*found)


def heard(house: House, account: str, peer: str) -> list[str]:
    """What reached somebody so far."""
    return [sent.text for sent in house.simulator.replies(account, peer)]


def listed(house: House, *options: str, store_port: int = 0) -> str:
    """What the owner reads at the command line."""
    found = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", "notices", *options],
        env={
            "YINGDA_CONFIG": str(house.folder / "yingda.toml"),
            "REDIS_URL": f"redis://127.0.0.1:{store_port or house.store_port}/0",
        },
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return found.stdout + found.stderr


def refuse(house: House, account: str, errcode: int, follower: str) -> None:
    """Have the platform refuse the answer to one message, for good."""
    house.simulator.platform.fail_sends(account, errcode, 1)
    house.simulator.say(account, follower, "echo:悄悄话")
    house.drained()


def test_the_owner_is_told_once_in_the_app(owned: House, follower: str) -> None:
    """Three refused answers and two workers make one message: what it is, and where to click."""
    for number in range(3):
        refuse(owned, "shop", 40200, f"{follower}{number}")

    (told,) = owned.simulator.wait_replies("office", "boss", 1)
    wait_for(lambda: "共 3 次，已经告诉你了" in listed(owned), "it is known as told")
    assert told.text.startswith("【提醒】shop，")
    assert "接口权限" in told.text
    assert "40200" in told.text
    assert heard(owned, "office", "boss") == [told.text]


def test_an_answer_of_the_owner_has_nothing_before_it_once_it_was_pushed(owned: House) -> None:
    """What was told in the app is not told again."""
    owned.simulator.say("office", "boss", "echo:早")

    replies = owned.simulator.wait_replies("office", "boss", 2)
    assert replies[-1].text.startswith("早")


@pytest.mark.chaos
def test_the_address_to_allow_is_told(owned: House, follower: str) -> None:
    """40164: the address that WeChat saw, and nothing else of its sentence."""
    forget(owned)
    before = len(heard(owned, "office", "boss"))
    owned.simulator.platform.fail_sends("shop", 40164, 1)
    owned.simulator.say("shop", follower, "echo:哪个地址")

    told = owned.simulator.wait_replies("office", "boss", before + 1)[-1].text
    assert "要放行的 IP：127.0.0.1\n" in told
    assert "基础信息 → 开发密钥 → IP 白名单" in told
    assert "几分钟后生效" in told
    assert "rid" not in told
    assert "whitelist" not in told
    owned.simulator.wait_replies("shop", follower, 1, 30.0)  # it waited, and is sent now that it may be
    owned.drained()


@pytest.mark.chaos
def test_what_cannot_be_pushed_is_kept_and_pushed_later(owned: House, follower: str) -> None:
    """The app itself refuses: people are answered meanwhile, and the owner hears of both afterwards."""
    forget(owned)
    owned.simulator.platform.fail_sends("office", 301002, 1)
    refuse(owned, "shop", 43009, follower)
    with owned.store as store:
        wait_for(
            lambda: store.hexists("yd1:notice:account_unfit:shop", "after"), "the push is refused and put off"
        )
    owned.simulator.say("office", "zhangsan", "echo:照常")
    owned.simulator.wait_replies("office", "zhangsan", 1)
    assert "（43009）" not in str(heard(owned, "office", "boss"))

    with owned.store as store:
        store.hdel("yd1:notice:account_unfit:shop", "after")
    for code in ("（43009）", "（301002）"):
        wait_for(lambda code=code: code in str(heard(owned, "office", "boss")), code, 25.0)  # type: ignore[misc]


def test_an_admin_is_told_before_the_next_answer(ownerless: House, follower: str) -> None:
    """Without [owner]: one message of its own, without the AI label, before the answer; and only once."""
    refuse(ownerless, "shop", 40200, follower)
    ownerless.simulator.say("office", "nobody_special", "echo:同事")
    ownerless.simulator.say("office", "boss", "echo:第一句")

    first, second = ownerless.simulator.wait_replies("office", "boss", 2)
    ownerless.drained()
    ownerless.simulator.say("office", "boss", "echo:第二句")
    third = ownerless.simulator.wait_replies("office", "boss", 3)[2]

    assert first.text.startswith("【提醒】shop，")
    assert second.text.startswith("第一句")
    assert third.text.startswith("第二句")
    colleague = ownerless.simulator.wait_replies("office", "nobody_special", 1)
    assert [sent.text for sent in colleague] == ["同事"]
    asked = str(ownerless.simulator.model.calls[-1].messages)
    assert "第一句" in asked
    assert "提醒" not in asked


def test_an_admin_of_an_official_account_is_told_too(ownerless: House, follower: str) -> None:
    """The answer behind it still carries its label."""
    ownerless.simulator.model.set(mode="500")
    with ownerless.store as store:
        seconds, _ = store.time()
        store.set("yd1:model_failing", (seconds - 301) * 1000)
    ownerless.simulator.say("shop", follower, "在吗")
    ownerless.simulator.wait_replies("shop", follower, 1)
    ownerless.simulator.model.reset()
    ownerless.simulator.say("shop", BOSS, "echo:老板")

    notice, answer = ownerless.simulator.wait_replies("shop", BOSS, 2)
    assert notice.text.startswith("【提醒】模型，")
    assert "模型连着 5 分钟以上" in notice.text
    assert not notice.ai
    assert answer.ai
    wait_for(lambda: not store.exists("yd1:model_failing"), "the model works again")


def test_everything_is_listed_at_the_command_line(ownerless: House, follower: str) -> None:
    """In both languages, with what to do; without a word of what people wrote, and without their ids."""
    assert listed(ownerless) == "没有要你处理的事。\n"
    refuse(ownerless, "office", 48002, "boss")
    refuse(ownerless, "shop", 40200, follower)

    chinese, english = listed(ownerless), listed(ownerless, "--lang", "en")
    assert "共 1 次，还没告诉到你" in chinese
    assert "接口权限" in chinese
    assert "1 times, you have not been told yet" in english
    assert "office, " in english
    for text in (chinese, english):
        assert "悄悄话" not in text
        assert follower not in text


def test_the_command_says_in_one_line_what_is_missing(ownerless: House) -> None:
    """No store, no traceback."""
    said = listed(ownerless, store_port=9)

    assert said.startswith("yingda: the store cannot be read")
    assert len(said.splitlines()) == 1


@pytest.mark.chaos
def test_a_poisonous_message_is_told_by_its_number(tmp_path: Path) -> None:
    """It killed its process as often as is allowed: the person gets an apology, the owner a notice."""
    with House(tmp_path, extra=OWNER, environment={"YINGDA_TURN__MAX_DEATHS": "1"}) as house:
        house.simulator.model.set(first_byte_s=20.0)
        house.simulator.say("shop", "oPoison", "毒")
        wait_for(lambda: bool(house.simulator.model.calls), "the model is asked")
        house.stop("worker0", signal.SIGKILL)
        house.start_worker(1)

        told = house.simulator.wait_replies("office", "boss", 1, 25.0)[0].text
        house.drained()
        assert "消息编号：1\n" in told
        assert "毒" not in told


def test_an_owner_on_an_official_account_reads_it_when_they_write(tmp_path: Path) -> None:
    """The push is refused outside of the 48 hours; then it stands before the next answer."""
    with House(tmp_path, extra=OFFICIAL_OWNER) as house:
        refuse(house, "office", 48002, "oPlain")
        wait_for(lambda: "notice not pushed" in house.log("worker0"), "the push is refused")
        house.simulator.say("shop", BOSS, "echo:有事吗")

        notice, answer = house.simulator.wait_replies("shop", BOSS, 2)
        house.drained()
        assert notice.text.startswith("【提醒】office，")
        assert answer.text.startswith("有事吗")


def test_an_unsigned_sender_is_no_admin(tmp_path: Path) -> None:
    """In plain mode the signature does not cover who wrote, so nobody is told there."""
    with House(tmp_path, mode="plain") as house:
        refuse(house, "office", 48002, "somebody")
        house.simulator.say("shop", BOSS, "echo:我是老板")

        house.simulator.wait_replies("shop", BOSS, 1)
        house.drained()
        assert [text.split("\n")[0] for text in heard(house, "shop", BOSS)] == ["我是老板"]


def test_a_notice_that_did_not_go_out_is_told_the_next_time(ownerless: House) -> None:
    """The platform takes no more messages: the answer waits for 「继续」, the notice for the next answer."""
    refuse(ownerless, "office", 48002, "somebody")
    before = len(heard(ownerless, "shop", BOSS))
    ownerless.simulator.platform.fail_sends("shop", 45047, 1)
    ownerless.simulator.say("shop", BOSS, "echo:晚点再看")
    ownerless.drained()
    assert len(heard(ownerless, "shop", BOSS)) == before

    ownerless.simulator.say("shop", BOSS, "继续")

    notice, answer = ownerless.simulator.wait_replies("shop", BOSS, before + 2)[before:]
    assert notice.text.startswith("【提醒】office，")
    assert answer.text.startswith("晚点再看")
    assert answer.ai
