"""Power loss, a full disk and a store that still reads its files: rows 16 and 19."""

import random
import resource
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from redis import Redis

from launching.store import command, find_binary
from tests.chaos.figures import Figures
from tests.chaos.oracle import Oracle
from tests.chaos.outage import Crowd, nobody_ends, says_503
from tests.conftest import await_store, free_port
from tests.scenarios.house import House, wait_for

SHIM = Path(__file__).with_name("synced.c")
CUTS = 3
WRITES = 200
LOADED = 40_000
LOAD_DELAY_US = 100


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library that notes what is on disk, compiled."""
    compiler = shutil.which("gcc")
    assert compiler, "gcc is missing: it compiles tests/chaos/synced.c (apt install gcc)"
    library = tmp_path_factory.mktemp("shim") / "synced.so"
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-Wall", "-Werror", "-o", library, SHIM, "-ldl"],
        check=True,
        timeout=60,
    )
    return library


class Disk:
    """The disk under a store: what a power loss would leave of it."""

    def __init__(self, folder: Path, shim: Path) -> None:
        self._folder = folder / "store"
        self._notes = folder / "synced"
        self.environment = {"LD_PRELOAD": str(shim), "SYNCED_NOTES": str(self._notes)}

    def lose_power(self) -> int:
        """Cut every file of the store to what was certainly on disk; how many bytes that took away."""
        notes = [line.split() for line in self._notes.read_text().splitlines()]
        sizes = {int(inode): int(size) for inode, size in notes}
        lost = 0
        for path in self._folder.rglob("*"):
            if path.is_file():
                kept = min(sizes.get(path.stat().st_ino, 0), path.stat().st_size)
                lost += path.stat().st_size - kept
                with path.open("r+b") as file:
                    file.truncate(kept)
        return lost


class PowerHouse(House):
    """A house on a disk that can lose its power."""

    def __init__(self, folder: Path, shim: Path) -> None:
        super().__init__(folder)
        self.disk = Disk(folder, shim)

    def start_store(self) -> None:
        """Start the store on its disk."""
        binary = command(find_binary(), self.store_port, self.folder / "store")
        self._start("store", list(binary), self.disk.environment)
        await_store(self.store_port)

    def lose_power(self) -> None:
        """Everything ends at once, and what was not on disk is gone; then everything starts again."""
        for name in sorted(self.processes, key=lambda name: name != "store"):
            self.stop(name, signal.SIGKILL)
        self.disk.lose_power()
        self.start_store()
        self.start_webs()
        self.start_worker()
        self.await_ready()


@pytest.mark.chaos
@pytest.mark.timeout(240)
def test_row_16_a_power_loss_takes_nothing_that_was_acknowledged(
    tmp_path: Path, shim: Path, seed: int, figures: Figures
) -> None:
    """Three times while people write: all that the platform was told is kept is answered afterwards."""
    rng = random.Random(seed)
    with PowerHouse(tmp_path, shim) as house:
        oracle = Oracle(house)
        for _ in range(CUTS):
            with Crowd(oracle, 9) as crowd:
                crowd.said(rng.randrange(20, 40))
                house.lose_power()
                crowd.said(5)
        verdict = oracle.judge(40.0)
    figures.put(
        "power loss: acknowledged and lost", verdict.lost, "0", f"{verdict.acknowledged}, {CUTS} losses"
    )


@pytest.mark.chaos
@pytest.mark.parametrize(("policy", "kept"), [("always", WRITES), ("no", 0)])
def test_row_16_the_shim_tells_what_is_on_disk(tmp_path: Path, shim: Path, policy: str, kept: int) -> None:
    """A store that never waits for its disk loses everything, ours nothing: so the row above can fail."""
    (tmp_path / "store").mkdir()
    disk, port = Disk(tmp_path, shim), free_port()
    line = [*command(find_binary(), port, tmp_path / "store"), "--appendfsync", policy]
    for written in (WRITES, 0):
        server = subprocess.Popen(line, env=disk.environment, stdout=subprocess.DEVNULL)
        try:
            await_store(port)
            with Redis(port=port) as client:
                for number in range(written):
                    client.set(f"word:{number}", number)
                found = client.dbsize()
        finally:
            server.kill()
            server.wait(10)
        if written:
            disk.lose_power()

    assert found == kept


class FillingHouse(House):
    """A house whose store survives a full disk, as long as it does not have to wait for it."""

    fsync = "everysec"

    def start_store(self) -> None:
        """Without the signal that would end a process which writes more than it may."""
        line = [*command(find_binary(), self.store_port, self.folder / "store"), "--appendfsync", self.fsync]
        self._start("store", ["/bin/sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh", *line], {})
        await_store(self.store_port)

    def fill_disk(self) -> None:
        """No file of the store may grow any more."""
        sizes = [path.stat().st_size for path in (self.folder / "store").rglob("*.aof")]
        self.limit_files(max(sizes))

    def limit_files(self, size: int = resource.RLIM_INFINITY) -> None:
        """How large the store's files may be."""
        pid = self.processes["store"].pid
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


