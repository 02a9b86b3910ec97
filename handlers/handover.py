"""Handing somebody over to a human: to the platform's own agents, or with every word to the admins."""

import time
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo

import structlog

from bot.channels.base import KEYS_A_MESSAGE, TAPPED, Answering, OutText
from bot.errors import PlatformError
from bot.messages import Event, InboundMessage, Text
from bot.store.cases import WORDS_BYTES, Case, ending
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan, Write
from bot.text import indented, shortened
from config.hours import read_hours, shown
from handlers import at_once, handed, raising, rights
from handlers.commands import fetch
from handlers.owner import harmless
from handlers.reply import told
from handlers.words import texts_of

if TYPE_CHECKING:  # the web process imports this through the commands; the Bot would bring openai along
    from bot.wiring.bot import Bot

_SUMMARY_LINES, _SUMMARY_CHARS = 3, 40
_ANSWER_CHARS = 1000
_ADMINS_MOST = 10
RELAYED = frozenset({"text", "image", "voice", "video", "location", "link", "file", "sticker"})
"""Kinds of which a human learns; of what is no text, that it came."""

log = structlog.get_logger(__name__)


def begun(bot: "Bot", turn: Turn, recalled: Recalled, words: str) -> Plan:
    """They want a human: agents of the platform who are there, else the admins; off hours it is kept."""
    account, found = turn.chat.account, handed.of(recalled)
    if _agents_take(bot, turn):
        return _with_agents(bot, turn, recalled, found.case if found else 0)
    case = _case(bot, turn, recalled, words or _asked_last(recalled) or turn.message.text.strip())
    kept, admins = bot.cases.keep(account, case), _admins(bot, turn)
    hours = bot.accounts[account].settings.human_hours
    off = bool(hours) and not read_hours(hours).open_at(datetime.now(ZoneInfo(bot.settings.time.zone)))
    if off or not _tells_the_owner(bot, account, admins):
        raising.tell_handover(bot, account, f"T{case.case}")
    if off or not admins:
        key, writes = "off_hours" if off else "nobody_there", (kept, handed.ended(bot, turn.message.person))
        return told(bot, turn, recalled, key, hours=shown(hours), writes=writes)
    first = _first_words(bot, turn, recalled, case, words)
    state = handed.kept(bot, turn.message.person, case.case)
    forwarded = _forwarded(bot, turn, admins, first)
    return told(bot, turn, recalled, "handed_over", writes=(kept, state, *forwarded))


def relayed(bot: "Bot", turn: Turn, recalled: Recalled, found: handed.Handed) -> Plan:
    """Their words reach the admins, and they hear nothing from the AI.

    What a human said meanwhile, and the platform did not take, they read now.
    """
    account, words = turn.chat.account, _words(bot, turn)
    kept, admins = bot.cases.find(account, found.case) if found.case else None, _admins(bot, turn)
    if kept is None:  # The platform's agents have not taken them yet, or have gone.
        case = _case(bot, turn, recalled, words)
        text = _first_words(bot, turn, recalled, case, words)
        if not _tells_the_owner(bot, account, admins):
            raising.tell_handover(bot, account, f"T{case.case}")
    else:
        case = kept if kept.done_ms else replace(kept, text=ending(f"{kept.text}\n{words}", WORDS_BYTES))
        text = _line(bot, turn, recalled, words)
    changed = (bot.cases.keep(account, case),) if case != kept else ()
    if not admins:  # Whoever read them is none any more.
        raising.tell_handover(bot, account, f"T{case.case}")
        gone = (*changed, handed.ended(bot, turn.message.person))
        return told(bot, turn, recalled, "nobody_there", hours="", writes=gone)
    writes = (
        *changed,
        handed.kept(bot, turn.message.person, case.case),
        *_forwarded(bot, turn, admins, text),
    )
    if recalled.late and bot.answers.box(turn.chat, turn.lease.n).waiting:
        plan = fetch.run(bot, turn, recalled, "")
        return replace(plan, writes=(*plan.writes, *writes))
    if bot.channels[account].limits.response_bytes:  # A request that waits is told that nothing comes.
        writes = (*writes, bot.answers.put(turn.chat, None))
    return Plan("command", writes=writes)


def over(bot: "Bot", turn: Turn, recalled: Recalled, found: handed.Handed) -> Plan:
    """They talk to the AI again: what a human had still to do about it is done, and the admins hear of it."""
    account = turn.chat.account
    writes: tuple[Write, ...] = (handed.ended(bot, turn.message.person),)
    case = bot.cases.find(account, found.case) if found.case else None
    if case is not None and not case.done_ms:
        texts, number = bot.accounts[account].texts, recalled.profile.number
        left = texts.say("relay_left", number=number, case=f"T{case.case}")
        closed = bot.cases.close(account, case, int(time.time() * 1000))
        writes = (*writes, closed, *_forwarded(bot, turn, _admins(bot, turn), left))
    return told(bot, turn, recalled, "human_over", writes=writes)


