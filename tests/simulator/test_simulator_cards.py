"""The cards judge rightly: a bot that behaves passes, one that answers twice fails."""

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import requests

from simulator.experiments import GUESTS
from simulator.testing import Simulator
from simulator.victims import kill
from simulator.words import UserError

KEY = "k"


class SmallBot:
    """Answers each message through the stand-in; repeats are answered only while it is *forgetful*."""

    def __init__(self, sim: Simulator) -> None:
        self.sim, self.forgetful = sim, False
        self._seen: set[str] = set()
        self._token = ""
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []

    def rest(self) -> None:
        """Finish every answer that was begun."""
        for thread in self._threads:
            thread.join()

    def take(self, arrived: Any) -> tuple[int, bytes]:
        if arrived.method == "GET":
            return 200, b"{}"
        outer = {child.tag: child.text or "" for child in ElementTree.fromstring(arrived.body)}  # noqa: S314
        envelope, query = self.sim.accounts["shop"].envelope, arrived.query
        assert envelope is not None
        inner = envelope.decrypt(outer["Encrypt"], query["msg_signature"], query["timestamp"], query["nonce"])
        fields = {child.tag: child.text or "" for child in ElementTree.fromstring(inner)}  # noqa: S314
        with self._lock:
            known = fields["MsgId"] in self._seen
            self._seen.add(fields["MsgId"])
        if not known or self.forgetful:
            thread = threading.Thread(target=self._answer, args=(fields,))
            self._threads.append(thread)
            thread.start()
        return 200, b"success"

    def _answer(self, fields: dict[str, str]) -> None:
        body = {"messages": [{"role": "user", "content": fields["Content"]}]}
        answer = requests.post(f"{self.sim.base_url}/v1/chat/completions", json=body, timeout=30)
        text = answer.json()["choices"][0]["message"]["content"]
        message = {"touser": fields["FromUserName"], "msgtype": "text", "text": {"content": text}}
        if self._send(message) == 40001:
            self._send(message)

    def _send(self, message: dict[str, Any]) -> int:
        with self._lock:
            if not self._token:
                shop = self.sim.accounts["shop"]
                asked = {"grant_type": "client_credential", "appid": shop.receive_id, "secret": shop.secret}
                url = f"{self.sim.base_url}/cgi-bin/stable_token"
                self._token = requests.post(url, json=asked, timeout=10).json()["access_token"]
            url = f"{self.sim.base_url}/cgi-bin/message/custom/send?access_token={self._token}"
            errcode: int = requests.post(url, json=message, timeout=10).json()["errcode"]
            if errcode == 40001:
                self._token = ""
            return errcode


@pytest.fixture
def paged(place: Any, tmp_path: Path) -> Iterator[Simulator]:
    with Simulator(key=KEY, state=tmp_path) as running:
        running.set_callback(place.url)
        yield running


@pytest.fixture
def bot(paged: Simulator, place: Any) -> Iterator[SmallBot]:
    """A small bot in the bot's place."""
    small = SmallBot(paged)
    place.answer = small.take
    yield small
    small.rest()


def tried(sim: Simulator, card: str) -> dict[str, Any]:
    """Start *card* and wait for its verdict."""
    headers = {"X-Key": KEY}
    url = f"{sim.base_url}/sim/cards/{card}"
    assert requests.post(url, headers=headers, json={}, timeout=5).json()["state"] == "running"
    end = time.monotonic() + 90
    while time.monotonic() < end:
        cards = requests.get(f"{sim.base_url}/sim/state", headers=headers, timeout=5).json()["cards"]
        found: dict[str, Any] = next(one for one in cards if one["id"] == card)
        if found["state"] != "running":
            return found
        sim.call(lambda: None)
    raise AssertionError(f"{card} never ended")


@pytest.mark.parametrize(("forgetful", "state"), [(False, "passed"), (True, "failed")])
def test_three_deliveries_of_one_message(
    paged: Simulator, bot: SmallBot, forgetful: bool, state: str
) -> None:
    """A bot that remembers passes; one that forgets is caught."""
    bot.forgetful = forgetful

    card = tried(paged, "three_times")

    assert card["state"] == state
    assert ("答了 3 次" in card["verdict"]["zh"]) == forgetful


def test_a_revoked_token_is_fetched_once(paged: Simulator, bot: SmallBot) -> None:
    """The verdict counts the fetches."""
    paged.say("shop", "oOther", "取令牌")
    paged.wait_replies("shop", "oOther", 1)

    card = tried(paged, "token_revoked")

    assert (card["state"], "1 次令牌" in card["verdict"]["zh"]) == ("passed", True)


def test_a_hundred_people_are_told_apart(paged: Simulator, bot: SmallBot) -> None:
    """All answered, nobody's words in another's thread, and the picker is not flooded."""
    card = tried(paged, "hundred_people")

    assert card["state"] == "passed"
    assert "最慢" in card["verdict"]["zh"]
    assert len(paged.model.calls) == GUESTS
    assert len(paged.call(paged.world.phones.as_json)) == 4


def test_no_process_no_kill(paged: Simulator, bot: SmallBot) -> None:
    """Without launch.py's list the card says so instead of killing anything."""
    card = tried(paged, "kill_worker")

    assert card["state"] == "failed"
    assert "make demo" in card["verdict"]["zh"]


def test_what_is_not_built_stays_not_yet(paged: Simulator) -> None:
    """Starting it changes nothing."""
    answer = requests.post(
        f"{paged.base_url}/sim/cards/unverified", headers={"X-Key": KEY}, json={}, timeout=5
    )

    assert answer.json()["state"] == "not_yet"


@pytest.mark.parametrize(
    "listed",
    ['{"worker": {"pid": 1}}', '{"worker": "x"}', "{", '{"store": {"pid": 99}}', '{"worker": {"pid": PID}}'],
)
def test_only_what_looks_like_a_worker_is_killed(tmp_path: Path, listed: str) -> None:
    """A stale or strange list must not end anything else, least of all this test."""
    (tmp_path / "processes.json").write_text(listed.replace("PID", str(os.getppid())))

    with pytest.raises(UserError):
        kill(tmp_path, "worker")
