"""/role 换角色: the assistant as a translator, a teacher, a cook …"""

from typing import TYPE_CHECKING

from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from config.personas import find
from handlers import moderation, roles
from handlers.choices import Choice, listed
from handlers.reply import told
from handlers.words import language_of, texts_of

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("role", "换角色")
ADMINS = False
CUTS = False
PLACE = 50

_ITSELF = ("默认", "default")
_OWN = ("自定义", "own")
_OWN_CHARS = 1000


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """The role that is named, for a new conversation; without a name all of them."""
    account = bot.accounts[turn.chat.account]
    word, _, rest = argument.partition(" ")
    if not argument:
        return _all(bot, turn, recalled)
    if argument.lower() in (*_ITSELF, account.settings.assistant.lower()):
        return _now(bot, turn, recalled, "", account.settings.assistant)
    if word.lower() in _OWN and account.settings.audience == "internal":
        if not rest.strip() or len(rest) > _OWN_CHARS:
            return told(bot, turn, recalled, "own_role_how", chars=_OWN_CHARS)
        turned_away = moderation.turned_away(bot, turn, recalled, rest)
        if turned_away is not None:
            return turned_away
        own = texts_of(bot, turn, recalled).say("own_role")
        return _now(bot, turn, recalled, roles.OWN + rest.strip(), own)
    persona = find(bot.personas, argument)
    if persona is None:
        return told(bot, turn, recalled, "no_such_role", word=argument[:20])
    return _now(bot, turn, recalled, persona.en, persona.name(language_of(bot, turn, recalled)))


def _now(bot: "Bot", turn: Turn, recalled: Recalled, role: str, name: str) -> Plan:
    chosen = bot.people.choose(turn.message.person, "role", role)
    writes = (chosen, *bot.memory.start_over(turn.chat, recalled))
    return told(bot, turn, recalled, "role_now", role=name, writes=writes)


def _all(bot: "Bot", turn: Turn, recalled: Recalled) -> Plan:
    texts, language = texts_of(bot, turn, recalled), language_of(bot, turn, recalled)
    head = texts.say("role_list", role=roles.name(bot, turn, recalled))
    itself = bot.accounts[turn.chat.account].settings.assistant
    choices = [Choice(itself, "/role default", texts.say("role_itself"))]
    choices += [
        Choice(one.name(language), f"/role {one.en}", one.line(language)) for one in bot.personas.values()
    ]
    return listed(bot, turn, recalled, head, choices)
