"""What people do on their phones, turned into callbacks: say, tap, scan, follow and leave."""

import asyncio
import secrets
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from simulator.accounts import KINDS as ACCOUNT_KINDS
from simulator.accounts import Account
from simulator.agents import CLOSED
from simulator.bodies import Inbound, event_fields, message_fields, new_msg_id
from simulator.callbacks import Caller, Delivery
from simulator.explain import event_line
from simulator.menus import tapped_name
from simulator.people import Bubble, Person, new_peer
from simulator.words import UserError
from simulator.world import World

KINDS = ("text", "image", "voice", "video", "location", "link", "file", "sticker")
EVENTS = ("subscribe", "unsubscribe", "SCAN", "CLICK", "VIEW", "enter_agent")
TAPS = ("SCAN", "CLICK", "subscribe")

Done = tuple[Inbound, Bubble]


@dataclass
class Doings:
    """Everything people can do; deliveries run in the background of the event loop."""

    world: World
    caller: Caller
    _running: set[asyncio.Task[Any]] = field(default_factory=set)

    def background(self, work: Coroutine[Any, Any, Any]) -> None:
        """Run *work* without waiting for it."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def stop(self) -> None:
        """End what still runs."""
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def account(self, name: str) -> Account:
        """The account of that name. Raises UserError."""
        found = self.world.accounts.get(name)
        if found is None:
            raise UserError("没有这个账号", "no such account")
        return found

    def change(self, name: str, asked: dict[str, Any]) -> Account:
        """Give the account of that *name* another kind, or so many agents online. Raises UserError."""
        account = self.account(name)
        kind, agents = asked.get("kind", account.kind), asked.get("agents", account.agents)
        if kind not in ACCOUNT_KINDS[account.channel]:
            raise UserError("没有这种账号", "no such kind of account")
        if agents is not None and agents not in range(10):
            raise UserError("客服最多 9 个", "at most 9 agents")
        account.kind, account.agents = kind, agents
        self.world.feed.publish("account", account.as_json())
        return account

    def say(
        self, chat: tuple[str, str], kind: str, text: str, *, menu_id: str = "", msg_id: int | None = None
    ) -> Done:
        """*chat*'s person sends something; the caller delivers it. Raises UserError."""
        account, person = self.account(chat[0]), self.world.person_of(chat)
        if kind not in KINDS or (kind == "text" and not text):
            raise UserError("这样的消息发不出去", "such a message cannot be sent")
        if not person.following and account.channel == "official":
            raise UserError("先关注，才能发消息", "follow the account first")
        if kind == "file" and account.channel == "wecom":
            raise UserError("企业微信不会把文件交给应用", "WeCom does not hand files to an app")
        number = msg_id or new_msg_id()
        fields = (*message_fields(account.channel, kind, text, menu_id), ("MsgId", number))
        title = text if kind == "text" else f"[{kind}] {text}".strip()
        self._touch(chat, "tapped" if menu_id else "typed")
        inbound = Inbound(*chat, int(self.world.clock.wall()), fields, str(number), title)
        bubble = self.world.phones.bubble(chat, "person", kind, text)
        return inbound, self._sending(bubble, person)

    def event(self, chat: tuple[str, str], event: str, key: str = "", created_at: int | None = None) -> Done:
        """*chat*'s person taps, scans, follows or leaves. Raises UserError."""
        account, person = self.account(chat[0]), self.world.person_of(chat)
        at = created_at or int(self.world.clock.wall())
        if event in ("subscribe", "unsubscribe"):
            person.following = event == "subscribe"
            self.world.phones.changed(person)
        if event == "unsubscribe":
            self.world.allowances.revoke(chat)
            self.world.show_allowance(chat)
        elif event in TAPS:
            self._touch(chat, "tapped")
        elif event == CLOSED:
            self.world.agents.close(chat)
        fields = tuple(event_fields(account.channel, event, key))
        line = event_line(event, key, tapped_name(account, key))
        inbound = Inbound(*chat, at, fields, f"{chat[1]}:{at}:{event}:{key}", line)
        return inbound, self._sending(self.world.phones.bubble(chat, "system", "event", line), person)

    def _touch(self, chat: tuple[str, str], trigger: str) -> None:
        """An interaction: it opens a send allowance and permits typing for half a minute."""
        self.world.spoke[chat] = self.world.clock.now()
        if self.world.accounts[chat[0]].channel == "official":
            self.world.allowances.grant(chat, "tapped" if trigger == "tapped" else "typed")
        self.world.show_allowance(chat)

    def _sending(self, bubble: Bubble, person: Person) -> Bubble:
        bubble.state = "sending"
        if person.unread:
            person.unread = 0
            self.world.phones.changed(person)
        self.world.phones.show(bubble)
        return bubble

    async def deliver(self, done: Done, *, times: int = 1, parallel: bool = False) -> list[Delivery]:
        """Deliver what was *done*, *times* over: a platform that repeats although it was acknowledged."""
        inbound, bubble = done
        if not inbound.is_event and self.world.agents.hear((inbound.account, inbound.peer), inbound.title):
            bubble.state = "acked"
            self.world.phones.show(bubble, new=False)
            return [Delivery(inbound.identity, acknowledged=True)]
        copies = [self.caller.deliver(inbound, bubble) for _ in range(times)]
        if parallel:
            return list(await asyncio.gather(*copies))
        return [await copy for copy in copies]

    def newcomer(self, account_name: str, name: str) -> Person:
        """Someone new follows the account, or joins the company. Raises UserError."""
        account = self.account(account_name)
        official = account.channel == "official"
        person = Person(
            account.name,
            new_peer(account.channel),
            name[:20] or "新朋友",
            "follower" if official else "member",
        )
        self.world.phones.add(person)
        done = self.event((account.name, person.peer), "subscribe")
        self.background(self.deliver(done))
        return person

    def guests(self, account: str, count: int) -> list[Person]:
        """*count* people without a place in the picker."""
        self.account(account)
        return [
            self.world.phones.add(
                Person(account, f"oGuest{secrets.token_hex(11)}", f"访客 {n}", "follower", listed=False)
            )
            for n in range(count)
        ]
