"""Words: a command, or a question for the model."""

from bot.messages import Reply
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from bot.wiring.bot import Bot
from handlers import commands, faq, moderation, rights
from handlers.answering import ask
from handlers.choices import picked
from handlers.commands import fetch
from handlers.reply import planned
from handlers.words import texts_of

KINDS = ("text",)

NUMBER_DIGITS = 5


def reply(bot: Bot, turn: Turn, recalled: Recalled) -> Plan:
    """A command's words, a hint for an unknown one, or the model's answer."""
    text = turn.message.text.strip()
    texts = texts_of(bot, turn, recalled)
    if not text:
        return planned(bot, turn, recalled, Reply.of(texts.say("empty_text")), state="refused")
    called = _fetch_by_number(bot, turn, text) or commands.parse(picked(recalled, text))
    bare = called is not None and called.word == "继续" and not called.prefixed
    # With nothing left to fetch, 「继续」 is what people say to a model.
    is_admin = rights.is_admin(bot, turn, recalled)
    if (
        called is None
        or (not called.word and not is_admin)
        or (bare and recalled.rest is None and not recalled.late)
    ):
        turned_away = moderation.turned_away(bot, turn, recalled, text)
        return turned_away or faq.answered(bot, turn, recalled) or ask(bot, turn, recalled)
    if called.command is None or (called.command.ADMINS and not is_admin):
        turned_away = moderation.turned_away(bot, turn, recalled, text)
        if turned_away is not None:
            return turned_away
        said = Reply.of(texts.say("unknown_command", word=called.word))
        return planned(bot, turn, recalled, said, state="command")
    plan = called.command.run(bot, turn, recalled, called.argument)
    to_people = called.argument and commands.has(called, "to_people")
    return moderation.heard(bot, turn, recalled, plan) if to_people else plan


def _fetch_by_number(bot: Bot, turn: Turn, text: str) -> commands.Called | None:
    """The number of an answer that waits fetches it; any other number is a question like every text."""
    text = text.lstrip("#＃")
    if not (text.isdecimal() and len(text) <= NUMBER_DIGITS):
        return None
    waits = any(str(waiting.number) == text for waiting in bot.answers.box(turn.chat, turn.lease.n).waiting)
    return commands.parse(f"/{fetch.NAMES[0]} {text}") if waits else None
