"""/export 导出: everything that is kept of somebody, for themselves."""

from typing import TYPE_CHECKING

from bot.conversation import Exchange
from bot.messages import Reply
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from config.wording import Texts
from handlers.commands.forget import ASKED
from handlers.handed import STATE
from handlers.owner import moment
from handlers.reply import planned
from handlers.words import texts_of

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("export", "导出")
ADMINS = False
CUTS = False
PLACE = 0  # /me lists it.


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """Number, choices, usage and every conversation, with the model's words marked as such."""
    texts, profile = texts_of(bot, turn, recalled), recalled.profile
    spent = bot.ledger.spent(turn.chat.account, 30, profile.number)
    chosen = [one for one in profile.chosen.items() if one[0] not in (ASKED, STATE)]
    head = texts.say(
        "export_head",
        number=profile.number,
        sender=turn.message.sender,
        since=moment(bot.settings, profile.since_ms),
        chosen=", ".join(f"{name}={value}" for name, value in chosen) or "—",
        answers=spent.answers,
    )
    sessions = [recalled.history, *(older.history for older in bot.memory.older(turn.chat, recalled))]
    talks = [_talk(texts, history) for history in sessions if history]
    return planned(bot, turn, recalled, Reply.of("\n\n".join((head, *talks))), state="command")


def _talk(texts: Texts, history: tuple[Exchange, ...]) -> str:
    return "\n".join(texts.say("export_talk", question=one.question, answer=one.answer) for one in history)
