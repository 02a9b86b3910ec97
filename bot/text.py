"""Pure: a text cut by UTF-8 bytes into messages, and planned within a send allowance."""

import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import itemgetter

import regex

CODE_OPENS = " "
CODE_CLOSES = "  "
"""The invisible frame that bot/markdown.py sets around a code block: blank lines of one and of two spaces."""

_BYTES_MIN = 4  # One code point always fits.

_CLUSTER = regex.compile(r"\X")
_OWN_LINK = regex.compile(r'<a href="(?:https?|weixin)://[^"<>\s]*">([^<>]*)</a>')
_UNBROKEN = regex.compile(rf"{_OWN_LINK.pattern}|https?://[\w\-~./?#@!$&'()*+,;=%:]+", regex.ASCII)
_FRAME = regex.compile(rf"^({CODE_OPENS}|{CODE_CLOSES}|[ ]{{0,3}}(?:```|~~~).*)$", regex.MULTILINE)

# Not behind a 【heading】: it belongs to what follows.
_PARAGRAPH = regex.compile(r"(?<!】)\n(?=[ \t]{0,8}\n)")
_SENTENCE = regex.compile(
    r"""[。！？；…]+[”’」』）》】"')\]]*"""
    r"""|(?:(?<![\d.])\.|(?<![!?;.])[!?;.]{2,}+|(?<![!?;])[!?;])["')\]]*+(?=\s)"""
    r"""|(?<!】\n?)\n"""
)
_CLAUSE = regex.compile(r"[，、：]+|(?<=\S)\s")
_CUTS = ((_PARAGRAPH, 2 / 3), (_SENTENCE, 1 / 2), (_CLAUSE, 1 / 2))
"""Where to cut, best first, and how full a part has to be for it: few full parts are worth more."""

_PAIRED = ("```", "~~~", "`", "**", "__", "$$")

_EDGE = regex.compile(r"\s*\n|[^\S\n]+(?![\p{GCB=Extend}\p{GCB=ZWJ}\p{GCB=SpacingMark}])")


@dataclass(frozen=True, slots=True)
class Plan:
    """What is sent now, part by part, and the text that waits behind 「继续」."""

    parts: tuple[str, ...]
    rest: str


def plan(
    text: str,
    *,
    limit_bytes: int,
    parts_max: int,
    mark: Callable[[int, int], str],
    single: str = "",
    more: str = "",
) -> Plan:
    """*text* as at most *parts_max* parts of at most *limit_bytes* UTF-8 bytes, marks included.

    A lone part ends with the line *single*, one of several with `mark(index, count)`, index from 1 and
    count the parts of this plan; where a rest remains, the last part ends with the line *more*. Planning
    the rest again continues the text: nothing is lost or doubled. Raises ValueError where a part would
    have no room beside its marks.
    """
    text = _trimmed(text)
    if not text:
        return Plan((), "")
    if _bytes(text + _line(single)) <= limit_bytes:
        return Plan((text + _line(single),), "")
    counts = range(2, parts_max + 1)
    longest = max((_bytes(_line(mark(i, n))) for n in counts for i in range(1, n + 1)), default=0)
    room = limit_bytes - max(longest, _bytes(_line(single)))
    room_last = room - _bytes(_line(more))
    if room_last < _BYTES_MIN or parts_max < 1:
        raise ValueError("a part has no room beside its marks")
    pieces, rest = _pieces(_fitting_links(text, room_last), room, room_last, parts_max)
    count = len(pieces)
    labels = [single] if count == 1 else [mark(i, count) for i in range(1, count + 1)]
    parts = [piece + _line(label) for piece, label in zip(pieces, labels, strict=True)]
    if rest:
        parts[-1] += _line(more)
    return Plan(tuple(parts), rest)


def split(text: str, limit_bytes: int) -> list[str]:
    """*text* in parts of at most *limit_bytes* UTF-8 bytes (at least 4), without blank edges.

    Cut at the end of a paragraph, else of a sentence or line, else of a clause or word, else between
    grapheme clusters; never inside a link of ours or a bare URL, nor in a code block that fits one part.
    Only white space at the cuts is dropped. A link longer than a part is reduced to its words, and a
    cluster longer than a part is cut between code points. Raises ValueError for a smaller limit.
    """
    if limit_bytes < _BYTES_MIN:
        raise ValueError("a part has to hold at least 4 bytes")
    text = _fitting_links(_trimmed(text), limit_bytes)
    return _pieces(text, limit_bytes, limit_bytes, len(text))[0]


def beginnings(text: str) -> Iterator[str]:
    """Beginnings of Markdown *text* that end with a sentence and leave nothing open; longest first."""
    for end in reversed([match.end() for match in _SENTENCE.finditer(text)]):
        begun = text[:end]
        if not _leaves_open(begun):
            yield begun


def _leaves_open(begun: str) -> bool:
    """Whether *begun* may end inside of a code block, an emphasis, a link or a table."""
    line = begun.rstrip("\n").rpartition("\n")[2]
    in_link = line.rfind("[") > line.rfind("]") or line.rfind("](") > line.rfind(")") or line.endswith("]")
    in_table = line.lstrip(" \t").startswith("|")
    return in_link or in_table or any(begun.count(mark) % 2 for mark in _PAIRED)


