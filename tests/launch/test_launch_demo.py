"""`launch.py demo`: what it starts, what it tells each process, and what it keeps between starts."""

import json
import re
import socket
import stat
import tomllib
from pathlib import Path
from typing import Any

import pytest

from config.settings import load
from tests.launch.launched import Launch, await_true, given, is_running, ready


def test_it_starts_store_web_worker_and_simulator_and_tells_the_page(launch: Launch) -> None:
    """All four run, and the line with the page's address carries this start's key."""
    launched = ready(launch)

    assert set(launched.pids()) == {"store", "web", "worker", "simulator"}
    assert all(is_running(pid) for pid in launched.pids().values())
    page = re.search(r"http://127\.0\.0\.1:(\d+)/\?k=(\S+)", launched.said)
    assert page is not None
    assert given(launched, "simulator")["SIMULATOR_KEY"] == page[2]


def test_the_simulator_is_told_where_everything_is(launch: Launch) -> None:
    """Port, callback address, configuration and state folder are on its command line."""
    launched = ready(launch)

    words: Any = launched.heard("simulator")[0]["argv"]
    told = dict(zip(words[::2], words[1::2], strict=True))

    assert told["--callback"] == f"http://127.0.0.1:{given(launched, 'worker')['PORT']}"
    assert (told["--config"], told["--state"]) == ("var/demo/yingda.toml", "var/demo")
    assert f":{told['--port']}/?k=" in launched.said


def test_the_made_up_accounts_are_ones_that_the_settings_accept(launch: Launch, root: Path) -> None:
    """The demo's TOML loads, with both accounts reached through the simulator."""
    launched = ready(launch)

    settings = load({**given(launched, "worker"), "YINGDA_CONFIG": str(root / "var/demo/yingda.toml")})

    assert {name: account.channel for name, account in settings.accounts.items()} == {
        "shop": "official",
        "office": "wecom",
    }
    assert settings.accounts["shop"].about_text
    assert settings.chat.base_url.removesuffix("/v1") == settings.accounts["office"].api_base


def test_secrets_are_private_and_survive_a_restart(launch: Launch, root: Path) -> None:
    """The second start finds the accounts, and so the memory, of the first."""
    config = root / "var/demo/yingda.toml"
    ready(launch).interrupt()
    first = tomllib.loads(config.read_text("utf-8"))["accounts"]
    ready(launch).interrupt()
    second = tomllib.loads(config.read_text("utf-8"))["accounts"]

    for table in (*first.values(), *second.values()):
        table.pop("api_base")
    assert first == second
    assert stat.S_IMODE(config.stat().st_mode) == 0o600


def test_a_taken_port_moves_to_the_next_free_one(launch: Launch) -> None:
    """Somebody else's server stays where it is, the demo goes elsewhere and says so."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        launched = ready(launch, PORT=str(port))

        assert int(given(launched, "worker")["PORT"]) > port
        assert f"{port} → " in launched.said


def test_a_second_start_is_refused_with_the_address_of_the_first(launch: Launch) -> None:
    """One line that names the page, and the first one goes on undisturbed."""
    first = ready(launch)
    page = re.search(r"http://\S+\?k=\S+", first.said)
    second = launch("demo")

    assert second.process.wait(20) == 1
    assert page is not None
    assert second.said.count("\n") == 1
    assert page[0] in second.said
    assert first.process.poll() is None


def test_a_model_set_in_the_page_reaches_new_workers_and_not_the_web(launch: Launch, root: Path) -> None:
    """The old worker is asked to finish, a new one starts with the key, the web process stays."""
    launched = ready(launch)
    before = launched.pids()
    path = root / "var/demo/model.json"
    path.write_text(json.dumps({"base_url": "http://127.0.0.1:9/v1", "api_key": "k-1", "model": "real"}))
    launched.await_said("real")
    await_true(lambda: given(launched, "worker").get("OPENAI_MODEL") == "real")

    told = given(launched, "worker")
    assert (told["OPENAI_BASE_URL"], told["OPENAI_API_KEY"]) == ("http://127.0.0.1:9/v1", "k-1")
    assert launched.pids()["web"] == before["web"]
    await_true(lambda: {"ended": before["worker"]} in launched.heard("worker"))
    assert "k-1" not in launched.said

    path.unlink()
    await_true(lambda: given(launched, "worker")["OPENAI_MODEL"] == "stand-in")
    assert "OPENAI_API_KEY" not in given(launched, "worker")


def test_a_model_set_before_is_used_at_the_next_start(launch: Launch, root: Path) -> None:
    """The page's choice outlives a restart, and is said."""
    (root / "var/demo").mkdir(parents=True)
    (root / "var/demo/model.json").write_text(
        '{"base_url": "http://127.0.0.1:9/v1", "api_key": "k", "model": "kept"}'
    )

    launched = ready(launch)

    assert "kept" in launched.said
    assert given(launched, "worker")["OPENAI_MODEL"] == "kept"


def test_a_key_in_the_environment_is_used_and_not_written_down(launch: Launch, root: Path) -> None:
    """OPENAI_* of the person's own environment wins over the stand-in; the key stays out of every file."""
    launched = ready(
        launch, OPENAI_API_KEY="sk-mine-123", OPENAI_BASE_URL="http://127.0.0.1:9/v1", OPENAI_MODEL="mine"
    )

    assert given(launched, "worker")["OPENAI_API_KEY"] == "sk-mine-123"
    assert tomllib.loads((root / "var/demo/yingda.toml").read_text("utf-8"))["chat"]["model"] == "mine"
    assert "sk-mine-123" not in (root / "var/demo/yingda.toml").read_text("utf-8")


def test_what_is_set_for_your_own_accounts_does_not_leak_into_the_demo(launch: Launch) -> None:
    """A store, a model's name or any YINGDA_ variable of the shell means the real installation."""
    launched = ready(launch, REDIS_URL="redis://elsewhere/0", YINGDA_CHAT__MODEL="mine", OPENAI_MODEL="mine")

    told = given(launched, "worker")
    assert told["REDIS_URL"].startswith("redis://127.0.0.1:")
    assert told["OPENAI_MODEL"] == "stand-in"
    assert [name for name in told if name.startswith("YINGDA_")] == ["YINGDA_CONFIG"]


@pytest.mark.parametrize(
    ("words", "variables", "opened"),
    [
        ((), {"DISPLAY": ":99"}, True),
        ((), {}, False),
        ((), {"DISPLAY": ":99", "CI": "true"}, False),
        (("--no-open",), {"DISPLAY": ":99"}, False),
    ],
)
def test_the_page_is_opened_only_where_there_is_a_screen_and_nobody_forbids_it(
    launch: Launch, root: Path, words: tuple[str, ...], variables: dict[str, str], opened: bool
) -> None:
    """The browser gets the page's address; on a build machine or a server none is started."""
    browser, told = root / "browser", root / "told"
    browser.write_text(f'#!/bin/sh\necho "$1" > {told}.new && mv {told}.new {told}\n')
    browser.chmod(0o755)
    launched = launch("demo", *words, **variables, BROWSER=f"{browser} %s")
    launched.await_said("Ctrl-C")
    if opened:
        await_true(told.exists)
    launched.interrupt()

    assert told.exists() == opened
    if opened:
        assert told.read_text().strip() in launched.said
