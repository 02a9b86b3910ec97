"""Commands, welcomes and what the owner wrote, answered in the request that brought the message.

Also where an account may write by itself: it is quicker, and costs nothing of what the platform lets it send.
"""

import time
from typing import TYPE_CHECKING

from bot.channels.base import OutText
from bot.errors import SendUnsure
from bot.messages import InboundMessage
from bot.store.answers import Answer
from bot.store.inbox import Turn
from config.accounts import AccountSettings
from handlers import commands, scenes

if TYPE_CHECKING:  # the web process imports this through the callback; the Bot would bring openai along
    from bot.wiring.bot import Bot

_LOOK_S = 0.02
_KINDS = frozenset(
    {"subscribe", "click", "voice", "image", "video", "location", "link", "file", "sticker", "unsupported"}
)


def is_meant(message: InboundMessage, settings: AccountSettings) -> bool:
    """Whether *message* to an account with these *settings* is answered without the model by what it is; the
    owner's list may answer others."""
    if message.kind == "text":
        called = commands.parse(message.text)
        return not message.text.strip() or (called is not None and called.word != "")
    return message.kind in _KINDS or scenes.is_answered(message, settings)


def handed_over(bot: "Bot", turn: Turn, part: OutText) -> bool:
    """Whether the request that brought this turn's message carried *part*; if not, it is to be sent.

    Raises SendUnsure when a request had it and nobody knows, and StoreAway.
    """
    limits = bot.channels[turn.chat.account].limits
    mark = part.label or part.number
    text = f"{part.text}\n{mark}" if mark else part.text
    settings = bot.accounts[turn.chat.account].settings
    meant = is_meant(turn.message, settings) or _needed_no_model(turn)
    if part.pushed or not meant or len(text.encode()) > limits.response_bytes:
        return False
    fate = _fate(bot, turn, Answer("", text))
    if fate == "unsure":
        raise SendUnsure(0, "response")
    return fate == "done"


def transferred(bot: "Bot", turn: Turn) -> bool:
    """Whether the request that brought this turn's message gave it to the platform's own agents.

    Also when nobody knows; asked again after a crash it says the same. It is not given away where only it can
    tell somebody who may want to end their life where to turn. Raises StoreAway.
    """
    only_here = bot.accounts[turn.chat.account].settings.reply == "passive"
    if only_here and bot.moderator.check(turn.message.text, "in", turn.message.person) == "crisis":
        return False
    fate = _fate(bot, turn, Answer("", "", transfer=True))
    if fate == "unsure":
        bot.answers.done(turn.chat, turn.lease.n)
    return fate in {"done", "unsure"}


def _fate(bot: "Bot", turn: Turn, answer: Answer) -> str:
    """What became of *answer*, offered to the request of this turn: `done`, `none` or `unsure`."""
    while (fate := bot.answers.offer(turn.chat, turn.lease.n, answer)) in {"offered", "busy"}:
        time.sleep(_LOOK_S)
    return fate


def _needed_no_model(turn: Turn) -> bool:
    """Whether words are answered with words that no model made: a request may wait for those."""
    plan = turn.steps.plan
    return turn.message.kind == "text" and plan is not None and not plan.stoppable
