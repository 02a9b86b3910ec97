"""`flask --app app connect` on a real terminal, against the simulated platform: accounts and their file."""

import os
import stat
import tomllib
from pathlib import Path

from config.settings import load
from simulator.testing import Simulator
from tests.handlers.connecting.conftest import Start
from tests.handlers.connecting.steps import (
    ADDRESS,
    KEY,
    account_of,
    answer_official,
    answer_rest,
    assert_no_secrets,
    connect_official,
    paste,
    submit,
)


def test_an_official_account_is_connected(start: Start, sim: Simulator, toml: Path) -> None:
    """From nothing to the platform's ✓: the file is complete, private, and holds what was typed."""
    terminal = start()
    connect_official(terminal, sim)
    paste(sim, toml, "shop")
    attempt = submit(sim, "shop")
    terminal.expect("✓ 平台的验证通过了")
    terminal.expect("make run")

    assert (terminal.end(), attempt.status, attempt.body) == (0, 200, b"5161061540317")
    settings = load({"YINGDA_CONFIG": str(toml)})
    shop, account = sim.accounts["shop"], account_of(toml, "shop")
    assert (account["app_id"], account["app_secret"]) == (shop.receive_id, shop.secret)
    assert (len(account["token"]), len(account["aes_key"])) == (32, 43)
    assert (settings.chat.provider, settings.web.public_url) == ("deepseek", ADDRESS)
    assert stat.S_IMODE(toml.stat().st_mode) == 0o600
    assert os.listdir(toml.parent) == ["yingda.toml"]
    assert_no_secrets(terminal, sim)


def test_the_console_is_explained(start: Start, sim: Simulator, toml: Path) -> None:
    """What to paste, where, and that the console's own replies stop, is said before the wait."""
    terminal = start()
    connect_official(terminal, sim)
    account = account_of(toml, "shop")

    expected = (
        "微信开发者平台 → 我的业务",
        "自动回复和自定义菜单就会停用",
        f"{ADDRESS}/callback/shop",
        "安全模式",
    )
    for words in (*expected, account["token"], account["aes_key"]):
        assert words in terminal.text


def test_a_test_account_is_connected_in_plain_mode(start: Start, sim: Simulator, toml: Path) -> None:
    """测试号: no key is written, encryption is plain."""
    terminal = start()
    answer_official(terminal, sim, kind="1")
    answer_rest(terminal)
    terminal.expect("平台来验证，")
    paste(sim, toml, "shop")
    submit(sim, "shop")
    terminal.expect("✓ 平台的验证通过了")

    assert terminal.end() == 0
    account = account_of(toml, "shop")
    assert (account["encryption"], "aes_key" in account) == ("plain", False)
    assert "EncodingAESKey" not in terminal.text


def test_a_wecom_app_is_connected_and_its_ip_trusted_last(start: Start, sim: Simulator, toml: Path) -> None:
    """企业微信, in English: 60020 is skipped before the callback is set and mended after it."""
    sim.platform.refuse_ip("office", 2)
    office = sim.accounts["office"]
    terminal = start("--lang", "en")
    terminal.answer("Your choice", "3")
    terminal.answer("short name")
    terminal.answer("CorpID (", office.receive_id)
    terminal.answer("AgentId", "1000002")
    terminal.answer("not shown", office.secret)
    terminal.expect("The IP to allow: 127.0.0.1")
    terminal.answer("enter s to skip", "s")
    terminal.answer("Public address", ADDRESS)
    terminal.answer("Your choice", "1")
    terminal.answer("API key", KEY)
    terminal.expect("Waiting on port")
    paste(sim, toml, "office")
    attempt = submit(sim, "office")
    terminal.expect("✓ The platform's check has passed!")
    terminal.expect("The IP to allow: 127.0.0.1")
    terminal.answer("Enter to try again")
    terminal.expect("WeCom trusts this machine now")

    assert (terminal.end(), attempt.body) == (0, b"5161061540317")
    assert account_of(toml, "office")["agent_id"] == 1000002
    assert_no_secrets(terminal, sim)


def test_the_language_follows_the_locale(start: Start) -> None:
    """LANG=en_US speaks English."""
    terminal = start(LANG="en_US.UTF-8")

    terminal.expect("Which one do you have?")


def test_a_model_in_the_environment_is_not_asked_for(start: Start, sim: Simulator, toml: Path) -> None:
    """OPENAI_API_KEY is enough; the file then has no [chat]."""
    terminal = start(OPENAI_API_KEY=KEY)
    answer_official(terminal, sim)
    terminal.answer("外网网址", ADDRESS)
    terminal.expect("已经设好了")
    terminal.expect("平台来验证，")

    assert "chat" not in tomllib.loads(toml.read_text())
    assert_no_secrets(terminal, sim)


def test_what_the_file_already_says_is_kept(start: Start, sim: Simulator, toml: Path) -> None:
    """Another account, the model and every comment stay; the new account comes after them."""
    before = f"# mine\n{sim.config_toml()}# the end, without a line break".replace(
        "accounts.shop", "accounts.old"
    )
    toml.write_text(before)
    terminal = start()
    answer_official(terminal, sim, name="corner")
    terminal.answer("外网网址", ADDRESS)
    terminal.expect("已经设好了")
    terminal.expect("平台来验证，")

    assert toml.read_text().startswith(before + "\n\n[accounts.corner]\n")
    assert set(load({"YINGDA_CONFIG": str(toml)}).accounts) == {"old", "office", "corner"}
    assert stat.S_IMODE(toml.stat().st_mode) == 0o600


def test_an_account_is_renewed_only_when_confirmed(start: Start, sim: Simulator, toml: Path) -> None:
    """Set up anew: the former file is kept, and what else the account's table says stays."""
    before = sim.config_toml()
    toml.write_text(before)
    terminal = start()
    terminal.answer("选哪个", "2")
    terminal.answer("代号")
    terminal.expect("shop 已经有了")
    terminal.answer("选哪个", "2")
    terminal.answer("AppID", sim.accounts["shop"].receive_id)
    terminal.answer("不显示", sim.accounts["shop"].secret)
    terminal.answer("外网网址", ADDRESS)
    terminal.expect("平台来验证，")

    account, copy = account_of(toml, "shop"), toml.with_name("yingda.toml.bak")
    assert account["token"] != sim.accounts["shop"].token
    assert (account["title"], account["admins"]) == ("青禾书店", list(sim.accounts["shop"].admins))
    assert (copy.read_text(), stat.S_IMODE(copy.stat().st_mode)) == (before, 0o600)


def test_an_account_that_is_there_can_be_waited_for(start: Start, sim: Simulator, toml: Path) -> None:
    """The first choice changes nothing in the file and goes straight to the wait."""
    before = sim.config_toml(f'[web]\npublic_url = "{ADDRESS}"')
    toml.write_text(before)
    terminal = start()
    terminal.answer("选哪个", "2")
    terminal.answer("代号")
    terminal.answer("选哪个", "1")
    terminal.expect("平台来验证，")
    submit(sim, "shop")
    terminal.expect("✓ 平台的验证通过了")

    assert (terminal.end(), toml.read_text()) == (0, before)


def test_a_broken_file_is_left_alone(start: Start, toml: Path) -> None:
    """A file that cannot be used is named with its line before anything is asked in vain."""
    toml.write_text("[chat]\nmodel = unquoted\n")
    terminal = start()
    terminal.answer("选哪个", "2")
    terminal.answer("代号")
    terminal.expect("at line 2")

    assert (terminal.end(), toml.read_text()) == (1, "[chat]\nmodel = unquoted\n")
