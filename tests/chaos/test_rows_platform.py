"""Rows 29, 30 and 32: WeChat refuses, limits or forgets to answer, in every way it can."""

from collections.abc import Iterator
from itertools import count

import pytest

from config.wording import load_texts
from tests.chaos.far_side import calls, end_rest, heard, refuse_sends
from tests.chaos.oracle import Oracle
from tests.scenarios.house import House, wait_for

TEXTS = load_texts("zh")
PARAGRAPHS = [f"第{number}段说书店在哪里、几点开门、怎么来，写得长一点。" * 8 for number in range(24)]
SENDS = ("send", "wecom_send", "wecom_repeat")
BOTH = pytest.mark.parametrize("account", ["shop", "office"])

_people = count(1)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house in which every message has an answer of its own."""
    settings = {"YINGDA_TURN__MERGE_WAITING": "false"}
    with House(tmp_path_factory.mktemp("house"), environment=settings) as house:
        yield house


@pytest.fixture
def house(shared: House) -> House:
    """The house as new: no account at rest, no notices."""
    shared.simulator.model.reset()
    with shared.store as store:
        found = [*store.keys("yd1:notice*"), *store.keys("yd1:access_token:*")]
        if found:
            store.delete(*found)
    return shared


@pytest.fixture
def peer() -> str:
    """Somebody new."""
    return f"oPlatform_{next(_people):018d}"


def test_row_29_a_busy_platform_is_asked_again(house: House, peer: str) -> None:
    """-1 three times on both platforms: each answer arrives once, and nothing was ambiguous."""
    oracle = Oracle(house)
    for account in ("shop", "office"):
        refuse_sends(house, account, -1, -1, -1)
        oracle.say(account, peer)

    verdict = oracle.judge()
    assert (verdict.doubled, verdict.ambiguous, verdict.model_calls) == (0, 0, 2)


@BOTH
def test_row_29_what_is_too_long_is_cut_smaller(house: House, peer: str, account: str) -> None:
    """45002: the same words in more messages."""
    said = PARAGRAPHS[0] + PARAGRAPHS[1]
    house.simulator.model.set(answers=lambda messages: said)
    refuse_sends(house, account, 45002)
    house.simulator.say(account, peer, "讲讲")
    house.drained()

    assert heard(house, account, peer) == said
    assert len(house.simulator.replies(account, peer)) >= 2


@pytest.mark.parametrize("errcode", [45015, 45047])
def test_row_29_what_may_not_be_sent_now_waits_for_the_person(house: House, peer: str, errcode: int) -> None:
    """The allowance is spent: one refused call, and the whole answer behind the next 「继续」."""
    refuse_sends(house, "shop", errcode)
    sent = len(calls(house.simulator, *SENDS))
    house.simulator.say("shop", peer, "echo:后来")
    house.drained()
    assert calls(house.simulator, *SENDS)[sent:] == [errcode]

    house.simulator.say("shop", peer, "继续")
    house.simulator.wait_replies("shop", peer, 1)
    house.drained()

    assert heard(house, "shop", peer) == "后来"
    assert [call.question for call in house.simulator.model.calls] == ["echo:后来"]


@pytest.mark.parametrize(
    ("account", "errcode", "kind"),
    [
        ("shop", 40003, ""),
        ("office", 81013, ""),
        ("shop", 48001, "api_unauthorized"),
        ("office", 48002, "api_unauthorized"),
    ],
)
def test_row_29_what_is_final_stops_only_the_message(
    house: House, peer: str, account: str, errcode: int, kind: str
) -> None:
    """A dead letter each, the next message is answered; the owner has one notice where they can mend it."""
    before = house.counts().get("settled:dead_letter", 0)
    # An official account is asked once more without the AI mark, which could be what was refused.
    for number in range(2):
        refuse_sends(house, account, *[errcode] * (2 if errcode == 48001 else 1))
        house.simulator.say(account, peer, f"echo:{number}")
        house.drained()
    house.simulator.say(account, peer, "echo:下一句")
    house.simulator.wait_replies(account, peer, 1)
    house.drained()

    assert heard(house, account, peer) == "下一句"
    assert house.counts()["settled:dead_letter"] == before + 2
    with house.store as store:
        names = [name.decode() for name in store.zrange("yd1:notices", 0, -1)]
        assert names == ([f"{kind}:{account}"] if kind else [])
        assert not kind or store.hget(f"yd1:notice:{kind}:{account}", "count") == b"2"


@pytest.mark.parametrize(
    ("account", "errcode", "kind"),
    [
        ("shop", 40164, "ip_not_allowed"),
        ("office", 60020, "ip_not_allowed"),
        ("shop", 45009, "quota_spent"),
        ("office", 45009, "quota_spent"),
    ],
)
def test_row_29_an_account_that_must_rest_asks_once_and_loses_nothing(
    house: House, peer: str, account: str, errcode: int, kind: str
) -> None:
    """One refused call for three people and one notice; the other account goes on; then all is sent."""
    other = "office" if account == "shop" else "shop"
    refuse_sends(house, account, errcode)
    oracle, sent = Oracle(house), len(calls(house.simulator, *SENDS))
    peers = [f"{peer}{number}" for number in range(3)]
    for person in peers:
        oracle.say(account, person)
        with house.store as store:
            waits = f"yd1:turn:{account}:{person}"
            wait_for(lambda: store.hexists(waits, "again"), "it is put off")  # noqa: B023
    oracle.say(other, peer)
    wait_for(lambda: len(oracle.heard(other, peer)) == 1, "the other account goes on")

    assert calls(house.simulator, *SENDS)[sent:] == [errcode, 0]
    with house.store as store:
        assert store.zrange("yd1:notices", 0, -1) == [f"{kind}:{account}".encode()]
    end_rest(house, account, *peers)
    oracle.judge()


def test_row_30_an_answer_of_any_length_arrives_within_the_allowance(house: House, peer: str) -> None:
    """15 000 bytes, five sends for a typed message: 「继续」 brings the rest, and nothing is refused."""
    house.simulator.model.set(answers=lambda messages: "\n\n".join(PARAGRAPHS))
    sent = len(calls(house.simulator, *SENDS))
    house.simulator.say("shop", peer, "讲讲")
    house.drained()
    rounds = [len(house.simulator.replies("shop", peer))]
    while TEXTS.say("more_behind") in house.simulator.replies("shop", peer)[-1].text:
        house.simulator.say("shop", peer, "继续")
        house.drained()
        rounds.append(len(house.simulator.replies("shop", peer)) - sum(rounds))
        assert len(rounds) < 9, rounds

    assert sum(rounds) > 5 > max(rounds)
    assert heard(house, "shop", peer) == "".join(PARAGRAPHS)
    assert set(calls(house.simulator, *SENDS)[sent:]) == {0}


@pytest.mark.parametrize(("account", "copies"), [("shop", 2), ("office", 1)])
def test_row_32_an_answer_that_is_lost_is_counted(house: House, peer: str, account: str, copies: int) -> None:
    """The person has the text, we do not know: once more on an official account, never twice on WeCom."""
    oracle = Oracle(house)
    house.simulator.platform.drop_answer_of_next_send()
    oracle.say(account, peer)

    house.simulator.wait_replies(account, peer, copies)
    verdict = oracle.judge()
    assert (verdict.ambiguous, verdict.doubled, verdict.model_calls) == (1, copies - 1, 1)
