"""What an owner set up in the platform's console, as lines for yingda.toml and for the chat."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.channels.console import AutoReply, Console, Entry, Rule
from bot.likeness import ASKED_CHARS, tokens
from config.menus import is_page
from handlers import commands
from handlers.commands.faq import ANSWER_CHARS, ENTRIES_MOST, WORD_CHARS

_TOPS, _ITEMS, _TOP_BYTES, _ITEM_BYTES = 3, 5, 16, 60
_WELCOME_CHARS = 500
_PARTED = re.compile(r"[\s,，、+＋=＝]")
"""What /faq parts keywords by, or reads as the beginning of the answer."""
_BY_WORDS = re.compile(r"(?:keywords?|关键词)(?!\S)", re.IGNORECASE)
"""The word from which on /faq reads keywords."""
_BRACES = str.maketrans("{}", "（）")
_KINDS = {
    "img": "图片 / picture",
    "photo": "图片 / picture",
    "voice": "语音 / voice",
    "video": "视频 / video",
    "news": "图文 / article",
    "miniprogram": "小程序 / mini program",
    "click": "别的程序的按钮 / a button of another program",
}


@dataclass(slots=True)
class Adopted:
    """What can be taken along, and what cannot.

    Attributes:
        welcome: the greeting; empty where there is none.
        menu: for `menu`: the keys of each button, and of those in it.
        faqs: messages for the chat, some of several lines.
        left: what stays behind, in words, and what it holds.
    """

    welcome: str = ""
    menu: list[dict[str, Any]] = field(default_factory=list)
    faqs: list[str] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)


def adopted(console: Console) -> Adopted:
    """What becomes of all that *console* holds."""
    found = Adopted()
    if console.welcome is not None:
        _take_welcome(console.welcome, found)
    for rule in console.rules:
        _take_rule(rule, found)
    for top in console.menu:
        table = _button(top, found, most_bytes=_TOP_BYTES, room=len(found.menu) < _TOPS)
        if table:
            found.menu.append(table)
    if console.usual is not None:
        why = "没有关键词时的回复，改由模型来答 / other replies: the model answers now"
        found.left.append((why, console.usual.content))
    return found


def snippet(account: str, found: Adopted) -> str:
    """A TOML with everything; what is not a setting stands in comments."""
    lines = [
        f"# 公众号 {account} 在控制台里设过的。要的几行，挪进 yingda.toml。",
        f"# What the console of {account} had. Move what you want to keep into yingda.toml.",
        f"[accounts.{account}]",
    ]
    if found.welcome:
        lines.append(f"welcome = {_quoted(found.welcome)}")
    if found.menu:
        lines += [
            "",
            "# 菜单，顶替自带的那套；放在本账号别的设置后面。",
            "# The menu, in the place of the default one; it stands behind the account's other settings.",
        ]
    for table in found.menu:
        lines += [f"[[accounts.{account}.menu]]", *_written(table)]
    if found.faqs:
        lines += [
            "",
            "# 关键词回复：管理员在聊天里一条一条发。有几行的，去掉后面几行开头的「# 」，合成一条发。",
            "# Keyword replies: an admin sends each in the chat; one of several lines as one message,",
            "# without the `# ` before the second and later lines.",
        ]
        lines += (line for one in found.faqs for line in one.replace("\n", "\n# ").splitlines())
    if found.left:
        lines += ["", "# 没法带过来的 / Left behind:"]
    for what, held in found.left:
        lines += [f"# · {what}", *(f"#   {line}" for line in _lines(held).splitlines())]
    return "\n".join((*map(str.rstrip, lines), ""))


def counted(found: Adopted) -> Iterator[str]:
    """How much there is of each, for whoever ran the command."""
    yield f"欢迎语 / welcome: {'✓' if found.welcome else '—'}"
    yield f"菜单 / menu: {sum(len(one.get('items', '1')) for one in found.menu)}"
    yield f"关键词回复 / keyword replies: {len(found.faqs)}"
    yield from (f"没带过来 / left behind: {what}" for what, _ in found.left)


def _take_welcome(reply: AutoReply, found: Adopted) -> None:
    if reply.kind != "text":
        found.left.append((f"关注后的回复 / the reply to new followers: {_kind(reply.kind)}", reply.content))
        return
    # Ours fills in what stands between braces: theirs, which mean nothing, must not look like that.
    text = _lines(reply.content.translate(_BRACES))
    found.welcome, rest = text[:_WELCOME_CHARS].strip(), text[_WELCOME_CHARS:]
    if rest:
        why = "关注后的回复太长，后面的没带上 / the end of the reply to new followers: too long"
        found.left.append((why, rest))


def _take_rule(rule: Rule, found: Adopted) -> None:
    """A message for each keyword; without all of its replies where a console would choose one by chance."""
    named = f"关键词 / keywords {_line('、'.join(word.text for word in rule.keywords))}"
    texts = [_lines(reply.content) for reply in rule.replies if reply.kind == "text"]
    others = [reply for reply in rule.replies if reply.kind != "text"]
    found.left += [(f"{named}: {_kind(reply.kind)}", reply.content) for reply in others]
    if not rule.all and len(texts) > 1:
        why = f"{named}: 随机的只留第一条 / only the first reply was kept"
        found.left.append((why, "\n".join(texts[1:])))
        del texts[1:]
    if not texts:
        return
    for word in rule.keywords:
        refused = _take_faq(word.text, "\n".join(texts), found, contains=word.contains)
        if refused:
            found.left.append((f"关键词 / keyword {_line(word.text)}: {refused}", "\n".join(texts)))


def _button(entry: Entry, found: Adopted, *, most_bytes: int, room: bool) -> dict[str, Any] | None:
    """The keys of a button; one that answers with a text says its name, to which the text is an answer."""
    name = _line(entry.name)
    fits = room and 0 < len(name.encode()) <= most_bytes
    if entry.entries:
        items: list[dict[str, Any]] = []
        for inner in entry.entries:
            table = _button(inner, found, most_bytes=_ITEM_BYTES, room=fits and len(items) < _ITEMS)
            items += [table] if table else []
        return {"name": name, "items": items} if items else None
    opens = entry.kind == "view" and is_page(entry.value) and entry.value.isprintable()
    if not opens and entry.kind != "text":
        refused = _kind(entry.kind)
    elif not fits:
        refused = "放不下或名字太长 / no room, or its name is too long"
    else:
        refused = "" if opens else _take_faq(name, _lines(entry.value), found, contains=False)
    if refused:
        found.left.append((f"菜单 / menu 「{name}」: {refused}", entry.value))
        return None
    return {"name": name, **({"url": entry.value} if opens else {"says": name})}


def _take_faq(asked: str, answer: str, found: Adopted, *, contains: bool) -> str:
    """Take it along as a message that /faq takes; else why it would not."""
    asked = _line(asked)
    question = asked if contains else _line(re.sub("[=＝]", " ", asked))
    called = None if contains else commands.parse(question)
    if not tokens(question) or not answer:
        return "没有字 / no words"
    if len(question) > (WORD_CHARS if contains else ASKED_CHARS):
        return "关键词太长 / the keyword is too long"
    if len(answer) > ANSWER_CHARS:
        return f"回复太长，最多 {ANSWER_CHARS} 字 / longer than {ANSWER_CHARS} characters"
    if called is not None and called.command is not None:
        return "和命令重名 / a command has that name"
    if _PARTED.search(question) if contains else _BY_WORDS.match(question):
        return "「#问答」写不了这样的关键词 / no such keyword can be written for /faq"
    if len(found.faqs) == ENTRIES_MOST:
        return f"最多 {ENTRIES_MOST} 条 / {ENTRIES_MOST} at most"
    found.faqs.append(f"#问答 添加 {'关键词 ' if contains else ''}{question} = {answer}")
    return ""


def _written(table: dict[str, Any]) -> Iterator[str]:
    """The lines of a table of the menu."""
    for key, value in table.items():
        if key != "items":
            yield f"{key} = {_quoted(value)}"
            continue
        yield "items = ["
        for one in value:
            yield f"    {{ {', '.join(f'{inner} = {_quoted(held)}' for inner, held in one.items())} }},"
        yield "]"


def _kind(kind: str) -> str:
    return _KINDS.get(kind, _line(kind))


def _line(text: str) -> str:
    """*text* on one line: what a comment holds must not leave it."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _lines(text: str) -> str:
    """*text* with its line breaks, and no other sign that cannot be seen."""
    return "\n".join(map(_line, text.splitlines())).strip()


def _quoted(text: str) -> str:
    """*text* as a TOML string on one line."""
    return json.dumps(text, ensure_ascii=False)
