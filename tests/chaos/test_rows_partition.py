"""Row 31: the way to the platform is cut, silent, slow or without TLS; callbacks do not notice."""

import time
from collections.abc import Callable, Iterator
from itertools import count

import pytest

from bot.channels._answers import OFFICIAL, TELL_OWNER
from bot.channels._api import Client, platform_errors
from bot.errors import PlatformAway, SendUnsure
from tests.chaos.far_side import proxied
from tests.chaos.figures import Figures
from tests.chaos.oracle import Oracle
from tests.chaos.proxy import FaultProxy
from tests.scenarios.house import House, wait_for

PARTED_S = 60.0

_people = count(1)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, FaultProxy]]:
    """A house behind a proxy; every message has an answer of its own."""
    with proxied(tmp_path_factory.mktemp("house"), {"YINGDA_TURN__MERGE_WAITING": "false"}) as both:
        yield both


@pytest.fixture
def house(shared: tuple[House, FaultProxy]) -> House:
    """The house with a stand-in that answers at once."""
    shared[0].simulator.model.reset()
    return shared[0]


@pytest.fixture
def proxy(shared: tuple[House, FaultProxy]) -> Iterator[FaultProxy]:
    """The way to the platform, whole again afterwards."""
    yield shared[1]
    shared[1].heal()


@pytest.fixture
def peer() -> str:
    """Somebody new."""
    return f"oParted_{next(_people):018d}"


def test_row_31_a_refused_way_to_the_platform_costs_only_time(
    house: House, proxy: FaultProxy, peer: str
) -> None:
    """Connections reset, then refused: callbacks are acknowledged at once, afterwards all comes in order."""
    oracle = Oracle(house)
    chats = [(account, f"{peer}{number}") for account in ("shop", "office") for number in range(2)]
    proxy.refuse()
    proxy.cut()
    deliveries = [oracle.say(*chat) for _ in range(2) for chat in chats]
    wait_for(lambda: house.log("worker0").count("send put off") >= len(chats), "they are put off")
    assert not any(oracle.heard(*chat) for chat in chats)
    proxy.heal()

    oracle.judge(30.0)
    assert all(delivery.statuses == [200] for delivery in deliveries)
    assert max(delivery.ack_ms[0] for delivery in deliveries) < 1000


@pytest.mark.parametrize(
    "break_off", [FaultProxy.stall, lambda proxy: proxy.cut_after(0)], ids=["silence", "RST"]
)
def test_row_31_without_a_tls_handshake_nothing_was_sent(
    proxy: FaultProxy, break_off: Callable[[FaultProxy], None]
) -> None:
    """A handshake that never ends or is reset is no ambiguity: no policy may skip what waits behind it."""
    client = Client("wx", f"https://127.0.0.1:{proxy.port}", 1)
    break_off(proxy)
    with pytest.raises(PlatformAway), platform_errors(OFFICIAL, otherwise=TELL_OWNER, lost=SendUnsure):
        client.call("message/custom/send", {}, {"touser": "o"}, (0.5, 5.0))
    client.close()


def goes_silent(proxy: FaultProxy) -> None:
    """Blackhole: whatever is sent is neither answered nor refused."""
    proxy.stall()


def resets(proxy: FaultProxy) -> None:
    """RST: every connection, open or new, is reset before an answer comes."""
    proxy.cut_after(0)
    proxy.cut()


def crawls(proxy: FaultProxy) -> None:
    """Slow: every answer comes, after eleven seconds; we have given it up by then."""
    proxy.delay(11.0)


@pytest.mark.chaos
@pytest.mark.timeout(300)
@pytest.mark.parametrize("break_off", [goes_silent, resets, crawls])
def test_row_31_a_minute_without_the_platform_loses_nothing(
    house: House, proxy: FaultProxy, peer: str, figures: Figures, break_off: Callable[[FaultProxy], None]
) -> None:
    """People write for a minute: acknowledged at once, then all comes in order, doubled ≤ ambiguous."""
    oracle = Oracle(house)
    colleagues = [("office", f"{peer}{number}") for number in range(3)]
    for chat in colleagues:
        oracle.say(*chat)
    oracle.judge()
    break_off(proxy)
    began = time.monotonic()
    for second in range(0, int(PARTED_S), 15):
        # Followers write once: what the network held back may come as copies, which use up their allowance.
        chats = [*colleagues, *(("shop", f"{peer}{second}{number}") for number in range(3))]
        wait_for(lambda second=second: time.monotonic() - began >= second, "time passes", 20.0)  # type: ignore[misc]
        for chat in chats:
            oracle.say(*chat)
    wait_for(lambda: time.monotonic() - began >= PARTED_S, "the minute is over", 20.0)
    proxy.heal()
    healed = time.monotonic()

    wait_for(oracle.answered, "everybody is answered", 90.0)
    took_s = time.monotonic() - healed
    verdict = oracle.judge()

    acks = [ms for delivery in oracle.deliveries for ms in delivery.ack_ms]
    name = f"platform {break_off.__name__.replace('_', ' ')} for a minute"
    figures.put(f"{name}: lost", verdict.lost, "0", verdict.acknowledged)
    figures.put(f"{name}: doubled / ambiguous", f"{verdict.doubled} / {verdict.ambiguous}", "≤", verdict.said)
    figures.put(f"{name}: slowest acknowledgement, ms", round(max(acks)), "< 1000", len(acks))
    figures.put(f"{name}: last reply after it, s", f"{took_s:.1f}", "—", verdict.said)
    assert len(acks) == len(oracle.deliveries)
    assert max(acks) < 1000
