"""/faq 问答: questions that the owner answers in advance; they need no model."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.likeness import ASKED_CHARS, Known, Questions, tokens
from bot.messages import Reply
from bot.store.faq import VERSION
from bot.store.inbox import Turn
from bot.store.memory import Recalled
from bot.store.turns import Plan
from bot.text import half_width, shortened
from config.wording import Texts
from handlers import commands, rights
from handlers.reply import planned, told
from handlers.words import texts_of

if TYPE_CHECKING:
    from bot.wiring.bot import Bot

NAMES = ("faq", "问答")
ADMINS = True
CUTS = False
PLACE = 205

ENTRIES_MOST = 500
ANSWER_CHARS = 500
"""So long an answer fits into one message of every channel."""
WORDS_MOST, WORD_CHARS = 5, 20
_PAGE = 10
_SHOWN_CHARS = 24
_ADD, _LIST, _DROP = ("add", "添加", "加", "新增"), ("list", "列表"), ("del", "delete", "删除", "删")
_KEYWORDS = ("keywords", "keyword", "关键词")
_FORM = re.compile(r"([^=＝]*)[=＝]+[>＞]?(.*)", re.DOTALL)
_BETWEEN = re.compile(r"[\s,，、+＋]+")


def run(bot: "Bot", turn: Turn, recalled: Recalled, argument: str) -> Plan:
    """`添加 问 = 答`, `添加 关键词 发货 快递 = 答`, `列表 2`, `删除 3`; `3` shows one; else what to send."""
    known = bot.faq.of(turn.chat.account, recalled.changes.get(VERSION, ""))
    verb, rest = (*argument.split(None, 1), "", "")[:2]
    verb = half_width(verb).lower()
    if verb in _DROP:
        return _dropped(bot, turn, recalled, known, rest)
    if verb in _LIST:
        return _page(bot, turn, recalled, known, rest)
    if verb.isdecimal() and not rest:
        return _whole(bot, turn, recalled, known, verb)
    form = _FORM.fullmatch(rest if verb in _ADD else argument)
    entry = _written(form[1], form[2]) if form else None
    if entry is None:
        return told(bot, turn, recalled, "faq_how", count=len(known.entries))
    return _kept(bot, turn, recalled, known, entry)


def _written(question: str, answer: str) -> Known | None:
    """The entry as an admin wrote it, without a number; None where a part of it is missing."""
    first, words = (*question.split(None, 1), "", "")[:2]
    by_words: tuple[str, ...] = ()
    if first.lower() in _KEYWORDS:
        by_words = tuple(dict.fromkeys(word for word in _BETWEEN.split(words) if tokens(word)))
        question = " ".join(by_words)
    question, answer = " ".join(question.split()), answer.strip()
    return Known(0, question, answer, by_words) if tokens(question) and answer else None


def _kept(bot: "Bot", turn: Turn, recalled: Recalled, known: Questions, entry: Known) -> Plan:
    """The entry is answered from the next message on; the same question once more changes its answer."""
    account = turn.chat.account
    limits = {"chars": ASKED_CHARS, "answers": ANSWER_CHARS, "count": WORDS_MOST}
    longest = max((len(word) for word in entry.words), default=0)
    if (
        len(entry.question) > ASKED_CHARS
        or len(entry.answer) > ANSWER_CHARS
        or len(entry.words) > WORDS_MOST
        or longest > WORD_CHARS
    ):
        return told(bot, turn, recalled, "faq_too_long", writes=(), **limits)
    called = None if entry.words else commands.parse(entry.question)
    if called is not None and called.command is not None:
        return told(bot, turn, recalled, "faq_is_a_command", word=shortened(entry.question, _SHOWN_CHARS))
    same = known.same(entry)
    if same is None and len(known.entries) >= ENTRIES_MOST:
        return told(bot, turn, recalled, "faq_full", count=ENTRIES_MOST)
    entry = replace(entry, number=same.number if same else bot.faq.next_number(account))
    deed = rights.audited(bot, turn, recalled, f"faq {'change' if same else 'add'} {entry.number}")
    writes = (*bot.faq.keep(account, entry), deed)
    key = "faq_changed" if same else "faq_added"
    question = _asked(texts_of(bot, turn, recalled), entry)
    return told(bot, turn, recalled, key, number=entry.number, question=question, writes=writes)


def _dropped(bot: "Bot", turn: Turn, recalled: Recalled, known: Questions, named: str) -> Plan:
    entry = _find(known, named)
    if entry is None:
        return told(bot, turn, recalled, "faq_no_such", word=shortened(named, _SHOWN_CHARS))
    writes = (
        *bot.faq.drop(turn.chat.account, entry.number),
        rights.audited(bot, turn, recalled, f"faq del {entry.number}"),
    )
    question = _asked(texts_of(bot, turn, recalled), entry)
    return told(bot, turn, recalled, "faq_dropped", number=entry.number, question=question, writes=writes)


def _whole(bot: "Bot", turn: Turn, recalled: Recalled, known: Questions, named: str) -> Plan:
    entry = _find(known, named)
    if entry is None:
        return told(bot, turn, recalled, "faq_no_such", word=shortened(named, _SHOWN_CHARS))
    question = _asked(texts_of(bot, turn, recalled), entry, ASKED_CHARS)
    return told(bot, turn, recalled, "faq_entry", number=entry.number, question=question, answer=entry.answer)


def _page(bot: "Bot", turn: Turn, recalled: Recalled, known: Questions, named: str) -> Plan:
    """Ten at a time; a page that is not there is the last or the first one."""
    if not known.entries:
        return told(bot, turn, recalled, "faq_how", count=0)
    texts = texts_of(bot, turn, recalled)
    count = -(-len(known.entries) // _PAGE)
    wanted = int(named) if named.isdecimal() and len(named) < len(str(ENTRIES_MOST)) + 1 else 1
    page = min(max(wanted, 1), count)
    lines = [texts.say("faq_page", index=page, count=count)]
    for entry in known.entries[(page - 1) * _PAGE : page * _PAGE]:
        question, answer = _asked(texts, entry), shortened(entry.answer, _SHOWN_CHARS)
        lines.append(texts.say("faq_line", number=entry.number, question=question, answer=answer))
    if page < count:
        lines.append(texts.say("faq_next", index=page + 1))
    return planned(bot, turn, recalled, Reply.of("\n".join(lines)), state="command")


def _find(known: Questions, named: str) -> Known | None:
    number = half_width(named).strip()
    return next((entry for entry in known.entries if str(entry.number) == number), None)


def _asked(texts: Texts, entry: Known, most: int = _SHOWN_CHARS) -> str:
    """What asks for *entry*, as admins read it."""
    question = shortened(entry.question, most)
    if not entry.words:
        return question
    return texts.say("faq_words", words=question)
