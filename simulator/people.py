"""The phones: who there is, what stands in each thread, and what each person received."""

import json
import logging
import os
import secrets
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from simulator.feed import Feed

log = logging.getLogger(__name__)

KEEP_BUBBLES = 2000
SAVED_BUBBLES = 300

Chat = tuple[str, str]


@dataclass(slots=True)
class Person:
    """Someone with a phone. Those who are not *listed* came by the hundred and have no thread on the page."""

    account: str
    peer: str
    name: str
    role: Literal["follower", "admin", "member"]
    following: bool = True
    unread: int = 0
    listed: bool = True

    def as_json(self) -> dict[str, Any]:
        return {
            "account": self.account,
            "id": self.peer,
            "name": self.name,
            "role": self.role,
            "following": self.following,
            "unread": self.unread,
        }


@dataclass(slots=True)
class Bubble:
    """One thing in a thread."""

    id: str
    account: str
    peer: str
    who: Literal["person", "bot", "system"]
    kind: str
    text: str
    t_ms: int
    state: Literal["sending", "acked", "retry", "failed", "delivered"] = "delivered"
    attempt: int = 1
    attempts: int = 3
    ms: int = 0
    ai: bool = False
    group: str = ""
    rows: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Sent:
    """One message that reached a person. *t* is epoch seconds, *raw* the request that carried it."""

    text: str
    ai: bool
    t: float
    raw: dict[str, Any]
    passive: bool = False


class Phones:
    """All people of all accounts.

    Attributes:
        sent: what each chat received, in order; only tests and cards read it.
        heard: called after each message that reached someone.
    """

    def __init__(self, feed: Feed, saved_at: Path | None) -> None:
        self._feed = feed
        self._path = saved_at
        self._stale = False
        self._numbers = 0
        self.people: dict[Chat, Person] = {}
        self.bubbles: dict[str, Bubble] = {}
        self._order: deque[str] = deque()
        self.sent: dict[Chat, list[Sent]] = {}
        self.heard: list[Callable[[], None]] = []

    def add(self, person: Person) -> Person:
        """Someone new; the page hears of them when they are listed."""
        self.people[person.account, person.peer] = person
        self.changed(person)
        return person

    def changed(self, person: Person) -> None:
        self._stale = True
        if person.listed:
            self._feed.publish("person", person.as_json())

    def person(self, chat: Chat) -> Person | None:
        return self.people.get(chat)

    def listed(self, chat: Chat) -> bool:
        person = self.people.get(chat)
        return person is not None and person.listed

    def bubble(self, chat: Chat, who: Literal["person", "bot", "system"], kind: str, text: str) -> Bubble:
        """A new bubble; publish it with `show` when it is filled in."""
        self._numbers += 1
        bubble = Bubble(f"B{self._numbers}", *chat, who, kind, text, int(time.time() * 1000))
        if self.listed(chat):
            self.bubbles[bubble.id] = bubble
            self._order.append(bubble.id)
            if len(self._order) > KEEP_BUBBLES:
                del self.bubbles[self._order.popleft()]
        return bubble

    def show(self, bubble: Bubble, *, new: bool = True) -> None:
        """Tell the page about *bubble*."""
        if bubble.id in self.bubbles:
            self._stale = True
            self._feed.publish("bubble" if new else "bubble_update", asdict(bubble))

    def receive(self, chat: Chat, sent: Sent) -> Bubble:
        """*sent* reached the person of *chat*."""
        self.sent.setdefault(chat, []).append(sent)
        bubble = self.bubble(chat, "bot", "text", sent.text)
        bubble.ai = sent.ai
        person = self.people.get(chat)
        if person and person.listed:
            person.unread += 1
            self.changed(person)
        for tell in self.heard:
            tell()
        return bubble

    def clear(self) -> None:
        """Empty every thread on the page."""
        self.bubbles.clear()
        self._order.clear()
        self._stale = True

    def as_json(self) -> list[dict[str, Any]]:
        return [person.as_json() for person in self.people.values() if person.listed]

    def bubbles_json(self) -> list[dict[str, Any]]:
        return [asdict(self.bubbles[number]) for number in self._order]

    def dialogue(self, chat: Chat) -> list[tuple[str, str]]:
        """The thread as (said, heard) pairs; several answers to one saying are joined by line breaks."""
        pairs: list[tuple[str, list[str]]] = []
        for number in self._order:
            bubble = self.bubbles[number]
            if (bubble.account, bubble.peer) != chat:
                continue
            if bubble.who == "person":
                pairs.append((bubble.text, []))
            elif bubble.who == "bot" and pairs:
                pairs[-1][1].append(bubble.text)
        return [(said, "\n".join(heard)) for said, heard in pairs]

    def save(self) -> None:
        """Write what changed since the last call, whole or not at all."""
        if self._path is None or not self._stale:
            return
        self._stale = False
        people = [asdict(person) for person in self.people.values() if person.listed]
        last = [asdict(self.bubbles[number]) for number in list(self._order)[-SAVED_BUBBLES:]]
        draft = self._path.with_suffix(".new")
        draft.write_text(json.dumps({"v": 1, "people": people, "bubbles": last}, ensure_ascii=False))
        os.replace(draft, self._path)

    def load(self) -> None:
        """Take up what an earlier start saved; an unreadable file is left out with a warning."""
        if self._path is None or not self._path.exists():
            return
        try:
            saved = json.loads(self._path.read_text())
            people = [Person(**one) for one in saved["people"]]
            bubbles = [Bubble(**one) for one in saved["bubbles"]]
        except (OSError, ValueError, KeyError, TypeError):
            log.warning("phones unreadable path=%s", self._path)
            return
        self.people |= {(one.account, one.peer): one for one in people}
        for bubble in bubbles:
            self._numbers += 1
            bubble.id, bubble.group, bubble.rows = f"B{self._numbers}", "", []
            if bubble.state in ("sending", "retry"):
                bubble.state = "failed"
            self.bubbles[bubble.id] = bubble
            self._order.append(bubble.id)


def demo_people(account: str, channel: str, admins: tuple[str, ...]) -> list[Person]:
    """小雨 or 小林, and 老板 where the account names no other admin."""
    official = channel == "official"
    boss = admins[0] if admins else ("oBoss_yingda_demo_0000000000" if official else "boss")
    if official:
        return [
            Person(account, "oXiaoyu_yingda_demo_000000000", "小雨", "follower"),
            Person(account, boss, "老板", "admin"),
        ]
    return [Person(account, "xiaolin", "小林", "member"), Person(account, boss, "老板", "admin")]


def new_peer(channel: str) -> str:
    """A fresh openid or userid."""
    return "o" + secrets.token_urlsafe(32)[:27] if channel == "official" else "guest" + secrets.token_hex(4)
