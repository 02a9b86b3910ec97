"""A whole Bot on a real store, and turns of it that are decided and settled without being sent."""

from dataclasses import replace
from secrets import token_hex

from redis import Redis

from bot.messages import InboundMessage, Part, Text
from bot.store.inbox import Turn
from bot.store.turns import Plan
from bot.wiring.bot import Bot, build_bot
from config.settings import load
from handlers import barred
from handlers.on import HANDLERS
from handlers.words import recall
from tests.bot.store.desk import MESSAGE, TYPED, steady

ACCOUNTS = {
    "shop": {
        "channel": "official",
        "app_id": "wx0123456789abcdef",
        "app_secret": "f" * 32,
        "reply": "service",
    },
    "office": {
        "channel": "wecom",
        "corp_id": "ww0123456789abcdef",
        "agent_id": "1000002",
        "secret": "s" * 32,
    },
}
COMMON = {"token": "tea", "aes_key": "a" * 43, "admins": "oBoss"}


def bot_on(url: str, **more: str) -> Bot:
    """A bot with an account of either kind and the settings *more*; `oBoss` steers both."""
    environment = {
        f"YINGDA_ACCOUNTS__{name}__{key}".upper(): value
        for name, fields in ACCOUNTS.items()
        for key, value in {**fields, **COMMON}.items()
    }
    return build_bot(load({**environment, "REDIS_URL": url, "OPENAI_API_KEY": "sk-0123456789", **more}, None))


def begun(
    bot: Bot,
    store: Redis,
    words: str,
    sender: str = "oU",
    account: str = "shop",
    parts: tuple[Part, ...] = (),
) -> Turn:
    """The turn in which *sender* says *words*."""
    steady(store)
    message: InboundMessage = replace(
        MESSAGE,
        account=account,
        peer=sender,
        sender=sender,
        msg_id=token_hex(8),
        parts=parts or (Text(words),),
    )
    bot.inbox.accept(message, cuts=False, allowance=TYPED, nonce=None, attempt=token_hex(8))
    turn = bot.inbox.take(message.chat)
    assert turn is not None
    return turn


def decided(bot: Bot, turn: Turn) -> Plan:
    """How it will end; no model can be asked."""
    recalled = recall(bot, turn)
    return barred.barred(bot, turn, recalled) or HANDLERS[turn.message.kind].reply(bot, turn, recalled)


def says(bot: Bot, store: Redis, words: str, sender: str = "oU", account: str = "shop") -> str:
    """What *sender* reads on *words*; everything of it is kept."""
    turn = begun(bot, store, words, sender, account)
    plan = decided(bot, turn)
    bot.inbox.settle(turn, plan.state, plan.writes)
    return "\n\n".join(part.text for part in plan.parts)
