"""Row 49: every regular expression of the product stays near-linear on hostile text of 100 KB."""

import ast
import importlib
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import regex

from tests.chaos.figures import Figures
from tests.scenarios.house import ROOT

ROOMS = ("bot", "handlers", "config")
MODULES = {"re": re, "regex": regex}
USES = frozenset({"match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"})
ANCHORED = frozenset({"match", "fullmatch"})
SIZES = (1_000, 10_000, 100_000)
"""Characters; a text goes on to the next size when it took long enough to be measured."""
SLACK = 3.0
"""How many times more than its length a longer text may cost; quadratic would be ten times more."""
MEASURED_S = (0.0002, 0.005, 0.05)
"""What takes less is taken for quick: even if it were quadratic, 100 KB would cost two seconds."""

SHORT_ONLY = {
    "config/sources.py:_SUFFIX": "names of environment variables, which their owner sets",
    "bot/text.py:_CLUSTER": "looks at one part of 2 048 bytes at a time",
    "bot/markdown.py:_OWN_LINK": "its marks are taken out of every text: only our own links remain",
    "bot/markdown.py:_OWN_CODE": "as _OWN_LINK",
    **dict.fromkeys(
        (f"config/hours.py:{name}" for name in ("_DASHES", "_BEFORE_A_DIGIT", "_FORM", "_BETWEEN")),
        "hours that the owner wrote",
    ),
    "handlers/connecting/settings_file.py:179": "lines of the owner's own settings",
}
"""Patterns that never see a long text which somebody else wrote, each with the reason."""


@dataclass(frozen=True, slots=True)
class Found:
    """One regular expression: where it stands, and by which methods it is used."""

    where: str
    pattern: Any
    methods: frozenset[str]


def written(node: ast.expr) -> str:
    """The pattern in a call; what is filled in at run time is taken as `shop`."""
    if isinstance(node, ast.JoinedStr):
        parts = (str(part.value) if isinstance(part, ast.Constant) else "shop" for part in node.values)
        return "".join(parts)
    return str(ast.literal_eval(node))


def regexes(path: Path) -> Iterator[Found]:
    """Every regular expression that a module compiles or uses."""
    shown, tree = str(path.relative_to(ROOT)), ast.parse(path.read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    named: dict[ast.AST, str] = {
        node.value: target.id
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(target := node.targets[0], ast.Name)
    }
    used: dict[str, set[str]] = {}
    for call in calls:
        if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name):
            used.setdefault(call.func.value.id, set()).add(call.func.attr)
    for call in calls:
        owner = call.func.value if isinstance(call.func, ast.Attribute) else None
        if not isinstance(owner, ast.Name) or owner.id not in MODULES:
            continue
        method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        if name := named.get(call):
            module = importlib.import_module(
                shown.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            )
            methods = frozenset(used.get(name, set()) & USES) or USES
            yield Found(f"{shown}:{name}", getattr(module, name), methods)
        elif method == "compile" or method in USES:
            compiled = MODULES[owner.id].compile(written(call.args[0]))
            methods = USES if method == "compile" else frozenset({method})
            yield Found(f"{shown}:{call.lineno}", compiled, methods)


FOUND = [
    found
    for room in ROOMS
    for path in sorted((ROOT / room).rglob("*.py"))
    for found in regexes(path)
    if found.where not in SHORT_ONLY
]


def hostile(pattern: str) -> Iterator[tuple[str, str, str]]:
    """Texts made of what *pattern* looks for: a beginning, what is repeated, and an end that disappoints."""
    words = {word for word in re.findall(r"[A-Za-z]{2,}|[:/<>=\"'`*\[\]]{2,}", pattern) if len(word) < 12}
    words |= {"https://", '<a href="https://', "<think>", "token=", "```", "sk-", "://", "<br ", "【】\n"}
    signs = {sign for sign in pattern if not sign.isalnum()}
    signs |= set(" \t\n\x01\x04aA0.:<*\"'`/\u0301\u200d\U0001f1e8\U0001f468中")
    for unit in sorted(words | signs):
        yield "", unit, ""
        yield "", unit, "\x00"
    for word in sorted(words):
        for sign in " \na/":
            yield word, sign, "\x00"
            yield "", word + sign, ""


def took_s(found: Found, text: str) -> float:
    """How long *found* takes with *text* by the slowest of its methods."""
    began = time.thread_time()
    if found.methods - ANCHORED:
        for _ in found.pattern.finditer(text):
            pass
    else:
        getattr(found.pattern, next(iter(found.methods)))(text)
    return time.thread_time() - began


def test_row_49_every_regular_expression_is_found() -> None:
    """The product's source holds as many as were collected."""
    calls = re.compile(rf"\b(?:re|regex)\.(?:compile|{'|'.join(sorted(USES))})\(")
    sources = (path.read_text() for room in ROOMS for path in (ROOT / room).rglob("*.py"))

    assert sum(len(calls.findall(source)) for source in sources) == len(FOUND) + len(SHORT_ONLY)


def check_growth(found: Found, longest: int) -> tuple[float, int]:
    """The longest that *found* took, and for how many texts, of *longest* characters at most.

    Raises AssertionError if it grows too fast.
    """
    slowest, texts = 0.0, 0
    for begin, unit, end in hostile(found.pattern.pattern):
        texts += 1
        before_s = 0.0
        for number, size in enumerate(SIZES[: SIZES.index(longest) + 1]):
            text = begin + unit * (size // len(unit)) + end
            this_s = min(took_s(found, text) for _ in range(3)) if number else took_s(found, text)
            slowest = max(slowest, this_s)
            if number and this_s > MEASURED_S[number]:
                times = SIZES[number] / SIZES[number - 1]
                assert this_s < SLACK * times * before_s, (found.where, text[:30], before_s, this_s)
            if this_s < MEASURED_S[number]:
                break
            before_s = this_s
    return slowest, texts


@pytest.mark.parametrize("longest", [SIZES[1], pytest.param(SIZES[2], marks=pytest.mark.chaos)])
def test_row_49_every_regular_expression_is_near_linear(figures: Figures, longest: int) -> None:
    """No text of 100 KB costs any of them much more than its length."""
    results = [(*check_growth(found, longest), found.where) for found in FOUND]

    slowest_s, _, where = max(results)
    texts = sum(count for _, count, _ in results)
    figures.put(
        "slowest regular expression", f"{slowest_s * 1000:.0f} ms ({where})", "near-linear", f"{texts} texts"
    )


@pytest.mark.parametrize("bad", [r"\s+$", r"a*b", r"\[[^\]]*\]"])
def test_row_49_a_quadratic_one_would_be_noticed(bad: str) -> None:
    """The texts and the bound are such that the usual bad ones fail."""
    with pytest.raises(AssertionError):
        check_growth(Found("here", re.compile(bad, re.DOTALL), USES), SIZES[1])
