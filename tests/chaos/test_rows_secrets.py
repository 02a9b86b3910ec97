"""Row 46: a canary in every secret setting is found nowhere, whatever goes wrong."""

import resource
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from config.settings import ConfigError, load
from tests.bot import faulty_model
from tests.bot.faulty_model import FaultyModel
from tests.chaos.canaries import GuardedHouse
from tests.chaos.figures import Figures
from tests.scenarios.house import ROOT, wait_for

CODES = (40001, 40014, 42001, 40013, 40125, -1, 48001, 40003, 45002, 45015, 43004, 40164)


@pytest.fixture(scope="module")
def model() -> Iterator[FaultyModel]:
    """A model that answers by a script."""
    with faulty_model.serving() as server:
        yield server


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, model: FaultyModel) -> Iterator[GuardedHouse]:
    """A house full of canaries, whose processes could leave core files if they did not refuse to."""
    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
    try:
        with GuardedHouse(tmp_path_factory.mktemp("canaries"), model) as house:
            yield house
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, (soft, hard))


def fetched(house: GuardedHouse, path: str, **headers: str) -> str:
    """Head and body of what a GET brings."""
    request = urllib.request.Request(f"http://127.0.0.1:{house.web_ports[0]}{path}", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return f"{answer.status} {answer.headers} {answer.read().decode()}"
    except urllib.error.HTTPError as error:
        with error:
            return f"{error.code} {error.headers} {error.read().decode()}"


def looked_at(house: GuardedHouse, *more: str) -> list[str]:
    """Every address and command that shows something, for those who may and for those who may not."""
    shown = [fetched(house, path) for path in ("/", "/healthz", "/readyz", "/metrics", "/callback/nobody")]
    bearer = f"Bearer {house.metrics_token}"
    shown.append(fetched(house, "/metrics", Authorization=bearer))
    assert shown[-1].startswith(("200", "503"))
    shown.append(fetched(house, "/metrics", Authorization=f"Bearer {house.stray()}"))
    shown.append(fetched(house, "/callback/shop", Authorization=bearer))
    return [*shown, *(commanded(house, *words) for words in (["notices"], *(one.split() for one in more)))]


def commanded(house: GuardedHouse, *words: str, **environment: str) -> str:
    """What a command of ours prints."""
    arguments = [sys.executable, "-m", "flask", "--app", "app", *words]
    environ = {**house.environment, **environment}
    done = subprocess.run(
        arguments, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False
    )
    return done.stdout + done.stderr


def strangers(house: GuardedHouse) -> list[str]:
    """Callbacks signed wrongly, late, in another's name or with nothing, and what they got."""
    simulator = house.simulator
    shown = []
    for account, other in (("shop", "office"), ("office", "shop")):
        good = simulator.packet(account, "oCanary", "echo:你好")
        forged = simulator.packet(account, "oCanary", "echo:你好", signed_as=simulator.accounts[other])
        late = simulator.packet(account, "oCanary", "echo:你好", timestamp=1_700_000_000)
        wrong = {**good.query, "msg_signature": "0" * 40, "signature": "0" * 40}
        tries = [
            (forged.query, forged.body),
            (late.query, late.body),
            (wrong, good.body),
            ({}, b""),
            (good.query, b"<xml>"),
            (good.query, good.body[:-40]),
            (good.query, good.body * 40),
        ]
        answers = [simulator.send_raw(account, query, body) for query, body in tries]
        answers += [simulator.send_raw(account, {**wrong, "echostr": "x"}, method="GET")]
        assert all(400 <= answer.status < 500 for answer in answers)
        shown += [answer.body.decode() for answer in answers]
    return shown


def bad_models(house: GuardedHouse, model: FaultyModel) -> None:
    """The provider refuses, fails and breaks off, and quotes the key wherever it can."""
    key = house.api_key
    told = {"message": f"Incorrect API key provided: {key}", "type": "invalid_request_error", "param": key}
    behaviours = (
        faulty_model.refuses(401, {**told, "code": "invalid_api_key"}),
        faulty_model.refuses(500, f"Authorization: Bearer {key}"),
        faulty_model.refuses(429, told),
        faulty_model.refuses(302, told, headers={"location": f"https://127.0.0.1:9/?api_key={key}"}),
        faulty_model.streams(f"<html>{key}</html>".encode()),
        faulty_model.streams(b'data: {"error": {"message": "' + key.encode() + b'"}}\n\n', end="reset"),
        faulty_model.hangs,
    )
    for number, behaviour in enumerate(behaviours):
        model.script(behaviour)
        house.simulator.say("shop", f"oModel_{number}", "说点什么")
        house.simulator.wait_replies("shop", f"oModel_{number}", 1, 20.0)
    model.script(faulty_model.answers("好。"))


def bad_platform(house: GuardedHouse) -> None:
    """Each errcode once on each account, and answers that are lost on their way."""
    platform, world = house.simulator.platform, house.simulator.world
    platform.drop_answer_of_next_send(2)
    for account in ("shop", "office"):
        for code in CODES:
            platform.fail_sends(account, code, 1)
            house.simulator.say(account, f"oPlatform_{code}", "说点什么")
        platform.revoke_token(account)
    wait_for(lambda: not any(world.faults.coming.values()), "every code was answered", 90.0)


def bad_starts(house: GuardedHouse) -> list[dict[str, str]]:
    """Environments with which nothing starts, each with a canary in the wrong place."""
    (broken := house.folder / "broken.toml").write_text(f'[accounts.shop]\napp_secret = "{house.stray()}\n')
    return [
        {"REDIS_URL": house.store_url(house.stray())},
        {"REDIS_URL": f"redis://:{house.stray()}/x@127.0.0.1:{house.store_port}/0"},
        {"REDIS_URL": f"redis://:{house.stray()}#x@127.0.0.1:{house.store_port}/0"},
        {"REDIS_URL": f"redis://127.0.0.1:{house.store_port}/{house.stray()}?timeout={house.stray()}"},
        {"REDIS_URL": f"http://:{house.stray()}@127.0.0.1"},
        {"YINGDA_ACCOUNTS__SHOP__AES_KEY": house.stray()},
        {"YINGDA_ACCOUNTS__OFFICE__API_BASE": f"https://a:{house.stray()}@a.example/?k={house.stray()}"},
        {"OPENAI_API_KEY": f"sk-{house.stray()} {house.stray()}"},
        {"YINGDA_ACCOUNTS__OFFICE__AGENT_ID": house.stray()},
        {f"YINGDA_{house.stray().upper()}": house.stray()},
        {"YINGDA_CONFIG": str(broken)},
    ]


def refused(house: GuardedHouse, *processes: str, most: int = 100) -> list[str]:
    """What at most *most* refused starts of each process, and a command with such settings, print."""
    starts = [(process, environment) for environment in bad_starts(house)[:most] for process in processes]
    with ThreadPoolExecutor(3) as pool:
        ended = list(pool.map(lambda start: house.try_start(*start), starts))
        printed = list(
            pool.map(lambda start: commanded(house, "dead", **start[1]), starts[:: len(processes)])
        )
    assert all(status for status, _ in ended)
    return [*(text for _, text in ended), *printed]


@pytest.mark.parametrize("sign", ["/", "#", "?", "/x:"])
@pytest.mark.parametrize("scheme", ["redis", "rediss", "redis+sentinel"])
def test_row_46_a_password_that_breaks_the_address_is_not_quoted(
    house: GuardedHouse, scheme: str, sign: str
) -> None:
    """redis-py would take a piece of it for the port, and say so with a traceback."""
    secret = house.stray()
    with pytest.raises(ConfigError) as told:
        load(
            {"REDIS_URL": f"{scheme}://:{secret}{sign}{secret}@127.0.0.1:6379/0"},
            house.folder / "yingda.toml",
        )

    assert secret not in str(told.value)
    assert "REDIS_URL" in str(told.value)


def test_row_46_no_secret_is_seen_when_strangers_knock_and_settings_are_wrong(house: GuardedHouse) -> None:
    """Forged callbacks, refused keys and starts, and everything that can be looked at: no canary anywhere."""
    house.simulator.say("shop", "oBefore", "你好")
    house.simulator.wait_replies("shop", "oBefore", 1)
    house.simulator.platform.fail_sends("shop", 40003, 1)
    house.simulator.say("shop", "oRefused", "你好")

    shown = [*strangers(house), *refused(house, "worker", most=1), *looked_at(house)]
    house.drained()

    assert sorted(house.leaks(shown)) == []


def crash(house: GuardedHouse, model: FaultyModel) -> None:
    """The worker aborts during an answer; then secrets are wrong, and the platforms out of reach."""
    asked = len(model.requests)
    model.script(faulty_model.hangs)
    house.simulator.say("shop", "oCrash", "说点什么")
    wait_for(lambda: len(model.requests) > asked, "the model is asked")
    assert house.stop("worker0", signal.SIGABRT) == -signal.SIGABRT
    model.script(faulty_model.answers("好。"))
    wrong = {f"YINGDA_ACCOUNTS__{name}": house.stray() for name in ("SHOP__APP_SECRET", "OFFICE__SECRET")}
    away = {f"YINGDA_ACCOUNTS__{name}__API_BASE": "http://127.0.0.1:9" for name in ("SHOP", "OFFICE")}
    for number, environment in enumerate((wrong, away), 1):
        forget_tokens(house)
        house.start_worker(number, environment)
        for account in ("shop", "office"):
            house.simulator.say(account, f"oWrong_{number}", "说点什么")
        wait_for(lambda: house.log(f"worker{number}").count("send put off") > 1, "put off", 30.0)  # noqa: B023
        house.stop(f"worker{number}", signal.SIGKILL)
    forget_tokens(house)
    house.start_worker(0)


def forget_tokens(house: GuardedHouse) -> None:
    """As on a new day: no account has a token or rests."""
    with house.store as client:
        client.delete("yd1:access_token:shop", "yd1:access_token:office")


def without_store(house: GuardedHouse) -> list[str]:
    """The store dies while somebody writes; what can be seen meanwhile."""
    house.stop("store", signal.SIGKILL)
    saying = threading.Thread(target=lambda: house.simulator.say("shop", "oAway", "说点什么"))
    saying.start()
    shown = looked_at(house, "dead", "requeue all")
    wait_for(lambda: "callback not kept" in house.log("web0"), "a callback is refused")
    house.start_store()
    saying.join(20)
    return shown


@pytest.mark.chaos
@pytest.mark.timeout(400)
def test_row_46_no_secret_is_seen_whatever_goes_wrong(
    house: GuardedHouse, model: FaultyModel, figures: Figures
) -> None:
    """Model, platforms, processes, store and settings fail: no canary in any artefact, and no core."""
    bad_models(house, model)
    bad_platform(house)
    crash(house, model)
    shown = [*without_store(house), *strangers(house), *refused(house, "worker", "web")]
    wait_for(lambda: house.counts()["accepted"] == house.settled(), f"settled: {house.counts()}", 90.0)
    shown += looked_at(house, "dead", "requeue all")
    house.drained()

    assert sorted(house.leaks(shown)) == []
    assert [path for folder in (ROOT, house.folder) for path in folder.glob("core*") if path.is_file()] == []
    figures.put(
        "canary secrets found in logs, answers, store, chats, files, core", 0, "0", len(house.secrets())
    )
