"""/forget 删除: everything that is kept of somebody goes, after they said so twice."""

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from handlers import commands
from handlers.reply import told

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("forget", "删除", "确认删除")
ADMINS = False
CUTS = False
PLACE = 0  # /me lists it.
TRAITS = ("right",)

ASKED = "forget_asked"
"""When they were asked; kept with their choices, and no choice."""
_WITHIN_MS = 300_000
_SURE = ("确认", "confirm")
_GONE_MS = 60_000


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """Asks first; 「确认删除」 or `/forget confirm` within five minutes erases."""
    now_ms = int(time.time() * 1000)
    words = turn.message.text.strip().lstrip(commands.PREFIXES)
    said_so = argument.strip().lower() in _SURE or words == NAMES[2]
    asked_ms = int(recalled.profile.chosen.get(ASKED, "0"))
    if not said_so or now_ms - asked_ms > _WITHIN_MS:
        asked = bot.people.choose(turn.message.person, ASKED, str(now_ms))
        return told(bot, turn, recalled, "forget_sure", writes=(asked,))
    alone = replace(recalled, rest=None, late=False)  # Nothing that waited is left to be told of.
    plan = told(bot, turn, alone, "forgotten", writes=bot.erasure.of(turn.message.person, recalled))
    # Where the words go into a request, they wait for it in a key of this person: for a minute, not for days.
    writes = (replace(one, life_ms=_GONE_MS) if one.op == "answer" else one for one in plan.writes)
    return replace(plan, writes=tuple(writes))
