"""bot/conversation.py: what the model is told, within its budget."""

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation import (
    GO_ON,
    MESSAGE_TOKENS,
    Budget,
    Exchange,
    cut_question,
    joined,
    messages,
    room,
    trim,
)

PER_CALL = 2 * MESSAGE_TOKENS
PER_EXCHANGE = 2 * MESSAGE_TOKENS
TOKENS = st.integers(0, 500)
BUDGETS = st.builds(Budget, TOKENS, TOKENS, TOKENS)
HISTORIES = st.lists(TOKENS.map(lambda tokens: Exchange("问", "答", tokens)), max_size=12)


def in_bytes(text: str) -> int:
    """A counter whose tokens are bytes: the dearest there is."""
    return len(text.encode("utf-8", "replace"))


@given(HISTORIES, TOKENS, BUDGETS)
def test_the_newest_exchanges_that_fit_are_told(history: list[Exchange], fixed: int, budget: Budget) -> None:
    """Neither budget nor window is exceeded, and one exchange more would exceed one of them."""
    kept = trim(history, fixed_tokens=fixed, budget=budget)
    limit = min(budget.total, budget.window - budget.reply)

    def cost(exchanges: tuple[Exchange, ...]) -> int:
        return fixed + PER_CALL + sum(e.tokens + PER_EXCHANGE for e in exchanges)

    assert kept == tuple(history[len(history) - len(kept) :])
    assert not kept or cost(kept) <= limit
    if len(kept) < len(history):
        assert cost((history[-len(kept) - 1], *kept)) > max(0, limit)


@pytest.mark.parametrize(
    ("total", "window", "kept"),
    [(1000, 1000, 3), (74, 1000, 2), (73, 1000, 1), (1000, 174, 2), (1000, 173, 1), (8, 1000, 0), (0, 0, 0)],
)
def test_oldest_whole_exchanges_go_first(total: int, window: int, kept: int) -> None:
    """An exchange of 20 tokens costs 28; system text and question of 10 cost 18."""
    history = tuple(Exchange(f"问{n}", f"答{n}", 20) for n in range(3))
    budget = Budget(total=total, reply=100, window=window)

    assert trim(history, fixed_tokens=10, budget=budget) == history[3 - kept :]


@pytest.mark.parametrize(
    ("system", "budget", "left"),
    [
        (100, Budget(3000, 1000, 8000), 2892),
        (100, Budget(3000, 1000, 2000), 892),
        (3000, Budget(3000, 1000, 8000), 0),
        (10, Budget(3000, 1000, 500), 0),
    ],
)
def test_room_is_what_system_text_and_reply_leave(system: int, budget: Budget, left: int) -> None:
    """The question may be as long as this, and never less than nothing."""
    assert room(system, budget) == left


def test_a_question_that_fills_its_room_fits_without_history() -> None:
    """room() and trim() count alike: not one token is left for an exchange."""
    budget = Budget(300, 100, 1000)
    left = room(50, budget)

    assert trim([Exchange("", "", 0)], fixed_tokens=50 + left - PER_EXCHANGE, budget=budget) != ()
    assert trim([Exchange("", "", 0)], fixed_tokens=50 + left - PER_EXCHANGE + 1, budget=budget) == ()


@given(
    st.text(st.characters()) | st.lists(st.sampled_from(["👨‍👩‍👧", "家", "a"])).map("".join),
    st.integers(0, 60),
)
def test_a_question_is_cut_at_a_sign_so_that_it_fits(question: str, space: int) -> None:
    """As much as fits, whole signs only, and told apart from a question that fits."""
    cut, shortened = cut_question(question, room_tokens=space, count=in_bytes)
    clusters = regex.findall(r"\X", question)
    whole = regex.findall(r"\X", cut)

    assert in_bytes(cut) <= space
    assert clusters[: len(whole)] == whole
    assert shortened == (cut != question)
    assert not shortened or in_bytes("".join(clusters[: len(whole) + 1])) > space


def test_cutting_a_long_question_counts_seldom() -> None:
    """Counting is dear: a search by halves."""
    counted: list[int] = []

    def count(text: str) -> int:
        counted.append(len(text))
        return len(text)

    assert cut_question("家" * 100_000, room_tokens=3000, count=count) == ("家" * 3000, True)
    assert len(counted) <= 20


def test_messages_tell_the_conversation_in_order() -> None:
    """System text, then each exchange, then the question."""
    told = messages("你是小答", [Exchange("一", "1", 2), Exchange("二", "2", 2)], "三")

    assert [(message["role"], message["content"]) for message in told] == [
        ("system", "你是小答"),
        ("user", "一"),
        ("assistant", "1"),
        ("user", "二"),
        ("assistant", "2"),
        ("user", "三"),
    ]


def test_an_answer_that_was_begun_is_told_as_the_models_own() -> None:
    """Behind the question stands what the person has read, then the wish to go on."""
    told = messages("你是小答", [], "讲讲", "第一句。")

    assert [message["role"] for message in told] == ["system", "user", "assistant", "user"]
    assert [message["content"] for message in told[2:]] == ["第一句。", GO_ON]


@pytest.mark.parametrize(
    ("begun", "rest", "whole"),
    [
        pytest.param("", "全部。", "全部。", id="nothing begun"),
        pytest.param("第一句。", "第二句。", "第一句。第二句。", id="gone on"),
        pytest.param("第一句。", "第一句。第二句。", "第一句。第二句。", id="begun anew"),
        pytest.param("One.", "Two.", "One. Two.", id="a space between words"),
        pytest.param("One.\n", "Two.", "One.\nTwo.", id="a line break is enough"),
        pytest.param(
            "第一句。\n", "第一句。\n第二句。", "第一句。\n\n第二句。", id="the same in another line"
        ),
    ],
)
def test_what_was_begun_is_never_said_twice(begun: str, rest: str, whole: str) -> None:
    """Some models go on, some begin anew; the person reads each sentence once."""
    assert joined(begun, rest) == whole
