"""What a callback answers to what is sent: the table of the README, over real HTTP."""

import socket
import time
from collections.abc import Iterator

import pytest

from simulator.testing import XIAOYU, Packet
from tests.scenarios.house import House, wait_for


def test_both_accounts_pass_the_consoles_url_check(house: House) -> None:
    """The platform's verification gets its echo, decrypted for WeCom."""
    for account in ("shop", "office"):
        attempt = house.simulator.verify(account, "5161061540317")
        assert (attempt.status, attempt.body) == (200, b"5161061540317")


@pytest.mark.parametrize("account", ["shop", "office"])
def test_the_acknowledgement_is_what_the_platform_wants(house: House, follower: str, account: str) -> None:
    """`success` for an official account, an empty body for WeCom."""
    packet = house.simulator.packet(account, follower, "echo:好")

    attempt = house.simulator.send_raw(account, packet.query, packet.body)

    assert (200, b"success" if account == "shop" else b"") == (attempt.status, attempt.body)


def spoil(packet: Packet, how: str) -> tuple[dict[str, str], bytes]:
    """A good callback made bad in one way."""
    query, body = dict(packet.query), packet.body
    match how:
        case "signature":
            query["msg_signature"] = "0" * 40
        case "no signature":
            del query["msg_signature"]
        case "body":
            body = body.replace(b"<Encrypt><![CDATA[", b"<Encrypt><![CDATA[A")
        case "plaintext":
            body = b"<xml><FromUserName>o</FromUserName><MsgType>text</MsgType><Content>x</Content></xml>"
        case "no timestamp":
            del query["timestamp"]
        case "not xml":
            body = b"\x00\xff not xml"
        case "doctype":
            body = b"<!DOCTYPE x><xml><Encrypt>a</Encrypt></xml>"
        case "64 KiB + 1":
            body = b"<xml>" + b" " * (65_537 - 5)
        case "empty":
            body = b""
    return query, body


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ("signature", 403),
        ("no signature", 403),
        ("body", 403),
        ("plaintext", 403),
        ("no timestamp", 400),
        ("not xml", 400),
        ("doctype", 400),
        ("empty", 400),
        ("64 KiB + 1", 413),
    ],
)
@pytest.mark.parametrize("account", ["shop", "office"])
def test_bad_callbacks_get_their_status_and_leave_nothing(
    house: House, follower: str, account: str, how: str, status: int
) -> None:
    """Forged 403, unreadable 400, too large 413; an empty body, and nothing is accepted."""
    before = house.counts().get("accepted", 0)
    query, body = spoil(house.simulator.packet(account, follower, "x"), how)

    attempt = house.simulator.send_raw(account, query, body)

    assert (status, b"") == (attempt.status, attempt.body)
    assert before == house.counts().get("accepted", 0)


@pytest.mark.parametrize("age_s", [330, -330, 86_400 * 365 * 9])
def test_a_stale_callback_is_forged(house: House, follower: str, age_s: int) -> None:
    """A captured signature is worth nothing after five minutes."""
    packet = house.simulator.packet("shop", follower, "x", timestamp=int(time.time()) - age_s)

    assert house.simulator.send_raw("shop", packet.query, packet.body).status == 403


def test_another_accounts_callback_is_forged(house: House, follower: str) -> None:
    """A callback for one account does not open the other."""
    packet = house.simulator.packet("office", follower, "x")

    assert house.simulator.send_raw("shop", packet.query, packet.body).status == 403


def test_unknown_accounts_and_methods(house: House, follower: str) -> None:
    """404 and 405."""
    packet = house.simulator.packet("shop", follower, "x")

    assert house.simulator.send_raw("nobody", packet.query, packet.body).status == 404
    assert house.simulator.send_raw("shop", packet.query, packet.body, method="PUT").status == 405


def test_a_slow_body_is_cut_and_others_do_not_wait(house: House, follower: str) -> None:
    """408 after three seconds; meanwhile a callback is acknowledged at once."""
    port = house.web_ports[0]
    with socket.create_connection(("127.0.0.1", port)) as slow:
        slow.sendall(b"POST /callback/shop HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n<xml>")
        began = time.monotonic()
        assert house.simulator.say("shop", follower, "echo:快").statuses[0] == 200
        assert time.monotonic() - began < 2.0
        slow.settimeout(6)
        answer = slow.recv(100)

    assert b"408" in answer.splitlines()[0]
    assert 2.5 < time.monotonic() - began < 5.0


@pytest.fixture(scope="module", params=["compat", "plain"])
def other_house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The official account in its other modes."""
    with House(tmp_path_factory.mktemp("house"), mode=request.param) as house:
        yield house


def test_the_other_modes_chat_too(other_house: House) -> None:
    """Compat is read by its encrypted twin, plain by its words; both are answered."""
    assert other_house.simulator.verify("shop", "echo9").status == 200
    other_house.simulator.say("shop", "oModes", "echo:通了")

    (reply,) = other_house.simulator.wait_replies("shop", "oModes", 1)

    assert reply.text.startswith("通了")


def test_a_replayed_plain_query_buys_no_second_body(other_house: House) -> None:
    """The same query with another body is 403, with the same body a repeat."""
    simulator = other_house.simulator
    simulator.model.reset()
    first = simulator.packet("shop", XIAOYU, "echo:真的")
    assert simulator.send_raw("shop", first.query, first.body).status == 200
    assert simulator.send_raw("shop", first.query, first.body).status == 200
    other = simulator.packet("shop", XIAOYU, "echo:假的")

    assert simulator.send_raw("shop", first.query, other.body).status == 403
    other_house.drained()
    assert [call.question for call in simulator.model.calls] == ["echo:真的"]


def test_health_says_what_lives(house: House) -> None:
    """/healthz, /readyz; /metrics is not for strangers behind a proxy."""
    assert house.get("/healthz") == (200, {"alive": True})
    status, told = house.get("/readyz")
    assert (status, told["ready"], told["store"]) == (200, True, "up")
    wait_for(lambda: house.get("/readyz")[1]["workers"] == 1, "one worker")
    assert house.get_forwarded("/metrics") == 404
