"""`flask --app app doctor` beside a running house: each check, well and wrong."""

import os
import re
import subprocess
import sys
import urllib.error
from collections.abc import Iterator
from pathlib import Path

import pytest

from launching.store import command, find_binary
from simulator.testing import BOSS, XIAOYU
from tests.conftest import await_store, free_port
from tests.scenarios.house import ROOT, House, wait_for

WRITTEN = """
[notice]
operator = "青禾书店"
contact = "hello@example.com"
filing = "不适用"
privacy_contact = "privacy@example.com"
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house that lacks nothing but a public address."""
    with House(tmp_path_factory.mktemp("doctor"), extra=WRITTEN) as house:
        yield house


@pytest.fixture
def house(running: House) -> Iterator[House]:
    """The same, set right again after each test."""
    platform = running.simulator.platform
    running.simulator.model.reset()
    yield running
    platform.shift_date(0)
    platform.set_kind("shop", "verified_service")
    platform.refuse_ip("shop", 0)
    platform.refuse_ip("office", 0)
    with running.store as store:
        store.delete("yd1:delivery:shop", "yd1:arrivals:shop")


def doctor(house: House, *options: str, **environ: str) -> tuple[int, str]:
    """Exit status, and what is printed."""
    ended = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", "doctor", *options],
        env={
            "PATH": os.environ["PATH"],
            "YINGDA_CONFIG": str(house.folder / "yingda.toml"),
            "REDIS_URL": f"redis://127.0.0.1:{house.store_port}/0",
            **environ,
        },
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in ended.stderr, ended.stderr
    return ended.returncode, ended.stdout


def line(told: str, name: str) -> str:
    """The line of one check, with what goes on below it."""
    found = re.search(rf"^[✓✗○] {name}：.*(\n  .*)*", told, re.MULTILINE)
    assert found, told
    return found[0]


def test_all_well_is_status_0(house: House) -> None:
    """One line a check, none of them ✗; every account has its own."""
    house.simulator.say("shop", XIAOYU, "echo:早")
    house.simulator.say("office", "boss", "echo:早")
    house.drained()
    status, told = doctor(house)

    assert (status, "✗" in told) == (0, False), told
    for name in ("设置", "存储", "工作进程", "磁盘", "模型", "价格", "shop 时钟", "shop 凭证", "shop 权限"):
        assert line(told, name).startswith("✓"), told
    for name in ("shop 来信", "shop 公示", "office 凭证", "office 来信"):
        assert line(told, name).startswith("✓"), told
    for name in ("网址", "证书", "shop 回调", "office 回调", "shop 介绍", "office 公示", "office 权限"):
        assert line(told, name).startswith("○"), told
    assert told.endswith("没有要处理的。\n")


def test_english_and_one_account(house: House) -> None:
    """--lang and --account; the progress goes to stderr, so that stdout is the answer alone."""
    _, told = doctor(house, "--lang", "en", "--account", "office")

    assert "✓ store: Reachable, and it loses no messages." in told
    assert "✓ office clock: " in told
    assert "shop" not in told


def test_no_secret_is_printed(house: House) -> None:
    """Neither of the platforms nor of the model."""
    _, told = doctor(house)

    hidden = [secret for account in house.simulator.accounts.values() for secret in account.secrets()]
    assert [secret for secret in (*hidden, "sk-simulated-0000") if secret in told] == []


@pytest.mark.parametrize(
    ("options", "environ", "said"),
    [
        (("--account", "nobody"), {}, "没有叫 nobody 的账号。有：shop, office"),
        ((), {"YINGDA_CHAT__REPLY_TOKENS": "many"}, "✗ 设置：YINGDA_CHAT__REPLY_TOKENS"),
        ((), {"YINGDA_CONFIG": "/nowhere.toml"}, "✗ 设置：YINGDA_CONFIG"),
    ],
)
def test_what_cannot_run_is_status_2(
    house: House, options: tuple[str, ...], environ: dict[str, str], said: str
) -> None:
    """One line that names it."""
    ended = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", "doctor", *options],
        env={"YINGDA_CONFIG": str(house.folder / "yingda.toml"), **environ},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ended.returncode == 2
    assert (ended.stdout + ended.stderr).startswith(said)
    assert len((ended.stdout + ended.stderr).splitlines()) == 1


