"""Every errcode of the protocol sheet has its treatment, and each treatment comes out as its error."""

from collections.abc import Iterator

import pytest

from bot.channels import _answers
from bot.channels._answers import OFFICIAL, TELL_OWNER, TOKEN_CALL, WECOM, Table, error_for
from bot.errors import (
    AccountOnHold,
    AccountUnfit,
    AllowanceSpent,
    ContentRefused,
    PersonUnreachable,
    PlatformAway,
    PlatformError,
    SendUnsure,
    TextTooLong,
    TokenRefused,
)

OFFICIAL_SHEET = {
    "B1": (
        *(-1, 40001, 40002, 40013, 40014, 40125, 40164, 40243, 41001, 41002, 41004, 42001, 42007, 61004),
        *(89501, 89503, 89506, 89507),
    ),
    "B2": (
        *(45015, 45047, 48001, 45002, 40003, 43004, 43019, 45009, 45011, 40007, 40008, 44002, 44004, 45008),
        *(47001, 48002, 48004, 48008, 50002, 50005, *range(61451, 61458), 87014, 40200, 40033),
    ),
    "B3": (45072, 45080, 45081, 40200, 48001),
}
WECOM_SHEET = {
    "C4": (40001, 40013, 40091, 40014, 42001, 41001, 41002, 41004, 60020, 301002),
    "C5": (81013, 43012),
    "C7": (45009, 45033),
    "C8, what a text can meet": (
        *(
            -1,
            6000,
            40003,
            40008,
            40033,
            40035,
            40056,
            40058,
            40063,
            40096,
            40125,
            40201,
            41011,
            43004,
            43009,
        ),
        *(43012, 44004, 45002, 46004, 48002, 48004, 48005, 50002, 50003, 60011, 60111, 82001, 82002, 82003),
        *(82004, 301021),
    ),
}
"""Protocol C8 lists more codes: of media, menus and group chats, which a text send cannot meet."""


def rows(sheet: dict[str, tuple[int, ...]]) -> Iterator[tuple[str, int]]:
    return ((section, code) for section, codes in sheet.items() for code in codes)


@pytest.mark.parametrize(
    ("table", "sheet"), [(OFFICIAL, OFFICIAL_SHEET), (WECOM, WECOM_SHEET)], ids=["official", "wecom"]
)
def test_every_code_of_the_sheet_has_a_treatment(table: Table, sheet: dict[str, tuple[int, ...]]) -> None:
    """A code that is missing from the table is named with its section, and none is there without a source."""
    listed = {code for _, code in rows(sheet)}

    assert [(section, code) for section, code in rows(sheet) if code not in table] == []
    assert sorted(set(table) - listed) == []


def test_no_code_stands_twice_in_a_table() -> None:
    """Two treatments for one code would hide each other."""
    for name, sheet in (("OFFICIAL", OFFICIAL_SHEET), ("WECOM", WECOM_SHEET)):
        source = _answers.__file__
        assert source
        with open(source) as file:
            body = file.read().split(f"{name}: Table = _table(")[1].split('"""')[0]
        for code in {code for _, code in rows(sheet)}:
            inside = body.replace("(", " ").replace(")", " ").replace(",", " ").split()
            assert inside.count(str(code)) == 1, (name, code)


@pytest.mark.parametrize(
    ("table", "code", "error", "rests"),
    [
        (OFFICIAL, -1, PlatformAway, False),
        (OFFICIAL, 45011, PlatformAway, True),
        (OFFICIAL, 45009, AccountOnHold, True),
        (OFFICIAL, 40001, TokenRefused, False),
        (OFFICIAL, 42001, TokenRefused, False),
        (OFFICIAL, 45002, TextTooLong, False),
        (OFFICIAL, 45015, AllowanceSpent, False),
        (OFFICIAL, 45047, AllowanceSpent, False),
        (OFFICIAL, 43019, PersonUnreachable, False),
        (OFFICIAL, 40164, AccountOnHold, True),
        (OFFICIAL, 48001, AccountUnfit, False),
        (OFFICIAL, 87014, ContentRefused, False),
        (OFFICIAL, 99999, AccountUnfit, False),
        (WECOM, 40001, AccountOnHold, True),
        (WECOM, 40014, TokenRefused, False),
        (WECOM, 45033, PlatformAway, False),
        (WECOM, 45009, AccountOnHold, True),
        (WECOM, 60020, AccountOnHold, True),
        (WECOM, 81013, PersonUnreachable, False),
        (WECOM, 40125, PersonUnreachable, False),
        (WECOM, 40201, ContentRefused, False),
        (TOKEN_CALL, -1, PlatformAway, True),
    ],
)
def test_a_code_comes_out_as_its_error(
    table: Table, code: int, error: type[PlatformError], rests: bool
) -> None:
    """Back off, refresh, split, wait for the person, stop for this chat, or tell the owner."""
    found = error_for(table, code, "as the platform says it", TELL_OWNER)

    assert type(found) is error
    assert (found.errcode, found.errmsg, found.wait_s > 0) == (code, "as the platform says it", rests)


def test_each_error_says_whether_trying_again_helps() -> None:
    """What passes or can be mended while messages wait is tried again; what cannot is not."""
    again = {PlatformAway, SendUnsure, TokenRefused, AccountOnHold}
    never = {AccountUnfit, PersonUnreachable, AllowanceSpent, TextTooLong, ContentRefused}

    assert all(error.retry for error in again)
    assert not any(error.retry for error in never)
    assert {
        found.error for table in (OFFICIAL, WECOM, TOKEN_CALL) for found in table.values()
    } <= again | never
