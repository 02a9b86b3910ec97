"""What an errcode of WeChat or WeCom means for us: one table a platform (protocol B1, B2, C4, C5, C7)."""

from collections.abc import Mapping

from bot.errors import (
    AccountUnfit,
    AllowanceSpent,
    PersonUnreachable,
    PlatformAway,
    PlatformError,
    TextTooLong,
    TokenRefused,
)

Table = Mapping[int, type[PlatformError]]


def _table(rows: Mapping[type[PlatformError], tuple[int, ...]]) -> Table:
    return {code: error for error, codes in rows.items() for code in codes}


OFFICIAL: Table = _table(
    {
        TokenRefused: (40001, 40014, 41001, 42001, 42007),
        PlatformAway: (-1, 45009, 45011),
        AllowanceSpent: (45015, 45047),
        TextTooLong: (45002,),
        PersonUnreachable: (40003, 43004, 43019, 48002, 50002, 50005),
        AccountUnfit: (
            *(40002, 40013, 40125, 40164, 40200, 40243, 41002, 41004, 48001, 48004, 48008, 61004),
            *(89501, 89503, 89506, 89507),
        ),
    }
)
"""Official account; on the token calls 40001 means a wrong AppSecret (see TOKEN_CALL)."""

WECOM: Table = _table(
    {
        TokenRefused: (40014, 41001, 42001),
        PlatformAway: (-1, 6000, 45009, 45033),
        TextTooLong: (45002,),
        PersonUnreachable: (40003, 43004, 46004, 50002, 60011, 60111, 81013, 82001, 301021),
        AccountUnfit: (
            *(40001, 40013, 40056, 40091, 41002, 41004, 41011, 43009, 48002, 48004, 50003, 60020, 301002),
        ),
    }
)
"""WeCom; 40001 is only ever the secret there, never the access_token (protocol C8)."""

TOKEN_CALL: Table = {-1: PlatformAway, 45009: PlatformAway, 45011: PlatformAway}
"""Answers of the calls that fetch a token; whatever is not listed is for the owner to mend."""


def error_for(table: Table, errcode: int, errmsg: str, otherwise: type[PlatformError]) -> PlatformError:
    """The error that *errcode* stands for in *table*; codes it does not list become *otherwise*."""
    return table.get(errcode, otherwise)(errcode, errmsg)
