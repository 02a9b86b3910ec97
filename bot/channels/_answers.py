"""What each errcode of WeChat and WeCom means for us: one table a platform (protocol B1–B3, C4, C5, C7, C8).

A code that a table does not list is not tried again, and the owner is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.errors import (
    AccountOnHold,
    AccountUnfit,
    AllowanceSpent,
    ContentRefused,
    PersonUnreachable,
    PlatformAway,
    PlatformError,
    TextTooLong,
    TokenRefused,
)


@dataclass(frozen=True, slots=True)
class Treatment:
    """What is done about an errcode.

    Attributes:
        error: what it is raised as; turn.py knows what to do with each.
        rest_s: so long nothing at all is asked of the platform for this account; 0 where others may go on.
    """

    error: type[PlatformError]
    rest_s: float = 0.0


Table = Mapping[int, Treatment]

BACK_OFF = Treatment(PlatformAway)
SLOW_DOWN = Treatment(PlatformAway, 20.0)
REFRESH = Treatment(TokenRefused)
SPLIT = Treatment(TextTooLong)
LATER = Treatment(AllowanceSpent)
REWORD = Treatment(ContentRefused)
STOP_CHAT = Treatment(PersonUnreachable)
TELL_OWNER = Treatment(AccountUnfit)
HOLD = Treatment(AccountOnHold, 16.0)
"""The owner can mend it while messages wait; asked again at most four times a minute."""
NEXT_WINDOW = Treatment(AccountOnHold, 60.0)
TOMORROW = Treatment(AccountOnHold, 900.0)
"""A daily quota, which begins anew at midnight or when the owner clears it."""


def _table(rows: Mapping[Treatment, tuple[int, ...]]) -> Table:
    return {code: treatment for treatment, codes in rows.items() for code in codes}


OFFICIAL: Table = _table(
    {
        REFRESH: (40001, 40014, 41001, 42001, 42007),
        BACK_OFF: (-1, 45080, 45081),
        SLOW_DOWN: (45011,),
        TOMORROW: (45009,),
        LATER: (45015, 45047),
        SPLIT: (45002,),
        REWORD: (87014,),
        STOP_CHAT: (40003, 43004, 43019, 48002, 50002, 50005),
        HOLD: (40013, 40125, 40164, 40243, 41002, 41004, 61004, 89501, 89503, 89506, 89507),
        TELL_OWNER: (
            *(40002, 40007, 40008, 40033, 40200, 44002, 44004, 45008, 45072, 47001, 48001, 48004, 48008),
            *(61451, 61452, 61453, 61454, 61455, 61456, 61457),
        ),
    }
)
"""Official account; on the token call 40001 means a wrong AppSecret (see TOKEN_CALL)."""

WECOM: Table = _table(
    {
        REFRESH: (40014, 41001, 42001),
        BACK_OFF: (-1, 6000, 45033),
        NEXT_WINDOW: (45009,),
        SPLIT: (45002,),
        REWORD: (40201,),
        STOP_CHAT: (*(40003, 40096, 40125, 43004, 46004, 50002, 60011, 60111, 81013, 82001, 301021),),
        HOLD: (40001, 40013, 40091, 41002, 41004, 50003, 60020),
        TELL_OWNER: (
            *(40008, 40033, 40035, 40056, 40058, 40063, 41011, 43009, 43012, 44004, 48002, 48004, 48005),
            *(82002, 82003, 82004, 301002),
        ),
    }
)
"""WeCom; 40001 is only ever the secret there, never the access_token (protocol C8)."""

_TOKEN_AGAIN = Treatment(PlatformAway, 16.0)

TOKEN_CALL: Table = _table({_TOKEN_AGAIN: (-1, 6000, 45009, 45011)})
"""Answers of the calls that fetch a token; whatever is not listed is for the owner to mend (HOLD)."""


def error_for(table: Table, errcode: int, errmsg: str, otherwise: Treatment) -> PlatformError:
    """The error that *errcode* stands for in *table*; codes it does not list are treated as *otherwise*."""
    treatment = table.get(errcode, otherwise)
    return treatment.error(errcode, errmsg, wait_s=treatment.rest_s)
