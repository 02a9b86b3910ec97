"""A house with a canary in every secret setting, and the search for them in all that it leaves behind."""

import base64
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

from redis import Redis
from redis.exceptions import ConnectionError as Unreachable
from redis.exceptions import ResponseError

from launching.store import command, find_binary
from tests.bot.faulty_model import FaultyModel
from tests.scenarios.house import House, wait_for

OWNER = '\n[owner]\naccount = "office"\nperson = "boss"\n'
KNOWN = ("yingda.toml", "store.conf", "broken.toml")
"""Files that hold secrets because an owner wrote them there."""


def canary() -> str:
    """A secret that is nowhere else."""
    return f"canary{secrets.token_hex(12)}"


class GuardedHouse(House):
    """A house whose store asks for a password, and whose model a test scripts. Every secret is a canary."""

    def __init__(self, folder: Path, model: FaultyModel) -> None:
        super().__init__(folder, extra=OWNER)
        self.password, self.api_key, self.metrics_token = canary(), f"sk-{canary()}", canary()
        self.strays: list[str] = []
        """Further canaries, which a test has put where they do not belong."""
        self._environment = {
            "REDIS_URL": self.store_url(self.password),
            "OPENAI_API_KEY": self.api_key,
            "OPENAI_BASE_URL": model.url,
            "YINGDA_WEB__METRICS_TOKEN": self.metrics_token,
            "YINGDA_CHAT__DEADLINE_S": "2",
        }
        self._model = model

    @property
    def environment(self) -> dict[str, str]:
        """What every process of this house has in its environment."""
        return {**self._environment, "YINGDA_CONFIG": str(self.folder / "yingda.toml")}

    def store_url(self, password: str) -> str:
        return f"redis://:{password}@127.0.0.1:{self.store_port}/0"

    def stray(self) -> str:
        """A new canary that a test uses wrongly."""
        self.strays.append(canary())
        return self.strays[-1]

    @property
    def store(self) -> Redis:
        """A client of the house's store."""
        return Redis(port=self.store_port, password=self.password)

    def start_store(self) -> None:
        """Start the store, which asks for the password from its first moment on."""
        binary, *options = command(find_binary(), self.store_port, self.folder / "store")
        (self.folder / "store.conf").write_text(f"requirepass {self.password}\n")
        self._start("store", [binary, str(self.folder / "store.conf"), *options], {})
        wait_for(self._store_answers, "the store answers")

    def _store_answers(self) -> bool:
        try:
            with self.store as client:
                return bool(client.ping())
        except (Unreachable, ResponseError):
            return False

    def secrets(self) -> list[str]:
        """Every canary."""
        platforms = (secret for account in self.simulator.accounts.values() for secret in account.secrets())
        return [self.password, self.api_key.removeprefix("sk-"), self.metrics_token, *platforms, *self.strays]

    def leaks(self, more: Iterable[str]) -> list[str]:
        """Where a secret lies: in *more* (what was printed and answered), files, store, chats, questions."""
        tokens = self.simulator.world.tokens.values()
        needles, found = _needles(self.secrets()), []
        for place, content in (*enumerate(more), *self._told(), *self._files(), *self._command_lines()):
            kept = str(place).startswith(("yd1:access_token:", "store/"))  # where access_tokens belong
            searched = needles if kept else needles | set(tokens)
            found += [f"{place}: {needle}" for needle in searched if needle in content]
        return found

    def _told(self) -> Iterator[tuple[str, str]]:
        for chat, messages in self.simulator.world.phones.sent.items():
            yield f"chat {chat}", "\n".join(f"{sent.text} {sent.raw}" for sent in messages)
        for number, request in enumerate(self._model.requests):
            yield f"question {number}", f"{request.path} {request.body}"
        with self.store as client:
            for key in client.scan_iter():
                yield key.decode(), f"{key.decode()} {_value(client, key)!r}"

    def _files(self) -> Iterator[tuple[str, str]]:
        for path in self.folder.rglob("*"):
            if path.is_file() and path.name not in KNOWN:
                yield str(path.relative_to(self.folder)), path.read_bytes().decode("latin-1")

    def _command_lines(self) -> Iterator[tuple[str, str]]:
        for name, process in self.processes.items():
            yield f"command line of {name}", Path(f"/proc/{process.pid}/cmdline").read_text()


def _needles(values: Iterable[str]) -> set[str]:
    """The secrets whole, in part and encoded."""
    found: set[str] = set()
    for value in values:
        encoded = base64.b64encode(value.encode()).decode().rstrip("=")[:-1]
        found |= {value, value[:12], value[-12:], quote(value, safe=""), encoded, value.encode().hex()}
    return found


def _value(client: Redis, key: bytes) -> object:
    match client.type(key):
        case b"string":
            return client.get(key)
        case b"hash":
            return client.hgetall(key)
        case b"list":
            return client.lrange(key, 0, -1)
        case b"zset":
            return client.zrange(key, 0, -1)
        case b"stream":
            return client.xrange(key)
        case _:
            return client.smembers(key)