@pytest.mark.parametrize(("ahead_s", "mark"), [(400, "✗"), (-400, "✗"), (90, "✗"), (20, "✓"), (0, "✓")])
def test_the_clock_is_held_against_the_platforms(house: House, ahead_s: int, mark: str) -> None:
    """Either way off; with the seconds, and what to do."""
    house.simulator.platform.shift_date(ahead_s)
    status, told = doctor(house, "--account", "shop")

    found = re.search(rf"^{mark} shop 时钟：和平台差 (\d+) 秒", told, re.MULTILINE)
    assert found, told
    assert abs(int(found[1]) - abs(ahead_s)) <= 2
    assert status == (1 if mark == "✗" else 0)


def test_an_address_that_is_not_allowed_is_told(house: House) -> None:
    """40164: the IP that the platform saw, where to click, and when it works; told once."""
    house.simulator.platform.refuse_ip("shop", 2)
    status, told = doctor(house, "--account", "shop")

    said = line(told, "shop 凭证") + line(told, "shop 权限")
    assert status == 1
    assert "要放行的 IP：127.0.0.1" in said
    assert "IP 白名单" in said
    assert "几分钟后生效" in said
    assert "和上面同一个原因" in said
    assert "whitelist" not in told


def test_a_trusted_ip_is_told_in_wecom(house: House) -> None:
    """60020 comes with the first call after the token."""
    house.simulator.platform.refuse_ip("office", 1)
    status, told = doctor(house, "--account", "office")

    assert status == 1
    assert line(told, "office 凭证").startswith("✓")
    assert "要放行的 IP：127.0.0.1" in line(told, "office 权限")
    assert "企业可信IP" in line(told, "office 权限")


@pytest.mark.parametrize(
    ("account", "key", "value", "named"),
    [
        ("shop", "APP_SECRET", "0" * 7 + "a" * 25, "accounts.shop.app_secret"),
        ("shop", "APP_ID", "wx0123456789abcdef", "accounts.shop.app_id"),
        ("office", "SECRET", "a" * 43, "accounts.office.secret"),
        ("office", "AGENT_ID", "4242424", "accounts.office.agent_id"),
    ],
)
def test_a_wrong_id_or_secret_is_named(house: House, account: str, key: str, value: str, named: str) -> None:
    """With the setting to correct."""
    environ = {f"YINGDA_ACCOUNTS__{account.upper()}__{key}": value}
    status, told = doctor(house, "--account", account, **environ)

    assert status == 1
    assert named in told
    assert value not in told


def test_a_platform_that_is_away_is_told_once(house: House) -> None:
    """Three checks meet with it; one says so."""
    status, told = doctor(house, "--account", "shop", YINGDA_ACCOUNTS__SHOP__API_BASE="http://127.0.0.1:9")

    assert status == 1
    assert told.count("连不上 127.0.0.1:9") == 1
    assert told.count("和上面同一个原因") == 2


@pytest.mark.parametrize(
    ("before", "kind", "after", "said"),
    [
        ("passive", "verified_service", b"service", "✓ shop 权限：能主动发消息；以前记的是不能"),
        ("service", "unverified_subscription", b"passive", "✓ shop 权限：不能主动发消息"),
        ("", "unverified_subscription", b"passive", "✓ shop 权限：不能主动发消息"),
        ("service", "verified_service", b"service", "✓ shop 权限：能主动发消息。"),
    ],
)
def test_what_was_learned_of_an_account_is_learned_anew(
    house: House, before: str, kind: str, after: bytes, said: str
) -> None:
    """`reply = "auto"`: who was verified, or lost it, need not wait seven days; nobody is written to."""
    house.simulator.platform.set_kind("shop", kind)
    sent = len(house.simulator.replies("shop", BOSS))
    with house.store as store:
        if before:
            store.set("yd1:delivery:shop", before, px=60_000)
        status, told = doctor(house, "--account", "shop", YINGDA_ACCOUNTS__SHOP__REPLY="auto")

        assert said in told
        assert (status, store.get("yd1:delivery:shop")) == (0, after)
    assert len(house.simulator.replies("shop", BOSS)) == sent


