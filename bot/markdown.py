"""Pure: the Markdown a model writes, turned into what a WeChat or WeCom text message shows.

Nothing but words, line breaks and links made here ever leaves (protocol F): every other tag is inert.
"""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

CODE_OPENS = " "
CODE_CLOSES = "  "
"""The frame of a code block is invisible: the blank line above holds one space, the one below two.
So bot/text.py, which has the same two, sees where not to cut, and only the code is shown and copied."""

_LEVELS_MAX = 18
_COLUMN_NAME_MAX = 40  # A longer name is not repeated in every row of its table.
_URL_MAX = 1500  # A longer one would not fit into a message beside its words.

# Control characters cannot come from outside (they are removed first), so they mark what was made here.
_LINK, _WORDS, _LINK_END, _CODE, _CODE_END = "\x01", "\x02", "\x03", "\x04", "\x05"
_OWN_LINK = re.compile(f"{_LINK}([^{_WORDS}]*){_WORDS}([^{_LINK_END}]*){_LINK_END}")
_OWN_CODE = re.compile(f"({_CODE}[^{_CODE_END}]*{_CODE_END})")

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_ANCHOR = re.compile(r"<(?=/?a(?![a-z0-9_]))", re.IGNORECASE)
_WEIXIN = re.compile(r"(weixin):", re.IGNORECASE)
_WEB = re.compile(r"https?://[^\s\"'<>]+", re.IGNORECASE)
_URL_TAIL = re.compile(r"://[\w~\-./?#@!$&'()+,;=%:]+", re.ASCII)
_BREAK_TAG = re.compile(r"<br\s{0,3}/?>\n?", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:a|abbr|b|big|blockquote|center|code|dd|del|details|div|dl|dt|em|font|h[1-6]|hr|i|iframe|img|ins|kbd|li"
    r"|mark|ol|p|pre|s|script|small|span|strong|style|sub|summary|sup|table|tbody|td|th|thead|tr|u|ul)"
    r"(?:[\s/][^<>]*)?>",
    re.IGNORECASE,
)
_STARS = re.compile(r"(?<!\*)(?:(?<=\S)\*\*|\*\*(?=\S))(?!\*)")
_BLANK_LINES = re.compile(r"\A(?:[ \t]*\n)+")


def plain(markdown: str, *, links: bool) -> str:
    """What a text message shows of *markdown*; never raises, on unfinished or hostile input neither.

    With *links* an http(s) link is `<a href="…">words</a>`, else `words（url）`; no other `<a` and no
    `weixin:` address comes out, in code and in other links' addresses neither.
    """
    tokens = _PARSER.parse(whole(markdown.replace("\r\n", "\n").replace("\r", "\n")))
    for token in tokens:
        if token.type == "inline":
            token.content, token.children = _inline(token.children or []), None
    shown = _blocks(SyntaxTreeNode(tokens).children)
    return _materialise(shown, links=links)


def whole(text: str) -> str:
    """*text* without control characters but line break and tab; half a surrogate pair becomes U+FFFD."""
    return _SURROGATE.sub("\ufffd", _CONTROL.sub("", text))


def _materialise(shown: str, *, links: bool) -> str:
    """Break up every tag and address that could act, then write the links that were made here."""
    shown = _ANCHOR.sub("< ", shown).replace(f"<{_LINK}", f"< {_LINK}")

    def link(match: re.Match[str]) -> str:
        url, words = match[1].replace("：", "%3A"), match[2]
        if links:
            return f'<a href="{url}">{words.replace("<", "＜").replace(">", "＞")}</a>'
        return f"{words}（{url}）"

    shown = _OWN_LINK.sub(link, _WEIXIN.sub(r"\1：", shown))
    return _BLANK_LINES.sub("", shown).rstrip()


def _blocks(nodes: Sequence[SyntaxTreeNode], *, gap: str = "\n\n") -> str:
    return _stack([text for node in nodes if (text := _BLOCKS[node.type](node))], gap)


def _stack(texts: Sequence[str], gap: str) -> str:
    """*texts* below each other; the frame of a code block is the gap beside it."""
    shown = list(texts[:1])
    for above, below in pairwise(texts):
        framed = above.endswith(f"\n{CODE_CLOSES}") or below.startswith(f"{CODE_OPENS}\n")
        shown += ["\n" if framed else gap, below]
    return "".join(shown)


def _words(node: SyntaxTreeNode) -> str:
    return "".join(child.content for child in node.children if child.type == "inline").strip()


def _heading(node: SyntaxTreeNode) -> str:
    words = _words(node).replace("\n", " ")
    return words if words.startswith("【") or not words else f"【{words}】"


def _code(node: SyntaxTreeNode) -> str:
    lines = [line.rstrip() for line in node.content.rstrip().split("\n")]
    return "\n".join([CODE_OPENS, *lines, CODE_CLOSES]) if any(lines) else ""


def _quote(node: SyntaxTreeNode) -> str:
    lines = _blocks(node.children).split("\n")
    return "\n".join(f"｜ {line}".rstrip() for line in lines) if any(lines) else ""


