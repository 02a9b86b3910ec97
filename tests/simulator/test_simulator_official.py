"""The official account's interfaces hold their documented limits and answer their documented codes."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from simulator.testing import BOSS, XIAOYU, Simulator

TWO_DAYS_S = 48 * 3600


def text(content: str = "好", to: str = XIAOYU) -> dict[str, Any]:
    return {"touser": to, "msgtype": "text", "text": {"content": content}}


@pytest.fixture
def send(client: Any, token: str) -> Callable[[Any], int]:
    """Send to the shop's API and return the errcode."""

    def post(content: Any) -> int:
        errcode: int = client.post("/cgi-bin/message/custom/send", content, access_token=token)["errcode"]
        return errcode

    return post


def test_a_message_arrives_with_its_ai_mark(sim: Simulator, send: Callable[[Any], int]) -> None:
    """After a person wrote, a send reaches them, and the AI tag is seen only where it was asked for."""
    sim.say("shop", XIAOYU, "你好")

    assert send(text("一") | {"aimsgcontext": {"is_ai_msg": 1}}) == 0
    assert send(text("二")) == 0
    assert [(sent.text, sent.ai) for sent in sim.replies("shop", XIAOYU)] == [("一", True), ("二", False)]


@pytest.mark.parametrize(
    ("content", "errcode"),
    [
        (b"", 44002),
        (b"{", 47001),
        (b"[]", 47001),
        (text(to="oNobody"), 40003),
        (text() | {"msgtype": "poem"}, 40008),
        (text() | {"msgtype": "image", "image": {"media_id": "x"}}, 40007),
        (text() | {"text": "no object"}, 47001),
        (text(""), 44004),
        (text("  \n"), 44004),
        (text("汉" * 683), 45002),
        ({"touser": XIAOYU, "msgtype": "news", "news": {"articles": [{}, {}]}}, 45008),
    ],
)
def test_a_bad_send_gets_its_code(
    sim: Simulator, send: Callable[[Any], int], content: Any, errcode: int
) -> None:
    """Each mistake has the code that the sheet lists, and nothing reaches the person."""
    sim.say("shop", XIAOYU, "你好")

    assert send(content) == errcode
    assert sim.replies("shop", XIAOYU) == []


def test_exactly_2048_bytes_go_through(sim: Simulator, send: Callable[[Any], int]) -> None:
    """The limit is on bytes, and the limit itself is allowed."""
    sim.say("shop", XIAOYU, "你好")

    assert send(text("汉" * 682 + "ab")) == 0


def test_five_messages_for_a_typed_one(sim: Simulator, send: Callable[[Any], int]) -> None:
    """The sixth is refused with 45047 until the person writes again."""
    sim.say("shop", XIAOYU, "你好")

    assert [send(text(str(n))) for n in range(6)] == [0, 0, 0, 0, 0, 45047]

    sim.say("shop", XIAOYU, "再来")

    assert send(text("六")) == 0


def test_nothing_may_be_sent_unasked(send: Callable[[Any], int]) -> None:
    """Without any step of the person there is no window: 45015."""
    assert send(text()) == 45015


@pytest.mark.parametrize(("passed_s", "errcode"), [(TWO_DAYS_S - 60, 0), (TWO_DAYS_S + 60, 45015)])
def test_a_typed_message_allows_two_days(sim: Simulator, client: Any, passed_s: int, errcode: int) -> None:
    """The platform's clock decides, not the number of messages left."""
    shop = sim.accounts["shop"]
    sim.say("shop", XIAOYU, "你好")
    sim.clock.advance(passed_s)
    asked = {"grant_type": "client_credential", "appid": shop.receive_id, "secret": shop.secret}
    fresh = client.get("/cgi-bin/token", **asked)["access_token"]

    assert client.post("/cgi-bin/message/custom/send", text(), access_token=fresh)["errcode"] == errcode


