"""Which lines may be answered together with others: talk, and nothing that something else might answer."""

from dataclasses import replace

import pytest

from bot.messages import Event, InboundMessage, Text
from handlers.merging import is_plain

LINE = InboundMessage("shop", "oU", "oU", "m1", "text", (Text("周末开门吗"),), 1_700_000_000)


@pytest.mark.parametrize("text", ["周末开门吗", "买 3 本", "hello", "3.5", "停车场在哪", "好的😄", "-"])
def test_talk_is_plain(text: str) -> None:
    """Whatever the model alone would answer."""
    assert is_plain(replace(LINE, parts=(Text(text),)))


@pytest.mark.parametrize(
    "text",
    ["", "  \n", "停", "继续", "取 3", "帮助", "/help", "/nothing", "#12 在吗", "#12", "/", "#", "、好",
     "／新对话", "12", "３", "配对 482913", "确认删除"],
)  # fmt: skip
def test_what_something_else_may_answer_is_not(text: str) -> None:
    """Commands, whatever begins like one, numbers that may choose or fetch, and nothing at all."""
    assert not is_plain(replace(LINE, parts=(Text(text),)))


def test_a_tap_is_not() -> None:
    """It allows three messages within a minute, which the next line does not."""
    assert not is_plain(replace(LINE, parts=(Text("翻译", menu_id="7"),)))


@pytest.mark.parametrize("kind", ["image", "human", "flood", "click", "event"])
def test_another_kind_is_not(kind: str) -> None:
    """Each is answered in its own way."""
    assert not is_plain(replace(LINE, kind=kind, parts=(Event(kind),)))
    assert not is_plain(replace(LINE, kind=kind))
