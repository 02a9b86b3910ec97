"""Pure: whether a text holds one of many listed words, however it is written."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable

import regex

_INVISIBLE = regex.compile(r"[\p{DI}\p{Cf}\p{Mn}\p{Me}'’ʼ`]+")
"""Also marks set over letters, and the apostrophe, so that `don't` and `dont` are one word."""
_SENTENCE_ENDS = r".!?。\n\r\v\f\x85\u2028\u2029"
_END = regex.compile(rf"[{_SENTENCE_ENDS}]+")
"""What ends a sentence or a line; NFKC has made the wide forms and `…` of it."""
_BREAK = regex.compile(rf"[,:;、{_SENTENCE_ENDS}]+")
"""What ends a clause."""
_NO_SIGN = regex.compile(r"[^\p{L}\p{N}\n]+")
_UNSPACED = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
"""Scripts that write no blank between words, or glue endings to them."""
_HAS_UNSPACED = regex.compile(_UNSPACED)
_TOKEN = regex.compile(rf"\n|{_UNSPACED}+|[[\p{{L}}\p{{N}}]--{_UNSPACED}]+", regex.V1)


class Words:
    """Many words and phrases; looking for all of them costs about as much as reading the text.

    Width, case, accents set apart and invisible signs do not matter. A phrase with Chinese is found wherever
    its characters follow each other, whatever blanks and signs stand between them; any other only as whole
    words. Nothing is put together from two sentences or lines.
    """

    def __init__(self, phrases: Iterable[str], *, within_clause: bool = False) -> None:
        """What holds no letter or number is left out. *within_clause*: a comma between its characters hides
        a phrase too, and a stop that it begins or ends with has to stand there."""
        self._within_clause = within_clause
        unspaced, spaced = [], []
        for phrase in phrases:
            signs = self._signs(phrase)
            if not within_clause:
                signs = signs.strip()
            if not _NO_SIGN.sub("", signs).strip("\n"):
                continue
            if _HAS_UNSPACED.search(signs):
                unspaced.append(_squeezed(signs))
            else:
                spaced.append(_spaced(signs))
        self._unspaced, self._spaced = _Index(unspaced), _Index(spaced)

    def __len__(self) -> int:
        return len(self._unspaced) + len(self._spaced)

    def found(self, text: str) -> bool:
        """Whether one of them stands in *text*."""
        if not len(self):
            return False
        # A beginning and an end are breaks too.
        signs = self._signs(f"\n{text}\n")
        if self._unspaced.found(_squeezed(signs)) or self._spaced.found(_spaced(signs)):
            return True
        # A blank or a face may end a clause too.
        parted = _squeezed(_NO_SIGN.sub("\n", signs)) if self._within_clause else ""
        return bool(parted) and self._unspaced.found(parted)

    def _signs(self, text: str) -> str:
        """*text* in one width and case, with nothing invisible, and every break as one line break."""
        seen = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text).casefold())
        return (_BREAK if self._within_clause else _END).sub("\n", seen)


class _Index:
    """Forms by their first character: at each place of a text only lengths that occur there are compared."""

    def __init__(self, forms: Iterable[str]) -> None:
        self._forms = frozenset(forms)
        lengths: defaultdict[str, set[int]] = defaultdict(set)
        for form in self._forms:
            lengths[form[0]].add(len(form))
        self._lengths = {first: tuple(sorted(found)) for first, found in lengths.items()}

    def __len__(self) -> int:
        return len(self._forms)

    def found(self, text: str) -> bool:
        forms, lengths = self._forms, self._lengths
        return any(
            text[start : start + length] in forms
            for start, first in enumerate(text)
            if first in lengths
            for length in lengths[first]
        )


def _squeezed(signs: str) -> str:
    """Letters, numbers and breaks alone; breaks with nothing between them are one."""
    return regex.sub(r"\n+", "\n", _NO_SIGN.sub("", signs))


def _spaced(signs: str) -> str:
    """Its words and breaks with one blank around each."""
    return f" {' '.join(_TOKEN.findall(signs))} "