def test_without_an_admin_what_was_learned_is_forgotten(house: House) -> None:
    """Then the next late answer finds out; an admin who was paired is as good as one in the settings."""
    environ = {"YINGDA_ACCOUNTS__SHOP__REPLY": "auto", "YINGDA_ACCOUNTS__SHOP__ADMINS": ""}
    with house.store as store:
        store.set("yd1:delivery:shop", "passive", px=60_000)
        status, told = doctor(house, "--account", "shop", **environ)
        assert line(told, "shop 权限").startswith("○ shop 权限：试不出来")
        assert (status, store.get("yd1:delivery:shop")) == (0, None)

        store.sadd("yd1:admins:shop", BOSS)
        try:
            _, told = doctor(house, "--account", "shop", **environ)
        finally:
            store.delete("yd1:admins:shop")
        assert line(told, "shop 权限") == "✓ shop 权限：能主动发消息。"


def test_an_account_that_is_said_to_write_and_may_not(house: House) -> None:
    """`reply = "service"` on an unverified account answers nobody."""
    house.simulator.platform.set_kind("shop", "unverified_subscription")
    status, told = doctor(house, "--account", "shop")

    assert status == 1
    assert line(told, "shop 权限").startswith("✗ shop 权限：这个号不能主动发消息，accounts.shop.reply")


@pytest.mark.chaos
def test_a_model_is_timed(house: House) -> None:
    """Slower than WeChat waits is ✗; it is asked one small question, once."""
    house.simulator.model.set(first_byte_s=5.5)
    status, told = doctor(house, "--account", "office")

    assert status == 1
    assert re.match(r"✗ 模型：一小句用了 5\.\d 秒", line(told, "模型"))
    assert [call.question for call in house.simulator.model.calls] == ["1+1=?"]


@pytest.mark.parametrize(
    ("mode", "said"), [("500", "服务商出错了（500）"), ("429", "（429）"), ("cut", "中间断了")]
)
def test_a_model_that_fails_is_told(house: House, mode: str, said: str) -> None:
    """With the number that the provider answers."""
    house.simulator.model.set(mode=mode)
    status, told = doctor(house, "--account", "office")

    assert status == 1
    assert said in line(told, "模型")


def test_a_model_without_a_price_is_told(house: House) -> None:
    """No limit of money holds then."""
    status, told = doctor(house, "--account", "office", OPENAI_MODEL="some-other-model")

    assert status == 1
    assert line(told, "价格").startswith("✗ 价格：some-other-model 没有价格")


def test_a_notice_that_is_blank_is_told(house: House) -> None:
    """Which keys, on public accounts alone."""
    environ = {"YINGDA_NOTICE__CONTACT": "", "YINGDA_NOTICE__FILING": " "}
    status, told = doctor(house, **environ)

    assert status == 1
    assert line(told, "shop 公示").endswith("还空着：contact, filing")
    assert line(told, "office 公示").startswith("○")


def test_about_is_counted(house: House) -> None:
    """Against the tokens of one call."""
    (house.folder / "short.txt").write_text("周末 10 点到 21 点。")
    (house.folder / "long.txt").write_text("周末 10 点到 21 点。" * 150)
    short = doctor(house, "--account", "shop", YINGDA_ACCOUNTS__SHOP__ABOUT="short.txt")
    long = doctor(house, "--account", "shop", YINGDA_ACCOUNTS__SHOP__ABOUT="long.txt")

    assert re.match(r"✓ shop 介绍：\d+ 词元，一次最多 3000。", line(short[1], "shop 介绍"))
    assert re.match(r"✗ shop 介绍：占了 \d+ 词元，一次最多才 3000", line(long[1], "shop 介绍"))
    assert (short[0], long[0]) == (0, 1)


def test_what_was_refused_last_is_told(house: House) -> None:
    """With its reason, until something is let in again."""
    packet = house.simulator.packet("shop", XIAOYU, "echo:x")
    forged = {**packet.query, "msg_signature": "0" * 40}
    assert house.simulator.send_raw("shop", forged, packet.body).status == 403
    with house.store as store:
        wait_for(lambda: bool(store.exists("yd1:arrivals:shop")), "it is noted")
    status, told = doctor(house, "--account", "shop")
    assert status == 1
    assert "签名对不上" in line(told, "shop 来信")

    house.simulator.say("shop", XIAOYU, "echo:y")
    with house.store as store:
        wait_for(lambda: store.hexists("yd1:arrivals:shop", "seen"), "it is noted")
    status, told = doctor(house, "--account", "shop")
    assert status == 0
    assert re.search(r"^✓ shop 来信：最近一次 .* 收到；上一次拒收是 .*（signature）", told, re.MULTILINE)


