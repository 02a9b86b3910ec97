"""An account that may send: a tap allows messages for a minute, and an answer may take longer than that."""

from tests.scenarios.house import House, link_of


def test_an_answer_to_a_tap_that_lost_its_minute_waits_with_its_question(house: House, follower: str) -> None:
    """The next answer says so, and a tap brings it; what the person has read is not brought again."""
    house.simulator.platform.fail_sends("shop", 45015, 1)
    house.simulator.say("shop", follower, "echo:慢慢想", menu_id="7")
    house.drained()
    house.simulator.say("shop", follower, "echo:新问题")
    (reply,) = house.simulator.wait_replies("shop", follower, 1)
    assert reply.text.startswith("新问题")
    assert "前面还有给你的回复" in reply.text
    house.simulator.say("shop", follower, link_of(reply.text), menu_id="1")
    house.simulator.say("shop", follower, "取")
    fetched, nothing = house.simulator.wait_replies("shop", follower, 3)[1:]

    assert fetched.text.startswith("答 · 你问「echo:慢慢想」\n慢慢想")
    assert fetched.passive
    assert nothing.text.startswith("没有等你来取的答案")


def test_a_long_answer_that_lost_its_minute_is_read_page_by_page(house: House, follower: str) -> None:
    """Nothing of it is missing and nothing comes twice."""
    house.simulator.model.set(answers=["".join(f"第{i:03d}句，讲一件小事。\n" for i in range(330))])
    house.simulator.platform.fail_sends("shop", 45015, 1)
    house.simulator.say("shop", follower, "讲三百三十句", menu_id="7")
    house.drained()
    for _ in range(8):
        house.simulator.say("shop", follower, "/continue")
        house.drained()

    pages = [sent.text for sent in house.simulator.replies("shop", follower)]
    assert pages[0].startswith("答 · 你问「讲三百三十句」\n第000句")
    told = "".join(pages)
    assert [i for i in range(330) if told.count(f"第{i:03d}句") != 1] == []
