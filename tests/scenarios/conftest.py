"""One house for the talk of a module; tests that break things build their own."""

from collections.abc import Iterator
from itertools import count

import pytest

from tests.scenarios.house import House

_people = count(1)


@pytest.fixture(scope="module")
def shared_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Two web processes and one worker, with short deadlines so that faults are quick."""
    folder = tmp_path_factory.mktemp("house")
    (folder / "about.txt").write_text("书店在杭州文三路 12 号，周末 10:00–21:00。")
    environment = {
        "YINGDA_CHAT__DEADLINE_S": "5",
        "YINGDA_MEMORY__BUDGET_TOKENS": "2000",
        "YINGDA_ACCOUNTS__SHOP__ABOUT": "about.txt",
    }
    with House(folder, webs=2, environment=environment) as house:
        yield house


@pytest.fixture
def house(shared_house: House) -> House:
    """The module's house with a stand-in that answers at once."""
    shared_house.simulator.model.reset()
    return shared_house


@pytest.fixture
def follower() -> str:
    """Somebody who has never written before."""
    return f"oFollower_{next(_people):018d}"
