"""People: their short numbers and what they have chosen, who is banned, and who steers an account."""

import hashlib
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, cast, get_args

from bot.messages import Chat, Person
from bot.store import keys
from bot.store.client import Client, store_errors, text
from bot.store.scripts import Scripts
from bot.store.turns import Write
from bot.store.values import dump, known, read, reading
from bot.text import half_width

CODE_TRIES = 5
_CODES = 1_000_000

Unit = Literal["answers", "tokens"]
"""What can be granted."""
Paired = Literal["paired", "wrong", "none"]


@dataclass(frozen=True, slots=True)
class Profile:
    """What is kept of a person.

    Attributes:
        number: short, unique within the account, from 1; people are named by it. 0: they are not known.
        since_ms: when they first spoke.
        paired: they were paired as an admin (`rights.is_admin` decides who is one).
        admitted: they were let in, where not everybody is.
        granted_answers, granted_tokens: what they have beyond the day's limits; below 0 where the last answer
            took more than was left.
        chosen: their own settings by name.
    """

    number: int
    since_ms: int
    paired: bool = False
    banned: bool = False
    admitted: bool = False
    granted_answers: int = 0
    granted_tokens: int = 0
    chosen: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing an admin did: when, who, what, and to whom (short numbers; 0 for nobody)."""

    at_ms: int
    by: int
    what: str
    whom: int


class People:
    """Reads what is kept of people; changes are Writes that become true when a message is settled."""

    def __init__(self, client: Client, scripts: Scripts, *, audit_days: int) -> None:
        self._client = client
        self._scripts = scripts
        self._audit_ms = audit_days * keys.DAY_MS
        self._salt = b""

    def mark(self, person: Person) -> str:
        """What stands for *person* where nothing may tell who they were. Raises StoreAway."""
        return self.salted(str(person))

    def find(self, account: str, named: str) -> tuple[int, Person] | None:
        """Who is meant by a short number (`12`, `#12`, `12 号`) or by the platform's id. Raises StoreAway."""
        name = named.strip().lstrip("#＃").removesuffix("号").strip()
        name = half_width(name) if name.isdecimal() else name
        with store_errors():
            sender = self._client.hget(keys.people(account), name) if name.isdecimal() else name.encode()
            if not sender:
                return None
            person = Person(account, text(sender))
            number = self._client.hget(keys.person(person), "number")
            if name.isdecimal() and number != name.encode():  # Nobody has it any more.
                self._client.hdel(keys.people(account), name)
                return None
        return (int(number), person) if number is not None else None

    def numbers(self, person: Person) -> list[str]:
        """Every short number that leads to *person*, also one from before they were forgotten."""
        sender = person.sender.encode()
        with store_errors():
            found = self._client.hscan_iter(keys.people(person.account), count=1000)
            return sorted(text(number) for number, whose in found if whose == sender)

    def choose(self, person: Person, name: str, value: str) -> Write:
        """*person* sets *name*; an empty *value* goes back to the owner's."""
        if not value:
            return Write("hdel", keys.person(person), f"chosen:{name}")
        return Write("hset", keys.person(person), f"chosen:{name} {value}", keys.PERSON_MS)

    def ban(self, person: Person) -> tuple[Write, ...]:
        """From now on *person* is answered with one sentence, and what is being written for them stops.

        Who is an admin by pairing is one no more, and what customers said to them and waits is gone. Raises
        StoreAway.
        """
        chat = Chat(person.account, person.sender)
        unread = (keys.rest(chat), keys.answers(chat)) if person.sender in self.paired(person.account) else ()
        return (
            *(Write("del", key) for key in unread),
            Write("sadd", keys.bans(person.account), self.mark(person)),
            Write("cut", keys.cut(chat), life_ms=keys.CUT_MS),
            Write("srem", keys.admins(person.account), person.sender),
        )

    def paired(self, account: str) -> frozenset[str]:
        """Who was paired as an admin of *account*. Raises StoreAway."""
        with store_errors():
            return frozenset(text(sender) for sender in self._client.smembers(keys.admins(account)))

    def unban(self, person: Person) -> Write:
        """*person* is welcome again."""
        return Write("srem", keys.bans(person.account), self.mark(person))

    def admit(self, person: Person) -> Write:
        """From now on *person* is answered also where not everybody is."""
        return Write("sadd", keys.admitted(person.account), self.mark(person))

    def welcome(self, people: Sequence[Person], *, closed: bool) -> int:
        """How many of these *people*, of one account, are not banned and, where it is *closed*, were let in.

        Raises StoreAway.
        """
        if not people:
            return 0
        account, marks = people[0].account, [self.mark(person) for person in people]
        with store_errors():
            banned = self._client.smismember(keys.bans(account), marks)
            admitted = self._client.smismember(keys.admitted(account), marks) if closed else [1] * len(marks)
        return sum(bool(let_in) and not out for let_in, out in zip(admitted, banned, strict=True))

    def dismiss(self, person: Person) -> Write:
        """The contrary."""
        return Write("srem", keys.admitted(person.account), self.mark(person))

    def grant(self, person: Person, unit: Unit, amount: int) -> Write:
        """*person* may use so much more than a day's limits allow, on whatever day; less, below 0."""
        return Write("give", keys.person(person), f"{amount} granted_{unit}", keys.PERSON_MS)

    def take_back(self, person: Person) -> tuple[Write, ...]:
        """Whatever is left of what was granted to *person* is gone."""
        return tuple(Write("hdel", keys.person(person), f"granted_{unit}") for unit in get_args(Unit))

    def new_code(self, account: str) -> str:
        """A one-time code that makes whoever sends it first an admin of *account*; the last one is void."""
        code = f"{secrets.randbelow(_CODES):06}"
        key, salted = keys.pairing(account), self.salted(f"{account} {code}")
        with store_errors(), self._client.pipeline() as pipeline:
            pipeline.delete(key)
            pipeline.hset(key, mapping={"v": keys.SCHEMA, "code": salted, "left": CODE_TRIES})
            pipeline.pexpire(key, keys.PAIRING_MS)
            pipeline.execute()
        return code

    def pair(self, person: Person, code: str, msg_id: str) -> Paired:
        """Make *person* an admin if *code* is the one that waits; *msg_id* names this try."""
        found = self._scripts.run(
            "pair",
            [keys.pairing(person.account), keys.admins(person.account)],
            [person.sender, self.salted(f"{person.account} {code}"), msg_id],
        )
        return cast(Paired, text(found))

    def audited(self, account: str, deed: Deed) -> Write:
        """*deed* stands in the audit of *account* for `audit_days`, without anybody's words."""
        fields = {"t": deed.at_ms, "by": deed.by, "what": deed.what, "whom": deed.whom}
        return Write("deed", keys.audit(account), dump(fields), self._audit_ms)

    def deeds(self, account: str, most: int) -> list[Deed]:
        """What admins did in the last `audit_days`, the newest first. Raises StoreAway, StoreUnfit."""
        since_ms = time.time() * 1000 - self._audit_ms
        with store_errors():
            found = self._client.lrange(keys.audit(account), 0, most - 1)
        deeds = []
        for stored in found:
            fields = read(stored)
            with reading():
                deeds.append(Deed(fields["t"], fields["by"], fields["what"], fields["whom"]))
        return [deed for deed in deeds if deed.at_ms >= since_ms]

    def salted(self, words: str) -> str:
        """What stands for *words* in this store, and in no other. Raises StoreAway."""
        if not self._salt:
            with store_errors():
                self._client.set(keys.salt, secrets.token_hex(16), nx=True)
                self._salt = cast(bytes, self._client.get(keys.salt))
        return hashlib.blake2b(words.encode(), key=self._salt, digest_size=16).hexdigest()


def load_profile(flat: list[bytes], *, paired: bool, banned: bool, admitted: bool) -> Profile:
    """From the hash `person:{person}` as the store returns it; empty for nobody. Raises StoreUnfit."""
    if not flat:
        return Profile(0, 0, paired, banned, admitted)
    with reading():
        fields = dict(zip(map(text, flat[::2]), map(text, flat[1::2]), strict=True))
        known(int(fields["v"]))
        chosen = {name[7:]: value for name, value in fields.items() if name.startswith("chosen:")}
        return Profile(
            int(fields["number"]),
            int(fields["since"]),
            paired,
            banned,
            admitted,
            int(fields.get("granted_answers", "0")),
            int(fields.get("granted_tokens", "0")),
            chosen,
        )