@pytest.mark.parametrize("trigger", ["subscribe", "SCAN", "CLICK"])
def test_three_messages_for_a_tap(sim: Simulator, send: Callable[[Any], int], trigger: str) -> None:
    """Following, scanning and tapping the menu allow three."""
    sim.event("shop", XIAOYU, trigger, "NEW")

    assert [send(text(str(n))) for n in range(4)] == [0, 0, 0, 45047]


def test_a_tap_allows_one_minute(sim: Simulator, send: Callable[[Any], int]) -> None:
    """After a minute the window of a tap is over."""
    sim.event("shop", XIAOYU, "CLICK", "NEW")
    sim.clock.advance(61)

    assert send(text()) == 45015


def test_a_tapped_link_counts_as_a_tap(sim: Simulator, send: Callable[[Any], int]) -> None:
    """A text that a menu link sent allows three, not five."""
    sim.say("shop", XIAOYU, "继续", menu_id="101")

    assert [send(text(str(n))) for n in range(4)] == [0, 0, 0, 45047]


def test_who_unfollowed_cannot_be_written_to(sim: Simulator, send: Callable[[Any], int]) -> None:
    """43004, whatever was allowed before."""
    sim.say("shop", XIAOYU, "你好")
    sim.event("shop", XIAOYU, "unsubscribe")

    assert send(text()) == 43004


def test_an_unverified_account_may_not_send(sim: Simulator, client: Any, token: str) -> None:
    """48001 for sending and for typing, while tokens still come."""
    sim.platform.set_kind("shop", "unverified_subscription")
    sim.say("shop", XIAOYU, "你好")

    sent = client.post("/cgi-bin/message/custom/send", text(), access_token=token)
    typed = client.post(
        "/cgi-bin/message/custom/typing", {"touser": XIAOYU, "command": "Typing"}, access_token=token
    )

    assert sent["errcode"] == 48001
    assert sent["errmsg"].startswith("api unauthorized rid: ")
    assert typed["errcode"] == 48001


def typing(client: Any, token: str, command: str = "Typing", to: str = XIAOYU) -> int:
    asked = {"touser": to, "command": command}
    errcode: int = client.post("/cgi-bin/message/custom/typing", asked, access_token=token)["errcode"]
    return errcode


def test_typing_is_shown_until_something_is_sent(
    sim: Simulator, client: Any, token: str, send: Callable[[Any], int]
) -> None:
    """It may not be repeated while on; a message ends it, as do 15 seconds."""
    sim.say("shop", XIAOYU, "你好")

    assert [typing(client, token), typing(client, token)] == [0, 45081]
    assert send(text()) == 0
    assert typing(client, token) == 0
    sim.clock.advance(16)
    assert typing(client, token) == 0
    assert len(sim.typing_calls) == 4


def test_typing_needs_a_recent_step_and_a_known_command(sim: Simulator, client: Any, token: str) -> None:
    """45080 after half a minute, 45072 for other commands, 40003 for strangers."""
    assert typing(client, token) == 45080
    sim.say("shop", XIAOYU, "你好")
    assert typing(client, token, "Sing") == 45072
    assert typing(client, token, to="oNobody") == 40003
    assert typing(client, token, "CancelTyping") == 0
    sim.clock.advance(31)
    assert typing(client, token) == 45080


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"grant_type": "x"}, 40002),
        ({"appid": ""}, 41002),
        ({"secret": ""}, 41004),
        ({"appid": "wx0"}, 40013),
        ({"secret": "no"}, 40125),
    ],
)
def test_a_token_is_given_only_for_the_right_secret(
    sim: Simulator, client: Any, change: dict[str, str], errcode: int
) -> None:
    """Both token calls answer the same codes, and none of these counts as a fetch."""
    shop = sim.accounts["shop"]
    asked = {"grant_type": "client_credential", "appid": shop.receive_id, "secret": shop.secret} | change

    assert client.get("/cgi-bin/token", **asked)["errcode"] == errcode
    assert client.post("/cgi-bin/stable_token", asked)["errcode"] == errcode
    assert sim.platform.token_fetches == 0


