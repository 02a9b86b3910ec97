"""Rows and groups on the wire: what belongs together, what is kept, what is explained."""

from typing import Any

import pytest
import requests

from simulator.errcodes import MEANING
from simulator.explain import TOPICS, explain
from simulator.feed import Feed
from simulator.groups import Group, Groups
from simulator.testing import XIAOYU, Simulator
from simulator.wire import Wire
from simulator.words import words

CHAT = ("shop", XIAOYU)


@pytest.fixture
def groups() -> Groups:
    return Groups(Feed())


def said(groups: Groups, text: str, number: int, chat: tuple[str, str] = CHAT) -> Group:
    return groups.begin(chat, "小雨", str(number), text)


def test_a_repeat_belongs_to_the_first_delivery(groups: Groups) -> None:
    """One MsgId, one group."""
    assert said(groups, "你好", 1) is said(groups, "你好", 1)
    assert said(groups, "你好", 2) is not said(groups, "你好", 1)


def test_a_call_belongs_to_whoever_asked_its_question(groups: Groups) -> None:
    """By its words; typing beforehand does not hide it; the same words go to the oldest first."""
    first = said(groups, "你好", 1)
    second = said(groups, "你好", 2, ("shop", "oOther"))
    assert groups.of_send(CHAT) is first

    assert groups.of_question("你好") is first
    assert groups.of_question("你好") is second
    assert groups.of_question("你好") is None


def test_merged_messages_share_a_call(groups: Groups) -> None:
    """The newest of them carries the answer."""
    said(groups, "苏州", 1)
    newest = said(groups, "周末去", 2)

    assert groups.of_question("苏州\n周末去") is newest
    assert groups.of_send(CHAT) is newest


def test_parts_of_an_answer_stay_together(groups: Groups) -> None:
    """Numbered sends belong to the message being answered, though another one waits; then it is its turn."""
    first = said(groups, "苏州", 1)
    second = said(groups, "杭州", 2)
    groups.of_question("苏州")

    for mark in ("(1/3)", "— AI 生成 · 2/3 —", "(3/3)"):
        found = groups.of_send(CHAT, f"一段\n{mark}")
        assert found is first
        groups.replied(found)

    assert first.as_json()["replies"] == 3
    assert groups.of_send(CHAT, "杭州的回答") is second


def test_a_command_is_answered_without_a_model(groups: Groups) -> None:
    """A send that no model call preceded belongs to the oldest message waiting."""
    command = said(groups, "帮助", 1)

    assert groups.of_send(CHAT) is command
    assert groups.of_send(("shop", "nobody")) is None


def test_only_the_newest_rows_are_kept() -> None:
    """2 000 on the page; here fewer, for speed."""
    feed = Feed()
    wire = Wire(feed, Groups(feed), list, keep=3)
    for _ in range(5):
        wire.end(wire.begin("api", words("甲", "a"), "token"), ok=True, status=200)

    assert list(wire.rows) == ["R3", "R4", "R5"]
    assert wire.bodies("R1") is None


@pytest.mark.parametrize("topic", sorted(TOPICS))
@pytest.mark.parametrize("errcode", [None, 0, 40001, 45047, 12345])
def test_every_row_is_explained_in_both_languages(topic: str, errcode: int | None) -> None:
    """Whatever the code, there is a sentence and a section."""
    found = explain(topic, errcode)

    assert found["zh"]
    assert found["en"]
    assert found["section"]
    assert not errcode or str(errcode) in found["zh"]


def test_every_meaning_has_both_languages() -> None:
    """No code is explained in one only."""
    assert all(meant["zh"] and meant["en"] for meant in MEANING.values())


def test_phases_follow_a_message_through(sim: Simulator, client: Any, token: str) -> None:
    """Acknowledged, asked, first word, sent: each with its time, all in one group."""
    sim.say("shop", XIAOYU, "你好")
    body = {"messages": [{"role": "user", "content": "你好"}]}
    requests.post(f"{sim.base_url}/v1/chat/completions", json=body, timeout=5)
    message = {"touser": XIAOYU, "msgtype": "text", "text": {"content": "好"}}
    client.post("/cgi-bin/message/custom/send", message, access_token=token)

    group = sim.call(sim.world.wire.groups.as_json)[0]
    rows = sim.call(lambda: list(sim.world.wire.rows.values()))

    assert set(group["phases"]) == {"ack", "queue", "first_token", "send"}
    assert (group["replies"], group["ok"]) == (1, True)
    assert group["total_ms"] >= 0
    assert [row.direction for row in rows if row.group == group["id"]] == ["callback", "model", "api"]


def test_a_real_model_leaves_one_note(sim: Simulator, client: Any, token: str) -> None:
    """Its traffic does not pass here, and the wire says so once per message."""
    sim.call(lambda: setattr(sim.world, "started_with", {"base_url": "https://a.example", "model": "real"}))
    sim.say("shop", XIAOYU, "你好")
    message = {"touser": XIAOYU, "msgtype": "text", "text": {"content": "好"}}
    for _ in range(2):
        client.post("/cgi-bin/message/custom/send", message, access_token=token)

    notes = sim.call(lambda: [row.topic for row in sim.world.wire.rows.values() if row.direction == "model"])

    assert notes == ["model_real"]
    assert "first_token" not in sim.call(sim.world.wire.groups.as_json)[0]["phases"]
