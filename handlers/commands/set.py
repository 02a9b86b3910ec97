"""/set 设置: one's own settings; admins also see what else they can do, which they need rarely."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from handlers import commands, models, rights, roles
from handlers.choices import Choice, listed
from handlers.commands import language, model, role
from handlers.commands.help import line_of
from handlers.reply import told
from handlers.words import language_of, texts_of

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("set", "设置")
ADMINS = False
CUTS = False
PLACE = 299  # Admins find theirs behind it; /me lists it for everybody.

_ELSEWHERE: dict[str, Callable[["Bot", Turn, Recalled, str], Plan]] = {
    **dict.fromkeys(("role", "角色"), role.run),
    **dict.fromkeys(("model", "模型"), model.run),
    **dict.fromkeys(("language", "语言"), language.run),
}
_NUMBERS = {
    **dict.fromkeys(("temperature", "温度"), "temperature"),
    **dict.fromkeys(("reply_tokens", "长短", "length"), "reply_tokens"),
}
_ITSELF = ("默认", "default")
_VALUE_CHARS = 8


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """All settings, or the one that is named, shown or changed."""
    name, _, value = argument.strip().partition(" ")
    if not name:
        return _all(bot, turn, recalled)
    if name.lower() in _ELSEWHERE:
        return _ELSEWHERE[name.lower()](bot, turn, recalled, value.strip())
    number = _NUMBERS.get(name.lower())
    if number is None:
        return told(bot, turn, recalled, "no_such_setting", word=name[:20])
    return _number(bot, turn, recalled, number, value.strip().lower())


def _number(bot: "Bot", turn: Turn, recalled: Recalled, name: str, value: str) -> Plan:
    """Within the owner's bounds; `default` sends none to the model, or as many as the owner allows."""
    least, most = _bounds(bot, name)
    if value in _ITSELF:
        write = bot.people.choose(turn.message.person, name, "")
        return told(bot, turn, recalled, f"{name}_usual", writes=(write,))
    number = _read(name, value)
    if number is None or not least <= number <= most:
        now = _now(bot, turn, recalled, name)
        return told(bot, turn, recalled, f"{name}_how", now=now, least=_plain(least), most=_plain(most))
    write = bot.people.choose(turn.message.person, name, _plain(number))
    return told(bot, turn, recalled, f"{name}_now", now=_plain(number), writes=(write,))


def _bounds(bot: "Bot", name: str) -> tuple[float, float]:
    chat = bot.settings.chat
    if name == "temperature":
        return chat.temperature_min, chat.temperature_max
    return min(models.SHORTEST_TOKENS, chat.reply_tokens), chat.reply_tokens


def _read(name: str, value: str) -> float | None:
    """A plain number: nothing that only a program would write."""
    if len(value) > _VALUE_CHARS or not value.replace(".", "", name == "temperature").isdecimal():
        return None
    return float(value)


def _plain(number: float) -> str:
    """As people write it, however large."""
    return f"{number:.6f}".rstrip("0").rstrip(".")


def _now(bot: "Bot", turn: Turn, recalled: Recalled, name: str) -> str:
    found = models.temperature(bot, recalled) if name == "temperature" else models.reply_tokens(bot, recalled)
    return texts_of(bot, turn, recalled).say("as_it_comes") if found is None else _plain(found)


def _all(bot: "Bot", turn: Turn, recalled: Recalled) -> Plan:
    texts = texts_of(bot, turn, recalled)
    found = [
        ("role", "/role", roles.name(bot, turn, recalled)),
        ("language", "/language", language.SHOWN[language_of(bot, turn, recalled)]),
        ("temperature", "/set temperature", _now(bot, turn, recalled, "temperature")),
        ("reply_tokens", "/set reply_tokens", _now(bot, turn, recalled, "reply_tokens")),
    ]
    if len(models.allowed(bot, recalled)) > 1:
        found.insert(1, ("model", "/model", models.used(bot, recalled)))
    choices = [Choice(texts.say(f"setting_{name}"), says, now) for name, says, now in found]
    foot = ""
    if rights.is_admin(bot, turn, recalled):
        lines = [line_of(texts, command) for command in commands.rest()]
        foot = "\n".join((texts.say("set_head"), *lines))
    return listed(bot, turn, recalled, texts.say("my_settings"), choices, foot)
