"""/todo 待办: what waits for a human."""

from typing import TYPE_CHECKING

from bot.messages import Reply
from bot.store.cases import Case
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from bot.text import half_width, indented, shortened
from handlers.owner import harmless, moment
from handlers.reply import planned, that_fit, told
from handlers.words import texts_of

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("todo", "待办")
ADMINS = True
CUTS = False
PLACE = 201

_SHOWN = 10
_WORDS_CHARS = 40
_ANSWER_CHARS = 60


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """The oldest first, with how to answer and how to close one; `T12`: all that was said in that one."""
    texts = texts_of(bot, turn, recalled)
    cases = bot.cases.open(turn.chat.account)
    if argument:
        return _whole(bot, turn, recalled, cases, argument)
    if not cases:
        return told(bot, turn, recalled, "todo_none")
    lines = [
        texts.say(
            f"todo_{case.kind}",
            case=f"T{case.case}",
            number=case.number,
            time=moment(bot.settings, case.at_ms),
            words=harmless(shortened(case.text or case.answer, _WORDS_CHARS)),
        )
        for case in cases[:_SHOWN]
    ]
    if len(cases) > _SHOWN:
        lines.append(texts.say("todo_more", count=len(cases) - _SHOWN))
    first = cases[0]
    how = texts.say("todo_how", case=f"T{first.case}", number=first.number)
    shown = that_fit(bot, turn, recalled, lines, how)
    return planned(bot, turn, recalled, Reply.of(shown), state="command")


def _whole(bot: "Bot", turn: Turn, recalled: Recalled, cases: list[Case], named: str) -> Plan:
    """It begins with `#12`: by that erasing finds what of it waits behind 「继续」."""
    number = half_width(named).strip().upper().removeprefix("T")
    case = next((one for one in cases if str(one.case) == number), None)
    if case is None:
        return told(bot, turn, recalled, "no_such_case", word=named[:20])
    return told(
        bot,
        turn,
        recalled,
        "todo_whole",
        case=f"T{case.case}",
        number=case.number,
        time=moment(bot.settings, case.at_ms),
        words=indented(f"\n{harmless(case.text)}").lstrip("\n"),
        answer=harmless(shortened(case.answer, _ANSWER_CHARS)),
    )
