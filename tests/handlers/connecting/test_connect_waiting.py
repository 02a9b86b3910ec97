"""The wait for the platform's check: what else comes, and breaking off."""

import os
import socket
import time
from pathlib import Path

import pytest

from bot.channels._wire import sign
from simulator.testing import Simulator
from tests.handlers.connecting.conftest import Start
from tests.handlers.connecting.steps import (
    ADDRESS,
    account_of,
    answer_official,
    answer_rest,
    connect_official,
    paste,
    submit,
)


@pytest.mark.parametrize("question", ["选哪个", "AppSecret（", "外网网址", "API key"])
def test_ctrl_c_leaves_nothing_behind(start: Start, sim: Simulator, toml: Path, question: str) -> None:
    """Broken off at any question: no file, and how to go on is said."""
    terminal = start()
    steps = [
        ("选哪个", "2"),
        ("代号", ""),
        ("AppID", sim.accounts["shop"].receive_id),
        ("AppSecret（", sim.accounts["shop"].secret),
        ("外网网址", ADDRESS),
        ("选哪个", "1"),
    ]
    for asked, said in steps:
        if asked == question:
            break
        terminal.answer(asked, said)
    terminal.expect(question)
    terminal.expect(": ")
    terminal.interrupt()
    terminal.expect("停下了，什么都没有写")

    assert (terminal.end(), os.listdir(toml.parent)) == (130, [])


def test_ctrl_c_while_waiting_can_be_resumed(start: Start, sim: Simulator, toml: Path) -> None:
    """The file is whole by then; `--resume` goes on waiting with the same Token."""
    terminal = start()
    connect_official(terminal, sim)
    before = toml.read_text()
    terminal.interrupt()
    terminal.expect("--resume shop")
    assert terminal.end() == 130
    paste(sim, toml, "shop")
    again = start("--resume", "shop")
    again.expect("平台来验证，")
    submit(sim, "shop")
    again.expect("✓ 平台的验证通过了")

    assert (again.end(), toml.read_text()) == (0, before)


def test_wrong_attempts_are_explained_while_waiting(start: Start, sim: Simulator, toml: Path) -> None:
    """Wrong path, browser, clock, Token and key are each told in plain words; then the right one passes."""
    terminal = start()
    connect_official(terminal, sim)
    account = account_of(toml, "shop")
    sim.send_raw("other", {}, method="GET")
    terminal.expect("有请求到了 /callback/other，地址不对")
    sim.send_raw("shop", {}, method="GET")
    terminal.expect("不像平台的验证")
    past = str(int(time.time()) - 4000)
    stale = {"signature": sign(account["token"], past, "7"), "timestamp": past, "nonce": "7", "echostr": "e"}
    sim.send_raw("shop", stale, method="GET")
    terminal.expect("差了 400")
    wrong = submit(sim, "shop")
    terminal.expect("签名不对：控制台里的 Token")
    paste(sim, toml, "shop")
    right = submit(sim, "shop")
    terminal.expect("✓ 平台的验证通过了")

    assert (terminal.end(), wrong.status, right.status) == (0, 403, 200)


def test_a_wrong_key_and_a_wrong_company_are_told_apart(start: Start, sim: Simulator, toml: Path) -> None:
    """WeCom encrypts its check: a Token that fits with another key, then another CorpID."""
    toml.write_text(sim.config_toml(f'[web]\npublic_url = "{ADDRESS}"'))
    office = sim.accounts["office"]
    terminal = start("--resume", "office")
    terminal.expect("平台来验证，")
    sim.configure("office", office.token, "A" * 43)
    submit(sim, "office")
    terminal.expect("EncodingAESKey 和上面的不一样")
    sim.configure("office", office.token, office.aes_key)
    sim.accounts["office"].receive_id = "ww0123456789abcdef"
    sim.configure("office", office.token, office.aes_key)
    submit(sim, "office")

    terminal.expect("里面的企业 ID 不是你填的那个")


def test_a_taken_port_is_waited_for(start: Start, sim: Simulator, toml: Path, port: int) -> None:
    """Whatever runs there can be stopped; Enter goes on."""
    with socket.create_server(("127.0.0.1", port)):
        terminal = start()
        answer_official(terminal, sim)
        answer_rest(terminal)
        terminal.expect(f"{port} 端口被占用了")
    terminal.answer("按回车再试")

    terminal.expect("平台来验证，")


def test_nobody_comes(start: Start, sim: Simulator, toml: Path) -> None:
    """After --timeout the exit status is 1, and what to look at is said."""
    toml.write_text(sim.config_toml(f'[web]\npublic_url = "{ADDRESS}"'))
    terminal = start("--resume", "shop", "--timeout", "1")
    terminal.expect("平台的验证没有来")
    terminal.expect("--resume shop")

    assert terminal.end() == 1


def test_an_unknown_account_cannot_be_resumed(start: Start, sim: Simulator, toml: Path) -> None:
    """--resume with a name that is not in the file."""
    toml.write_text(sim.config_toml())
    terminal = start("--resume", "nobody")
    terminal.expect("没有叫 nobody 的账号")

    assert terminal.end() == 1
