"""People talk with the bot on both channels, through every process for real."""

import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.scenarios.house import House, wait_for

BOTH = pytest.mark.parametrize("account", ["shop", "office"])


@BOTH
def test_the_second_message_sees_the_first(house: House, follower: str, account: str) -> None:
    """Memory: the model is told what was said before."""
    house.simulator.say(account, follower, "我叫阿明")
    house.simulator.wait_replies(account, follower, 1)
    house.simulator.say(account, follower, "我叫什么？")
    house.simulator.wait_replies(account, follower, 2)

    last = [call for call in house.simulator.model.calls if call.question == "我叫什么？"][-1]
    said = [(message["role"], message["content"]) for message in last.messages[1:]]
    assert said[0] == ("user", "我叫阿明")
    assert [role for role, _ in said] == ["user", "assistant", "user"]


@BOTH
def test_three_parallel_deliveries_are_one_message(house: House, follower: str, account: str) -> None:
    """The same callback at two web processes at once: three acknowledgements, one model call, one reply."""
    delivery = house.simulator.say(account, follower, "echo:只答一次", times=3, parallel=True)
    house.simulator.wait_replies(account, follower, 1)
    house.drained()

    assert delivery.statuses == [200, 200, 200]
    assert len(house.simulator.replies(account, follower)) == 1
    assert sum(call.question == "echo:只答一次" for call in house.simulator.model.calls) == 1


@BOTH
def test_two_messages_at_once_are_answered_in_order(house: House, follower: str, account: str) -> None:
    """One person's messages never overtake each other; those that waited may come in one answer."""
    house.simulator.model.set(first_byte_s=0.3)
    for i in range(4):
        house.simulator.say(account, follower, f"echo:第{i}句")

    house.drained()
    heard = "\n".join(sent.text for sent in house.simulator.replies(account, follower))
    assert [f"第{i}句" for i in range(4)] == re.findall("第.句", heard)


def test_a_hundred_people_at_once_wait_for_nobody(house: House) -> None:
    """With a model that takes a second, the hundredth person waits little longer than the first."""
    house.simulator.model.set(first_byte_s=1.0)
    people = [f"oCrowd_{i:021d}" for i in range(100)]
    began: dict[str, float] = {}

    def ask(peer: str) -> None:
        began[peer] = time.time()
        house.simulator.say("shop", peer, f"echo:{peer}")

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(ask, people))
    heard = {peer: house.simulator.wait_replies("shop", peer, 1, 20.0)[0] for peer in people}

    assert all(peer in sent.text for peer, sent in heard.items())
    assert max(sent.t - began[peer] for peer, sent in heard.items()) < 4.0


def test_a_new_follower_is_welcomed_once(house: House, follower: str) -> None:
    """The welcome names the assistant and says that answers are AI-made; the first answer does not."""
    house.simulator.event("shop", follower, "subscribe")
    (welcome,) = house.simulator.wait_replies("shop", follower, 1)
    house.simulator.say("shop", follower, "echo:好")
    answer = house.simulator.wait_replies("shop", follower, 2)[1]

    assert "小答" in welcome.text
    assert "AI" in welcome.text
    assert not welcome.ai
    assert answer.text == "好"
    assert answer.ai


def test_who_was_never_welcomed_reads_the_notice_in_the_first_answer(house: House, follower: str) -> None:
    """Once, inside the answer, as a line of its own."""
    for i in range(2):
        house.simulator.say("shop", follower, f"echo:答{i}")
        house.simulator.wait_replies("shop", follower, i + 1)

    first, second = (sent.text for sent in house.simulator.replies("shop", follower))
    assert "AI" in first.splitlines()[-1]
    assert second == "答1"


def test_opening_a_wecom_app_greets_once(house: House, follower: str) -> None:
    """enter_agent may come often; only the first is answered."""
    for second in range(3):
        house.simulator.event("office", follower, "enter_agent", created_at=int(time.time()) - second)
    house.simulator.wait_replies("office", follower, 1)
    house.drained()

    assert len(house.simulator.replies("office", follower)) == 1


@BOTH
@pytest.mark.parametrize("kind", ["voice", "image", "video", "location", "link"])
def test_what_is_not_understood_gets_a_sentence(house: House, follower: str, account: str, kind: str) -> None:
    """Neither silence nor the model."""
    before = len(house.simulator.model.calls)
    house.simulator.say(account, follower, "", kind=kind)

    (reply,) = house.simulator.wait_replies(account, follower, 1)

    assert 5 < len(reply.text) < 100
    assert not reply.ai
    assert before == len(house.simulator.model.calls)


