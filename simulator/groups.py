"""What belongs to one incoming message: its rows, its replies and the time each phase took."""

import re
import time
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import Any

from simulator.feed import Feed

BACKGROUND = "background"
KEEP = 2000
_LATER_PART = re.compile(r"(?<!\d)(?!1/)\d/\d(?:\)| —)\s*$")
"""How the second and later messages of one answer end: `(2/3)` or `— AI 生成 · 2/3 —`."""

Chat = tuple[str, str]


@dataclass(slots=True)
class Group:
    """One incoming message (by MsgId) and what followed from it. Marks are perf_counter seconds."""

    id: str
    title: str
    account: str
    peer: str
    person: str
    t_ms: int
    began: float
    replies: int = 0
    ok: bool = True
    acked: float | None = None
    called: float | None = None
    first_token: float | None = None
    last_send: float | None = None
    message_id: str = ""
    said: str = ""
    real_model_noted: bool = False

    def as_json(self) -> dict[str, Any]:
        total = None if self.last_send is None else round((self.last_send - self.began) * 1000)
        return {
            "id": self.id,
            "title": self.title,
            "account": self.account,
            "peer": self.peer,
            "person": self.person,
            "t_ms": self.t_ms,
            "replies": self.replies,
            "total_ms": total,
            "ok": self.ok,
            "phases": self._phases(),
        }

    def _phases(self) -> dict[str, int]:
        marks = (
            ("ack", self.began, self.acked),
            ("queue", self.acked, self.called),
            ("first_token", self.called, self.first_token),
            ("send", self.first_token or self.called or self.acked, self.last_send),
        )
        return {
            name: max(round((end - start) * 1000), 0)
            for name, start, end in marks
            if start is not None and end is not None
        }


@dataclass(slots=True)
class _Thread:
    """The groups of one chat that may still be answered; *current* is the one being answered."""

    waiting: deque[Group] = field(default_factory=lambda: deque(maxlen=200))
    current: Group | None = None


class Groups:
    """Finds the message that a model call or a send belongs to; the wire itself carries no such link.

    A model call belongs to the oldest waiting messages whose words its question holds; a send belongs to the
    message being answered in that chat, else to the oldest one waiting.
    """

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._kept: OrderedDict[str, Group] = OrderedDict()
        self._by_message: dict[tuple[str, str, str], Group] = {}
        self._threads: dict[Chat, _Thread] = {}
        self._waiting_texts: dict[str, list[Group]] = {}
        self._numbers = 0

    def begin(self, chat: Chat, person: str, message_id: str, title: str) -> Group:
        """The group of this message; a repeat of the same message finds the first one's."""
        key = (*chat, message_id)
        if key in self._by_message:
            return self._by_message[key]
        self._numbers += 1
        now_ms = int(time.time() * 1000)
        group = Group(f"G{self._numbers}", title[:60], *chat, person, now_ms, time.perf_counter())
        group.message_id, group.said = message_id, title
        self._kept[group.id] = group
        self._by_message[key] = group
        self._threads.setdefault(chat, _Thread()).waiting.append(group)
        self._waiting_texts.setdefault(title, []).append(group)
        if len(self._kept) > KEEP:
            self._drop_oldest()
        self.publish(group)
        return group

    def _drop_oldest(self) -> None:
        _, old = self._kept.popitem(last=False)
        self._by_message.pop((old.account, old.peer, old.message_id), None)
        self._no_longer_waiting(old)

    def publish(self, group: Group) -> None:
        self._feed.publish("group", group.as_json())

    def find(self, group_id: str) -> Group | None:
        return self._kept.get(group_id)

    def acknowledged(self, group: Group, *, ok: bool) -> None:
        """The callback was answered (or finally failed)."""
        if group.acked is None:
            group.acked = time.perf_counter()
        group.ok = group.ok and ok
        self.publish(group)

    def of_question(self, question: str) -> Group | None:
        """The message that a model call with *question* answers; the newest one where several were merged."""
        exact = self._waiting_texts.get(question)
        asked = [exact[0]] if exact else self._contained(question)
        if not asked:
            return None
        chat = (asked[0].account, asked[0].peer)
        mine = [group for group in asked if (group.account, group.peer) == chat]
        newest = mine[-1]
        for group in mine:
            self._no_longer_waiting(group)
        self._threads[chat].current = newest
        if newest.called is None:
            newest.called = time.perf_counter()
        return newest

    def _contained(self, question: str) -> list[Group]:
        texts = [text for text in self._waiting_texts if text and text in question]
        found = [group for text in texts for group in self._waiting_texts[text]]
        return sorted(found, key=lambda group: group.began)

    def expect_nothing(self, group: Group) -> None:
        """No reply belongs to *group*: what is sent next answers something else."""
        self._no_longer_waiting(group)

    def given_up(self, group: Group) -> None:
        """The model call for *group* was hung up on: what is sent next answers something else."""
        thread = self._threads.get((group.account, group.peer))
        if thread and thread.current is group:
            thread.current = None

    def first_token(self, group: Group) -> None:
        if group.first_token is None:
            group.first_token = time.perf_counter()

    def of_send(self, chat: Chat, text: str = "") -> Group | None:
        """The message that *text*, or typing, sent to *chat* now belongs to."""
        thread = self._threads.get(chat)
        if thread is None:
            return None
        current = thread.current
        answered = current and current.replies and not _LATER_PART.search(text)
        if thread.waiting and (current is None or answered):
            # Its words stay findable: typing is shown before the model is asked.
            thread.current = current = thread.waiting.popleft()
        return current

    def replied(self, group: Group) -> None:
        """One more message of the answer reached the person."""
        group.replies += 1
        group.last_send = time.perf_counter()
        self._no_longer_waiting(group)
        self.publish(group)

    def _no_longer_waiting(self, group: Group) -> None:
        thread = self._threads.get((group.account, group.peer))
        if thread and group in thread.waiting:
            thread.waiting.remove(group)
        same = self._waiting_texts.get(group.said, [])
        if group in same:
            same.remove(group)
            if not same:
                del self._waiting_texts[group.said]

    def clear(self) -> None:
        """Forget what is shown; messages still being answered become background."""
        self._kept.clear()
        self._by_message.clear()
        self._threads.clear()
        self._waiting_texts.clear()

    def as_json(self) -> list[dict[str, Any]]:
        return [group.as_json() for group in self._kept.values()]
