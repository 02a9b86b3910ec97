"""Callbacks leave as Tencent sends them, and their answers are judged as Tencent does."""

import threading
import time
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest

from simulator.bodies import cdata
from simulator.crypto import sign
from simulator.explain import NOTICE
from simulator.testing import XIAOLIN, XIAOYU, Simulator
from simulator.world import Rules


def fields_of(xml: str | bytes) -> dict[str, str]:
    root = ElementTree.fromstring(xml)  # noqa: S314 — the simulator's own
    return {child.tag: child.text or "" for child in root}


def opened(sim: Simulator, account: str, arrived: Any) -> dict[str, str]:
    """The decrypted fields of a request that the bot's place received."""
    outer = fields_of(arrived.body)
    envelope = sim.accounts[account].envelope
    assert envelope is not None
    query = arrived.query
    inner = envelope.decrypt(outer["Encrypt"], query["msg_signature"], query["timestamp"], query["nonce"])
    return fields_of(inner)


def test_a_safe_callback_looks_like_a_captured_one(sim: Simulator, place: Any) -> None:
    """Headers, query order, envelope and fields are those of real requests."""
    delivery = sim.say("shop", XIAOYU, "你好 ]]> 😀", msg_id=42)
    arrived = place.arrived[0]
    fields = opened(sim, "shop", arrived)

    assert delivery.statuses == [200]
    assert arrived.path == "/callback/shop"
    assert list(arrived.query) == [
        "signature",
        "timestamp",
        "nonce",
        "openid",
        "encrypt_type",
        "msg_signature",
    ]
    assert arrived.headers["User-Agent"] == "Mozilla/4.0"
    assert arrived.headers["Content-Type"] == "text/xml"
    assert b"Content>" not in arrived.body
    assert abs(int(arrived.query["timestamp"]) - time.time()) < 5
    assert fields["Content"] == "你好 ]]> 😀"
    assert (fields["MsgId"], fields["FromUserName"], fields["MsgType"]) == ("42", XIAOYU, "text")


def test_a_wecom_callback_carries_the_agent(sim: Simulator, place: Any) -> None:
    """Query of three, AgentID outside and inside."""
    sim.say("office", XIAOLIN, "你好")
    arrived = place.arrived[0]
    fields = opened(sim, "office", arrived)

    assert list(arrived.query) == ["msg_signature", "timestamp", "nonce"]
    assert b"<AgentID>" in arrived.body
    assert fields["AgentID"] == "1000002"
    assert fields["ToUserName"] == sim.accounts["office"].receive_id


def test_a_plain_callback_is_signed_but_not_encrypted(place: Any) -> None:
    """The test account's mode: XML as it is, signature over token, timestamp and nonce."""
    with Simulator(mode="plain") as sim:
        sim.set_callback(place.url)
        sim.say("shop", XIAOYU, "你好")
        query = place.arrived[0].query

        assert query["signature"] == sign(sim.accounts["shop"].token, query["timestamp"], query["nonce"])
        assert "encrypt_type" not in query
        assert "你好".encode() in place.arrived[0].body
        assert 'encryption = "plain"' in sim.config_toml()


def test_a_compat_callback_has_both(place: Any) -> None:
    """Plain fields beside the ciphertext."""
    with Simulator(mode="compat") as sim:
        sim.set_callback(place.url)
        sim.say("shop", XIAOYU, "你好")

        assert "你好".encode() in place.arrived[0].body
        assert opened(sim, "shop", place.arrived[0])["Content"] == "你好"


def test_a_failure_is_delivered_again_with_the_same_id(sim: Simulator, place: Any) -> None:
    """Same MsgId, new nonce each time; the third success ends it."""
    place.answer = lambda _: (503, b"") if len(place.arrived) < 3 else (200, b"")

    delivery = sim.say("shop", XIAOYU, "你好")

    assert delivery.statuses == [503, 503, 200]
    assert delivery.acknowledged
    assert not delivery.notice
    assert len({opened(sim, "shop", arrived)["MsgId"] for arrived in place.arrived}) == 1
    assert len({arrived.query["nonce"] for arrived in place.arrived}) == 3


def bubbles(sim: Simulator, who: str) -> list[str]:
    return sim.call(lambda: [one.text for one in sim.world.phones.bubbles.values() if one.who == who])


def test_three_failures_show_the_fault_notice(sim: Simulator, place: Any) -> None:
    """The person sees the platform's own words."""
    place.answer = lambda _: (500, b"")

    delivery = sim.say("shop", XIAOYU, "你好")

    assert delivery.statuses == [500, 500, 500]
    assert delivery.notice
    assert bubbles(sim, "system") == [NOTICE]


def test_a_slow_answer_is_cut_off(place: Any) -> None:
    """What takes longer than the limit counts as no answer, and comes again."""
    release = threading.Event()

    def answer(_arrived: Any) -> tuple[int, bytes]:
        if len(place.arrived) == 1:
            release.wait(5)
        return 200, b"success"

    place.answer = answer
    with Simulator(rules=Rules(timeout_s=0.3, retry_every_s=0.3)) as sim:
        sim.set_callback(place.url)
        delivery = sim.say("shop", XIAOYU, "你好")
        release.set()

        assert delivery.statuses == [0, 200]
        assert delivery.ack_ms[0] >= 290


def test_nobody_listening_is_a_failure_too(sim: Simulator) -> None:
    """A refused connection is tried three times."""
    sim.set_callback("http://127.0.0.1:9")

    assert sim.say("shop", XIAOYU, "你好").statuses == [0, 0, 0]


Reply = Callable[[Simulator, Any], bytes]


