"""QR codes: whoever scans one has the role and the model that the settings give its scene."""

from typing import TYPE_CHECKING

from bot.messages import Event, InboundMessage
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Write
from config.accounts import AccountSettings, OfficialSettings
from config.personas import find
from config.scenes import Scene

if TYPE_CHECKING:  # the web process imports this through the callback; the Bot would bring openai along
    from bot.wiring.bot import Bot

_OF_A_FOLLOWER = "qrscene_"


def scanned(message: InboundMessage) -> str | None:
    """The scene of the code that brought *message*; None where none did (protocol A6)."""
    for part in message.parts:
        if not isinstance(part, Event):
            continue
        if message.kind == "scan":
            return part.key
        if message.kind == "subscribe" and part.key.startswith(_OF_A_FOLLOWER):
            return part.key.removeprefix(_OF_A_FOLLOWER)
    return None


def of(message: InboundMessage, settings: AccountSettings) -> Scene | None:
    """What the settings say of the scene that was scanned."""
    scene = scanned(message)
    if scene is None or not isinstance(settings, OfficialSettings):
        return None
    return settings.scenes.get(scene)


def is_answered(message: InboundMessage, settings: AccountSettings) -> bool:
    """Whether *message* is a scan of somebody who follows already, and is answered."""
    scene = of(message, settings) if message.kind == "scan" else None
    return scene is not None and scene.is_answered


def left_behind(bot: "Bot", turn: Turn, recalled: Recalled) -> tuple[Write, ...]:
    """What a scan leaves: it is counted, and the person has what its scene chooses.

    Another role begins a new conversation, as 「换角色」 does; the one they have goes on.
    """
    message, settings = turn.message, bot.accounts[turn.chat.account].settings
    named, scene = scanned(message), of(message, settings)
    if named is None:
        return ()
    # Codes that nobody named are one: a day's figures must not grow with whatever keys arrive.
    counted = named if scene is not None else ""
    writes = [bot.days.scanned(turn.chat, counted, followed=message.kind == "subscribe")]
    persona = find(bot.personas, scene.role) if scene is not None and scene.role else None
    if persona is not None and recalled.profile.chosen.get("role") != persona.en:
        writes.append(bot.people.choose(message.person, "role", persona.en))
        writes += bot.memory.start_over(turn.chat, recalled)
    if scene is not None and scene.model is not None:
        writes.append(bot.people.choose(message.person, "model", scene.model))
    return tuple(writes)
