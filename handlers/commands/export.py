"""/export 导出: everything that is kept of somebody, for themselves."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.conversation import Exchange
from bot.messages import Reply
from bot.store.inbox import Turn
from bot.store.memory import Recalled, Rest
from bot.store.turns import Plan
from config.wording import Texts
from handlers import grants, money
from handlers.commands import language
from handlers.commands.forget import ASKED
from handlers.commands.mute import MUTED
from handlers.commands.who import standing
from handlers.handed import STATE
from handlers.owner import moment
from handlers.passive import headed
from handlers.reply import planned
from handlers.roles import OWN
from handlers.votes import VOTED
from handlers.words import language_of, texts_of

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("export", "导出")
ADMINS = False
CUTS = False
PLACE = 0  # /me lists it.
TRAITS = ("right",)

_DAYS = 30
_VOTES, _RECENT = 1000, 50
"""As many as are kept of everybody."""


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """What /forget erases, in plain words: what they set, were given, said and heard; the AI's words marked.

    Left out is what holds no words of theirs: when they may be sent something, what they were told once.
    """
    texts = texts_of(bot, turn, recalled)
    sections = (
        _head(bot, turn, recalled, texts),
        *_talks(bot, turn, recalled, texts),
        *_unread(bot, turn, recalled, texts),
        *_voiced(bot, turn, recalled, texts),
    )
    return planned(bot, turn, recalled, Reply.of("\n\n".join(sections)), state="command")


def _head(bot: "Bot", turn: Turn, recalled: Recalled, texts: Texts) -> str:
    person, profile = turn.message.person, recalled.profile
    _, seen = bot.roster.profile(person)
    own = bot.ledger.own(person)
    return texts.say(
        "export_head",
        number=profile.number,
        sender=turn.message.sender,
        standing=standing(bot, texts, person, profile),
        since=moment(bot.settings, profile.since_ms),
        seen=moment(bot.settings, seen.at_ms) if seen.at_ms else "",
        chosen="\n".join(_choices(bot, turn, recalled, texts)) or "—",
        answers=bot.ledger.spent(person.account, _DAYS, profile.number).answers,
        quota=money.limited(bot, texts, own) if own else "",
        granted=grants.balance(texts, profile),
    )


def _choices(bot: "Bot", turn: Turn, recalled: Recalled, texts: Texts) -> Iterator[str]:
    """By the names that /set shows."""
    for name, value in recalled.profile.chosen.items():
        if name in (MUTED, STATE):
            yield texts.say(f"export_{name}")
        elif name not in (ASKED, VOTED):  # that they once asked to be erased is no choice
            shown = value
            if name == "role" and value.startswith(OWN):
                shown = f"{texts.say('own_role')} {value.removeprefix(OWN)}"
            elif name == "role" and value in bot.personas:
                shown = bot.personas[value].name(language_of(bot, turn, recalled))
            elif name == "language":
                shown = language.SHOWN.get(value, value)
            word = texts.say(f"setting_{name}") if f"setting_{name}" in texts.keys else name
            yield texts.say("export_choice", word=word, now=shown)


def _talks(bot: "Bot", turn: Turn, recalled: Recalled, texts: Texts) -> Iterator[str]:
    """Every conversation; and of the last questions of the account theirs that are in none."""
    sessions = [recalled.history, *(older.history for older in bot.memory.older(turn.chat, recalled))]
    yield from (_talk(texts, history) for history in sessions if history)
    told = {" ".join(one.answer.split()) for history in sessions for one in history}
    for heard in bot.voices.recent(turn.chat.account, _RECENT):
        begun = heard.answer.removesuffix("…")
        if heard.number == recalled.profile.number and not any(answer.startswith(begun) for answer in told):
            yield _talk(texts, (Exchange(heard.question, heard.answer, 0),))


def _talk(texts: Texts, history: tuple[Exchange, ...]) -> str:
    return "\n".join(texts.say("export_talk", question=one.question, answer=one.answer) for one in history)


def _unread(bot: "Bot", turn: Turn, recalled: Recalled, texts: Texts) -> Iterator[str]:
    """What waits to be read, and what nobody answered."""
    if recalled.rest is not None:
        yield _rest(texts, recalled.rest)
    for waiting in bot.answers.box(turn.chat, turn.lease.n).waiting:
        yield texts.say("export_waits", words=headed(texts, waiting))
        if waiting.rest is not None:
            yield _rest(texts, waiting.rest)
    given_up = [
        letter.message.text
        for letter in bot.dead_letters.all()
        if letter.message.person == turn.message.person and letter.message.text
    ]
    for words in filter(None, (recalled.failed, *given_up)):
        yield texts.say("export_failed", words=words)


def _rest(texts: Texts, rest: Rest) -> str:
    return texts.say("export_rest_ai" if rest.ai else "export_rest", words=rest.text)


def _voiced(bot: "Bot", turn: Turn, recalled: Recalled, texts: Texts) -> Iterator[str]:
    """Complaints, what was said to a human, votes, and notices that they wrote."""
    account, number = turn.chat.account, recalled.profile.number
    for case in bot.cases.all(account):
        if case.number == number:
            time = moment(bot.settings, case.at_ms)
            fields = {"case": f"T{case.case}", "time": time, "words": case.text, "answer": case.answer}
            yield texts.say(f"export_{case.kind}", **fields)
    for vote in bot.voices.votes(account, _VOTES):
        if vote.number == number:
            time = moment(bot.settings, vote.at_ms)
            fields = {"time": time, "reason": vote.reason, "question": vote.question, "answer": vote.answer}
            yield texts.say("export_good" if vote.good else "export_bad", **fields)
    notice = bot.broadcasts.of(account)
    mine = notice.words if notice is not None and notice.by == number else ""
    for words in filter(None, (bot.broadcasts.draft(turn.message.person), mine)):
        yield texts.say("export_notice", words=words)