def test_a_sticker_arrives_as_a_text_and_is_recognised(house: House, follower: str) -> None:
    """【收到不支持的消息类型…】 never reaches the model."""
    house.simulator.say("shop", follower, "【收到不支持的消息类型，暂无法显示】")

    (reply,) = house.simulator.wait_replies("shop", follower, 1)

    assert not reply.ai
    assert not [call for call in house.simulator.model.calls if "收到不支持" in call.question]


def test_other_events_are_settled_as_ignored(house: House, follower: str) -> None:
    """A location report is accepted, counted and answered with nothing."""
    before = house.counts().get("settled:ignored", 0)
    house.simulator.event("shop", follower, "LOCATION")
    house.drained()

    assert before + 1 == house.counts()["settled:ignored"]
    assert house.simulator.replies("shop", follower) == []


def test_the_owners_text_reaches_the_model(house: House, follower: str) -> None:
    """`about` joins the system text, and its tokens are told at start."""
    house.simulator.say("shop", follower, "echo:几点关门")
    house.simulator.wait_replies("shop", follower, 1)

    system = house.simulator.model.calls[-1].messages[0]
    assert system["role"] == "system"
    assert "文三路" in str(system["content"])
    assert '"system_tokens"' in house.log("worker0")


def test_typing_is_shown_while_the_model_thinks(house: House, follower: str) -> None:
    """On the channel that has it, and without costing a message."""
    house.simulator.model.set(first_byte_s=0.5)
    house.simulator.say("shop", follower, "echo:好")
    house.simulator.wait_replies("shop", follower, 1)

    assert ("shop", follower, "Typing") in house.simulator.typing_calls


def test_a_long_answer_comes_in_four_parts_and_continue_fetches_the_rest(house: House, follower: str) -> None:
    """Headings, table, code and ZWJ emoji: at most four valid messages, 继续 completes them."""
    house.simulator.say("shop", follower, "来一篇长文")
    parts = house.simulator.wait_replies("shop", follower, 4)
    house.drained()
    assert len(house.simulator.replies("shop", follower)) == 4
    for _ in range(3):
        house.simulator.say("shop", follower, "/continue")
        house.simulator.wait_replies("shop", follower, len(parts) + 1)
        house.drained()
        parts = house.simulator.replies("shop", follower)
        if not parts[-1].ai:
            break

    texts = [sent.text for sent in parts[:-1]]
    assert all(len(text.encode()) <= 2048 for text in texts)
    assert all(mark not in text for text in texts for mark in ("\n## ", "|---", "```", "](http"))
    assert "(1/4)" in texts[0]
    assert "继续" in texts[3]
    assert not parts[-1].ai, "in the end nothing more is left"
    assert len("".join(texts).encode()) > 6_000


def test_wecom_gets_a_long_answer_in_valid_parts_too(house: House, follower: str) -> None:
    """A text over 2 048 bytes would be cut in silence there."""
    house.simulator.say("office", follower, "来一篇长文")
    house.simulator.wait_replies("office", follower, 4)
    house.drained()

    heard = house.simulator.replies("office", follower)
    assert len(heard) == 4
    assert all(len(sent.text.encode()) <= 2048 for sent in heard)


def test_an_over_long_message_is_cut_and_said_so(house: House, follower: str) -> None:
    """The model reads what fits, the person is told how much that was."""
    house.simulator.say("office", follower, "很长的话。" * 3000)

    (first, *_) = house.simulator.wait_replies("office", follower, 1)

    assert "有点长" in first.text
    asked = str(house.simulator.model.calls[-1].messages[-1]["content"])
    assert len(asked) < 3000


@pytest.mark.parametrize(
    "manner",
    [
        pytest.param({"mode": "500"}, marks=pytest.mark.chaos),
        pytest.param({"mode": "429", "retry_after_s": 60.0}, marks=pytest.mark.chaos),
        {"mode": "hang"},
    ],
)
def test_a_model_that_fails_is_told_politely_and_not_remembered(
    house: House, follower: str, manner: dict[str, object]
) -> None:
    """One sentence after the deadline at the latest; the next question does not see the failed one."""
    house.simulator.model.set(**manner)
    house.simulator.say("shop", follower, "echo:失败的问题")
    (sorry,) = house.simulator.wait_replies("shop", follower, 1, 12.0)
    house.simulator.model.reset()
    house.simulator.say("shop", follower, "echo:又来")
    house.simulator.wait_replies("shop", follower, 2)

    assert not sorry.ai
    assert "失败的问题" not in str(house.simulator.model.calls[-1].messages)


