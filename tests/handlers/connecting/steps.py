"""The steps of connecting as a person takes them at the terminal, and what is looked at afterwards."""

import tomllib
from pathlib import Path
from typing import Any

from simulator.testing import Attempt, Simulator
from tests.handlers.connecting.terminal import Terminal

KEY = "sk-4f0c1b7d9e2a486f"
ADDRESS = "https://bot.example.com"


def account_of(toml: Path, name: str) -> dict[str, Any]:
    """What the file says about one account."""
    found: dict[str, Any] = tomllib.loads(toml.read_text())["accounts"][name]
    return found


def paste(sim: Simulator, toml: Path, name: str) -> None:
    """Put Token and key of the file into the platform's console, as the owner does."""
    account = account_of(toml, name)
    sim.configure(name, account["token"], account.get("aes_key", ""))


def submit(sim: Simulator, name: str) -> Attempt:
    """Click 提交: the platform checks the address."""
    return sim.verify(name)


def answer_official(terminal: Terminal, sim: Simulator, kind: str = "2", name: str = "") -> None:
    """Everything up to the credentials, answered rightly."""
    terminal.answer("选哪个", kind)
    terminal.answer("代号", name)
    terminal.answer("AppID", f"  {sim.accounts['shop'].receive_id} ")
    terminal.answer("不显示", sim.accounts["shop"].secret)


def answer_rest(terminal: Terminal) -> None:
    """Address and model, answered rightly."""
    terminal.answer("外网网址", ADDRESS)
    terminal.answer("选哪个", "1")
    terminal.answer("API key", KEY)


def connect_official(terminal: Terminal, sim: Simulator) -> None:
    """Everything up to the wait."""
    answer_official(terminal, sim)
    answer_rest(terminal)
    terminal.expect("平台来验证，")


def assert_no_secrets(terminal: Terminal, sim: Simulator) -> None:
    """Nothing that was typed hidden or fetched is on the screen."""
    hidden = [account.secret for account in sim.accounts.values()] + sim.world.tokens.values() + [KEY]

    assert [secret for secret in hidden if secret in terminal.text] == []