def test_a_store_that_is_away_leaves_the_rest(house: House) -> None:
    """What needs it is not known; everything else is looked at."""
    away = {"REDIS_URL": "redis://127.0.0.1:9/0", "YINGDA_ACCOUNTS__SHOP__REPLY": "auto"}
    status, told = doctor(house, **away)

    assert status == 1
    assert line(told, "存储").startswith("✗ 存储：连不上")
    for name in ("工作进程", "shop 来信"):
        assert line(told, name).endswith("要先连上存储才知道。")
    for name in ("shop 凭证", "shop 权限", "模型", "磁盘"):
        assert line(told, name).startswith("✓")


def test_without_an_address_of_the_store_the_rest_is_looked_at(house: House) -> None:
    """As with `make run`, which brings its own."""
    found = house.folder / "yingda.toml"
    ended = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", "doctor"],
        env={"YINGDA_CONFIG": str(found)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ended.returncode == 0, ended.stdout
    assert line(ended.stdout, "存储").startswith("○ 存储：没写地址")
    assert line(ended.stdout, "工作进程").startswith("○")
    assert line(ended.stdout, "磁盘").startswith("✓")


def test_an_unfit_store_without_a_worker_is_told(house: House, tmp_path: Path) -> None:
    """The setting to change, and that nobody answers; allowed, it is said all the same."""
    port = free_port()
    server = subprocess.Popen(
        [*command(find_binary(), port, tmp_path), "--appendonly", "no"], stdout=subprocess.DEVNULL
    )
    try:
        await_store(port)
        url = f"redis://127.0.0.1:{port}/0"
        status, told = doctor(house, REDIS_URL=url)
        allowed = doctor(house, REDIS_URL=url, YINGDA_REDIS__ALLOW_UNSAFE="true")[1]
    finally:
        server.kill()
        server.wait()

    assert status == 1
    assert "set appendonly to yes" in line(told, "存储")
    assert line(told, "工作进程").startswith("✗ 工作进程：一个都没有")
    assert line(allowed, "存储").startswith("○ 存储：设了 redis.allow_unsafe")


@pytest.fixture
def addressed(house: House) -> dict[str, str]:
    """A public address that leads to the web process, though not by a port that platforms use."""
    return {"YINGDA_WEB__PUBLIC_URL": f"http://127.0.0.1:{house.web_ports[0]}"}


def test_it_knocks_at_its_own_door(house: House, addressed: dict[str, str]) -> None:
    """Signed as either platform signs; it is no message, and no news of the platform."""
    before = house.counts()
    status, told = doctor(house, **addressed)

    assert status == 1
    assert re.match(r"✓ shop 回调：自己敲了一次门，\d+ 毫秒通过。", line(told, "shop 回调"))
    assert line(told, "office 回调").startswith("✓")
    assert f"写的是 {house.web_ports[0]}" in line(told, "网址")
    assert line(told, "证书").startswith("○")
    assert house.counts() == before
    with house.store as store:
        assert not store.exists("yd1:arrivals:shop")


@pytest.mark.parametrize("account", ["shop", "office"])
def test_another_token_is_told_by_its_own_knock(
    house: House, addressed: dict[str, str], account: str
) -> None:
    """The settings were changed and the web was not restarted; no refusal of the platform is noted."""
    other = {f"YINGDA_ACCOUNTS__{account.upper()}__TOKEN": "othertoken"}
    status, told = doctor(house, "--account", account, **addressed, **other)

    assert status == 1
    assert "签名没通过" in line(told, f"{account} 回调")
    with house.store as store:
        assert not store.hexists(f"yd1:arrivals:{account}", "refused")


def test_the_web_serves_the_privacy_page(house: House) -> None:
    """Of each account, and of no other."""
    assert "青禾书店的 AI 助手" in house.text("/privacy/shop")
    assert "hello@example.com" in house.text("/privacy/office")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        house.text("/privacy/nobody")


def test_an_address_that_leads_elsewhere_is_told(house: House, addressed: dict[str, str]) -> None:
    """To another server, to another path, to nobody."""
    elsewhere = {"YINGDA_WEB__PUBLIC_URL": f"{addressed['YINGDA_WEB__PUBLIC_URL']}/else"}
    assert "网址到了别处（404）" in doctor(house, "--account", "shop", **elsewhere)[1]
    nobody = {"YINGDA_WEB__PUBLIC_URL": "http://127.0.0.1:9"}
    assert "从网址进不来（Connection refused）" in doctor(house, "--account", "shop", **nobody)[1]