def test_a_model_that_recovers_in_time_is_asked_again(house: House, follower: str) -> None:
    """Two failures within the deadline are not noticed."""
    house.simulator.model.set(mode="500", times=2)
    house.simulator.say("shop", follower, "echo:第三次才成")

    (reply,) = house.simulator.wait_replies("shop", follower, 1, 12.0)

    assert reply.text.startswith("第三次才成")


def test_an_answer_that_breaks_off_still_reaches_the_person(house: House, follower: str) -> None:
    """Half an answer is better than none, and is remembered as what it was."""
    house.simulator.model.set(mode="cut", answers=["一句完整的话。" * 30], chunks_per_s=200.0)
    house.simulator.say("office", follower, "断线")

    (reply,) = house.simulator.wait_replies("office", follower, 1, 12.0)

    assert "一句完整的话。" in reply.text


def test_answers_of_the_model_are_never_commands(house: House, follower: str) -> None:
    """A model that says /new or 停 says only words."""
    house.simulator.say("shop", follower, "echo:记住这句")
    house.simulator.wait_replies("shop", follower, 1)
    house.simulator.model.set(answers=["/new", "停"])
    for i in range(2):
        house.simulator.say("shop", follower, f"说点什么{i}")
        house.simulator.wait_replies("shop", follower, i + 2)
    house.simulator.say("shop", follower, "echo:还记得吗")
    house.simulator.wait_replies("shop", follower, 4)

    assert "记住这句" in str(house.simulator.model.calls[-1].messages)


def test_links_of_the_model_are_made_safe(house: House, follower: str) -> None:
    """http links are tappable; a bizmsgmenu link would be a one-tap command and never survives."""
    house.simulator.model.set(
        answers=['看[这里](https://a.example/x) <a href="weixin://bizmsgmenu?msgmenucontent=%2Fnew">点</a>']
    )
    house.simulator.say("shop", follower, "给个链接")

    (reply,) = house.simulator.wait_replies("shop", follower, 1)

    assert '<a href="https://a.example/x">这里</a>' in reply.text
    assert "weixin://" not in reply.text


def test_a_revoked_token_costs_one_refresh_and_no_reply(house: House, follower: str) -> None:
    """The platform refuses the access_token: it is fetched once more, the person notices nothing."""
    house.simulator.say("shop", follower, "echo:一")
    house.simulator.wait_replies("shop", follower, 1)
    before = house.simulator.platform.token_fetches
    house.simulator.platform.revoke_token("shop")
    house.simulator.say("shop", follower, "echo:二")
    heard = house.simulator.wait_replies("shop", follower, 2)

    assert heard[1].text == "二"
    assert before + 1 == house.simulator.platform.token_fetches


def test_a_spent_allowance_keeps_the_rest_for_later(house: House, follower: str) -> None:
    """45047: what could not be sent is fetched with 继续 after the person has written again."""
    house.simulator.platform.fail_sends("shop", 45047, 1)
    house.simulator.say("shop", follower, "echo:留到以后")
    house.drained()
    assert house.simulator.replies("shop", follower) == []
    house.simulator.say("shop", follower, "继续")

    (reply,) = house.simulator.wait_replies("shop", follower, 1)

    assert reply.text.startswith("留到以后")


def test_a_long_answer_refused_half_way_is_fetched_whole(house: House, follower: str) -> None:
    """45047 before the third of four parts: parts three and four and the rest behind them all come later."""
    house.simulator.say("shop", follower, "echo:热身")
    house.drained()
    house.simulator.model.set(answers=["".join(f"第{i:03d}句，讲一件小事。\n" for i in range(330))])
    for errcode, times in ((0, 2), (45047, 1)):
        house.simulator.platform.fail_sends("shop", errcode, times)
    house.simulator.say("shop", follower, "讲三百三十句")
    house.drained()
    assert len(house.simulator.replies("shop", follower)) == 3
    assert not house.simulator.world.faults.coming["shop"]
    for _ in range(4):
        house.simulator.say("shop", follower, "/continue")
        house.drained()

    told = "".join(sent.text for sent in house.simulator.replies("shop", follower))
    assert [i for i in range(330) if told.count(f"第{i:03d}句") != 1] == []


