"""Commands as dialogues: what is said, what is heard."""

import pytest

from handlers import commands
from tests.scenarios.house import House, wait_for

Dialogue = list[tuple[str, str]]

DIALOGUES: dict[str, Dialogue] = {
    "help, every prefix": [(f"{prefix}help", "/new") for prefix in commands.PREFIXES],
    "help in Chinese": [("帮助", "新对话"), ("#帮助", "新对话")],
    "help for one": [("/help new", "新对话"), ("/help 停", "停"), ("/help nothing", "nothing")],
    "unknown word": [("/frobnicate now", "帮助"), ("＃没有这个", "帮助")],
    "new": [("echo:记住我", "记住我"), ("新对话", "从头"), ("刚才说了什么", "刚才说了什么")],
    "nothing to continue": [("/continue", "没有")],
    "stop when nothing runs": [("停", "不答了")],
    "a sentence with a command word in it": [("echo:请停在这里", "请停在这里"), ("echo:继续说", "继续说")],
    "a path or a number is no command": [("/usr/bin/env 是什么", "/usr/bin/env"), ("#1 是什么", "#1")],
    "any white space ends the word": [("/help　new", "新对话"), ("/help\nnew", "新对话")],
    "an older control word is still carried out": [("echo:旧话", "旧话"), ("/new", "从头"), ("停", "不答了")],
}


@pytest.mark.parametrize("account", ["shop", "office"])
@pytest.mark.parametrize("dialogue", DIALOGUES.values(), ids=DIALOGUES.keys())
def test_dialogue(house: House, follower: str, account: str, dialogue: Dialogue) -> None:
    """One reply to each line, holding what is expected."""
    for number, (said, heard) in enumerate(dialogue, 1):
        house.simulator.say(account, follower, said)
        reply = house.simulator.wait_replies(account, follower, number)[-1]
        assert heard in reply.text, said
        house.drained()
        assert number == len(house.simulator.replies(account, follower))


def test_help_is_one_message_with_both_names(house: House, follower: str) -> None:
    """Every command that is taught to everyone is in it, English beside Chinese, within 2 048 bytes."""
    house.simulator.say("shop", follower, "帮助")

    (reply,) = house.simulator.wait_replies("shop", follower, 1)

    assert len(reply.text.encode()) <= 2048
    for command in commands.all_commands():
        taught = 0 < command.PLACE < commands.ADMINS_OWN
        assert (f"{command.NAMES[1]} /{command.NAMES[0]}" in reply.text) == taught


def test_new_forgets_what_was_said(house: House, follower: str) -> None:
    """After 新对话 the model hears nothing of before."""
    for number, said in enumerate(("echo:我爱吃桃", "新对话", "echo:我爱吃什么"), 1):
        house.simulator.say("shop", follower, said)
        house.simulator.wait_replies("shop", follower, number)

    assert "桃" not in str(house.simulator.model.calls[-1].messages[1:])


def test_stop_ends_the_running_answer_at_once(house: House, follower: str) -> None:
    """The stream is closed, nothing of it arrives, what was asked later is answered."""
    house.simulator.model.set(answers=["很长的话" * 200], chunks_per_s=10.0)
    house.simulator.say("shop", follower, "讲个很长的故事")
    wait_for(lambda: bool(house.simulator.model.calls), "the model is asked")
    house.simulator.say("shop", follower, "停")
    (reply,) = house.simulator.wait_replies("shop", follower, 1, 4.0)
    house.drained()

    assert not reply.ai
    assert len(house.simulator.replies("shop", follower)) == 1
    wait_for(lambda: house.simulator.model.calls[0].ended == "closed", "the stream is closed")
    assert house.counts()["settled:stopped"] >= 1


def test_new_stops_what_is_older_and_keeps_it_out_of_memory(house: House, follower: str) -> None:
    """Two questions wait, then 新对话: neither is answered or remembered."""
    house.simulator.model.set(first_byte_s=3.0)
    for said in ("echo:旧一", "echo:旧二", "新对话"):
        house.simulator.say("office", follower, said)
    house.simulator.wait_replies("office", follower, 1, 6.0)
    house.simulator.model.reset()
    house.simulator.say("office", follower, "echo:新的")
    heard = house.simulator.wait_replies("office", follower, 2)

    assert not [sent for sent in heard if "旧" in sent.text]
    assert "旧" not in str(house.simulator.model.calls[-1].messages[1:])


def test_leaving_stops_the_answer_and_lets_memory_end(house: House, follower: str) -> None:
    """unsubscribe: nothing more is sent, and what is remembered ends after seven days."""
    house.simulator.say("shop", follower, "echo:记得我")
    house.simulator.wait_replies("shop", follower, 1)
    house.simulator.model.set(first_byte_s=3.0)
    house.simulator.say("shop", follower, "echo:还没说完")
    wait_for(lambda: len(house.simulator.model.calls) >= 2, "the model is asked")
    house.simulator.event("shop", follower, "unsubscribe")
    house.drained()

    assert len(house.simulator.replies("shop", follower)) == 1
    with house.store as store:
        life_days = store.ttl(f"yd1:memory:shop:{follower}") / 86_400
    assert 6.9 < life_days <= 7.0


def test_new_is_carried_out_although_stop_comes_after_it(house: House, follower: str) -> None:
    """A question, 新对话 and 停 in one breath: the conversation is new afterwards."""
    house.simulator.say("shop", follower, "echo:桃子")
    house.simulator.wait_replies("shop", follower, 1)
    house.simulator.model.set(first_byte_s=2.0)
    for said in ("echo:慢", "新对话", "停"):
        house.simulator.say("shop", follower, said)
    house.simulator.wait_replies("shop", follower, 3, 6.0)
    house.simulator.model.reset()
    house.simulator.say("shop", follower, "echo:还记得吗")
    house.simulator.wait_replies("shop", follower, 4)

    assert "桃子" not in str(house.simulator.model.calls[-1].messages[1:])
