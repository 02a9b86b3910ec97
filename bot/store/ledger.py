"""The ledger: tokens and cost by account, person, model and day; money set aside while an answer is made."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, cast
from zoneinfo import ZoneInfo

from bot.messages import Chat, Person
from bot.store import keys
from bot.store.client import Client, store_errors, text
from bot.store.people import People, Profile
from bot.store.scripts import Scripts
from bot.store.turns import Write

Verdict = Literal["ok", "account", "answers", "tokens", "cost"]

_PERSON = ("answers", "tokens", "cost")
_KINDS = ("prompt", "cached", "completion", "answers", "counted")


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be spent in a day where nothing else was set; 0 is no limit. Costs are in millionths."""

    account_cost: int
    person_answers: int
    person_tokens: int = 0
    person_cost: int = 0


@dataclass(frozen=True, slots=True)
class Allowed:
    """Whether an answer may be made: `ok`, the account's money is spent, or what the person has used up.

    *limit* and *spent* are those that decided; of `ok` the account's cost.
    """

    verdict: Verdict
    limit: int
    spent: int


@dataclass(frozen=True, slots=True)
class Spent:
    """Tokens of some answers; *cached* is part of *prompt*, and *cost* is in millionths.

    *counted* answers of them had no figures of the provider: they were counted here.
    """

    prompt: int = 0
    cached: int = 0
    completion: int = 0
    answers: int = 0
    counted: int = 0
    cost: int = 0

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(*(getattr(self, name) + getattr(other, name) for name in Spent.__slots__))


class Ledger:
    """Days are the owner's. Entries are Writes that become true when a message is settled."""

    def __init__(self, client: Client, scripts: Scripts, people: People, zone: str) -> None:
        self._client = client
        self._people = people
        self._scripts = scripts
        self._zone = ZoneInfo(zone)

    def day(self, ago: int = 0) -> str:
        """The date of today, or of *ago* days before."""
        return (datetime.now(self._zone) - timedelta(days=ago)).strftime("%Y-%m-%d")

    def reserve(
        self, chat: Chat, person: Person, profile: Profile, *, most: int, for_s: float, limits: Limits
    ) -> Allowed:
        """Set *most* (millionths) aside for the next answer in *chat*, if that may be. Raises StoreAway."""
        account = chat.account
        verdict, limit, spent = self._scripts.run(
            "reserve",
            [
                *(keys.ledger(account, self.day()), keys.reserved(account)),
                *(keys.limits(account), keys.person(person), keys.carried(account, self.day())),
            ],
            [
                *(str(chat), most, round(for_s * 1000), keys.DAY_MS, profile.number, limits.account_cost),
                *(limits.person_answers, limits.person_tokens, limits.person_cost),
                self._people.mark(person),
            ],
        )
        return Allowed(cast(Verdict, text(verdict)), int(limit), int(spent))

    def usual(self, account: str, limits: Limits) -> Limits:
        """*limits* as they were changed from the chat. Raises StoreAway."""
        with store_errors():
            found = self._client.hmget(keys.limits(account), ["daily_cost", *_PERSON])
        cost, answers, tokens, money = (None if value is None else int(value) for value in found)
        return Limits(
            limits.account_cost if cost is None else cost,
            limits.person_answers if answers is None else answers,
            limits.person_tokens if tokens is None else tokens,
            limits.person_cost if money is None else money,
        )

    def left(self, account: str, person: Person, profile: Profile, limits: Limits) -> int | None:
        """How many answers *person* may still have today; None without a limit. Raises StoreAway."""
        usual, mark = self.usual(account, limits), self._people.mark(person)
        with store_errors():
            own = self._client.hget(keys.limits(account), f"{mark}:answers")
            used = self._client.hget(keys.ledger(account, self.day()), f"answers|{profile.number}")
            before = self._client.hget(keys.carried(account, self.day()), f"{mark}:answers")
        most = usual.person_answers if own is None else int(own)
        return max(0, most - int(used or 0) - int(before or 0)) if most else None

    def carry(self, person: Person, profile: Profile) -> tuple[Write, ...]:
        """What *person* used today counts on after they are erased, under nobody's name."""
        day, mark = self.day(), self._people.mark(person)
        with store_errors():
            fields = [f"{kind}|{profile.number}" for kind in _PERSON]
            used = self._client.hmget(keys.ledger(person.account, day), fields)
        lines = [f"{int(value)} {mark}:{kind}" for kind, value in zip(_PERSON, used, strict=True) if value]
        key = keys.carried(person.account, day)
        return (Write("add", key, "\n".join(lines), 2 * keys.DAY_MS),) if lines else ()

    def limit_all(self, account: str, kind: str, most: int) -> Write:
        """Everybody may use *most* of *kind* (`answers`, `tokens`, `cost`) in a day; 0: no limit."""
        return Write("hset", keys.limits(account), f"{kind} {most}")

    def limit_one(self, person: Person, kind: str, most: int) -> Write:
        """The same for *person* alone."""
        return Write("hset", keys.limits(person.account), f"{self._people.mark(person)}:{kind} {most}")

    def release(self, chat: Chat) -> Write:
        """What was set aside for *chat* is free again."""
        return Write("hdel", keys.reserved(chat.account), str(chat))

    def enter(self, chat: Chat, profile: Profile, model: str, spent: Spent) -> Write:
        """*spent* on one answer stands in the ledger, under the person's short number."""
        number = profile.number
        values = {f"{number}|{model}|{kind}": getattr(spent, kind) for kind in _KINDS}
        values |= {"cost": spent.cost, f"cost|{number}": spent.cost, f"cost||{model}": spent.cost}
        values |= {f"answers|{number}": spent.answers, f"tokens|{number}": spent.prompt + spent.completion}
        lines = "\n".join(f"{value} {name}" for name, value in values.items() if value)
        return Write("add", keys.ledger(chat.account, self.day()), lines, keys.LEDGER_MS)

    def spent(self, account: str, days: int = 1, number: int | None = None) -> Spent:
        """What the last *days* cost, today included; of everybody, or of the person with *number*."""
        with store_errors():
            pipeline = self._client.pipeline(transaction=False)
            for ago in range(days):
                pipeline.hgetall(keys.ledger(account, self.day(ago)))
            found = pipeline.execute()
        return sum((_sum(flat, number) for flat in found), Spent())


def of_ledger(writes: Iterable[Write]) -> tuple[Write, ...]:
    """Those of *writes* that enter or release money: they stay true however an answer ends."""
    kept = (f"{keys.PREFIX}ledger:", f"{keys.PREFIX}reserved:")
    return tuple(write for write in writes if write.key.startswith(kept))


def _sum(row: dict[bytes, bytes], number: int | None) -> Spent:
    sums = dict.fromkeys(_KINDS, 0)
    for field, value in row.items():
        whose, _, rest = text(field).partition("|")
        kind = rest.rpartition("|")[2]
        if whose.isdecimal() and kind in sums and (number is None or whose == str(number)):
            sums[kind] += int(value)
    cost = row.get(b"cost" if number is None else f"cost|{number}".encode(), b"0")
    return Spent(**sums, cost=int(cost))
