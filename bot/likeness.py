"""Pure: which of the owner's questions a text asks: the same, in other words, or all of its keywords.

A wrong answer in the owner's name is worse than none, because then the model answers. So only what cannot
change the meaning is overlooked: politeness, particles, other words for the same. Likeness in figures would
do harm: 「周末几点关门」 and 「周末几点开门」 differ in one sign of six. So would it in typing: `desert` is
`dessert` but for one letter.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

ASKED_CHARS = 200
"""A longer text asks none of the questions."""
KEYWORDS_WITHIN = 40
"""A text of more words, or Chinese signs, says too much for its keywords to be what it is about."""

_TOKEN = re.compile(r"\d+(?:[.:]\d+)*|[^\W\d_\u2e80-\U0003ffff]+[+#]*|[^\W\d_]")
_PARTICLES = re.compile(r"(?:[吗呢啊呀呐哦喔哈嘛]|(?<![什怎这那])么)+(?=\W|$)")
"""Only where a clause ends. 吧 is none of them (「有酒吧吗」), nor are 了 and 啦 (「退款了吗」)."""


def _either(chinese: str, english: str) -> re.Pattern[str]:
    return re.compile(rf"{chinese}|(?<![a-z])(?:{english})(?![a-z])")


_SAME = (
    (re.compile(r"n['’]t(?![a-z])"), " not"),
    (_either("多少钱|多少元|几块钱|几元|[什啥]么?价钱?|价格|价钱", "how much|price"), " howmuch "),
    (_either("[什啥]么?时[候间]|几点钟?|何时|几时", "what time"), " when "),
    (re.compile("哪里|哪儿|[什啥]么?(?:地方|位置)|哪"), " where "),
    (re.compile("怎么样"), " good "),
    (_either("我?[该要]?(?:怎么|怎样|如何|咋)", "how (?:(?:do|can|should) i|to)"), " how "),
    (re.compile("什么|啥"), " what "),
    (re.compile(r"(\w)[不没]\1"), r"\1"),  # 「开不开」 asks what 「开吗」 does.
    (_either("可以|能否|能", "could"), " can "),
)
_OVERLOOKED = _either(
    "请问|您好|你好|麻烦|我?想问一?下?|我?想知道|问一?下|一下|[你您]们?|[的是]",
    "please|hi|hello|hey|the|an|is|are|do|does|you|your",  # not `a`: there may be plan A and plan B
)


@dataclass(frozen=True, slots=True)
class Known:
    """One question of the owner's, with its answer; with *words* it is asked by a text that has them all."""

    number: int
    question: str
    answer: str
    words: tuple[str, ...] = ()


class Questions:
    """All questions of an account, arranged so that a text is looked up in no time."""

    def __init__(self, entries: Sequence[Known] = ()) -> None:
        self.entries = tuple(sorted(entries, key=lambda entry: entry.number))
        # Of two entries with the same question the older one counts.
        whole = [entry for entry in reversed(self.entries) if not entry.words]
        self._same = {"".join(tokens(entry.question)): entry for entry in whole}
        alike = {gist(entry.question): entry for entry in whole}
        self._alike = {asked: entry for asked, entry in alike.items() if asked}  # not politeness alone
        words = [(entry, [tokens(word) for word in entry.words]) for entry in self.entries if entry.words]
        self._words = sorted(words, key=lambda found: -len(found[1]))

    def asked(self, text: str) -> Known | None:
        """The entry that *text* asks: the same words first, then other words for it, then most keywords."""
        if not self.entries or len(text) > ASKED_CHARS:
            return None
        said = tokens(text)
        return self._same.get("".join(said)) or self._alike.get(gist(text)) or self._by_words(said)

    def same(self, entry: Known) -> Known | None:
        """The entry that the very same words ask as *entry*."""
        if not entry.words:
            return self._same.get("".join(tokens(entry.question)))
        wanted = {tokens(word) for word in entry.words}
        return next((one for one, words in self._words if set(words) == wanted), None)

    def _by_words(self, said: tuple[str, ...]) -> Known | None:
        if len(said) > KEYWORDS_WITHIN:
            return None
        return next((one for one, words in self._words if all(_within(word, said) for word in words)), None)


def tokens(text: str) -> tuple[str, ...]:
    """The words of *text*, and its Chinese signs one by one, without case, width, blanks and punctuation."""
    return tuple(_TOKEN.findall(_plain(text)))


def gist(text: str) -> tuple[str, ...]:
    """The tokens of *text* without what does not change its meaning."""
    said = _PARTICLES.sub(" ", _plain(text))
    for pattern, word in _SAME:
        said = pattern.sub(word, said)
    return tuple(_TOKEN.findall(_OVERLOOKED.sub(" ", said)))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _within(word: tuple[str, ...], said: tuple[str, ...]) -> bool:
    return any(said[at : at + len(word)] == word for at in range(len(said) - len(word) + 1))