def shortened(text: str, most: int) -> str:
    """*text* on one line, at most *most* characters as people count them; `…` where some are left out."""
    clusters = _CLUSTER.findall(_trimmed(" ".join(text.split())))
    return "".join(clusters) if len(clusters) <= most else f"{''.join(clusters[: most - 1])}…"


def indented(words: str) -> str:
    """*words* with every line behind the first set in, so that none can pass for one that begins anew."""
    first, *others = words.splitlines() or [""]
    return "\n".join((first, *(f"　{line}".rstrip() for line in others)))


def half_width(words: str) -> str:
    """*words* with digits and signs as they are written on a keyboard for English: `１２` is `12`."""
    return unicodedata.normalize("NFKC", words)


def fitting(text: str, most_bytes: int) -> str:
    """*text*, or as many whole characters of it as fit with `…` into *most_bytes* of UTF-8."""
    if _bytes(text) <= most_bytes:
        return text
    kept, left = [], most_bytes - _bytes("…")
    for cluster in _CLUSTER.findall(text):
        left -= _bytes(cluster)
        if left < 0:
            break
        kept.append(cluster)
    return f"{''.join(kept)}…"


def _pieces(text: str, room: int, room_last: int, pieces_max: int) -> tuple[list[str], str]:
    """The first *pieces_max* pieces of *text* and what remains; if any, the last fits *room_last*."""
    cutter = _Cutter(text)
    pieces: list[str] = []
    start = 0
    while start < len(text):
        end = cutter.end(start, room)
        last = len(pieces) == pieces_max - 1
        if last and cutter.after(end) < len(text):
            end = cutter.end(start, room_last)
        piece, start = text[start:end].rstrip(), cutter.after(end)
        if piece:
            pieces.append(piece)
            if last:
                break
    return pieces, text[start:]


class _Cutter:
    """Finds the ends of parts in one text; linear in its length."""

    def __init__(self, text: str) -> None:
        self._text = text
        links = ((match.start(), match.end()) for match in _UNBROKEN.finditer(text))
        self._unbroken = [
            [(start, end, _bytes(text[start:end])) for start, end in spans]
            for spans in (_code_blocks(text), links)
        ]

    def after(self, end: int) -> int:
        """Where the next part begins: behind the blank of the cut, before its first indentation."""
        blank = _EDGE.match(self._text, end - (self._text[end - 1] == "\n"))
        return blank.end() if blank else end

    def end(self, start: int, room: int) -> int:
        """The best end of a part that begins at *start* and holds at most *room* bytes."""
        end = start + len(_head(self._text[start : start + room], room))
        if end == len(self._text):
            return end
        around = self._around(end, room)
        if around is not None and around > start:
            end = around
        for cuts, fill in _CUTS:
            floor = start + max(1, int((end - start) * fill))
            for cut in reversed(self._cuts(cuts, floor, end)):
                if self._between_clusters(cut) and self._around(cut, room) is None:
                    return cut
        clusters = [match.end() for match in _CLUSTER.finditer(self._text, start, end + 1)]
        fitting = (cut for cut in clusters[-2:] if cut <= end and self._around(cut, room) is None)
        return max(fitting, default=end)

    def _cuts(self, cuts: "regex.Pattern[str]", floor: int, end: int) -> list[int]:
        """The ends of matches from *floor* to *end*; a lookahead sees a little further."""
        found = cuts.finditer(self._text, max(0, floor - 1), end + 10)
        ends = (match.start() if cuts is _PARAGRAPH else match.end() for match in found)
        return [cut for cut in ends if floor <= cut <= end]

    def _around(self, position: int, room: int) -> int | None:
        """The start of the code block, link or URL around *position*, if it fits into one part."""
        for spans in self._unbroken:
            index = bisect_left(spans, position, key=itemgetter(0)) - 1
            if index >= 0 and position < spans[index][1] and spans[index][2] <= room:
                return spans[index][0]
        return None

    def _between_clusters(self, cut: int) -> bool:
        """Whether no cluster reaches across *cut*, which is at a line break or behind a blank or stop."""
        across = _CLUSTER.match(self._text, cut - 1, cut + 1)
        return across is None or across.end() == cut


def _code_blocks(text: str) -> Iterator[tuple[int, int]]:
    """Where code blocks lie, by their frames; the first frame of a continued text may be a closing one."""
    opened: int | None = None
    first = True
    for frame in _FRAME.finditer(text):
        closes = frame[0] == CODE_CLOSES or (frame[0] != CODE_OPENS and opened is not None)
        if not closes:
            opened = max(0, frame.start() - 1)
        elif opened is not None or first:
            yield opened or 0, frame.end()
            opened = None
        first = False
    if opened is not None:
        yield opened, len(text)


def _fitting_links(text: str, room: int) -> str:
    """*text* with links of ours that are longer than *room* bytes reduced to their words."""
    fitted: str = _OWN_LINK.sub(lambda link: link[0] if _bytes(link[0]) <= room else link[1], text)
    return fitted


def _trimmed(text: str) -> str:
    """*text* without blank edges; half a surrogate pair, which no message can hold, becomes U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").strip()


def _head(text: str, limit_bytes: int) -> str:
    return text.encode()[:limit_bytes].decode(errors="ignore")


def _line(words: str) -> str:
    return f"\n{words}" if words else ""


def _bytes(text: str) -> int:
    return len(text.encode())
