"""Personas: what the assistant can be besides itself, one Markdown file each in config/personas."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from config.problems import ConfigError
from config.wording import Language

FOLDER = Path(__file__).parent / "personas"
_FORM = re.compile(
    r"# (?P<zh>\S{1,10}) · (?P<en>[a-z][a-z0-9_]{0,19})\n\n"
    r"> (?P<line_zh>[^\n]+)\n> (?P<line_en>[^\n]+)\n\n(?P<system>.+)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Persona:
    """One role.

    Attributes:
        zh, en: its names; people call it by either.
        line_zh, line_en: what it is good for, in a few words.
        system: what the model is told behind the account's own text.
    """

    zh: str
    en: str
    line_zh: str
    line_en: str
    system: str

    def name(self, language: Language) -> str:
        """As it is called in *language*."""
        return self.zh if language == "zh" else self.en

    def line(self, language: Language) -> str:
        """What it is good for, in *language*."""
        return self.line_zh if language == "zh" else self.line_en


def load_personas(folder: Path = FOLDER) -> dict[str, Persona]:
    """Every persona of *folder* by its English name. Raises ConfigError naming a file of another form."""
    found = {}
    for path in sorted(folder.glob("*.md")):
        form = _FORM.fullmatch(path.read_text(encoding="utf-8").strip())
        if form is None or form["en"] != path.stem:
            raise ConfigError(
                f"config/personas/{path.name} has not the form of a persona: `# 名字 · {path.stem}`, a blank "
                f"line, two lines `> …` (Chinese, English), a blank line, and what the model is told"
            )
        found[path.stem] = Persona(**form.groupdict())
    return found


def find(personas: Mapping[str, Persona], named: str) -> Persona | None:
    """The persona called *named* in either language."""
    name = named.strip().lower()
    return next((one for one in personas.values() if name in (one.zh, one.en)), None)
