"""Rows 6–14 as often and as long as it takes: every fail-point × 20, frozen workers, killed parents."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.figures import Figures
from tests.chaos.kills import START_S, Killing, bury, lives, newcomer, start_below_launch
from tests.chaos.oracle import Chat, Oracle
from tests.scenarios.house import House, wait_for

pytestmark = pytest.mark.chaos

RECOVERY_S = 10.0
"""How long anybody may wait for a reply after any kill: a lease of 4 s, and some."""
TIMES, AT_ONCE = 20, 5


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A web process, and no worker yet."""
    with House(tmp_path, workers=0) as house:
        wait_for(lambda: house.get("/healthz")[0] == 200, "the web process", START_S)
        yield house


def put_figures(figures: Figures, killing: Killing, place: str, account: str) -> None:
    """What came of TIMES deaths at *place*, and how long the slowest reply took."""
    verdict, slowest = killing.oracle.verdict(), max(map(killing.seconds, killing.said_at))
    counts = f"{verdict.lost} / {verdict.doubled} / {verdict.ambiguous}"
    figures.put(f"deaths at {place}, {account}: lost / doubled / ambiguous", counts, "0 / ≤ ambiguous", TIMES)
    figures.put(f"deaths at {place}, {account}: slowest reply", f"{slowest:.1f} s", "-", TIMES)


def die_often_in_worker(house: House, place: str, account: str) -> Killing:
    """AT_ONCE workers die of a word each, then another one answers; until TIMES have died."""
    killing = Killing(house)
    for _ in range(TIMES // AT_ONCE):
        names = killing.workers(*[place] * AT_ONCE)
        while names:
            killing.die_in_worker(names, (account, newcomer()))
        (healer,) = killing.workers("")
        killing.oracle.judge(30.0)
        house.stop(healer)
    return killing


@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    ("place", "account", "calls", "ambiguous"),
    [
        ("mid_llm", "shop", 2 * TIMES, 0),
        ("pre_send", "shop", TIMES, 0),
        ("post_send", "shop", TIMES, TIMES),
        ("post_send", "office", TIMES, TIMES),
        ("pre_done", "shop", TIMES, 0),
    ],
    ids=["row_09_mid_llm", "row_10_pre_send", "row_11_shop", "row_11_office", "row_10_pre_done"],
)
def test_row_11_twenty_workers_die_at_a_place(
    house: House, figures: Figures, place: str, account: str, calls: int, ambiguous: int
) -> None:
    """Rows 9–11: lost 0, doubled at most what is counted and never on WeCom, no model call too many."""
    killing = die_often_in_worker(house, place, account)

    verdict = killing.oracle.judge()
    assert verdict.said == TIMES
    assert verdict.ambiguous == ambiguous
    assert verdict.model_calls <= calls
    put_figures(figures, killing, place, account)


@pytest.mark.timeout(400)
def test_row_12_twenty_workers_die_with_a_hint_in_their_hands(house: House, figures: Figures) -> None:
    """Each hint is repeated by the sweeper of a worker that lives."""
    killing = Killing(house)
    killing.workers("")
    victims = killing.workers(*["pre_lease"] * AT_ONCE)
    died = 0
    while died < TIMES:
        chat = ("shop", newcomer())
        killing.say(chat)
        house.simulator.wait_replies(*chat, 1, RECOVERY_S)
        for name in [name for name in victims if house.processes[name].poll() is not None]:
            del house.processes[name]
            victims.remove(name)
            died += 1
        if not victims:
            victims = killing.workers(*["pre_lease"] * AT_ONCE)

    verdict = killing.oracle.judge()
    assert (verdict.doubled, verdict.ambiguous) == (0, 0)
    assert verdict.model_calls == verdict.said
    put_figures(figures, killing, "pre_lease", "shop")


@pytest.mark.timeout(400)
@pytest.mark.parametrize("place", ["pre_ingest", "post_ingest", "pre_ack"])
def test_row_06_twenty_web_processes_die_at_a_place(house: House, figures: Figures, place: str) -> None:
    """Rows 6–8: lost 0, doubled 0, one model call each."""
    killing = Killing(house)
    killing.workers("")
    killing.webs(place)
    for _ in range(TIMES):
        killing.die_in_web(place, ("shop", newcomer()))

    verdict = killing.oracle.judge()
    assert (verdict.acknowledged, verdict.doubled, verdict.model_calls) == (TIMES, 0, TIMES)
    assert max(map(killing.seconds, killing.said_at)) < RECOVERY_S
    put_figures(figures, killing, place, "shop")


