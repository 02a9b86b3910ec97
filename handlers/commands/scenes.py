"""/scenes 扫码: how often QR codes were scanned, how many followed with them, and taps on the menu."""

from typing import TYPE_CHECKING

from bot.messages import Reply
from bot.store.days import Day
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from config.accounts import OfficialSettings
from config.wording import Texts
from handlers import menus
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
_OF_A_CODE = ("scans", "followed")


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """Today, seven days and thirty; the codes that are not in the settings are one line, and buttons that
    nobody tapped none."""
    settings = bot.accounts[turn.chat.account].settings
    named = tuple(settings.scenes) if isinstance(settings, OfficialSettings) else ()
    days = bot.days.of(turn.chat.account, max(_DAYS))
    codes = (*named, *(("",) if any(day.scans.get("") for day in days) else ()))
    texts = texts_of(bot, turn, recalled)
    taps = _taps(bot, turn, texts, days)
    if not codes and not taps:
        key = "scenes_none" if isinstance(settings, OfficialSettings) else "taps_none"
        return told(bot, turn, recalled, key, account=turn.chat.account)
    lines = [texts.say("scenes_head")] if codes else []
    for scene in codes:
        scans, followed = (_spans([getattr(day, what).get(scene, 0) for day in days]) for what in _OF_A_CODE)
        name = harmless(scene) or texts.say("scene_others")
        lines.append(texts.say("scene_line", scene=name, scans=scans, followed=followed))
    lines += taps
    return planned(bot, turn, recalled, Reply.of("\n".join(lines)), state="command")


def _taps(bot: "Bot", turn: Turn, texts: Texts, days: list[Day]) -> list[str]:
    """The buttons of the present menu that somebody tapped, the most tapped first."""
    account = bot.accounts[turn.chat.account]
    found = []
    for said, path in menus.says(menus.ours(account.settings, account.texts)).items():
        by_day = [day.taps.get(said, 0) for day in days]
        if any(by_day):
            line = texts.say("tap_line", button=harmless(path), taps=_spans(by_day))
            found.append((-sum(by_day), line))
    return [texts.say("taps_head"), *(line for _, line in sorted(found))] if found else []


def _spans(by_day: list[int]) -> str:
    """Their sums over the three spans."""
    return " / ".join(str(sum(by_day[-span:])) for span in _DAYS)
