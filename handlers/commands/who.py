"""/who 谁: who was here last, or what is known of one of them."""

from typing import TYPE_CHECKING

from bot.messages import Person, Reply
from bot.store.inbox import Turn
from bot.store.ledger import Spent
from bot.store.memory import Recalled
from bot.store.people import Profile
from bot.store.turns import Plan
from config.wording import Texts
from handlers import grants, money
from handlers.owner import moment
from handlers.reply import planned, told
from handlers.roles import OWN
from handlers.words import language_of, texts_of

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("who", "谁")
ADMINS = True
CUTS = False
PLACE = 300

_SHOWN = 15
_DAYS = 30


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """The last fifteen by number, with their messages of today; `12` shows number 12."""
    account, texts = turn.chat.account, texts_of(bot, turn, recalled)
    if argument.strip():
        found = bot.people.find(account, argument)
        if found is None:
            return told(bot, turn, recalled, "who_is_meant", word=argument[:40])
        return _one(bot, turn, recalled, found[1])
    today = bot.ledger.day()
    lines = [
        texts.say(
            "who_line",
            number=seen.number,
            time=moment(bot.settings, seen.at_ms),
            messages=seen.today(today),
        )
        for seen in bot.roster.last(account, _SHOWN)
    ]
    text = "\n".join((texts.say("who_head"), *lines)) if lines else texts.say("who_none")
    return planned(bot, turn, recalled, Reply.of(text), state="command")


def _one(bot: "Bot", turn: Turn, recalled: Recalled, person: Person) -> Plan:
    account, texts = turn.chat.account, texts_of(bot, turn, recalled)
    profile, seen = bot.roster.profile(person)
    used = [bot.ledger.spent(account, days, profile.number) for days in (1, _DAYS)]
    persona = bot.personas.get(profile.chosen.get("role", ""))
    role = persona.name(language_of(bot, turn, recalled)) if persona else texts.say("role_usual")
    text = texts.say(
        "who_one",
        number=profile.number,
        standing=standing(bot, texts, person, profile),
        since=moment(bot.settings, profile.since_ms),
        seen=moment(bot.settings, seen.at_ms) if seen.at_ms else "",
        messages=seen.today(bot.ledger.day()),
        role=texts.say("own_role") if profile.chosen.get("role", "").startswith(OWN) else role,
        today=_used(bot, texts, used[0]),
        month=_used(bot, texts, used[1]),
        quota=_quota(bot, texts, person),
        granted=grants.balance(texts, profile),
    )
    return planned(bot, turn, recalled, Reply.of(text), state="command")


def standing(bot: "Bot", texts: Texts, person: Person, profile: Profile) -> str:
    """What *person* is besides: an admin, banned, let in; empty for most."""
    settings = bot.accounts[person.account].settings
    admin = profile.paired or person.sender in settings.admins
    marks = {"who_admin": admin, "who_banned": profile.banned, "who_admitted": profile.admitted}
    return grants.BETWEEN.join(texts.say(key) for key, holds in marks.items() if holds)


def _used(bot: "Bot", texts: Texts, spent: Spent) -> str:
    cost = money.amount(bot, spent.cost) if money.is_priced(bot) else ""
    return texts.say("who_used", answers=spent.answers, tokens=spent.tokens, cost=cost).rstrip()


def _quota(bot: "Bot", texts: Texts, person: Person) -> str:
    """What holds for them in a day: their own, else everybody's."""
    return money.limited(bot, texts, money.of_everybody(bot, person.account) | bot.ledger.own(person))
