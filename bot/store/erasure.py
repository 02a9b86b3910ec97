"""Erasing a person: afterwards no key and no value holds their id or their words."""

import re
from collections.abc import Collection, Mapping

from bot.messages import Chat, Person
from bot.store import keys
from bot.store.broadcasts import Broadcasts
from bot.store.cases import Cases
from bot.store.ledger import Ledger
from bot.store.memory import SESSIONS_KEPT, Recalled
from bot.store.people import People
from bot.store.turns import Write


class Erasure:
    """Knows every place where something of a person lies; tests/scenarios/test_own_data.py looks through a
    whole store."""

    def __init__(
        self,
        people: People,
        cases: Cases,
        ledger: Ledger,
        broadcasts: Broadcasts,
        admins: Mapping[str, Collection[str]],
    ) -> None:
        """*admins*: who is one by the settings, by account; what people say to a human waits for them."""
        self._people = people
        self._cases = cases
        self._broadcasts = broadcasts
        self._ledger = ledger
        self._admins = admins

    def of(self, person: Person, recalled: Recalled) -> tuple[Write, ...]:
        """Writes that erase *person* when their message is settled. A ban stays, as a salted hash; the ledger
        keeps its sums under a short number that nobody has any more. Raises StoreAway, StoreUnfit.
        """
        chat, number = Chat(person.account, person.sender), recalled.profile.number
        sessions = range(max(1, recalled.session - SESSIONS_KEPT), recalled.session)
        gone = [
            *(keys.memory(chat), *(keys.memory(chat, session) for session in sessions)),
            *(keys.rest(chat), keys.picks(chat), keys.failed(chat), keys.answers(chat)),
            *(keys.allowance(chat), keys.cut(chat), keys.flood(chat), keys.pace(chat)),
            *(keys.noticed(person), keys.person(person), keys.draft(person)),
        ]
        ours = (case for case in self._cases.all(person.account) if case.number == number)
        return (
            *(Write("del", key) for key in gone),
            *(self._ledger.release(chat), *self._ledger.carry(person, recalled.profile)),
            *(Write("hdel", keys.people(person.account), one) for one in self._people.numbers(person)),
            Write("srem", keys.admins(person.account), person.sender),
            self._people.dismiss(person),
            *(Write("hdel", keys.cases(person.account), str(case.case)) for case in ours),
            *(
                Write("purge", key, f'"number":{number},')
                for key in (keys.recent(person.account), keys.votes(person.account))
            ),
            *self._broadcasts.of_author(person.account, number),
            Write("strip", keys.dead, _letter(person.account, f'"sender":"{_plain(person.sender)}"')),
            *self.unread(person.account, number),
            Write("strip", keys.dead, _letter(person.account, _given_up(number))),
        )

    def unread(self, account: str, number: int) -> tuple[Write, ...]:
        """What the person with that short number said to a human, or is quoted of them, and what waits of it
        for an admin to read goes. Raises StoreAway."""
        admins = {*self._admins.get(account, ()), *self._people.paired(account)}
        chats = [Chat(account, admin) for admin in sorted(admins)]
        waits = (key for chat in chats for key in (keys.rest(chat), keys.answers(chat)))
        return tuple(Write("unsay", key, str(number)) for key in waits)


def _given_up(number: int) -> str:
    """A pattern for words of theirs that could be brought to no admin."""
    return f'"kind":"relay","parts":%[{{"as":"Text","text":"#{number}%D'


def _letter(account: str, rest: str) -> str:
    """A pattern for letters of *account* that hold *rest*, a pattern, behind its name; quotes in words are
    escaped where they are kept."""
    return f'"account":"{account}",.*{rest}'


def _plain(words: str) -> str:
    """A pattern for *words* as they stand."""
    return re.sub(r"([^A-Za-z0-9_])", r"%\1", words)
