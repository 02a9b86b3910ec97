"""Amounts as people write them, read in one place."""

import pytest

from handlers import amounts, grants
from handlers.amounts import ForeignMoney, read


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("50", ("answers", 50)),
        ("50 次/天", ("answers", 50)),
        ("５０　次／天", ("answers", 50)),
        ("1 answer", ("answers", 1)),
        ("20000 词元", ("tokens", 20_000)),
        ("20000tokens/day", ("tokens", 20_000)),
        ("2 元", ("cost", 2_000_000)),
        ("2.70元", ("cost", 2_700_000)),
        ("￥30", ("cost", 30_000_000)),
        ("¥30/天", ("cost", 30_000_000)),
        ("30 CNY", ("cost", 30_000_000)),
        ("2 money", ("cost", 2_000_000)),
        *(
            (none, None)
            for none in ("", "0", "0.0", "2.7 次", "2.7", "-3", "3/年", "x", "¥3 次", "1 2", "3 个", "1e3")
        ),
        *((none, None) for none in ("9" * 12, "0.001 元", "½", "二十")),
    ],
)
def test_an_amount_is_read(written: str, found: object) -> None:
    """Whole answers and tokens; money to a hundredth."""
    assert read(written, "answers", "CNY") == found


@pytest.mark.parametrize("written", ["$30", "5 usd", "5 美元", "€5", "5 EUR", "¥5 usd"])
def test_other_money_is_refused(written: str) -> None:
    """It would be counted as if it were the prices' own."""
    with pytest.raises(ForeignMoney):
        read(written, "cost", "CNY")


@pytest.mark.parametrize(
    ("written", "currency"), [("$30", "USD"), ("30 usd", "USD"), ("30 JPY", "JPY"), ("30", "JPY")]
)
def test_the_prices_currency_is_taken(written: str, currency: str) -> None:
    """Whichever it is."""
    assert read(written, "cost", currency) == ("cost", 30_000_000)
    if currency == "USD":
        with pytest.raises(ForeignMoney):
            read("30 元", "cost", currency)


@pytest.mark.parametrize("written", ["5 元", "$5", "5/天", "5／天", "1.5", "0", ""])
def test_nobody_is_granted_money(written: str) -> None:
    """Nor anything by the day."""
    assert grants.read(written, "answers") is None
    assert grants.read("20000 词元", "answers") == ("tokens", 20_000)
    assert amounts.read("5 元", "answers", "CNY") == ("cost", 5_000_000)


@pytest.mark.parametrize(
    ("written", "word"),
    [("不限", "off"), ("OFF", "off"), ("取消", "default"), ("默认", "default"), ("50/天", "50/天"), ("", "")],
)
def test_the_audit_has_one_word_for_each(written: str, word: str) -> None:
    """To take a limit back is never to lift it."""
    assert amounts.in_a_word(written) == word