def asked(house: House, chat: Chat, first_byte_s: float = 1.5) -> Oracle:
    """*chat* says a word, and the model, which takes its time, is asked."""
    house.simulator.model.set(first_byte_s=first_byte_s)
    oracle = Oracle(house)
    before = len(house.simulator.model.calls)
    assert oracle.say(*chat).acknowledged
    wait_for(lambda: len(house.simulator.model.calls) > before, "the model is asked")
    return oracle


@pytest.mark.parametrize("kind", ["process", "group", "parent"])
def test_row_09_whatever_of_a_worker_is_killed_there_is_one_reply(
    house: House, figures: Figures, kind: str
) -> None:
    """The process alone, its group, or its parent, which the kernel lets it not outlive."""
    if kind == "parent":
        worker, name = start_below_launch(house), "launch"
    else:
        (name,) = Killing(house).workers("")
        worker = house.processes[name].pid
    chat = ("shop", newcomer())
    oracle = asked(house, chat, first_byte_s=60.0)
    Killing(house).workers("")
    house.simulator.model.set(first_byte_s=0.0)
    bury(house, name, group=kind == "group")
    killed_at = time.time()

    (reply,) = house.simulator.wait_replies(*chat, 1, RECOVERY_S)
    assert not lives(worker)
    verdict = oracle.judge()
    assert (verdict.doubled, verdict.ambiguous, verdict.model_calls) == (0, 0, 2)
    figures.put(f"reply after SIGKILL of a worker's {kind}", f"{reply.t - killed_at:.1f} s", "≤ 10 s", 1)


def being_sent(house: House, chat: Chat) -> bool:
    """Whether the platform has a message for *chat* in its hands that it has not answered yet."""
    simulator = house.simulator
    rows = simulator.call(lambda: list(simulator.world.wire.rows.values()))
    return any(row.open and "/send?" in row.raw and chat[1] in row.raw for row in rows)


@pytest.mark.parametrize(
    ("account", "moment"), [("shop", "asking"), ("shop", "sending"), ("office", "sending")]
)
def test_row_13_a_frozen_worker_that_wakes_up_says_nothing(house: House, account: str, moment: str) -> None:
    """Its lease is lost, another worker replies; woken, it sends and records nothing, and works on."""
    chat = (account, newcomer())
    (first,) = Killing(house).workers("")
    if moment == "sending":
        house.simulator.platform.delay(1000)
    oracle = asked(house, chat)
    if moment == "sending":
        wait_for(lambda: being_sent(house, chat), "a send is on its way")
    house.processes[first].send_signal(signal.SIGSTOP)
    house.simulator.platform.delay(0)
    (second,) = Killing(house).workers("")
    wait_for(lambda: '"settled"' in house.log(second), "the second worker settles it", 20.0)
    heard = len(house.simulator.replies(*chat))
    house.processes[first].send_signal(signal.SIGCONT)

    wait_for(lambda: "chat taken over" in house.log(first), "the woken one knows")
    verdict = oracle.judge()
    assert len(house.simulator.replies(*chat)) == heard
    assert verdict.ambiguous == (moment == "sending")
    assert '"event": "sent"' not in house.log(first)
    bury(house, second)
    house.simulator.model.reset()
    later = Oracle(house)
    assert later.say(account, newcomer()).acknowledged
    assert later.judge().lost == 0


def test_row_14_no_worker_outlives_its_supervisor(house: House) -> None:
    """SIGKILL of launch.py while its worker answers: that is gone at once, the next start answers."""
    worker, chat = start_below_launch(house), ("office", newcomer())
    oracle = asked(house, chat)
    bury(house, "launch")
    wait_for(lambda: not lives(worker), "the worker is gone", 2.0)
    wait_for(lambda: house.simulator.model.calls[0].ended == "closed", "nobody listens to the model")

    successor = start_below_launch(house)
    verdict = oracle.judge()
    assert (verdict.doubled, verdict.ambiguous, verdict.model_calls) == (0, 0, 2)
    assert house.stop("launch") == 0
    assert not lives(successor)