def test_a_success_has_no_errcode(sim: Simulator, client: Any) -> None:
    """Calls that get something carry no errcode key at all."""
    shop = sim.accounts["shop"]
    asked = {"grant_type": "client_credential", "appid": shop.receive_id, "secret": shop.secret}

    got = client.post("/cgi-bin/stable_token", asked)

    assert set(got) == {"access_token", "expires_in"}
    assert got["expires_in"] == 7200


def test_a_revoked_token_is_refused(sim: Simulator, client: Any, token: str) -> None:
    """40001 with the sentence real accounts send; a missing and a malformed one have codes of their own."""
    sim.platform.revoke_token("shop")

    refused = client.post("/cgi-bin/message/custom/send", text(), access_token=token)

    assert refused["errcode"] == 40001
    assert "access_token is invalid or not latest" in refused["errmsg"]
    assert client.get("/cgi-bin/menu/get")["errcode"] == 41001
    assert client.get("/cgi-bin/menu/get", access_token="short")["errcode"] == 40014


def test_injected_faults_are_used_up(sim: Simulator, send: Callable[[Any], int]) -> None:
    """fail_sends refuses as many sends as it was told, then all is as before."""
    sim.say("shop", XIAOYU, "你好")
    sim.platform.fail_sends("shop", -1, times=2)

    assert [send(text()), send(text()), send(text())] == [-1, -1, 0]


def test_an_answer_can_be_lost_after_the_message_arrived(sim: Simulator, client: Any, token: str) -> None:
    """The person has the message although the sender only sees a broken connection."""
    sim.say("shop", XIAOYU, "你好")
    sim.platform.drop_answer_of_next_send()

    with pytest.raises(OSError):  # noqa: PT011 — reset or closed, as the system likes
        client.post("/cgi-bin/message/custom/send", text("到了"), access_token=token)

    assert [sent.text for sent in sim.replies("shop", XIAOYU)] == ["到了"]


def test_waiting_sees_what_arrives_meanwhile(sim: Simulator, send: Callable[[Any], int]) -> None:
    """wait_replies returns when the message is there, and says what there was when it is not."""
    sim.say("shop", XIAOYU, "你好")
    late = threading.Timer(0.05, lambda: send(text("来了")))
    late.start()

    assert sim.wait_replies("shop", XIAOYU, 1, 5)[0].text == "来了"
    late.join()
    with pytest.raises(AssertionError, match="has 1 of 2 replies"):
        sim.wait_replies("shop", XIAOYU, 2, 0.05)


def test_the_menu_can_be_made_read_and_removed(client: Any, token: str) -> None:
    """46003 when there is none; a menu of four buttons is refused."""
    button = {"type": "click", "name": "新对话", "key": "NEW"}

    assert client.get("/cgi-bin/menu/get", access_token=token)["errcode"] == 46003
    assert (
        client.post("/cgi-bin/menu/create", {"button": [button] * 4}, access_token=token)["errcode"] == 40017
    )
    assert client.post("/cgi-bin/menu/create", {"button": [button]}, access_token=token)["errcode"] == 0
    assert client.get("/cgi-bin/menu/get", access_token=token)["menu"] == {"button": [button]}
    assert client.get("/cgi-bin/menu/delete", access_token=token)["errcode"] == 0
    assert client.get("/cgi-bin/menu/get", access_token=token)["errcode"] == 46003


def test_small_lookups_answer(client: Any, token: str) -> None:
    """Addresses and people can be asked for; an unknown path says so."""
    assert client.get("/cgi-bin/getcallbackip", access_token=token)["ip_list"]
    assert client.get("/cgi-bin/user/info", access_token=token, openid=BOSS)["subscribe"] == 1
    assert client.get("/cgi-bin/user/info", access_token=token, openid="oNobody")["errcode"] == 40003
    assert client.get("/cgi-bin/nothing")["errcode"] == 404
