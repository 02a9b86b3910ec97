"""/model 换模型: which model answers; admins say which may be chosen."""

import re
from typing import TYPE_CHECKING

from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from handlers import models, rights
from handlers.choices import Choice, listed
from handlers.reply import told
from handlers.words import texts_of

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("model", "换模型")
ADMINS = False
CUTS = False
PLACE = 0  # /me lists it where there is a choice.

_ALLOW = ("allow", "放行")
_ALL = ("all", "全部")
_ITSELF = ("默认", "default")
_SHOWN = 12
_BETWEEN = re.compile(r"[,，、]")


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """The model that is named; without a name those that may be chosen."""
    word, rest = (*argument.split(None, 1), "", "")[:2]
    is_admin = rights.is_admin(bot, turn, recalled)
    if word.lower() in _ALLOW and is_admin:
        return _allow(bot, turn, recalled, _BETWEEN.sub(" ", rest).split())
    may, now = models.allowed(bot, recalled), models.used(bot, recalled)
    if argument.lower() in _ITSELF:
        write = bot.people.choose(turn.message.person, "model", "")
        return told(bot, turn, recalled, "model_now", model=may[0], writes=(write,))
    if argument in may:
        write = bot.people.choose(turn.message.person, "model", argument)
        return told(bot, turn, recalled, "model_now", model=argument, writes=(write,))
    texts = texts_of(bot, turn, recalled)
    key = "no_such_model" if argument else "model_list"
    head = texts.say(key, word=argument[:40], model=now)
    foot = texts.say("model_allow_how") if is_admin else ""
    choices = [Choice(model, f"/model {model}") for model in may[:_SHOWN]]
    return listed(bot, turn, recalled, head, choices, foot)


def _allow(bot: "Bot", turn: Turn, recalled: Recalled, named: list[str]) -> Plan:
    """Only those that the owner's settings name can be allowed; the first is the usual one."""
    account, bound = turn.chat.account, bot.settings.chat.all_models
    everything = " ".join(named).lower() in _ALL
    if not everything and (not named or not set(named) <= set(bound)):
        return told(bot, turn, recalled, "models_bound", models="、".join(bound))
    changes = bot.changes
    kept = changes.drop(account, "models") if everything else changes.keep(account, "models", " ".join(named))
    audit = rights.audited(bot, turn, recalled, f"model allow {' '.join(named)}")
    now = "、".join(bound if everything else named)
    return told(bot, turn, recalled, "models_allowed", models=now, writes=(kept, audit))