class WaitingHouse(FillingHouse):
    """Its store waits for the disk at each write, as ours does: it ends when it cannot write."""

    fsync = "always"


@pytest.fixture
def filling(tmp_path: Path) -> Iterator[FillingHouse]:
    """A house whose disk fills up."""
    with FillingHouse(tmp_path) as house:
        yield house


@pytest.mark.chaos
def test_row_19_a_full_disk_is_503_until_there_is_room(filling: FillingHouse) -> None:
    """The store refuses writes (MISCONF): an answer that is being made is neither lost nor made twice."""
    filling.simulator.model.set(first_byte_s=0.7)
    oracle = Oracle(filling)
    with nobody_ends(filling):
        assert oracle.say("shop", "oDisk").acknowledged
        wait_for(lambda: bool(filling.simulator.model.calls), "the model is asked")
        filling.fill_disk()
        wait_for(lambda: filling.get("/readyz")[1]["store"] == "MISCONF", "the store says so", 10.0)
        verdict = says_503(filling, oracle, filling.limit_files)

    assert (verdict.model_calls, verdict.doubled, verdict.ambiguous) == (2, 0, 0)


@pytest.mark.chaos
def test_row_19_our_own_store_ends_at_a_full_disk_and_is_started_again(tmp_path: Path) -> None:
    """It acknowledges nothing that it could not write; the other processes wait for it."""
    with WaitingHouse(tmp_path) as house, nobody_ends(house):
        oracle = Oracle(house)
        with Crowd(oracle) as crowd:
            crowd.said(6)
            house.fill_disk()
            assert house.processes["store"].wait(20) != 0
            del house.processes["store"]
            house.start_store()
            crowd.said(6)
        oracle.judge()


@pytest.mark.chaos
def test_row_19_a_store_that_loads_is_503_until_it_has(house: House) -> None:
    """It restarts on a large file: no callback is taken before everything is there again."""
    oracle = Oracle(house)
    with nobody_ends(house):
        with house.store as store:
            pipeline = store.pipeline(transaction=False)
            for number in range(LOADED):
                pipeline.set(f"other:{number}", "")
            pipeline.execute()
        house.stop("store", signal.SIGKILL)
        line = [*command(find_binary(), house.store_port, house.folder / "store")]
        house._start("store", [*line, "--key-load-delay", str(LOAD_DELAY_US)], {})
        wait_for(lambda: house.get("/readyz")[1].get("store") in ("loading", "BusyLoadingError"), "it loads")

        # How long it loads depends on the disk: a platform that delivers ten times outlasts it.
        house.simulator.world.rules = replace(house.simulator.world.rules, attempts=10)
        says_503(house, oracle, lambda: await_store(house.store_port, 40.0))
