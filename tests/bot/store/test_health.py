"""Which stores are used: each way of being wrong on a real store, and each way of being away."""

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis import Redis

from bot.errors import StoreAway, StoreUnfit
from bot.store import keys
from bot.store.client import web_client, worker_client
from bot.store.health import StoreHealth
from launching.store import command, find_binary
from tests.conftest import await_store, free_port

Start = Callable[..., int]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a store as launch.py does, with options that win over its own; its port."""
    servers: list[subprocess.Popen[bytes]] = []

    def started(*options: str, answers: bool = True) -> int:
        port = free_port()
        line = (*command(find_binary(), port, tmp_path), *options)
        servers.append(subprocess.Popen(line, stdout=subprocess.DEVNULL))
        if answers:
            await_store(port)
        return port

    yield started
    for server in servers:
        server.kill()
        server.wait()


def health(port: int, host: str = "127.0.0.1", credentials: str = "") -> StoreHealth:
    """What a web process knows of the store on *port*."""
    return StoreHealth(web_client(f"redis://{credentials}{host}:{port}/0"))


def lock(port: int) -> None:
    """Have the store on *port* ask for a password from now on."""
    with Redis(port=port) as store:
        store.config_set("requirepass", "geheim")


def test_a_store_as_we_start_it_is_fit(start: Start) -> None:
    """Ours passes, and then holds our schema."""
    port = start()
    health(port).check(allow_unsafe=False)

    with Redis(port=port) as store:
        assert store.get(keys.schema) == str(keys.SCHEMA).encode()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--appendonly", "no"), "appendonly"),
        *(
            (("--maxmemory-policy", policy), "noeviction")
            for policy in ("allkeys-lru", "allkeys-random", "volatile-ttl", "volatile-lfu")
        ),
    ],
)
def test_a_store_that_would_lose_messages_is_refused(
    start: Start, options: tuple[str, ...], words: str
) -> None:
    """One line names the setting; the schema is not claimed; allow_unsafe starts all the same."""
    port = start(*options)

    with pytest.raises(StoreUnfit, match=words) as refused:
        health(port).check(allow_unsafe=False)
    assert len(str(refused.value).splitlines()) == 1
    with Redis(port=port) as store:
        assert not store.exists(keys.schema)
    health(port).check(allow_unsafe=True)


def test_all_that_is_wrong_is_told_at_once(start: Start) -> None:
    """Nobody mends one setting only to hear of the next."""
    port = start("--appendonly", "no", "--maxmemory-policy", "allkeys-lru")

    assert len(health(port).condition().problems) == 2


@pytest.fixture
def outside() -> str:
    """An address of this machine that is not loopback."""
    found = subprocess.run(["hostname", "-I"], capture_output=True, text=True, check=False).stdout.split()
    addresses = [one for one in found if "." in one and not one.startswith("127.")]
    if not addresses:
        pytest.skip("this machine has no address but loopback")
    return addresses[0]


def test_a_store_open_to_the_network_is_refused(start: Start, outside: str) -> None:
    """Without a password only loopback counts as ours; over loopback nobody asks for one."""
    port = start("--bind", "0.0.0.0", "--protected-mode", "no")  # noqa: S104

    with pytest.raises(StoreUnfit, match="requirepass"):
        health(port, outside).check(allow_unsafe=False)
    health(port, outside).check(allow_unsafe=True)
    health(port).check(allow_unsafe=False)


def test_a_store_with_a_password_may_be_elsewhere(start: Start, outside: str) -> None:
    """The password stands in redis.url."""
    port = start("--bind", "0.0.0.0")  # noqa: S104
    lock(port)

    health(port, outside, ":geheim@").check(allow_unsafe=False)


def test_a_protected_store_says_so(start: Start, outside: str) -> None:
    """protected-mode turns strangers away before they can ask anything."""
    port = start("--bind", "0.0.0.0")  # noqa: S104

    with pytest.raises(StoreUnfit, match="DENIED"):
        health(port, outside).check(allow_unsafe=False)


@pytest.mark.parametrize("credentials", ["", ":falsch@", "wer:auch@"])
@pytest.mark.parametrize("make", [web_client, lambda url: worker_client(url, 4)])
def test_a_wrong_password_is_refused_and_not_waited_for(
    start: Start, make: Callable[[str], Redis], credentials: str
) -> None:
    """Nobody would mend it meanwhile; the password is in no message."""
    port = start()
    lock(port)
    began = time.monotonic()

    with pytest.raises(StoreUnfit, match=r"redis\.url") as refused:
        StoreHealth(make(f"redis://{credentials}127.0.0.1:{port}/0")).check(allow_unsafe=True)
    assert "falsch" not in str(refused.value)
    assert time.monotonic() - began < 3.0


def test_a_user_who_may_too_little_is_refused(start: Start) -> None:
    """An ACL that forbids what is needed is named at the start, not at the first message."""
    port = start()
    with Redis(port=port) as store:
        store.acl_setuser("small", enabled=True, passwords=["+pw"], keys=["*"], categories=["+@read"])

    with pytest.raises(StoreUnfit):
        health(port, credentials="small:pw@").check(allow_unsafe=False)


@pytest.mark.parametrize("held", ["2", "99", "-1", "neu"])
def test_another_schema_is_refused_whatever_is_allowed(start: Start, held: str) -> None:
    """A newer program's store would be damaged, a stranger's too."""
    port = start()
    with Redis(port=port) as store:
        store.set(keys.schema, held)

        with pytest.raises(StoreUnfit):
            health(port).check(allow_unsafe=True)
        assert store.get(keys.schema) == held.encode()


def test_the_schema_before_is_taken_over(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """An upgrade by one raises the schema: the old program does not start again. By two it is refused."""
    port = start()
    health(port).check(allow_unsafe=False)
    monkeypatch.setattr(keys, "SCHEMA", 2)
    health(port).check(allow_unsafe=False)
    with Redis(port=port) as store:
        assert store.get(keys.schema) == b"2"

    monkeypatch.setattr(keys, "SCHEMA", 4)
    with pytest.raises(StoreUnfit, match="before"):
        health(port).check(allow_unsafe=False)


def test_an_unreachable_store_is_away() -> None:
    """Not there is no reason to refuse the start."""
    with pytest.raises(StoreAway):
        health(free_port()).check(allow_unsafe=False)


def test_a_loading_store_is_away_until_it_has_loaded(start: Start, tmp_path: Path) -> None:
    """A store that reads its file answers LOADING."""
    port = start("--appendonly", "no")
    with Redis(port=port) as store:
        store.mset({f"k{number}": number for number in range(4000)})
        store.save()
    slow = ("--key-load-delay", "500", "--loading-process-events-interval-bytes", "1024")
    port = start("--appendonly", "no", *slow, answers=False)
    found: list[str] = []

    end = time.monotonic() + 15
    while time.monotonic() < end:
        try:
            health(port).check(allow_unsafe=True)
            break
        except StoreAway as away:
            found.append(str(away))
    assert found[-1] in {"loading", "BusyLoadingError"}


def test_a_replica_is_away(start: Start) -> None:
    """It becomes the master again, or Sentinel names another."""
    port = start()
    with Redis(port=port) as store:
        store.replicaof("127.0.0.1", free_port())

        with pytest.raises(StoreAway, match="READONLY"):
            health(port).check(allow_unsafe=False)
        store.replicaof("NO", "ONE")
    health(port).check(allow_unsafe=False)


def test_a_full_store_is_away(start: Start) -> None:
    """It refuses writes until somebody makes room."""
    port = start()
    with Redis(port=port) as store:
        store.config_set("maxmemory", "100kb")

        with pytest.raises(StoreAway, match="OOM"):
            health(port).check(allow_unsafe=False)
        store.config_set("maxmemory", "0")
    health(port).check(allow_unsafe=False)


def test_who_was_away_is_looked_at_again(start: Start) -> None:
    """Once found fit it costs nothing; after an outage another store may answer."""
    port = start()
    looked = health(port)
    looked.insist(allow_unsafe=False)
    with Redis(port=port) as store:
        store.config_set("maxmemory-policy", "allkeys-lru")
        looked.insist(allow_unsafe=False)
        looked.doubt()

        with pytest.raises(StoreUnfit):
            looked.insist(allow_unsafe=False)
        store.config_set("maxmemory-policy", "noeviction")
        looked.insist(allow_unsafe=False)
