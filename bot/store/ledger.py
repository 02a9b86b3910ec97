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
PaidBy = Literal["day", "answers", "tokens"]
"""What an answer is paid by: the limits of its day, or what was granted to the person."""

_PERSON = ("answers", "tokens", "cost")
_COSTS = ("cost", "granted")
"""Where a person's cost stands: what the day paid, and what was granted paid."""
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
    paid_by: PaidBy = "day"


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

    @property
    def tokens(self) -> int:
        """Of question and answer together."""
        return self.prompt + self.completion

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
        self,
        chat: Chat,
        person: Person,
        profile: Profile,
        *,
        n: int,
        most: int,
        tokens: int,
        for_s: float,
        limits: Limits,
    ) -> Allowed:
        """Set *most* (millionths) and *tokens* aside for the answer to message *n* of *chat*, if that may be.

        What was granted to *person* pays only behind the day's limits; asked again for the same message, the
        verdict is the same. Raises StoreAway.
        """
        account = chat.account
        verdict, limit, spent, paid_by = self._scripts.run(
            "reserve",
            [
                *(keys.ledger(account, self.day()), keys.aside(account)),
                *(keys.limits(account), keys.person(person), keys.carried(account, self.day())),
            ],
            [
                *(str(chat), most, round(for_s * 1000), keys.DAY_MS, profile.number, limits.account_cost),
                *(limits.person_answers, limits.person_tokens, limits.person_cost),
                *(self._people.mark(person), n, tokens),
            ],
        )
        paid = cast(PaidBy, text(paid_by))
        return Allowed(cast(Verdict, text(verdict)), int(limit), int(spent), paid)

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

    def left(self, account: str, person: Person, profile: Profile, limits: Limits) -> dict[str, int]:
        """What *person* may still use today, by what is limited. Raises StoreAway."""
        usual, mark = self.usual(account, limits), self._people.mark(person)
        most = {kind: int(getattr(usual, f"person_{kind}")) for kind in _PERSON} | self.own(person)
        fields = [f"{kind}|{profile.number}" for kind in _PERSON], [f"{mark}:{kind}" for kind in _PERSON]
        with store_errors():
            used = self._client.hmget(keys.ledger(account, self.day()), fields[0])
            before = self._client.hmget(keys.carried(account, self.day()), fields[1])
        spent = (int(now or 0) + int(then or 0) for now, then in zip(used, before, strict=True))
        pairs = zip(_PERSON, spent, strict=True)
        return {kind: max(0, most[kind] - amount) for kind, amount in pairs if most[kind]}

    def carry(self, person: Person, profile: Profile) -> tuple[Write, ...]:
        """What *person* used today counts on after they are erased, under nobody's name."""
        day, mark = self.day(), self._people.mark(person)
        with store_errors():
            fields = [f"{kind}|{profile.number}" for kind in _PERSON]
            used = self._client.hmget(keys.ledger(person.account, day), fields)
        lines = [f"{int(value)} {mark}:{kind}" for kind, value in zip(_PERSON, used, strict=True) if value]
        key = keys.carried(person.account, day)
        return (Write("add", key, "\n".join(lines), keys.CARRIED_MS),) if lines else ()

    def limit_all(self, account: str, kind: str, most: int) -> Write:
        """Everybody may use *most* of *kind* (`answers`, `tokens`, `cost`) in a day; 0: no limit."""
        return Write("hset", keys.limits(account), f"{kind} {most}")

    def limit_one(self, person: Person, kind: str, most: int) -> Write:
        """The same for *person* alone."""
        return Write("hset", keys.limits(person.account), f"{self._people.mark(person)}:{kind} {most}")

    def unlimit(self, account: str, kind: str, person: Person | None = None) -> Write:
        """What the owner's settings say of *kind* holds again; for *person*, what holds for everybody."""
        whose = f"{self._people.mark(person)}:" if person else ""
        return Write("hdel", keys.limits(account), f"{whose}{kind}")

    def own(self, person: Person) -> dict[str, int]:
        """What was set for *person* alone, as for `limit_one`. Raises StoreAway."""
        mark = self._people.mark(person)
        with store_errors():
            found = self._client.hmget(keys.limits(person.account), [f"{mark}:{kind}" for kind in _PERSON])
        return {kind: int(most) for kind, most in zip(_PERSON, found, strict=True) if most is not None}

    def release(self, chat: Chat) -> Write:
        """What was set aside for *chat* is free again."""
        return Write("hdel", keys.aside(chat.account), str(chat))

    def enter(self, chat: Chat, profile: Profile, model: str, spent: Spent, paid_by: PaidBy = "day") -> Write:
        """*spent* on one answer stands in the ledger, under the person's short number.

        What was not paid by the day counts for none of its limits.
        """
        number = profile.number
        values = {f"{number}|{model}|{kind}": getattr(spent, kind) for kind in _KINDS}
        values |= {"cost": spent.cost, f"cost||{model}": spent.cost}
        if paid_by == "day":
            values |= {f"answers|{number}": spent.answers, f"tokens|{number}": spent.tokens}
        values[f"cost|{number}" if paid_by == "day" else f"granted|{number}"] = spent.cost
        lines = "\n".join(f"{value} {name}" for name, value in values.items() if value)
        return Write("add", keys.ledger(chat.account, self.day()), lines, keys.LEDGER_MS)

    def draw(self, person: Person, spent: Spent, paid_by: PaidBy) -> tuple[Write, ...]:
        """What was granted to *person* pays for *spent*, if it does."""
        if paid_by == "day":
            return ()
        amount = spent.answers if paid_by == "answers" else spent.tokens
        return (self._people.grant(person, paid_by, -amount),)

    def spent(self, account: str, days: int = 1, number: int | None = None) -> Spent:
        """What the last *days* cost, today included; of everybody, or of the person with *number*."""
        return sum((_sum(row, number) for row in self._rows(account, days)), Spent())

    def models(self, account: str, days: int, number: int | None = None) -> frozenset[str]:
        """Those whose tokens the same days hold. Raises StoreAway."""
        parts = (text(field).split("|", 1) for row in self._rows(account, days) for field in row)
        found = (rest[0] for whose, *rest in parts if whose.isdecimal() and number in (None, int(whose)))
        return frozenset(rest.rpartition("|")[0] for rest in found)

    def each(self, account: str, days: int) -> dict[int, Spent]:
        """The same of each person, by short number."""
        found: dict[int, Spent] = {}
        for row in self._rows(account, days):
            for field, value in row.items():
                whose, _, rest = text(field).partition("|")
                if whose in _COSTS and rest.isdecimal():
                    number, kind = int(rest), "cost"
                elif whose.isdecimal():
                    number, kind = int(whose), rest.rpartition("|")[2]
                else:
                    continue
                found[number] = found.get(number, Spent()) + Spent(**{kind: int(value)})
        return found

    def _rows(self, account: str, days: int) -> list[dict[bytes, bytes]]:
        with store_errors():
            pipeline = self._client.pipeline(transaction=False)
            for ago in range(days):
                pipeline.hgetall(keys.ledger(account, self.day(ago)))
            return cast(list[dict[bytes, bytes]], pipeline.execute())

    def spent_on(self, account: str, date: str) -> Spent:
        """What that one day cost. Raises StoreAway."""
        with store_errors():
            found = self._client.hgetall(keys.ledger(account, date))
        return _sum(cast(dict[bytes, bytes], found), None)


def of_ledger(writes: Iterable[Write]) -> tuple[Write, ...]:
    """Those of *writes* that enter, draw or release money: they stay true however an answer ends."""
    kept = (f"{keys.PREFIX}ledger:", f"{keys.PREFIX}aside:")
    return tuple(write for write in writes if write.key.startswith(kept) or write.op == "give")


def _sum(row: dict[bytes, bytes], number: int | None) -> Spent:
    sums = dict.fromkeys(_KINDS, 0)
    for field, value in row.items():
        whose, _, rest = text(field).partition("|")
        kind = rest.rpartition("|")[2]
        if whose.isdecimal() and kind in sums and (number is None or whose == str(number)):
            sums[kind] += int(value)
    costs = ["cost"] if number is None else [f"{name}|{number}" for name in _COSTS]
    return Spent(**sums, cost=sum(int(row.get(name.encode(), b"0")) for name in costs))