def _items(node: SyntaxTreeNode) -> str:
    """The items of a list; apart by a blank line only where one holds more than words and lists."""
    simple = {"paragraph", "bullet_list", "ordered_list"}
    roomy = any(
        sum(child.type == "paragraph" for child in item.children) > 1
        or any(child.type not in simple for child in item.children)
        for item in node.children
    )
    first = int(node.attrs.get("start", 1))
    marks = [f"{first + i}. " if node.type == "ordered_list" else "· " for i in range(len(node.children))]
    texts = [_item(_blocks(item.children, gap="\n"), m) for item, m in zip(node.children, marks, strict=True)]
    return _stack(texts, "\n\n" if roomy else "\n")


def _item(text: str, marker: str) -> str:
    for box, shown in (("[ ] ", "☐ "), ("[x] ", "☑ "), ("[X] ", "☑ ")):
        if text.startswith(box):
            text = shown + text.removeprefix(box)
    if text.startswith(f"{CODE_OPENS}\n"):
        text = f"\n{text}"
    first, *others = text.split("\n")
    return "\n".join([(marker + first).rstrip(), *(f"  {line}" if line.strip() else line for line in others)])


def _table(node: SyntaxTreeNode) -> str:
    """Every row as an item, every cell on a line of its own as `column：value`: readable on a phone."""
    head, *body = [
        [_words(cell).replace("\n", " ") for cell in row.children]
        for part in node.children
        for row in part.children
    ]
    if not body or len(head) == 1:
        return "\n".join(" | ".join(row) for row in (head, *body))
    return "\n".join(filter(None, (_row(head, cells) for cells in body)))


def _row(head: list[str], cells: list[str]) -> str:
    named = [
        f"{name}：{cell}" if name and len(name) <= _COLUMN_NAME_MAX else cell
        for name, cell in zip(head, cells, strict=False)
        if cell
    ]
    return "· " + "\n  ".join(named) if named else ""


_BLOCKS: dict[str, Callable[[SyntaxTreeNode], str]] = {
    "paragraph": _words,
    "heading": _heading,
    "fence": _code,
    "code_block": _code,
    "blockquote": _quote,
    "bullet_list": _items,
    "ordered_list": _items,
    "table": _table,
    "hr": lambda _node: "———",
    "too_deep": lambda node: node.content.strip(),
}


def _inline(tokens: Sequence[Token]) -> str:
    """The words of one run: marks gone, links and code between signs of our own."""
    shown: list[str] = []
    opened: list[tuple[str, int]] = []
    for token in tokens:
        if token.type == "link_open":
            opened.append((str(token.attrs["href"]), len(shown)))
        elif token.type == "link_close":
            href, since = opened.pop()
            words = "".join(shown[since:])
            shown[since:] = [_link(href, words)]
        elif token.type == "image":
            alt = _inline(token.children or [])
            shown.append(alt if opened else _link(str(token.attrs["src"]), alt))
        elif token.type == "code_inline":
            shown.append(f"{_CODE}{token.content}{_CODE_END}")
        elif token.type in ("softbreak", "hardbreak"):
            shown.append("\n")
        else:
            shown.append(whole(token.content.replace("\xa0", " ").replace("\r", "\n")))
    return _without_marks("".join(shown))


def _link(href: str, words: str) -> str:
    words = " ".join(_without_marks(words).split())
    if not _WEB.fullmatch(href) or len(href) > _URL_MAX:
        return words
    if words in ("", href, href.removesuffix("/")):
        return href
    return f"{_LINK}{href}{_WORDS}{words}{_LINK_END}"


def _without_marks(words: str) -> str:
    """*words* without HTML tags and without the `**` that CommonMark leaves beside Chinese punctuation.

    `**重点：**内容` is bold to every model that writes it, but to no CommonMark parser.
    """
    pieces = _OWN_CODE.split(words)
    pieces[::2] = [_TAG.sub("", _BREAK_TAG.sub("\n", piece)) for piece in pieces[::2]]
    if sum(len(_STARS.findall(piece)) for piece in pieces[::2]) % 2 == 0:
        pieces[::2] = [_STARS.sub("", piece) for piece in pieces[::2]]
    return "".join(pieces).replace(_CODE, "").replace(_CODE_END, "")


def _too_deep(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Keep as they are the lines that are nested deeper than markdown-it reads: it would drop them."""
    if state.level < _LEVELS_MAX or silent:
        return False
    token = state.push("too_deep", "", 0)
    token.content = state.getLines(start, end, state.blkIndent, False)
    state.line = end
    return True


def _bare_url(state: StateInline, silent: bool) -> bool:
    """Take a bare URL as it stands: `/__init__.py` holds no bold word."""
    if not state.src[max(0, state.pos - 5) : state.pos].lower().endswith(("http", "https")):
        return False
    tail = _URL_TAIL.match(state.src, state.pos, state.posMax)
    if tail is None:
        return False
    if not silent:
        state.pending += tail[0]
    state.pos = tail.end()
    return True


def _parser() -> MarkdownIt:
    # Link definitions stay visible as the sources they usually are; expanded they could also multiply.
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": _LEVELS_MAX + 2})
    parser.enable(["table", "strikethrough"]).disable(["reference", "html_block", "html_inline"])
    parser.block.ruler.before("table", "too_deep", _too_deep)
    parser.inline.ruler.before("escape", "bare_url", _bare_url)
    # Every address is parsed as a link, so that a refused one loses its address instead of showing it.
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    return parser


_PARSER = _parser()
