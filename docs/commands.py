"""Writes docs/commands.md: every chat command, in Chinese and English. `python docs/commands.py`"""

import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from config.wording import Language, load_texts  # noqa: E402
from handlers import commands  # noqa: E402

HEADS: dict[Language, tuple[str, str, str, str]] = {
    "zh": (
        "# 聊天里能用的命令",
        "## 大家都能用",
        "## 管理员才能用，前面要带 `#` 或 `/`",
        "怎么说 | 做什么 | 细说",
    ),
    "en": (
        "# Chat commands",
        "## For everyone",
        "## For admins, with `#` or `/` in front",
        "say | what it does | more",
    ),
}


def page() -> str:
    """Both languages, one after the other."""
    return "\n".join((*_part("zh"), "", *_part("en"), ""))


def _part(language: Language) -> Iterator[str]:
    title, everyone, admins, columns = HEADS[language]
    yield title
    for head, to_admins in ((everyone, False), (admins, True)):
        yield f"\n{head}\n"
        yield f"| {columns} |"
        yield "|---|---|---|"
        # Those that are not taught come last.
        for command in sorted(commands.all_commands(), key=lambda found: (not found.PLACE, found.PLACE)):
            if to_admins == command.ADMINS:
                yield _row(language, command)


def _row(language: Language, command: commands.Command) -> str:
    texts, english = load_texts(language), command.NAMES[0]
    bare = [] if command.ADMINS else [f"「{name}」" for name in command.NAMES[1:]]
    said = [*bare, *(f"`#{name}`" for name in command.NAMES[1:] if command.ADMINS), f"`/{english}`"]
    words = (texts.say(f"commands.{english}.{part}") for part in ("line", "more"))
    return f"| {' '.join(said)} | {' | '.join(text.replace('|', '·') for text in words)} |"


if __name__ == "__main__":
    (HERE / "commands.md").write_text(page(), encoding="utf-8")
