"""The platform's own customer service: who is online, transferred chats, and the end of a talk."""

from typing import Any

import pytest

from simulator.testing import XIAOLIN, XIAOYU, Simulator

PATH = "/cgi-bin/customservice/getonlinekflist"
CLOSED = "kf_close_session"


def transfers(sim: Simulator, place: Any, account: str = "shop") -> None:
    """From now on the bot hands every message over, in plain."""
    shop = sim.accounts[account]

    def answer(_arrived: Any) -> tuple[int, bytes]:
        peer = XIAOYU if account == "shop" else XIAOLIN
        swapped = f"<ToUserName>{peer}</ToUserName><FromUserName>{shop.to_user}</FromUserName>"
        kind = "<MsgType>transfer_customer_service</MsgType>"
        return 200, f"<xml>{swapped}<CreateTime>1</CreateTime>{kind}</xml>".encode()

    sim.call(lambda: setattr(shop, "mode", "plain"))
    place.answer = answer


@pytest.mark.parametrize("online", [0, 2])
def test_who_is_online_is_listed(sim: Simulator, client: Any, token: str, online: int) -> None:
    """Each with account, number and status."""
    sim.platform.set_agents("shop", online)
    listed = client.get(PATH, access_token=token)["kf_online_list"]

    assert [(one["status"], one["kf_id"]) for one in listed] == [(1, 1001), (1, 1002)][:online]


def test_an_account_without_customer_service_has_no_list(client: Any, token: str) -> None:
    """65400: it was never set up."""
    assert client.get(PATH, access_token=token)["errcode"] == 65400


def test_an_unverified_account_may_not_ask(sim: Simulator, client: Any, token: str) -> None:
    """48001, whoever is online."""
    sim.platform.set_agents("shop", 1)
    sim.platform.set_kind("shop", "unverified_subscription")

    assert client.get(PATH, access_token=token)["errcode"] == 48001


def test_a_transferred_chat_passes_by_until_the_agent_closes(sim: Simulator, place: Any) -> None:
    """The person sees that they were transferred; the event of its end comes to the bot."""
    sim.platform.set_agents("shop", 1)
    transfers(sim, place)
    assert sim.say("shop", XIAOYU, "转人工").transferred
    before = len(place.arrived)
    assert sim.say("shop", XIAOYU, "我要退货").acknowledged

    assert (len(place.arrived), sim.platform.agents_heard("shop", XIAOYU)) == (before, ["转人工", "我要退货"])
    lines = [one["text"] for one in sim.world.phones.bubbles_json() if one["who"] == "system"]
    assert lines == ["已转接人工客服"]
    place.answer = lambda _arrived: (200, b"success")
    sim.event("shop", XIAOYU, CLOSED, "kf1@gh")
    assert b"kf_close_session" in place.arrived[-1].body
    assert b"<KfAccount>" in place.arrived[-1].body
    sim.say("shop", XIAOYU, "在吗")
    assert len(place.arrived) == before + 2


def test_a_talk_that_nobody_closes_ends_after_half_an_hour(sim: Simulator, place: Any) -> None:
    """What is said then comes to the bot again."""
    sim.platform.set_agents("shop", 1)
    transfers(sim, place)
    sim.say("shop", XIAOYU, "转人工")
    before = len(place.arrived)
    sim.clock.advance(1801)
    sim.say("shop", XIAOYU, "还在吗")

    assert len(place.arrived) == before + 1


def test_without_an_agent_they_wait_and_their_words_come_to_the_bot(sim: Simulator, place: Any) -> None:
    """The transfer is taken, and nobody is there to talk to."""
    sim.platform.set_agents("shop", 0)
    transfers(sim, place)
    assert sim.say("shop", XIAOYU, "转人工").transferred
    before = len(place.arrived)
    sim.say("shop", XIAOYU, "还在吗")

    assert len(place.arrived) == before + 1
    assert sim.world.phones.bubbles_json()[1]["text"] == "已转接人工客服，正在排队"


def test_an_event_cannot_be_transferred(sim: Simulator, place: Any) -> None:
    """Only what somebody said is (protocol A7)."""
    transfers(sim, place)

    assert sim.event("shop", XIAOYU, "CLICK", "HUMAN").notice


def test_a_wecom_app_has_no_agents(sim: Simulator, place: Any) -> None:
    """The reply is one of official accounts."""
    transfers(sim, place, "office")

    assert not sim.say("office", XIAOLIN, "转人工").acknowledged


def test_the_page_sets_who_is_online(sim: Simulator) -> None:
    """One account's kind and agents, each alone."""
    doings = sim.parts.doings
    sim.call(lambda: doings.change("shop", {"agents": 1}))
    sim.call(lambda: doings.change("shop", {"kind": "verified_subscription"}))

    shop = sim.accounts["shop"].as_json()
    assert (shop["agents"], shop["kind"]) == (1, "verified_subscription")
