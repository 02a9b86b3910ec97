"""100 000 messages wait: the acknowledgement does not notice, and they drain: row 35."""

import os
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path
from secrets import token_hex
from urllib.parse import urlencode

import pytest

from bot.messages import InboundMessage, Text
from bot.store.client import web_client
from bot.store.inbox import Inbox
from bot.store.scripts import Scripts
from tests.chaos.figures import Figures
from tests.chaos.readings import Knock, knock, percentile, rss_mb
from tests.scenarios.house import APART, House, wait_for

WAITING = int(os.environ.get("CHAOS_BACKLOG") or 100_000)
TOGETHER = 5_000
"""With the settings as they come, by which the lines of one chat are one question."""
EACH = 5
"""Messages of one chat; WeCom lets 30 a minute through to one member."""
KNOCKS = 1_000
WORKERS = 2
DRAIN_S = 900.0
MESSAGE = InboundMessage("office", "", "", "", "text", (), 1_700_000_000)


def pile_up(house: House, chats: int) -> None:
    """Have *chats* people wait with EACH messages, through the accept of the store."""
    with web_client(f"redis://127.0.0.1:{house.store_port}/0") as client:
        inbox = Inbox(Scripts(client), "backlog", most=100)

        def accept(chat: int) -> None:
            peer = f"late{chat:05d}"
            for n in range(EACH):
                words = (Text(f"echo:b{chat:05d}-{n}"),)
                said = replace(MESSAGE, peer=peer, sender=peer, msg_id=f"{peer}-{n}", parts=words)
                kept = inbox.accept(said, cuts=False, allowance=None, nonce=None, attempt=token_hex(8))
                assert kept.new

        with ThreadPoolExecutor(16) as pool:
            list(pool.map(accept, range(chats)))


def callbacks(house: House, numbers: Iterator[int], how_many: int) -> list[Knock]:
    """Ready callbacks of that many new people."""
    made = []
    for n in (next(numbers) for _ in range(how_many)):
        packet = house.simulator.packet("office", f"live{n:05d}", f"echo:live{n:05d}")
        house.simulator.call(partial(house.simulator.world.person_of, ("office", f"live{n:05d}")))
        made.append(
            (f"http://127.0.0.1:{house.web_ports[0]}/callback/office?{urlencode(packet.query)}", packet.body)
        )
    return made


def drain(house: House, limit_s: float) -> tuple[float, list[float]]:
    """Wait until all is settled; the seconds and the larger worker's memory all along, in MB."""
    began, memory = time.monotonic(), []

    def over() -> bool:
        memory.append(max(rss_mb(house.processes[f"worker{number}"].pid) for number in range(WORKERS)))
        counts = house.counts()
        return house.settled() == counts["accepted"]

    wait_for(over, "the backlog is drained", limit_s)
    return time.monotonic() - began, memory


@pytest.mark.chaos
@pytest.mark.timeout(1500)
@pytest.mark.parametrize(
    ("backlog", "environment", "replies"),
    [
        pytest.param(WAITING, APART, EACH, id="line by line"),
        pytest.param(TOGETHER, {}, 1, id="answered together"),
    ],
)
def test_row_35_a_backlog_leaves_the_acknowledgement_untouched_and_drains(
    tmp_path: Path, figures: Figures, backlog: int, environment: dict[str, str], replies: int
) -> None:
    """The same p99 with 100 000 waiting, no message lost, out of order or doubled, memory in bounds."""
    numbers, chats = count(), backlog // EACH
    with House(tmp_path, workers=0, environment=environment) as house:
        world = house.simulator.world

        def acknowledged() -> list[float]:
            return knock(callbacks(house, numbers, KNOCKS))

        wait_for(lambda: house.get("/healthz")[0] == 200, "the web process", 30.0)
        acknowledged()  # the first ones find cold caches
        before = acknowledged()
        house.simulator.call(lambda: [world.person_of(("office", f"late{n:05d}")) for n in range(chats)])
        pile_up(house, chats)
        waiting = acknowledged()
        for number in range(WORKERS):
            house.start_worker(number)
        house.await_ready()
        draining = acknowledged()
        took_s, memory = drain(house, DRAIN_S)
        house.drained()

        for n in range(chats):
            heard = [sent.text for sent in house.simulator.replies("office", f"late{n:05d}")]
            assert len(heard) == replies
            assert re.findall(r"b\d+-\d", "\n".join(heard)) == [f"b{n:05d}-{i}" for i in range(EACH)]
        for n in range(next(numbers)):
            assert len(house.simulator.replies("office", f"live{n:05d}")) == 1
        assert house.counts().get("ambiguous_sends", 0) == 0
    figures.put("acknowledgement p99, nothing waiting, ms", f"{percentile(before, 0.99):.1f}", "—", KNOCKS)
    figures.put(f"…, {backlog} waiting, ms", f"{percentile(waiting, 0.99):.1f}", "unchanged", KNOCKS)
    figures.put("…, while they drain, ms", f"{percentile(draining, 0.99):.1f}", "max < 1 s", KNOCKS)
    figures.put("worker memory while they drain, MB", f"{max(memory):.0f}", "< 200", len(memory))
    figures.put(
        "backlog drained, messages/s", f"{backlog / took_s:.0f}", f"≥ {backlog / DRAIN_S:.0f}", backlog
    )
    assert percentile(waiting, 0.99) <= 2 * percentile(before, 0.99) + 5.0
    assert max(draining) < 1000.0
    assert max(memory) < 200.0
