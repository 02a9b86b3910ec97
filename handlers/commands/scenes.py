"""/scenes 扫码: how often each QR code was scanned, and how many followed with it."""

from typing import TYPE_CHECKING

from bot.messages import Reply
from bot.store.days import Day
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from config.accounts import OfficialSettings
from handlers.owner import harmless
from handlers.reply import planned, told
from handlers.words import texts_of

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("scenes", "扫码")
ADMINS = True
CUTS = False
PLACE = 351

_DAYS = (1, 7, 30)


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """Today, seven days and thirty; the codes that are not in the settings are one line."""
    settings = bot.accounts[turn.chat.account].settings
    named = tuple(settings.scenes) if isinstance(settings, OfficialSettings) else ()
    days = bot.days.of(turn.chat.account, max(_DAYS))
    others = any(day.scans.get("") for day in days)
    if not named and not others:
        return told(bot, turn, recalled, "scenes_none", account=turn.chat.account)
    texts = texts_of(bot, turn, recalled)
    lines = [texts.say("scenes_head")]
    for scene in (*named, *(("",) if others else ())):
        scans, followed = _figures(days, scene)
        name = harmless(scene) or texts.say("scene_others")
        lines.append(texts.say("scene_line", scene=name, scans=scans, followed=followed))
    return planned(bot, turn, recalled, Reply.of("\n".join(lines)), state="command")


def _figures(days: list[Day], scene: str) -> tuple[str, str]:
    """Scans and new followers, each for the three spans."""
    spans = [days[-span:] for span in _DAYS]
    scans = (sum(day.scans.get(scene, 0) for day in span) for span in spans)
    followed = (sum(day.followed.get(scene, 0) for day in span) for span in spans)
    return " / ".join(map(str, scans)), " / ".join(map(str, followed))
