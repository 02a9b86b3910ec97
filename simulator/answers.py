"""What the stand-in model says: always the same for the same conversation, and openly no real AI."""

import re
from collections.abc import Sequence
from typing import Any

_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_NONCE = re.compile(r"(?<![A-Za-z0-9])(?=[A-Za-z0-9_-]*\d)[A-Za-z0-9][A-Za-z0-9_-]{3,}")
_LONG = re.compile(r"长文|^\s*long\b|\blong (?:answer|text|article|essay)\b", re.IGNORECASE)
_GO_ON = re.compile(r"直接接着写|\bgo on exactly\b", re.IGNORECASE)
QUOTED_CHARS = 40

Message = dict[str, Any]


def text_of(message: Message) -> str:
    """The words of a chat message, whose content is a string or a list of parts."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "\n".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return ""


def questions(messages: Sequence[Message]) -> list[str]:
    """What the person said, oldest first."""
    return [text_of(message) for message in messages if message.get("role") == "user"]


def answer(messages: Sequence[Message]) -> str:
    """The stand-in's answer to the last question (its special words are in simulator.standin).

    Asked to go on behind the beginning of an answer, it says what is left of that answer.
    """
    if len(messages) > 2 and messages[-2].get("role") == "assistant" and _GO_ON.search(text_of(messages[-1])):
        return answer(messages[:-2]).removeprefix(text_of(messages[-2])) or "。"
    asked = questions(messages)
    last = asked[-1] if asked else ""
    if messages and messages[-1].get("role") == "tool":
        return _tool_answer(last, text_of(messages[-1]))
    if "echo:" in last:
        return last.partition("echo:")[2].lstrip(" ")
    chinese = bool(_CHINESE.search(last))
    if _LONG.search(last):
        return long_answer(chinese=chinese)
    return _chinese(asked) if chinese or not last else _english(asked)


def _quoted(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= QUOTED_CHARS else line[:QUOTED_CHARS] + "…"


_LEARNT = {
    "周末几点关门？": "周末我们开到晚上 9 点，周五也一样。周日下午三点还有故事会，欢迎带孩子来。",
    "给八岁的孩子推荐一本书": "可以看看《昆虫记》的少儿选本：一章一个故事，睡前读一章刚刚好。",
    "帮我写一条周六故事会的通知": "各位同事：周六下午三点，二楼儿童区有故事会，请提前半小时布置好垫子和灯。",
    "会员有哪些优惠？": "会员买书九折，生日当月八五折，每月还能免费参加一次手作课。",
    "When do you close at the weekend?": "At the weekend we are open until 9 p.m., on Fridays too.",
}
"""Answers to the questions that the page proposes; the words are invented, and it is said who says them."""


def _chinese(asked: list[str]) -> str:
    last = asked[-1] if asked else ""
    if last in _LEARNT:
        return f"{_LEARNT[last]}（我是演示用的替身模型，不是真 AI。）"
    lines = ["我是演示用的替身模型，不是真 AI。", f"你这句是「{_quoted(last)}」。"]
    if len(asked) > 1:
        lines.append(f"你刚才问过「{_quoted(asked[-2])}」，这是我们聊的第 {len(asked)} 句，我都记得。")
    lines += [f"你给的记号是 {nonce}。" for nonce in _NONCE.findall(last)]
    lines.append("接上真模型以后，这里就是它的回答。")
    return "".join(lines)


def _english(asked: list[str]) -> str:
    last = asked[-1]
    if last in _LEARNT:
        return f"{_LEARNT[last]} (I am the demo's stand-in model, not a real AI.)"
    lines = ["I am the demo's stand-in model, not a real AI.", f"You wrote “{_quoted(last)}”."]
    if len(asked) > 1:
        lines.append(
            f"Before that you asked “{_quoted(asked[-2])}”; this is sentence {len(asked)} of our talk."
        )
    lines += [f"The mark you gave is {nonce}." for nonce in _NONCE.findall(last)]
    lines.append("Connect a real model and its answer stands here.")
    return " ".join(lines)


def _tool_answer(question: str, result: str) -> str:
    if _CHINESE.search(question) or not question:
        return f"我是替身模型，不是真 AI。查到的结果是：{result}"
    return f"I am a stand-in model, not a real AI. The tool says: {result}"


_CODE = """```python
def greet(name: str) -> str:
    \"\"\"Say hello; **this** is not bold and [this](is) no link.\"\"\"
    return f"你好，{name}！"


print(greet("小雨"))
```"""

_TABLE = "| 书名 | 作者 | 页数 |\n|---|---|---:|\n| 城南旧事 | 林海音 | 232 |\n| 边城 | 沈从文 | 196 |"
_LINK = "[青禾书店的书单](https://a.example/books?from=yingda&page=1)"
_FAMILY = "👩‍👩‍👧‍👦 🧑🏽‍💻 🏳️‍🌈 👍🏿"

_CHAPTER_ZH = (
    "一本书从手稿到书架，要走过选题、编辑、设计、排版、校对、印刷和发行。"
    "编辑先读完整部稿子，记下哪里不顺、哪里重复、哪里还缺一段话；"
    "设计师根据内容定开本、字体和封面；校对要看三遍，才敢放它去印厂。"
    "印厂里纸张要放一天，让它适应车间的湿度，不然套色会偏。"
    "最后，书被装箱、发往各地，直到有人在书店里把它翻开。"
)
_CHAPTER_EN = (
    "A book walks a long way from manuscript to shelf: choosing, editing, design, setting, proofs, print and "
    "delivery. The editor reads it all first and marks what stumbles, what repeats and what is missing; the "
    "designer picks size, face and cover; proofs are read three times before it may go to the printer. "
)


def long_answer(*, chinese: bool) -> str:
    """At least 9 000 bytes of Markdown: headings, a table, fenced code, links, lists and ZWJ emoji."""
    head = "# 一本书是怎么做出来的" if chinese else "# How a book is made"
    notice = (
        "（我是替身模型，不是真 AI，这是一篇演示长文。）"
        if chinese
        else "(From the stand-in model, no real AI.)"
    )
    chapter = _CHAPTER_ZH if chinese else _CHAPTER_EN * 2
    parts = [head, notice]
    for number in range(1, 19):
        title = f"## 第 {number} 节 **要点**" if chinese else f"## Part {number} **in short**"
        parts += [title, chapter, f"- *{number}.1* {_LINK}\n- `code {number}` {_FAMILY}"]
        if number in (3, 12):
            parts += [_TABLE, _CODE]
    parts.append("全文完。" if chinese else "The end.")
    return "\n\n".join(parts)
