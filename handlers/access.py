"""Who may talk: everybody, who knows an access code, or who is on the list (`/allow`)."""

from typing import TYPE_CHECKING

from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from handlers import commands
from handlers.reply import told

if TYPE_CHECKING:  # the web process imports handlers through the commands; the Bot would bring openai along
    from bot.wiring.bot import Bot

MODE, CODE = "access", "access_code"
"""Under these names what admins changed is kept: `code` or `list`, and the salted hash of the code."""
CODE_CHARS = range(6, 33)
_GREETED = frozenset({"subscribe", "enter_agent"})


def is_closed_to(recalled: Recalled) -> bool:
    """Whether not everybody may talk, and who speaks was not let in."""
    return is_closed(recalled) and not recalled.profile.admitted


def is_closed(recalled: Recalled) -> bool:
    """Whether not everybody may talk."""
    return recalled.changes.get(MODE) in ("code", "list")


def at_the_door(bot: "Bot", turn: Turn, recalled: Recalled, called: commands.Called | None) -> Plan | None:
    """What somebody hears who was not let in; None for what is open to them: being greeted, pairing."""
    message = turn.message
    if message.kind in _GREETED:
        return None
    if called is not None and called.argument and commands.is_named(called, {"pair"}):
        return None
    if recalled.changes[MODE] == "list":
        return told(bot, turn, recalled, "access_list", number=recalled.profile.number)
    if message.kind != "text" or not could_be_code(message.text):
        return told(bot, turn, recalled, "access_code")
    right = bot.codes.salted(turn.chat.account, message.text) == recalled.changes.get(CODE)
    outcome, wait_s = bot.codes.guess(message.person, right, message.msg_id)
    if outcome == "right":
        return told(bot, turn, recalled, "let_in", writes=(bot.people.admit(message.person),))
    if outcome == "pause":
        return told(bot, turn, recalled, "too_many_tries", minutes=wait_s // 60 + 1)
    return told(bot, turn, recalled, "access_wrong")


def could_be_code(text: str) -> bool:
    """Whether *text* is one word of Latin letters, digits and dashes, neither short nor long.

    What people say in Chinese is no try at a code.
    """
    word = text.strip()
    return len(word) in CODE_CHARS and word.isascii() and word.replace("-", "").isalnum()