def handed_back(bot: "Bot", turn: Turn, case: Case) -> tuple[Write, ...]:
    """An admin closed *case*: whoever is handed over under it talks to the AI again."""
    found = bot.people.find(turn.chat.account, str(case.number)) if case.kind == "handover" else None
    if found is None:
        return ()
    return (_ours(bot, turn, "handback", found[1].sender, Event("handback", str(case.case))),)


def _with_agents(bot: "Bot", turn: Turn, recalled: Recalled, case: int) -> Plan:
    """The response was the transfer, so what they are told goes another way, where there is one."""
    writes = (handed.kept(bot, turn.message.person, case),)
    if bot.accounts[turn.chat.account].settings.reply == "passive":
        return Plan("command", writes=writes)
    words = texts_of(bot, turn, recalled).say("handed_to_agents")
    return Plan("command", (OutText(words, key=turn.lease.n * KEYS_A_MESSAGE, pushed=True),), writes)


def _words(bot: "Bot", turn: Turn) -> str:
    """What they said; of what is no text, which kind it is."""
    kind = turn.message.kind
    return turn.message.text.strip() or bot.accounts[turn.chat.account].texts.say(f"relay_{kind}")


def _agents_take(bot: "Bot", turn: Turn) -> bool:
    """Whether the platform's own agents have the message now. Whatever goes wrong, the admins are there."""
    account = turn.chat.account
    if not bot.channels[account].limits.response_bytes or bot.deliveries.of(account) == "passive":
        return False
    if any(isinstance(part, Text) and part.menu_id == TAPPED for part in turn.message.parts):
        return False  # Only a message can be handed to them: a button of the menu is an event (protocol A7).
    try:
        online = cast(Answering, bot.channels[account]).agents_online()
    except PlatformError as error:
        log.info("agents not asked for", account=account, code=error.errcode, error=type(error).__name__)
        return False
    return online and at_once.transferred(bot, turn)


def _case(bot: "Bot", turn: Turn, recalled: Recalled, words: str) -> Case:
    """The open case of the person with *words* behind what it holds; else a new one."""
    account, number = turn.chat.account, recalled.profile.number
    for case in bot.cases.open(account):
        if (case.kind, case.number) == ("handover", number):
            return replace(case, text=ending(f"{case.text}\n{words}", WORDS_BYTES))
    answer = recalled.history[-1].answer[:_ANSWER_CHARS] if recalled.history else ""
    now_ms = int(time.time() * 1000)
    return Case(
        bot.cases.next_number(account), "handover", number, ending(words, WORDS_BYTES), answer, now_ms
    )


def _asked_last(recalled: Recalled) -> str:
    return recalled.history[-1].question if recalled.history else ""


def _first_words(bot: "Bot", turn: Turn, recalled: Recalled, case: Case, words: str) -> str:
    """What an admin reads first: their words, what they asked lately, and how to answer."""
    asked = [" ".join(one.question.split()) for one in recalled.history[-_SUMMARY_LINES:]]
    return bot.accounts[turn.chat.account].texts.say(
        "relay_first",
        number=recalled.profile.number,
        words=_quoted(words or turn.message.text.strip()),
        said=harmless("\n".join(f"· {shortened(one, _SUMMARY_CHARS)}" for one in asked)),
        case=f"T{case.case}",
    )


def _line(bot: "Bot", turn: Turn, recalled: Recalled, words: str) -> str:
    texts = bot.accounts[turn.chat.account].texts
    return texts.say("relay_line", number=recalled.profile.number, words=_quoted(words))


def _quoted(words: str) -> str:
    """Somebody's *words* behind their number: no line of them begins like the words of somebody else."""
    return indented(harmless(words))


def _admins(bot: "Bot", turn: Turn) -> tuple[str, ...]:
    """Whom the words of this person are brought to."""
    settings = bot.accounts[turn.chat.account].settings
    if not rights.can_have_admins(settings):
        return ()
    paired = sorted(bot.people.paired(turn.chat.account).difference(settings.admins))
    others = [admin for admin in (*settings.admins, *paired) if admin != turn.message.sender]
    return tuple(others[:_ADMINS_MOST])


def _tells_the_owner(bot: "Bot", account: str, admins: tuple[str, ...]) -> bool:
    """Whether telling the *admins* tells who reads the owner's notices, if anybody does."""
    owner = bot.settings.owner
    if owner.account is None:
        return bool(admins)
    return owner.account == account and owner.person in admins


def _forwarded(bot: "Bot", turn: Turn, admins: tuple[str, ...], text: str) -> tuple[Write, ...]:
    """*text* waits for each of the *admins*; `Erasure` knows it by the person's number in front."""
    return tuple(_ours(bot, turn, "relay", admin, Text(text)) for admin in admins)


def _ours(bot: "Bot", turn: Turn, kind: str, peer: str, part: Text | Event) -> Write:
    message = InboundMessage(
        turn.chat.account,
        peer,
        peer,
        f"{kind}:{turn.message.msg_id}",
        kind,
        (part,),
        int(time.time()),
    )
    return bot.inbox.forward(message)