def reply_xml(sim: Simulator, content: str, to: str = XIAOYU) -> str:
    own = cdata(sim.accounts["shop"].to_user)
    head = f"<ToUserName>{cdata(to)}</ToUserName><FromUserName>{own}</FromUserName>"
    tail = f"<MsgType>{cdata('text')}</MsgType><Content>{cdata(content)}</Content>"
    return f"<xml>{head}<CreateTime>1</CreateTime>{tail}</xml>"


def sealed(sim: Simulator, xml: str, signature: str = "") -> bytes:
    envelope = sim.accounts["shop"].envelope
    assert envelope is not None
    encrypted = envelope.encrypt(xml)
    right = envelope.signature("1700000000", "n", encrypted)
    body = f"<Encrypt>{cdata(encrypted)}</Encrypt><MsgSignature>{signature or right}</MsgSignature>"
    return f"<xml>{body}<TimeStamp>1700000000</TimeStamp><Nonce>n</Nonce></xml>".encode()


def test_a_passive_reply_reaches_the_person(sim: Simulator, place: Any) -> None:
    """A well-formed encrypted answer is shown, and costs no allowance."""
    place.answer = lambda _: (200, sealed(sim, reply_xml(sim, "马上")))

    delivery = sim.say("shop", XIAOYU, "你好")

    assert delivery.passive == "马上"
    assert [(sent.text, sent.passive) for sent in sim.replies("shop", XIAOYU)] == [("马上", True)]
    assert sim.world.allowances.as_json(("shop", XIAOYU))["left"] == 5


@pytest.mark.parametrize(
    "make",
    [
        lambda sim, _: b"ok",
        lambda sim, _: b'{"errcode":0}',
        lambda sim, _: reply_xml(sim, "unencrypted in safe mode").encode(),
        lambda sim, _: sealed(sim, reply_xml(sim, "x"), signature="0" * 40),
        lambda sim, _: sealed(sim, reply_xml(sim, "x", to="oNobody")),
        lambda sim, _: sealed(sim, reply_xml(sim, "汉" * 700)),
        lambda sim, _: sealed(sim, reply_xml(sim, "")),
    ],
    ids=["word", "json", "plain", "signature", "receiver", "too-long", "empty"],
)
def test_an_unacceptable_reply_shows_the_notice_at_once(sim: Simulator, place: Any, make: Reply) -> None:
    """It is not sent again: the server did answer, only badly."""
    place.answer = lambda arrived: (200, make(sim, arrived))

    delivery = sim.say("shop", XIAOYU, "你好")

    assert len(delivery.attempts) == 1
    assert delivery.notice
    assert sim.replies("shop", XIAOYU) == []


def test_three_copies_at_once_share_one_id(sim: Simulator, place: Any) -> None:
    """times=3 in parallel: three requests of one message, one line on the wire's list of messages."""
    delivery = sim.say("shop", XIAOYU, "你好", times=3, parallel=True)

    assert delivery.statuses == [200, 200, 200]
    assert {opened(sim, "shop", arrived)["MsgId"] for arrived in place.arrived} == {delivery.msg_id}
    assert len(sim.call(sim.world.wire.groups.as_json)) == 1


def test_copies_go_to_each_address_in_turn(sim: Simulator, place: Any) -> None:
    """Several web processes get their share."""
    sim.set_callback(place.url, place.url + "/second")
    sim.say("shop", XIAOYU, "你好", times=2)

    assert [arrived.path for arrived in place.arrived] == ["/callback/shop", "/second/callback/shop"]


@pytest.mark.parametrize(
    ("account", "peer", "event", "seen"),
    [
        ("shop", XIAOYU, "CLICK", "CLICK"),
        ("office", XIAOLIN, "CLICK", "click"),
        ("office", XIAOLIN, "enter_agent", "enter_agent"),
    ],
)
def test_events_are_spelt_as_each_platform_does(
    sim: Simulator, place: Any, account: str, peer: str, event: str, seen: str
) -> None:
    """Upper case on official accounts, lower case in WeCom, and no MsgId."""
    sim.event(account, peer, event, "NEW")
    fields = opened(sim, account, place.arrived[0])

    assert (fields["Event"], fields["EventKey"]) == (seen, "NEW")
    assert "MsgId" not in fields


@pytest.mark.parametrize("kind", ["image", "voice", "video", "location", "link", "file", "sticker"])
def test_every_kind_of_message_leaves(sim: Simulator, place: Any, kind: str) -> None:
    """Each has the fields of the sheet; a sticker arrives as the platform's own sentence."""
    assert sim.say("shop", XIAOYU, "", kind=kind).statuses == [200]
    fields = opened(sim, "shop", place.arrived[0])

    assert fields["MsgType"] == ("text" if kind == "sticker" else kind)


@pytest.mark.parametrize("account", ["shop", "office"])
def test_the_url_check_carries_echostr(sim: Simulator, place: Any, account: str) -> None:
    """Plain on official accounts, encrypted in WeCom."""
    sim.verify(account, "echo123")
    query = place.arrived[0].query
    envelope = sim.accounts[account].envelope
    assert envelope is not None

    if account == "shop":
        assert query["echostr"] == "echo123"
    else:
        sent = (query["echostr"], query["msg_signature"], query["timestamp"], query["nonce"])
        assert envelope.decrypt(*sent) == "echo123"


def test_forged_requests_can_be_made(sim: Simulator, place: Any) -> None:
    """A packet can be spoiled and sent exactly as given."""
    packet = sim.packet("shop", XIAOYU, "你好", timestamp=1, nonce="x")
    place.answer = lambda _: (403, b"")

    answer = sim.send_raw("shop", packet.query, packet.body + b" ")

    assert answer.status == 403
    assert place.arrived[0].query["timestamp"] == "1"
    assert place.arrived[0].body == packet.body + b" "
