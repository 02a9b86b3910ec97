"""What rows about the platform share: a house behind a fault proxy, and the platform's moods."""

import re
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from config.wording import load_texts
from simulator.testing import Simulator
from tests.chaos.proxy import FaultProxy
from tests.scenarios.house import House

TEXTS = load_texts("zh")
_MARKS = re.compile(rf"— AI 生成 · \d/\d —|（AI 生成）|\(\d/\d\)|{TEXTS.say('ai_notice')}|\s")


@contextmanager
def proxied(folder: Path, environment: Mapping[str, str]) -> Iterator[tuple[House, FaultProxy]]:
    """A house with one worker that reaches the platform, and only that, through a proxy."""
    with House(folder, workers=0, environment=environment) as house:
        base_url = house.simulator.base_url
        with FaultProxy(int(base_url.rpartition(":")[2])) as proxy:
            file = folder / "yingda.toml"
            direct, around = (f'api_base = "{url}"' for url in (base_url, f"http://127.0.0.1:{proxy.port}"))
            assert direct in file.read_text()
            file.write_text(file.read_text().replace(direct, around))
            house.start_worker()
            house.await_ready()
            yield house, proxy


def refuse_sends(house: House, account: str, *errcodes: int) -> None:
    """The next sends of *account* are answered with *errcodes*; 0 lets one through."""
    coming = house.simulator.world.faults.coming
    house.simulator.call(lambda: coming.setdefault(account, deque()).extend(errcodes))


def revoke(simulator: Simulator, account: str, errcode: int) -> None:
    """Every token of *account* is refused with *errcode* from now on; in the simulator's own thread."""
    tokens = simulator.world.tokens
    tokens.revoke(account)
    ended, check = set(tokens.values()), tokens.check

    def refusing(value: str, channel: str) -> int:
        owner = tokens.owner(value)
        return errcode if value in ended and owner == account else check(value, channel)

    tokens.check = refusing  # type: ignore[method-assign]


def end_rest(house: House, account: str, *peers: str) -> None:
    """As if the account's rest were over, and with it the pause of what waits for *peers*."""
    with house.store as store:
        store.hdel(f"yd1:access_token:{account}", "rest_until")
        for peer in peers:
            store.hdel(f"yd1:turn:{account}:{peer}", "again")
            store.zadd("yd1:ready", {f"{account}:{peer}": 0})


def heard(house: House, account: str, peer: str) -> str:
    """All words that reached *peer*, without numbers, labels, notices and white space."""
    text = "".join(sent.text for sent in house.simulator.replies(account, peer))
    return _MARKS.sub("", text.replace(TEXTS.say("more_behind"), ""))


def calls(simulator: Simulator, *topics: str) -> list[int]:
    """The errcodes with which calls of these kinds were answered so far, oldest first."""
    return simulator.call(
        lambda: [int(row.errcode or 0) for row in simulator.world.wire.rows.values() if row.topic in topics]
    )
