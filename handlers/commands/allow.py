"""/allow 放行: everybody may talk, or who knows a code, or who is on the list."""

from typing import TYPE_CHECKING

from bot.store.codes import new_code
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan, Write
from handlers import access, meant, rights
from handlers.reply import told

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("allow", "放行")
ADMINS = True
CUTS = False
PLACE = 212

_OPEN, _CODE, _LIST = ("open", "所有人", "everyone"), ("code", "访问码"), ("list", "名单")
_OFF = ("off", "取消")


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """`open`, `code`, `code spring-2026`, `list`, `12`, `12 off`; without anything, what holds."""
    account, changes = turn.chat.account, bot.changes
    word, rest = meant.somebody(argument)
    mode = word.lower()
    if not word:
        return told(bot, turn, recalled, f"allow_{recalled.changes.get(access.MODE, 'open')}")
    if mode in _OPEN:
        kept = (changes.drop(account, access.MODE), changes.drop(account, access.CODE))
        return _now(bot, turn, recalled, "allow_open", *kept)
    if mode in _LIST:
        return _now(bot, turn, recalled, "allow_list", changes.keep(account, access.MODE, "list"))
    if mode not in _CODE:
        return _one(bot, turn, recalled, word, rest)
    code = rest or new_code()
    if not access.could_be_code(code):
        return told(bot, turn, recalled, "access_code_how")
    kept = (
        changes.keep(account, access.MODE, "code"),
        changes.keep(account, access.CODE, bot.codes.salted(account, code)),
    )
    return _now(bot, turn, recalled, "allow_code_new", *kept, code=code)


def _now(bot: "Bot", turn: Turn, recalled: Recalled, key: str, *writes: Write, code: str = "") -> Plan:
    audit = rights.audited(bot, turn, recalled, key.replace("_", " ", 1).removesuffix("_new"))
    return told(bot, turn, recalled, key, code=code, writes=(*writes, audit))


def _one(bot: "Bot", turn: Turn, recalled: Recalled, named: str, rest: str) -> Plan:
    """Somebody is let in, or not any more."""
    found = bot.people.find(turn.chat.account, named)
    if found is None or (rest and rest.lower() not in _OFF):
        return told(bot, turn, recalled, "who_is_meant" if found is None else "allow_how", word=named[:40])
    number, person = found
    write = bot.people.dismiss(person) if rest else bot.people.admit(person)
    audit = rights.audited(bot, turn, recalled, "allow off" if rest else "allow", number)
    key = "dismissed" if rest else "admitted"
    return told(bot, turn, recalled, key, number=number, writes=(write, audit))
