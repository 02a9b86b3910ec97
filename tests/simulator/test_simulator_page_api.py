"""The page's interface: who may use it, what it tells, and what its buttons do."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from simulator.masking import mask
from simulator.testing import XIAOLIN, XIAOYU, Simulator

KEY = "the-key"


@pytest.fixture
def paged(place: Any, tmp_path: Path) -> Iterator[Simulator]:
    """A simulator with its page, its state in a folder."""
    with Simulator(key=KEY, state=tmp_path) as running:
        running.set_callback(place.url)
        yield running


def get(sim: Simulator, path: str, **headers: str) -> requests.Response:
    return requests.get(sim.base_url + path, headers={"X-Key": KEY} | headers, timeout=5)


def post(sim: Simulator, path: str, content: object = None, **headers: str) -> requests.Response:
    return requests.post(
        sim.base_url + path, json=content or {}, headers={"X-Key": KEY} | headers, timeout=10
    )


def events(sim: Simulator, since: int, until: str) -> list[tuple[int, str, dict[str, Any]]]:
    """The stream from *since* until an event called *until*."""
    found: list[tuple[int, str, dict[str, Any]]] = []
    url = f"{sim.base_url}/sim/events?k={KEY}"
    with requests.get(url, headers={"Last-Event-ID": str(since)}, stream=True, timeout=5) as answer:
        parts: dict[str, str] = {}
        for raw in answer.iter_lines():
            line = raw.decode()
            name, _, value = line.partition(": ")
            parts[name] = value
            if not line and "id" in parts:
                found.append((int(parts["id"]), parts["event"], json.loads(parts["data"])))
                parts = {}
                if found[-1][1] == until:
                    return found
    raise AssertionError(f"the stream ended without {until}")


@pytest.mark.parametrize(
    "path", ["/sim/state", "/sim/events", "/sim/rows/R1", "/sim/export", "/sim/dialogue"]
)
def test_nothing_is_told_without_the_key(paged: Simulator, path: str) -> None:
    """403 without a key, and with a wrong one."""
    assert requests.get(paged.base_url + path, timeout=5).status_code == 403
    assert requests.get(f"{paged.base_url}{path}?k=wrong", timeout=5).status_code == 403


def test_another_origin_cannot_post(paged: Simulator) -> None:
    """A foreign page is refused even with the key; the own origin and none at all are fine."""
    assert post(paged, "/sim/clear", Origin="http://evil.example").status_code == 403
    assert post(paged, "/sim/clear", Origin="null").status_code == 403
    assert post(paged, "/sim/clear", Origin=paged.base_url).status_code == 200
    assert post(paged, "/sim/clear").status_code == 200


def test_the_state_has_every_part(paged: Simulator) -> None:
    """Accounts, people, allowances, health, cards and faults are there from the start."""
    state = get(paged, "/sim/state").json()

    assert [account["name"] for account in state["accounts"]] == ["shop", "office"]
    assert {person["name"] for person in state["people"]} == {"小雨", "老板", "小林"}
    assert len(state["cards"]) == 10
    assert state["health"]["model"] == {"state": "up", "name": "stand-in", "standin": True}
    assert state["faults"]["model"]["mode"] == "ok"
    assert state["bubbles"] == state["rows"] == state["groups"] == []


def test_saying_shows_up_in_order(paged: Simulator) -> None:
    """Bubble, row and acknowledgement arrive on the stream; ids only grow."""
    since = int(get(paged, "/sim/state").json()["last_event"])
    bubble = post(
        paged, "/sim/say", {"account": "shop", "peer": XIAOYU, "kind": "text", "text": "你好"}
    ).json()

    found = events(paged, since, "bubble_update")

    assert [number for number, _, _ in found] == sorted({number for number, _, _ in found})
    assert {"bubble", "group", "row", "row_update", "allowance"} <= {name for _, name, _ in found}
    assert (found[-1][2]["id"], found[-1][2]["state"]) == (bubble["bubble"], "acked")


def test_a_lost_stream_goes_on_without_gaps(paged: Simulator) -> None:
    """Resuming from the middle brings exactly what came after it."""
    paged.say("shop", XIAOYU, "你好")
    whole = events(paged, 0, "bubble_update")
    middle = whole[len(whole) // 2][0]

    assert events(paged, middle, "bubble_update") == [one for one in whole if one[0] > middle]


@pytest.mark.parametrize("since", [999_999, 0])
def test_a_stream_that_missed_too_much_is_told_to_reload(paged: Simulator, since: int) -> None:
    """Ids of another start, or older than what is kept."""

    def flood() -> None:
        for _ in range(6000):
            paged.world.feed.publish("typing", {})

    paged.call(flood)

    assert events(paged, since, "reload")[0][1] == "reload"


def test_a_row_is_explained_and_masked(paged: Simulator) -> None:
    """The drawer has all four parts, and of secrets only four characters."""
    shop = paged.accounts["shop"]
    query = f"grant_type=client_credential&appid={shop.receive_id}&secret={shop.secret}"
    value = requests.get(f"{paged.base_url}/cgi-bin/token?{query}", timeout=5).json()["access_token"]
    row = get(paged, "/sim/state").json()["rows"][0]
    drawer = get(paged, f"/sim/rows/{row['id']}").json()
    export = get(paged, "/sim/export").text

    assert (row["direction"], row["group"]) == ("api", "background")
    assert drawer["why"]["section"] == "B1"
    assert f"secret={shop.secret[:4]}…" in drawer["raw"]
    for secret in (shop.secret, shop.token, shop.aes_key, value):
        assert secret not in json.dumps(drawer) + export


def test_masking_knows_secrets_by_value_and_by_name() -> None:
    """Whatever is called like a secret is cut too."""
    text = mask('k=abcdefgh {"api_key": "sk-12345678"} Authorization: Bearer tok_123456', ["abcdefgh"])

    assert text == 'k=abcd… {"api_key": "sk-1…"} Authorization: Bearer tok_…'


def test_a_callback_can_be_sent_again_or_spoiled(paged: Simulator, place: Any) -> None:
    """The repeat has the same message inside and verifies; the spoiled one no longer does."""
    paged.say("shop", XIAOYU, "你好")
    row = get(paged, "/sim/state").json()["rows"][0]["id"]
    place.answer = lambda arrived: (403 if len(place.arrived) == 3 else 200, b"")

    again = post(paged, f"/sim/rows/{row}/resend").json()["row"]
    spoiled = post(paged, f"/sim/rows/{row}/tamper").json()

    assert (
        get(paged, f"/sim/rows/{again}").json()["decrypted"]
        == get(paged, f"/sim/rows/{row}").json()["decrypted"]
    )
    assert spoiled["status"] == 403
    assert place.arrived[2].body != place.arrived[0].body
    assert len(place.arrived[2].body) == len(place.arrived[0].body)
    assert place.arrived[2].query == place.arrived[0].query
    assert post(paged, "/sim/rows/R999/resend").status_code == 400


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/sim/say", {"account": "shop", "peer": "nobody", "kind": "text", "text": "x"}),
        ("/sim/say", {"account": "shop", "peer": XIAOYU, "kind": "dance", "text": "x"}),
        ("/sim/say", {"account": "shop", "peer": XIAOYU, "kind": "text", "text": ""}),
        ("/sim/say", {"account": "office", "peer": XIAOLIN, "kind": "file"}),
        ("/sim/event", {"account": "shop", "peer": XIAOYU, "event": "dance"}),
        ("/sim/people", {"account": "nothing", "name": "x"}),
        ("/sim/accounts/shop", {"kind": "wecom_app"}),
        ("/sim/accounts/nothing", {"kind": "wecom_app"}),
        ("/sim/faults", {"model": {"mode": "sleepy"}}),
        ("/sim/faults", {"model": {"first_byte_s": "soon"}}),
        ("/sim/cards/nothing", {}),
        ("/sim/model", {"base_url": "ftp://x", "model": "m"}),
        ("/sim/model", {"base_url": "http://127.0.0.1:9/v1", "model": "m", "api_key": "sk-secret"}),
    ],
)
def test_what_cannot_be_done_is_said_in_both_languages(paged: Simulator, path: str, content: object) -> None:
    """400 with a sentence, never a traceback, never the key."""
    answer = post(paged, path, content)

    assert answer.status_code == 400
    assert set(answer.json()["error"]) == {"zh", "en"}
    assert "sk-secret" not in answer.text


def test_a_newcomer_follows_and_can_leave(paged: Simulator, place: Any) -> None:
    """A new person subscribes; after unfollowing they cannot write."""
    person = post(paged, "/sim/people", {"account": "shop", "name": "阿明"}).json()
    who = {"account": "shop", "peer": person["id"]}

    assert (person["name"], person["role"], person["following"]) == ("阿明", "follower", True)
    assert post(paged, "/sim/event", who | {"event": "unsubscribe"}).status_code == 200
    assert post(paged, "/sim/say", who | {"kind": "text", "text": "喂"}).status_code == 400


def test_faults_and_kinds_are_kept(paged: Simulator) -> None:
    """What is set is what the state shows."""
    post(paged, "/sim/faults", {"model": {"mode": "slow", "chunks_per_s": 5}, "platform": {"errcode": -1}})
    post(paged, "/sim/accounts/shop", {"kind": "unverified_subscription"})
    state = get(paged, "/sim/state").json()

    assert state["faults"]["model"] == {"first_byte_s": 0.0, "chunks_per_s": 5.0, "mode": "slow"}
    assert state["faults"]["platform"] == {"delay_ms": 0, "errcode": -1}
    assert state["accounts"][0]["kind"] == "unverified_subscription"


def test_a_thread_becomes_a_dialogue_table(paged: Simulator) -> None:
    """What was said and heard, as Python that can be pasted into a test."""
    paged.say("shop", XIAOYU, '说"好"')
    table = get(paged, f"/sim/dialogue?account=shop&peer={XIAOYU}")

    assert table.headers["Content-Type"].startswith("text/x-python")
    assert "('说\"好\"', '')," in table.text


def test_a_model_is_tried_and_kept_for_its_owner_only(paged: Simulator, place: Any, tmp_path: Path) -> None:
    """The key goes into a 0600 file and nowhere else; going back removes it."""
    listed = json.dumps({"data": [{"id": "real-1"}]}).encode()
    place.answer = lambda arrived: (200, listed) if arrived.path == "/v1/models" else (404, b"")
    asked = {"base_url": f"{place.url}/v1/", "api_key": "sk-verysecret", "model": "real-1"}

    answer = post(paged, "/sim/model", asked)
    path = tmp_path / "model.json"

    assert answer.json() == {"ok": True}
    assert place.arrived[-1].headers["Authorization"] == "Bearer sk-verysecret"
    assert json.loads(path.read_text())["base_url"] == f"{place.url}/v1"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    state = get(paged, "/sim/state")
    assert state.json()["health"]["model"] == {"state": "up", "name": "real-1", "standin": False}
    assert "sk-verysecret" not in state.text

    assert post(paged, "/sim/model", {"standin": True}).json() == {"ok": True}
    assert not path.exists()


@pytest.mark.parametrize("status", [401, 500])
def test_a_model_that_refuses_is_not_kept(paged: Simulator, place: Any, tmp_path: Path, status: int) -> None:
    """A wrong key or a broken address leaves everything as it was."""
    place.answer = lambda _: (status, b"{}")
    asked = {"base_url": f"{place.url}/v1", "api_key": "sk-x", "model": "m"}

    assert post(paged, "/sim/model", asked).status_code == 400
    assert not (tmp_path / "model.json").exists()


def test_a_restart_keeps_the_picture(place: Any, tmp_path: Path) -> None:
    """People, following and bubbles are there again."""
    with Simulator(key=KEY, state=tmp_path) as first:
        first.set_callback(place.url)
        first.say("shop", XIAOYU, "还在吗")
        first.event("shop", XIAOYU, "unsubscribe")
    with Simulator(key=KEY, state=tmp_path) as second:
        second.call(second.world.phones.load)
        state = get(second, "/sim/state").json()

    assert state["bubbles"][0]["text"] == "还在吗"
    assert next(one for one in state["people"] if one["id"] == XIAOYU)["following"] is False


def test_health_follows_the_bot(paged: Simulator, place: Any) -> None:
    """Up with workers and store; a silent store and a silent web are named."""
    ready = json.dumps({"ready": True, "store": "up", "workers": 2}).encode()
    since = int(get(paged, "/sim/state").json()["last_event"])
    place.answer = lambda arrived: (200, ready)

    def told(since: int) -> tuple[int, dict[str, Any]]:
        number, _, health = events(paged, since, "health")[-1]
        return number, health

    number, health = told(since)
    while health["web"] != "up":
        number, health = told(number)
    assert (health["workers"], health["store"], health["bot_hint"]) == (2, "up", None)

    place.answer = lambda arrived: (200, b'{"ready": false, "store": "down", "workers": 0}')
    _, health = told(number)
    assert health["store"] == "down"
    assert "数据库没回应" in health["bot_hint"]["zh"]


def test_clearing_empties_the_wire(paged: Simulator) -> None:
    """Rows and groups go; threads stay."""
    paged.say("shop", XIAOYU, "你好")
    post(paged, "/sim/clear")
    state = get(paged, "/sim/state").json()

    assert state["rows"] == state["groups"] == []
    assert len(state["bubbles"]) == 1
