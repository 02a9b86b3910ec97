"""What people are greeted with: the scene's words, those set from the chat, the settings', or our own."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from bot.store.inbox import Turn
from bot.store.memory import Recalled
from config.personas import find
from config.scenes import Scene
from handlers import scenes
from handlers.words import language_of, texts_of

if TYPE_CHECKING:  # the web process imports this through the commands; the Bot would bring openai along
    from bot.wiring.bot import Bot

WRITTEN = "welcome"
"""What was written in the chat, among an account's changes."""
FIELDS = ("assistant", "title", "examples")
"""What stands in braces is filled in; no other braces are taken."""
_FIELD = re.compile(r"\{([^{}]*)\}")


def words(bot: "Bot", turn: Turn, recalled: Recalled) -> str:
    """The greeting of a new follower, who also hears which role a code chose for them."""
    scene = scenes.of(turn.message, bot.accounts[turn.chat.account].settings)
    if scene is not None and scene.welcome:
        return _noticed(bot, turn, recalled, _own(bot, turn, scene.welcome))
    said = _usual(bot, turn, recalled, recalled.changes.get(WRITTEN, ""))
    role = _role(bot, turn, recalled, scene) if scene is not None else ""
    return _noticed(bot, turn, recalled, "\n".join(filter(None, (said, role))))


def as_written(bot: "Bot", turn: Turn, recalled: Recalled, written: str) -> str:
    """The greeting without a scene, if an admin has *written* that; blank: as the settings say."""
    return _noticed(bot, turn, recalled, _usual(bot, turn, recalled, written))


def of_a_scan(bot: "Bot", turn: Turn, recalled: Recalled, scene: Scene) -> str:
    """What somebody hears who follows already; empty where *scene* has nothing to say."""
    return _own(bot, turn, scene.welcome) if scene.welcome else _role(bot, turn, recalled, scene)


def filled(written: str, names: Mapping[str, str]) -> str:
    """*written* with *names* in the place of their braces; a line of which one is empty is left out.

    It is never a format string: whatever else stands in braces stays as it is, and so does what is filled in.
    """
    lines = [
        line
        for line in written.split("\n")
        if all(names.get(name, name) for name in _FIELD.findall(line) if name in names)
    ]
    return _FIELD.sub(lambda found: names.get(found[1], found[0]), "\n".join(lines))


def strange_braces(written: str) -> bool:
    """Whether *written* has braces that nothing fills in."""
    left = _FIELD.sub(lambda found: "" if found[1] in FIELDS else found[0], written)
    return "{" in left or "}" in left


def _usual(bot: "Bot", turn: Turn, recalled: Recalled, written: str) -> str:
    settings = bot.accounts[turn.chat.account].settings
    own = written.strip() or settings.welcome
    if own:
        return _own(bot, turn, own)
    key = "welcome" if settings.title else "welcome_untitled"
    return texts_of(bot, turn, recalled).say(key, **_names(bot, turn))


def _noticed(bot: "Bot", turn: Turn, recalled: Recalled, said: str) -> str:
    """*said*, and to the public that answers are AI-made."""
    public = bot.accounts[turn.chat.account].settings.audience == "public"
    return f"{said}\n{texts_of(bot, turn, recalled).say('ai_notice')}" if public else said


def _role(bot: "Bot", turn: Turn, recalled: Recalled, scene: Scene) -> str:
    persona = find(bot.personas, scene.role) if scene.role else None
    if persona is None:
        return ""
    role = persona.name(language_of(bot, turn, recalled))
    return texts_of(bot, turn, recalled).say("scene_role", role=role)


def _own(bot: "Bot", turn: Turn, own: str) -> str:
    """An owner's words, filled in; as they stand where every line lacks its name."""
    return filled(own, _names(bot, turn)).strip() or own


def _names(bot: "Bot", turn: Turn) -> dict[str, str]:
    settings = bot.accounts[turn.chat.account].settings
    examples = "\n".join(f"· {one}" for one in settings.examples)
    return {"assistant": settings.assistant, "title": settings.title, "examples": examples}
