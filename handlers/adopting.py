"""What an owner set up in the platform's console, as lines for yingda.toml and for the chat."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.channels.console import AutoReply, Console, Entry, Rule
from config.menus import is_page

_ITEMS, _NAME_BYTES, _WELCOME_CHARS = 5, 60, 500
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
        items: for `own_items`: the keys of each.
        faqs: lines for the chat; a TOML takes them for comments.
        left: what stays behind, in words.
    """

    welcome: str = ""
    items: list[dict[str, str]] = field(default_factory=list)
    faqs: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def adopted(console: Console) -> Adopted:
    """What becomes of all that *console* holds."""
    found = Adopted()
    if console.welcome is not None:
        _take_welcome(console.welcome, found)
    for rule in console.rules:
        _take_rule(rule, found)
    for entry in console.menu:
        _take_button(entry, found)
    if console.usual is not None:
        found.left.append("没有关键词时的回复，改由模型来答 / other replies: the model answers now")
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
    if found.items:
        tables = (", ".join(f"{key} = {_quoted(value)}" for key, value in one.items()) for one in found.items)
        lines += ["own_items = [", *(f"    {{ {table} }}," for table in tables), "]"]
    if found.faqs:
        lines += [
            "",
            "# 关键词回复：管理员在聊天里一行一行发。",
            "# Keyword replies: an admin sends each in the chat.",
        ]
        lines += found.faqs
    if found.left:
        lines += ["", "# 没法带过来的 / Left behind:", *(f"# · {one}" for one in found.left)]
    return "\n".join((*lines, ""))


def counted(found: Adopted) -> Iterator[str]:
    """How much there is of each, for whoever ran the command."""
    yield f"欢迎语 / welcome: {'✓' if found.welcome else '—'}"
    yield f"菜单 / menu: {len(found.items)}"
    yield f"关键词回复 / keyword replies: {len(found.faqs)}"
    yield from (f"没带过来 / left behind: {one}" for one in found.left)


def _take_welcome(reply: AutoReply, found: Adopted) -> None:
    if not reply.text:
        found.left.append(f"关注后的回复 / the reply to new followers: {_kind(reply.kind)}")
        return
    # Ours fills in what stands between braces: theirs, which mean nothing, must not look like that.
    text = "\n".join(map(_line, reply.text.translate(_BRACES).splitlines())).strip()
    if len(text) > _WELCOME_CHARS:
        found.left.append("关注后的回复太长，后面的没带上 / the end of the reply to new followers: too long")
    found.welcome = text[:_WELCOME_CHARS].strip()


def _take_rule(rule: Rule, found: Adopted) -> None:
    """A line for each keyword; without all of its replies where a console would choose one by chance."""
    named = _line("、".join(rule.keywords))
    texts = [reply.text for reply in rule.replies if reply.text]
    kinds = [reply.kind for reply in rule.replies if not reply.text]
    found.left += [f"关键词 / keywords {named}: {_kind(kind)}" for kind in kinds]
    if not rule.all and len(texts) > 1:
        found.left.append(f"关键词 / keywords {named}: 随机的只留第一条 / only the first reply was kept")
        del texts[1:]
    if texts:
        found.faqs += [_faq(word, "\n".join(texts)) for word in rule.keywords]


def _take_button(entry: Entry, found: Adopted) -> None:
    """One button; one that answers with a text says its own name instead, to which the text is an answer."""
    name = _line(entry.name)
    if entry.kind == "view" and is_page(entry.value):
        does = {"url": entry.value}
    elif entry.kind == "text" and entry.value:
        does = {"says": name}
    else:
        found.left.append(f"菜单 / menu 「{name}」: {_kind(entry.kind)}")
        return
    if not 0 < len(name.encode()) <= _NAME_BYTES or len(found.items) == _ITEMS:
        found.left.append(f"菜单 / menu 「{name}」: 放不下，最多 {_ITEMS} 个 / no room, {_ITEMS} at most")
        return
    found.items.append({"name": name, **does})
    if entry.kind == "text":
        found.faqs.append(_faq(name, entry.value))


def _faq(asked: str, answer: str) -> str:
    return f"#问答 添加 {_line(re.sub('[=＝]', ' ', asked))} = {_line(answer)}"


def _kind(kind: str) -> str:
    return _KINDS.get(kind, _line(kind))


def _line(text: str) -> str:
    """*text* on one line: what a comment holds must not leave it."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _quoted(text: str) -> str:
    """*text* as a TOML string on one line."""
    return json.dumps(text, ensure_ascii=False)