def test_an_answer_put_by_is_not_lost_at_the_next_question(house: House, follower: str) -> None:
    """The next answer says that something waits, and 继续 fetches it; the notice is not used up unseen."""
    house.simulator.platform.fail_sends("shop", 45047, 1)
    house.simulator.say("shop", follower, "echo:没送到")
    house.drained()
    house.simulator.say("shop", follower, "echo:新问题")
    (reply,) = house.simulator.wait_replies("shop", follower, 1)
    house.simulator.say("shop", follower, "继续")
    rest = house.simulator.wait_replies("shop", follower, 2)[1]

    assert reply.text.startswith("新问题")
    assert "继续" in reply.text
    assert "AI 生成" in reply.text
    assert rest.text.startswith("没送到")


def test_a_busy_platform_is_tried_again(house: House, follower: str) -> None:
    """-1 twice: the answer arrives a little later, once, from the saved turn; nothing is ambiguous."""
    before = house.counts().get("ambiguous_sends", 0)
    house.simulator.platform.fail_sends("office", -1, 2)
    house.simulator.say("office", follower, "echo:等一等")

    house.simulator.wait_replies("office", follower, 1, 15.0)
    house.drained()

    assert len(house.simulator.replies("office", follower)) == 1
    assert sum(call.question == "echo:等一等" for call in house.simulator.model.calls) == 1
    assert before == house.counts().get("ambiguous_sends", 0)


def test_someone_who_cannot_be_written_to_is_a_dead_letter(house: House, follower: str) -> None:
    """43004: the message ends, the chat goes on."""
    house.simulator.platform.fail_sends("shop", 43004, 1)
    house.simulator.say("shop", follower, "echo:没人收")
    house.drained()
    house.simulator.say("shop", follower, "echo:收到")

    (reply,) = house.simulator.wait_replies("shop", follower, 1)

    assert reply.text.startswith("收到")
    assert house.counts()["settled:dead_letter"] >= 1


def test_a_lost_answer_of_wecom_is_sent_again_and_shown_once(house: House, follower: str) -> None:
    """The send is ambiguous; WeCom's own duplicate check closes it, and it is counted."""
    before = house.counts().get("ambiguous_sends", 0)
    house.simulator.platform.drop_answer_of_next_send()
    house.simulator.say("office", follower, "echo:只见一次")
    house.simulator.wait_replies("office", follower, 1)
    house.drained()

    assert len(house.simulator.replies("office", follower)) == 1
    assert before + 1 == house.counts()["ambiguous_sends"]


def test_the_same_sentence_may_be_said_twice_on_wecom(house: House, follower: str) -> None:
    """The duplicate check must not swallow an answer that happens to be equal."""
    for i in range(2):
        house.simulator.say("office", follower, "echo:好的")
        house.simulator.wait_replies("office", follower, i + 1)

    assert len(house.simulator.replies("office", follower)) == 2


def test_metrics_add_up(house: House) -> None:
    """accepted = settled + waiting, and the names are those other tools rely on."""
    house.drained()
    text = house.text("/metrics")
    values = {
        line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1])
        for line in text.splitlines()
        if not line.startswith("#")
    }

    settled = sum(value for name, value in values.items() if name.startswith("yingda_settled_total"))
    assert values["yingda_accepted_total"] == settled + values["yingda_waiting"]
    for name in ("ambiguous_sends", "duplicates_dropped", "model_calls", "token_fetches"):
        assert f"yingda_{name}_total" in values
    assert 'yingda_answer_seconds_bucket{le="+Inf"}' in values


def test_nothing_people_say_and_no_secret_is_in_a_log(house: House, follower: str) -> None:
    """At INFO a log names hashes and numbers only."""
    house.simulator.say("shop", follower, "echo:我的秘密计划九七三")
    house.simulator.wait_replies("shop", follower, 1)
    house.drained()
    logs = "".join(house.log(name) for name in house.processes)
    account = house.simulator.accounts["shop"]

    wait_for(lambda: '"settled"' in house.log("worker0"), "a settled line")
    for secret in ("秘密计划", follower, account.secret, account.token, account.aes_key, "sk-simulated"):
        assert secret not in logs


def test_an_answer_that_shows_nothing_is_not_silence(house: House, follower: str) -> None:
    """An empty picture link is nothing on a phone: it counts as failed, and the person is told."""
    house.simulator.model.set(answers=["![]()"])
    house.simulator.say("shop", follower, "说点什么")

    (reply,) = house.simulator.wait_replies("shop", follower, 1, 12.0)

    assert reply.text
    assert not reply.ai
