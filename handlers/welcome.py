"""What people are greeted with: the scene's words, those set from the chat, the settings', or our own."""

import re
from typing import TYPE_CHECKING

from bot.store.inbox import Turn
from bot.store.memory import Recalled
from config.personas import find
from config.scenes import Scene
from handlers import scenes
from handlers.words import language_of, texts_of

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

_IN_BRACES = re.compile(r"\{(\w+)\}")


def words(bot: "Bot", turn: Turn, recalled: Recalled) -> str:
    """The greeting of a new follower, who also hears which role a code chose for them."""
    settings = bot.accounts[turn.chat.account].settings
    scene = scenes.of(turn.message, settings)
    own = (scene.welcome if scene else None) or recalled.changes.get("welcome") or settings.welcome
    if own:
        said = _filled(bot, turn, own)
    else:
        key = "welcome" if settings.title else "welcome_untitled"
        said = texts_of(bot, turn, recalled).say(key, **_names(bot, turn))
    if scene is None or scene.welcome:
        return said
    return "\n".join(filter(None, (said, _role(bot, turn, recalled, scene))))


def of_a_scan(bot: "Bot", turn: Turn, recalled: Recalled, scene: Scene) -> str:
    """What somebody hears who follows already; empty where *scene* has nothing to say."""
    return _filled(bot, turn, scene.welcome) if scene.welcome else _role(bot, turn, recalled, scene)


def _role(bot: "Bot", turn: Turn, recalled: Recalled, scene: Scene) -> str:
    persona = find(bot.personas, scene.role) if scene.role else None
    if persona is None:
        return ""
    role = persona.name(language_of(bot, turn, recalled))
    return texts_of(bot, turn, recalled).say("scene_role", role=role)


def _filled(bot: "Bot", turn: Turn, own: str) -> str:
    """An owner's words; a line with an empty name goes, and whatever else stands in braces stays."""
    names = _names(bot, turn)
    lines = [
        line for line in own.split("\n") if all(names.get(name, name) for name in _IN_BRACES.findall(line))
    ]
    filled = _IN_BRACES.sub(lambda found: names.get(found[1], found[0]), "\n".join(lines))
    return filled.strip() or own


def _names(bot: "Bot", turn: Turn) -> dict[str, str]:
    settings = bot.accounts[turn.chat.account].settings
    examples = "\n".join(f"· {one}" for one in settings.examples)
    return {"assistant": settings.assistant, "title": settings.title, "examples": examples}
