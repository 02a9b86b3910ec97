"""The Door: what a web process needs, made from the settings."""

import importlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from bot.channels.base import AccessTokens as TokenProvider
from bot.channels.base import Channel
from bot.failpoints import Failpoints
from bot.queue import Hints, Waker
from bot.store.access_tokens import AccessTokens
from bot.store.answers import Answers, Parked
from bot.store.arrivals import Arrivals
from bot.store.client import WEB_CONNECTIONS, queue_client, subscriber_client, web_client
from bot.store.dead_letters import DeadLetters
from bot.store.deliveries import Deliveries
from bot.store.faq import Faq
from bot.store.health import StoreHealth
from bot.store.inbox import Inbox
from bot.store.notices import Notices
from bot.store.people import People
from bot.store.scripts import Scripts
from config.settings import ConfigError, Settings
from config.wording import Texts, load_texts


@dataclass(frozen=True, slots=True)
class Door:
    """Everything a callback touches.

    Attributes:
        channels, texts: by account name.
    """

    settings: Settings
    channels: Mapping[str, Channel]
    inbox: Inbox
    waker: Waker
    health: StoreHealth
    notices: Notices
    people: People
    dead_letters: DeadLetters
    failpoints: Failpoints
    answers: Answers
    deliveries: Deliveries
    arrivals: Arrivals
    parked: Parked
    faq: Faq
    texts: Mapping[str, Texts]


def open_door(settings: Settings) -> Door:
    """Nothing is reached yet: the store may be away. Raises ConfigError."""
    url = store_url(settings)
    client = web_client(url)
    scripts = Scripts(web_client(url), WEB_CONNECTIONS)
    return Door(
        settings=settings,
        channels=channels(settings, AccessTokens(scripts), connections=8),
        inbox=Inbox(scripts, process_name("web"), most=settings.turn.inbox_most),
        waker=Waker(Hints(queue_client(url, patient=False))),
        health=StoreHealth(client),
        notices=Notices(client, scripts),
        people=People(client, scripts, audit_days=settings.privacy.audit_days),
        dead_letters=DeadLetters(client, scripts, most=settings.turn.inbox_most),
        failpoints=Failpoints.parse(settings.failpoints.armed),
        answers=Answers(scripts),
        deliveries=Deliveries(client),
        arrivals=Arrivals(client),
        parked=Parked(subscriber_client(url)),
        faq=Faq(client),
        texts={name: load_texts(account.language) for name, account in settings.accounts.items()},
    )


def channels(settings: Settings, tokens: TokenProvider, *, connections: int) -> dict[str, Channel]:
    """Every configured account's channel, from the module named like its `channel`."""
    found = {}
    for account, configured in settings.accounts.items():
        module = importlib.import_module(f"bot.channels.{configured.channel}")
        found[account] = cast(Channel, module.channel(account, configured, tokens, connections))
    return found


def store_url(settings: Settings) -> str:
    """The store's address; only launch.py starts an embedded one. Raises ConfigError."""
    if settings.redis.url is None:
        raise ConfigError("redis.url (or REDIS_URL) is missing: name a Redis or Valkey, or use `make run`")
    return settings.redis.url


def process_name(role: str) -> str:
    """A name no other process of any machine has."""
    return f"{role}-{os.getpid()}-{secrets.token_hex(4)}"
