"""The Bot: the Door plus model, tokens and memory; what a worker needs."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import get_args

from bot.channels.base import Channel
from bot.conversation import QUESTION_TOKENS, Budget, room
from bot.failpoints import Failpoints
from bot.model import Model
from bot.moderation import Moderator, WordLists
from bot.store.access_tokens import AccessTokens
from bot.store.client import Client, queue_client, web_client, worker_client
from bot.store.health import StoreHealth
from bot.store.scripts import Scripts
from bot.tokens import TokenCounter
from bot.wiring.door import channels, store_url
from bot.wiring.stores import Stores, open_stores
from bot.wiring.system import VOCABULARY, budget_of, system_text
from config.accounts import AccountSettings
from config.personas import Persona, load_personas
from config.prices import Prices, load_prices
from config.sections import SHIPPED_WORDS
from config.settings import ConfigError, Settings
from config.wording import Language, Texts, load_texts


@dataclass(frozen=True, slots=True)
class Account:
    """What the turn knows of one account besides its channel.

    Attributes:
        system: the text that tells the model who it is, with the owner's `about`.
        system_tokens: what that counts for.
        labels_ai: whether answers of the model carry the AI label.
    """

    settings: AccountSettings
    texts: Texts
    system: str
    system_tokens: int
    labels_ai: bool


@dataclass(frozen=True, slots=True)
class Bot(Stores):
    """Everything a turn touches; passed in, never looked up.

    Attributes:
        tokens, counters: count for `chat.model`, and for each model that may be used, by name.
        one_suspect: held while a message is answered during which processes have died.
    """

    settings: Settings
    accounts: Mapping[str, Account]
    texts: Mapping[Language, Texts]
    channels: Mapping[str, Channel]
    counters: Mapping[str, TokenCounter]
    prices: Prices
    personas: Mapping[str, Persona]
    moderator: Moderator
    model: Model
    tokens: TokenCounter
    budget: Budget
    queue: Client
    health: StoreHealth
    failpoints: Failpoints
    one_suspect: threading.Lock = field(default_factory=threading.Lock)


def build_bot(settings: Settings) -> Bot:
    """Nothing is reached yet: the store may be away. Raises ConfigError."""
    url, threads = store_url(settings), settings.worker_threads
    scripts = Scripts(worker_client(url, threads), threads + 8)
    stores = open_stores(settings, worker_client(url, threads), scripts)
    budget = budget_of(settings)
    counters = {model: TokenCounter.for_model(model, VOCABULARY) for model in settings.chat.all_models}
    tokens = counters[settings.chat.model]
    return Bot(
        **{one.name: getattr(stores, one.name) for one in fields(Stores)},
        settings=settings,
        accounts={name: _account(name, found, tokens, budget) for name, found in settings.accounts.items()},
        texts={language: load_texts(language) for language in get_args(Language)},
        channels=channels(settings, AccessTokens(scripts), connections=threads),
        counters=counters,
        prices=load_prices(),
        personas=load_personas(),
        moderator=WordLists(settings.words.place if settings.words.enabled else None, SHIPPED_WORDS),
        model=_model(settings),
        tokens=tokens,
        budget=budget,
        queue=queue_client(url, patient=True),
        health=_health(url),
        failpoints=Failpoints.parse(settings.failpoints.armed),
    )


def _health(url: str) -> StoreHealth:
    """Without the patience of the turns, so that the start soon tells what is wrong."""
    return StoreHealth(web_client(url))


def _model(settings: Settings) -> Model:
    key = settings.chat.api_key
    return Model(
        base_url=settings.chat.base_url,
        api_key=key.get_secret_value() if key else None,
        model=settings.chat.model,
        deadline_s=settings.chat.deadline_s,
        connections=settings.worker_threads,
    )


def _account(name: str, settings: AccountSettings, tokens: TokenCounter, budget: Budget) -> Account:
    texts = load_texts(settings.language)
    system = system_text(settings, texts)
    counted = tokens.count(system)
    if room(counted, budget) < QUESTION_TOKENS:
        raise ConfigError(
            f"accounts.{name}.about makes the system text {counted} tokens long, which leaves no room for a "
            f"question; shorten the file or raise memory.budget_tokens and chat.window_tokens"
        )
    labels = settings.audience == "public" if settings.label_ai is None else settings.label_ai
    return Account(settings, texts, system, counted, labels)
