"""A welcome that an admin wrote: what is filled in, and that nothing else is read as a template."""

import pytest

from handlers.welcome import filled, strange_braces

NAMES = {"assistant": "小答", "title": "青禾书店", "examples": "· 几点关门？\n· {title}"}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("你好，我是{assistant}", "你好，我是小答"),
        ("{title}的{assistant}\n{examples}", "青禾书店的小答\n· 几点关门？\n· {title}"),
        ("{assistant.__class__} {0} {{title}}", "{assistant.__class__} {0} {青禾书店}"),
        ("%s {assistant!r} {assistant:>9}", "%s {assistant!r} {assistant:>9}"),
        ("", ""),
    ],
)
def test_three_names_are_filled_in_and_nothing_else(written: str, read: str) -> None:
    """Words that came from the settings are no template either."""
    assert filled(written, NAMES) == read


def test_a_line_without_its_name_is_left_out() -> None:
    """As in the welcome of the settings."""
    assert (
        filled("你好\n来自{title}\n{examples}\n再见", {**NAMES, "title": "", "examples": ""}) == "你好\n再见"
    )


@pytest.mark.parametrize("written", ["{name}", "{", "}", "{}", "{assistant!r}", "{0}", "{{title}}", "{title"])
def test_other_braces_are_refused(written: str) -> None:
    """Whoever wrote them meant something that would not happen."""
    assert strange_braces(written)


@pytest.mark.parametrize("written", ["你好", "{assistant}{title}\n{examples}", "%s (a) [b]"])
def test_the_three_and_no_braces_are_taken(written: str) -> None:
    """And whatever is no brace."""
    assert not strange_braces(written)
