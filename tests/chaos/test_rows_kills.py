"""Rows 6–14: a process dies, freezes or loses its parent at the worst moment, and nobody notices."""

import signal
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.chaos.books import PRICED, Books, words_of
from tests.chaos.kills import START_S, Killing, armed, bury, children, lives, newcomer
from tests.chaos.oracle import Chat, Oracle, Verdict
from tests.conftest import free_port
from tests.scenarios.house import House, wait_for

IN_WORKER = ("mid_llm", "pre_send", "post_send", "pre_done")
IN_WEB = ("pre_ingest", "post_ingest", "pre_ack")


@dataclass(frozen=True, slots=True)
class Deaths:
    """What became of the one word that was being worked on at each place when a process died there."""

    house: House
    chats: dict[str, Chat]
    took_s: dict[str, float]
    verdict: Verdict
    books: Books

    def replies(self, place: str) -> int:
        return len(self.house.simulator.replies(*self.chats[place]))

    def calls(self, place: str) -> int:
        words = {self.house.simulator.replies(*self.chats[place])[0].text.split("\n")[0]}
        return sum(call.question.removeprefix("echo:") in words for call in self.house.simulator.model.calls)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One web process that is never armed; workers and further web processes come and go."""
    with House(tmp_path_factory.mktemp("house"), workers=0, environment=PRICED) as house:
        wait_for(lambda: house.get("/healthz")[0] == 200, "the web process", START_S)
        yield house


@pytest.fixture(scope="module")
def deaths(house: House) -> Deaths:
    """A process dies at every place, for one WeCom member each; then a single worker is left with it all."""
    killing = Killing(house)
    killing.webs(*IN_WEB)
    names = killing.workers(*IN_WORKER)
    places = dict(zip(names, IN_WORKER, strict=True))
    chats: dict[str, Chat] = {}
    while names:
        chat = ("office", newcomer())
        chats[places[killing.die_in_worker(names, chat)]] = chat
    killing.workers("")
    for place in IN_WEB:
        chats[place] = ("shop", newcomer())
        killing.die_in_web(place, chats[place])
    verdict = killing.oracle.judge()
    killing.stop("web", keep=["web0"])
    took_s = {place: killing.seconds(chat) for place, chat in chats.items()}
    return Deaths(house, chats, took_s, verdict, Books.of(house, words_of(house, list(chats.values()))))


@pytest.mark.chaos
def test_row_06_a_web_process_dies_before_the_message_is_kept(deaths: Deaths) -> None:
    """Nothing was said yes to: the platform delivers again, and that is answered once."""
    assert deaths.replies("pre_ingest") == deaths.calls("pre_ingest") == 1


@pytest.mark.chaos
def test_row_07_a_web_process_dies_before_a_worker_is_told(deaths: Deaths) -> None:
    """The sweeper finds what nobody was told of; the repeat is dropped."""
    assert deaths.replies("post_ingest") == deaths.calls("post_ingest") == 1
    assert deaths.took_s["post_ingest"] < 5.0


@pytest.mark.chaos
def test_row_08_a_web_process_dies_before_it_can_acknowledge(deaths: Deaths) -> None:
    """A worker may be at it already: the repeat is dropped."""
    assert deaths.replies("pre_ack") == deaths.calls("pre_ack") == 1


@pytest.mark.chaos
def test_row_09_a_worker_dies_while_the_model_is_asked(deaths: Deaths) -> None:
    """The model is asked once more, and there is one reply."""
    assert deaths.replies("mid_llm") == 1
    assert deaths.calls("mid_llm") <= 2


@pytest.mark.chaos
@pytest.mark.parametrize("place", ["pre_send", "pre_done"])
def test_row_10_a_worker_dies_with_the_answer_saved(deaths: Deaths, place: str) -> None:
    """The saved answer is used: the model is asked once, whether it was still to be sent or already sent."""
    assert deaths.replies(place) == deaths.calls(place) == 1


@pytest.mark.chaos
def test_row_11_a_worker_dies_between_sent_and_recorded(deaths: Deaths) -> None:
    """The one ambiguity is counted, and WeCom's duplicate check closes it."""
    assert deaths.replies("post_send") == deaths.calls("post_send") == 1
    assert deaths.verdict.ambiguous == 1
    assert "send was ambiguous" in "".join(
        path.read_text() for path in deaths.house.folder.glob("worker*.log")
    )


@pytest.mark.chaos
def test_row_12_a_worker_dies_with_a_hint_in_its_hands(house: House, deaths: Deaths) -> None:
    """The wake-up is gone; the sweeper of the other worker repeats it."""
    assert deaths.verdict.doubled == 0
    killing = Killing(house)
    (victim,) = killing.workers("pre_lease")
    while house.processes[victim].poll() is None:  # Either worker may get the hint.
        chat = ("shop", newcomer())
        killing.say(chat)
        house.simulator.wait_replies(*chat, 1)
    assert house.processes.pop(victim).returncode == -signal.SIGKILL

    assert killing.oracle.judge().doubled == 0
    assert killing.seconds(chat) < 5.0


@pytest.mark.chaos
def test_the_ledger_counts_each_answer_once_wherever_a_process_died(deaths: Deaths) -> None:
    """Also one that was asked for twice, sent twice, or whose settling was begun by somebody who died."""
    words = {deaths.house.simulator.replies(*chat)[0].text.split("\n")[0] for chat in deaths.chats.values()}
    assert len(words) == len(IN_WORKER) + len(IN_WEB)

    deaths.books.hold(in_flight=1)
    assert deaths.books.answers == len(words)


@pytest.mark.parametrize("process", ["web", "worker"])
def test_an_unknown_place_is_refused_at_the_start(house: House, process: str) -> None:
    """One line that names the key."""
    status, error = house.try_start(process, armed("pre_lunch"))

    assert status != 0
    assert "YINGDA_FAILPOINTS__ARMED" in error
    assert len(error.splitlines()) == 1, error


@pytest.mark.chaos
def test_row_14_a_web_process_whose_master_is_killed_ends_too(house: House, deaths: Deaths) -> None:
    """What it still accepts is answered once, although everything is delivered to another one as well."""
    assert deaths.verdict.lost == 0
    oracle, port = Oracle(house), free_port()
    house.start_web(7, port)
    wait_for(lambda: house.get("/healthz", port)[0] == 200, "its web process", START_S)
    (orphan,) = children(house.processes["web7"].pid)
    bury(house, "web7")
    alive = f"http://127.0.0.1:{house.web_ports[0]}"
    house.simulator.set_callback(f"http://127.0.0.1:{port}", alive)
    for _ in range(3):
        assert oracle.say("shop", newcomer(), times=2, parallel=True).acknowledged
    house.simulator.set_callback(alive)

    assert oracle.judge().doubled == 0
    wait_for(lambda: not lives(orphan), "the orphan ends", 15.0)
