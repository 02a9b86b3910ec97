"""WeCom's interfaces: cut, silently dropped, checked for repeats, refused."""

from typing import Any

import pytest

from simulator.testing import XIAOLIN, Simulator


def message(sim: Simulator, content: str = "好", **more: Any) -> dict[str, Any]:
    agent = sim.accounts["office"].agent_id
    return {"touser": XIAOLIN, "agentid": agent, "msgtype": "text", "text": {"content": content}} | more


def post(client: Any, corp_token: str, content: Any) -> dict[str, Any]:
    answer: dict[str, Any] = client.post("/cgi-bin/message/send", content, access_token=corp_token)
    return answer


def texts(sim: Simulator) -> list[str]:
    return [sent.text for sent in sim.replies("office", XIAOLIN)]


def test_a_message_arrives_at_any_time(sim: Simulator, client: Any, corp_token: str) -> None:
    """No window and no allowance: a member can be written to unasked."""
    answer = post(client, corp_token, message(sim))

    assert answer["errcode"] == 0
    assert texts(sim) == ["好"]


def test_too_long_a_text_is_cut_between_characters(sim: Simulator, client: Any, corp_token: str) -> None:
    """Above 2048 bytes the rest is missing, and the call still succeeds."""
    assert post(client, corp_token, message(sim, "汉" * 700))["errcode"] == 0
    assert texts(sim) == ["汉" * 682]


def test_the_31st_in_a_minute_vanishes(sim: Simulator, client: Any, corp_token: str) -> None:
    """The answer is 0 all the same; a minute later messages arrive again."""
    answers = [post(client, corp_token, message(sim, str(n)))["errcode"] for n in range(31)]

    assert set(answers) == {0}
    assert texts(sim) == [str(n) for n in range(30)]

    sim.clock.advance(61)
    post(client, corp_token, message(sim, "later"))

    assert texts(sim)[-1] == "later"


def test_identical_requests_are_dropped_only_when_asked(sim: Simulator, client: Any, corp_token: str) -> None:
    """enable_duplicate_check drops the same request within its interval, and nothing else."""
    checked = {"enable_duplicate_check": 1, "duplicate_check_interval": 600}
    for content in (message(sim), message(sim), message(sim, **checked), message(sim, **checked)):
        assert post(client, corp_token, content)["errcode"] == 0
    assert texts(sim) == ["好"] * 3

    post(client, corp_token, message(sim, "二", **checked))
    sim.clock.advance(601)
    post(client, corp_token, message(sim, **checked))

    assert texts(sim) == ["好", "好", "好", "二", "好"]


def test_missing_members_are_named(sim: Simulator, client: Any, corp_token: str) -> None:
    """Some missing: errcode 0 and their names in lower case; all missing: 81013."""
    some = post(client, corp_token, message(sim, touser=f"{XIAOLIN}|Ghost"))
    none = post(client, corp_token, message(sim, touser="Ghost"))

    assert (some["errcode"], some["invaliduser"]) == (0, "ghost")
    assert none["errcode"] == 81013
    assert "more info at https://open.work.weixin.qq.com/devtool/query?e=81013" in none["errmsg"]


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"agentid": 7}, 301002),
        ({"msgtype": "poem"}, 40008),
        ({"text": {"content": ""}}, 44004),
        ({"msgtype": "image", "image": {"media_id": "x"}}, 40007),
    ],
)
def test_a_bad_send_has_its_code(
    sim: Simulator, client: Any, corp_token: str, change: dict[str, Any], errcode: int
) -> None:
    """Each mistake is refused with the code of the sheet."""
    assert post(client, corp_token, message(sim) | change)["errcode"] == errcode
    assert texts(sim) == []


def test_the_token_is_the_same_while_valid(sim: Simulator, client: Any, corp_token: str) -> None:
    """Asking again gives the same token; after a revocation a new one."""
    office = sim.accounts["office"]

    def fetch() -> str:
        answer = client.get("/cgi-bin/gettoken", corpid=office.receive_id, corpsecret=office.secret)
        value: str = answer["access_token"]
        return value

    assert fetch() == corp_token
    sim.platform.revoke_token("office")
    assert post(client, corp_token, message(sim))["errcode"] == 42001
    assert fetch() != corp_token
    sim.clock.advance(7201)
    assert post(client, corp_token, message(sim))["errcode"] == 42001


@pytest.mark.parametrize(
    ("asked", "errcode"),
    [({}, 41002), ({"corpid": "ww0"}, 41004), ({"corpid": "ww0", "corpsecret": "x"}, 40013)],
)
def test_gettoken_refuses_bad_credentials(client: Any, asked: dict[str, str], errcode: int) -> None:
    """The code names what is wrong."""
    assert client.get("/cgi-bin/gettoken", **asked)["errcode"] == errcode


def test_a_shops_token_is_no_offices(sim: Simulator, client: Any, token: str) -> None:
    """The official account's token opens nothing here: 301002."""
    assert post(client, token, message(sim))["errcode"] == 301002
