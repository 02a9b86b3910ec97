"""Access tokens overlap, end and are superseded as each endpoint documents."""

import pytest

from simulator.clock import Clock
from simulator.tokens import Source, Tokens


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tokens(clock: Clock) -> Tokens:
    return Tokens(clock)


def test_each_plain_fetch_supersedes_the_former_after_five_minutes(clock: Clock, tokens: Tokens) -> None:
    """The former token works on for the overlap, then gets 40001."""
    first, _ = tokens.fetch("shop", "token")
    second, _ = tokens.fetch("shop", "token")

    assert first != second
    clock.advance(299)
    assert tokens.check(first, "official") == 0
    clock.advance(2)
    assert tokens.check(first, "official") == 40001
    assert tokens.check(second, "official") == 0


def test_the_stable_token_stays_until_its_last_five_minutes(clock: Clock, tokens: Tokens) -> None:
    """Then a new one is given, and both are valid for a while."""
    first, lives_s = tokens.fetch("shop", "stable")
    clock.advance(1000)
    again, left_s = tokens.fetch("shop", "stable")

    assert (again, lives_s) == (first, 7200)
    assert 6190 <= left_s <= 6200
    clock.advance(6000)
    renewed, _ = tokens.fetch("shop", "stable")
    assert renewed != first
    assert tokens.check(first, "official") == 0
    clock.advance(201)
    assert tokens.check(first, "official") in (40001, 42001)


def test_a_forced_refresh_ends_the_former_at_once_but_not_twice_in_30_s(clock: Clock, tokens: Tokens) -> None:
    """Within 30 seconds a second force gives the running token."""
    first, _ = tokens.fetch("shop", "stable")
    second, _ = tokens.fetch("shop", "stable", force=True)

    assert tokens.check(first, "official") == 40001
    assert tokens.fetch("shop", "stable", force=True)[0] == second
    clock.advance(31)
    assert tokens.fetch("shop", "stable", force=True)[0] != second


def test_a_day_allows_twenty_forced_refreshes(clock: Clock, tokens: Tokens) -> None:
    """The 21st gives the running token."""
    given = [tokens.fetch("shop", "stable")[0]]
    for _ in range(21):
        given.append(tokens.fetch("shop", "stable", force=True)[0])
        clock.advance(31)

    assert given[21] == given[20]
    assert len(set(given)) == 21


def test_the_two_endpoints_do_not_end_each_others(clock: Clock, tokens: Tokens) -> None:
    """A stable token outlives any number of plain fetches."""
    stable, _ = tokens.fetch("shop", "stable")
    for _ in range(3):
        tokens.fetch("shop", "token")
    clock.advance(600)

    assert tokens.check(stable, "official") == 0


@pytest.mark.parametrize("source", ["token", "stable", "gettoken"])
def test_a_token_ends_by_age(clock: Clock, tokens: Tokens, source: Source) -> None:
    """After 7200 s every token gets 42001."""
    value, _ = tokens.fetch("shop", source)
    clock.advance(7201)

    assert tokens.check(value, "official") == 42001


def test_a_token_has_the_length_of_real_ones(tokens: Tokens) -> None:
    """Long enough to break a column of 100, short enough for the documented 512."""
    assert all(100 < len(tokens.fetch("shop", source)[0]) <= 512 for source in ("token", "gettoken"))
