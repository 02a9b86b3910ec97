"""Whom a command's words mean, however people write numbers, blanks and what parts them."""

import pytest

from handlers import commands
from handlers.meant import said_to, somebody


@pytest.mark.parametrize(
    "line",
    [
        "#12 好的", "#12：好的", "#12: 好的", "#12，好的", "#12, 好的", "#12、好的",
        "#12号 好的", "#12 号 好的", "#12号好的", "#12 号：好的", "#12好的",
        "＃１２　好的", "#１２：好的", "#12\n好的", "#12 ， 好的",
    ],
)  # fmt: skip
def test_an_admin_answers_in_the_form_that_they_were_told_in(line: str) -> None:
    """`#12：…` is what the bot shows them."""
    called = commands.parse(line)

    assert said_to(line) == ("12", "好的")
    assert called is not None
    assert (called.command, called.word) == (commands.registry()["say"], "")
    assert somebody(called.argument) == ("12", "好的")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("#12 号码是 3", "号码是 3"),
        ("#12号码是 3", "号码是 3"),
        ("#12：30 元", "30 元"),
        ("#12 /help", "/help"),
        ("#12 ２ 本", "２ 本"),
        ("#12 a\n\nb", "a\n\nb"),
    ],
)
def test_what_is_said_stays_as_it_is(line: str, words: str) -> None:
    """Only what belongs to the number goes."""
    assert said_to(line) == ("12", words)


@pytest.mark.parametrize(
    "line",
    [
        "12", "12号", "12 好的", "12：好的", "#123abc", "# 12abc", "#1234567890",
        "#12:30 开会", "#12,000 块", "#12.5 好的", "#1234567890 好的",
        "#１２３４５６７８９０好的", "#", "#12-3", "/12 好的", "", "#好 12",
    ],
)  # fmt: skip
def test_what_names_nobody_is_said_to_nobody(line: str) -> None:
    """Sums, times, names of other things."""
    called = commands.parse(line)

    assert said_to(line) is None
    assert called is None or called.word


@pytest.mark.parametrize(
    "line",
    [
        "#12", "# 12", "#12号", "#12 号", "#12：", "＃１２", "＃ １２ ",
        "# 12 好的", "＃　12：好的", "#  12号 好的", "# 12 Background\nour margin is 40%",
    ],
)  # fmt: skip
def test_a_number_alone_lacks_the_words(line: str) -> None:
    """It calls the command, which tells an admin how to go on; a heading is sent to nobody."""
    called = commands.parse(line)

    assert said_to(line.strip()) == ("12", "")
    assert called is not None
    assert (called.command, called.word, called.argument) == (commands.registry()["say"], "", "12")


@pytest.mark.parametrize(
    ("argument", "found"),
    [
        ("12 50/天", ("12", "50/天")),
        ("12 号 50/天", ("12", "50/天")),
        ("#12号 50/天", ("12", "50/天")),
        ("１２　50/天", ("12", "50/天")),
        ("12", ("12", "")),
        (" 12 号 ", ("12", "")),
        ("所有人　50/天", ("所有人", "50/天")),
        ("code spring-2026", ("code", "spring-2026")),
        ("oU_12-a 3 4", ("oU_12-a", "3 4")),
        ("2024spring 5", ("2024spring", "5")),
        ("1234567890 5", ("1234567890", "5")),
        ("", ("", "")),
        ("　", ("", "")),
    ],
)
def test_a_person_and_the_rest(argument: str, found: tuple[str, str]) -> None:
    """Numbers in any form; an id and a word end at the first blank of any kind."""
    assert somebody(argument) == found


@pytest.mark.parametrize("line", ["／确认删除", "＃确认删除", "、确认删除"])
def test_every_sign_stands_before_a_command(line: str) -> None:
    """Also those of a Chinese keyboard."""
    called = commands.parse(line)

    assert called is not None
    assert called.command is commands.registry()["forget"]
